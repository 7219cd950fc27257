-- Version 2: how often a record was changed, the history of leads and opportunities, and a ledger from which a
-- conversion can be undone.

add_column('account', 'revision');
add_column('contact', 'revision');
add_column('opportunity', 'revision');
add_column('campaign_member', 'revision');
add_column('task', 'revision');
add_column('event', 'revision');

add_table('opportunity_history');
add_index('opportunity_history_opportunity_id_created_date_idx');
add_table('lead_history');
add_index('lead_history_lead_id_created_date_idx');
add_column('lead_convert_settings', 'track_history');
add_column('lead_convert_settings', 'require_create_and_edit');
add_column('lead_convert_settings', 'impersonating_role');

add_column('lead_conversion', 'origin');
add_column('lead_conversion', 'job');
add_column('lead_conversion', 'options');
add_column('lead_conversion', 'undo');
add_column('lead_conversion', 'undone_date');
add_column('lead_conversion', 'undone_by_id');
add_column('lead_conversion', 'undo_reason');
add_column('lead_conversion_job', 'source_owner');

-- each role has request ids of its own
add_index('lead_conversion_created_by_id_request_id_created_by_role_key');
DROP INDEX IF EXISTS crm.lead_conversion_created_by_id_request_id_key;
