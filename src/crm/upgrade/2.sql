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
add_column('task', 'workflow_rule');

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

-- and job names
ALTER TABLE crm.lead_conversion_job DROP CONSTRAINT IF EXISTS lead_conversion_job_pkey, ADD CONSTRAINT lead_conversion_job_pkey PRIMARY KEY (job, created_by_role);

-- names and addresses are compared in another form, so the indexes on it are made anew
DROP INDEX IF EXISTS crm.account_normalize_company_idx, crm.contact_normalize_email_idx;

-- what first names are short for
add_table('name_variant');
add_seed('name_variant');
add_seed('name_variant_russian');

-- columns that follow from others, and activities
add_column('opportunity', 'expected_revenue');
add_column('lead_convert_settings', 'uses_start_date_as_fiscal_year_name');
add_column('picklist_value', 'is_high_priority');
UPDATE crm.picklist_value SET is_high_priority = true
WHERE value = 'High' AND NOT is_high_priority
AND picklist_field_id IN (SELECT f.id FROM crm.picklist_field f WHERE f.object = 'task' AND f.field = 'priority');
comment_column('lead', 'last_activity_date');
comment_column('account', 'last_activity_date');
comment_column('contact', 'last_activity_date');
comment_column('opportunity', 'last_activity_date');
comment_column('campaign', 'last_activity_date');
comment_column('opportunity', 'forecast_category');
comment_column('opportunity', 'forecast_category_name');
comment_column('opportunity', 'has_opportunity_line_item');
comment_column('opportunity', 'has_open_activity');
comment_column('opportunity', 'has_overdue_task');
comment_column('opportunity', 'fiscal');
comment_column('opportunity', 'fiscal_quarter');
comment_column('opportunity', 'fiscal_year');
comment_column('task', 'is_high_priority');
comment_column('task', 'completed_date_time');
comment_column('lead_convert_settings', 'fiscal_year_start_month');
replace_view('activity');
replace_view('open_activity');
replace_view('activity_history');
replace_view('lead_activity');
replace_view('account_activity');
replace_view('contact_activity');
replace_view('opportunity_activity');

add_column('lead_status', 'is_qualified');
add_column('record_type', 'requires_company');
comment_column('picklist_field', 'is_restricted');
add_constraint('lead_field_mapping', 'lead_field_mapping_lead_field_check');

-- which records a conversion creates, and the name of the opportunity
add_column('lead_convert_settings', 'convert_to_account');
add_column('lead_convert_settings', 'convert_to_contact');
add_column('lead_convert_settings', 'convert_to_opportunity');
add_column('lead_convert_settings', 'opportunity_name_template');
add_constraint('lead_convert_settings', 'lead_convert_settings_convert_to_check');
add_constraint('lead_convert_settings', 'lead_convert_settings_opportunity_check');

-- rules of workflow and assignment, and notifications
add_column('lead_convert_settings', 'assignment_rules_on_convert');
add_column('lead_convert_settings', 'notify');
-- search, and the lead all around
add_column('lead_convert_settings', 'converted_leads_searchable');
replace_view('lead_timeline');
-- conversions that are completed later
add_column('lead_conversion', 'completions');

-- person accounts
add_column('lead_convert_settings', 'refuse_existing_person_account_name');

-- poolers
add_column('lead_convert_settings', 'require_local_user_id');

-- reports
replace_view('converted_opportunity');
replace_view('lead_day');
replace_view('lead_conversion_rate');
replace_view('lead_conversion_by_day');
replace_view('lead_conversion_by_source');
replace_view('lead_time_to_conversion');
replace_view('converted_opportunity_quality');
replace_view('no_opportunity_conversion');
replace_view('lead_conversion_audit');
replace_view('lead_conversion_failure');
replace_view('lead_funnel');
replace_view('lead_report');

-- duplicate rules: they had no effect before, and get none without being asked for
comment_column('duplicate_rule', 'matching_rule_id');
comment_column('duplicate_rule', 'operations');
comment_column('duplicate_rule', 'alert_text');
comment_column('duplicate_rule', 'is_active');
add_column('duplicate_rule', 'is_standard');
add_column('duplicate_rule', 'operations_on_update');
add_column('duplicate_rule', 'boolean_filter');
add_column('duplicate_rule', 'field_mapping');
add_table('duplicate_rule_match_rule');
add_index('duplicate_rule_match_rule_matching_rule_id_idx');
add_table('duplicate_rule_filter_item');
UPDATE crm.duplicate_rule SET is_active = false WHERE is_active AND NOT EXISTS (SELECT FROM crm.duplicate_rule s WHERE s.is_standard);
replace_view('duplicate_report');
-- imports
add_table('import_reference');
add_table('import_base');
add_table('import_reject');

-- the whole row, for filters by columns of users
replace_view('open_lead');


-- matching rules and match keys: likewise
ALTER TABLE crm.matching_rule DROP CONSTRAINT IF EXISTS matching_rule_object_check;
ALTER TABLE crm.matching_rule ADD CONSTRAINT matching_rule_object_check CHECK (object IN ('lead', 'account', 'contact', 'person_account'));
comment_column('matching_rule', 'object');
comment_column('matching_rule', 'is_active');
comment_column('matching_rule_item', 'field');
add_column('matching_rule', 'is_standard');
add_column('matching_rule', 'match_keys');
add_column('matching_rule', 'group_scores');
add_column('matching_rule', 'keys_built');
add_table('match_key');
add_index('match_key_key_record_id_idx');
UPDATE crm.matching_rule SET is_active = false WHERE is_active AND NOT EXISTS (SELECT FROM crm.matching_rule s WHERE s.is_standard);
add_seed('matching_rule');
add_seed('matching_rule_item');
UPDATE crm.matching_rule SET is_active = false, keys_built = NULL WHERE is_standard AND is_active;
add_seed('duplicate_rule');
UPDATE crm.duplicate_rule SET is_active = false WHERE is_standard AND is_active;

-- failures of jobs are run again
add_column('lead_conversion_job', 'retry_up_to');
add_column('lead_conversion_error', 'retried_date');
