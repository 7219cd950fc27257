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
