-- The router database: which tenant is on which server, and reports over all of them.
-- "leadconv-tenants init" runs this with psql, again after an update; it takes nothing
-- away. Needs a superuser, since plproxy is not a trusted extension; without plproxy,
-- which reports over all tenants need, it makes the registry only.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
SELECT count(*) > 0 AS plproxy FROM pg_available_extensions WHERE name = 'plproxy' \gset
BEGIN;

DO $$
BEGIN
    IF to_regnamespace('plproxy') IS NOT NULL AND to_regnamespace('tenants') IS NULL THEN
        RAISE EXCEPTION 'schema "plproxy" already exists in database "%"', current_database()
        USING HINT = 'Make the router in a database of its own.';
    END IF;
END $$;

-- Registry

CREATE SCHEMA IF NOT EXISTS tenants;
COMMENT ON SCHEMA tenants IS 'The tenants of leadconv: which database is on which server, and reports over all of them.';

CREATE TABLE IF NOT EXISTS tenants.server (
    server text PRIMARY KEY CHECK (server ~ '^[a-z0-9_-]{1,50}$'),
    host text NOT NULL CHECK (host ~ '^[A-Za-z0-9_./:-]+$'),
    port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
    report_host text CHECK (report_host ~ '^[A-Za-z0-9_./:-]+$'),
    report_port integer CHECK (report_port BETWEEN 1 AND 65535)
);
COMMENT ON TABLE tenants.server IS 'Servers that tenants can be on.';
COMMENT ON COLUMN tenants.server.server IS 'Name of the server.';
COMMENT ON COLUMN tenants.server.host IS 'Host name or address, or the directory of its socket: as the pooler, the router and leadconv-tenants reach it.';
COMMENT ON COLUMN tenants.server.port IS 'Port.';
COMMENT ON COLUMN tenants.server.report_host IS 'Its standby, which reports over all tenants read, past the pooler; empty: they read the server itself, through the pooler.';
COMMENT ON COLUMN tenants.server.report_port IS 'Port of the standby; empty: as that of the server.';

CREATE TABLE IF NOT EXISTS tenants.tenant (
    tenant text PRIMARY KEY CHECK (tenant ~ '^[a-z0-9_][a-z0-9_-]{0,49}$' AND tenant !~ '__'),
    server text NOT NULL REFERENCES tenants.server,
    state text NOT NULL DEFAULT 'creating' CHECK (state IN ('creating', 'live', 'moving', 'moved', 'dropping')),
    target text REFERENCES tenants.server,
    old_server text REFERENCES tenants.server,
    version text,
    created timestamp with time zone NOT NULL DEFAULT now(),
    changed timestamp with time zone NOT NULL DEFAULT now(),
    CHECK ((target IS NOT NULL) = (state = 'moving')),
    CHECK (state <> 'moved' OR old_server IS NOT NULL)
);
COMMENT ON TABLE tenants.tenant IS 'Tenants. Each is a database of its name. leadconv-tenants writes this table, and makes the list of databases of the pooler from it.';
COMMENT ON COLUMN tenants.tenant.tenant IS 'Name of the tenant, and of its database.';
COMMENT ON COLUMN tenants.tenant.server IS 'The server on which the tenant is.';
COMMENT ON COLUMN tenants.tenant.state IS 'live; creating, moving (still on server), moved (already on server, the rest is to be tidied up), dropping: what was under way when the command ended before its time. Run it again.';
COMMENT ON COLUMN tenants.tenant.target IS 'The server that it is being moved to.';
COMMENT ON COLUMN tenants.tenant.old_server IS 'The server that still has the copy from before the last move, as a database of this name with __old behind it.';
COMMENT ON COLUMN tenants.tenant.version IS 'Version of leadconv in it, when leadconv-tenants last looked.';
COMMENT ON COLUMN tenants.tenant.created IS 'When it was made.';
COMMENT ON COLUMN tenants.tenant.changed IS 'When its state last changed.';

CREATE TABLE IF NOT EXISTS tenants.setting (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    pooler text NOT NULL DEFAULT 'host=127.0.0.1 port=6432',
    connect_timeout integer NOT NULL DEFAULT 5 CHECK (connect_timeout >= 2),
    cluster_version integer NOT NULL DEFAULT 1
);
COMMENT ON TABLE tenants.setting IS 'Settings of reports over all tenants, in one row.';
COMMENT ON COLUMN tenants.setting.one IS 'There is one row.';
COMMENT ON COLUMN tenants.setting.pooler IS 'Where this server reaches the pooler, as a connection string.';
COMMENT ON COLUMN tenants.setting.connect_timeout IS 'Seconds after which a server that cannot be reached counts as down.';
COMMENT ON COLUMN tenants.setting.cluster_version IS 'Counts changes of the tenants and of this row, so that sessions read them anew.';
INSERT INTO tenants.setting DEFAULT VALUES ON CONFLICT DO NOTHING;

-- In the transaction that makes the change: a sequence would be ahead of it, and a
-- session that reads the list in between would keep the old one
CREATE OR REPLACE FUNCTION tenants.count_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'setting' THEN
        NEW.cluster_version := OLD.cluster_version + 1;
        RETURN NEW;
    END IF;
    UPDATE tenants.setting SET pooler = pooler;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION tenants.count_change IS 'Trigger function: advances cluster_version.';
CREATE OR REPLACE TRIGGER count_change BEFORE UPDATE ON tenants.setting FOR EACH ROW EXECUTE FUNCTION tenants.count_change();
CREATE OR REPLACE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON tenants.tenant FOR EACH STATEMENT EXECUTE FUNCTION tenants.count_change();

CREATE OR REPLACE TRIGGER count_change AFTER INSERT OR UPDATE OR DELETE ON tenants.server FOR EACH STATEMENT EXECUTE FUNCTION tenants.count_change();

CREATE OR REPLACE VIEW tenants.reported WITH (security_invoker = true) AS
SELECT t.tenant, t.server, row_number() OVER (ORDER BY t.tenant COLLATE "C")::integer - 1 AS number
FROM tenants.tenant AS t
WHERE t.state NOT IN ('creating', 'dropping');
COMMENT ON VIEW tenants.reported IS 'Tenants that reports ask.';
COMMENT ON COLUMN tenants.reported.tenant IS 'Name of the tenant.';
COMMENT ON COLUMN tenants.reported.server IS 'The server on which it is.';
COMMENT ON COLUMN tenants.reported.number IS 'Its place in what plproxy.get_cluster_partitions returns.';

CREATE TABLE IF NOT EXISTS tenants.report (
    report name PRIMARY KEY,
    day name,
    columns jsonb NOT NULL
);
COMMENT ON TABLE tenants.report IS 'Reports over all tenants: the views of crm that are aggregates, as tenants.refresh_reports() last found them. Each has a function in schema tenants.';
COMMENT ON COLUMN tenants.report.report IS 'Name of the view, and of the function.';
COMMENT ON COLUMN tenants.report.day IS 'The column that the period of the function is about: the first one, when it is a date.';
COMMENT ON COLUMN tenants.report.columns IS 'Its columns: name, type, comment.';

-- Who may read the reports has USAGE on schema tenants; what he sees of a tenant is
-- what his role may see there
GRANT SELECT ON ALL TABLES IN SCHEMA tenants TO PUBLIC;

\if :plproxy

CREATE EXTENSION IF NOT EXISTS plproxy;

-- What PL/Proxy asks. A session connects as the role that it is itself.

CREATE SCHEMA IF NOT EXISTS plproxy;
COMMENT ON SCHEMA plproxy IS 'What PL/Proxy asks about clusters.';

CREATE OR REPLACE FUNCTION plproxy.get_cluster_version(cluster_name text) RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF cluster_name <> 'tenants' THEN
        RAISE EXCEPTION 'cluster "%" does not exist', cluster_name;
    END IF;
    RETURN (SELECT s.cluster_version FROM tenants.setting AS s);
END $$;
COMMENT ON FUNCTION plproxy.get_cluster_version IS 'Version of the list of tenants.';

CREATE OR REPLACE FUNCTION plproxy.get_cluster_partitions(cluster_name text) RETURNS SETOF text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('%s connect_timeout=%s dbname=%s', CASE WHEN v.report_host IS NULL THEN s.pooler ELSE format('host=%s port=%s', v.report_host, coalesce(v.report_port, v.port)) END,
        s.connect_timeout, r.tenant)
    FROM tenants.reported AS r JOIN tenants.server AS v USING (server), tenants.setting AS s ORDER BY r.number
$$;
COMMENT ON FUNCTION plproxy.get_cluster_partitions IS 'How each tenant is reached: by way of the pooler, or on the standby of its server.';

CREATE OR REPLACE FUNCTION plproxy.get_cluster_config(cluster_name text, OUT key text, OUT val text) RETURNS SETOF record LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'modular_mapping', '1'
    UNION ALL SELECT 'connection_lifetime', '600'
$$;
COMMENT ON FUNCTION plproxy.get_cluster_config IS 'Any number of tenants; and how long connections are kept.';

-- Reports

CREATE OR REPLACE FUNCTION tenants.numbers(tenants text[]) RETURNS SETOF integer LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT r.number FROM tenants.reported AS r WHERE r.tenant = ANY ($1)
$$;
COMMENT ON FUNCTION tenants.numbers IS 'The partitions of PL/Proxy that these tenants are.';

CREATE OR REPLACE FUNCTION tenants.connect(text) RETURNS integer LANGUAGE plproxy AS $$
    CONNECT $1;
    SELECT 1;
$$;
COMMENT ON FUNCTION tenants.connect IS 'Connects to a server.';
REVOKE EXECUTE ON FUNCTION tenants.connect FROM PUBLIC;

CREATE OR REPLACE FUNCTION tenants.plain(message text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT regexp_replace(split_part(message, E'\n', 1), '^(PL/Proxy function )?\S+\(\d+\): (\[\S+\] )?(PQ\w+: )?', '')
$$;
COMMENT ON FUNCTION tenants.plain IS 'A message of PL/Proxy, without the function that it comes from.';

-- A server that answers is up, also when it does not let this role in. A
-- connection of this session from before a restart fails once.
CREATE OR REPLACE FUNCTION tenants.server_problem(server text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
    target text := (SELECT format('host=%s port=%s dbname=postgres connect_timeout=%s', coalesce(s.report_host, s.host), coalesce(s.report_port, s.port), g.connect_timeout)
        FROM tenants.server AS s, tenants.setting AS g WHERE s.server = $1);
    started timestamp with time zone := clock_timestamp();
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        BEGIN
            PERFORM tenants.connect(target);
            RETURN NULL;
        EXCEPTION WHEN OTHERS THEN
            IF SQLERRM ~ 'FATAL|REMOTE|password|authentication' THEN
                RETURN NULL;
            END IF;
            IF attempt = 2 OR clock_timestamp() - started > interval '1 second' THEN
                RETURN format('server %s is down: %s', $1, tenants.plain(SQLERRM));
            END IF;
        END;
    END LOOP;
END $$;
COMMENT ON FUNCTION tenants.server_problem IS 'Why a server, or the standby that reports read, cannot be reached, or NULL when it can.';

CREATE OR REPLACE FUNCTION tenants.ask(template anyarray, source text, since date, until date) RETURNS SETOF anyelement LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
    asked text[] := ARRAY(SELECT r.tenant FROM tenants.reported AS r);
    problems jsonb := '{}';
    answers template%TYPE;
    few template%TYPE;
    query text := format('SELECT array_agg(f) FROM tenants.%I($1, $2, $3) AS f', source);
    problem text;
    started timestamp with time zone;
    one text;
BEGIN
    -- what is on a server that is down is not asked: each would wait for the pooler
    FOR one, problem IN
        SELECT r.server, tenants.server_problem(r.server) FROM (SELECT DISTINCT d.server FROM tenants.reported AS d) AS r
    LOOP
        IF problem IS NOT NULL THEN
            problems := problems || coalesce((SELECT jsonb_object_agg(r.tenant, problem) FROM tenants.reported AS r WHERE r.server = one), '{}');
        END IF;
    END LOOP;
    asked := ARRAY(SELECT a FROM unnest(asked) AS a WHERE NOT problems ? a);

    -- all at once; connections of this session may be from before the pooler was restarted
    FOR attempt IN 1 .. 2 LOOP
        EXIT WHEN asked = '{}';
        started := clock_timestamp();
        BEGIN
            EXECUTE query INTO answers USING asked, since, until;
            problem := NULL;
            EXIT;
        EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
            -- unless it is this query that somebody cancels
            IF SQLERRM !~ 'REMOTE' AND SQLSTATE IN ('57014', 'P0004') THEN
                RAISE;
            END IF;
            problem := SQLERRM;
            EXIT WHEN clock_timestamp() - started > interval '1 second';
        END;
    END LOOP;

    -- one at a time, when one of them has failed
    IF problem IS NOT NULL AND asked <> '{}' THEN
        FOREACH one IN ARRAY asked LOOP
            BEGIN
                EXECUTE query INTO few USING ARRAY[one], since, until;
                answers := answers || few;
            EXCEPTION WHEN OTHERS OR query_canceled OR assert_failure THEN
                IF SQLERRM !~ 'REMOTE' AND SQLSTATE IN ('57014', 'P0004') THEN
                    RAISE;
                END IF;
                problems := problems || jsonb_build_object(one, tenants.plain(SQLERRM));
            END;
        END LOOP;
    END IF;

    -- each that has answered has said so, if it has no rows; no other counts as asked
    FOREACH one IN ARRAY asked LOOP
        IF NOT problems ? one AND NOT EXISTS (SELECT FROM unnest(answers) AS a WHERE to_jsonb(a) ->> 'tenant' = one) THEN
            problems := problems || jsonb_build_object(one, 'has not answered: tenants have been added or dropped meanwhile');
        END IF;
    END LOOP;
    RETURN QUERY SELECT a.* FROM unnest(answers) AS a WHERE a.problem IS DISTINCT FROM '';
    RETURN QUERY SELECT p.* FROM jsonb_each_text(problems) AS m, jsonb_populate_record(template[1], jsonb_build_object('tenant', m.key, 'problem', m.value)) AS p ORDER BY m.key;
END $$;
COMMENT ON FUNCTION tenants.ask IS 'The rows of a report of all tenants, asked at once; a tenant that cannot be asked has a row that says why.';

CREATE OR REPLACE FUNCTION tenants.aggregate_views(text[]) RETURNS TABLE (report text, comment text, columns jsonb) LANGUAGE plproxy AS $$
    CLUSTER 'tenants';
    RUN ON tenants.numbers($1);
    SELECT c.relname::pg_catalog.text AS report, pg_catalog.obj_description(c.oid, 'pg_class') AS comment,
        pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', a.attname,
            'type', CASE WHEN t.typnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace THEN pg_catalog.format_type(a.atttypid, a.atttypmod) ELSE 'text' END,
            'comment', pg_catalog.col_description(c.oid, a.attnum)) ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0
    JOIN pg_catalog.pg_type AS t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
    WHERE c.relkind OPERATOR(pg_catalog.=) 'v'
    AND c.relnamespace OPERATOR(pg_catalog.=) pg_catalog.to_regnamespace('crm')
    AND EXISTS (SELECT FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class OPERATOR(pg_catalog.=) c.oid AND pg_catalog.strpos(r.ev_action::pg_catalog.text, ':groupClause (') OPERATOR(pg_catalog.>) 0)
    GROUP BY c.oid, c.relname;
$$;
COMMENT ON FUNCTION tenants.aggregate_views IS 'The views of crm that are aggregates, in some tenants.';

CREATE OR REPLACE FUNCTION tenants.refresh_reports(tenant text DEFAULT NULL) RETURNS SETOF name LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    model text := coalesce(tenant, (SELECT t.tenant FROM tenants.tenant AS t WHERE t.state = 'live' ORDER BY t.created, t.tenant LIMIT 1));
    found record;
    old record;
    col record;
BEGIN
    IF model IS NULL OR NOT EXISTS (SELECT FROM tenants.reported AS r WHERE r.tenant = model) THEN
        RAISE EXCEPTION '%', coalesce(format('tenant "%s" does not exist', model), 'there is no tenant');
    END IF;
    CREATE TEMPORARY TABLE IF NOT EXISTS aggregate_view (report text, comment text, columns jsonb) ON COMMIT DROP;
    TRUNCATE pg_temp.aggregate_view;
    INSERT INTO pg_temp.aggregate_view SELECT * FROM tenants.aggregate_views(ARRAY[model]);

    -- what the tenant calls a type becomes part of a statement here
    FOR col IN SELECT v.report, c ->> 'type' AS type FROM pg_temp.aggregate_view AS v, jsonb_array_elements(v.columns) AS c LOOP
        IF col.type !~ '^[a-z][a-z0-9_ ]*(\([0-9, ]+\))?[a-z ]*(\[\])*$' THEN
            RAISE EXCEPTION 'tenant "%" has a column of type %, in view "%"', model, col.type, col.report;
        END IF;
    END LOOP;

    -- what is gone, or has other columns; a view of yours that uses it is in the way
    FOR old IN
        SELECT r.report FROM tenants.report AS r
        WHERE NOT EXISTS (SELECT FROM pg_temp.aggregate_view AS v WHERE v.report = r.report AND v.columns = r.columns)
    LOOP
        EXECUTE format('DROP FUNCTION tenants.%I(date, date)', old.report);
        EXECUTE format('DROP FUNCTION tenants.%I(text[], date, date)', 'fetch_' || old.report);
        EXECUTE format('DROP TYPE tenants.%I', old.report);
        DELETE FROM tenants.report AS r WHERE r.report = old.report;
    END LOOP;

    FOR found IN
        SELECT v.report, v.comment, v.columns, CASE WHEN v.columns -> 0 ->> 'type' = 'date' THEN v.columns -> 0 ->> 'name' END AS day,
            EXISTS (SELECT FROM tenants.report AS r WHERE r.report = v.report) AS known
        FROM pg_temp.aggregate_view AS v ORDER BY v.report
    LOOP
        RETURN NEXT found.report;
        CONTINUE WHEN found.known;
        EXECUTE format('CREATE TYPE tenants.%I AS (tenant text, problem text%s)', found.report,
            (SELECT string_agg(format(', %I %s', c ->> 'name', c ->> 'type'), '' ORDER BY n) FROM jsonb_array_elements(found.columns) WITH ORDINALITY AS x (c, n)));
        EXECUTE format('COMMENT ON TYPE tenants.%I IS %L', found.report, 'A row of tenants.' || found.report || '().');
        EXECUTE format('COMMENT ON COLUMN tenants.%I.tenant IS %L', found.report, 'The tenant.');
        EXECUTE format('COMMENT ON COLUMN tenants.%I.problem IS %L', found.report, 'Why the rows of this tenant are missing; the other columns are empty then.');
        FOR col IN SELECT c ->> 'name' AS name, c ->> 'comment' AS comment FROM jsonb_array_elements(found.columns) AS c LOOP
            EXECUTE format('COMMENT ON COLUMN tenants.%I.%I IS %L', found.report, col.name, col.comment);
        END LOOP;
        EXECUTE format($f$CREATE FUNCTION tenants.%1$I(text[], date, date) RETURNS SETOF tenants.%2$I LANGUAGE plproxy AS $body$
    CLUSTER 'tenants';
    RUN ON tenants.numbers($1);
    SELECT pg_catalog.current_database()::pg_catalog.text AS tenant, CASE WHEN v.is_there IS NULL THEN '' END::pg_catalog.text AS problem%3$s
    FROM (VALUES (1)) AS one (n)
    LEFT JOIN (SELECT true AS is_there, x.* FROM crm.%2$I AS x%4$s) AS v ON true;
$body$ $f$, 'fetch_' || found.report, found.report,
            (SELECT string_agg(format(', v.%1$I::%2$s AS %1$I', c ->> 'name', c ->> 'type'), '' ORDER BY n) FROM jsonb_array_elements(found.columns) WITH ORDINALITY AS x (c, n)),
            CASE WHEN found.day IS NOT NULL THEN
                format(' WHERE ($2::pg_catalog.date IS NULL OR x.%1$I OPERATOR(pg_catalog.>=) $2::pg_catalog.date) AND ($3::pg_catalog.date IS NULL OR x.%1$I OPERATOR(pg_catalog.<=) $3::pg_catalog.date)', found.day)
            ELSE '' END);
        EXECUTE format('COMMENT ON FUNCTION tenants.%I(text[], date, date) IS %L', 'fetch_' || found.report, 'The rows of crm.' || found.report || ' in some tenants.');
        EXECUTE format($f$CREATE FUNCTION tenants.%1$I(since date DEFAULT NULL, until date DEFAULT NULL) RETURNS SETOF tenants.%1$I LANGUAGE sql AS
            $body$ SELECT a.* FROM tenants.ask(ARRAY[NULL]::tenants.%1$I[], %2$L, since, until) AS a $body$ $f$, found.report, 'fetch_' || found.report);
        EXECUTE format('COMMENT ON FUNCTION tenants.%I(date, date) IS %L', found.report, 'All tenants: ' || found.comment);
        INSERT INTO tenants.report VALUES (found.report, found.day, found.columns);
    END LOOP;
END $$;
COMMENT ON FUNCTION tenants.refresh_reports IS 'Makes a function of each view of crm that is an aggregate, as they are in a tenant; returns their names.';

GRANT USAGE ON SCHEMA plproxy TO PUBLIC;
REVOKE EXECUTE ON FUNCTION tenants.refresh_reports FROM PUBLIC;

\endif

COMMIT;
