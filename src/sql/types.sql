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
