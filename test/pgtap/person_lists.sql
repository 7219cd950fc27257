-- Related lists and person accounts: where the rows of each list go, for a lead that becomes a business account and
-- for one that becomes, or goes to, a person account; the whole table of the platform, and lists of the user's.
BEGIN;
\ir helpers.psql
SELECT plan(82);

UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);

-- The table of the platform; open and closed activities are one table here, notes and attachments are two
CREATE TABLE t.matrix (list text, label text, contact boolean, account boolean, person boolean, opportunity boolean);
INSERT INTO t.matrix VALUES
    ('Open Activities',       'Tasks',              'Yes', 'Yes', 'Yes', 'Yes'),
    ('Open Activities',       'Events',             'Yes', 'Yes', 'Yes', 'Yes'),
    ('Activity History',      'Tasks',              'Yes', 'Yes', 'Yes', 'Yes'),
    ('Campaign History',      'Campaign History',   'Yes', 'No',  'Yes', 'No'),
    ('HTML Email Status',     'HTML Email Status',  'Yes', 'No',  'Yes', 'No'),
    ('Notes and Attachments', 'Notes',              'Yes', 'No',  'Yes', 'No'),
    ('Notes and Attachments', 'Attachments',        'Yes', 'No',  'Yes', 'No'),
    ('Files',                 'Files',              'Yes', 'Yes', 'Yes', 'Yes'),
    ('Notes (new)',           'Notes (new)',        'Yes', 'Yes', 'Yes', 'No'),
    ('Content Deliveries',    'Content Deliveries', 'Yes', 'No',  'No',  'No'),
    ('Social Posts',          'Social Posts',       'Yes', 'No',  'Yes', 'No'),
    ('Social Personas',       'Social Personas',    'Yes', 'No',  'Yes', 'No'),
    ('Marketing Actions',     'Marketing Actions',  'Yes', 'No',  'Yes', 'No'),
    -- not in the table
    ('List Emails',           'List Emails',        'Yes', 'No',  'Yes', 'No'),
    ('Emails',                'Emails',             'Yes', 'No',  'Yes', 'No');
SELECT is((SELECT string_agg(label, ', ' ORDER BY label) FROM crm.related_list), (SELECT string_agg(DISTINCT label, ', ' ORDER BY label) FROM t.matrix), 'each list is in the table');

-- Which columns of a list name one of these records, of the rows that came from the lead; "lead" when they are still on it
CREATE FUNCTION t.places(list crm.related_list, lead_id bigint, contact_id bigint, account_id bigint, opportunity_id bigint) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
    result text[] := '{}';
    col name;
    id bigint;
    found boolean;
BEGIN
    FOR col, id IN VALUES (list.contact_column, contact_id), (list.account_column, account_id), (list.opportunity_column, opportunity_id) LOOP
        IF col IS NOT NULL THEN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE %I = $1 AND %I = $2)', list.child, col, list.source_column) INTO found USING id, lead_id;
            IF found THEN
                result := result || replace(col, '_id', '');
            END IF;
        END IF;
    END LOOP;
    IF NOT list.keep_lead THEN
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE %I = $1)', list.child, list.lead_column) INTO found USING lead_id;
        IF found THEN
            result := result || 'lead'::text;
        END IF;
    END IF;
    RETURN result;
END $$;
-- What the table says
CREATE FUNCTION t.expected(m t.matrix, is_person boolean, list crm.related_list) RETURNS text[] LANGUAGE sql AS $$
    SELECT CASE WHEN is_person AND NOT m.person THEN '{lead}'
                ELSE array_remove(ARRAY[CASE WHEN CASE WHEN is_person THEN m.person ELSE m.contact END THEN 'contact' END,
                                        CASE WHEN m.account THEN 'account' END, CASE WHEN m.opportunity THEN 'opportunity' END], NULL) END $$;

-- a business account, a new person account, an existing one
SELECT t.convert(t.laden_lead()) AS b \gset
SELECT t.convert(t.laden_lead('{"company": null}')) AS p \gset
SELECT t.new('account', '{"name": "Maya Rao", "is_person_account": true}') AS old \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Rao', 'first_name', 'Maya', 'is_person_account', true, 'account_id', :old)) AS oldc \gset
SELECT t.convert(t.laden_lead('{"company": null}'), jsonb_build_object('account_id', :old)) AS e \gset
CREATE TEMP TABLE k AS SELECT 'business account' AS kind, false AS is_person, x.* FROM (SELECT (:'b'::leadconv.lead_convert_result).*) x
    UNION ALL SELECT 'new person account', true, x.* FROM (SELECT (:'p'::leadconv.lead_convert_result).*) x
    UNION ALL SELECT 'existing person account', true, x.* FROM (SELECT (:'e'::leadconv.lead_convert_result).*) x;
SELECT is((SELECT array_agg(warnings::text) FROM k), '{"{}","{}","{}"}', 'what is not carried over by this table is no reason for a warning');
SELECT is(t.places(l, k.lead_id, k.contact_id, k.account_id, k.opportunity_id), t.expected(m, k.is_person, l), format('%s: %s of the list %s', k.kind, m.label, m.list))
  FROM k, t.matrix m JOIN crm.related_list l USING (label) ORDER BY k.kind, l.sort_order, m.list;

-- a batch of both
SELECT ARRAY[t.laden_lead(), t.laden_lead('{"company": null}')] AS leads \gset
CREATE TEMP TABLE k2 AS SELECT x.*, l.company IS NULL AS is_person FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(l) FROM unnest(:'leads'::bigint[]) l)) x JOIN crm.lead l ON l.id = x.lead_id;
SELECT is(t.places(l, k.lead_id, k.contact_id, k.account_id, k.opportunity_id), t.expected(m, k.is_person, l), format('in one call, %s: %s of the list %s', CASE WHEN k.is_person THEN 'person account' ELSE 'business account' END, m.label, m.list))
  FROM k2 k, t.matrix m JOIN crm.related_list l USING (label) ORDER BY k.is_person, l.sort_order, m.list;

-- any list can be kept from person accounts
UPDATE crm.related_list SET to_person_account = false;
SELECT t.convert(t.laden_lead()) AS b \gset
SELECT t.convert(t.laden_lead('{"company": null}')) AS p \gset
SELECT is((SELECT array_agg(DISTINCT cardinality(t.places(l, (:'b'::leadconv.lead_convert_result).lead_id, (:'b'::leadconv.lead_convert_result).contact_id, NULL, NULL))) FROM crm.related_list l), '{1}', 'a list that does not go to person accounts goes to contacts');
SELECT is((SELECT string_agg(label || ': ' || t.places(l, x.lead_id, x.contact_id, x.account_id, x.opportunity_id)::text, ' ') FROM (SELECT (:'p'::leadconv.lead_convert_result).*) x, crm.related_list l
    WHERE t.places(l, x.lead_id, x.contact_id, x.account_id, x.opportunity_id) <> CASE WHEN l.keep_lead THEN '{}' ELSE '{lead}' END::text[]), NULL, '... and stays on a lead that becomes a person account');
SELECT is((SELECT warnings FROM (SELECT (:'p'::leadconv.lead_convert_result).*) x)::text, '{}', '... without a warning');

-- triggers that suppress rows are found out all the same
CREATE FUNCTION t.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep BEFORE UPDATE ON crm.note FOR EACH ROW EXECUTE FUNCTION t.nothing();
SELECT lives_ok(t.call(jsonb_build_object('lead_id', t.laden_lead('{"company": null}'))), 'a trigger on a list that is left alone');
SELECT t.fails(t.call(jsonb_build_object('lead_id', t.laden_lead())), 'LC019', 'kept rows of lead', '... and on one that is carried over');

SELECT * FROM finish();
ROLLBACK;
