-- An export of :n leads as import_records() takes it, and the same rows as they are
-- inserted by hand: bench.staging, bench.typed
CREATE FUNCTION bench.id(prefix text, i bigint) RETURNS text LANGUAGE sql AS $$ SELECT leadconv.salesforce_id(prefix || '5g000' || lpad(i::text, 7, '0')) $$;
INSERT INTO crm.app_user (id, name, external_id) SELECT 1000 + i, 'u' || i, bench.id('005', i) FROM generate_series(1, 50) i;
CREATE TABLE bench.staging AS
SELECT bench.id('00Q', i) AS "Id", '0' AS "IsDeleted", 'Last' || i AS "LastName", 'First' || i AS "FirstName", 'Ms.' AS "Salutation",
    'CEO' AS "Title", 'Company ' || i AS "Company", i || ' Main Street' AS "Street", 'Portland' AS "City", 'OR' AS "State",
    '97204' AS "PostalCode", 'US' AS "Country", '(503) 555-' || i AS "Phone", 'p' || i || '@c.example.com' AS "Email", '' AS "Website",
    'Some longer description of lead number ' || i AS "Description", 'Web' AS "LeadSource", 'Working - Contacted' AS "Status",
    'Manufacturing' AS "Industry", 'Hot' AS "Rating", (i * 100)::text AS "AnnualRevenue", (i % 500)::text AS "NumberOfEmployees",
    bench.id('005', i % 50 + 1) AS "OwnerId", '0' AS "HasOptedOutOfEmail", '0' AS "DoNotCall", '0' AS "IsConverted", '1' AS "IsUnreadByOwner",
    '2026-03-01T09:15:00.000+0000' AS "CreatedDate", bench.id('005', i % 50 + 1) AS "CreatedById",
    '2026-03-01T09:15:00.000+0000' AS "LastModifiedDate", bench.id('005', i % 50 + 1) AS "LastModifiedById"
FROM generate_series(1, :n) i;
CREATE TABLE bench.typed AS
SELECT s."Id" AS external_id, false AS is_deleted, s."LastName" AS last_name, s."FirstName" AS first_name, s."Salutation" AS salutation,
    s."Title" AS title, s."Company" AS company, s."Street" AS street, s."City" AS city, s."State" AS state, s."PostalCode" AS postal_code,
    s."Country" AS country, s."Phone" AS phone, s."Email" AS email, NULL::text AS website, s."Description" AS description,
    s."LeadSource" AS lead_source, s."Status" AS status, s."Industry" AS industry, s."Rating" AS rating,
    s."AnnualRevenue"::numeric AS annual_revenue, s."NumberOfEmployees"::integer AS number_of_employees, u.id AS owner_id,
    false AS has_opted_out_of_email, false AS do_not_call, false AS is_converted, true AS is_unread_by_owner,
    s."CreatedDate"::timestamptz AS created_date, u.id AS created_by_id, s."LastModifiedDate"::timestamptz AS last_modified_date,
    u.id AS last_modified_by_id
FROM bench.staging s JOIN crm.app_user u ON u.external_id = s."OwnerId";
CREATE PROCEDURE bench.insert_typed() LANGUAGE sql AS $$
INSERT INTO crm.lead (external_id, is_deleted, last_name, first_name, salutation, title, company, street, city, state, postal_code,
    country, phone, email, website, description, lead_source, status, industry, rating, annual_revenue, number_of_employees, owner_id,
    has_opted_out_of_email, do_not_call, is_converted, is_unread_by_owner, created_date, created_by_id, last_modified_date, last_modified_by_id)
SELECT * FROM bench.typed
$$;
