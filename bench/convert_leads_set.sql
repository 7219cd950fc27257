--
-- The same by hand for many leads: a temporary table with the new ids, then one
-- statement for each table.
--
CREATE FUNCTION bench.convert_leads_set(from_id bigint, to_id bigint)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    n bigint;
BEGIN
    DROP TABLE IF EXISTS pg_temp.converting;
    CREATE TEMPORARY TABLE converting ON COMMIT DROP AS
    SELECT l.id AS lead_id, l.is_converted, l.owner_id,
        nextval('crm.account_id_seq') AS account_id,
        nextval('crm.contact_id_seq') AS contact_id,
        nextval('crm.opportunity_id_seq') AS opportunity_id,
        (SELECT m.campaign_id FROM crm.campaign_member m WHERE m.lead_id = l.id
         ORDER BY m.created_date DESC, m.id DESC LIMIT 1) AS campaign_id
    FROM (SELECT id, is_converted, owner_id FROM crm.lead WHERE id BETWEEN from_id AND to_id ORDER BY id FOR UPDATE) l;
    ANALYZE converting;
    IF EXISTS (SELECT 1 FROM converting WHERE is_converted) THEN
        RAISE EXCEPTION 'a lead is converted already';
    END IF;

    INSERT INTO crm.account (id, name, name_local, billing_street, billing_city, billing_state, billing_state_code,
        billing_postal_code, billing_country, billing_country_code, billing_latitude, billing_longitude,
        billing_geocode_accuracy, phone, fax, website, industry, rating, annual_revenue, number_of_employees,
        currency_iso_code, account_source, duns_number, dandb_company_id, division_id, owner_id)
    SELECT c.account_id, company, company_local, street, city, state, state_code, postal_code, country, country_code,
        latitude, longitude, geocode_accuracy, phone, fax, website, industry, rating, annual_revenue,
        number_of_employees, currency_iso_code, lead_source, company_duns_number, dandb_company_id, division_id,
        l.owner_id
    FROM converting c JOIN crm.lead l ON l.id = c.lead_id;

    INSERT INTO crm.contact (id, account_id, salutation, first_name, middle_name, last_name, suffix, first_name_local,
        last_name_local, title, mailing_street, mailing_city, mailing_state, mailing_state_code, mailing_postal_code,
        mailing_country, mailing_country_code, mailing_latitude, mailing_longitude, mailing_geocode_accuracy, phone,
        mobile_phone, fax, email, description, lead_source, currency_iso_code, do_not_call, has_opted_out_of_email,
        has_opted_out_of_fax, individual_id, pronouns, gender_identity, jigsaw, division_id, owner_id)
    SELECT c.contact_id, c.account_id, salutation, first_name, middle_name, last_name, suffix, first_name_local,
        last_name_local, title, street, city, state, state_code, postal_code,
        country, country_code, latitude, longitude, geocode_accuracy, phone,
        mobile_phone, fax, email, description, lead_source, currency_iso_code, do_not_call, has_opted_out_of_email,
        has_opted_out_of_fax, individual_id, pronouns, gender_identity, jigsaw, division_id, l.owner_id
    FROM converting c JOIN crm.lead l ON l.id = c.lead_id;

    INSERT INTO crm.opportunity (id, account_id, name, stage_name, probability, close_date, lead_source, is_closed,
        is_won, forecast_category, forecast_category_name, campaign_id, partner_account_id, currency_iso_code,
        division_id, owner_id)
    SELECT c.opportunity_id, c.account_id, left(company, 120), 'Prospecting', 10,
        (date_trunc('quarter', now() AT TIME ZONE 'UTC') + interval '3 months - 1 day')::date, lead_source, false,
        false, 'Pipeline', 'Pipeline', c.campaign_id, partner_account_id, currency_iso_code,
        division_id, l.owner_id
    FROM converting c JOIN crm.lead l ON l.id = c.lead_id;

    INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, is_primary)
    SELECT opportunity_id, contact_id, true FROM converting;
    INSERT INTO crm.account_contact_relation (account_id, contact_id, is_direct, is_active)
    SELECT account_id, contact_id, true, true FROM converting;

    UPDATE crm.task t
    SET account_id = c.account_id, contact_id = c.contact_id, opportunity_id = c.opportunity_id,
        source_lead_id = c.lead_id, lead_id = NULL
    FROM converting c WHERE t.lead_id = c.lead_id AND t.sales_cadence_id IS NULL;
    UPDATE crm.event t
    SET account_id = c.account_id, contact_id = c.contact_id, opportunity_id = c.opportunity_id,
        source_lead_id = c.lead_id, lead_id = NULL
    FROM converting c WHERE t.lead_id = c.lead_id AND t.sales_cadence_id IS NULL;
    UPDATE crm.campaign_member t
    SET contact_id = c.contact_id, source_lead_id = c.lead_id
    FROM converting c WHERE t.lead_id = c.lead_id AND t.contact_id IS NULL;
    UPDATE crm.note t
    SET contact_id = c.contact_id, source_lead_id = c.lead_id, lead_id = NULL
    FROM converting c WHERE t.lead_id = c.lead_id;

    UPDATE crm.lead l
    SET is_converted = true, converted_date = (now() AT TIME ZONE 'UTC')::date, converted_account_id = c.account_id,
        converted_contact_id = c.contact_id, converted_opportunity_id = c.opportunity_id,
        status = 'Closed - Converted', is_unread_by_owner = false
    FROM converting c WHERE l.id = c.lead_id;

    INSERT INTO crm.lead_conversion (lead_id, account_id, contact_id, opportunity_id, account_created, contact_created,
        opportunity_created, converted_status, owner_id, created_by_role, created_date, request)
    SELECT lead_id, account_id, contact_id, opportunity_id, true, true,
        true, 'Closed - Converted', owner_id, current_user, now(), jsonb_build_object('lead_id', lead_id)
    FROM converting;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END
$$;
