--
-- New in 1.1.0
--

CREATE FUNCTION leadconv.is_blank(value text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_is_blank'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.is_blank IS 'Whether a text is empty or has nothing but blanks, which counts as not given';

-- they fold case as Unicode does, and tell nothing about their arguments but the result, so row security need not keep
-- their indexes from being used; made anew, because the owner of the extension may have replaced them, and must not be
-- given something leakproof
CREATE OR REPLACE FUNCTION leadconv.normalize_company(name text)
RETURNS text
AS 'MODULE_PATHNAME', 'leadconv_normalize_company_1_1'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;
CREATE OR REPLACE FUNCTION leadconv.normalize_email(email text)
RETURNS text
AS 'MODULE_PATHNAME', 'leadconv_normalize_email_1_1'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF;

CREATE FUNCTION leadconv.normalize_name(name text)
RETURNS text
AS 'MODULE_PATHNAME', 'leadconv_normalize_name'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.normalize_name IS 'A name of a person in the form in which names are told to be the same: without case and punctuation';

CREATE FUNCTION leadconv.metadata_row_changed()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_metadata_row_changed'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.metadata_row_changed IS 'AFTER ROW, ALWAYS: the same for rows that logical replication writes';

--
-- Matching methods, to be tried
--
CREATE FUNCTION leadconv.match_score(method text, a text, b text)
RETURNS integer
AS 'MODULE_PATHNAME', 'leadconv_match_score'
LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.match_score IS 'How much two values are the same by a matching method (Exact, FirstName, LastName, CompanyName, Phone, City, Street, Zip, Title), from 0 to 100; NULL when one of them is blank';

CREATE FUNCTION leadconv.is_match(method text, a text, b text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_is_match'
LANGUAGE C STABLE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.is_match IS 'Whether two values match by a matching method, as in a matching rule; NULL when one of them is blank';

CREATE FUNCTION leadconv.track_history()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_track_history'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.track_history IS 'AFTER UPDATE: keeps the history of a lead or an opportunity';

CREATE FUNCTION leadconv.set_derived_fields()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_set_derived_fields'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.set_derived_fields IS 'BEFORE INSERT OR UPDATE ROW: what follows from other columns of an opportunity, a task or a campaign member, whatever triggers have changed';

CREATE FUNCTION leadconv.refresh_derived_columns("table" regclass)
RETURNS bigint
AS 'MODULE_PATHNAME', 'leadconv_refresh_derived_columns'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.refresh_derived_columns IS 'Makes the columns of crm.opportunity, crm.task or crm.campaign_member that follow from others right again, after a change of stages, picklists or the fiscal year; returns how many rows were updated';

CREATE FUNCTION leadconv.rename_picklist_value(object text, field text, old_value text, new_value text)
RETURNS bigint
AS 'MODULE_PATHNAME', 'leadconv_rename_picklist_value'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.rename_picklist_value IS 'Renames a value of a picklist, in the list and on all records, converted leads among them; returns how many records had it';

--
-- Person accounts
--
CREATE FUNCTION leadconv.guard_person_account()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_guard_person_account'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.guard_person_account IS 'BEFORE UPDATE ROW: an account that is a person account remains one, and no other becomes one';

CREATE FUNCTION leadconv.guard_person_contact()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_guard_person_contact'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.guard_person_contact IS 'AFTER INSERT OR UPDATE OR DELETE ROW: a person account has one contact, which is the person';

CREATE FUNCTION leadconv.write_person_account()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_write_person_account'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.write_person_account IS 'INSTEAD OF INSERT OR UPDATE OR DELETE ROW: writes both rows of a person account';

--
-- Activities
--
CREATE FUNCTION leadconv.delete_activity(object text, id bigint)
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_delete_activity'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.delete_activity IS 'Puts a task or an event into the recycle bin, for all records that it belongs to; false when it is there';

CREATE FUNCTION leadconv.restore_activity(object text, id bigint)
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_restore_activity'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.restore_activity IS 'Takes a task or an event out of the recycle bin, for all records that it belongs to; false when it is not there';

--
-- Rules that users attach with CREATE TRIGGER
--
CREATE FUNCTION leadconv.validation_error()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_validation_error'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.validation_error IS 'INSERT OR UPDATE: refuses the row; arguments: message [, field [, ''lookup_filter'']]; ignored for rows that a conversion writes when require_validation is off';

CREATE FUNCTION leadconv.assign_owner()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_assign_owner'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.assign_owner IS 'BEFORE INSERT OR UPDATE: gives the row an owner; argument: id, username or name of a user or queue';

CREATE FUNCTION leadconv.assign_territory()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_assign_territory'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.assign_territory IS 'BEFORE INSERT OR UPDATE on crm.opportunity: gives it a territory, never during its conversion; argument: id, developer name or name of the territory';

CREATE FUNCTION leadconv.workflow_task()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_workflow_task'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.workflow_task IS 'AFTER INSERT OR UPDATE on lead, account, contact or opportunity: makes a task; arguments: subject [, ''name=value'' ...]';

CREATE FUNCTION leadconv.check_duplicates()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_check_duplicates'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.check_duplicates IS 'INSERT OR UPDATE on crm.lead, crm.account or crm.contact: asks the duplicate rules about the row; not about rows that a conversion writes';

CREATE FUNCTION leadconv.set_lead_status()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_set_lead_status'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.set_lead_status IS 'BEFORE UPDATE: the status of a lead after a change of owner, as the setting preserve_lead_status says';

--
-- Privileges and row-level security
--
CREATE FUNCTION leadconv.view_converted_leads()
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_view_converted_leads'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.view_converted_leads IS 'The permission to see converted leads where leadconv.hide_converted_leads() hides them: grant EXECUTE on it; tells whether the current role has been granted it';

CREATE FUNCTION leadconv.grant_role_privileges(role name, profile text)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_grant_role_privileges'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.grant_role_privileges IS 'Grants what a kind of user needs: sales, administrator, integration, report or figures; for the owner of schema crm';

CREATE FUNCTION leadconv.revoke_role_privileges(role name, profile text)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_revoke_role_privileges'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.revoke_role_privileges IS 'Takes back what leadconv.grant_role_privileges() granted; for the owner of schema crm';

CREATE FUNCTION leadconv.hide_converted_leads(enable boolean)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_hide_converted_leads'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.hide_converted_leads IS 'Hides converted leads in crm.lead from roles without the permission to see them, or shows them again; for the owner of schema crm';

CREATE FUNCTION leadconv.setup_report_role(role name, figures_only boolean DEFAULT false)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_setup_report_role'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.setup_report_role IS 'Grants what a reader of reports needs, who counts converted leads also where they are hidden, or only what has figures and no personal data; for the owner of schema crm';

--
-- Search, and the lead all around
--
CREATE FUNCTION leadconv.search(query text, objects text[] DEFAULT NULL, max_rows integer DEFAULT 20)
RETURNS TABLE (object text, record_id bigint, name text, detail text, is_converted boolean, owner_id bigint, rank integer)
AS 'MODULE_PATHNAME', 'leadconv_search'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20;
COMMENT ON FUNCTION leadconv.search IS 'Finds leads, accounts, contacts and opportunities in which all words of the query are, the best first: rank 1 is the name itself, 5 something inside a word';

CREATE FUNCTION leadconv.setup_search(enable boolean)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_setup_search'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.setup_search IS 'Builds the indexes with which leadconv.search() is fast, or drops them; for the owner of schema crm';

CREATE FUNCTION leadconv.lead_360(lead_id bigint, max_rows integer DEFAULT 1000)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'leadconv_lead_360'
LANGUAGE C STABLE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.lead_360 IS 'A lead with everything related to it before and after its conversion, as one document; NULL when there is no such lead';
CREATE FUNCTION leadconv.complete_lead_conversion(
    lead_id bigint,
    account_id bigint DEFAULT NULL,
    opportunity_id bigint DEFAULT NULL,
    opportunity_name text DEFAULT NULL,
    account_record jsonb DEFAULT NULL,
    opportunity_record jsonb DEFAULT NULL,
    contact_id bigint DEFAULT NULL,
    contact_record jsonb DEFAULT NULL,
    do_not_create_account boolean DEFAULT NULL,
    do_not_create_contact boolean DEFAULT NULL,
    do_not_create_opportunity boolean DEFAULT NULL,
    owner_id bigint DEFAULT NULL,
    send_notification_email boolean DEFAULT NULL,
    reason text DEFAULT NULL,
    options jsonb DEFAULT NULL)
RETURNS leadconv.lead_convert_result
AS 'MODULE_PATHNAME', 'leadconv_complete_lead_conversion'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.complete_lead_conversion IS 'Adds what the conversion of a lead has left out: account, contact or opportunity';

--
-- Reports
--
CREATE FUNCTION leadconv.report(name text, from_date date DEFAULT NULL, to_date date DEFAULT NULL)
RETURNS TABLE (label text, value numeric, rate numeric, bar text)
AS 'MODULE_PATHNAME', 'leadconv_report'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20;
COMMENT ON FUNCTION leadconv.report IS 'A report for the eye, with bars: funnel, sources, owners, months, conversions, time_to_conversion and the same _by_source, _by_owner and _by_month';

CREATE FUNCTION leadconv.field_mapping_report()
RETURNS TABLE (lead_field text, mapped_to text[], kept_by text, converted_leads bigint, filled bigint, rate numeric)
AS 'MODULE_PATHNAME', 'leadconv_field_mapping_report'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 80;
COMMENT ON FUNCTION leadconv.field_mapping_report IS 'Each column of a lead: to which columns it is mapped or whether it stays on the lead, and on how many converted leads it has a value';

CREATE FUNCTION leadconv.setup_reports(enable boolean)
RETURNS void
AS 'MODULE_PATHNAME', 'leadconv_setup_reports'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.setup_reports IS 'Builds the indexes with which the views of reports are fast, or drops them; for the owner of schema crm';

--
-- Looking before
--
CREATE TYPE leadconv.lead_preview AS (
    request_position integer,
    lead_id bigint,
    step text,
    object text,
    record_id bigint,
    field text,
    old_value text,
    new_value text,
    source text,
    status_code text,
    note text
);
COMMENT ON TYPE leadconv.lead_preview IS 'One fact about what a conversion would do';
COMMENT ON COLUMN leadconv.lead_preview.request_position IS 'Position of the request in the call, from 1';
COMMENT ON COLUMN leadconv.lead_preview.lead_id IS 'The lead';
COMMENT ON COLUMN leadconv.lead_preview.step IS 'What it is about: argument, account, contact, opportunity, role, relation, list, campaign, lead, follow, task, duplicate, replay, warning or error';
COMMENT ON COLUMN leadconv.lead_preview.object IS 'The table, or which of the records';
COMMENT ON COLUMN leadconv.lead_preview.record_id IS 'Id of an existing row; NULL for a new one';
COMMENT ON COLUMN leadconv.lead_preview.field IS 'The column; NULL for the record as a whole';
COMMENT ON COLUMN leadconv.lead_preview.old_value IS 'Its value now';
COMMENT ON COLUMN leadconv.lead_preview.new_value IS 'Its value afterwards; NULL where that is the id of a record yet to be made';
COMMENT ON COLUMN leadconv.lead_preview.source IS 'Where the value comes from: request, lead.<column>, record_type, picklist, engine or default; kept where it stays as it is';
COMMENT ON COLUMN leadconv.lead_preview.status_code IS 'Status code of an error or a warning';
COMMENT ON COLUMN leadconv.lead_preview.note IS 'Message of an error or a warning; of other facts, what there is to say beside';

CREATE FUNCTION leadconv.preview_lead_conversion(
    lead_id bigint,
    @fields@,
    allow_save boolean DEFAULT false,
    reuse_accounts boolean DEFAULT false,
    reuse_contacts boolean DEFAULT false)
RETURNS SETOF leadconv.lead_preview
AS 'MODULE_PATHNAME', 'leadconv_preview_lead_conversion'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.preview_lead_conversion IS 'What leadconv.convert_lead() would do with these arguments, row by row, without doing it';

CREATE FUNCTION leadconv.preview_lead_conversions(
    requests leadconv.lead_convert[],
    allow_save boolean DEFAULT false,
    reuse_accounts boolean DEFAULT false,
    reuse_contacts boolean DEFAULT false)
RETURNS SETOF leadconv.lead_preview
AS 'MODULE_PATHNAME', 'leadconv_preview_lead_conversions'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.preview_lead_conversions IS 'What leadconv.convert_leads() would do with these requests, without doing it';

CREATE FUNCTION leadconv.preview_lead_completion(
    lead_id bigint,
    account_id bigint DEFAULT NULL,
    opportunity_id bigint DEFAULT NULL,
    opportunity_name text DEFAULT NULL,
    account_record jsonb DEFAULT NULL,
    opportunity_record jsonb DEFAULT NULL,
    contact_id bigint DEFAULT NULL,
    contact_record jsonb DEFAULT NULL,
    do_not_create_account boolean DEFAULT NULL,
    do_not_create_contact boolean DEFAULT NULL,
    do_not_create_opportunity boolean DEFAULT NULL,
    owner_id bigint DEFAULT NULL,
    send_notification_email boolean DEFAULT NULL,
    reason text DEFAULT NULL,
    options jsonb DEFAULT NULL)
RETURNS SETOF leadconv.lead_preview
AS 'MODULE_PATHNAME', 'leadconv_preview_lead_completion'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.preview_lead_completion IS 'What leadconv.complete_lead_conversion() would do with these arguments, without doing it';

--
-- Going back after
--
CREATE TYPE leadconv.lead_undo_result AS (
    lead_id bigint,
    conversion_id bigint,
    success boolean,
    account_deleted boolean,
    contact_deleted boolean,
    opportunity_deleted boolean,
    rows_moved_back bigint,
    fields_restored integer,
    members_restored integer,
    errors leadconv.lead_convert_error[],
    warnings leadconv.lead_convert_error[]
);
COMMENT ON TYPE leadconv.lead_undo_result IS 'What has come of undoing the conversion of a lead';
COMMENT ON COLUMN leadconv.lead_undo_result.lead_id IS 'The lead';
COMMENT ON COLUMN leadconv.lead_undo_result.conversion_id IS 'Its conversion: id in crm.lead_conversion';
COMMENT ON COLUMN leadconv.lead_undo_result.success IS 'Whether it was undone';
COMMENT ON COLUMN leadconv.lead_undo_result.account_deleted IS 'Whether the account was deleted, which the conversion had made';
COMMENT ON COLUMN leadconv.lead_undo_result.contact_deleted IS 'Whether the contact was deleted, which the conversion had made';
COMMENT ON COLUMN leadconv.lead_undo_result.opportunity_deleted IS 'Whether the opportunity was deleted, which the conversion had made';
COMMENT ON COLUMN leadconv.lead_undo_result.rows_moved_back IS 'How many rows of related lists went back to the lead, or were links that were made';
COMMENT ON COLUMN leadconv.lead_undo_result.fields_restored IS 'How many fields of existing records have their old values again';
COMMENT ON COLUMN leadconv.lead_undo_result.members_restored IS 'How many campaign members that were merged are there again';
COMMENT ON COLUMN leadconv.lead_undo_result.errors IS 'Why it was not undone';
COMMENT ON COLUMN leadconv.lead_undo_result.warnings IS 'What was left as it is';

CREATE FUNCTION leadconv.undo_lead_conversion(
    lead_id bigint,
    on_change text DEFAULT 'refuse',
    reason text DEFAULT NULL)
RETURNS leadconv.lead_undo_result
AS 'MODULE_PATHNAME', 'leadconv_undo_lead_conversion'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.undo_lead_conversion IS 'Takes the conversion of a lead back, and loses nothing that has been changed since';

CREATE FUNCTION leadconv.undo_lead_conversions(
    lead_ids bigint[],
    on_change text DEFAULT 'refuse',
    reason text DEFAULT NULL,
    all_or_none boolean DEFAULT true)
RETURNS SETOF leadconv.lead_undo_result
AS 'MODULE_PATHNAME', 'leadconv_undo_lead_conversions'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.undo_lead_conversions IS 'Takes the conversions of many leads back; one result for each, in their order';

CREATE FUNCTION leadconv.is_undoing()
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_is_undoing'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION leadconv.is_undoing IS 'Whether a conversion is being undone, for triggers';

--
-- What a lead could be converted to
--
CREATE FUNCTION leadconv.find_account_matches(lead_id bigint)
RETURNS TABLE (id bigint, name text, score integer, rule text, matched_fields text[], open_opportunities bigint)
AS 'MODULE_PATHNAME', 'leadconv_find_account_matches'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10;
COMMENT ON FUNCTION leadconv.find_account_matches IS 'Accounts to which a lead could be converted, by the matching rules in use on standard fields, the best first; person accounts for a lead that becomes one';

CREATE FUNCTION leadconv.find_contact_matches(lead_id bigint, account_id bigint DEFAULT NULL)
RETURNS TABLE (id bigint, name text, score integer, rule text, matched_fields text[], contact_account_id bigint, open_opportunities bigint)
AS 'MODULE_PATHNAME', 'leadconv_find_contact_matches'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10;
COMMENT ON FUNCTION leadconv.find_contact_matches IS 'Contacts to which a lead could be converted, by the matching rules in use on standard fields, the best first: before all others those of an account, if one is given';

CREATE FUNCTION leadconv.find_opportunity_matches(account_id bigint, lead_id bigint DEFAULT NULL)
RETURNS TABLE (id bigint, name text, score integer, rule text, matched_fields text[], stage_name text, is_closed boolean, close_date date)
AS 'MODULE_PATHNAME', 'leadconv_find_opportunity_matches'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20;
COMMENT ON FUNCTION leadconv.find_opportunity_matches IS 'Opportunities of an account, open ones first, then the newest, at most 20; and how well their names fit the company of a lead';

--
-- For drivers
--
CREATE FUNCTION leadconv.convert_lead_json(request jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'leadconv_convert_lead_json'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.convert_lead_json IS 'Converts one lead, from a JSON object with the keys of leadconv.lead_convert and allow_save; raises an error when it cannot be converted';

CREATE FUNCTION leadconv.status_code(sqlstate text)
RETURNS text
AS 'MODULE_PATHNAME', 'leadconv_status_code'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.status_code IS 'The status code that stands for an SQLSTATE';

--
-- Imports
--
CREATE FUNCTION leadconv.salesforce_id(id text)
RETURNS text
AS 'MODULE_PATHNAME', 'leadconv_salesforce_id'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION leadconv.salesforce_id IS 'An id of Salesforce in the form of 18 characters, from either form; NULL when it is none or its checksum is wrong';

CREATE FUNCTION leadconv.forget_import()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_forget_import'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.forget_import IS 'AFTER DELETE ROW: what imports have noted about a record goes with it';

-- privileges on it have to be granted again
DROP FUNCTION leadconv.import_records(text, regclass, boolean);
CREATE FUNCTION leadconv.import_records(
    INOUT object text,
    source regclass,
    create_custom_fields boolean DEFAULT false,
    on_conflict text DEFAULT 'keep',
    id_format text DEFAULT 'auto',
    on_error text DEFAULT 'fail',
    unknown_values text DEFAULT 'add',
    date_style text DEFAULT NULL,
    locale text DEFAULT NULL,
    OUT rows_read bigint,
    OUT inserted bigint,
    OUT updated bigint,
    OUT unchanged bigint,
    OUT unresolved bigint,
    OUT unknown_columns text[],
    OUT custom_fields_added text[],
    OUT notes text[],
    OUT conflicts bigint,
    OUT rejected bigint)
AS 'MODULE_PATHNAME', 'leadconv_import_records'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.import_records IS 'Loads a staging table, whose columns have the field names of an export, into the table of schema crm for the object; again, it changes only what has changed there';

CREATE FUNCTION leadconv.import_status()
RETURNS TABLE (object text, column_name text, unresolved bigint, example text)
AS 'MODULE_PATHNAME', 'leadconv_import_status'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20;
COMMENT ON FUNCTION leadconv.import_status IS 'Ids in what was imported whose records have not come yet: object, column, how many, and one of them';

--
-- Match keys
--
CREATE FUNCTION leadconv.write_match_keys()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_write_match_keys'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.write_match_keys IS 'AFTER INSERT OR UPDATE OR DELETE ROW: the match keys of a lead, an account or a contact';

CREATE FUNCTION leadconv.forget_match_keys()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_forget_match_keys'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.forget_match_keys IS 'AFTER TRUNCATE STATEMENT: the match keys of all leads, accounts or contacts';

CREATE FUNCTION leadconv.collect_match_keys()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_collect_match_keys'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.collect_match_keys IS 'BEFORE INSERT STATEMENT: keeps the match keys of what the statement inserts for its end';

CREATE FUNCTION leadconv.store_match_keys()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_store_match_keys'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.store_match_keys IS 'AFTER INSERT STATEMENT: writes the match keys that the statement has collected';

CREATE FUNCTION leadconv.check_matching_rule()
RETURNS trigger
AS 'MODULE_PATHNAME', 'leadconv_check_matching_rule'
LANGUAGE C;
COMMENT ON FUNCTION leadconv.check_matching_rule IS 'AFTER INSERT OR UPDATE OR DELETE ROW on crm.matching_rule or crm.matching_rule_item: can the rule be used, and are there not too many?';

CREATE PROCEDURE leadconv.build_match_keys(rule text DEFAULT NULL, object text DEFAULT NULL, batch_size integer DEFAULT 10000)
AS 'MODULE_PATHNAME', 'leadconv_build_match_keys'
LANGUAGE C;
COMMENT ON PROCEDURE leadconv.build_match_keys IS 'Builds the match keys of a matching rule, or of all active ones that are not built, in batches that are committed one by one; for the owner of schema crm';

CREATE FUNCTION leadconv.match_keys(object text, id bigint)
RETURNS TABLE (rule text, definition text, value text)
AS 'MODULE_PATHNAME', 'leadconv_match_keys'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10;
COMMENT ON FUNCTION leadconv.match_keys IS 'The match keys of a lead, account, contact or person account; for the owner of schema crm';

CREATE FUNCTION leadconv.find_matches(object text, record jsonb)
RETURNS TABLE (rule text, record_id bigint, name text, score integer, fields text[])
AS 'MODULE_PATHNAME', 'leadconv_find_matches'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 10;
COMMENT ON FUNCTION leadconv.find_matches IS 'Which leads, accounts, contacts or person accounts match a record by the matching rules in use: of those that the caller sees, at most 100 for each rule, the best first';

--
-- Jobs
--
CREATE FUNCTION leadconv.conversion_jobs()
RETURNS TABLE (job text, source text, status text, total bigint, done bigint, failed bigint, remaining bigint, rate numeric,
    estimated_end timestamptz, started_date timestamptz, last_batch_date timestamptz, completed_date timestamptz, error_message text)
AS 'MODULE_PATHNAME', 'leadconv_conversion_jobs'
LANGUAGE C STABLE PARALLEL UNSAFE ROWS 20;
COMMENT ON FUNCTION leadconv.conversion_jobs IS 'The jobs of the current role, the oldest first';

CREATE FUNCTION leadconv.cancel_conversion_job(job text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'leadconv_cancel_conversion_job'
LANGUAGE C VOLATILE PARALLEL UNSAFE;
COMMENT ON FUNCTION leadconv.cancel_conversion_job IS 'Asks a job of the current role to stop after its batch; false when it is not running';
