-- Warnings are worth reading: UNMAPPED_FIELD is about values that somebody has given, and only those
BEGIN;
\ir helpers.psql
SELECT plan(23);

CREATE DOMAIN t.level AS integer DEFAULT 3;
CREATE TYPE t.pair AS (a integer, b text);
CREATE FUNCTION t.five() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 5';
ALTER TABLE crm.lead
    ADD COLUMN note text,
    ADD COLUMN kind text DEFAULT 'new',
    ADD COLUMN code char(5) DEFAULT 'ab',
    ADD COLUMN is_hot boolean NOT NULL DEFAULT false,
    ADD COLUMN score numeric(6, 2) DEFAULT 1,
    ADD COLUMN tags text[] DEFAULT '{}',
    ADD COLUMN extra jsonb DEFAULT '{"a": 1}',
    ADD COLUMN raw json DEFAULT '{}',
    ADD COLUMN level t.level,
    ADD COLUMN pair t.pair DEFAULT ROW(1, 'x')::t.pair,
    ADD COLUMN five integer DEFAULT t.five(),
    ADD COLUMN empty_default text DEFAULT NULL,
    ADD COLUMN seen_at timestamptz DEFAULT now(),
    ADD COLUMN token uuid DEFAULT gen_random_uuid(),
    ADD COLUMN ticket integer GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN serial_number serial,
    ADD COLUMN shout text GENERATED ALWAYS AS (upper(last_name)) STORED,
    ADD COLUMN made_by name DEFAULT current_user;

-- What a conversion warns of
CREATE FUNCTION t.warned(lead jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(w.status_code || ' ' || w.fields[1], ', ' ORDER BY w.fields[1]) FROM t.convert(t.lead(lead)) c, unnest(c.warnings) w
$$;
SELECT is(t.warned('{}'), NULL, 'nothing but defaults: no warning');
SELECT is(t.warned(v), 'UNMAPPED_FIELD ' || (SELECT k FROM jsonb_object_keys(v) k), 'warned of ' || v::text) FROM (VALUES
    ('{"note": "x"}'::jsonb), ('{"kind": "old"}'), ('{"code": "abc"}'), ('{"is_hot": true}'), ('{"score": 2}'), ('{"tags": ["a"]}'),
    ('{"extra": {"a": 2}}'), ('{"raw": {"a": 2}}'), ('{"level": 4}'), ('{"pair": {"a": 2, "b": "x"}}'), ('{"five": 6}'), ('{"empty_default": "x"}')) x (v);
SELECT is(t.warned(v), NULL, 'no warning of ' || v::text) FROM (VALUES
    ('{"note": " "}'::jsonb), ('{"kind": "new"}'), ('{"kind": null}'), ('{"score": 1.00}'), ('{"extra": {"a": 1}}'), ('{"seen_at": "2020-01-01"}'), ('{"made_by": "me"}'), ('{"level": 3}')) x (v);
-- a default that is changed counts from the next conversion on
ALTER TABLE crm.lead ALTER COLUMN kind SET DEFAULT 'old';
SELECT is(t.warned('{"kind": "new"}'), 'UNMAPPED_FIELD kind', 'another default');
ALTER DOMAIN t.level SET DEFAULT 4;
SELECT is(t.warned('{"level": 3}'), 'UNMAPPED_FIELD level', '... of a domain');

SELECT * FROM finish();
ROLLBACK;
