--
-- What a competent developer would write by hand for these very leads: scalar
-- variables, one statement for each table that a lead of the benchmark has rows
-- in, the metadata (status, stage, mapping, fiscal year) written into the code.
-- It makes the same row changes as leadconv.convert_lead(); bench/same_rows.sql
-- checks that.
--
CREATE FUNCTION bench.convert_lead_plpgsql(p_lead_id bigint)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    v_account_id bigint;
    v_contact_id bigint;
    v_opportunity_id bigint;
    v_campaign_id bigint;
    v_owner_id bigint;
    v_is_converted boolean;
BEGIN
    SELECT is_converted, owner_id INTO v_is_converted, v_owner_id
    FROM crm.lead WHERE id = p_lead_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no lead %', p_lead_id;
    END IF;
    IF v_is_converted THEN
        RAISE EXCEPTION 'lead % is converted already', p_lead_id;
    END IF;
    SELECT campaign_id INTO v_campaign_id
    FROM crm.campaign_member WHERE lead_id = p_lead_id ORDER BY created_date DESC, id DESC LIMIT 1;

    INSERT INTO crm.account (name, name_local, billing_street, billing_city, billing_state, billing_state_code,
        billing_postal_code, billing_country, billing_country_code, billing_latitude, billing_longitude,
        billing_geocode_accuracy, phone, fax, website, industry, rating, annual_revenue, number_of_employees,
        currency_iso_code, account_source, duns_number, dandb_company_id, division_id, owner_id)
    SELECT company, company_local, street, city, state, state_code, postal_code, country, country_code, latitude,
        longitude, geocode_accuracy, phone, fax, website, industry, rating, annual_revenue, number_of_employees,
        currency_iso_code, lead_source, company_duns_number, dandb_company_id, division_id, owner_id
    FROM crm.lead WHERE id = p_lead_id
    RETURNING id INTO v_account_id;

    INSERT INTO crm.contact (account_id, salutation, first_name, middle_name, last_name, suffix, first_name_local,
        last_name_local, title, mailing_street, mailing_city, mailing_state, mailing_state_code, mailing_postal_code,
        mailing_country, mailing_country_code, mailing_latitude, mailing_longitude, mailing_geocode_accuracy, phone,
        mobile_phone, fax, email, description, lead_source, currency_iso_code, do_not_call, has_opted_out_of_email,
        has_opted_out_of_fax, individual_id, pronouns, gender_identity, jigsaw, division_id, owner_id)
    SELECT v_account_id, salutation, first_name, middle_name, last_name, suffix, first_name_local,
        last_name_local, title, street, city, state, state_code, postal_code,
        country, country_code, latitude, longitude, geocode_accuracy, phone,
        mobile_phone, fax, email, description, lead_source, currency_iso_code, do_not_call, has_opted_out_of_email,
        has_opted_out_of_fax, individual_id, pronouns, gender_identity, jigsaw, division_id, owner_id
    FROM crm.lead WHERE id = p_lead_id
    RETURNING id INTO v_contact_id;

    INSERT INTO crm.opportunity (account_id, name, stage_name, probability, close_date, lead_source, is_closed, is_won,
        forecast_category, forecast_category_name, campaign_id, partner_account_id, currency_iso_code, division_id,
        owner_id)
    SELECT v_account_id, left(company, 120), 'Prospecting', 10,
        (date_trunc('quarter', now() AT TIME ZONE 'UTC') + interval '3 months - 1 day')::date, lead_source, false, false,
        'Pipeline', 'Pipeline', v_campaign_id, partner_account_id, currency_iso_code, division_id,
        owner_id
    FROM crm.lead WHERE id = p_lead_id
    RETURNING id INTO v_opportunity_id;

    INSERT INTO crm.opportunity_contact_role (opportunity_id, contact_id, is_primary)
    VALUES (v_opportunity_id, v_contact_id, true);
    INSERT INTO crm.account_contact_relation (account_id, contact_id, is_direct, is_active)
    VALUES (v_account_id, v_contact_id, true, true);

    UPDATE crm.task
    SET account_id = v_account_id, contact_id = v_contact_id, opportunity_id = v_opportunity_id,
        source_lead_id = p_lead_id, lead_id = NULL
    WHERE lead_id = p_lead_id AND sales_cadence_id IS NULL;
    UPDATE crm.event
    SET account_id = v_account_id, contact_id = v_contact_id, opportunity_id = v_opportunity_id,
        source_lead_id = p_lead_id, lead_id = NULL
    WHERE lead_id = p_lead_id AND sales_cadence_id IS NULL;
    UPDATE crm.campaign_member
    SET contact_id = v_contact_id, source_lead_id = p_lead_id
    WHERE lead_id = p_lead_id AND contact_id IS NULL;
    UPDATE crm.note
    SET contact_id = v_contact_id, source_lead_id = p_lead_id, lead_id = NULL
    WHERE lead_id = p_lead_id;

    UPDATE crm.lead
    SET is_converted = true, converted_date = (now() AT TIME ZONE 'UTC')::date, converted_account_id = v_account_id,
        converted_contact_id = v_contact_id, converted_opportunity_id = v_opportunity_id,
        status = 'Closed - Converted', is_unread_by_owner = false
    WHERE id = p_lead_id;

    INSERT INTO crm.lead_conversion (lead_id, account_id, contact_id, opportunity_id, account_created, contact_created,
        opportunity_created, converted_status, owner_id, created_by_role, created_date, request)
    VALUES (p_lead_id, v_account_id, v_contact_id, v_opportunity_id, true, true,
        true, 'Closed - Converted', v_owner_id, current_user, now(), jsonb_build_object('lead_id', p_lead_id));
    RETURN v_account_id;
END
$$;
