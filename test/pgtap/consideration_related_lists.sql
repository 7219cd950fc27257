-- Considerations for converting leads: what is carried over from the related lists
-- of a lead to the contact, the account and the opportunity
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(64);

-- The lists of the platform, their tables, and whether their items go to contact, account and opportunity
CREATE TABLE t.matrix (list text, tables text[], contact boolean, account boolean, opportunity boolean);
INSERT INTO t.matrix VALUES
    ('Open Activities', '{task,event}', true, true, true),
    ('Activity History', '{task,event}', true, true, true),
    ('Campaign History', '{campaign_member}', true, false, false),
    ('HTML Email Status', '{email_status}', true, false, false),
    ('Notes and Attachments', '{note,attachment}', true, false, false),
    ('Files', '{content_document_link}', true, true, true),
    ('Notes (new)', '{content_note}', true, true, false),
    ('Content Deliveries', '{content_distribution}', true, false, false),
    ('Social Posts', '{social_post}', true, false, false),
    ('Social Personas', '{social_persona}', true, false, false),
    ('Marketing Actions', '{marketing_action}', true, false, false);

-- Do rows of a table that came from a lead name this record?
CREATE FUNCTION t.has(tab text, l bigint, col text, id bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    result boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = ('crm.' || tab)::regclass AND attname = col) THEN
        RETURN false;
    END IF;
    EXECUTE format('SELECT coalesce(bool_or(%I = $2), false) FROM crm.%I WHERE source_lead_id = $1', col, tab) INTO result USING l, id;
    RETURN result;
END $$;
-- A lead with a row in each list, open and closed activities
CREATE FUNCTION t.full_lead() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.laden_lead();
BEGIN
    INSERT INTO crm.task (lead_id, subject, status) VALUES (l, 'Done', 'Completed');
    INSERT INTO crm.event (lead_id, subject, start_date_time, end_date_time) VALUES (l, 'Past', '2020-01-01', '2020-01-02');
    RETURN l;
END $$;

-- to new records
SELECT t.full_lead() AS l \gset
SELECT t.state('{crm}') AS start \gset
SELECT account_id AS a, contact_id AS c, opportunity_id AS o, warnings AS w FROM t.convert(:l) \gset
SELECT is(:'w'::text, '{}', 'everything is carried over');
SELECT is(ROW(t.has(tab, :l, 'contact_id', :c), t.has(tab, :l, 'account_id', :a), t.has(tab, :l, 'opportunity_id', :o)), ROW(contact, account, opportunity),
    format('%s (%s): %s', list, tab, concat_ws(', ', CASE WHEN contact THEN 'contact' END, CASE WHEN account THEN 'account' END, CASE WHEN opportunity THEN 'opportunity' END)))
  FROM t.matrix, unnest(tables) tab;
SELECT is((SELECT count(*) FROM t.matrix), 11::bigint, 'eleven lists');
SELECT is((SELECT string_agg(DISTINCT concat_ws('/', subject, contact_id = :c, account_id = :a, opportunity_id = :o, is_closed), ' ' ORDER BY concat_ws('/', subject, contact_id = :c, account_id = :a, opportunity_id = :o, is_closed)) FROM crm.task),
    'Call/t/t/t/f Done/t/t/t/t', 'open activities and closed ones alike');
SELECT is((SELECT count(*) FROM pg_attribute WHERE attrelid = 'crm.content_note'::regclass AND attname = 'opportunity_id' AND EXISTS (SELECT FROM crm.content_note WHERE opportunity_id IS NOT NULL)), 0::bigint, 'no enhanced note on the opportunity');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');

-- to existing records
SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Old', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT ok((t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c, 'opportunity_id', :o))).success, 'to existing records');
SELECT is(ROW(t.has(tab, :l, 'contact_id', :c), t.has(tab, :l, 'account_id', :a), t.has(tab, :l, 'opportunity_id', :o)), ROW(contact, account, opportunity),
    format('likewise to existing ones: %s (%s)', list, tab))
  FROM t.matrix, unnest(tables) tab;

-- social lists, when that setting is on
UPDATE crm.lead_convert_settings SET social_customer_service_enabled = false;
SELECT t.full_lead() AS l \gset
SELECT is((t.convert(:l)).warnings::text, '{}', 'social customer service is off');
SELECT is((SELECT concat_ws('/', p.lead_id, p.contact_id, s.lead_id, s.contact_id) FROM crm.social_post p, crm.social_persona s WHERE :l IN (p.lead_id, p.source_lead_id) AND :l IN (s.lead_id, s.source_lead_id)),
    concat_ws('/', :l, :l), '... social posts and personas stay on the lead');
SELECT is((SELECT count(*) FROM crm.note WHERE source_lead_id = :l), 1::bigint, '... other lists do not');
UPDATE crm.lead_convert_settings SET social_customer_service_enabled = true;

-- a custom object is left alone unless it is registered
CREATE TABLE t.visit (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact);
CREATE INDEX ON t.visit (lead_id);
SELECT t.lead() AS l \gset
INSERT INTO t.visit (lead_id) VALUES (:l);
SELECT ok((t.convert(:l)).success, 'a custom object with a lookup to the lead');
SELECT is((SELECT concat_ws('/', lead_id, contact_id) FROM t.visit), :'l', '... is not carried over');
SELECT leadconv.register_related_list('t.visit', 'lead_id', 'contact_id');
SELECT t.lead() AS l \gset
INSERT INTO t.visit (lead_id) VALUES (:l);
SELECT ok((t.convert(:l)).success, 'once it is registered');
SELECT is((SELECT count(*) FROM t.visit WHERE contact_id IS NOT NULL AND lead_id IS NULL), 1::bigint, '... it is');
SELECT leadconv.unregister_related_list('t.visit');

--
-- Files: one link for each record
--
CREATE FUNCTION t.links(d bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat(CASE WHEN lead_id IS NOT NULL THEN 'lead' END, CASE WHEN contact_id IS NOT NULL THEN 'contact' END, CASE WHEN account_id IS NOT NULL THEN 'account' END,
        CASE WHEN opportunity_id IS NOT NULL THEN 'opportunity' END, ' ', share_type, CASE WHEN is_deleted THEN ' deleted' END), ', ' ORDER BY num_nonnulls(lead_id), contact_id, account_id, opportunity_id)
    FROM crm.content_document_link WHERE content_document_id = d $$;
SELECT t.new('content_document', '{"title": "Offer"}') AS d \gset
SELECT t.lead() AS l \gset
SELECT t.new('content_document_link', jsonb_build_object('content_document_id', :d, 'lead_id', :l, 'share_type', 'C')) AS link \gset
SELECT t.state('{crm}') AS start \gset
SELECT ok((t.convert(:l)).success, 'a lead with a file');
SELECT is(t.links(:d), 'contact C, account C, opportunity C, lead C', 'one link for each record, as the lead''s; the lead keeps its own');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');

UPDATE crm.related_list SET keep_lead = false WHERE child = 'crm.content_document_link'::regclass;
SELECT t.state('{crm}') AS start \gset
SELECT ok((t.convert(:l)).success, 'with keep_lead = false');
SELECT is(t.links(:d), 'contact C, account C, opportunity C', '... the lead does not keep its own');
SELECT is((SELECT undo #> '{dropped,0}' FROM crm.lead_conversion WHERE lead_id = :l AND undone_date IS NULL) -> 'row' -> 'id', to_jsonb(:link), '... which the ledger has, whole');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');

-- step by step
SELECT ok((t.convert(:l, '{"do_not_create_account": true, "do_not_create_opportunity": true}')).success, 'to a contact only');
SELECT is(t.links(:d), 'contact C', '... one link');
SELECT ok((leadconv.complete_lead_conversion(:l)).success, 'completed');
SELECT is(t.links(:d), 'contact C, account C, opportunity C', '... the others follow');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');

-- without any record there is nothing to link
SELECT ok((t.convert(:l, '{"do_not_create_account": true, "do_not_create_contact": true, "do_not_create_opportunity": true}')).success, 'a conversion to nothing');
SELECT is(t.links(:d), 'lead C', '... leaves the lead its link');

-- many leads with one file, and a contact that has it
SELECT t.new('content_document', '{"title": "Shared"}') AS d \gset
SELECT t.lead() AS l1 \gset
SELECT t.lead() AS l2 \gset
INSERT INTO crm.content_document_link (content_document_id, lead_id, contact_id, share_type) VALUES (:d, :l1, NULL, 'V'), (:d, :l2, NULL, 'V'), (:d, NULL, :c, 'I');
SELECT t.state('{crm}') AS start \gset
CREATE TEMP TABLE many AS SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, account_id => :a, contact_id => :c), leadconv.new_lead_convert(:l2, account_id => :a, contact_id => :c)]);
SELECT is((SELECT count(*) FROM many WHERE success), 2::bigint, 'two leads with one file go to one contact, which has it');
SELECT is(t.links(:d), 'contact I, account V, opportunity V, opportunity V', '... each record has it once');
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE lead_id IN (:l1, :l2) AND jsonb_array_length(undo -> 'dropped') = 1), 2::bigint, '... and each lead has lost its own');
SELECT lives_ok(format('SELECT leadconv.undo_lead_conversion(%s), leadconv.undo_lead_conversion(%s)', :l2, :l1), 'taken back');
SELECT is(t.changed_since(:'start', '{crm}'), NULL, '... everything is as it was');
UPDATE crm.related_list SET keep_lead = true WHERE child = 'crm.content_document_link'::regclass;

SELECT * FROM finish();
ROLLBACK;
