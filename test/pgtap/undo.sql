-- The ledger says enough to take a conversion back exactly: here it is taken back
-- with nothing but its words, and all rows are as they were. What triggers of the
-- user do in its midst is not lost either: the old value is that before the
-- conversion, the new value and the revision are those at its end.
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(57);
SELECT t.new('app_user', '{"name": "Ann"}') AS ann, t.new('app_user', '{"name": "Bob"}') AS bob \gset
SELECT set_config('leadconv.user_id', :'ann', true);

CREATE FUNCTION t.undo(lead bigint) RETURNS jsonb LANGUAGE sql AS $$ SELECT undo FROM crm.lead_conversion WHERE lead_id = lead AND undone_date IS NULL $$;
-- What the ledger says of the revision and of a field of a record, and what is
CREATE FUNCTION t.said(lead bigint, target text, field text) RETURNS text LANGUAGE sql AS $$
    SELECT concat(u #>> ARRAY['fields', target, field], ' ', u #>> ARRAY['revision', target]) FROM t.undo(lead) u $$;
CREATE FUNCTION t.is(target text, row_id bigint, before text, field text) RETURNS text LANGUAGE sql AS $$
    SELECT concat(CASE WHEN before <> '' THEN jsonb_build_array(before::jsonb, t.get(target, row_id, field)) END, ' ', t.get(target, row_id, 'revision')) $$;

--
-- A lead with a row in every list, and all that can be kept, moved or ended
--
UPDATE crm.lead_convert_settings SET contacts_to_multiple_accounts_enabled = true, social_customer_service_enabled = true, follow_new_account = true;
ALTER TABLE crm.campaign_member ADD COLUMN colour text;
-- columns can have any names, also the short ones that statements use
ALTER TABLE crm.campaign_member ADD COLUMN m text, ADD COLUMN c text, ADD COLUMN kept_id text, ADD COLUMN batch_ord text, ADD COLUMN removed_row text;
ALTER TABLE crm.opportunity_contact_role ADD COLUMN o text, ADD COLUMN b text;
ALTER TABLE crm.account_contact_relation ADD COLUMN o text, ADD COLUMN b text;
ALTER TABLE crm.entity_subscription ADD COLUMN s text, ADD COLUMN b text;
ALTER TABLE crm.content_document_link ADD COLUMN t text, ADD COLUMN o text;
ALTER TABLE crm.lead_convert_settings ADD COLUMN s text;
CREATE TABLE public.visit (place text, nr integer, lead_id bigint REFERENCES crm.lead (id), who bigint, firm bigint, PRIMARY KEY (place, nr));
CREATE TABLE public.stay (id bigint PRIMARY KEY, lead_id bigint REFERENCES crm.lead (id), who bigint, firm bigint, src bigint);
CREATE INDEX ON public.visit (lead_id);
CREATE INDEX ON public.stay (lead_id);
SELECT leadconv.register_related_list('public.visit', 'lead_id', contact_column => 'who', account_column => 'firm');
SELECT leadconv.register_related_list('public.stay', 'lead_id', contact_column => 'who', account_column => 'firm', source_column => 'src');
CREATE FUNCTION t.full_lead(more jsonb DEFAULT '{}') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.laden_lead(jsonb_build_object('owner_id', (SELECT id FROM crm.app_user WHERE name = 'Bob'), 'phone', '1', 'website', 'w', 'lead_source', 'Web') || more, true);
    who jsonb := jsonb_build_object('lead_id', l);
    other bigint := t.new('account', '{"name": "Other"}');
BEGIN
    PERFORM t.new('task', who || jsonb_build_object('subject', 'Kept', 'account_id', other));
    PERFORM t.new('task', who || jsonb_build_object('subject', 'Came from elsewhere', 'source_lead_id', t.lead()));
    PERFORM t.new('task', who || jsonb_build_object('subject', 'Mine', 'owner_id', (SELECT id FROM crm.app_user WHERE name = 'Ann')));
    UPDATE crm.task SET priority = 'High' WHERE subject = 'Mine' AND lead_id = l;
    PERFORM t.new('entity_subscription', who || jsonb_build_object('subscriber_id', (SELECT id FROM crm.app_user WHERE name = 'Bob')));
    PERFORM t.new('partner_network_record_connection', who || '{"connection_name": "P", "status": "Active (sent)"}');
    INSERT INTO public.visit VALUES ('Rome', l, l, NULL, NULL), ('Oslo', l, l, NULL, other);
    INSERT INTO public.stay VALUES (10 * l, l, NULL, NULL, NULL), (10 * l + 1, l, NULL, other, 77);
    RETURN l;
END $$;

SELECT t.full_lead() AS l \gset
SELECT t.state('{crm,public}') AS before \gset
SELECT ok((t.convert(:l, '{"follow_up_task": {"subject": "Call"}, "send_notification_email": true}')).success, 'a lead with a row in every list, into new records');
SELECT isnt(t.difference(:'before', t.state('{crm,public}')), NULL, '... changes much');
SELECT is(t.undoes(:'before', ARRAY[:l]), NULL, '... and the ledger says how to take it back');

SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a, 'lead_source', 'Phone')) AS c \gset
SELECT t.new('opportunity', jsonb_build_object('name', 'Deal', 'account_id', :a, 'stage_name', 'Prospecting', 'close_date', '2027-01-01')) AS o \gset
SELECT jsonb_build_object('account_id', :a, 'contact_id', :c, 'opportunity_id', :o) AS old \gset
SELECT t.full_lead() AS l \gset
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) SELECT min(id), unnest('{Sent,Responded}'::text[]), generate_series(1, 2), unnest('{f,t}'::boolean[]) FROM crm.campaign;
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', (SELECT min(id) FROM crm.campaign), 'contact_id', :c, 'status', 'Sent')) AS kept \gset
UPDATE crm.campaign_member SET colour = 'red', status = 'Responded' WHERE lead_id = :l;
SELECT t.state('{crm,public}') AS before \gset
SELECT ok((t.convert(:l, :'old'::jsonb || '{"overwrite_lead_source": true}')).success, 'into records that exist');
SELECT is(t.undo(:l) -> 'made', '["role", "relation"]', '... which it joins');
SELECT is(t.undoes(:'before', ARRAY[:l]), NULL, '... taken back');

-- twice into the same records: the second finds role and relation there
SELECT t.full_lead() AS l1, t.full_lead() AS l2, t.full_lead() AS l3, t.full_lead() AS l4 \gset
SELECT t.state('{crm,public}') AS before \gset
SELECT t.convert(:l1, :'old');
SELECT t.state('{crm,public}') AS between \gset
SELECT ok((t.convert(:l2, :'old')).success, 'once more into the same');
SELECT is(t.undo(:l2) ? 'made', false, '... which are joined already');
SELECT is(t.undo(:l2) #>> '{members,0,kept,lead_id}', :'l1', '... with a member that came with the first lead');
SELECT is(t.undo(:l2) #> '{members,0,revision}', to_jsonb(revision), '... and its revision') FROM crm.campaign_member WHERE contact_id = :c AND campaign_id = (SELECT min(id) FROM crm.campaign);
SELECT is(t.undoes(:'between', ARRAY[:l2]), NULL, '... the second taken back');
SELECT is(t.undoes(:'before', ARRAY[:l1]), NULL, '... and the first');

-- many in one call, with records in common
SELECT ok(bool_and(success), 'many in one call') FROM leadconv.convert_leads(ARRAY[
    leadconv.new_lead_convert(:l1), leadconv.new_lead_convert(:l2, account_id => :a, contact_id => :c, opportunity_id => :o),
    leadconv.new_lead_convert(:l3, account_id => :a), leadconv.new_lead_convert(:l4, account_id => :a, contact_id => :c)]);
SELECT is(ARRAY[t.undo(:l1) -> 'made', t.undo(:l2) -> 'made', t.undo(:l3) -> 'made', t.undo(:l4) -> 'made'], ARRAY[NULL, '["role", "relation"]', NULL, NULL]::jsonb[], 'the first joins what exists');
SELECT is(t.undoes(:'before', ARRAY[:l1, :l2, :l3, :l4]), NULL, '... all taken back');

-- some in one call, which note the last revision of what they share, and another later; a
-- contact that is a member of the campaign, and one that becomes it
SELECT t.new('contact', jsonb_build_object('last_name', 'New', 'account_id', :a)) AS c2 \gset
CREATE FUNCTION t.later(a bigint, c bigint, kind text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    leads bigint[] := ARRAY[t.full_lead(), t.full_lead(), t.full_lead(), t.full_lead()];
    old jsonb := jsonb_build_object('account_id', a, 'contact_id', c);
    before text[] := t.state('{crm,public}');
BEGIN
    RETURN NEXT ok(bool_and(success), kind || ': three in one call') FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(l, account_id => a, contact_id => c) FROM unnest(leads[1:3]) l));
    RETURN NEXT ok((t.convert(leads[4], old)).success, '... and one later, with a member of the same campaign');
    RETURN NEXT is(t.undoes(before, leads), NULL, '... all taken back');
    RETURN NEXT ok(bool_and(success), '... three in one call') FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(l, account_id => a, contact_id => c) FROM unnest(leads[1:3]) l));
    RETURN NEXT ok((t.convert(leads[4], old)).success, '... and one later');
    RETURN NEXT ok(bool_and(success), '... undone in one call') FROM leadconv.undo_lead_conversions(leads);
    RETURN NEXT is(t.changed_since(before, '{crm,public}'), NULL, '... all taken back');
END $$;
SELECT t.later(:a, :c, 'a member');
SELECT t.later(:a, :c2, 'a new member');

-- requests that use the record which another of the same call makes
SELECT t.lead('{"company": "Same", "email": "same@x.example", "phone": "1"}') AS l1, t.lead('{"company": "Same", "email": "same@x.example", "fax": "2"}') AS l2 \gset
SELECT t.state('{crm,public}') AS before \gset
SELECT ok(bool_and(success), 'a record that another request of the call makes')
FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1), leadconv.new_lead_convert(:l2)], reuse_accounts => true, reuse_contacts => true);
SELECT is(t.undo(:l2) #> '{fields,account,fax}', '[null, "2"]', '... is filled by it');
SELECT is(t.undoes(:'before', ARRAY[:l1, :l2]), NULL, '... both taken back');

--
-- Triggers of the user
--
\set old_contact :c
SAVEPOINT s;
CREATE FUNCTION t.again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        UPDATE crm.account SET phone = phone || '1', site = 'x' WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER again AFTER UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.again();
SELECT t.new('account', '{"name": "Old"}') AS a, t.lead('{"phone": "1"}') AS l \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a));
SELECT is(t.said(:l, 'account', 'phone'), '[null, "11"] 3', 'a record that is updated again: the old value is the one before, the new one the last');
SELECT is(t.said(:l, 'account', 'phone'), t.is('account', :a, 'null', 'phone'), '... as it is');
ROLLBACK TO s;

CREATE FUNCTION t.normalize() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.phone := '+1 ' || NEW.phone; RETURN NEW; END $$;
CREATE TRIGGER normalize BEFORE UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.normalize();
SELECT t.new('account', '{"name": "Old"}') AS a, t.lead('{"phone": "1"}') AS l \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a));
SELECT is(t.said(:l, 'account', 'phone'), '[null, "+1 1"] 2', 'a BEFORE trigger that changes the value: what is stored');
ROLLBACK TO s;

CREATE FUNCTION t.rolled_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    BEGIN
        UPDATE crm.account SET phone = 'no' WHERE id = NEW.account_id;
        UPDATE crm.task SET priority = 'Low' WHERE contact_id = NEW.id;
        RAISE 'no';
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
    RETURN NULL;
END $$;
CREATE TRIGGER rolled_back AFTER INSERT OR UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.rolled_back();
SELECT t.lead() AS l \gset
SELECT account_id AS a FROM t.convert(:l) \gset
SELECT is(t.said(:l, 'account', 'phone'), ' ', 'an update that a trigger has rolled back is none');
SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'Old', 'account_id', :a)) AS c, t.lead('{"phone": "1"}') AS l \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a, 'contact_id', :c));
SELECT is(t.said(:l, 'account', 'phone'), '[null, "1"] 2', '... nor is its value the new one');
CREATE TRIGGER rolled_back AFTER INSERT ON crm.lead_conversion FOR EACH ROW WHEN (NEW.contact_created) EXECUTE FUNCTION t.rolled_back();
SELECT t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l)) AS task \gset
SELECT account_id AS a FROM t.convert(:l) \gset
SELECT is(t.undo(:l) ? 'rows', false, '... nor has a row been changed by it');
ROLLBACK TO s;

-- a table without a revision, and a record that has none by now
CREATE FUNCTION t.as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER as_it_is BEFORE UPDATE ON crm.note FOR EACH ROW EXECUTE FUNCTION t.as_it_is();
ALTER TABLE crm.note ADD COLUMN revision text;
SELECT t.lead() AS l, t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('note', jsonb_build_object('lead_id', :l, 'title', 'Note', 'contact_id', :old_contact, 'revision', 'mine')) AS note \gset
SELECT t.convert(:l);
SELECT is(t.undo(:l) -> 'rows', jsonb_build_array(jsonb_build_object('table', 'crm.note', 'key', jsonb_build_object('id', :note), 'kept', '["contact_id"]'::jsonb)), 'rows of a table without a revision');
CREATE TRIGGER as_it_is BEFORE UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.as_it_is();
ALTER TABLE crm.account DROP COLUMN revision;
SELECT t.lead('{"phone": "1"}') AS l \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a));
SELECT is(t.undo(:l) #> '{fields,account,phone}', '[null, "1"]', 'a record without a revision: its values all the same');
SELECT is(t.undo(:l) ? 'revision', false, '... and no revision');
ROLLBACK TO s;

CREATE FUNCTION t.suppress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN CASE WHEN NEW.site IS NULL THEN NEW END; END $$;
CREATE TRIGGER suppress BEFORE UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION t.suppress();
CREATE FUNCTION t.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE crm.account SET site = 'x' WHERE id = NEW.account_id; RETURN NULL; END $$;
CREATE TRIGGER touch AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.touch();
SELECT t.lead() AS l \gset
SELECT account_id AS a FROM t.convert(:l) \gset
SELECT is(t.said(:l, 'account', 'site'), ' ', 'an update that a trigger has suppressed is none');
ROLLBACK TO s;

-- after the ledger has been written
CREATE FUNCTION t.customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE crm.account SET type = 'Customer', phone = 'new' WHERE id = NEW.account_id;
    INSERT INTO crm.task (lead_id, subject, owner_id) SELECT id, 'Late', NEW.created_by_id FROM crm.lead WHERE id = NEW.lead_id;
    RETURN NULL;
END $$;
CREATE TRIGGER customer AFTER INSERT ON crm.lead_conversion FOR EACH ROW EXECUTE FUNCTION t.customer();
SELECT t.new('account', '{"name": "Old"}') AS a, t.lead(jsonb_build_object('phone', '1', 'owner_id', :bob)) AS l \gset
SELECT t.convert(:l, jsonb_build_object('account_id', :a));
SELECT is(t.said(:l, 'account', 'phone'), '[null, "new"] 3', 'what a trigger of the ledger does is in the ledger');
SELECT is((SELECT jsonb_agg(x - 'id') FROM jsonb_array_elements(owner_changes) x), jsonb_build_array(jsonb_build_object('table', 'crm.task', 'from', :ann, 'to', :bob)), '... with the owners of the rows that it adds')
FROM crm.lead_conversion WHERE lead_id = :l;
SELECT t.lead() AS l1, t.lead() AS l2 \gset
SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1), leadconv.new_lead_convert(:l2)]);
SELECT is(ARRAY[t.said(:l1, 'account', 'phone'), t.said(:l2, 'account', 'phone')], '{" 2"," 2"}', '... for each of many');
ROLLBACK TO s;

-- a member of the contact that a trigger touches after the merge
CREATE FUNCTION t.member() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE crm.campaign_member SET colour = 'blue' WHERE contact_id = NEW.converted_contact_id; RETURN NULL; END $$;
CREATE TRIGGER member AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.is_converted) EXECUTE FUNCTION t.member();
SELECT t.lead() AS l \gset
SELECT t.new('campaign', '{"name": "New"}') AS camp \gset
SELECT t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'contact_id', :old_contact)) AS kept, t.new('campaign_member', jsonb_build_object('campaign_id', :camp, 'lead_id', :l)) AS gone \gset
SELECT t.convert(:l, :'old');
SELECT is(t.undo(:l) #>> '{members,0,revision}', t.get('campaign_member', :kept, 'revision'), 'a merged member that is updated again: its revision at the end');
SELECT is(t.get('campaign_member', :kept, 'revision'), '3', '... which is 3');
SELECT is(t.undo(:l) -> 'rows', NULL, '... and not said twice');
ROLLBACK TO s;

--
-- Rows that had a source, or an owner and no column id
--
SELECT t.lead() AS l0, t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'source_lead_id', :l0)) AS task \gset
SELECT t.convert(:l);
SELECT is(t.undo(:l) -> 'rows', jsonb_build_array(jsonb_build_object('table', 'crm.task', 'key', jsonb_build_object('id', :task), 'source', :l0)), 'a row that had come from another lead before');
SELECT t.lead() AS l \gset
SELECT t.new('task', jsonb_build_object('lead_id', :l, 'source_lead_id', :l)) AS task \gset
SELECT t.convert(:l);
SELECT leadconv.undo_lead_conversion(:l);
SELECT is((SELECT concat_ws(' ', lead_id = :l, source_lead_id = :l) FROM crm.task WHERE id = :task), 't t', '... or that named its own');
SELECT t.lead() AS l \gset
INSERT INTO public.stay VALUES (1, :l, NULL, NULL, :l0), (2, :l, NULL, NULL, NULL);
SELECT t.convert(:l);
SELECT is(t.undo(:l) -> 'rows', jsonb_build_array(jsonb_build_object('table', 'public.stay', 'key', '{"id": 1}'::jsonb, 'source', :l0)), '... of a table of the user''s');

CREATE TABLE public.gift (nr bigint PRIMARY KEY, lead_id bigint REFERENCES crm.lead (id), who bigint, keeper bigint, src bigint);
CREATE INDEX ON public.gift (lead_id);
SELECT leadconv.register_related_list('public.gift', 'lead_id', contact_column => 'who', source_column => 'src');
UPDATE crm.related_list SET owner_column = 'keeper', owner_rule = 'all_of_converter' WHERE child = 'public.gift'::regclass;
SELECT t.lead(jsonb_build_object('owner_id', :bob)) AS l \gset
INSERT INTO public.gift VALUES (1, :l, NULL, :ann), (2, :l, NULL, :bob);
SELECT lives_ok(format('SELECT t.convert(%s)', :l), 'a table with owners and no column id');
SELECT is(owner_changes, jsonb_build_array(jsonb_build_object('table', 'public.gift', 'key', '{"nr": 1}'::jsonb, 'from', :ann, 'to', :bob)), '... says whose row it was by its key')
FROM crm.lead_conversion WHERE lead_id = :l;

--
-- Values of any type, whatever the session's settings
--
CREATE EXTENSION hstore;
CREATE DOMAIN t.span AS daterange;
CREATE TYPE t.pair AS (n integer, d daterange);
CREATE TABLE t.kinds (col text, type text, val text);
INSERT INTO t.kinds VALUES ('i', 'interval', '-1 year -2 mons +3 days -04:05:06'), ('r', 'daterange', '[2026-02-01,2026-03-04)'), ('b', 'bytea', '\x0001ff'),
    ('f', 'float8', '0.1234567890123456'), ('s', 't.span', '[2026-02-01,2026-03-04)'), ('ch', '"char"', 'x'), ('bp', 'char(4)', 'ab'), ('da', 'date[]', '{2026-02-01}'),
    ('p', 't.pair', '(1,"[2026-02-01,2026-03-04)")'), ('h', 'hstore', '"a"=>"1", "b"=>NULL'), ('ha', 'hstore[]', '{"\"a\"=>\"1\""}'), ('nn', 'numeric', 'NaN'),
    ('ts', 'timestamptz', '2026-02-01 03:04:05.678901+02'), ('inf', 'timestamp', 'infinity'), ('bi', 'bit(3)', '101'), ('x', 'xml', '<a/>'), ('j', 'json', '{"b": 1}');
SELECT format('ALTER TABLE crm.%s ADD COLUMN %I %s', tab, 'k_' || col, type) FROM t.kinds, (VALUES ('lead'), ('account')) v (tab) \gexec
SELECT leadconv.map_lead_field('k_' || col, 'account', 'k_' || col) FROM t.kinds;
SELECT t.lead() AS l, t.new('account', '{"name": "Old"}') AS a \gset
SELECT format('UPDATE crm.lead SET %I = %L WHERE id = %s', 'k_' || col, val, :l) FROM t.kinds \gexec
CREATE TABLE t.was AS SELECT * FROM crm.lead WHERE id = :l;
SAVEPOINT settings;
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL IntervalStyle = 'sql_standard';
SET LOCAL extra_float_digits = -10;
SET LOCAL bytea_output = 'escape';
SET LOCAL TimeZone = 'Asia/Tokyo';
SELECT ok((t.convert(:l, jsonb_build_object('account_id', :a))).success, 'columns of all kinds are filled');
SELECT is(current_setting('DateStyle') || current_setting('extra_float_digits'), 'SQL, DMY-10', '... under the session''s settings');
SELECT t.undo(:l) #> '{fields,account}' AS said \gset
ROLLBACK TO settings;
SELECT is((SELECT count(*) FROM jsonb_object_keys(:'said'::jsonb) k WHERE k LIKE 'k\_%'), (SELECT count(*) FROM t.kinds), '... all of them are in the ledger');
SELECT string_agg(format('SELECT %1$L WHERE (r.%1$I)::text IS DISTINCT FROM (w.%1$I)::text', 'k_' || col), ' UNION ALL ') AS compare FROM t.kinds \gset
SELECT format('CREATE FUNCTION t.unlike(r crm.account, w t.was) RETURNS SETOF text LANGUAGE sql AS %L', :'compare') \gexec
SELECT is((SELECT string_agg(u, ' ') FROM t.was w, jsonb_populate_record(NULL::crm.account, (SELECT jsonb_object_agg(key, value -> 1) FROM jsonb_each(:'said'::jsonb))) r, t.unlike(r, w) u),
    NULL, '... and can be made again from what it says');

SELECT * FROM finish();
ROLLBACK;
