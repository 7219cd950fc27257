-- Whose request ids are: who gets the result of an earlier request.
BEGIN;
\ir helpers.psql
SELECT plan(25);

CREATE ROLE lc_t_a;
CREATE ROLE lc_t_b;
GRANT USAGE ON SCHEMA crm, leadconv, t TO lc_t_a, lc_t_b;
GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO lc_t_a, lc_t_b;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead, leadconv.convert_leads_json TO lc_t_a, lc_t_b;
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
ALTER TABLE crm.lead ADD COLUMN hidden_from name;

-- What a role gets: the ids of the result, or everything that the error says
CREATE FUNCTION t.asks(role name, request jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    result jsonb;
    detail text;
    context text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE t.call(request) INTO result;
    EXECUTE format('SELECT to_jsonb(x) FROM leadconv.convert_leads_json(%L) x', jsonb_build_array(request)) INTO result;
    RESET ROLE;
    RETURN result - 'warnings';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, context = PG_EXCEPTION_CONTEXT;
    RETURN to_jsonb(concat_ws(' | ', SQLSTATE, SQLERRM, nullif(detail, ''), substring(context FROM 'status code \w+')));
END $$;
CREATE FUNCTION t.ids(answer jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(nullif(concat_ws(' ', answer ->> 'lead_id', answer ->> 'account_id', answer ->> 'contact_id'), ''), answer #>> '{}')
$$;
CREATE FUNCTION t.request(lead bigint, id text, VARIADIC more text[] DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('lead_id', lead, 'request_id', id) || jsonb_object(more)
$$;
CREATE FUNCTION t.outcome(lead_id bigint) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', id, converted_account_id, converted_contact_id) FROM crm.lead WHERE id = $1
$$;
CREATE FUNCTION t.missing(lead bigint) RETURNS text LANGUAGE sql AS $$
    SELECT format('LC016 | lead %s does not exist | status code INVALID_CROSS_REFERENCE_KEY', lead)
$$;

-- Roles without a user: each has its own
SELECT t.lead() AS l1, t.lead() AS l2 \gset
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l1, 'r'))), t.outcome(:l1), 'a role retries its own request');
SELECT matches(t.ids(t.asks('lc_t_b', t.request(:l1, 'r'))), '^LC005 .*CANNOT_UPDATE_CONVERTED_LEAD', 'to another role, it is no retry');
SELECT is(t.ids(t.asks('lc_t_b', t.request(:l2, 'r'))), t.outcome(:l2), '... which may use the id');
SELECT is((SELECT count(*) FROM crm.lead_conversion WHERE request_id = 'r'), 2::bigint, '... so there are two with it');
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l1, 'r'))), t.outcome(:l1), '... the first of which has its own still');
SELECT is(t.ids(t.asks('lc_t_b', t.request(:l2, 'r'))), t.outcome(:l2), '... and the second, too');
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l1, 'r', 'opportunity_name', 'x'))),
    format('LC017 | request id "r" was used for a different request | The earlier request converted lead %s on %s. | status code DUPLICATE_VALUE', :l1, now()), 'another request');

-- One user in two roles: what both can see
SELECT set_config('leadconv.user_id', :'ann', true);
SELECT t.lead() AS l3, t.lead() AS l4, t.lead() AS l5 \gset
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l3, 's'))), t.outcome(:l3), 'a user');
SELECT is(t.ids(t.asks('lc_t_b', t.request(:l3, 's'))), t.outcome(:l3), '... retries in another role');
SELECT matches(t.ids(t.asks('lc_t_b', t.request(:l4, 's'))), '^LC017 .*converted lead ', '... and cannot use the id for something else');

ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON crm.lead USING (hidden_from IS DISTINCT FROM current_user);
ALTER TABLE crm.lead DISABLE TRIGGER leadconv_guard_update;
UPDATE crm.lead SET hidden_from = 'lc_t_b' WHERE id = :l3;
ALTER TABLE crm.lead ENABLE TRIGGER leadconv_guard_update;
SELECT is(t.ids(t.asks('lc_t_b', t.request(:l3, 's'))), t.missing(:l3), 'a lead that the other role cannot see does not exist');
SELECT is(t.ids(t.asks('lc_t_b', t.request(99999, 's'))), t.missing(99999), '... as one that does not exist');
SELECT is(t.ids(t.asks('lc_t_b', t.request(:l4, 's'))), t.outcome(:l4), '... nor does its request');
SELECT is(t.ids(t.asks('lc_t_b', t.request(:l4, 's'))), t.outcome(:l4), '... so this is the retry');
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l3, 's'))), t.outcome(:l3), '... while the first role has its own');

-- The same role, from which the lead was hidden later
ALTER TABLE crm.lead DISABLE TRIGGER leadconv_guard_update;
UPDATE crm.lead SET hidden_from = 'lc_t_a' WHERE id IN (:l1, :l3, :l4);
ALTER TABLE crm.lead ENABLE TRIGGER leadconv_guard_update;
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l3, 's'))), t.missing(:l3), 'a lead that was hidden meanwhile does not exist');
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l5, 's'))), 'LC017 | request id "s" was used for a different request | status code DUPLICATE_VALUE', '... but the role has used the id, and for what is not told');
SELECT set_config('leadconv.user_id', '', true);
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l1, 'r'))), t.missing(:l1), 'a role without a user likewise');

-- A policy that hides leads because they are converted hides no result from who has converted them
SELECT t.lead() AS l6, t.lead() AS l7, t.lead() AS l8 \gset
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l6, 'c'))), t.outcome(:l6), 'before');
CREATE POLICY hide ON crm.lead AS RESTRICTIVE FOR SELECT USING (NOT is_converted);
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l6, 'c'))), t.outcome(:l6), 'after converted leads were hidden');
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l7, 'd'))), t.outcome(:l7), 'converted and retried while they are');
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l1, 'r'))), t.missing(:l1), '... one that is hidden for another reason');
DROP POLICY hide ON crm.lead;
CREATE POLICY hide ON crm.lead AS RESTRICTIVE FOR SELECT USING ((SELECT CASE WHEN x.here THEN lead.converted_date IS NULL END FROM (VALUES (true)) x (here))
    AND converted_account_id IS NULL AND id = (SELECT max(i.id) FROM (VALUES (lead.id)) i (id) WHERE lead.converted_contact_id IS NULL));
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l6, 'c'))), t.outcome(:l6), 'hidden in a roundabout way');
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l8, 'e'))), t.outcome(:l8), '... converted and retried');
DROP POLICY hide ON crm.lead;
CREATE POLICY hide ON crm.lead AS RESTRICTIVE FOR SELECT USING (status <> 'Closed - Converted');
SELECT is(t.ids(t.asks('lc_t_a', t.request(:l6, 'c'))), t.missing(:l6), 'a status can be that of an unconverted lead');

SELECT * FROM finish();
ROLLBACK;
