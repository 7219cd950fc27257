-- Which mappings to a column of a domain give a warning: those whose values the
-- domain may refuse.  Each mapping is tried and undone; "mapped" says that it was
-- accepted.
BEGIN;
SET LOCAL client_min_messages = notice;

CREATE DOMAIN free AS int;
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN small AS positive CHECK (VALUE < 100);
CREATE DOMAIN renamed AS positive;
CREATE DOMAIN given AS int NOT NULL;
CREATE DOMAIN address AS text CHECK (VALUE LIKE '%@%');
CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN ordered AS pair CHECK ((VALUE).a <= (VALUE).b);

CREATE FUNCTION try_map(from_type text, to_type text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '% to %', from_type, to_type;
    EXECUTE format('ALTER TABLE crm.lead ADD COLUMN f %s; ALTER TABLE crm.account ADD COLUMN g %s', from_type, to_type);
    PERFORM leadconv.map_lead_field('f', 'account', 'g');
    RAISE NOTICE 'mapped';
    RAISE EXCEPTION USING ERRCODE = 'ZZ000';    -- undoes it
EXCEPTION
    WHEN SQLSTATE 'ZZ000' THEN NULL;
    WHEN OTHERS THEN RAISE NOTICE '%', SQLERRM;
END $$;

-- First those without a constraint, or with one that the values have passed; then
-- those that they may violate; what does not fit anyway is refused.
\pset tuples_only on
\set VERBOSITY terse
SELECT try_map(f, g) FROM (VALUES
    ('int', 'free'), ('positive', 'int'), ('positive', 'positive'), ('small', 'positive'), ('renamed', 'positive'), ('positive', 'renamed'),
    ('int', 'positive'), ('int', 'renamed'), ('smallint', 'positive'), ('positive', 'small'), ('free', 'small'), ('int', 'given'),
    ('text', 'address'), ('pair', 'ordered'),
    ('bigint', 'positive'), ('text', 'positive')) v (f, g);

-- In full
\set VERBOSITY default
SELECT try_map('int', 'small');
ROLLBACK;
