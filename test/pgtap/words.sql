-- Words of the user never become words of a generated statement: names and values
-- that contain what the statements are made of, in conversions of one and of many,
-- with and without a statement for each row.
BEGIN;
\ir helpers.psql
SELECT plan(36);

CREATE FUNCTION t.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TEMP TABLE word (n integer GENERATED ALWAYS AS IDENTITY, w text);
INSERT INTO word (w) VALUES ('conversion_batch'), ('conversion_batch b'), ('(SELECT $2 AS ord) b, $1'), ('%s %d %n'), ($$it's "quoted"\ b.lead_id$$), ('FOR UPDATE OF l; -- ');

-- What became of two new leads, the second in a call for both: everything that a word
-- can have got into
CREATE FUNCTION t.outcome(word text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    l bigint;
    leads bigint[] := '{}';
    a crm.account;
BEGIN
    FOR i IN 1 .. 3 LOOP
        EXECUTE format('INSERT INTO crm.lead (first_name, last_name, company, %I) VALUES (''Maya'', ''Rao'', ''Acme'', %L) RETURNING id', word, word || i) INTO l;
        leads := leads || l;
        EXECUTE format('INSERT INTO t.%I (%I) VALUES (%s)', word, 'lead ' || word, l);
    END LOOP;
    PERFORM t.convert(leads[1]);
    PERFORM * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(leads[2]), leadconv.new_lead_convert(leads[3])]);
    FOR i IN 1 .. 3 LOOP
        RETURN QUERY EXECUTE format('SELECT concat_ws(''|'', a.%1$I, a.fixed, a.ownership, l.status, o.stage_name,'
            ' (SELECT count(*) FROM t.%1$I x WHERE x.%2$I = c.id AND x.%3$I = l.id), (SELECT count(*) FROM t.%1$I x WHERE x.%4$I = l.id))'
            ' FROM crm.lead l JOIN crm.account a ON a.id = l.converted_account_id JOIN crm.contact c ON c.id = l.converted_contact_id'
            ' JOIN crm.opportunity o ON o.id = l.converted_opportunity_id WHERE l.id = %5$s', word, 'contact ' || word, 'source ' || word, 'lead ' || word, leads[i]);
    END LOOP;
END $$;

-- Each word as name of columns, of a table, as default, as value of picklists
CREATE FUNCTION t.use(word text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE crm.lead ADD COLUMN %I text', word);
    EXECUTE format('ALTER TABLE crm.account ADD COLUMN %I text, ADD COLUMN fixed text DEFAULT %L', word, word);
    PERFORM leadconv.map_lead_field(word, 'account', word);
    EXECUTE format('CREATE TABLE t.%I (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, %I bigint REFERENCES crm.lead (id), %I bigint, %I bigint)',
        word, 'lead ' || word, 'contact ' || word, 'source ' || word);
    EXECUTE format('CREATE INDEX ON t.%I (%I)', word, 'lead ' || word);
    PERFORM leadconv.register_related_list(format('t.%I', word)::regclass, 'lead ' || word, 'contact ' || word, source_column => 'source ' || word);
    INSERT INTO crm.picklist_field (object, field) VALUES ('account', 'ownership') ON CONFLICT DO NOTHING;
    INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order, is_default) SELECT id, word, word, 1, true FROM crm.picklist_field WHERE object = 'account' AND field = 'ownership';
    UPDATE crm.lead_status SET is_converted = false;
    INSERT INTO crm.lead_status (api_name, master_label, sort_order, is_converted) VALUES (word, word, 99, true);
    INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order) VALUES (word, word, -1);
END $$;

CREATE FUNCTION t.test() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    word record;
    got text[];
    mode text;
    gots text[] := '{}';
    wants text[] := '{}';
    names text[] := '{}';
BEGIN
    FOR word IN SELECT w FROM word ORDER BY n LOOP
        BEGIN
            PERFORM t.use(word.w);
            FOREACH mode IN ARRAY ARRAY['without a statement', 'by a statement'] LOOP
                IF mode = 'by a statement' THEN
                    CREATE TRIGGER nothing AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION t.nothing();
                END IF;
                got := ARRAY(SELECT t.outcome(word.w));
                FOR i IN 1 .. 3 LOOP
                    gots := gots || got[i];
                    wants := wants || concat_ws('|', word.w || i, word.w, word.w, word.w, word.w, 1, 0);
                    names := names || format('%s, %s: %s', word.w, mode, CASE i WHEN 1 THEN 'one' ELSE 'of many' END);
                END LOOP;
            END LOOP;
            RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ001';
        EXCEPTION WHEN SQLSTATE 'ZZ001' THEN NULL;
        END;
    END LOOP;
    RETURN QUERY SELECT is(g, w, n) FROM unnest(gots, wants, names) x (g, w, n);
END $$;
SELECT t.test();

SELECT finish();
ROLLBACK;
