\echo Use "CREATE EXTENSION leadconv" to load this file. \quit

-- A request: Database.LeadConvert of the platform, in snake_case
CREATE TYPE leadconv.lead_convert AS (
    lead_id bigint,
    converted_status text,
    account_id bigint,
    contact_id bigint,
    opportunity_id bigint,
    opportunity_name text,
    do_not_create_account boolean,
    do_not_create_contact boolean,
    do_not_create_opportunity boolean,
    overwrite_lead_source boolean,
    owner_id bigint,
    send_notification_email boolean,
    bypass_account_dedupe_check boolean,
    bypass_contact_dedupe_check boolean,
    related_person_account_id bigint,
    account_record jsonb,
    contact_record jsonb,
    opportunity_record jsonb,
    related_person_account_record jsonb,
    follow_up_task jsonb,
    request_id text,
    reason text,
    options jsonb
);
COMMENT ON TYPE leadconv.lead_convert IS 'One request to convert a lead (Database.LeadConvert)';
COMMENT ON COLUMN leadconv.lead_convert.lead_id IS 'The lead to convert';
COMMENT ON COLUMN leadconv.lead_convert.converted_status IS 'A converted lead status; NULL takes the first that is valid for the lead''s record type';
COMMENT ON COLUMN leadconv.lead_convert.account_id IS 'An existing account; NULL creates one';
COMMENT ON COLUMN leadconv.lead_convert.contact_id IS 'An existing contact of account_id; NULL creates one';
COMMENT ON COLUMN leadconv.lead_convert.opportunity_id IS 'An existing opportunity; NULL creates one';
COMMENT ON COLUMN leadconv.lead_convert.opportunity_name IS 'Name of the new opportunity, 80 characters at most; NULL takes the company';
COMMENT ON COLUMN leadconv.lead_convert.do_not_create_account IS 'Create no account';
COMMENT ON COLUMN leadconv.lead_convert.do_not_create_contact IS 'Create no contact';
COMMENT ON COLUMN leadconv.lead_convert.do_not_create_opportunity IS 'Create no opportunity';
COMMENT ON COLUMN leadconv.lead_convert.overwrite_lead_source IS 'Overwrite the lead source of the existing contact';
COMMENT ON COLUMN leadconv.lead_convert.owner_id IS 'Owner of the new records; NULL takes the lead''s owner';
COMMENT ON COLUMN leadconv.lead_convert.send_notification_email IS 'Notify the owner (a row of crm.notification)';
COMMENT ON COLUMN leadconv.lead_convert.bypass_account_dedupe_check IS 'Skip the duplicate rules of accounts';
COMMENT ON COLUMN leadconv.lead_convert.bypass_contact_dedupe_check IS 'Skip the duplicate rules of contacts';
COMMENT ON COLUMN leadconv.lead_convert.related_person_account_id IS 'An existing person account to relate to the business account';
COMMENT ON COLUMN leadconv.lead_convert.account_record IS 'Column values of the new account; they win over mapped lead values';
COMMENT ON COLUMN leadconv.lead_convert.contact_record IS 'Column values of the new contact; they win over mapped lead values';
COMMENT ON COLUMN leadconv.lead_convert.opportunity_record IS 'Column values of the new opportunity; they win over mapped lead values';
COMMENT ON COLUMN leadconv.lead_convert.related_person_account_record IS 'Column values of a new related person account';
COMMENT ON COLUMN leadconv.lead_convert.follow_up_task IS 'Column values of a task to create for the contact';
COMMENT ON COLUMN leadconv.lead_convert.request_id IS 'The caller''s own id of this request, which makes a retry safe';
COMMENT ON COLUMN leadconv.lead_convert.reason IS 'Free text, kept in crm.lead_conversion';
COMMENT ON COLUMN leadconv.lead_convert.options IS 'Further options; none is defined yet';

-- An error or a warning: Database.Error
CREATE TYPE leadconv.lead_convert_error AS (
    status_code text,
    sqlstate text,
    message text,
    detail text,
    hint text,
    fields text[],
    data jsonb
);
COMMENT ON TYPE leadconv.lead_convert_error IS 'An error or a warning of a conversion (Database.Error)';
COMMENT ON COLUMN leadconv.lead_convert_error.status_code IS 'Status code, such as REQUIRED_FIELD_MISSING';
COMMENT ON COLUMN leadconv.lead_convert_error.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN leadconv.lead_convert_error.message IS 'What is wrong';
COMMENT ON COLUMN leadconv.lead_convert_error.detail IS 'The facts';
COMMENT ON COLUMN leadconv.lead_convert_error.hint IS 'The way out';
COMMENT ON COLUMN leadconv.lead_convert_error.fields IS 'The fields concerned';
COMMENT ON COLUMN leadconv.lead_convert_error.data IS 'Further facts';

-- The answer: Database.LeadConvertResult
CREATE TYPE leadconv.lead_convert_result AS (
    lead_id bigint,
    account_id bigint,
    contact_id bigint,
    opportunity_id bigint,
    related_person_account_id bigint,
    success boolean,
    account_created boolean,
    contact_created boolean,
    opportunity_created boolean,
    errors leadconv.lead_convert_error[],
    warnings leadconv.lead_convert_error[]
);
COMMENT ON TYPE leadconv.lead_convert_result IS 'The result of one conversion (Database.LeadConvertResult)';
COMMENT ON COLUMN leadconv.lead_convert_result.lead_id IS 'The lead';
COMMENT ON COLUMN leadconv.lead_convert_result.account_id IS 'The new or given account';
COMMENT ON COLUMN leadconv.lead_convert_result.contact_id IS 'The new or given contact';
COMMENT ON COLUMN leadconv.lead_convert_result.opportunity_id IS 'The new or given opportunity';
COMMENT ON COLUMN leadconv.lead_convert_result.related_person_account_id IS 'The related person account, if one was asked for';
COMMENT ON COLUMN leadconv.lead_convert_result.success IS 'Whether the lead was converted';
COMMENT ON COLUMN leadconv.lead_convert_result.account_created IS 'Whether the account is new';
COMMENT ON COLUMN leadconv.lead_convert_result.contact_created IS 'Whether the contact is new';
COMMENT ON COLUMN leadconv.lead_convert_result.opportunity_created IS 'Whether the opportunity is new';
COMMENT ON COLUMN leadconv.lead_convert_result.errors IS 'Why the lead was not converted; empty on success';
COMMENT ON COLUMN leadconv.lead_convert_result.warnings IS 'What the caller should know all the same';
CREATE FUNCTION leadconv.convert_lead(
    lead_id bigint,
    converted_status text DEFAULT NULL,
    account_id bigint DEFAULT NULL,
    contact_id bigint DEFAULT NULL,
    opportunity_id bigint DEFAULT NULL,
    opportunity_name text DEFAULT NULL,
    do_not_create_account boolean DEFAULT NULL,
    do_not_create_contact boolean DEFAULT NULL,
    do_not_create_opportunity boolean DEFAULT NULL,
    overwrite_lead_source boolean DEFAULT NULL,
    owner_id bigint DEFAULT NULL,
    send_notification_email boolean DEFAULT NULL,
    bypass_account_dedupe_check boolean DEFAULT NULL,
    bypass_contact_dedupe_check boolean DEFAULT NULL,
    related_person_account_id bigint DEFAULT NULL,
    account_record jsonb DEFAULT NULL,
    contact_record jsonb DEFAULT NULL,
    opportunity_record jsonb DEFAULT NULL,
    related_person_account_record jsonb DEFAULT NULL,
    follow_up_task jsonb DEFAULT NULL,
    request_id text DEFAULT NULL,
    reason text DEFAULT NULL,
    options jsonb DEFAULT NULL,
    allow_save boolean DEFAULT false)
RETURNS leadconv.lead_convert_result
AS 'MODULE_PATHNAME', 'leadconv_convert_lead'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.convert_lead IS 'Converts one lead; raises an error when it cannot';

CREATE FUNCTION leadconv.new_lead_convert(
    lead_id bigint,
    converted_status text DEFAULT NULL,
    account_id bigint DEFAULT NULL,
    contact_id bigint DEFAULT NULL,
    opportunity_id bigint DEFAULT NULL,
    opportunity_name text DEFAULT NULL,
    do_not_create_account boolean DEFAULT NULL,
    do_not_create_contact boolean DEFAULT NULL,
    do_not_create_opportunity boolean DEFAULT NULL,
    overwrite_lead_source boolean DEFAULT NULL,
    owner_id bigint DEFAULT NULL,
    send_notification_email boolean DEFAULT NULL,
    bypass_account_dedupe_check boolean DEFAULT NULL,
    bypass_contact_dedupe_check boolean DEFAULT NULL,
    related_person_account_id bigint DEFAULT NULL,
    account_record jsonb DEFAULT NULL,
    contact_record jsonb DEFAULT NULL,
    opportunity_record jsonb DEFAULT NULL,
    related_person_account_record jsonb DEFAULT NULL,
    follow_up_task jsonb DEFAULT NULL,
    request_id text DEFAULT NULL,
    reason text DEFAULT NULL,
    options jsonb DEFAULT NULL)
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
CREATE FUNCTION leadconv.map_lead_field(lead_field text, target_object text, target_field text)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_map_lead_field'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.map_lead_field IS 'Maps a custom field of the lead to a custom field of the account, contact or opportunity';

CREATE FUNCTION leadconv.unmap_lead_field(lead_field text, target_object text, target_field text)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_unmap_lead_field'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.unmap_lead_field IS 'Removes the mapping of a custom field';

CREATE FUNCTION leadconv.register_related_list(
    child regclass,
    lead_column name,
    contact_column name DEFAULT NULL,
    account_column name DEFAULT NULL,
    opportunity_column name DEFAULT NULL,
    source_column name DEFAULT NULL)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_register_related_list'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.register_related_list IS 'Has conversion move the rows of a child table of lead to the new records';

CREATE FUNCTION leadconv.unregister_related_list(child regclass)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_unregister_related_list'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.unregister_related_list IS 'Leaves the rows of a registered child table on the lead from now on';

CREATE FUNCTION leadconv.protect_mapped_columns()
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_protect_mapped_columns'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.protect_mapped_columns IS 'Makes the view crm.mapped_columns anew from the mappings';

CREATE FUNCTION leadconv.import_records(
    INOUT object text,
    source regclass,
    create_custom_fields boolean DEFAULT false,
    OUT rows_read bigint,
    OUT inserted bigint,
    OUT updated bigint,
    OUT unchanged bigint,
    OUT unresolved bigint,
    OUT unknown_columns text[],
    OUT custom_fields_added text[],
    OUT notes text[])
AS 'MODULE_PATHNAME', 'leadconv_import_records'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.import_records IS 'Loads a staging table with Salesforce field names into the matching table of schema crm';
--
-- Schema crm: build, bring up to date, check
--
CREATE FUNCTION leadconv.create_crm()
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_create_crm'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.create_crm IS 'Builds schema crm, which must not exist; CREATE EXTENSION does it unless the schema is there';

CREATE FUNCTION leadconv.upgrade_crm()
RETURNS text
AS 'MODULE_PATHNAME', 'leadconv_upgrade_crm'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.upgrade_crm IS 'Brings schema crm up to date and attaches missing triggers; for the owner of the schema';

CREATE FUNCTION leadconv.validate(
    OUT object text,
    OUT problem text,
    OUT severity text,
    OUT hint text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'leadconv_validate'
LANGUAGE C STABLE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.validate IS 'Reports what is missing, disabled, stale or unsafe in this database; no rows when all is well';

--
-- Users and permissions
--
CREATE FUNCTION leadconv.current_user_id()
RETURNS bigint
AS 'MODULE_PATHNAME', 'leadconv_current_user_id'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION leadconv.current_user_id IS 'The app_user who acts: leadconv.user_id, or the one whose db_role is the current role';

CREATE FUNCTION leadconv.view_and_edit_converted_leads()
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_view_and_edit_converted_leads'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.view_and_edit_converted_leads IS 'The permission to view and edit converted leads: grant EXECUTE on it; tells whether the current role has been granted it';

--
-- Trigger functions
--
CREATE FUNCTION leadconv.set_audit_fields()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_set_audit_fields'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.set_audit_fields IS 'BEFORE INSERT OR UPDATE ROW: keeps created_date, created_by_id, last_modified_date and last_modified_by_id';

CREATE FUNCTION leadconv.guard_converted_lead()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_guard_converted_lead'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.guard_converted_lead IS 'AFTER INSERT OR UPDATE ROW on crm.lead: a converted lead is locked';

CREATE FUNCTION leadconv.guard_lead_child()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_guard_lead_child'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.guard_lead_child IS 'AFTER INSERT OR UPDATE ROW on a child table of crm.lead: nothing new may point at a converted lead; the argument is the column with the lead';

CREATE FUNCTION leadconv.release_lead_children()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_release_lead_children'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.release_lead_children IS 'AFTER DELETE ROW on crm.lead: campaign members that belong to the contact as well outlive a converted lead';

CREATE FUNCTION leadconv.set_member_response()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_set_member_response'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.set_member_response IS 'BEFORE INSERT OR UPDATE OF status ROW on crm.campaign_member: the status says whether, and since when, the member has responded';

CREATE FUNCTION leadconv.metadata_changed()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_metadata_changed'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.metadata_changed IS 'AFTER STATEMENT: makes all sessions read the table''s rows again';
--
-- Owner and privileges.  Everything belongs to the role that ran CREATE
-- EXTENSION, also when the extension is trusted and this script runs as the
-- bootstrap superuser.  Trigger functions keep EXECUTE for PUBLIC, which CREATE
-- TRIGGER needs at restore; so do the functions that only compute or report.
-- What writes, and the permission itself, is nobody's until it is granted.
--
-- At a restore, schema crm is there already and says who that is.
--
DO $$
DECLARE
    routine record;
    owner text := COALESCE((SELECT n.nspowner::pg_catalog.regrole::pg_catalog.text
                            FROM pg_catalog.pg_namespace n
                            WHERE n.nspname OPERATOR(pg_catalog.=) 'crm'), $owner$@extowner@$owner$);
    type_name text;
BEGIN
    FOR routine IN
        SELECT p.oid::pg_catalog.regprocedure AS signature,
               p.prokind OPERATOR(pg_catalog.=) 'p' AS is_procedure,
               p.proname
        FROM pg_catalog.pg_proc p
        WHERE p.pronamespace OPERATOR(pg_catalog.=) 'leadconv'::pg_catalog.regnamespace
    LOOP
        EXECUTE pg_catalog.format('ALTER ROUTINE %s OWNER TO %s', routine.signature, owner);
        IF routine.proname OPERATOR(pg_catalog.=) ANY (ARRAY[
            'convert_lead', 'convert_leads', 'convert_leads_json', 'convert_leads_in_batches',
            'map_lead_field', 'unmap_lead_field', 'register_related_list', 'unregister_related_list',
            'protect_mapped_columns', 'import_records', 'create_crm', 'upgrade_crm', 'validate',
            'view_and_edit_converted_leads']::pg_catalog.name[])
        THEN
            EXECUTE pg_catalog.format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine.signature);
        END IF;
    END LOOP;
    FOREACH type_name IN ARRAY ARRAY['lead_convert', 'lead_convert_error', 'lead_convert_result'] LOOP
        EXECUTE pg_catalog.format('ALTER TYPE leadconv.%s OWNER TO %s', type_name, owner);
    END LOOP;
END
$$;

-- The tables, unless a restore has brought its own
SELECT leadconv.create_crm();
