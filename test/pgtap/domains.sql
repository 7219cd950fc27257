-- Columns of domains that refuse NULL or have a default, in tables whose records get
-- values from requests: what is not given is as in any INSERT.
BEGIN;
\ir helpers.psql
SELECT * FROM no_plan();

CREATE DOMAIN t.must AS text NOT NULL;
CREATE DOMAIN t.must_default AS text NOT NULL DEFAULT 'of the domain';
CREATE DOMAIN t.short AS varchar(5) CHECK (value IS NOT NULL AND value <> 'bad');
CREATE DOMAIN t.shorter AS t.short DEFAULT 'dflt';
CREATE DOMAIN t.numbers AS numeric(6, 2)[] NOT NULL DEFAULT '{}';

-- Converts a new lead by each way in, with these values of all records: what the columns have then
CREATE FUNCTION t.tried(vals jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    request jsonb := jsonb_build_object('account_record', vals, 'contact_record', vals, 'opportunity_record', vals, 'follow_up_task', jsonb_build_object('subject', 'x') || vals);
    result text;
    answers text[];
BEGIN
    FOR way IN 1 .. 3 LOOP
        BEGIN
            IF way = 1 THEN
                PERFORM t.convert(t.lead(), request);
            ELSE
                PERFORM leadconv.convert_leads_json((SELECT jsonb_agg(jsonb_build_object('lead_id', t.lead()) || request) FROM generate_series(2, way)), true);
            END IF;
            SELECT string_agg(DISTINCT concat_ws('/', d, e, f, g, h), ' ') INTO result FROM (
                SELECT d, e, f, g, h FROM crm.account UNION ALL SELECT d, e, f, g, h FROM crm.contact
                UNION ALL SELECT d, e, f, g, h FROM crm.opportunity UNION ALL SELECT d, e, f, g, h FROM crm.task) x;
            RAISE EXCEPTION USING ERRCODE = 'ZZ000';
        EXCEPTION WHEN OTHERS THEN
            answers := answers || CASE WHEN SQLSTATE = 'ZZ000' THEN result ELSE SQLSTATE || ' ' || SQLERRM END;
        END;
    END LOOP;
    SELECT string_agg(DISTINCT a, ' | ') INTO result FROM unnest(answers) a;
    RETURN result;
END $$;

SELECT format('ALTER TABLE crm.%I ADD d t.must DEFAULT %L, ADD e t.must_default, ADD f t.short DEFAULT %L, ADD g t.shorter, ADD h t.numbers', x, 'column', 'col')
FROM unnest('{account,contact,opportunity,task}'::text[]) x \gexec
SELECT is(t.tried('{}'), 'column/of the domain/col/dflt/{}', 'nothing given: the defaults');
SELECT is(t.tried('{"description": "x"}'), 'column/of the domain/col/dflt/{}', 'another column given: the defaults');
SELECT is(t.tried('{"d": "D"}'), 'D/of the domain/col/dflt/{}', 'one of them given');
SELECT is(t.tried('{"d": "D", "e": "E", "f": "F", "g": "G", "h": [1, 2.345]}'), 'D/E/F/G/{1.00,2.35}', 'all of them given');
SELECT alike(t.tried('{"d": null}'), '23502 domain %must does not allow null values%', 'NULL given is refused');
SELECT alike(t.tried('{"f": "bad", "description": "x"}'), 'LC018 the value of "f" in % does not fit column%', 'a value that the domain refuses');
SELECT alike(t.tried('{"g": "longer"}'), 'LC0% the value of "g" in % does not fit column%', '... or that is too long');

-- a domain that is altered is noticed
ALTER DOMAIN t.must_default SET DEFAULT 'another';
SELECT is(t.tried('{"description": "x"}'), 'column/another/col/dflt/{}', 'a new default of the domain');
ALTER DOMAIN t.must_default DROP DEFAULT;
SELECT alike(t.tried('{"description": "x"}'), '23502 domain %must_default does not allow null values%', 'without one, it must be given');
SELECT is(t.tried('{"e": "E"}'), 'column/E/col/dflt/{}', '... and can be');

-- values of the lead, whose column is of no domain: what does not fit concerns its lead alone, and a look tells it
ALTER DOMAIN t.must_default SET DEFAULT 'of the domain';
ALTER TABLE crm.lead ADD f varchar(5), ADD d text;
ALTER TABLE crm.opportunity ALTER d DROP DEFAULT;
SELECT leadconv.map_lead_field(x, 'opportunity', x) FROM unnest('{d,f}'::text[]) x;
INSERT INTO crm.account (id, name) VALUES (77, 'Acme');
INSERT INTO crm.opportunity (id, account_id, name, stage_name, close_date, d) VALUES (77, 77, 'Deal', 'Prospecting', '2030-01-01', 'D');
UPDATE crm.opportunity SET f = 'kept' WHERE id = 77;
SELECT t.lead('{"d": "good", "f": "bad"}') AS bad, t.lead('{"d": "good", "f": "good"}') AS good, t.lead('{"f": "good"}') AS empty \gset
CREATE FUNCTION t.told(opportunity bigint, VARIADIC leads bigint[]) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' | ', (SELECT string_agg(DISTINCT lead_id || ' ' || status_code, ', ') FROM t.look(r) WHERE step = 'error'),
                     (SELECT string_agg(concat_ws(' ', lead_id, (errors[1]).status_code), ', ' ORDER BY lead_id) FROM leadconv.convert_leads(r, false)))
    FROM (SELECT array_agg(leadconv.new_lead_convert(l, account_id => CASE WHEN opportunity IS NOT NULL THEN 77 END, opportunity_id => opportunity)) FROM unnest(leads) l) x (r)
$$;
SAVEPOINT domains;
SELECT is(t.told(NULL, :bad, :good, :empty), format('%1$s FIELD_CUSTOM_VALIDATION_EXCEPTION, %3$s REQUIRED_FIELD_MISSING | %1$s FIELD_CUSTOM_VALIDATION_EXCEPTION, %2$s, %3$s REQUIRED_FIELD_MISSING', :bad, :good, :empty),
    'a new record, and values of leads that the domain refuses');
ROLLBACK TO domains;
SELECT is(t.told(77, :bad, :good, :empty), format('%s, %s, %s', :bad, :good, :empty), 'an existing record that has the values');
ROLLBACK TO domains;
CREATE DOMAIN t.good AS varchar(5) CHECK (value <> 'bad');
ALTER TABLE crm.opportunity ADD m t.good;
SELECT leadconv.map_lead_field('f', 'opportunity', 'm');
SELECT is(t.told(77, :bad, :good), format('%1$s FIELD_CUSTOM_VALIDATION_EXCEPTION | %1$s FIELD_CUSTOM_VALIDATION_EXCEPTION, %2$s', :bad, :good), 'an empty field of an existing record');
SELECT is(t.get('opportunity', 77, 'm'), 'good', '... gets the value that fits');
ROLLBACK TO domains;
SELECT is((SELECT string_agg(status_code || ' ' || field, ', ') FROM t.look(ARRAY[leadconv.new_lead_convert(:good, opportunity_record => '{"d": null}')]) WHERE step = 'error'),
    'REQUIRED_FIELD_MISSING d', 'NULL of the request, in a look');

SELECT * FROM finish();
ROLLBACK;
