-- "Filter-based opportunity territory assignment isn't triggered when an
-- opportunity is created through lead conversion."
BEGIN;
\ir helpers.psql
SELECT plan(13);

SELECT t.new('territory', '{"name": "North", "developer_name": "north"}') AS north \gset
CREATE TRIGGER territory BEFORE INSERT OR UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.assign_territory('north');

SELECT t.new('account', '{"name": "Acme"}') AS account \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old', 'stage_name', 'Prospecting', 'close_date', '2030-01-01', 'account_id', :account)) AS old \gset
SELECT is(t.get('opportunity', :old, 'territory_id'), :'north', 'an opportunity that is made by hand is assigned to the territory');
UPDATE crm.opportunity SET territory_id = NULL WHERE id = :old;
SELECT is(t.get('opportunity', :old, 'territory_id'), :'north', 'and so is one that is changed by hand');

SELECT t.go();
SELECT is(t.get('opportunity', (SELECT opportunity_id FROM r), 'territory_id'), NULL, 'one that a conversion makes is not');
SELECT t.new('territory', '{"name": "South", "developer_name": "south"}') AS south \gset
SELECT t.go(jsonb_build_object('opportunity_record', jsonb_build_object('territory_id', :south)));
SELECT is(t.get('opportunity', (SELECT opportunity_id FROM r), 'territory_id'), :'south', 'but has the territory that the request gives it');
SELECT results_eq('SELECT DISTINCT o.territory_id FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(t.lead()), leadconv.new_lead_convert(t.lead())]) c JOIN LATERAL (SELECT t.get(''opportunity'', c.opportunity_id, ''territory_id'') AS territory_id) o ON true',
    'SELECT NULL::text', 'nor are those of a bulk call');

ALTER TABLE crm.opportunity DISABLE TRIGGER territory;
UPDATE crm.opportunity SET territory_id = NULL, lead_source = NULL WHERE id = :old;
ALTER TABLE crm.opportunity ENABLE TRIGGER territory;
SELECT t.go(jsonb_build_object('account_id', :account, 'opportunity_id', :old), '{"lead_source": "Web"}');
SELECT is(t.get('opportunity', :old, 'lead_source'), 'Web', 'an existing opportunity is filled');
SELECT is(t.get('opportunity', :old, 'territory_id'), NULL, 'and not assigned by that');

-- one that is made when a conversion is completed
SELECT t.go('{"do_not_create_opportunity": true}');
SELECT (leadconv.complete_lead_conversion((SELECT lead_id FROM r), opportunity_name => 'Deal')).opportunity_id AS deal \gset
SELECT is(t.get('opportunity', :deal, 'territory_id'), NULL, 'nor is one that completes a conversion');

-- what triggers write in the midst
CREATE FUNCTION t.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name <> 'Other' THEN
        UPDATE crm.opportunity SET description = 'touched' WHERE id = NEW.id;
        INSERT INTO crm.opportunity (name, stage_name, close_date) VALUES ('Other', 'Prospecting', '2030-01-01');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touch AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION t.touch();
SELECT t.go();
SELECT is(t.get('opportunity', (SELECT opportunity_id FROM r), 'description'), 'touched', 'a trigger that changes the new opportunity during the conversion');
SELECT is(t.get('opportunity', (SELECT opportunity_id FROM r), 'territory_id'), NULL, 'does not assign it either');
SELECT is((SELECT territory_id FROM crm.opportunity WHERE name = 'Other'), :north::bigint, 'one that it makes besides is an opportunity like any other');
DROP TRIGGER touch ON crm.opportunity;

-- a rule that names a territory which is not there does not stop conversions
CREATE TRIGGER broken BEFORE INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.assign_territory('nowhere');
SELECT t.go();
SELECT ok((SELECT success FROM r), 'no conversion looks for the territory');
SELECT throws_ok('INSERT INTO crm.opportunity (name, stage_name, close_date) VALUES (''x'', ''Prospecting'', ''2030-01-01'')', 'LC016', NULL, 'as other statements do');

SELECT * FROM finish();
ROLLBACK;
