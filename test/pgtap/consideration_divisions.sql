-- Divisions: new records get the division of the lead; with an existing account, that
-- of the account, which keeps it.
BEGIN;
\ir helpers.psql
\ir consideration.psql
SELECT plan(15);

-- The divisions of the three records of the last result
CREATE FUNCTION t.divisions() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', coalesce(da.name, '-'), coalesce(dc.name, '-'), coalesce(d.name, '-'))
    FROM r LEFT JOIN crm.account a ON a.id = account_id LEFT JOIN crm.contact c ON c.id = contact_id LEFT JOIN crm.opportunity o ON o.id = opportunity_id
    LEFT JOIN crm.division da ON da.id = a.division_id LEFT JOIN crm.division dc ON dc.id = c.division_id LEFT JOIN crm.division d ON d.id = o.division_id $$;
SELECT t.new('division', '{"name": "North"}') AS north \gset
SELECT t.new('division', '{"name": "South"}') AS south \gset
SELECT jsonb_build_object('division_id', :north) AS lead \gset
SELECT t.new('account', jsonb_build_object('name', 'Old', 'division_id', :south)) AS a \gset
SELECT t.new('account', '{"name": "Nowhere"}') AS b \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :b)) AS c \gset

SELECT t.go('{}', :'lead');
SELECT is(t.divisions(), 'North North North', 'new account, contact and opportunity are in the division of the lead');
SELECT t.go();
SELECT is(t.divisions(), '- - -', 'or in none, as the lead');
SELECT t.go('{"do_not_create_account": true}', :'lead');
SELECT is(t.divisions(), '- North North', 'without an account, contact and opportunity are in that of the lead');
SELECT t.go(jsonb_build_object('account_id', :a), :'lead');
SELECT is(t.divisions(), 'South South South', 'an existing account keeps its division, and new contact and opportunity take it');
SELECT is((SELECT coalesce(filled_fields -> 'account', '[]') ? 'division_id' FROM crm.lead_conversion WHERE lead_id = (SELECT lead_id FROM r)), false, '... it is not filled');
SELECT t.go(jsonb_build_object('account_id', :b), :'lead');
SELECT is(t.divisions(), '- - -', 'also when it is in none');
SELECT t.go(jsonb_build_object('account_id', :b, 'contact_id', :c), :'lead');
SELECT is(t.divisions(), '- - -', 'an existing contact keeps its own');
SELECT t.go(jsonb_build_object('account_record', jsonb_build_object('division_id', :south), 'opportunity_record', '{"division_id": null}'::jsonb), :'lead');
SELECT is(t.divisions(), 'South North -', 'a division that the request gives wins');

-- the rows that a look shows
SELECT t.lead(:'lead') AS l \gset
SELECT is(t.shown(jsonb_build_object('lead_id', :l), 'opportunity', 'division_id'), :'north' || ' from engine', 'a look shows the division');
SELECT is(t.shown(jsonb_build_object('lead_id', :l, 'account_id', :a), 'contact', 'division_id'), :'south' || ' from engine', '... that of an existing account');
SELECT is(t.shown(jsonb_build_object('lead_id', :l, 'account_id', :a), 'account', 'division_id'), NULL, '... which is not filled');

-- accounts that are reused
SELECT t.lead(:'lead'::jsonb || '{"company": "Old", "last_name": "One"}') AS l1 \gset
SELECT t.lead(:'lead'::jsonb || '{"company": "Fresh", "last_name": "Two"}') AS l2 \gset
SELECT t.lead(jsonb_build_object('division_id', :south, 'company', 'Fresh', 'last_name', 'Three')) AS l3 \gset
CREATE TEMP TABLE many AS SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1), leadconv.new_lead_convert(:l2), leadconv.new_lead_convert(:l3)], reuse_accounts => true);
SELECT is((SELECT account_id FROM many WHERE lead_id = :l1), :a::bigint, 'an account is reused');
SELECT is((SELECT count(DISTINCT account_id) FROM many), 2::bigint, '... and another one used by two leads of the call');
SELECT is(ARRAY(SELECT c.last_name || ' ' || d.name FROM many JOIN crm.contact c ON c.id = contact_id JOIN crm.division d ON d.id = c.division_id ORDER BY c.id), '{"One South","Two North","Three North"}'::text[], 'contacts take the division of the account that they come to');
SELECT is((SELECT array_agg(d.name) FROM many JOIN crm.account x ON x.id = account_id JOIN crm.division d ON d.id = x.division_id WHERE lead_id = :l3), '{North}'::varchar[], '... which keeps that of the lead that made it');

SELECT * FROM finish();
ROLLBACK;
