-- Where each related list goes.
BEGIN;
\ir helpers.psql
SELECT plan(65);

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT t.new('app_user', '{"name": "Cy"}') AS cy \gset
SELECT set_config('leadconv.user_id', :'ann', true);
UPDATE crm.lead_convert_settings SET social_customer_service_enabled = true, relate_emails_to_contact_on_convert = true;

-- All values of a column
CREATE FUNCTION t.all_of(name text, col text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = ('crm.' || name)::regclass AND attname = col) THEN
        RETURN 'no column';
    END IF;
    EXECUTE format('SELECT string_agg(DISTINCT coalesce(%I::text, ''-''), '','') FROM crm.%I', col, name) INTO result;
    RETURN result;
END $$;

SELECT t.laden_lead(jsonb_build_object('owner_id', :ann), bin => true) AS l \gset
SELECT t.dump() AS before \gset
INSERT INTO r SELECT * FROM t.convert(:l);
SELECT account_id AS a, contact_id AS c, opportunity_id AS o FROM r \gset
SELECT is(warnings, '{}', 'nothing to warn about') FROM r;

-- which of the three records each list goes to; a task names the account as well, so that the account's timeline shows it
SELECT is(ARRAY[t.all_of(name, 'lead_id'), t.all_of(name, 'contact_id'), t.all_of(name, 'account_id'), t.all_of(name, 'opportunity_id'), t.all_of(name, 'source_lead_id')],
          ARRAY['-', :'c', CASE account WHEN 'x' THEN 'no column' WHEN 'y' THEN :'a' ELSE '-' END,
                           CASE opp WHEN 'x' THEN 'no column' WHEN 'y' THEN :'o' ELSE '-' END, :'l'],
          'to the records that the list belongs to: ' || name)
  FROM (VALUES ('task', 'y', 'y'), ('event', 'y', 'y'), ('email_status', 'x', 'x'), ('note', '-', '-'), ('attachment', '-', '-'), ('content_note', 'y', '-'),
               ('content_distribution', '-', '-'), ('social_post', '-', '-'), ('social_persona', '-', '-'), ('marketing_action', 'x', 'x'),
               ('list_email_individual_recipient', 'x', 'x'), ('email_message', '-', '-')) m (name, account, opp);
SELECT is((SELECT count(*) FROM crm.task WHERE contact_id = :c AND is_deleted), 1::bigint, 'the task in the recycle bin moves too, and stays there');
SELECT is((SELECT count(*) FROM crm.task), 2::bigint, '... it is the same row, not a copy');
SELECT ok(contact_id = :c AND lead_id = :l AND source_lead_id = :l, 'campaign_member goes to the contact and keeps its lead') FROM crm.campaign_member;
-- Files
SELECT is((SELECT count(*) FROM crm.content_document), 1::bigint, 'files are linked, not copied');
SELECT results_eq('SELECT lead_id, contact_id, account_id, opportunity_id, share_type, visibility FROM crm.content_document_link ORDER BY 1, 2, 3, 4',
    format('SELECT v.*, ''C''::text, ''InternalUsers''::text FROM (VALUES (%s::bigint, NULL::bigint, NULL::bigint, NULL::bigint), (NULL, %s, NULL, NULL), (NULL, NULL, %s, NULL), (NULL, NULL, NULL, %s)) v ORDER BY 1, 2, 3, 4', :l, :c, :a, :o),
    'files of the lead are on contact, account and opportunity; the lead keeps its link');
SELECT is((SELECT count(*) FROM crm.content_document_link WHERE source_lead_id = :l AND lead_id IS NULL), 3::bigint, '... the new links name their source');
SELECT is((SELECT string_agg(table_name, ',' ORDER BY table_name) FROM (
              SELECT DISTINCT split_part(x, ':', 1) AS table_name FROM (SELECT unnest(t.dump()) EXCEPT SELECT unnest(:'before'::text[])) d (x)) y),
    'account,account_contact_relation,attachment,campaign_member,contact,content_distribution,content_document_link,content_note,email_message,email_status,entity_subscription,event,lead,lead_conversion,list_email_individual_recipient,marketing_action,note,opportunity,opportunity_contact_role,social_persona,social_post,task',
    'nothing else changed');

-- existing links of a file are skipped
SELECT t.new('account', '{"name": "A"}') AS a2 \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'C', 'account_id', :a2)) AS c2 \gset
SELECT t.new('content_document', '{"title": "Shared"}') AS d \gset
SELECT t.lead() AS l2 \gset
INSERT INTO crm.content_document_link (content_document_id, lead_id, contact_id, account_id) VALUES (:d, :l2, NULL, NULL), (:d, NULL, :c2, NULL);
SELECT ok((t.convert(:l2, jsonb_build_object('account_id', :a2, 'contact_id', :c2, 'do_not_create_opportunity', true))).success, 'the contact has the file already');
SELECT is((SELECT array_agg(ROW(lead_id, contact_id, account_id)::text ORDER BY id) FROM crm.content_document_link WHERE content_document_id = :d),
    ARRAY[format('(%s,,)', :l2), format('(,%s,)', :c2), format('(,,%s)', :a2)], 'existing pairs are skipped, the missing one made');

-- settings off: social lists and emails stay, silently
UPDATE crm.lead_convert_settings SET social_customer_service_enabled = false, relate_emails_to_contact_on_convert = false;
SELECT t.laden_lead(bin => true) AS l3 \gset
CREATE FUNCTION t.left_on(l bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text := '';
    name text;
    n integer;
BEGIN
    FOREACH name IN ARRAY ARRAY['attachment', 'content_distribution', 'content_note', 'email_message', 'email_status', 'event', 'list_email_individual_recipient', 'marketing_action', 'note', 'social_persona', 'social_post', 'task'] LOOP
        EXECUTE format('SELECT count(*) FROM crm.%I WHERE lead_id = $1', name) INTO n USING l;
        IF n > 0 THEN result := result || name || ' '; END IF;
    END LOOP;
    RETURN trim(result);
END $$;
SELECT ok((t.convert(:l3)).success, 'settings for social lists and emails off');
SELECT is(t.left_on(:l3), 'email_message social_persona social_post', '... social lists and emails stay on the lead');
UPDATE crm.lead_convert_settings SET social_customer_service_enabled = true, relate_emails_to_contact_on_convert = true;

-- no opportunity: WhatId blank
SELECT t.laden_lead(bin => true) AS l4 \gset
SELECT contact_id AS c4 FROM t.convert(:l4, '{"do_not_create_opportunity": true}') \gset
SELECT is((SELECT array_agg(DISTINCT ROW(contact_id, opportunity_id)::text) FROM crm.task WHERE source_lead_id = :l4), ARRAY[format('(%s,)', :c4)], 'no opportunity: WhatId is blank');
SELECT is((SELECT count(*) FROM crm.content_document_link WHERE source_lead_id = :l4 AND lead_id IS NULL), 2::bigint, '... files on contact and account');

-- cadence activities are left alone
SELECT t.lead() AS l5 \gset
INSERT INTO crm.task (lead_id, subject, sales_cadence_id) VALUES (:l5, 'cadence', 5), (:l5, 'own', NULL);
INSERT INTO crm.event (lead_id, subject, sales_cadence_id) VALUES (:l5, 'cadence', 5), (:l5, 'own', NULL);
SELECT ok(success AND warnings = '{}', 'cadence activities') FROM t.convert(:l5);
SELECT is((SELECT count(*) FROM crm.task WHERE lead_id = :l5 AND subject = 'cadence' AND contact_id IS NULL AND source_lead_id IS NULL), 1::bigint, '... a cadence task is left alone');
SELECT is((SELECT count(*) FROM crm.event WHERE lead_id = :l5 AND subject = 'cadence' AND contact_id IS NULL AND source_lead_id IS NULL), 1::bigint, '... a cadence event too');
SELECT is((SELECT count(*) FROM crm.task WHERE source_lead_id = :l5 AND subject = 'own' AND lead_id IS NULL), 1::bigint, '... the others moved');

-- owner of activities: converter Ann, new owner Bob
SELECT t.lead(jsonb_build_object('owner_id', :cy)) AS l6 \gset
INSERT INTO crm.task (lead_id, subject, owner_id, status) VALUES (:l6, 'open of converter', :ann, 'In Progress'), (:l6, 'closed of converter', :ann, 'Completed'), (:l6, 'open of other', :cy, 'In Progress'), (:l6, 'closed of other', :cy, 'Completed'), (:l6, 'open of nobody', NULL, 'In Progress');
INSERT INTO crm.event (lead_id, subject, owner_id, start_date_time) VALUES (:l6, 'future of converter', :ann, now() + '1 day'), (:l6, 'past of converter', :ann, now() - '1 day'::interval), (:l6, 'future of other', :cy, now() + '1 day');
SELECT ok((t.convert(:l6, jsonb_build_object('owner_id', :bob))).success, 'converter Ann, new owner Bob, lead owner Cy');
SELECT is((SELECT jsonb_object_agg(subject, owner_id) FROM crm.task WHERE source_lead_id = :l6),
    jsonb_build_object('open of converter', :bob, 'closed of converter', :ann, 'open of other', :cy, 'closed of other', :cy, 'open of nobody', NULL), 'open tasks of the converter go to the new owner, others stay');
SELECT is((SELECT jsonb_object_agg(subject, owner_id) FROM crm.event WHERE source_lead_id = :l6),
    jsonb_build_object('future of converter', :bob, 'past of converter', :bob, 'future of other', :cy), 'events of the converter go to the new owner, past or future');
SELECT is((SELECT jsonb_agg(x - 'id' ORDER BY x ->> 'table' DESC, x ->> 'id') FROM crm.lead_conversion, jsonb_array_elements(owner_changes) x WHERE lead_id = :l6),
    jsonb_build_array(jsonb_build_object('table', 'crm.task', 'from', :ann, 'to', :bob), jsonb_build_object('table', 'crm.event', 'from', :ann, 'to', :bob), jsonb_build_object('table', 'crm.event', 'from', :ann, 'to', :bob)), 'the ledger names the owner changes');
SELECT is((SELECT array_agg(DISTINCT last_modified_by_id) FROM crm.task WHERE source_lead_id = :l6), ARRAY[:ann]::bigint[], 'LastModifiedBy is updated');

-- do_not_create_contact: rows without a place to go stay and the result says so
SELECT t.laden_lead(bin => true) AS l7 \gset
SELECT to_jsonb(x) AS res FROM t.convert(:l7, '{"do_not_create_contact": true}') x \gset
SELECT is(:'res'::jsonb -> 'contact_id', 'null'::jsonb, 'do_not_create_contact');
SELECT is(t.left_on(:l7), 'attachment content_distribution email_message email_status list_email_individual_recipient marketing_action note social_persona social_post', '... what only goes to contacts stays on the lead');
SELECT is((SELECT array_agg(w ->> 'status_code' || ' ' || (w ->> 'message') ORDER BY w ->> 'message') FROM jsonb_array_elements(:'res'::jsonb -> 'warnings') w),
    (SELECT array_agg(format('RELATED_RECORDS_NOT_MOVED "%s" was not moved because there is no record to move it to', x) ORDER BY format('"%s" was', x)) FROM unnest(ARRAY['Campaign History', 'HTML Email Status', 'Notes', 'Attachments', 'Content Deliveries', 'Social Posts', 'Social Personas', 'Marketing Actions', 'List Emails', 'Emails']) x), '... a warning for each list');
SELECT is((SELECT jsonb_array_length(warnings) FROM crm.lead_conversion WHERE lead_id = :l7), 10, '... and in the ledger');
SELECT ok((SELECT bool_and(account_id IS NOT NULL AND opportunity_id IS NOT NULL AND lead_id IS NULL) FROM crm.task WHERE source_lead_id = :l7), '... tasks go to account and opportunity');
SELECT is((SELECT count(*) FROM crm.opportunity_contact_role WHERE opportunity_id = (:'res'::jsonb ->> 'opportunity_id')::bigint), 0::bigint, '... no contact role');
SELECT t.laden_lead(bin => true) AS l8 \gset
SELECT to_jsonb(x) AS res FROM t.convert(:l8, '{"do_not_create_contact": true, "do_not_create_account": true, "do_not_create_opportunity": true}') x \gset
SELECT ok((:'res'::jsonb ->> 'success')::boolean AND jsonb_array_length(:'res'::jsonb -> 'warnings') = 13, 'nothing is created at all: every list but Files warns') ;
SELECT ok(is_converted AND converted_account_id IS NULL AND converted_contact_id IS NULL, '... and the lead is converted all the same') FROM crm.lead WHERE id = :l8;

-- contact role
SELECT results_eq(format('SELECT contact_id, is_primary, role::text FROM crm.opportunity_contact_role WHERE opportunity_id = %s', :o), format('VALUES (%s::bigint, true, NULL::text)', :c), 'new opportunity: one primary role, role blank');
SELECT t.new('opportunity', jsonb_build_object('name', 'O', 'account_id', :a2, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o2 \gset
SELECT t.convert(t.lead(), jsonb_build_object('account_id', :a2, 'contact_id', :c2, 'opportunity_id', :o2)) IS NULL;
SELECT results_eq(format('SELECT contact_id, is_primary FROM crm.opportunity_contact_role WHERE opportunity_id = %s', :o2), format('VALUES (%s::bigint, true)', :c2), 'existing opportunity without primary: primary');
SELECT t.convert(t.lead(), jsonb_build_object('account_id', :a2, 'contact_id', :c2, 'opportunity_id', :o2)) IS NULL;
SELECT is((SELECT count(*) FROM crm.opportunity_contact_role WHERE opportunity_id = :o2), 1::bigint, '... the same contact again: no second role');
SELECT t.convert(t.lead(), jsonb_build_object('account_id', :a2, 'opportunity_id', :o2)) IS NULL;
SELECT is((SELECT array_agg(is_primary ORDER BY id) FROM crm.opportunity_contact_role WHERE opportunity_id = :o2), '{true,false}', '... another contact: not primary');

-- account-contact relation
SELECT results_eq(format('SELECT contact_id, is_direct, is_active, roles FROM crm.account_contact_relation WHERE account_id = %s', :a), format('VALUES (%s::bigint, true, true, NULL::text)', :c), 'new contact: its direct relation');
SELECT is((SELECT count(*) FROM crm.account_contact_relation WHERE account_id = :a2 AND contact_id = :c2), 1::bigint, 'existing contact: one relation, however often');
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = false;
SELECT is((SELECT count(*) FROM crm.account_contact_relation WHERE contact_id = (SELECT contact_id FROM t.convert(t.lead()))), 0::bigint, 'Contacts to Multiple Accounts off: no relation');
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = true;

-- follow-up task
SELECT to_jsonb(x) AS res FROM t.convert(t.lead(jsonb_build_object('owner_id', :bob)), '{"follow_up_task": {"subject": "Call back", "activity_date": "2030-02-03", "priority": "High"}}') x \gset
SELECT results_eq(format('SELECT subject::text, activity_date, priority::text, status::text, owner_id, contact_id, opportunity_id, lead_id FROM crm.task WHERE subject = %L', 'Call back'),
    format('VALUES (%L, %L::date, %L, %L, %s::bigint, %s::bigint, %s::bigint, NULL::bigint)', 'Call back', '2030-02-03', 'High', 'Not Started', :bob, :'res'::jsonb ->> 'contact_id', :'res'::jsonb ->> 'opportunity_id'), 'follow-up task: WhoId contact, WhatId opportunity, of the new owner');
SELECT count(*) AS n FROM crm.task \gset
SELECT ok((t.convert(t.lead(), '{"follow_up_task": {}}')).success, 'follow_up_task without subject');
SELECT is((SELECT count(*) FROM crm.task), :n + 1::bigint, 'createTaskIfSubjectBlank on: a task');
UPDATE crm.lead_convert_settings SET create_task_if_subject_blank = false;
SELECT ok((t.convert(t.lead(), '{"follow_up_task": {"priority": "High"}}')).success AND (t.convert(t.lead(), '{"follow_up_task": {"subject": ""}}')).success, 'the same, setting off');
SELECT is((SELECT count(*) FROM crm.task), :n + 1::bigint, 'createTaskIfSubjectBlank off: none');
SELECT ok((t.convert(t.lead(), jsonb_build_object('follow_up_task', jsonb_build_object('subject', 'mine', 'owner_id', :cy)))).success, 'follow_up_task with an owner');
SELECT is((SELECT owner_id FROM crm.task WHERE subject = 'mine'), :cy::bigint, '... is his');

-- notification
SELECT count(*) AS n FROM crm.notification \gset
SELECT is(:n, 0, 'no notification unless asked for');
SELECT t.lead(jsonb_build_object('owner_id', :cy)) AS l9 \gset
SELECT to_jsonb(x) AS res FROM t.convert(:l9, jsonb_build_object('owner_id', :bob, 'send_notification_email', true)) x \gset
SELECT results_eq('SELECT user_id, lead_id, account_id, contact_id, opportunity_id FROM crm.notification',
    format('VALUES (%s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::bigint)', :bob, :l9, :'res'::jsonb ->> 'account_id', :'res'::jsonb ->> 'contact_id', :'res'::jsonb ->> 'opportunity_id'), 'send_notification_email: to the user in ownerId');

-- follow and unfollow
SELECT t.lead(jsonb_build_object('owner_id', :cy)) AS l10 \gset
INSERT INTO crm.entity_subscription (subscriber_id, lead_id) VALUES (:cy, :l10), (:bob, :l10);
SELECT account_id AS a10 FROM t.convert(:l10) \gset
SELECT is((SELECT array_agg(subscriber_id) FROM crm.entity_subscription WHERE lead_id = :l10), ARRAY[:bob]::bigint[], 'the lead''s owner is unsubscribed from the lead, others are not');
SELECT is((SELECT array_agg(subscriber_id) FROM crm.entity_subscription WHERE account_id = :a10), ARRAY[:ann]::bigint[], 'the converter follows the new account');
SELECT t.convert(t.lead(), jsonb_build_object('account_id', :a2)) IS NULL;
SELECT is((SELECT count(*) FROM crm.entity_subscription WHERE account_id = :a2), 0::bigint, 'an existing account is not followed');
UPDATE crm.lead_convert_settings SET follow_new_account = false;
SELECT is((SELECT count(*) FROM crm.entity_subscription WHERE account_id = (SELECT account_id FROM t.convert(t.lead()))), 0::bigint, 'feed tracking off: not followed');

-- Salesforce to Salesforce
SELECT t.lead() AS l11 \gset
SELECT t.lead() AS l12 \gset
DO $$ BEGIN
    EXECUTE format('INSERT INTO crm.partner_network_record_connection (lead_id%s) SELECT id%s FROM crm.lead ORDER BY id DESC LIMIT 2',
        (SELECT coalesce(string_agg(', ' || attname, ''), '') FROM pg_attribute a WHERE attrelid = 'crm.partner_network_record_connection'::regclass AND attnum > 0 AND attnotnull AND NOT atthasdef AND attidentity = '' AND atttypid IN ('text'::regtype, 'varchar'::regtype)),
        (SELECT coalesce(string_agg(', ''x''', ''), '') FROM pg_attribute a WHERE attrelid = 'crm.partner_network_record_connection'::regclass AND attnum > 0 AND attnotnull AND NOT atthasdef AND attidentity = '' AND atttypid IN ('text'::regtype, 'varchar'::regtype)));
END $$;
SELECT status AS was FROM crm.partner_network_record_connection WHERE lead_id = :l12 \gset
SELECT t.convert(:l11) IS NULL;
SELECT is((SELECT status FROM crm.partner_network_record_connection WHERE lead_id = :l11), 'Inactive (converted)', 'a lead''s shared record is inactivated');
SELECT is((SELECT status FROM crm.partner_network_record_connection WHERE lead_id = :l12), :'was', '... another lead''s is not');

SELECT * FROM finish();
ROLLBACK;
