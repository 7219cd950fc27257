-- New accounts and contacts: the values of mapped lead fields win over the defaults of
-- the account and contact.
BEGIN;
\ir helpers.psql
\ir consideration.psql
SELECT plan(14);
SELECT t.no_duplicate_rules();

ALTER TABLE crm.lead ADD COLUMN tier text;
ALTER TABLE crm.account ADD COLUMN tier text DEFAULT 'basic';
SELECT leadconv.map_lead_field('tier', 'account', 'tier');
ALTER TABLE crm.account ALTER website SET DEFAULT 'default.example', ALTER site SET DEFAULT 'HQ';
ALTER TABLE crm.contact ALTER title SET DEFAULT 'Customer', ALTER do_not_call SET DEFAULT true;
UPDATE crm.picklist_value SET is_default = true
WHERE value IN ('Cold', 'Dr.', 'Other') AND picklist_field_id IN (SELECT id FROM crm.picklist_field WHERE (object, field) IN (('account', 'rating'), ('contact', 'salutation'), ('contact', 'lead_source')));

-- without and with values of the request: two statements
CREATE TEMP TABLE way (request jsonb, what text);
INSERT INTO way VALUES ('{}', ''), ('{"account_record": {"description": "x"}, "contact_record": {"department": "y"}}', ', beside values of the request');
CREATE FUNCTION t.both(lead jsonb, request jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM t.go(request, lead);
    RETURN concat_ws(' ', t.got('account', 'website'), t.got('account', 'rating'), t.got('account', 'tier'), t.got('account', 'site'), '|',
        t.got('contact', 'title'), t.got('contact', 'salutation'), t.got('contact', 'lead_source'), t.got('contact', 'do_not_call'));
END $$;
SELECT is(t.both('{"website": "lead.example", "rating": "Hot", "tier": "gold", "title": "CEO", "salutation": "Ms.", "lead_source": "Web", "do_not_call": false}', request),
    'lead.example Hot gold HQ | CEO Ms. Web false', 'mapped lead values win over the defaults of columns and picklists' || what) FROM way;
SELECT is(t.both('{}', request), 'default.example Cold HQ | Customer Dr. Other false', 'where the lead has no value, the defaults count, but those of custom fields' || what) FROM way;
SELECT is(t.both('{"website": " ", "rating": "", "title": "  "}', request), 'default.example Cold HQ | Customer Dr. Other false', 'a blank is no value' || what) FROM way;
SELECT is(t.both('{"website": "lead.example", "rating": "Hot", "title": "CEO"}', '{"account_record": {"website": "asked.example", "rating": null}, "contact_record": {"title": null}}'),
    'asked.example HQ | Dr. Other false', 'the request wins over both, also where it gives none');
UPDATE crm.lead_convert_settings SET apply_custom_field_defaults = true;
SELECT is(t.both('{}', '{}'), 'default.example Cold basic HQ | Customer Dr. Other false', 'by the setting, blank custom fields get their defaults, too');
UPDATE crm.lead_convert_settings SET apply_custom_field_defaults = false;

-- many leads, and a look
SELECT t.lead('{"website": "lead.example"}') AS l \gset
SELECT jsonb_build_object('lead_id', :l) AS req \gset
SELECT is(t.shown(:'req', 'account', 'website'), 'lead.example from lead.website', 'a look shows a value of the lead');
SELECT is(t.shown(:'req', 'account', 'rating'), 'Cold from picklist', '... a default of a picklist');
SELECT is(t.shown(:'req', 'account', 'site'), 'HQ from default', '... that of a column');
SELECT is(t.shown(:'req', 'account', 'tier'), NULL, '... and no default of a custom field');
SELECT t.lead('{"website": "a.example", "company": "A"}') AS l1 \gset
SELECT t.lead('{"company": "B"}') AS l2 \gset
CREATE TEMP TABLE several AS SELECT lead_id, account_id FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1), leadconv.new_lead_convert(:l2)]);
SELECT is(ARRAY(SELECT website FROM several JOIN crm.account a ON a.id = account_id ORDER BY lead_id), '{a.example,default.example}'::varchar[], 'many leads: each its own value, or the default');
SELECT is(t.both('{"title": "CEO"}', '{"do_not_create_account": true}'), '| CEO Dr. Other false', 'a contact without an account, likewise');

SELECT * FROM finish();
ROLLBACK;
