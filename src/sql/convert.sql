CREATE FUNCTION leadconv.convert_lead(
    lead_id bigint,
    @fields@,
    allow_save boolean DEFAULT false)
RETURNS leadconv.lead_convert_result
AS 'MODULE_PATHNAME', 'leadconv_convert_lead'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.convert_lead IS 'Converts one lead; raises an error when it cannot';

CREATE FUNCTION leadconv.new_lead_convert(
    lead_id bigint,
    @fields@)
RETURNS leadconv.lead_convert
AS 'MODULE_PATHNAME', 'leadconv_new_lead_convert'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.new_lead_convert IS 'Builds one request for leadconv.convert_leads()';

CREATE FUNCTION leadconv.convert_leads(
    requests leadconv.lead_convert[],
    all_or_none boolean DEFAULT true,
    allow_save boolean DEFAULT false,
    reuse_accounts boolean DEFAULT false,
    reuse_contacts boolean DEFAULT false)
RETURNS SETOF leadconv.lead_convert_result
AS 'MODULE_PATHNAME', 'leadconv_convert_leads'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.convert_leads IS 'Converts many leads; one result for each request, in their order';

CREATE FUNCTION leadconv.convert_leads_json(
    requests jsonb,
    all_or_none boolean DEFAULT true,
    allow_save boolean DEFAULT false,
    reuse_accounts boolean DEFAULT false,
    reuse_contacts boolean DEFAULT false)
RETURNS SETOF jsonb
AS 'MODULE_PATHNAME', 'leadconv_convert_leads_json'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.convert_leads_json IS 'Converts many leads from a JSON array of requests, for drivers';

CREATE PROCEDURE leadconv.convert_leads_in_batches(
    job text,
    source regclass DEFAULT NULL,
    lead_ids bigint[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    batch_size integer DEFAULT 1000)
AS 'MODULE_PATHNAME', 'leadconv_convert_leads_in_batches'
LANGUAGE C;
COMMENT ON PROCEDURE leadconv.convert_leads_in_batches IS 'Converts leads as a resumable job that commits every batch';

CREATE FUNCTION leadconv.is_converting()
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_is_converting'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION leadconv.is_converting IS 'Whether a lead conversion is running, for triggers';

CREATE FUNCTION leadconv.converting_lead_id()
RETURNS bigint
AS 'MODULE_PATHNAME', 'leadconv_converting_lead_id'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION leadconv.converting_lead_id IS 'The lead being converted when the batch has one, else NULL';

CREATE FUNCTION leadconv.normalize_company(name text)
RETURNS text
AS 'MODULE_PATHNAME', 'leadconv_normalize_company'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.normalize_company IS 'A company name in the form in which names are compared: lower case, words only, no legal suffix';

CREATE FUNCTION leadconv.normalize_email(email text)
RETURNS text
AS 'MODULE_PATHNAME', 'leadconv_normalize_email'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.normalize_email IS 'An e-mail address in the form in which addresses are compared: trimmed and in lower case';
