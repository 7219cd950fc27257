-- What a gateway such as PostgREST sends for POST /rpc/...: in a transaction the role and
-- the claims of the request, a search path, a function before the request, and a call with
-- named arguments that are taken from the body
BEGIN;
\ir helpers.psql
SELECT plan(9);
CREATE ROLE lc_t_web;
CREATE ROLE lc_t_anon;
SELECT leadconv.grant_role_privileges('lc_t_web', 'sales');
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
CREATE FUNCTION t.set_user() RETURNS void LANGUAGE sql AS $$
    SELECT set_config('leadconv.user_id', current_setting('request.jwt.claims')::json ->> 'crm_user', true)
$$;
SELECT t.lead('{"phone": "1"}') AS l \gset
-- Sends a request as PostgREST does; what comes back, or its error as code, message, details and hint
CREATE FUNCTION t.post(role name, claims json, function text, body json) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
    result json;
    detail text;
    hint text;
BEGIN
    PERFORM set_config('search_path', '"leadconv", "public"', true), set_config('role', role, true), set_config('request.jwt.claims', claims::text, true);
    PERFORM t.set_user();
    EXECUTE format('WITH pgrst_source AS (SELECT pgrst_call.pgrst_scalar FROM (SELECT $1 AS json_data) pgrst_payload,'
        ' LATERAL (SELECT %2$s FROM json_to_record(pgrst_payload.json_data) AS _(%3$s) LIMIT 1) pgrst_body,'
        ' LATERAL (SELECT "leadconv".%1$I(%4$s) pgrst_scalar) pgrst_call)'
        ' SELECT coalesce(json_agg(_postgrest_t.pgrst_scalar) -> 0, ''null'') FROM (SELECT pgrst_source.* FROM pgrst_source) _postgrest_t',
        function, (SELECT string_agg(quote_ident(k), ', ') FROM json_object_keys(body) k),
        (SELECT string_agg(format('%I %s', k, CASE WHEN json_typeof(body -> k) = 'object' THEN 'jsonb' ELSE 'text' END), ', ') FROM json_object_keys(body) k),
        (SELECT string_agg(format('%1$I := pgrst_body.%1$I', k), ', ') FROM json_object_keys(body) k)) INTO result USING body;
    PERFORM set_config('role', 'none', true), set_config('search_path', 'public', true);
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN json_build_object('code', SQLSTATE, 'message', SQLERRM, 'details', detail, 'hint', hint);
END $$;
CREATE FUNCTION t.request(lead bigint, more jsonb DEFAULT '{}') RETURNS json LANGUAGE sql AS $$ SELECT json_build_object('request', jsonb_build_object('lead_id', lead) || more) $$;
SELECT json_build_object('crm_user', :'ann') AS claims \gset

SELECT is((t.post('lc_t_anon', :'claims', 'convert_lead_json', t.request(:l))) ->> 'code', '42501', 'a role without the privilege');
SELECT is((SELECT current_user), session_user, '... is left again');
SELECT is((t.post('lc_t_web', :'claims', 'convert_lead_json', t.request(:l, '{"opportunity_name": "Big"}'))) ->> 'success', 'true', 'a lead is converted');
SELECT is((SELECT concat_ws(' ', o.name, o.created_by_id = :ann) FROM crm.lead l JOIN crm.opportunity o ON o.id = l.converted_opportunity_id WHERE l.id = :l), 'Big t', '... by the user of the claims');
SELECT t.post('lc_t_web', :'claims', 'convert_lead_json', t.request(:l)) AS again \gset
SELECT is(:'again'::json ->> 'code', 'LC005', 'again: refused');
SELECT is(:'again'::json ->> 'hint', 'A lead is converted once. Work on with the contact, or create an opportunity for it.', '... with the hint');
SELECT is(t.post('lc_t_web', :'claims', 'status_code', '{"sqlstate": "LC005"}') #>> '{}', 'CANNOT_UPDATE_CONVERTED_LEAD', '... which has a status code');
SELECT is((t.post('lc_t_web', :'claims', 'convert_lead_json', '{"request": {"lead_id": "x"}}')) ->> 'code' IS NOT NULL, true, 'a request that is none');
SELECT is((t.post('lc_t_web', :'claims', 'convert_lead_json', t.request(t.lead(), '{"do_not_create_opportunity": true}'))) ->> 'opportunity_id', NULL, 'another one');
SELECT * FROM finish();
ROLLBACK;
