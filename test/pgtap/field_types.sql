-- Why one field cannot be mapped to another, and what becomes of a table that
-- is registered as a related list: the messages in full
BEGIN;
\ir helpers.psql
SELECT plan(44);

-- What the last statement of a list gives: "ok", or the reason and the hint
CREATE FUNCTION t.says(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
    statement text;
BEGIN
    FOREACH statement IN ARRAY statements LOOP
        EXECUTE statement;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'ZZ000';    -- undoes it
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN CASE WHEN SQLSTATE = 'ZZ000' THEN 'ok' ELSE concat_ws('; ', SQLSTATE || ' ' || SQLERRM, nullif(hint, '')) END;
END $$;

CREATE SEQUENCE public.shared_numbers;
CREATE TYPE public.colour AS ENUM ('red', 'green');
CREATE DOMAIN public.code AS varchar(5);
CREATE DOMAIN public.counter AS integer;

CREATE FUNCTION t.map(from_type text, to_type text) RETURNS text LANGUAGE sql AS $$
    SELECT replace(t.says('ALTER TABLE crm.lead ADD COLUMN f ' || from_type, 'ALTER TABLE crm.contact ADD COLUMN g ' || to_type,
        $q$SELECT leadconv.map_lead_field('f', 'contact', 'g')$q$), 'lead field "f" cannot be mapped to contact field "g": ', '')
$$;
SELECT is(t.map(f, g), says, format('%s to %s', f, g)) FROM (VALUES
    -- auto-numbers: identity, serial, or the next value of any sequence
    ('bigserial', 'bigint', 'LC020 an auto-number can only be mapped to text; Map it to a column of type text.'),
    ('serial', 'bigint', 'LC020 an auto-number can only be mapped to text; Map it to a column of type text.'),
    ($$integer DEFAULT nextval('public.shared_numbers')$$, 'bigint', 'LC020 an auto-number can only be mapped to text; Map it to a column of type text.'),
    ($$public.counter DEFAULT nextval('public.shared_numbers')$$, 'bigint', 'LC020 an auto-number can only be mapped to text; Map it to a column of type text.'),
    ('bigserial', 'text', 'ok'), ('bigserial', 'varchar(20)', 'ok'),
    ('bigserial', 'varchar(19)', 'LC020 the target is shorter; Use ALTER TABLE crm.contact ALTER COLUMN g TYPE character varying(20), or map it to a longer column.'),
    ($$bigint DEFAULT 1 + nextval('public.shared_numbers')$$, 'bigint', 'ok'), ('bigint DEFAULT 7', 'bigint', 'ok'), ('bigint', 'bigint', 'ok'),
    ('bigint', 'bigserial', 'LC020 the target is an auto-number; Map it to a column that is not an identity column and has no sequence.'),
    ('bigint', $$bigint DEFAULT nextval('public.shared_numbers')$$, 'LC020 the target is an auto-number; Map it to a column that is not an identity column and has no sequence.'),
    ('text', $$text DEFAULT nextval('public.shared_numbers')$$, 'LC020 the target is an auto-number; Map it to a column that is not an identity column and has no sequence.'),
    -- lookups
    ('bigint REFERENCES crm.territory', 'bigint REFERENCES crm.division', 'LC020 a lookup can only be mapped to a lookup on the same table; Give both columns a foreign key to the same table, or choose another field.'),
    ('bigint', 'bigint REFERENCES crm.territory', 'LC020 a lookup can only be mapped to a lookup on the same table; Give both columns a foreign key to the same table, or choose another field.'),
    ('text REFERENCES crm.lead_status (api_name)', 'text', 'ok'),
    -- enums, domains and strings
    ('public.colour', 'public.colour', 'ok'), ('public.colour', 'varchar(5)', 'ok'),
    ('public.colour', 'varchar(4)', 'LC020 the target is shorter; Use ALTER TABLE crm.contact ALTER COLUMN g TYPE character varying(5), or map it to a longer column.'),
    ('text', 'public.colour', 'LC020 an enum takes only its own values; Map it to a column of type text, or use the same enum in both tables.'),
    ('public.code', 'varchar(5)', 'ok'), ('varchar(6)', 'public.code', 'LC020 the target is shorter; Use ALTER TABLE crm.contact ALTER COLUMN g TYPE character varying(6), or map it to a longer column.'),
    ('integer', 'text', 'LC020 the types differ; Map it to a column of type integer.'), ('integer', 'date', 'LC020 the types differ; Map it to a column of type integer.'),
    -- numbers
    ('real', 'double precision', 'ok'), ('bigint', 'double precision', 'LC020 the target cannot hold all of its values; Use ALTER TABLE crm.contact ALTER COLUMN g TYPE bigint, or map it to a larger column.'),
    ('numeric(9,0)', 'integer', 'ok'), ('numeric(10,0)', 'integer', 'LC020 the target cannot hold all of its values; Use ALTER TABLE crm.contact ALTER COLUMN g TYPE numeric(10,0), or map it to a larger column.'),
    ('integer', 'numeric(10,0)', 'ok'),
    -- modifiers
    ('timestamptz(3)', 'timestamptz(6)', 'ok'), ('timestamptz', 'timestamptz(3)', 'LC020 the target is shorter; Use ALTER TABLE crm.contact ALTER COLUMN g TYPE timestamp with time zone, or map it to another column.'),
    ('varbit(3)', 'varbit(4)', 'ok'), ('bit(3)', 'bit(4)', 'LC020 the target is shorter; Use ALTER TABLE crm.contact ALTER COLUMN g TYPE bit(3), or map it to another column.'),
    ('varchar(3)[]', 'varchar(4)[]', 'ok')) v (f, g, says);

-- Related lists
CREATE FUNCTION t.register(columns text, arguments text) RETURNS text LANGUAGE sql AS $$
    SELECT t.says(format('CREATE TABLE public."Visit" (%s)', columns), format('SELECT leadconv.register_related_list(%s)', arguments))
$$;
SELECT is(t.register(columns, arguments), says, format('(%s): %s', columns, says)) FROM (VALUES
    ('id int', $$'"Visit"', 'lead_id', 'contact_id'$$, 'LC003 column "lead_id" of table "Visit" does not exist; Argument lead_column must name a column of the table.'),
    ('lead_id int', $$'"Visit"', 'lead_id'$$, 'LC020 column "lead_id" of table "Visit" cannot hold a key of schema crm; Use ALTER TABLE public."Visit" ALTER COLUMN lead_id TYPE bigint.'),
    ('lead_id bigint GENERATED ALWAYS AS IDENTITY', $$'"Visit"', 'lead_id'$$, 'LC020 column "lead_id" of table "Visit" cannot be written; Argument lead_column must name a column that conversion can write.'),
    ('lead_id bigint REFERENCES crm.account', $$'"Visit"', 'lead_id'$$, 'LC020 column "lead_id" of table "Visit" does not point to crm.lead; Argument lead_column must name a column for keys of crm.lead.'),
    ('lead_id bigint REFERENCES crm.lead', $$'"Visit"', 'lead_id', 'lead_id'$$, 'LC020 column "lead_id" of table "Visit" does not point to crm.contact; Argument contact_column must name a column for keys of crm.contact.'),
    ('lead_id bigint', $$'"Visit"', 'lead_id', 'lead_id'$$, 'LC020 column "lead_id" is given as lead_column and as contact_column; Each argument needs a column of its own.'),
    ('lead_id bigint', $$'"Visit"', 'lead_id'$$, 'LC001 table "Visit" has nowhere to go; Name at least one of contact_column, account_column and opportunity_column.'),
    ('lead_id bigint NOT NULL, c bigint', $$'"Visit"', 'lead_id', 'c'$$, 'LC020 column "lead_id" of table "Visit" must accept nulls; Use ALTER TABLE public."Visit" ALTER COLUMN lead_id DROP NOT NULL.'),
    ('lead_id bigint, c bigint', $$'"Visit"', 'lead_id', 'c'$$, 'LC020 column "lead_id" of table "Visit" has no foreign key to crm.lead; Use ALTER TABLE public."Visit" ADD FOREIGN KEY (lead_id) REFERENCES crm.lead (id).'),
    ('lead_id bigint REFERENCES crm.lead, c bigint', $$'"Visit"', 'lead_id', 'c'$$, 'ok')) v (columns, arguments, says);

SELECT * FROM finish();
ROLLBACK;
