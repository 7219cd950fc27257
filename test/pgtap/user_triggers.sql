-- Triggers of users that have already done what a conversion is about to do: it
-- succeeds, and there is one of each.
BEGIN;
\ir helpers.psql
SELECT plan(20);
SELECT t.no_duplicate_rules();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
INSERT INTO crm.campaign (id, name) VALUES (5, 'Camp');
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (5, 'Sent', 1, false), (5, 'Responded', 2, true);

-- What a trigger does is its argument, SQL in which $1 is the row, as JSON
CREATE FUNCTION t.act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'ROW' THEN
        EXECUTE TG_ARGV[0] USING to_jsonb(NEW);
        RETURN NEW;
    END IF;
    EXECUTE TG_ARGV[0];
    RETURN NULL;
END $$;

-- Who is related to whom after a conversion, in words
CREATE FUNCTION t.state(a bigint, c bigint, o bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(', ',
        (SELECT string_agg(concat_ws(' ', 'role', CASE contact_id WHEN c THEN 'of contact' ELSE 'of another' END,
                                     CASE WHEN is_primary THEN 'primary' END, role), ', ' ORDER BY contact_id <> c, id)
         FROM crm.opportunity_contact_role WHERE opportunity_id = o),
        (SELECT 'relation ' || count(*) FROM crm.account_contact_relation WHERE account_id = a AND contact_id = c),
        (SELECT 'followed ' || count(*) FROM crm.entity_subscription WHERE account_id = a AND subscriber_id = current_setting('leadconv.user_id')::bigint),
        (SELECT string_agg(concat_ws(' ', 'member', CASE WHEN lead_id IS NOT NULL THEN 'with lead' END, status), ', ') FROM crm.campaign_member WHERE contact_id = c))
$$;

-- Converts three leads, two in one call, with a trigger: on a table, at a time, doing something. What the state is
CREATE FUNCTION t.with_trigger(rel regclass, timing text, act text, request jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    leads bigint[];
    states text[];
    state text;
    l bigint;
    result text;
BEGIN
    EXECUTE format('CREATE TRIGGER zz %s ON %s FOR EACH ROW EXECUTE FUNCTION t.act(%L)', timing, rel, act);
    FOR i IN 1 .. 3 LOOP
        leads[i] := t.lead('{"email": "maya@acme.test"}');
        INSERT INTO crm.campaign_member (campaign_id, lead_id, status) VALUES (5, leads[i], 'Sent');
    END LOOP;
    PERFORM t.convert(leads[1], request);
    PERFORM FROM leadconv.convert_leads((SELECT array_agg(jsonb_populate_record(leadconv.new_lead_convert(x), request)) FROM unnest(leads[2:3]) x));
    SELECT string_agg(DISTINCT t.state(converted_account_id, converted_contact_id, converted_opportunity_id), '; ') INTO result
        FROM crm.lead WHERE id = ANY (leads);
    RAISE EXCEPTION 'undo';
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLERRM WHEN 'undo' THEN result ELSE SQLERRM END;
END $$;

-- Without any trigger
SELECT is(t.with_trigger('crm.note', 'AFTER INSERT', 'SELECT 1'), 'role of contact primary, relation 1, followed 1, member with lead Sent', 'no trigger that matters');

-- The role
SELECT is(t.with_trigger('crm.opportunity', timing, format('INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, is_primary, role) SELECT ($1 ->> ''id'')::bigint, max(id), %s, ''Own'' FROM crm.contact WHERE account_id = ($1 ->> ''account_id'')::bigint', is_primary)),
          'role of contact primary Own, relation 1, followed 1, member with lead Sent',
          format('the role is there: %s, primary %s', timing, is_primary))
  FROM (VALUES ('AFTER INSERT', 'false'), ('AFTER INSERT', 'true')) v (timing, is_primary);
SELECT is(t.with_trigger('crm.opportunity', 'AFTER INSERT', 'WITH c AS (INSERT INTO crm.contact (last_name, account_id) VALUES (''Boss'', ($1 ->> ''account_id'')::bigint) RETURNING id) INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, is_primary) SELECT ($1 ->> ''id'')::bigint, id, true FROM c'),
          'role of contact, role of another primary, relation 1, followed 1, member with lead Sent', 'another contact is the primary one');
SELECT is(t.with_trigger('crm.opportunity', 'AFTER INSERT', 'INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, is_deleted, role) SELECT ($1 ->> ''id'')::bigint, max(id), true, ''Own'' FROM crm.contact WHERE account_id = ($1 ->> ''account_id'')::bigint'),
          'role of contact primary Own, relation 1, followed 1, member with lead Sent', 'the role is there, in the recycle bin');
SELECT is(t.with_trigger('crm.opportunity_contact_role', 'BEFORE INSERT', 'INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, role) SELECT ($1 ->> ''opportunity_id'')::bigint, ($1 ->> ''contact_id'')::bigint, ''Own'' WHERE $1 ->> ''role'' IS NULL'),
          'role of contact primary Own, relation 1, followed 1, member with lead Sent', 'a trigger on the role itself makes it');
SELECT is(t.with_trigger('crm.opportunity_contact_role', 'BEFORE INSERT', 'WITH c AS (INSERT INTO crm.contact (last_name) SELECT ''Boss'' WHERE $1 ->> ''role'' IS NULL RETURNING id) INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, is_primary, role) SELECT ($1 ->> ''opportunity_id'')::bigint, id, true, ''Boss'' FROM c WHERE NOT EXISTS (SELECT FROM crm.opportunity_contact_role r WHERE r.opportunity_id = ($1 ->> ''opportunity_id'')::bigint)'),
          'role of contact, role of another primary Boss, relation 1, followed 1, member with lead Sent', '... or another primary one');

-- The relation
SELECT is(t.with_trigger(rel, timing, act), 'role of contact primary, relation 1, followed 1, member with lead Sent', format('the relation is there: %s on %s', timing, rel))
  FROM (VALUES
    ('crm.contact'::regclass, 'AFTER INSERT', 'INSERT INTO crm.account_contact_relation (account_id, contact_id) SELECT ($1 ->> ''account_id'')::bigint, ($1 ->> ''id'')::bigint'),
    ('crm.contact', 'AFTER INSERT', 'INSERT INTO crm.account_contact_relation (account_id, contact_id, is_deleted) SELECT ($1 ->> ''account_id'')::bigint, ($1 ->> ''id'')::bigint, true'),
    ('crm.opportunity_contact_role', 'AFTER INSERT', 'INSERT INTO crm.account_contact_relation (account_id, contact_id) SELECT o.account_id, ($1 ->> ''contact_id'')::bigint FROM crm.opportunity o WHERE id = ($1 ->> ''opportunity_id'')::bigint'),
    ('crm.account_contact_relation', 'BEFORE INSERT', 'INSERT INTO crm.account_contact_relation (account_id, contact_id, roles) SELECT ($1 ->> ''account_id'')::bigint, ($1 ->> ''contact_id'')::bigint, ''Own'' WHERE $1 ->> ''roles'' IS NULL')) v (rel, timing, act);

-- The subscription
SELECT is(t.with_trigger(rel, timing, act), 'role of contact primary, relation 1, followed 1, member with lead Sent', format('the account is followed: %s on %s', timing, rel))
  FROM (VALUES
    ('crm.account'::regclass, 'AFTER INSERT', 'INSERT INTO crm.entity_subscription (subscriber_id, account_id) SELECT current_setting(''leadconv.user_id'')::bigint, ($1 ->> ''id'')::bigint'),
    ('crm.lead', 'AFTER UPDATE', 'INSERT INTO crm.entity_subscription (subscriber_id, account_id) SELECT current_setting(''leadconv.user_id'')::bigint, ($1 ->> ''converted_account_id'')::bigint')) v (rel, timing, act);

-- The campaign
SELECT is(t.with_trigger('crm.contact', 'AFTER INSERT', 'INSERT INTO crm.campaign_member (campaign_id, contact_id, status) SELECT 5, ($1 ->> ''id'')::bigint, ''Responded'''),
          'role of contact primary, relation 1, followed 1, member with lead Responded', 'the new contact is in the campaign');

-- The file
SELECT t.new('content_document', '{"title": "Doc"}') AS d \gset
CREATE FUNCTION t.file() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO crm.content_document_link (content_document_id, contact_id, is_deleted) SELECT max(id), NEW.id, true FROM crm.content_document; RETURN NULL; END $$;
CREATE TRIGGER zz AFTER INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION t.file();
SELECT t.lead() AS l \gset
INSERT INTO crm.content_document_link (content_document_id, lead_id) VALUES (:d, :l);
SELECT ok((t.convert(:l)).success, 'the new contact has the file, in the recycle bin');
SELECT is((SELECT array_agg(is_deleted) FROM crm.content_document_link WHERE contact_id IS NOT NULL), '{false}', '... from where it is taken');
DROP TRIGGER zz ON crm.contact;

-- A statement trigger and a rule
CREATE TRIGGER zz AFTER INSERT ON crm.opportunity FOR EACH STATEMENT EXECUTE FUNCTION t.act('INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id) SELECT id, (SELECT max(id) FROM crm.contact c WHERE c.account_id = o.account_id) FROM crm.opportunity o WHERE NOT EXISTS (SELECT FROM crm.opportunity_contact_role r WHERE r.opportunity_id = o.id)');
SELECT t.convert(t.lead()) AS done \gset
SELECT is((SELECT array_agg(is_primary) FROM crm.opportunity_contact_role WHERE id = (SELECT max(id) FROM crm.opportunity_contact_role)), '{true}', 'the role is there, by a statement trigger');
DROP TRIGGER zz ON crm.opportunity;
CREATE RULE zz AS ON INSERT TO crm.contact DO ALSO INSERT INTO crm.account_contact_relation (account_id, contact_id) VALUES (NEW.account_id, NEW.id);
SELECT is((SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(t.lead()), leadconv.new_lead_convert(t.lead())]) WHERE success), 2::bigint, 'the relation is there, by a rule');
DROP RULE zz ON crm.contact;

-- A trigger that suppresses the role is still refused
CREATE FUNCTION t.suppress() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER zz BEFORE INSERT ON crm.opportunity_contact_role FOR EACH ROW EXECUTE FUNCTION t.suppress();
SELECT t.lead() AS l \gset
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC019', 'processed 0 of 1 row(s)', 'a trigger that suppresses the role');
DROP TRIGGER zz ON crm.opportunity_contact_role;
CREATE TRIGGER zz BEFORE INSERT ON crm.entity_subscription FOR EACH ROW EXECUTE FUNCTION t.suppress();
SELECT t.fails(format('SELECT leadconv.convert_lead(%s)', :l), 'LC019', 'processed 0 of 1 row(s)', '... or the subscription');

SELECT * FROM finish();
ROLLBACK;
