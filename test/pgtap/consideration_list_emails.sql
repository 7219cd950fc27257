-- Considerations for converting leads: list emails
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(16);

SELECT t.new('list_email', '{"name": "News"}') AS news \gset
SELECT t.lead() AS l \gset
SELECT t.new('list_email_individual_recipient', jsonb_build_object('list_email_id', :news, 'lead_id', :l)) AS recipient \gset
SELECT t.new('email_message', jsonb_build_object('subject', 'Hello', 'lead_id', :l)) AS mail \gset
SELECT t.new('email_status', jsonb_build_object('subject', 'Html', 'lead_id', :l)) AS html \gset
SELECT t.state('{crm}') AS start \gset
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM t.convert(:l) \gset
SELECT is((SELECT concat_ws('/', lead_id, contact_id, source_lead_id, list_email_id) FROM crm.list_email_individual_recipient WHERE id = :recipient), concat_ws('/', :c, :l, :news), 'list emails go to the contact');
SELECT is((SELECT opportunity_column FROM crm.related_list WHERE child = 'crm.list_email_individual_recipient'::regclass), NULL, '... and not to the opportunity');
SELECT is((SELECT count(*) FROM pg_attribute WHERE attrelid = 'crm.list_email_individual_recipient'::regclass AND attname = 'opportunity_id'), 0::bigint, '... for which there is no place');
SELECT is((SELECT concat_ws('/', lead_id, contact_id, account_id, opportunity_id) FROM crm.email_message WHERE id = :mail), :'c', 'emails go to the contact');
SELECT is((SELECT concat_ws('/', lead_id, contact_id) FROM crm.email_status WHERE id = :html), :'c', 'so does their HTML status');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');

-- an existing contact that got the same list email
SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset
SELECT t.new('list_email_individual_recipient', jsonb_build_object('list_email_id', :news, 'contact_id', :c)) AS own \gset
SELECT ok((t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c))).success, 'an existing contact that got the list email, too');
SELECT is((SELECT array_agg(contact_id) FROM crm.list_email_individual_recipient WHERE list_email_id = :news), ARRAY[:c, :c]::bigint[], '... has got it twice, as it was sent');

-- without a contact
SELECT t.lead() AS l \gset
SELECT t.new('list_email_individual_recipient', jsonb_build_object('list_email_id', :news, 'lead_id', :l)) AS recipient \gset
CREATE TEMP TABLE result AS SELECT * FROM t.convert(:l, '{"do_not_create_contact": true}');
SELECT is((SELECT (warnings[1]).status_code FROM result), 'RELATED_RECORDS_NOT_MOVED', 'without a contact they stay on the lead, and a warning says so');
SELECT is((SELECT lead_id FROM crm.list_email_individual_recipient WHERE id = :recipient), :l::bigint, '... not with the opportunity');
SELECT ok((leadconv.complete_lead_conversion(:l)).success, 'the contact is added later');
SELECT is((SELECT concat_ws('/', r.lead_id, r.contact_id = l.converted_contact_id) FROM crm.list_email_individual_recipient r, crm.lead l WHERE r.id = :recipient AND l.id = :l), 't', '... and gets them');

-- the setting of emails says nothing about list emails
UPDATE crm.lead_convert_settings SET relate_emails_to_contact_on_convert = false;
SELECT t.lead() AS l \gset
SELECT t.new('list_email_individual_recipient', jsonb_build_object('list_email_id', :news, 'lead_id', :l)) AS recipient \gset
SELECT t.new('email_message', jsonb_build_object('subject', 'Hello', 'lead_id', :l)) AS mail \gset
SELECT is((t.convert(:l)).warnings, '{}', 'emails are not related to the contact');
SELECT is((SELECT lead_id FROM crm.email_message WHERE id = :mail), :l::bigint, '... they stay on the lead');
SELECT is((SELECT lead_id FROM crm.list_email_individual_recipient WHERE id = :recipient), NULL, '... and list emails do not');

SELECT * FROM finish();
ROLLBACK;
