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
