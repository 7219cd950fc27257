--
-- PostgreSQL database dump
--


-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: crm; Type: SCHEMA; Schema: -; Owner: crm_owner
--

CREATE SCHEMA crm;


ALTER SCHEMA crm OWNER TO crm_owner;

--
-- Name: SCHEMA crm; Type: COMMENT; Schema: -; Owner: crm_owner
--

COMMENT ON SCHEMA crm IS 'Leads, accounts, contacts, opportunities and what belongs to them';


--
-- Name: leadconv; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA leadconv;


ALTER SCHEMA leadconv OWNER TO postgres;

--
-- Name: leadconv; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS leadconv WITH SCHEMA leadconv;


--
-- Name: EXTENSION leadconv; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION leadconv IS 'Salesforce-like lead conversion: accounts, contacts and opportunities from leads';


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: lead_conversion; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.lead_conversion (
    id bigint NOT NULL,
    lead_id bigint NOT NULL,
    account_id bigint,
    contact_id bigint,
    opportunity_id bigint,
    related_person_account_id bigint,
    account_created boolean NOT NULL,
    contact_created boolean NOT NULL,
    opportunity_created boolean NOT NULL,
    converted_status text,
    owner_id bigint,
    created_by_id bigint,
    created_by_role name NOT NULL,
    created_date timestamp with time zone NOT NULL,
    request_id text,
    reason text,
    request jsonb NOT NULL,
    filled_fields jsonb,
    owner_changes jsonb,
    merged_campaign_members jsonb,
    warnings jsonb,
    approved_by text
)
WITH (fillfactor='90');


ALTER TABLE crm.lead_conversion OWNER TO crm_owner;

--
-- Name: TABLE lead_conversion; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.lead_conversion IS 'The ledger: one row per conversion; it survives the records that it names.';


--
-- Name: COLUMN lead_conversion.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.id IS 'Key (Id).';


--
-- Name: COLUMN lead_conversion.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.lead_id IS 'The lead.';


--
-- Name: COLUMN lead_conversion.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.account_id IS 'The account that the lead was converted to.';


--
-- Name: COLUMN lead_conversion.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.contact_id IS 'The contact that the lead was converted to.';


--
-- Name: COLUMN lead_conversion.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.opportunity_id IS 'The opportunity that the lead was converted to.';


--
-- Name: COLUMN lead_conversion.related_person_account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.related_person_account_id IS 'The person account that was related to the business account.';


--
-- Name: COLUMN lead_conversion.account_created; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.account_created IS 'Whether the account was created.';


--
-- Name: COLUMN lead_conversion.contact_created; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.contact_created IS 'Whether the contact was created.';


--
-- Name: COLUMN lead_conversion.opportunity_created; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.opportunity_created IS 'Whether the opportunity was created.';


--
-- Name: COLUMN lead_conversion.converted_status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.converted_status IS 'Status that the lead got.';


--
-- Name: COLUMN lead_conversion.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.owner_id IS 'Owner of the new records.';


--
-- Name: COLUMN lead_conversion.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.created_by_id IS 'User who converted.';


--
-- Name: COLUMN lead_conversion.created_by_role; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.created_by_role IS 'Database role that converted.';


--
-- Name: COLUMN lead_conversion.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.created_date IS 'When.';


--
-- Name: COLUMN lead_conversion.request_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.request_id IS 'The caller''s id of the request, which makes a retry safe.';


--
-- Name: COLUMN lead_conversion.reason; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.reason IS 'The caller''s reason.';


--
-- Name: COLUMN lead_conversion.request; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.request IS 'The request, normalised.';


--
-- Name: COLUMN lead_conversion.filled_fields; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.filled_fields IS 'Which empty columns of existing records were filled, and with what.';


--
-- Name: COLUMN lead_conversion.owner_changes; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.owner_changes IS 'Which activities changed owner.';


--
-- Name: COLUMN lead_conversion.merged_campaign_members; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.merged_campaign_members IS 'Campaign member rows that were merged into another.';


--
-- Name: COLUMN lead_conversion.warnings; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion.warnings IS 'Warnings of the result.';


--
-- Name: last_conversion(); Type: FUNCTION; Schema: public; Owner: crm_owner
--

CREATE FUNCTION public.last_conversion() RETURNS crm.lead_conversion
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT l.*::crm.lead_conversion AS l
    FROM crm.lead_conversion l
   ORDER BY l.id DESC
  LIMIT 1;
END;


ALTER FUNCTION public.last_conversion() OWNER TO crm_owner;

--
-- Name: log(); Type: FUNCTION; Schema: public; Owner: crm_owner
--

CREATE FUNCTION public.log() RETURNS trigger
    LANGUAGE plpgsql
    AS $$BEGIN INSERT INTO public.log VALUES (TG_NAME, NEW.id, leadconv.is_converting()); RETURN NEW; END$$;


ALTER FUNCTION public.log() OWNER TO crm_owner;

--
-- Name: account; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.account (
    id bigint NOT NULL,
    external_id text,
    name character varying(255) NOT NULL,
    name_local character varying(255),
    account_number character varying(40),
    site character varying(80),
    type character varying(255),
    parent_id bigint,
    billing_street character varying(255),
    billing_city character varying(40),
    billing_state character varying(80),
    billing_state_code character varying(10),
    billing_postal_code character varying(20),
    billing_country character varying(80),
    billing_country_code character varying(10),
    billing_latitude numeric,
    billing_longitude numeric,
    billing_geocode_accuracy character varying(40),
    shipping_street character varying(255),
    shipping_city character varying(40),
    shipping_state character varying(80),
    shipping_state_code character varying(10),
    shipping_postal_code character varying(20),
    shipping_country character varying(80),
    shipping_country_code character varying(10),
    shipping_latitude numeric,
    shipping_longitude numeric,
    shipping_geocode_accuracy character varying(40),
    phone character varying(40),
    fax character varying(40),
    website character varying(255),
    industry character varying(255),
    rating character varying(255),
    annual_revenue numeric,
    number_of_employees integer,
    currency_iso_code character varying(3),
    ownership character varying(255),
    ticker_symbol character varying(20),
    description text,
    account_source character varying(255),
    duns_number character varying(9),
    dandb_company_id text,
    tradestyle character varying(255),
    naics_code character varying(8),
    naics_desc character varying(120),
    sic character varying(20),
    sic_desc character varying(80),
    year_started character varying(4),
    jigsaw character varying(20),
    is_customer_portal boolean DEFAULT false NOT NULL,
    is_person_account boolean DEFAULT false NOT NULL,
    record_type_id bigint,
    division_id bigint,
    owner_id bigint,
    last_activity_date date,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    budget numeric(12,2),
    "Odd name" text
);
ALTER TABLE ONLY crm.account ALTER COLUMN name SET STATISTICS 500;


ALTER TABLE crm.account OWNER TO crm_owner;

--
-- Name: TABLE account; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.account IS 'A company, or with is_person_account a person, that one does business with.';


--
-- Name: COLUMN account.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.id IS 'Key (Id).';


--
-- Name: COLUMN account.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN account.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.name IS 'Name of the account.';


--
-- Name: COLUMN account.name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.name_local IS 'Name in the local language.';


--
-- Name: COLUMN account.account_number; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.account_number IS 'Number of the account.';


--
-- Name: COLUMN account.site; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.site IS 'Which location of the company this is, e.g. Headquarters.';


--
-- Name: COLUMN account.type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.type IS 'Kind of account, e.g. Prospect.';


--
-- Name: COLUMN account.parent_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.parent_id IS 'Account above this one.';


--
-- Name: COLUMN account.billing_street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_street IS 'Billing address: street.';


--
-- Name: COLUMN account.billing_city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_city IS 'Billing address: city.';


--
-- Name: COLUMN account.billing_state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_state IS 'Billing address: state or province.';


--
-- Name: COLUMN account.billing_state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_state_code IS 'Billing address: ISO code of the state.';


--
-- Name: COLUMN account.billing_postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_postal_code IS 'Billing address: postal code.';


--
-- Name: COLUMN account.billing_country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_country IS 'Billing address: country.';


--
-- Name: COLUMN account.billing_country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_country_code IS 'Billing address: ISO code of the country.';


--
-- Name: COLUMN account.billing_latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_latitude IS 'Billing address: latitude.';


--
-- Name: COLUMN account.billing_longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_longitude IS 'Billing address: longitude.';


--
-- Name: COLUMN account.billing_geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.billing_geocode_accuracy IS 'Billing address: accuracy of latitude and longitude.';


--
-- Name: COLUMN account.shipping_street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_street IS 'Shipping address: street.';


--
-- Name: COLUMN account.shipping_city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_city IS 'Shipping address: city.';


--
-- Name: COLUMN account.shipping_state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_state IS 'Shipping address: state or province.';


--
-- Name: COLUMN account.shipping_state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_state_code IS 'Shipping address: ISO code of the state.';


--
-- Name: COLUMN account.shipping_postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_postal_code IS 'Shipping address: postal code.';


--
-- Name: COLUMN account.shipping_country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_country IS 'Shipping address: country.';


--
-- Name: COLUMN account.shipping_country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_country_code IS 'Shipping address: ISO code of the country.';


--
-- Name: COLUMN account.shipping_latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_latitude IS 'Shipping address: latitude.';


--
-- Name: COLUMN account.shipping_longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_longitude IS 'Shipping address: longitude.';


--
-- Name: COLUMN account.shipping_geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.shipping_geocode_accuracy IS 'Shipping address: accuracy of latitude and longitude.';


--
-- Name: COLUMN account.phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.phone IS 'Phone number.';


--
-- Name: COLUMN account.fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.fax IS 'Fax number.';


--
-- Name: COLUMN account.website; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.website IS 'Website.';


--
-- Name: COLUMN account.industry; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.industry IS 'Industry.';


--
-- Name: COLUMN account.rating; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.rating IS 'How promising the account is.';


--
-- Name: COLUMN account.annual_revenue; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.annual_revenue IS 'Annual revenue.';


--
-- Name: COLUMN account.number_of_employees; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.number_of_employees IS 'Number of employees.';


--
-- Name: COLUMN account.currency_iso_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.currency_iso_code IS 'ISO code of the currency of the amounts.';


--
-- Name: COLUMN account.ownership; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.ownership IS 'Ownership, e.g. Public or Private.';


--
-- Name: COLUMN account.ticker_symbol; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.ticker_symbol IS 'Stock market symbol.';


--
-- Name: COLUMN account.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.description IS 'Description.';


--
-- Name: COLUMN account.account_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.account_source IS 'Where the account came from; the lead source on conversion.';


--
-- Name: COLUMN account.duns_number; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.duns_number IS 'D-U-N-S number.';


--
-- Name: COLUMN account.dandb_company_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.dandb_company_id IS 'D&B company record.';


--
-- Name: COLUMN account.tradestyle; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.tradestyle IS 'Name under which the company does business.';


--
-- Name: COLUMN account.naics_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.naics_code IS 'NAICS industry code.';


--
-- Name: COLUMN account.naics_desc; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.naics_desc IS 'Meaning of the NAICS code.';


--
-- Name: COLUMN account.sic; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.sic IS 'SIC industry code.';


--
-- Name: COLUMN account.sic_desc; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.sic_desc IS 'Meaning of the SIC code.';


--
-- Name: COLUMN account.year_started; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.year_started IS 'Year in which the company was founded.';


--
-- Name: COLUMN account.jigsaw; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.jigsaw IS 'Key of the record in Data.com.';


--
-- Name: COLUMN account.is_customer_portal; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.is_customer_portal IS 'Whether a contact of the account uses the customer portal.';


--
-- Name: COLUMN account.is_person_account; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.is_person_account IS 'Whether the account is a person; its contact has is_person_account too.';


--
-- Name: COLUMN account.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.record_type_id IS 'Record type.';


--
-- Name: COLUMN account.division_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.division_id IS 'Division (Division).';


--
-- Name: COLUMN account.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.owner_id IS 'Owner.';


--
-- Name: COLUMN account.last_activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.last_activity_date IS 'Day of the last activity.';


--
-- Name: COLUMN account.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN account.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.created_date IS 'When the record was created.';


--
-- Name: COLUMN account.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN account.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN account.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: account_contact_relation; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.account_contact_relation (
    id bigint NOT NULL,
    external_id text,
    account_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    roles text,
    is_direct boolean DEFAULT false NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    start_date date,
    end_date date,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.account_contact_relation OWNER TO crm_owner;

--
-- Name: TABLE account_contact_relation; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.account_contact_relation IS 'A contact''s relation to an account: direct to the own account, indirect to others.';


--
-- Name: COLUMN account_contact_relation.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.id IS 'Key (Id).';


--
-- Name: COLUMN account_contact_relation.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN account_contact_relation.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.account_id IS 'The account.';


--
-- Name: COLUMN account_contact_relation.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.contact_id IS 'The contact.';


--
-- Name: COLUMN account_contact_relation.roles; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.roles IS 'Roles of the contact at the account, separated by semicolons.';


--
-- Name: COLUMN account_contact_relation.is_direct; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.is_direct IS 'Whether this is the contact''s own account.';


--
-- Name: COLUMN account_contact_relation.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.is_active IS 'Whether the relation is current.';


--
-- Name: COLUMN account_contact_relation.start_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.start_date IS 'Since when.';


--
-- Name: COLUMN account_contact_relation.end_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.end_date IS 'Until when.';


--
-- Name: COLUMN account_contact_relation.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN account_contact_relation.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.created_date IS 'When the record was created.';


--
-- Name: COLUMN account_contact_relation.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN account_contact_relation.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN account_contact_relation.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.account_contact_relation.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: account_contact_relation_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.account_contact_relation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.account_contact_relation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: account_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.account ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: app_user; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.app_user (
    id bigint NOT NULL,
    external_id text,
    name character varying(121) NOT NULL,
    username character varying(80),
    email character varying(80),
    user_type text DEFAULT 'Standard'::text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    db_role text,
    division_id bigint,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    CONSTRAINT app_user_user_type_check CHECK ((user_type = ANY (ARRAY['Standard'::text, 'Queue'::text])))
);


ALTER TABLE crm.app_user OWNER TO crm_owner;

--
-- Name: TABLE app_user; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.app_user IS 'A user of the application, or a queue that can own records (User, Group of type Queue).';


--
-- Name: COLUMN app_user.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.id IS 'Key (Id).';


--
-- Name: COLUMN app_user.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN app_user.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.name IS 'Full name of the user or name of the queue.';


--
-- Name: COLUMN app_user.username; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.username IS 'Login name in the application.';


--
-- Name: COLUMN app_user.email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.email IS 'Where notifications go.';


--
-- Name: COLUMN app_user.user_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.user_type IS 'Standard for a person, Queue for a queue; a queue cannot own converted records.';


--
-- Name: COLUMN app_user.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.is_active IS 'Whether the user can own new records.';


--
-- Name: COLUMN app_user.db_role; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.db_role IS 'Database role whose sessions act as this user when leadconv.user_id is not set.';


--
-- Name: COLUMN app_user.division_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.division_id IS 'Default division of the user (DefaultDivision).';


--
-- Name: COLUMN app_user.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.created_date IS 'When the record was created.';


--
-- Name: COLUMN app_user.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN app_user.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN app_user.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.app_user.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: app_user_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.app_user ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.app_user_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: attachment; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.attachment (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    name character varying(255) NOT NULL,
    content_type character varying(120),
    body bytea,
    body_length integer,
    description character varying(500),
    is_private boolean DEFAULT false NOT NULL,
    owner_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.attachment OWNER TO crm_owner;

--
-- Name: TABLE attachment; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.attachment IS 'A file attached in the classic way.';


--
-- Name: COLUMN attachment.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.id IS 'Key (Id).';


--
-- Name: COLUMN attachment.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN attachment.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.lead_id IS 'The lead.';


--
-- Name: COLUMN attachment.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.contact_id IS 'The contact.';


--
-- Name: COLUMN attachment.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.account_id IS 'The account.';


--
-- Name: COLUMN attachment.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN attachment.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.name IS 'File name.';


--
-- Name: COLUMN attachment.content_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.content_type IS 'Media type.';


--
-- Name: COLUMN attachment.body; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.body IS 'The file.';


--
-- Name: COLUMN attachment.body_length; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.body_length IS 'Size in bytes.';


--
-- Name: COLUMN attachment.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.description IS 'Description.';


--
-- Name: COLUMN attachment.is_private; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.is_private IS 'Whether only the owner sees it.';


--
-- Name: COLUMN attachment.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.owner_id IS 'Owner.';


--
-- Name: COLUMN attachment.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN attachment.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN attachment.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.created_date IS 'When the record was created.';


--
-- Name: COLUMN attachment.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN attachment.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN attachment.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.attachment.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: attachment_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.attachment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.attachment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: campaign; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.campaign (
    id bigint NOT NULL,
    external_id text,
    name character varying(80) NOT NULL,
    parent_id bigint,
    type character varying(255),
    status character varying(255),
    start_date date,
    end_date date,
    expected_revenue numeric,
    budgeted_cost numeric,
    actual_cost numeric,
    expected_response numeric,
    number_sent numeric,
    is_active boolean DEFAULT false NOT NULL,
    description text,
    currency_iso_code character varying(3),
    record_type_id bigint,
    campaign_member_record_type_id bigint,
    owner_id bigint,
    last_activity_date date,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.campaign OWNER TO crm_owner;

--
-- Name: TABLE campaign; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.campaign IS 'A marketing campaign.';


--
-- Name: COLUMN campaign.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.id IS 'Key (Id).';


--
-- Name: COLUMN campaign.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN campaign.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.name IS 'Name of the campaign.';


--
-- Name: COLUMN campaign.parent_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.parent_id IS 'Campaign above this one.';


--
-- Name: COLUMN campaign.type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.type IS 'Kind of campaign, e.g. Email.';


--
-- Name: COLUMN campaign.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.status IS 'Status, e.g. Planned.';


--
-- Name: COLUMN campaign.start_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.start_date IS 'First day.';


--
-- Name: COLUMN campaign.end_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.end_date IS 'Last day.';


--
-- Name: COLUMN campaign.expected_revenue; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.expected_revenue IS 'Revenue expected from the campaign.';


--
-- Name: COLUMN campaign.budgeted_cost; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.budgeted_cost IS 'Cost planned.';


--
-- Name: COLUMN campaign.actual_cost; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.actual_cost IS 'Cost incurred.';


--
-- Name: COLUMN campaign.expected_response; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.expected_response IS 'Response expected, in percent.';


--
-- Name: COLUMN campaign.number_sent; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.number_sent IS 'Number of people addressed.';


--
-- Name: COLUMN campaign.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.is_active IS 'Whether the campaign is running.';


--
-- Name: COLUMN campaign.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.description IS 'Description.';


--
-- Name: COLUMN campaign.currency_iso_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.currency_iso_code IS 'ISO code of the currency of the amounts.';


--
-- Name: COLUMN campaign.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.record_type_id IS 'Record type.';


--
-- Name: COLUMN campaign.campaign_member_record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.campaign_member_record_type_id IS 'Record type of the campaign''s members.';


--
-- Name: COLUMN campaign.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.owner_id IS 'Owner.';


--
-- Name: COLUMN campaign.last_activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.last_activity_date IS 'Day of the last activity.';


--
-- Name: COLUMN campaign.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN campaign.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.created_date IS 'When the record was created.';


--
-- Name: COLUMN campaign.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN campaign.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN campaign.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: campaign_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.campaign ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.campaign_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: campaign_member; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.campaign_member (
    id bigint NOT NULL,
    external_id text,
    campaign_id bigint NOT NULL,
    lead_id bigint,
    contact_id bigint,
    status character varying(40),
    has_responded boolean DEFAULT false NOT NULL,
    first_responded_date date,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    CONSTRAINT campaign_member_check CHECK ((num_nonnulls(lead_id, contact_id) > 0))
);


ALTER TABLE crm.campaign_member OWNER TO crm_owner;

--
-- Name: TABLE campaign_member; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.campaign_member IS 'A lead or contact in a campaign; after a conversion one row has both.';


--
-- Name: COLUMN campaign_member.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.id IS 'Key (Id).';


--
-- Name: COLUMN campaign_member.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN campaign_member.campaign_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.campaign_id IS 'The campaign.';


--
-- Name: COLUMN campaign_member.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.lead_id IS 'The lead; stays when the lead is converted.';


--
-- Name: COLUMN campaign_member.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.contact_id IS 'The contact.';


--
-- Name: COLUMN campaign_member.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.status IS 'Status within the campaign.';


--
-- Name: COLUMN campaign_member.has_responded; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.has_responded IS 'Whether the member has responded; follows from the status.';


--
-- Name: COLUMN campaign_member.first_responded_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.first_responded_date IS 'Day of the first response.';


--
-- Name: COLUMN campaign_member.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN campaign_member.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN campaign_member.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.created_date IS 'When the record was created.';


--
-- Name: COLUMN campaign_member.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN campaign_member.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN campaign_member.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: campaign_member_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.campaign_member ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.campaign_member_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: campaign_member_status; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.campaign_member_status (
    id bigint NOT NULL,
    external_id text,
    campaign_id bigint NOT NULL,
    label character varying(40) NOT NULL,
    sort_order integer DEFAULT 0 NOT NULL,
    has_responded boolean DEFAULT false NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.campaign_member_status OWNER TO crm_owner;

--
-- Name: TABLE campaign_member_status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.campaign_member_status IS 'The statuses that the members of a campaign can have.';


--
-- Name: COLUMN campaign_member_status.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.id IS 'Key (Id).';


--
-- Name: COLUMN campaign_member_status.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN campaign_member_status.campaign_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.campaign_id IS 'The campaign.';


--
-- Name: COLUMN campaign_member_status.label; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.label IS 'The status; renaming it renames it on the members.';


--
-- Name: COLUMN campaign_member_status.sort_order; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.sort_order IS 'Position; of two statuses the higher one is further along.';


--
-- Name: COLUMN campaign_member_status.has_responded; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.has_responded IS 'Whether a member with this status has responded.';


--
-- Name: COLUMN campaign_member_status.is_default; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.is_default IS 'Whether new members get this status.';


--
-- Name: COLUMN campaign_member_status.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN campaign_member_status.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.created_date IS 'When the record was created.';


--
-- Name: COLUMN campaign_member_status.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN campaign_member_status.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN campaign_member_status.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.campaign_member_status.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: campaign_member_status_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.campaign_member_status ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.campaign_member_status_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: contact; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.contact (
    id bigint NOT NULL,
    external_id text,
    account_id bigint,
    salutation character varying(40),
    first_name character varying(40),
    middle_name character varying(40),
    last_name character varying(80) NOT NULL,
    suffix character varying(40),
    first_name_local character varying(40),
    last_name_local character varying(80),
    name text GENERATED ALWAYS AS ((((COALESCE(((first_name)::text || ' '::text), ''::text) || COALESCE(((middle_name)::text || ' '::text), ''::text)) || (last_name)::text) || COALESCE((' '::text || (suffix)::text), ''::text))) STORED,
    title character varying(128),
    department character varying(80),
    reports_to_id bigint,
    mailing_street character varying(255),
    mailing_city character varying(40),
    mailing_state character varying(80),
    mailing_state_code character varying(10),
    mailing_postal_code character varying(20),
    mailing_country character varying(80),
    mailing_country_code character varying(10),
    mailing_latitude numeric,
    mailing_longitude numeric,
    mailing_geocode_accuracy character varying(40),
    other_street character varying(255),
    other_city character varying(40),
    other_state character varying(80),
    other_state_code character varying(10),
    other_postal_code character varying(20),
    other_country character varying(80),
    other_country_code character varying(10),
    other_latitude numeric,
    other_longitude numeric,
    other_geocode_accuracy character varying(40),
    phone character varying(40),
    mobile_phone character varying(40),
    home_phone character varying(40),
    other_phone character varying(40),
    fax character varying(40),
    assistant_name character varying(40),
    assistant_phone character varying(40),
    email character varying(80),
    email_bounced_reason character varying(255),
    email_bounced_date timestamp with time zone,
    is_email_bounced boolean DEFAULT false NOT NULL,
    birthdate date,
    description text,
    lead_source character varying(255),
    currency_iso_code character varying(3),
    do_not_call boolean DEFAULT false NOT NULL,
    has_opted_out_of_email boolean DEFAULT false NOT NULL,
    has_opted_out_of_fax boolean DEFAULT false NOT NULL,
    can_allow_portal_self_reg boolean DEFAULT false NOT NULL,
    individual_id text,
    pronouns character varying(40),
    gender_identity character varying(255),
    jigsaw character varying(20),
    is_person_account boolean DEFAULT false NOT NULL,
    record_type_id bigint,
    division_id bigint,
    owner_id bigint,
    last_activity_date date,
    last_cu_request_date timestamp with time zone,
    last_cu_update_date timestamp with time zone,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    score integer,
    CONSTRAINT contact_check CHECK (((NOT is_person_account) OR (account_id IS NOT NULL))),
    CONSTRAINT contact_score_check CHECK ((score < 1000))
);


ALTER TABLE crm.contact OWNER TO crm_owner;

--
-- Name: TABLE contact; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.contact IS 'A person, usually at an account.';


--
-- Name: COLUMN contact.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.id IS 'Key (Id).';


--
-- Name: COLUMN contact.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN contact.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.account_id IS 'The account that the contact belongs to first of all.';


--
-- Name: COLUMN contact.salutation; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.salutation IS 'Form of address.';


--
-- Name: COLUMN contact.first_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.first_name IS 'First name.';


--
-- Name: COLUMN contact.middle_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.middle_name IS 'Middle name.';


--
-- Name: COLUMN contact.last_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.last_name IS 'Last name.';


--
-- Name: COLUMN contact.suffix; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.suffix IS 'Suffix of the name.';


--
-- Name: COLUMN contact.first_name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.first_name_local IS 'First name in the local language.';


--
-- Name: COLUMN contact.last_name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.last_name_local IS 'Last name in the local language.';


--
-- Name: COLUMN contact.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.name IS 'Full name, from first, middle and last name and suffix.';


--
-- Name: COLUMN contact.title; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.title IS 'Job title.';


--
-- Name: COLUMN contact.department; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.department IS 'Department.';


--
-- Name: COLUMN contact.reports_to_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.reports_to_id IS 'Contact to whom this one reports.';


--
-- Name: COLUMN contact.mailing_street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_street IS 'Mailing address: street.';


--
-- Name: COLUMN contact.mailing_city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_city IS 'Mailing address: city.';


--
-- Name: COLUMN contact.mailing_state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_state IS 'Mailing address: state or province.';


--
-- Name: COLUMN contact.mailing_state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_state_code IS 'Mailing address: ISO code of the state.';


--
-- Name: COLUMN contact.mailing_postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_postal_code IS 'Mailing address: postal code.';


--
-- Name: COLUMN contact.mailing_country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_country IS 'Mailing address: country.';


--
-- Name: COLUMN contact.mailing_country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_country_code IS 'Mailing address: ISO code of the country.';


--
-- Name: COLUMN contact.mailing_latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_latitude IS 'Mailing address: latitude.';


--
-- Name: COLUMN contact.mailing_longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_longitude IS 'Mailing address: longitude.';


--
-- Name: COLUMN contact.mailing_geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mailing_geocode_accuracy IS 'Mailing address: accuracy of latitude and longitude.';


--
-- Name: COLUMN contact.other_street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_street IS 'Other address: street.';


--
-- Name: COLUMN contact.other_city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_city IS 'Other address: city.';


--
-- Name: COLUMN contact.other_state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_state IS 'Other address: state or province.';


--
-- Name: COLUMN contact.other_state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_state_code IS 'Other address: ISO code of the state.';


--
-- Name: COLUMN contact.other_postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_postal_code IS 'Other address: postal code.';


--
-- Name: COLUMN contact.other_country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_country IS 'Other address: country.';


--
-- Name: COLUMN contact.other_country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_country_code IS 'Other address: ISO code of the country.';


--
-- Name: COLUMN contact.other_latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_latitude IS 'Other address: latitude.';


--
-- Name: COLUMN contact.other_longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_longitude IS 'Other address: longitude.';


--
-- Name: COLUMN contact.other_geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_geocode_accuracy IS 'Other address: accuracy of latitude and longitude.';


--
-- Name: COLUMN contact.phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.phone IS 'Business phone number.';


--
-- Name: COLUMN contact.mobile_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.mobile_phone IS 'Mobile phone number.';


--
-- Name: COLUMN contact.home_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.home_phone IS 'Home phone number.';


--
-- Name: COLUMN contact.other_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.other_phone IS 'Other phone number.';


--
-- Name: COLUMN contact.fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.fax IS 'Fax number.';


--
-- Name: COLUMN contact.assistant_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.assistant_name IS 'Name of the assistant.';


--
-- Name: COLUMN contact.assistant_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.assistant_phone IS 'Phone number of the assistant.';


--
-- Name: COLUMN contact.email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.email IS 'Email address.';


--
-- Name: COLUMN contact.email_bounced_reason; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.email_bounced_reason IS 'Why mail to the address bounced.';


--
-- Name: COLUMN contact.email_bounced_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.email_bounced_date IS 'When mail to the address bounced.';


--
-- Name: COLUMN contact.is_email_bounced; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.is_email_bounced IS 'Whether mail to the address bounces.';


--
-- Name: COLUMN contact.birthdate; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.birthdate IS 'Birth date.';


--
-- Name: COLUMN contact.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.description IS 'Description.';


--
-- Name: COLUMN contact.lead_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.lead_source IS 'Where the contact came from.';


--
-- Name: COLUMN contact.currency_iso_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.currency_iso_code IS 'ISO code of the currency of the amounts.';


--
-- Name: COLUMN contact.do_not_call; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.do_not_call IS 'Whether the person asked not to be called.';


--
-- Name: COLUMN contact.has_opted_out_of_email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.has_opted_out_of_email IS 'Whether the person asked for no mass email.';


--
-- Name: COLUMN contact.has_opted_out_of_fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.has_opted_out_of_fax IS 'Whether the person asked for no faxes.';


--
-- Name: COLUMN contact.can_allow_portal_self_reg; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.can_allow_portal_self_reg IS 'Whether the person may register in the portal.';


--
-- Name: COLUMN contact.individual_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.individual_id IS 'Data privacy record of the person.';


--
-- Name: COLUMN contact.pronouns; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.pronouns IS 'Personal pronouns.';


--
-- Name: COLUMN contact.gender_identity; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.gender_identity IS 'Gender identity.';


--
-- Name: COLUMN contact.jigsaw; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.jigsaw IS 'Key of the record in Data.com.';


--
-- Name: COLUMN contact.is_person_account; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.is_person_account IS 'Whether this is the person of a person account.';


--
-- Name: COLUMN contact.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.record_type_id IS 'Record type.';


--
-- Name: COLUMN contact.division_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.division_id IS 'Division (Division).';


--
-- Name: COLUMN contact.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.owner_id IS 'Owner.';


--
-- Name: COLUMN contact.last_activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.last_activity_date IS 'Day of the last activity.';


--
-- Name: COLUMN contact.last_cu_request_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.last_cu_request_date IS 'When the contact was last asked to update the data (LastCURequestDate).';


--
-- Name: COLUMN contact.last_cu_update_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.last_cu_update_date IS 'When the contact last updated the data (LastCUUpdateDate).';


--
-- Name: COLUMN contact.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN contact.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.created_date IS 'When the record was created.';


--
-- Name: COLUMN contact.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN contact.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN contact.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.contact.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: contact_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.contact ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.contact_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: content_distribution; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.content_distribution (
    id bigint NOT NULL,
    external_id text,
    name character varying(100) NOT NULL,
    content_document_id bigint,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    distribution_public_url text,
    expiry_date timestamp with time zone,
    view_count integer DEFAULT 0 NOT NULL,
    first_view_date timestamp with time zone,
    last_view_date timestamp with time zone,
    owner_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.content_distribution OWNER TO crm_owner;

--
-- Name: TABLE content_distribution; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.content_distribution IS 'A content delivery: a file shared by a link.';


--
-- Name: COLUMN content_distribution.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.id IS 'Key (Id).';


--
-- Name: COLUMN content_distribution.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN content_distribution.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.name IS 'Name of the delivery.';


--
-- Name: COLUMN content_distribution.content_document_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.content_document_id IS 'The file.';


--
-- Name: COLUMN content_distribution.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.lead_id IS 'The lead.';


--
-- Name: COLUMN content_distribution.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.contact_id IS 'The contact.';


--
-- Name: COLUMN content_distribution.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.account_id IS 'The account.';


--
-- Name: COLUMN content_distribution.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN content_distribution.distribution_public_url; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.distribution_public_url IS 'The link.';


--
-- Name: COLUMN content_distribution.expiry_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.expiry_date IS 'When the link expires.';


--
-- Name: COLUMN content_distribution.view_count; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.view_count IS 'How often the file was viewed.';


--
-- Name: COLUMN content_distribution.first_view_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.first_view_date IS 'When the file was first viewed.';


--
-- Name: COLUMN content_distribution.last_view_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.last_view_date IS 'When the file was last viewed.';


--
-- Name: COLUMN content_distribution.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.owner_id IS 'Owner.';


--
-- Name: COLUMN content_distribution.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN content_distribution.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN content_distribution.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.created_date IS 'When the record was created.';


--
-- Name: COLUMN content_distribution.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN content_distribution.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN content_distribution.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_distribution.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: content_distribution_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.content_distribution ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.content_distribution_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: content_document; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.content_document (
    id bigint NOT NULL,
    external_id text,
    title character varying(255) NOT NULL,
    description character varying(1000),
    file_extension character varying(40),
    file_type character varying(20),
    content_size bigint,
    content_url text,
    version_data bytea,
    is_archived boolean DEFAULT false NOT NULL,
    owner_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.content_document OWNER TO crm_owner;

--
-- Name: TABLE content_document; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.content_document IS 'A file; links say to which records it belongs.';


--
-- Name: COLUMN content_document.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.id IS 'Key (Id).';


--
-- Name: COLUMN content_document.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN content_document.title; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.title IS 'Title.';


--
-- Name: COLUMN content_document.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.description IS 'Description.';


--
-- Name: COLUMN content_document.file_extension; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.file_extension IS 'Extension of the file name.';


--
-- Name: COLUMN content_document.file_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.file_type IS 'Type of the file.';


--
-- Name: COLUMN content_document.content_size; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.content_size IS 'Size in bytes.';


--
-- Name: COLUMN content_document.content_url; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.content_url IS 'Where the file is stored.';


--
-- Name: COLUMN content_document.version_data; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.version_data IS 'The file, when it is stored here (ContentVersion.VersionData).';


--
-- Name: COLUMN content_document.is_archived; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.is_archived IS 'Whether the file is archived.';


--
-- Name: COLUMN content_document.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.owner_id IS 'Owner.';


--
-- Name: COLUMN content_document.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN content_document.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.created_date IS 'When the record was created.';


--
-- Name: COLUMN content_document.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN content_document.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN content_document.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: content_document_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.content_document ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.content_document_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: content_document_link; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.content_document_link (
    id bigint NOT NULL,
    external_id text,
    content_document_id bigint NOT NULL,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    share_type text DEFAULT 'V'::text NOT NULL,
    visibility text DEFAULT 'AllUsers'::text NOT NULL,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    CONSTRAINT content_document_link_check CHECK ((num_nonnulls(lead_id, contact_id, account_id, opportunity_id) = 1)),
    CONSTRAINT content_document_link_share_type_check CHECK ((share_type = ANY (ARRAY['V'::text, 'C'::text, 'I'::text]))),
    CONSTRAINT content_document_link_visibility_check CHECK ((visibility = ANY (ARRAY['AllUsers'::text, 'InternalUsers'::text, 'SharedUsers'::text])))
);


ALTER TABLE crm.content_document_link OWNER TO crm_owner;

--
-- Name: TABLE content_document_link; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.content_document_link IS 'The link between a file and one record; conversion adds links and keeps the lead''s.';


--
-- Name: COLUMN content_document_link.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.id IS 'Key (Id).';


--
-- Name: COLUMN content_document_link.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN content_document_link.content_document_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.content_document_id IS 'The file.';


--
-- Name: COLUMN content_document_link.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.lead_id IS 'The lead.';


--
-- Name: COLUMN content_document_link.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.contact_id IS 'The contact.';


--
-- Name: COLUMN content_document_link.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.account_id IS 'The account.';


--
-- Name: COLUMN content_document_link.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN content_document_link.share_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.share_type IS 'What may be done with the file: V view, C collaborate, I as with the record.';


--
-- Name: COLUMN content_document_link.visibility; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.visibility IS 'Who can see the file.';


--
-- Name: COLUMN content_document_link.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN content_document_link.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN content_document_link.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.created_date IS 'When the record was created.';


--
-- Name: COLUMN content_document_link.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN content_document_link.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN content_document_link.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_document_link.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: content_document_link_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.content_document_link ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.content_document_link_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: content_note; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.content_note (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    title character varying(255) NOT NULL,
    content text,
    owner_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.content_note OWNER TO crm_owner;

--
-- Name: TABLE content_note; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.content_note IS 'A note of the new kind; one row, seen from every record that it belongs to.';


--
-- Name: COLUMN content_note.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.id IS 'Key (Id).';


--
-- Name: COLUMN content_note.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN content_note.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.lead_id IS 'The lead.';


--
-- Name: COLUMN content_note.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.contact_id IS 'The contact.';


--
-- Name: COLUMN content_note.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.account_id IS 'The account.';


--
-- Name: COLUMN content_note.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN content_note.title; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.title IS 'Title.';


--
-- Name: COLUMN content_note.content; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.content IS 'Text.';


--
-- Name: COLUMN content_note.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.owner_id IS 'Owner.';


--
-- Name: COLUMN content_note.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN content_note.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN content_note.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.created_date IS 'When the record was created.';


--
-- Name: COLUMN content_note.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN content_note.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN content_note.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.content_note.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: content_note_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.content_note ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.content_note_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: division; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.division (
    id bigint NOT NULL,
    external_id text,
    name character varying(80) NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    is_global_division boolean DEFAULT false NOT NULL,
    sort_order integer,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.division OWNER TO crm_owner;

--
-- Name: TABLE division; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.division IS 'A division of the organisation, by which records can be segmented.';


--
-- Name: COLUMN division.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.id IS 'Key (Id).';


--
-- Name: COLUMN division.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN division.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.name IS 'Name of the division.';


--
-- Name: COLUMN division.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.is_active IS 'Whether the division can be chosen.';


--
-- Name: COLUMN division.is_global_division; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.is_global_division IS 'Whether this is the division of records without one.';


--
-- Name: COLUMN division.sort_order; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.sort_order IS 'Position in lists.';


--
-- Name: COLUMN division.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.created_date IS 'When the record was created.';


--
-- Name: COLUMN division.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN division.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN division.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.division.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: division_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.division ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.division_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: duplicate_record_item; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.duplicate_record_item (
    id bigint NOT NULL,
    external_id text,
    duplicate_record_set_id bigint NOT NULL,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    CONSTRAINT duplicate_record_item_check CHECK ((num_nonnulls(lead_id, contact_id, account_id) = 1))
);


ALTER TABLE crm.duplicate_record_item OWNER TO crm_owner;

--
-- Name: TABLE duplicate_record_item; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.duplicate_record_item IS 'One record of a duplicate record set.';


--
-- Name: COLUMN duplicate_record_item.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.id IS 'Key (Id).';


--
-- Name: COLUMN duplicate_record_item.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN duplicate_record_item.duplicate_record_set_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.duplicate_record_set_id IS 'The set.';


--
-- Name: COLUMN duplicate_record_item.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.lead_id IS 'The lead.';


--
-- Name: COLUMN duplicate_record_item.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.contact_id IS 'The contact.';


--
-- Name: COLUMN duplicate_record_item.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.account_id IS 'The account.';


--
-- Name: COLUMN duplicate_record_item.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN duplicate_record_item.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.created_date IS 'When the record was created.';


--
-- Name: COLUMN duplicate_record_item.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN duplicate_record_item.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN duplicate_record_item.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_item.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: duplicate_record_item_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.duplicate_record_item ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.duplicate_record_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: duplicate_record_set; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.duplicate_record_set (
    id bigint NOT NULL,
    external_id text,
    duplicate_rule_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.duplicate_record_set OWNER TO crm_owner;

--
-- Name: TABLE duplicate_record_set; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.duplicate_record_set IS 'Records that a duplicate rule found to be the same.';


--
-- Name: COLUMN duplicate_record_set.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_set.id IS 'Key (Id).';


--
-- Name: COLUMN duplicate_record_set.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_set.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN duplicate_record_set.duplicate_rule_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_set.duplicate_rule_id IS 'The rule that found them.';


--
-- Name: COLUMN duplicate_record_set.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_set.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN duplicate_record_set.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_set.created_date IS 'When the record was created.';


--
-- Name: COLUMN duplicate_record_set.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_set.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN duplicate_record_set.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_set.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN duplicate_record_set.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_record_set.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: duplicate_record_set_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.duplicate_record_set ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.duplicate_record_set_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: duplicate_rule; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.duplicate_rule (
    id bigint NOT NULL,
    object text NOT NULL,
    developer_name character varying(80) NOT NULL,
    master_label text NOT NULL,
    matching_rule_id bigint NOT NULL,
    action_on_insert text DEFAULT 'Allow'::text NOT NULL,
    action_on_update text DEFAULT 'Allow'::text NOT NULL,
    operations text[] DEFAULT '{alert,report}'::text[] NOT NULL,
    alert_text text DEFAULT 'Use one of these records?'::text,
    security_option text DEFAULT 'EnforceSharingRules'::text NOT NULL,
    sort_order integer DEFAULT 1 NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    CONSTRAINT duplicate_rule_action_on_insert_check CHECK ((action_on_insert = ANY (ARRAY['Allow'::text, 'Block'::text]))),
    CONSTRAINT duplicate_rule_action_on_update_check CHECK ((action_on_update = ANY (ARRAY['Allow'::text, 'Block'::text]))),
    CONSTRAINT duplicate_rule_object_check CHECK ((object = ANY (ARRAY['lead'::text, 'account'::text, 'contact'::text]))),
    CONSTRAINT duplicate_rule_operations_check CHECK ((operations <@ '{alert,report}'::text[])),
    CONSTRAINT duplicate_rule_security_option_check CHECK ((security_option = ANY (ARRAY['EnforceSharingRules'::text, 'BypassSharingRules'::text])))
);


ALTER TABLE crm.duplicate_rule OWNER TO crm_owner;

--
-- Name: TABLE duplicate_rule; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.duplicate_rule IS 'What happens when a record matches an existing one.';


--
-- Name: COLUMN duplicate_rule.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.id IS 'Key (Id).';


--
-- Name: COLUMN duplicate_rule.object; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.object IS 'Table whose new or changed records are judged (SobjectType).';


--
-- Name: COLUMN duplicate_rule.developer_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.developer_name IS 'Unique name within the object.';


--
-- Name: COLUMN duplicate_rule.master_label; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.master_label IS 'Label of the rule.';


--
-- Name: COLUMN duplicate_rule.matching_rule_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.matching_rule_id IS 'The matching rule that finds the duplicates.';


--
-- Name: COLUMN duplicate_rule.action_on_insert; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.action_on_insert IS 'Whether a new duplicate is allowed or blocked.';


--
-- Name: COLUMN duplicate_rule.action_on_update; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.action_on_update IS 'Whether a change that makes a duplicate is allowed or blocked.';


--
-- Name: COLUMN duplicate_rule.operations; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.operations IS 'What is done when it is allowed: alert the user, report in a duplicate record set.';


--
-- Name: COLUMN duplicate_rule.alert_text; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.alert_text IS 'Text of the alert.';


--
-- Name: COLUMN duplicate_rule.security_option; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.security_option IS 'Whether records that the user cannot see count.';


--
-- Name: COLUMN duplicate_rule.sort_order; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.sort_order IS 'Order in which the rules of an object are judged.';


--
-- Name: COLUMN duplicate_rule.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.duplicate_rule.is_active IS 'Whether the rule applies.';


--
-- Name: duplicate_rule_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.duplicate_rule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.duplicate_rule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: email_message; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.email_message (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    subject text,
    text_body text,
    html_body text,
    headers text,
    from_name text,
    from_address text,
    to_address text,
    cc_address text,
    bcc_address text,
    incoming boolean DEFAULT false NOT NULL,
    status character varying(40),
    message_date timestamp with time zone,
    message_identifier text,
    thread_identifier text,
    has_attachment boolean DEFAULT false NOT NULL,
    is_bounced boolean DEFAULT false NOT NULL,
    is_tracked boolean DEFAULT false NOT NULL,
    first_opened_date timestamp with time zone,
    last_opened_date timestamp with time zone,
    activity_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.email_message OWNER TO crm_owner;

--
-- Name: TABLE email_message; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.email_message IS 'An email sent or received.';


--
-- Name: COLUMN email_message.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.id IS 'Key (Id).';


--
-- Name: COLUMN email_message.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN email_message.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.lead_id IS 'The lead (WhoId).';


--
-- Name: COLUMN email_message.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.contact_id IS 'The contact (WhoId).';


--
-- Name: COLUMN email_message.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.account_id IS 'The account (AccountId, or WhatId).';


--
-- Name: COLUMN email_message.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.opportunity_id IS 'The opportunity (WhatId).';


--
-- Name: COLUMN email_message.subject; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.subject IS 'Subject.';


--
-- Name: COLUMN email_message.text_body; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.text_body IS 'Body as plain text.';


--
-- Name: COLUMN email_message.html_body; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.html_body IS 'Body as HTML.';


--
-- Name: COLUMN email_message.headers; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.headers IS 'Headers.';


--
-- Name: COLUMN email_message.from_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.from_name IS 'Name of the sender.';


--
-- Name: COLUMN email_message.from_address; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.from_address IS 'Address of the sender.';


--
-- Name: COLUMN email_message.to_address; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.to_address IS 'Addresses of the recipients.';


--
-- Name: COLUMN email_message.cc_address; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.cc_address IS 'Addresses of the recipients of copies.';


--
-- Name: COLUMN email_message.bcc_address; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.bcc_address IS 'Addresses of the recipients of blind copies.';


--
-- Name: COLUMN email_message.incoming; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.incoming IS 'Whether the email was received.';


--
-- Name: COLUMN email_message.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.status IS 'Status, e.g. New, Read, Replied, Sent, Forwarded or Draft.';


--
-- Name: COLUMN email_message.message_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.message_date IS 'When the email was sent or received.';


--
-- Name: COLUMN email_message.message_identifier; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.message_identifier IS 'Message-ID of the email.';


--
-- Name: COLUMN email_message.thread_identifier; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.thread_identifier IS 'Identifier of the thread.';


--
-- Name: COLUMN email_message.has_attachment; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.has_attachment IS 'Whether the email has attachments.';


--
-- Name: COLUMN email_message.is_bounced; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.is_bounced IS 'Whether the email bounced.';


--
-- Name: COLUMN email_message.is_tracked; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.is_tracked IS 'Whether opening is tracked.';


--
-- Name: COLUMN email_message.first_opened_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.first_opened_date IS 'When the email was first opened.';


--
-- Name: COLUMN email_message.last_opened_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.last_opened_date IS 'When the email was last opened.';


--
-- Name: COLUMN email_message.activity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.activity_id IS 'The task that logs the email.';


--
-- Name: COLUMN email_message.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN email_message.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN email_message.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.created_date IS 'When the record was created.';


--
-- Name: COLUMN email_message.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN email_message.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN email_message.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_message.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: email_message_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.email_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.email_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: email_status; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.email_status (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    task_id bigint,
    email_template_name character varying(255),
    subject text,
    sent_date timestamp with time zone,
    times_opened integer DEFAULT 0 NOT NULL,
    first_open_date timestamp with time zone,
    last_open_date timestamp with time zone,
    source_lead_id bigint,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.email_status OWNER TO crm_owner;

--
-- Name: TABLE email_status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.email_status IS 'Whether and when an HTML email was opened (HTML Email Status).';


--
-- Name: COLUMN email_status.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.id IS 'Key (Id).';


--
-- Name: COLUMN email_status.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN email_status.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.lead_id IS 'The lead to whom the email went (WhoId).';


--
-- Name: COLUMN email_status.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.contact_id IS 'The contact to whom the email went (WhoId).';


--
-- Name: COLUMN email_status.task_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.task_id IS 'The task that logs the email.';


--
-- Name: COLUMN email_status.email_template_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.email_template_name IS 'Name of the email template.';


--
-- Name: COLUMN email_status.subject; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.subject IS 'Subject.';


--
-- Name: COLUMN email_status.sent_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.sent_date IS 'When the email was sent.';


--
-- Name: COLUMN email_status.times_opened; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.times_opened IS 'How often the email was opened.';


--
-- Name: COLUMN email_status.first_open_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.first_open_date IS 'When the email was first opened.';


--
-- Name: COLUMN email_status.last_open_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.last_open_date IS 'When the email was last opened.';


--
-- Name: COLUMN email_status.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN email_status.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.created_date IS 'When the record was created.';


--
-- Name: COLUMN email_status.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN email_status.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN email_status.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.email_status.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: email_status_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.email_status ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.email_status_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: entity_subscription; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.entity_subscription (
    id bigint NOT NULL,
    external_id text,
    subscriber_id bigint NOT NULL,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    CONSTRAINT entity_subscription_check CHECK ((num_nonnulls(lead_id, contact_id, account_id, opportunity_id) = 1))
);


ALTER TABLE crm.entity_subscription OWNER TO crm_owner;

--
-- Name: TABLE entity_subscription; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.entity_subscription IS 'A user follows a record.';


--
-- Name: COLUMN entity_subscription.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.id IS 'Key (Id).';


--
-- Name: COLUMN entity_subscription.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN entity_subscription.subscriber_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.subscriber_id IS 'The user who follows.';


--
-- Name: COLUMN entity_subscription.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.lead_id IS 'The lead.';


--
-- Name: COLUMN entity_subscription.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.contact_id IS 'The contact.';


--
-- Name: COLUMN entity_subscription.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.account_id IS 'The account.';


--
-- Name: COLUMN entity_subscription.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN entity_subscription.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN entity_subscription.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.created_date IS 'When the record was created.';


--
-- Name: COLUMN entity_subscription.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN entity_subscription.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN entity_subscription.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.entity_subscription.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: entity_subscription_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.entity_subscription ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.entity_subscription_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: event; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.event (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    subject character varying(255),
    location character varying(255),
    is_all_day_event boolean DEFAULT false NOT NULL,
    activity_date date,
    start_date_time timestamp with time zone,
    end_date_time timestamp with time zone,
    duration_in_minutes integer,
    description text,
    type character varying(255),
    event_subtype character varying(40),
    is_private boolean DEFAULT false NOT NULL,
    show_as character varying(40),
    is_group_event boolean DEFAULT false NOT NULL,
    is_child boolean DEFAULT false NOT NULL,
    is_reminder_set boolean DEFAULT false NOT NULL,
    reminder_date_time timestamp with time zone,
    is_recurrence boolean DEFAULT false NOT NULL,
    recurrence_activity_id bigint,
    recurrence_start_date_time timestamp with time zone,
    recurrence_end_date_only date,
    recurrence_time_zone_sid_key character varying(40),
    recurrence_type character varying(40),
    recurrence_interval integer,
    recurrence_day_of_week_mask integer,
    recurrence_day_of_month integer,
    recurrence_instance character varying(40),
    recurrence_month_of_year character varying(40),
    sales_cadence_id bigint,
    is_archived boolean DEFAULT false NOT NULL,
    owner_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.event OWNER TO crm_owner;

--
-- Name: TABLE event; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.event IS 'A calendar entry; one row, seen from every record that it belongs to.';


--
-- Name: COLUMN event.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.id IS 'Key (Id).';


--
-- Name: COLUMN event.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN event.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.lead_id IS 'The lead (WhoId).';


--
-- Name: COLUMN event.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.contact_id IS 'The contact (WhoId).';


--
-- Name: COLUMN event.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.account_id IS 'The account (AccountId, or WhatId).';


--
-- Name: COLUMN event.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.opportunity_id IS 'The opportunity (WhatId).';


--
-- Name: COLUMN event.subject; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.subject IS 'What it is about.';


--
-- Name: COLUMN event.location; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.location IS 'Where it takes place.';


--
-- Name: COLUMN event.is_all_day_event; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.is_all_day_event IS 'Whether it takes the whole day.';


--
-- Name: COLUMN event.activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.activity_date IS 'Day of the event.';


--
-- Name: COLUMN event.start_date_time; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.start_date_time IS 'Start.';


--
-- Name: COLUMN event.end_date_time; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.end_date_time IS 'End.';


--
-- Name: COLUMN event.duration_in_minutes; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.duration_in_minutes IS 'Length in minutes.';


--
-- Name: COLUMN event.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.description IS 'Description.';


--
-- Name: COLUMN event.type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.type IS 'Kind of event.';


--
-- Name: COLUMN event.event_subtype; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.event_subtype IS 'Subtype of the event.';


--
-- Name: COLUMN event.is_private; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.is_private IS 'Whether only the owner sees the details.';


--
-- Name: COLUMN event.show_as; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.show_as IS 'How the time is shown: Busy, OutOfOffice or Free.';


--
-- Name: COLUMN event.is_group_event; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.is_group_event IS 'Whether others are invited.';


--
-- Name: COLUMN event.is_child; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.is_child IS 'Whether it is the copy of an invitee.';


--
-- Name: COLUMN event.is_reminder_set; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.is_reminder_set IS 'Whether there is a reminder.';


--
-- Name: COLUMN event.reminder_date_time; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.reminder_date_time IS 'When to remind.';


--
-- Name: COLUMN event.is_recurrence; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.is_recurrence IS 'Whether the event recurs.';


--
-- Name: COLUMN event.recurrence_activity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_activity_id IS 'The event that began the series.';


--
-- Name: COLUMN event.recurrence_start_date_time; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_start_date_time IS 'Start of the series.';


--
-- Name: COLUMN event.recurrence_end_date_only; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_end_date_only IS 'Last day of the series.';


--
-- Name: COLUMN event.recurrence_time_zone_sid_key; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_time_zone_sid_key IS 'Time zone of the series.';


--
-- Name: COLUMN event.recurrence_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_type IS 'How the series recurs, e.g. RecursWeekly.';


--
-- Name: COLUMN event.recurrence_interval; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_interval IS 'Interval of the series.';


--
-- Name: COLUMN event.recurrence_day_of_week_mask; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_day_of_week_mask IS 'Days of the week, as a bit mask.';


--
-- Name: COLUMN event.recurrence_day_of_month; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_day_of_month IS 'Day of the month.';


--
-- Name: COLUMN event.recurrence_instance; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_instance IS 'Which one in the month, e.g. First or Last.';


--
-- Name: COLUMN event.recurrence_month_of_year; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.recurrence_month_of_year IS 'Month of the year.';


--
-- Name: COLUMN event.sales_cadence_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.sales_cadence_id IS 'Sales Engagement cadence that made the event; conversion leaves such events on the lead.';


--
-- Name: COLUMN event.is_archived; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.is_archived IS 'Whether the event is archived.';


--
-- Name: COLUMN event.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.owner_id IS 'Whose calendar the event is in.';


--
-- Name: COLUMN event.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN event.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN event.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.created_date IS 'When the record was created.';


--
-- Name: COLUMN event.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN event.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN event.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.event.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: event_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.event ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: lead; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.lead (
    id bigint NOT NULL,
    external_id text,
    salutation character varying(40),
    first_name character varying(40),
    middle_name character varying(40),
    last_name character varying(80) NOT NULL,
    suffix character varying(40),
    first_name_local character varying(40),
    last_name_local character varying(80),
    name text GENERATED ALWAYS AS ((((COALESCE(((first_name)::text || ' '::text), ''::text) || COALESCE(((middle_name)::text || ' '::text), ''::text)) || (last_name)::text) || COALESCE((' '::text || (suffix)::text), ''::text))) STORED,
    company character varying(255),
    company_local character varying(255),
    title character varying(128),
    street character varying(255),
    city character varying(40),
    state character varying(80),
    state_code character varying(10),
    postal_code character varying(20),
    country character varying(80),
    country_code character varying(10),
    latitude numeric,
    longitude numeric,
    geocode_accuracy character varying(40),
    phone character varying(40),
    mobile_phone character varying(40),
    fax character varying(40),
    email character varying(80),
    email_bounced_reason character varying(255),
    email_bounced_date timestamp with time zone,
    website character varying(255),
    description text,
    lead_source character varying(255),
    status text DEFAULT 'Open - Not Contacted'::text NOT NULL,
    industry character varying(255),
    rating character varying(255),
    annual_revenue numeric,
    number_of_employees integer,
    currency_iso_code character varying(3),
    do_not_call boolean DEFAULT false NOT NULL,
    has_opted_out_of_email boolean DEFAULT false NOT NULL,
    has_opted_out_of_fax boolean DEFAULT false NOT NULL,
    individual_id text,
    pronouns character varying(40),
    gender_identity character varying(255),
    specialty character varying(255),
    birth_date date,
    jigsaw character varying(20),
    company_duns_number character varying(9),
    dandb_company_id text,
    partner_account_id bigint,
    record_type_id bigint,
    division_id bigint,
    owner_id bigint,
    is_unread_by_owner boolean DEFAULT true NOT NULL,
    is_converted boolean DEFAULT false NOT NULL,
    converted_date date,
    converted_account_id bigint,
    converted_contact_id bigint,
    converted_opportunity_id bigint,
    last_activity_date date,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    budget numeric(12,2),
    "Odd name" text DEFAULT 'odd'::text,
    score integer
);


ALTER TABLE crm.lead OWNER TO crm_owner;

--
-- Name: TABLE lead; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.lead IS 'Our leads';


--
-- Name: COLUMN lead.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.id IS 'Key (Id).';


--
-- Name: COLUMN lead.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN lead.salutation; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.salutation IS 'Form of address.';


--
-- Name: COLUMN lead.first_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.first_name IS 'First name.';


--
-- Name: COLUMN lead.middle_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.middle_name IS 'Middle name.';


--
-- Name: COLUMN lead.last_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.last_name IS 'Last name.';


--
-- Name: COLUMN lead.suffix; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.suffix IS 'Suffix of the name.';


--
-- Name: COLUMN lead.first_name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.first_name_local IS 'First name in the local language.';


--
-- Name: COLUMN lead.last_name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.last_name_local IS 'Last name in the local language.';


--
-- Name: COLUMN lead.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.name IS 'Full name, from first, middle and last name and suffix.';


--
-- Name: COLUMN lead.company; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.company IS 'Company of the lead; a lead without one becomes a person account.';


--
-- Name: COLUMN lead.company_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.company_local IS 'Company name in the local language (CompanyNameLocal).';


--
-- Name: COLUMN lead.title; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.title IS 'Job title.';


--
-- Name: COLUMN lead.street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.street IS 'Address: street.';


--
-- Name: COLUMN lead.city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.city IS 'Address: city.';


--
-- Name: COLUMN lead.state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.state IS 'Address: state or province.';


--
-- Name: COLUMN lead.state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.state_code IS 'Address: ISO code of the state.';


--
-- Name: COLUMN lead.postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.postal_code IS 'Address: postal code.';


--
-- Name: COLUMN lead.country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.country IS 'Address: country.';


--
-- Name: COLUMN lead.country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.country_code IS 'Address: ISO code of the country.';


--
-- Name: COLUMN lead.latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.latitude IS 'Address: latitude.';


--
-- Name: COLUMN lead.longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.longitude IS 'Address: longitude.';


--
-- Name: COLUMN lead.geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.geocode_accuracy IS 'Address: accuracy of latitude and longitude.';


--
-- Name: COLUMN lead.phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.phone IS 'Phone number.';


--
-- Name: COLUMN lead.mobile_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.mobile_phone IS 'Mobile phone number.';


--
-- Name: COLUMN lead.fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.fax IS 'Fax number.';


--
-- Name: COLUMN lead.email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.email IS 'Email address.';


--
-- Name: COLUMN lead.email_bounced_reason; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.email_bounced_reason IS 'Why mail to the address bounced.';


--
-- Name: COLUMN lead.email_bounced_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.email_bounced_date IS 'When mail to the address bounced.';


--
-- Name: COLUMN lead.website; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.website IS 'Website.';


--
-- Name: COLUMN lead.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.description IS 'Description; goes to the contact.';


--
-- Name: COLUMN lead.lead_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.lead_source IS 'Where the lead came from.';


--
-- Name: COLUMN lead.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.status IS 'Status of the lead; converting sets a converted one.';


--
-- Name: COLUMN lead.industry; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.industry IS 'Industry of the company.';


--
-- Name: COLUMN lead.rating; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.rating IS 'How promising the lead is.';


--
-- Name: COLUMN lead.annual_revenue; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.annual_revenue IS 'Annual revenue of the company.';


--
-- Name: COLUMN lead.number_of_employees; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.number_of_employees IS 'Number of employees of the company.';


--
-- Name: COLUMN lead.currency_iso_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.currency_iso_code IS 'ISO code of the currency of the amounts.';


--
-- Name: COLUMN lead.do_not_call; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.do_not_call IS 'Whether the person asked not to be called.';


--
-- Name: COLUMN lead.has_opted_out_of_email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.has_opted_out_of_email IS 'Whether the person asked for no mass email.';


--
-- Name: COLUMN lead.has_opted_out_of_fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.has_opted_out_of_fax IS 'Whether the person asked for no faxes.';


--
-- Name: COLUMN lead.individual_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.individual_id IS 'Data privacy record of the person.';


--
-- Name: COLUMN lead.pronouns; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.pronouns IS 'Personal pronouns.';


--
-- Name: COLUMN lead.gender_identity; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.gender_identity IS 'Gender identity.';


--
-- Name: COLUMN lead.specialty; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.specialty IS 'Medical specialty (Health Cloud); never mapped.';


--
-- Name: COLUMN lead.birth_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.birth_date IS 'Birth date (Health Cloud); never mapped.';


--
-- Name: COLUMN lead.jigsaw; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.jigsaw IS 'Key of the record in Data.com.';


--
-- Name: COLUMN lead.company_duns_number; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.company_duns_number IS 'D-U-N-S number of the company.';


--
-- Name: COLUMN lead.dandb_company_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.dandb_company_id IS 'D&B company record.';


--
-- Name: COLUMN lead.partner_account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.partner_account_id IS 'Partner''s account that the lead came from.';


--
-- Name: COLUMN lead.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.record_type_id IS 'Record type.';


--
-- Name: COLUMN lead.division_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.division_id IS 'Division; new records take it over (Division).';


--
-- Name: COLUMN lead.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.owner_id IS 'Owner, a user or a queue.';


--
-- Name: COLUMN lead.is_unread_by_owner; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.is_unread_by_owner IS 'Whether the owner has yet to look at the lead; conversion clears it.';


--
-- Name: COLUMN lead.is_converted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.is_converted IS 'Whether the lead has been converted and is locked.';


--
-- Name: COLUMN lead.converted_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.converted_date IS 'Day of the conversion in UTC.';


--
-- Name: COLUMN lead.converted_account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.converted_account_id IS 'Account that the lead was converted to.';


--
-- Name: COLUMN lead.converted_contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.converted_contact_id IS 'Contact that the lead was converted to.';


--
-- Name: COLUMN lead.converted_opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.converted_opportunity_id IS 'Opportunity that the lead was converted to.';


--
-- Name: COLUMN lead.last_activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.last_activity_date IS 'Day of the last activity.';


--
-- Name: COLUMN lead.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN lead.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.created_date IS 'When the record was created.';


--
-- Name: COLUMN lead.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN lead.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN lead.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: COLUMN lead.budget; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead.budget IS 'What they want to spend';


--
-- Name: lead_conversion_error; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.lead_conversion_error (
    id bigint NOT NULL,
    job text,
    lead_id bigint,
    request_position bigint,
    status_code text NOT NULL,
    sqlstate text,
    message text,
    detail text,
    hint text,
    fields text[],
    data jsonb,
    request jsonb,
    created_by_id bigint,
    created_by_role name NOT NULL,
    created_date timestamp with time zone NOT NULL
);


ALTER TABLE crm.lead_conversion_error OWNER TO crm_owner;

--
-- Name: TABLE lead_conversion_error; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.lead_conversion_error IS 'A lead that a bulk call with partial success or a job could not convert.';


--
-- Name: COLUMN lead_conversion_error.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.id IS 'Key (Id).';


--
-- Name: COLUMN lead_conversion_error.job; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.job IS 'The job, when it was one.';


--
-- Name: COLUMN lead_conversion_error.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.lead_id IS 'The lead.';


--
-- Name: COLUMN lead_conversion_error.request_position; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.request_position IS 'Position of the request in the call.';


--
-- Name: COLUMN lead_conversion_error.status_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.status_code IS 'Status code, e.g. DUPLICATES_DETECTED.';


--
-- Name: COLUMN lead_conversion_error.sqlstate; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.sqlstate IS 'SQLSTATE of the error.';


--
-- Name: COLUMN lead_conversion_error.message; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.message IS 'Message.';


--
-- Name: COLUMN lead_conversion_error.detail; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.detail IS 'Detail.';


--
-- Name: COLUMN lead_conversion_error.hint; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.hint IS 'Hint.';


--
-- Name: COLUMN lead_conversion_error.fields; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.fields IS 'Columns that the error is about.';


--
-- Name: COLUMN lead_conversion_error.data; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.data IS 'Further data, e.g. the duplicates.';


--
-- Name: COLUMN lead_conversion_error.request; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.request IS 'The request.';


--
-- Name: COLUMN lead_conversion_error.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.created_by_id IS 'User who called.';


--
-- Name: COLUMN lead_conversion_error.created_by_role; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.created_by_role IS 'Database role that called.';


--
-- Name: COLUMN lead_conversion_error.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_error.created_date IS 'When.';


--
-- Name: lead_conversion_error_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.lead_conversion_error ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.lead_conversion_error_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: lead_conversion_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.lead_conversion ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.lead_conversion_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: lead_conversion_job; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.lead_conversion_job (
    job text NOT NULL,
    source text,
    lead_ids bigint[],
    options jsonb NOT NULL,
    batch_size integer NOT NULL,
    status text DEFAULT 'Running'::text NOT NULL,
    total bigint,
    done bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    remaining bigint,
    last_key bigint,
    rate numeric,
    estimated_end timestamp with time zone,
    cancel_requested boolean DEFAULT false NOT NULL,
    created_by_id bigint,
    created_by_role name NOT NULL,
    started_date timestamp with time zone,
    last_batch_date timestamp with time zone,
    completed_date timestamp with time zone,
    error_message text,
    created_date timestamp with time zone NOT NULL,
    CONSTRAINT lead_conversion_job_batch_size_check CHECK ((batch_size > 0)),
    CONSTRAINT lead_conversion_job_status_check CHECK ((status = ANY (ARRAY['Running'::text, 'Completed'::text, 'Aborted'::text, 'Failed'::text])))
);


ALTER TABLE crm.lead_conversion_job OWNER TO crm_owner;

--
-- Name: TABLE lead_conversion_job; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.lead_conversion_job IS 'The progress of a resumable job of leadconv.convert_leads_in_batches().';


--
-- Name: COLUMN lead_conversion_job.job; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.job IS 'Name of the job.';


--
-- Name: COLUMN lead_conversion_job.source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.source IS 'Table or view that the job reads.';


--
-- Name: COLUMN lead_conversion_job.lead_ids; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.lead_ids IS 'Ids that the job converts.';


--
-- Name: COLUMN lead_conversion_job.options; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.options IS 'Options of the job.';


--
-- Name: COLUMN lead_conversion_job.batch_size; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.batch_size IS 'Requests per transaction.';


--
-- Name: COLUMN lead_conversion_job.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.status IS 'Status.';


--
-- Name: COLUMN lead_conversion_job.total; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.total IS 'Number of requests, when it is known.';


--
-- Name: COLUMN lead_conversion_job.done; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.done IS 'Leads converted.';


--
-- Name: COLUMN lead_conversion_job.failed; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.failed IS 'Leads that failed.';


--
-- Name: COLUMN lead_conversion_job.remaining; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.remaining IS 'Requests left.';


--
-- Name: COLUMN lead_conversion_job.last_key; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.last_key IS 'Key of the last request that was worked on; a restart goes on after it.';


--
-- Name: COLUMN lead_conversion_job.rate; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.rate IS 'Leads per second.';


--
-- Name: COLUMN lead_conversion_job.estimated_end; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.estimated_end IS 'When the job should be done.';


--
-- Name: COLUMN lead_conversion_job.cancel_requested; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.cancel_requested IS 'Set to true to stop the job after the current batch.';


--
-- Name: COLUMN lead_conversion_job.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.created_by_id IS 'User who started the job.';


--
-- Name: COLUMN lead_conversion_job.created_by_role; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.created_by_role IS 'Database role that started the job.';


--
-- Name: COLUMN lead_conversion_job.started_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.started_date IS 'When the job was started or restarted last.';


--
-- Name: COLUMN lead_conversion_job.last_batch_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.last_batch_date IS 'When the last batch was committed.';


--
-- Name: COLUMN lead_conversion_job.completed_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.completed_date IS 'When the job ended.';


--
-- Name: COLUMN lead_conversion_job.error_message; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.error_message IS 'Why the job failed.';


--
-- Name: COLUMN lead_conversion_job.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_conversion_job.created_date IS 'When the job was created.';


--
-- Name: lead_convert_settings; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.lead_convert_settings (
    id boolean DEFAULT true NOT NULL,
    schema_version integer DEFAULT 1 NOT NULL,
    require_validation boolean DEFAULT true NOT NULL,
    preserve_lead_status boolean DEFAULT true NOT NULL,
    owner_source text DEFAULT 'lead_owner'::text NOT NULL,
    default_owner_id bigint,
    record_type_source text DEFAULT 'owner'::text NOT NULL,
    opportunity_creation_options text DEFAULT 'VisibleOptional'::text NOT NULL,
    state_and_country_picklists_enabled boolean DEFAULT false NOT NULL,
    fiscal_year_start_month smallint DEFAULT 1 NOT NULL,
    apply_custom_field_defaults boolean DEFAULT false NOT NULL,
    person_accounts_enabled boolean DEFAULT false NOT NULL,
    contacts_to_multiple_accounts_enabled boolean DEFAULT true NOT NULL,
    social_customer_service_enabled boolean DEFAULT true NOT NULL,
    relate_emails_to_contact_on_convert boolean DEFAULT true NOT NULL,
    follow_new_account boolean DEFAULT true NOT NULL,
    create_task_if_subject_blank boolean DEFAULT true NOT NULL,
    check_deferred_constraints boolean DEFAULT false NOT NULL,
    CONSTRAINT lead_convert_settings_fiscal_year_start_month_check CHECK (((fiscal_year_start_month >= 1) AND (fiscal_year_start_month <= 12))),
    CONSTRAINT lead_convert_settings_id_check CHECK (id),
    CONSTRAINT lead_convert_settings_opportunity_creation_options_check CHECK ((opportunity_creation_options = ANY (ARRAY['VisibleOptional'::text, 'VisibleRequired'::text, 'NotVisible'::text]))),
    CONSTRAINT lead_convert_settings_owner_source_check CHECK ((owner_source = ANY (ARRAY['lead_owner'::text, 'converter'::text]))),
    CONSTRAINT lead_convert_settings_record_type_source_check CHECK ((record_type_source = ANY (ARRAY['owner'::text, 'converter'::text])))
);


ALTER TABLE crm.lead_convert_settings OWNER TO crm_owner;

--
-- Name: TABLE lead_convert_settings; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.lead_convert_settings IS 'Settings of lead conversion, one row.';


--
-- Name: COLUMN lead_convert_settings.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.id IS 'Always true, so that there is one row.';


--
-- Name: COLUMN lead_convert_settings.schema_version; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.schema_version IS 'Version of the shape of schema crm; changed by leadconv.upgrade_crm() only.';


--
-- Name: COLUMN lead_convert_settings.require_validation; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.require_validation IS 'Whether validation rules, lookup filters and duplicate rules apply during conversion (Require Validation for Converted Leads).';


--
-- Name: COLUMN lead_convert_settings.preserve_lead_status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.preserve_lead_status IS 'Whether a lead keeps its status when its owner changes (Preserve Lead Status).';


--
-- Name: COLUMN lead_convert_settings.owner_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.owner_source IS 'Who owns new records when no owner is given: the lead''s owner or the user who converts.';


--
-- Name: COLUMN lead_convert_settings.default_owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.default_owner_id IS 'Owner of new records of queue-owned leads when no owner is given; without one such conversions are refused.';


--
-- Name: COLUMN lead_convert_settings.record_type_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.record_type_source IS 'Whose default record types new records get: the new owner''s or those of the user who converts.';


--
-- Name: COLUMN lead_convert_settings.opportunity_creation_options; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.opportunity_creation_options IS 'Whether an opportunity is optional, required or never created.';


--
-- Name: COLUMN lead_convert_settings.state_and_country_picklists_enabled; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.state_and_country_picklists_enabled IS 'Whether state and country go to an existing contact only when both are empty there.';


--
-- Name: COLUMN lead_convert_settings.fiscal_year_start_month; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.fiscal_year_start_month IS 'Month in which the fiscal year starts; new opportunities close at the end of the fiscal quarter.';


--
-- Name: COLUMN lead_convert_settings.apply_custom_field_defaults; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.apply_custom_field_defaults IS 'Whether new records get the defaults of columns that the user added.';


--
-- Name: COLUMN lead_convert_settings.person_accounts_enabled; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.person_accounts_enabled IS 'Whether a lead without a company becomes a person account.';


--
-- Name: COLUMN lead_convert_settings.contacts_to_multiple_accounts_enabled; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.contacts_to_multiple_accounts_enabled IS 'Whether account-contact relations are written.';


--
-- Name: COLUMN lead_convert_settings.social_customer_service_enabled; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.social_customer_service_enabled IS 'Whether social posts and personas go to the contact.';


--
-- Name: COLUMN lead_convert_settings.relate_emails_to_contact_on_convert; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.relate_emails_to_contact_on_convert IS 'Whether emails go to the contact.';


--
-- Name: COLUMN lead_convert_settings.follow_new_account; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.follow_new_account IS 'Whether the user who converts follows the new account.';


--
-- Name: COLUMN lead_convert_settings.create_task_if_subject_blank; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.create_task_if_subject_blank IS 'Whether a follow-up task without a subject is created.';


--
-- Name: COLUMN lead_convert_settings.check_deferred_constraints; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_convert_settings.check_deferred_constraints IS 'Whether constraints that are deferred are checked at the end of each chunk instead of at COMMIT.';


--
-- Name: lead_field_mapping; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.lead_field_mapping (
    id bigint NOT NULL,
    lead_field text NOT NULL,
    target_object text NOT NULL,
    target_field text NOT NULL,
    existing_record text DEFAULT 'fill'::text NOT NULL,
    is_standard boolean DEFAULT false NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    CONSTRAINT lead_field_mapping_existing_record_check CHECK ((existing_record = ANY (ARRAY['fill'::text, 'fill_pair'::text, 'fill_or_overwrite'::text, 'never'::text]))),
    CONSTRAINT lead_field_mapping_target_object_check CHECK ((target_object = ANY (ARRAY['account'::text, 'contact'::text, 'opportunity'::text])))
);


ALTER TABLE crm.lead_field_mapping OWNER TO crm_owner;

--
-- Name: TABLE lead_field_mapping; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.lead_field_mapping IS 'Which column of a lead goes to which column of the account, contact or opportunity.';


--
-- Name: COLUMN lead_field_mapping.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_field_mapping.id IS 'Key (Id).';


--
-- Name: COLUMN lead_field_mapping.lead_field; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_field_mapping.lead_field IS 'Column of crm.lead, or latest_campaign_id or resulting_division_id, which conversion works out.';


--
-- Name: COLUMN lead_field_mapping.target_object; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_field_mapping.target_object IS 'Table that receives the value.';


--
-- Name: COLUMN lead_field_mapping.target_field; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_field_mapping.target_field IS 'Column that receives the value.';


--
-- Name: COLUMN lead_field_mapping.existing_record; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_field_mapping.existing_record IS 'What happens to an existing record: fill when empty; state and country only when both are empty; fill, or overwrite when asked; never touched.';


--
-- Name: COLUMN lead_field_mapping.is_standard; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_field_mapping.is_standard IS 'Whether the mapping was shipped.';


--
-- Name: COLUMN lead_field_mapping.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_field_mapping.is_active IS 'Whether the mapping is applied.';


--
-- Name: lead_field_mapping_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.lead_field_mapping ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.lead_field_mapping_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: lead_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.lead ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.lead_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: lead_status; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.lead_status (
    id bigint NOT NULL,
    api_name text NOT NULL,
    master_label text NOT NULL,
    sort_order integer NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    is_converted boolean DEFAULT false NOT NULL
);


ALTER TABLE crm.lead_status OWNER TO crm_owner;

--
-- Name: TABLE lead_status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.lead_status IS 'The values of lead.status and which of them mean converted (LeadStatus).';


--
-- Name: COLUMN lead_status.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_status.id IS 'Key (Id).';


--
-- Name: COLUMN lead_status.api_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_status.api_name IS 'The value that leads store; renaming it renames it on every lead.';


--
-- Name: COLUMN lead_status.master_label; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_status.master_label IS 'Label shown to users.';


--
-- Name: COLUMN lead_status.sort_order; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_status.sort_order IS 'Position in the list; the lowest valid converted status is the default of a conversion.';


--
-- Name: COLUMN lead_status.is_default; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_status.is_default IS 'Whether new leads get this status.';


--
-- Name: COLUMN lead_status.is_converted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.lead_status.is_converted IS 'Whether a converted lead may have this status.';


--
-- Name: lead_status_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.lead_status ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.lead_status_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: list_email; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.list_email (
    id bigint NOT NULL,
    external_id text,
    name character varying(255) NOT NULL,
    subject text,
    from_name text,
    from_address text,
    text_body text,
    html_body text,
    status character varying(40),
    scheduled_date timestamp with time zone,
    campaign_id bigint,
    owner_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.list_email OWNER TO crm_owner;

--
-- Name: TABLE list_email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.list_email IS 'An email sent to a list of people.';


--
-- Name: COLUMN list_email.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.id IS 'Key (Id).';


--
-- Name: COLUMN list_email.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN list_email.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.name IS 'Name of the list email.';


--
-- Name: COLUMN list_email.subject; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.subject IS 'Subject.';


--
-- Name: COLUMN list_email.from_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.from_name IS 'Name of the sender.';


--
-- Name: COLUMN list_email.from_address; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.from_address IS 'Address of the sender.';


--
-- Name: COLUMN list_email.text_body; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.text_body IS 'Body as plain text.';


--
-- Name: COLUMN list_email.html_body; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.html_body IS 'Body as HTML.';


--
-- Name: COLUMN list_email.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.status IS 'Status, e.g. Draft, Scheduled or Sent.';


--
-- Name: COLUMN list_email.scheduled_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.scheduled_date IS 'When the email is to be sent.';


--
-- Name: COLUMN list_email.campaign_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.campaign_id IS 'Campaign that the email belongs to.';


--
-- Name: COLUMN list_email.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.owner_id IS 'Owner.';


--
-- Name: COLUMN list_email.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN list_email.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.created_date IS 'When the record was created.';


--
-- Name: COLUMN list_email.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN list_email.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN list_email.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: list_email_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.list_email ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.list_email_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: list_email_individual_recipient; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.list_email_individual_recipient (
    id bigint NOT NULL,
    external_id text,
    list_email_id bigint NOT NULL,
    lead_id bigint,
    contact_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.list_email_individual_recipient OWNER TO crm_owner;

--
-- Name: TABLE list_email_individual_recipient; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.list_email_individual_recipient IS 'A lead or contact that a list email goes to.';


--
-- Name: COLUMN list_email_individual_recipient.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.id IS 'Key (Id).';


--
-- Name: COLUMN list_email_individual_recipient.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN list_email_individual_recipient.list_email_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.list_email_id IS 'The list email.';


--
-- Name: COLUMN list_email_individual_recipient.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.lead_id IS 'The lead.';


--
-- Name: COLUMN list_email_individual_recipient.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.contact_id IS 'The contact.';


--
-- Name: COLUMN list_email_individual_recipient.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN list_email_individual_recipient.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN list_email_individual_recipient.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.created_date IS 'When the record was created.';


--
-- Name: COLUMN list_email_individual_recipient.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN list_email_individual_recipient.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN list_email_individual_recipient.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.list_email_individual_recipient.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: list_email_individual_recipient_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.list_email_individual_recipient ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.list_email_individual_recipient_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: marketing_action; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.marketing_action (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    campaign_id bigint,
    name character varying(255) NOT NULL,
    type character varying(255),
    status character varying(40),
    action_date timestamp with time zone,
    description text,
    owner_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.marketing_action OWNER TO crm_owner;

--
-- Name: TABLE marketing_action; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.marketing_action IS 'Something that marketing automation did with or saw of a person.';


--
-- Name: COLUMN marketing_action.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.id IS 'Key (Id).';


--
-- Name: COLUMN marketing_action.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN marketing_action.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.lead_id IS 'The lead.';


--
-- Name: COLUMN marketing_action.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.contact_id IS 'The contact.';


--
-- Name: COLUMN marketing_action.campaign_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.campaign_id IS 'The campaign.';


--
-- Name: COLUMN marketing_action.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.name IS 'Name of the action.';


--
-- Name: COLUMN marketing_action.type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.type IS 'Kind of action, e.g. Form Submitted.';


--
-- Name: COLUMN marketing_action.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.status IS 'Status.';


--
-- Name: COLUMN marketing_action.action_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.action_date IS 'When it happened.';


--
-- Name: COLUMN marketing_action.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.description IS 'Description.';


--
-- Name: COLUMN marketing_action.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.owner_id IS 'Owner.';


--
-- Name: COLUMN marketing_action.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN marketing_action.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN marketing_action.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.created_date IS 'When the record was created.';


--
-- Name: COLUMN marketing_action.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN marketing_action.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN marketing_action.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.marketing_action.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: note; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.note (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    title character varying(80) NOT NULL,
    body text,
    is_private boolean DEFAULT false NOT NULL,
    owner_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.note OWNER TO crm_owner;

--
-- Name: TABLE note; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.note IS 'A note of the classic kind.';


--
-- Name: COLUMN note.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.id IS 'Key (Id).';


--
-- Name: COLUMN note.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN note.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.lead_id IS 'The lead.';


--
-- Name: COLUMN note.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.contact_id IS 'The contact.';


--
-- Name: COLUMN note.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.account_id IS 'The account.';


--
-- Name: COLUMN note.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN note.title; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.title IS 'Title.';


--
-- Name: COLUMN note.body; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.body IS 'Text.';


--
-- Name: COLUMN note.is_private; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.is_private IS 'Whether only the owner sees it.';


--
-- Name: COLUMN note.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.owner_id IS 'Owner.';


--
-- Name: COLUMN note.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN note.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN note.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.created_date IS 'When the record was created.';


--
-- Name: COLUMN note.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN note.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN note.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.note.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: opportunity; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.opportunity (
    id bigint NOT NULL,
    external_id text,
    account_id bigint,
    name character varying(120) NOT NULL,
    description text,
    stage_name text NOT NULL,
    amount numeric,
    probability numeric,
    close_date date NOT NULL,
    type character varying(255),
    next_step character varying(255),
    lead_source character varying(255),
    is_closed boolean DEFAULT false NOT NULL,
    is_won boolean DEFAULT false NOT NULL,
    forecast_category text,
    forecast_category_name text,
    campaign_id bigint,
    partner_account_id bigint,
    contact_id bigint,
    territory_id bigint,
    pricebook2_id text,
    has_opportunity_line_item boolean DEFAULT false NOT NULL,
    has_open_activity boolean DEFAULT false NOT NULL,
    has_overdue_task boolean DEFAULT false NOT NULL,
    fiscal character varying(7),
    fiscal_quarter integer,
    fiscal_year integer,
    currency_iso_code character varying(3),
    record_type_id bigint,
    division_id bigint,
    owner_id bigint,
    last_activity_date date,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.opportunity OWNER TO crm_owner;

--
-- Name: TABLE opportunity; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.opportunity IS 'A deal that may be won.';


--
-- Name: COLUMN opportunity.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.id IS 'Key (Id).';


--
-- Name: COLUMN opportunity.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN opportunity.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.account_id IS 'Account that the deal is with.';


--
-- Name: COLUMN opportunity.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.name IS 'Name of the opportunity.';


--
-- Name: COLUMN opportunity.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.description IS 'Description.';


--
-- Name: COLUMN opportunity.stage_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.stage_name IS 'Stage of the sales process.';


--
-- Name: COLUMN opportunity.amount; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.amount IS 'Expected amount.';


--
-- Name: COLUMN opportunity.probability; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.probability IS 'Probability in percent that the deal is won; follows from the stage unless given.';


--
-- Name: COLUMN opportunity.close_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.close_date IS 'Day on which the deal is expected to close.';


--
-- Name: COLUMN opportunity.type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.type IS 'Kind of deal, e.g. New Customer.';


--
-- Name: COLUMN opportunity.next_step; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.next_step IS 'What to do next.';


--
-- Name: COLUMN opportunity.lead_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.lead_source IS 'Where the opportunity came from.';


--
-- Name: COLUMN opportunity.is_closed; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.is_closed IS 'Whether the deal is closed; follows from the stage.';


--
-- Name: COLUMN opportunity.is_won; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.is_won IS 'Whether the deal is won; follows from the stage.';


--
-- Name: COLUMN opportunity.forecast_category; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.forecast_category IS 'Forecast category; follows from the stage.';


--
-- Name: COLUMN opportunity.forecast_category_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.forecast_category_name IS 'Label of the forecast category.';


--
-- Name: COLUMN opportunity.campaign_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.campaign_id IS 'Campaign that the deal is owed to (CampaignId, the Primary Campaign Source).';


--
-- Name: COLUMN opportunity.partner_account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.partner_account_id IS 'Account of the partner who brought the deal.';


--
-- Name: COLUMN opportunity.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.contact_id IS 'Contact that the opportunity was created for.';


--
-- Name: COLUMN opportunity.territory_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.territory_id IS 'Territory (Territory2Id); not assigned by filters during conversion.';


--
-- Name: COLUMN opportunity.pricebook2_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.pricebook2_id IS 'Price book of the products.';


--
-- Name: COLUMN opportunity.has_opportunity_line_item; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.has_opportunity_line_item IS 'Whether the opportunity has products.';


--
-- Name: COLUMN opportunity.has_open_activity; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.has_open_activity IS 'Whether the opportunity has an open activity.';


--
-- Name: COLUMN opportunity.has_overdue_task; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.has_overdue_task IS 'Whether the opportunity has an overdue task.';


--
-- Name: COLUMN opportunity.fiscal; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.fiscal IS 'Fiscal year and quarter of the close date, e.g. 2024 3.';


--
-- Name: COLUMN opportunity.fiscal_quarter; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.fiscal_quarter IS 'Fiscal quarter of the close date.';


--
-- Name: COLUMN opportunity.fiscal_year; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.fiscal_year IS 'Fiscal year of the close date.';


--
-- Name: COLUMN opportunity.currency_iso_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.currency_iso_code IS 'ISO code of the currency of the amounts.';


--
-- Name: COLUMN opportunity.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.record_type_id IS 'Record type.';


--
-- Name: COLUMN opportunity.division_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.division_id IS 'Division (Division).';


--
-- Name: COLUMN opportunity.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.owner_id IS 'Owner.';


--
-- Name: COLUMN opportunity.last_activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.last_activity_date IS 'Day of the last activity.';


--
-- Name: COLUMN opportunity.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN opportunity.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.created_date IS 'When the record was created.';


--
-- Name: COLUMN opportunity.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN opportunity.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN opportunity.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: social_persona; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.social_persona (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    name character varying(255) NOT NULL,
    provider character varying(40),
    real_name character varying(255),
    external_persona_id text,
    profile_url text,
    bio text,
    followers integer,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.social_persona OWNER TO crm_owner;

--
-- Name: TABLE social_persona; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.social_persona IS 'A person''s profile on a social network.';


--
-- Name: COLUMN social_persona.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.id IS 'Key (Id).';


--
-- Name: COLUMN social_persona.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN social_persona.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.lead_id IS 'The lead.';


--
-- Name: COLUMN social_persona.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.contact_id IS 'The contact.';


--
-- Name: COLUMN social_persona.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.account_id IS 'The account.';


--
-- Name: COLUMN social_persona.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN social_persona.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.name IS 'Name of the profile.';


--
-- Name: COLUMN social_persona.provider; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.provider IS 'The social network.';


--
-- Name: COLUMN social_persona.real_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.real_name IS 'Real name of the person.';


--
-- Name: COLUMN social_persona.external_persona_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.external_persona_id IS 'Id of the profile in the network (ExternalId).';


--
-- Name: COLUMN social_persona.profile_url; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.profile_url IS 'Address of the profile.';


--
-- Name: COLUMN social_persona.bio; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.bio IS 'What the profile says about the person.';


--
-- Name: COLUMN social_persona.followers; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.followers IS 'Number of followers.';


--
-- Name: COLUMN social_persona.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN social_persona.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN social_persona.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.created_date IS 'When the record was created.';


--
-- Name: COLUMN social_persona.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN social_persona.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN social_persona.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_persona.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: social_post; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.social_post (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    persona_id bigint,
    name character varying(255) NOT NULL,
    headline character varying(255),
    content text,
    provider character varying(40),
    handle character varying(255),
    external_post_id text,
    post_url text,
    message_type character varying(40),
    posted timestamp with time zone,
    status character varying(40),
    owner_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.social_post OWNER TO crm_owner;

--
-- Name: TABLE social_post; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.social_post IS 'A post on a social network.';


--
-- Name: COLUMN social_post.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.id IS 'Key (Id).';


--
-- Name: COLUMN social_post.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN social_post.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.lead_id IS 'The lead.';


--
-- Name: COLUMN social_post.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.contact_id IS 'The contact.';


--
-- Name: COLUMN social_post.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.account_id IS 'The account.';


--
-- Name: COLUMN social_post.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN social_post.persona_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.persona_id IS 'The profile that posted.';


--
-- Name: COLUMN social_post.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.name IS 'Name of the post.';


--
-- Name: COLUMN social_post.headline; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.headline IS 'Headline.';


--
-- Name: COLUMN social_post.content; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.content IS 'Text.';


--
-- Name: COLUMN social_post.provider; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.provider IS 'The social network.';


--
-- Name: COLUMN social_post.handle; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.handle IS 'Handle that posted.';


--
-- Name: COLUMN social_post.external_post_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.external_post_id IS 'Id of the post in the network.';


--
-- Name: COLUMN social_post.post_url; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.post_url IS 'Address of the post.';


--
-- Name: COLUMN social_post.message_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.message_type IS 'Kind of post, e.g. Tweet or Comment.';


--
-- Name: COLUMN social_post.posted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.posted IS 'When it was posted.';


--
-- Name: COLUMN social_post.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.status IS 'Status.';


--
-- Name: COLUMN social_post.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.owner_id IS 'Owner.';


--
-- Name: COLUMN social_post.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN social_post.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN social_post.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.created_date IS 'When the record was created.';


--
-- Name: COLUMN social_post.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN social_post.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN social_post.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.social_post.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: task; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.task (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint,
    contact_id bigint,
    account_id bigint,
    opportunity_id bigint,
    subject character varying(255),
    activity_date date,
    status character varying(255) DEFAULT 'Not Started'::character varying NOT NULL,
    priority character varying(255) DEFAULT 'Normal'::character varying NOT NULL,
    is_high_priority boolean DEFAULT false NOT NULL,
    is_closed boolean DEFAULT false NOT NULL,
    description text,
    type character varying(255),
    task_subtype character varying(40),
    completed_date_time timestamp with time zone,
    call_duration_in_seconds integer,
    call_type character varying(40),
    call_disposition character varying(255),
    call_object character varying(255),
    is_reminder_set boolean DEFAULT false NOT NULL,
    reminder_date_time timestamp with time zone,
    is_recurrence boolean DEFAULT false NOT NULL,
    recurrence_activity_id bigint,
    recurrence_start_date_only date,
    recurrence_end_date_only date,
    recurrence_time_zone_sid_key character varying(40),
    recurrence_type character varying(40),
    recurrence_interval integer,
    recurrence_day_of_week_mask integer,
    recurrence_day_of_month integer,
    recurrence_instance character varying(40),
    recurrence_month_of_year character varying(40),
    recurrence_regenerated_type character varying(40),
    sales_cadence_id bigint,
    is_archived boolean DEFAULT false NOT NULL,
    owner_id bigint,
    source_lead_id bigint,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.task OWNER TO crm_owner;

--
-- Name: TABLE task; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.task IS 'Something to do or done; one row, seen from every record that it belongs to.';


--
-- Name: COLUMN task.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.id IS 'Key (Id).';


--
-- Name: COLUMN task.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN task.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.lead_id IS 'The lead (WhoId).';


--
-- Name: COLUMN task.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.contact_id IS 'The contact (WhoId).';


--
-- Name: COLUMN task.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.account_id IS 'The account (AccountId, or WhatId).';


--
-- Name: COLUMN task.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.opportunity_id IS 'The opportunity (WhatId).';


--
-- Name: COLUMN task.subject; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.subject IS 'What it is about.';


--
-- Name: COLUMN task.activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.activity_date IS 'Due date.';


--
-- Name: COLUMN task.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.status IS 'Status.';


--
-- Name: COLUMN task.priority; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.priority IS 'Priority.';


--
-- Name: COLUMN task.is_high_priority; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.is_high_priority IS 'Whether the priority is a high one.';


--
-- Name: COLUMN task.is_closed; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.is_closed IS 'Whether the task is done; follows from the status.';


--
-- Name: COLUMN task.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.description IS 'Description.';


--
-- Name: COLUMN task.type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.type IS 'Kind of task.';


--
-- Name: COLUMN task.task_subtype; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.task_subtype IS 'Subtype: Task, Email, ListEmail, Cadence or Call.';


--
-- Name: COLUMN task.completed_date_time; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.completed_date_time IS 'When the task was closed.';


--
-- Name: COLUMN task.call_duration_in_seconds; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.call_duration_in_seconds IS 'Length of the call in seconds.';


--
-- Name: COLUMN task.call_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.call_type IS 'Direction of the call: Inbound, Internal or Outbound.';


--
-- Name: COLUMN task.call_disposition; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.call_disposition IS 'Result of the call.';


--
-- Name: COLUMN task.call_object; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.call_object IS 'Name of the call in the call centre.';


--
-- Name: COLUMN task.is_reminder_set; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.is_reminder_set IS 'Whether there is a reminder.';


--
-- Name: COLUMN task.reminder_date_time; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.reminder_date_time IS 'When to remind.';


--
-- Name: COLUMN task.is_recurrence; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.is_recurrence IS 'Whether the task recurs.';


--
-- Name: COLUMN task.recurrence_activity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_activity_id IS 'The task that began the series.';


--
-- Name: COLUMN task.recurrence_start_date_only; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_start_date_only IS 'First day of the series.';


--
-- Name: COLUMN task.recurrence_end_date_only; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_end_date_only IS 'Last day of the series.';


--
-- Name: COLUMN task.recurrence_time_zone_sid_key; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_time_zone_sid_key IS 'Time zone of the series.';


--
-- Name: COLUMN task.recurrence_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_type IS 'How the series recurs, e.g. RecursWeekly.';


--
-- Name: COLUMN task.recurrence_interval; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_interval IS 'Interval of the series.';


--
-- Name: COLUMN task.recurrence_day_of_week_mask; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_day_of_week_mask IS 'Days of the week, as a bit mask.';


--
-- Name: COLUMN task.recurrence_day_of_month; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_day_of_month IS 'Day of the month.';


--
-- Name: COLUMN task.recurrence_instance; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_instance IS 'Which one in the month, e.g. First or Last.';


--
-- Name: COLUMN task.recurrence_month_of_year; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_month_of_year IS 'Month of the year.';


--
-- Name: COLUMN task.recurrence_regenerated_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.recurrence_regenerated_type IS 'What triggers the next task of the series.';


--
-- Name: COLUMN task.sales_cadence_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.sales_cadence_id IS 'Sales Engagement cadence that made the task; conversion leaves such tasks on the lead.';


--
-- Name: COLUMN task.is_archived; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.is_archived IS 'Whether the task is archived.';


--
-- Name: COLUMN task.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.owner_id IS 'Whom the task is assigned to.';


--
-- Name: COLUMN task.source_lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.source_lead_id IS 'The lead from which conversion moved or copied the row; no foreign key.';


--
-- Name: COLUMN task.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN task.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.created_date IS 'When the record was created.';


--
-- Name: COLUMN task.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN task.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN task.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.task.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: visit; Type: TABLE; Schema: public; Owner: crm_owner
--

CREATE TABLE public.visit (
    id bigint NOT NULL,
    who bigint,
    contact_id bigint,
    from_lead bigint,
    remark text
);


ALTER TABLE public.visit OWNER TO crm_owner;

--
-- Name: mapped_columns; Type: VIEW; Schema: crm; Owner: crm_owner
--

CREATE VIEW crm.mapped_columns AS
 SELECT t1.street AS "lead.street",
    t2.billing_street AS "account.billing_street",
    t3.mailing_street AS "contact.mailing_street",
    t1.city AS "lead.city",
    t2.billing_city AS "account.billing_city",
    t3.mailing_city AS "contact.mailing_city",
    t1.state AS "lead.state",
    t2.billing_state AS "account.billing_state",
    t3.mailing_state AS "contact.mailing_state",
    t1.state_code AS "lead.state_code",
    t2.billing_state_code AS "account.billing_state_code",
    t3.mailing_state_code AS "contact.mailing_state_code",
    t1.postal_code AS "lead.postal_code",
    t2.billing_postal_code AS "account.billing_postal_code",
    t3.mailing_postal_code AS "contact.mailing_postal_code",
    t1.country AS "lead.country",
    t2.billing_country AS "account.billing_country",
    t3.mailing_country AS "contact.mailing_country",
    t1.country_code AS "lead.country_code",
    t2.billing_country_code AS "account.billing_country_code",
    t3.mailing_country_code AS "contact.mailing_country_code",
    t1.latitude AS "lead.latitude",
    t2.billing_latitude AS "account.billing_latitude",
    t3.mailing_latitude AS "contact.mailing_latitude",
    t1.longitude AS "lead.longitude",
    t2.billing_longitude AS "account.billing_longitude",
    t3.mailing_longitude AS "contact.mailing_longitude",
    t1.geocode_accuracy AS "lead.geocode_accuracy",
    t2.billing_geocode_accuracy AS "account.billing_geocode_accuracy",
    t3.mailing_geocode_accuracy AS "contact.mailing_geocode_accuracy",
    t1.company AS "lead.company",
    t2.name AS "account.name",
    t1.company_local AS "lead.company_local",
    t2.name_local AS "account.name_local",
    t1.phone AS "lead.phone",
    t2.phone AS "account.phone",
    t1.fax AS "lead.fax",
    t2.fax AS "account.fax",
    t1.website AS "lead.website",
    t2.website AS "account.website",
    t1.industry AS "lead.industry",
    t2.industry AS "account.industry",
    t1.rating AS "lead.rating",
    t2.rating AS "account.rating",
    t1.annual_revenue AS "lead.annual_revenue",
    t2.annual_revenue AS "account.annual_revenue",
    t1.number_of_employees AS "lead.number_of_employees",
    t2.number_of_employees AS "account.number_of_employees",
    t1.lead_source AS "lead.lead_source",
    t2.account_source AS "account.account_source",
    t1.company_duns_number AS "lead.company_duns_number",
    t2.duns_number AS "account.duns_number",
    t1.dandb_company_id AS "lead.dandb_company_id",
    t2.dandb_company_id AS "account.dandb_company_id",
    t1.currency_iso_code AS "lead.currency_iso_code",
    t2.currency_iso_code AS "account.currency_iso_code",
    t2.division_id AS "account.division_id",
    t1.salutation AS "lead.salutation",
    t3.salutation AS "contact.salutation",
    t1.first_name AS "lead.first_name",
    t3.first_name AS "contact.first_name",
    t1.middle_name AS "lead.middle_name",
    t3.middle_name AS "contact.middle_name",
    t1.last_name AS "lead.last_name",
    t3.last_name AS "contact.last_name",
    t1.suffix AS "lead.suffix",
    t3.suffix AS "contact.suffix",
    t1.first_name_local AS "lead.first_name_local",
    t3.first_name_local AS "contact.first_name_local",
    t1.last_name_local AS "lead.last_name_local",
    t3.last_name_local AS "contact.last_name_local",
    t1.title AS "lead.title",
    t3.title AS "contact.title",
    t1.email AS "lead.email",
    t3.email AS "contact.email",
    t3.phone AS "contact.phone",
    t1.mobile_phone AS "lead.mobile_phone",
    t3.mobile_phone AS "contact.mobile_phone",
    t3.fax AS "contact.fax",
    t3.lead_source AS "contact.lead_source",
    t1.do_not_call AS "lead.do_not_call",
    t3.do_not_call AS "contact.do_not_call",
    t1.has_opted_out_of_email AS "lead.has_opted_out_of_email",
    t3.has_opted_out_of_email AS "contact.has_opted_out_of_email",
    t1.has_opted_out_of_fax AS "lead.has_opted_out_of_fax",
    t3.has_opted_out_of_fax AS "contact.has_opted_out_of_fax",
    t1.individual_id AS "lead.individual_id",
    t3.individual_id AS "contact.individual_id",
    t1.pronouns AS "lead.pronouns",
    t3.pronouns AS "contact.pronouns",
    t1.gender_identity AS "lead.gender_identity",
    t3.gender_identity AS "contact.gender_identity",
    t1.jigsaw AS "lead.jigsaw",
    t3.jigsaw AS "contact.jigsaw",
    t3.currency_iso_code AS "contact.currency_iso_code",
    t3.division_id AS "contact.division_id",
    t4.lead_source AS "opportunity.lead_source",
    t4.campaign_id AS "opportunity.campaign_id",
    t1.partner_account_id AS "lead.partner_account_id",
    t4.partner_account_id AS "opportunity.partner_account_id",
    t4.currency_iso_code AS "opportunity.currency_iso_code",
    t4.division_id AS "opportunity.division_id",
    t1.budget AS "lead.budget",
    t2.budget AS "account.budget",
    t1."Odd name" AS "lead.Odd name",
    t2."Odd name" AS "account.Odd name",
    t1.score AS "lead.score",
    t3.score AS "contact.score",
    t5.lead_id AS "task.lead_id",
    t5.contact_id AS "task.contact_id",
    t5.account_id AS "task.account_id",
    t5.opportunity_id AS "task.opportunity_id",
    t5.source_lead_id AS "task.source_lead_id",
    t5.sales_cadence_id AS "task.sales_cadence_id",
    t5.owner_id AS "task.owner_id",
    t5.is_closed AS "task.is_closed",
    t6.lead_id AS "event.lead_id",
    t6.contact_id AS "event.contact_id",
    t6.account_id AS "event.account_id",
    t6.opportunity_id AS "event.opportunity_id",
    t6.source_lead_id AS "event.source_lead_id",
    t6.sales_cadence_id AS "event.sales_cadence_id",
    t6.owner_id AS "event.owner_id",
    t7.lead_id AS "campaign_member.lead_id",
    t7.contact_id AS "campaign_member.contact_id",
    t7.source_lead_id AS "campaign_member.source_lead_id",
    t8.lead_id AS "email_status.lead_id",
    t8.contact_id AS "email_status.contact_id",
    t8.source_lead_id AS "email_status.source_lead_id",
    t9.lead_id AS "note.lead_id",
    t9.contact_id AS "note.contact_id",
    t9.source_lead_id AS "note.source_lead_id",
    t10.lead_id AS "attachment.lead_id",
    t10.contact_id AS "attachment.contact_id",
    t10.source_lead_id AS "attachment.source_lead_id",
    t11.lead_id AS "content_document_link.lead_id",
    t11.contact_id AS "content_document_link.contact_id",
    t11.account_id AS "content_document_link.account_id",
    t11.opportunity_id AS "content_document_link.opportunity_id",
    t11.source_lead_id AS "content_document_link.source_lead_id",
    t11.content_document_id AS "content_document_link.content_document_id",
    t12.lead_id AS "content_note.lead_id",
    t12.contact_id AS "content_note.contact_id",
    t12.account_id AS "content_note.account_id",
    t12.source_lead_id AS "content_note.source_lead_id",
    t13.lead_id AS "content_distribution.lead_id",
    t13.contact_id AS "content_distribution.contact_id",
    t13.source_lead_id AS "content_distribution.source_lead_id",
    t14.lead_id AS "social_post.lead_id",
    t14.contact_id AS "social_post.contact_id",
    t14.source_lead_id AS "social_post.source_lead_id",
    t15.lead_id AS "social_persona.lead_id",
    t15.contact_id AS "social_persona.contact_id",
    t15.source_lead_id AS "social_persona.source_lead_id",
    t16.lead_id AS "marketing_action.lead_id",
    t16.contact_id AS "marketing_action.contact_id",
    t16.source_lead_id AS "marketing_action.source_lead_id",
    t17.lead_id AS "list_email_individual_recipient.lead_id",
    t17.contact_id AS "list_email_individual_recipient.contact_id",
    t17.source_lead_id AS "list_email_individual_recipient.source_lead_id",
    t18.lead_id AS "email_message.lead_id",
    t18.contact_id AS "email_message.contact_id",
    t18.source_lead_id AS "email_message.source_lead_id",
    t19.who AS "public.visit.who",
    t19.contact_id AS "public.visit.contact_id",
    t19.from_lead AS "public.visit.from_lead"
   FROM crm.lead t1,
    crm.account t2,
    crm.contact t3,
    crm.opportunity t4,
    crm.task t5,
    crm.event t6,
    crm.campaign_member t7,
    crm.email_status t8,
    crm.note t9,
    crm.attachment t10,
    crm.content_document_link t11,
    crm.content_note t12,
    crm.content_distribution t13,
    crm.social_post t14,
    crm.social_persona t15,
    crm.marketing_action t16,
    crm.list_email_individual_recipient t17,
    crm.email_message t18,
    public.visit t19
  WHERE false;


ALTER TABLE crm.mapped_columns OWNER TO crm_owner;

--
-- Name: VIEW mapped_columns; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON VIEW crm.mapped_columns IS 'Names every column that lead conversion maps, so that none is dropped or retyped while it is mapped; it has no rows and is kept by leadconv.';


--
-- Name: COLUMN mapped_columns."lead.street"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.street" IS 'Column street of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_street"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_street" IS 'Column billing_street of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_street"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_street" IS 'Column mailing_street of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.city"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.city" IS 'Column city of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_city"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_city" IS 'Column billing_city of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_city"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_city" IS 'Column mailing_city of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.state"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.state" IS 'Column state of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_state"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_state" IS 'Column billing_state of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_state"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_state" IS 'Column mailing_state of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.state_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.state_code" IS 'Column state_code of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_state_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_state_code" IS 'Column billing_state_code of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_state_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_state_code" IS 'Column mailing_state_code of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.postal_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.postal_code" IS 'Column postal_code of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_postal_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_postal_code" IS 'Column billing_postal_code of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_postal_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_postal_code" IS 'Column mailing_postal_code of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.country"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.country" IS 'Column country of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_country"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_country" IS 'Column billing_country of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_country"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_country" IS 'Column mailing_country of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.country_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.country_code" IS 'Column country_code of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_country_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_country_code" IS 'Column billing_country_code of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_country_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_country_code" IS 'Column mailing_country_code of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.latitude"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.latitude" IS 'Column latitude of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_latitude"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_latitude" IS 'Column billing_latitude of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_latitude"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_latitude" IS 'Column mailing_latitude of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.longitude"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.longitude" IS 'Column longitude of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_longitude"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_longitude" IS 'Column billing_longitude of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_longitude"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_longitude" IS 'Column mailing_longitude of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.geocode_accuracy"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.geocode_accuracy" IS 'Column geocode_accuracy of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.billing_geocode_accuracy"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.billing_geocode_accuracy" IS 'Column billing_geocode_accuracy of table account is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mailing_geocode_accuracy"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mailing_geocode_accuracy" IS 'Column mailing_geocode_accuracy of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.company"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.company" IS 'Column company of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.name" IS 'Column name of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.company_local"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.company_local" IS 'Column company_local of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.name_local"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.name_local" IS 'Column name_local of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.phone"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.phone" IS 'Column phone of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.phone"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.phone" IS 'Column phone of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.fax"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.fax" IS 'Column fax of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.fax"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.fax" IS 'Column fax of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.website"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.website" IS 'Column website of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.website"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.website" IS 'Column website of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.industry"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.industry" IS 'Column industry of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.industry"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.industry" IS 'Column industry of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.rating"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.rating" IS 'Column rating of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.rating"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.rating" IS 'Column rating of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.annual_revenue"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.annual_revenue" IS 'Column annual_revenue of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.annual_revenue"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.annual_revenue" IS 'Column annual_revenue of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.number_of_employees"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.number_of_employees" IS 'Column number_of_employees of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.number_of_employees"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.number_of_employees" IS 'Column number_of_employees of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.lead_source"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.lead_source" IS 'Column lead_source of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.account_source"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.account_source" IS 'Column account_source of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.company_duns_number"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.company_duns_number" IS 'Column company_duns_number of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.duns_number"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.duns_number" IS 'Column duns_number of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.dandb_company_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.dandb_company_id" IS 'Column dandb_company_id of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.dandb_company_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.dandb_company_id" IS 'Column dandb_company_id of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.currency_iso_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.currency_iso_code" IS 'Column currency_iso_code of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.currency_iso_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.currency_iso_code" IS 'Column currency_iso_code of table account is mapped.';


--
-- Name: COLUMN mapped_columns."account.division_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.division_id" IS 'Column division_id of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.salutation"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.salutation" IS 'Column salutation of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.salutation"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.salutation" IS 'Column salutation of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.first_name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.first_name" IS 'Column first_name of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.first_name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.first_name" IS 'Column first_name of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.middle_name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.middle_name" IS 'Column middle_name of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.middle_name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.middle_name" IS 'Column middle_name of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.last_name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.last_name" IS 'Column last_name of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.last_name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.last_name" IS 'Column last_name of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.suffix"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.suffix" IS 'Column suffix of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.suffix"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.suffix" IS 'Column suffix of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.first_name_local"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.first_name_local" IS 'Column first_name_local of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.first_name_local"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.first_name_local" IS 'Column first_name_local of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.last_name_local"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.last_name_local" IS 'Column last_name_local of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.last_name_local"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.last_name_local" IS 'Column last_name_local of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.title"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.title" IS 'Column title of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.title"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.title" IS 'Column title of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.email"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.email" IS 'Column email of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.email"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.email" IS 'Column email of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."contact.phone"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.phone" IS 'Column phone of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.mobile_phone"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.mobile_phone" IS 'Column mobile_phone of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.mobile_phone"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.mobile_phone" IS 'Column mobile_phone of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."contact.fax"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.fax" IS 'Column fax of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."contact.lead_source"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.lead_source" IS 'Column lead_source of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.do_not_call"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.do_not_call" IS 'Column do_not_call of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.do_not_call"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.do_not_call" IS 'Column do_not_call of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.has_opted_out_of_email"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.has_opted_out_of_email" IS 'Column has_opted_out_of_email of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.has_opted_out_of_email"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.has_opted_out_of_email" IS 'Column has_opted_out_of_email of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.has_opted_out_of_fax"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.has_opted_out_of_fax" IS 'Column has_opted_out_of_fax of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.has_opted_out_of_fax"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.has_opted_out_of_fax" IS 'Column has_opted_out_of_fax of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.individual_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.individual_id" IS 'Column individual_id of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.individual_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.individual_id" IS 'Column individual_id of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.pronouns"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.pronouns" IS 'Column pronouns of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.pronouns"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.pronouns" IS 'Column pronouns of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.gender_identity"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.gender_identity" IS 'Column gender_identity of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.gender_identity"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.gender_identity" IS 'Column gender_identity of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."lead.jigsaw"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.jigsaw" IS 'Column jigsaw of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.jigsaw"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.jigsaw" IS 'Column jigsaw of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."contact.currency_iso_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.currency_iso_code" IS 'Column currency_iso_code of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."contact.division_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.division_id" IS 'Column division_id of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."opportunity.lead_source"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."opportunity.lead_source" IS 'Column lead_source of table opportunity is mapped.';


--
-- Name: COLUMN mapped_columns."opportunity.campaign_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."opportunity.campaign_id" IS 'Column campaign_id of table opportunity is mapped.';


--
-- Name: COLUMN mapped_columns."lead.partner_account_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.partner_account_id" IS 'Column partner_account_id of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."opportunity.partner_account_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."opportunity.partner_account_id" IS 'Column partner_account_id of table opportunity is mapped.';


--
-- Name: COLUMN mapped_columns."opportunity.currency_iso_code"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."opportunity.currency_iso_code" IS 'Column currency_iso_code of table opportunity is mapped.';


--
-- Name: COLUMN mapped_columns."opportunity.division_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."opportunity.division_id" IS 'Column division_id of table opportunity is mapped.';


--
-- Name: COLUMN mapped_columns."lead.budget"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.budget" IS 'Column budget of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.budget"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.budget" IS 'Column budget of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.Odd name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.Odd name" IS 'Column Odd name of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."account.Odd name"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."account.Odd name" IS 'Column Odd name of table account is mapped.';


--
-- Name: COLUMN mapped_columns."lead.score"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."lead.score" IS 'Column score of table lead is mapped.';


--
-- Name: COLUMN mapped_columns."contact.score"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."contact.score" IS 'Column score of table contact is mapped.';


--
-- Name: COLUMN mapped_columns."task.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."task.lead_id" IS 'Column lead_id of table task is mapped.';


--
-- Name: COLUMN mapped_columns."task.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."task.contact_id" IS 'Column contact_id of table task is mapped.';


--
-- Name: COLUMN mapped_columns."task.account_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."task.account_id" IS 'Column account_id of table task is mapped.';


--
-- Name: COLUMN mapped_columns."task.opportunity_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."task.opportunity_id" IS 'Column opportunity_id of table task is mapped.';


--
-- Name: COLUMN mapped_columns."task.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."task.source_lead_id" IS 'Column source_lead_id of table task is mapped.';


--
-- Name: COLUMN mapped_columns."task.sales_cadence_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."task.sales_cadence_id" IS 'Column sales_cadence_id of table task is mapped.';


--
-- Name: COLUMN mapped_columns."task.owner_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."task.owner_id" IS 'Column owner_id of table task is mapped.';


--
-- Name: COLUMN mapped_columns."task.is_closed"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."task.is_closed" IS 'Column is_closed of table task is mapped.';


--
-- Name: COLUMN mapped_columns."event.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."event.lead_id" IS 'Column lead_id of table event is mapped.';


--
-- Name: COLUMN mapped_columns."event.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."event.contact_id" IS 'Column contact_id of table event is mapped.';


--
-- Name: COLUMN mapped_columns."event.account_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."event.account_id" IS 'Column account_id of table event is mapped.';


--
-- Name: COLUMN mapped_columns."event.opportunity_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."event.opportunity_id" IS 'Column opportunity_id of table event is mapped.';


--
-- Name: COLUMN mapped_columns."event.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."event.source_lead_id" IS 'Column source_lead_id of table event is mapped.';


--
-- Name: COLUMN mapped_columns."event.sales_cadence_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."event.sales_cadence_id" IS 'Column sales_cadence_id of table event is mapped.';


--
-- Name: COLUMN mapped_columns."event.owner_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."event.owner_id" IS 'Column owner_id of table event is mapped.';


--
-- Name: COLUMN mapped_columns."campaign_member.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."campaign_member.lead_id" IS 'Column lead_id of table campaign_member is mapped.';


--
-- Name: COLUMN mapped_columns."campaign_member.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."campaign_member.contact_id" IS 'Column contact_id of table campaign_member is mapped.';


--
-- Name: COLUMN mapped_columns."campaign_member.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."campaign_member.source_lead_id" IS 'Column source_lead_id of table campaign_member is mapped.';


--
-- Name: COLUMN mapped_columns."email_status.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."email_status.lead_id" IS 'Column lead_id of table email_status is mapped.';


--
-- Name: COLUMN mapped_columns."email_status.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."email_status.contact_id" IS 'Column contact_id of table email_status is mapped.';


--
-- Name: COLUMN mapped_columns."email_status.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."email_status.source_lead_id" IS 'Column source_lead_id of table email_status is mapped.';


--
-- Name: COLUMN mapped_columns."note.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."note.lead_id" IS 'Column lead_id of table note is mapped.';


--
-- Name: COLUMN mapped_columns."note.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."note.contact_id" IS 'Column contact_id of table note is mapped.';


--
-- Name: COLUMN mapped_columns."note.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."note.source_lead_id" IS 'Column source_lead_id of table note is mapped.';


--
-- Name: COLUMN mapped_columns."attachment.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."attachment.lead_id" IS 'Column lead_id of table attachment is mapped.';


--
-- Name: COLUMN mapped_columns."attachment.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."attachment.contact_id" IS 'Column contact_id of table attachment is mapped.';


--
-- Name: COLUMN mapped_columns."attachment.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."attachment.source_lead_id" IS 'Column source_lead_id of table attachment is mapped.';


--
-- Name: COLUMN mapped_columns."content_document_link.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_document_link.lead_id" IS 'Column lead_id of table content_document_link is mapped.';


--
-- Name: COLUMN mapped_columns."content_document_link.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_document_link.contact_id" IS 'Column contact_id of table content_document_link is mapped.';


--
-- Name: COLUMN mapped_columns."content_document_link.account_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_document_link.account_id" IS 'Column account_id of table content_document_link is mapped.';


--
-- Name: COLUMN mapped_columns."content_document_link.opportunity_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_document_link.opportunity_id" IS 'Column opportunity_id of table content_document_link is mapped.';


--
-- Name: COLUMN mapped_columns."content_document_link.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_document_link.source_lead_id" IS 'Column source_lead_id of table content_document_link is mapped.';


--
-- Name: COLUMN mapped_columns."content_document_link.content_document_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_document_link.content_document_id" IS 'Column content_document_id of table content_document_link is mapped.';


--
-- Name: COLUMN mapped_columns."content_note.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_note.lead_id" IS 'Column lead_id of table content_note is mapped.';


--
-- Name: COLUMN mapped_columns."content_note.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_note.contact_id" IS 'Column contact_id of table content_note is mapped.';


--
-- Name: COLUMN mapped_columns."content_note.account_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_note.account_id" IS 'Column account_id of table content_note is mapped.';


--
-- Name: COLUMN mapped_columns."content_note.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_note.source_lead_id" IS 'Column source_lead_id of table content_note is mapped.';


--
-- Name: COLUMN mapped_columns."content_distribution.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_distribution.lead_id" IS 'Column lead_id of table content_distribution is mapped.';


--
-- Name: COLUMN mapped_columns."content_distribution.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_distribution.contact_id" IS 'Column contact_id of table content_distribution is mapped.';


--
-- Name: COLUMN mapped_columns."content_distribution.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."content_distribution.source_lead_id" IS 'Column source_lead_id of table content_distribution is mapped.';


--
-- Name: COLUMN mapped_columns."social_post.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."social_post.lead_id" IS 'Column lead_id of table social_post is mapped.';


--
-- Name: COLUMN mapped_columns."social_post.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."social_post.contact_id" IS 'Column contact_id of table social_post is mapped.';


--
-- Name: COLUMN mapped_columns."social_post.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."social_post.source_lead_id" IS 'Column source_lead_id of table social_post is mapped.';


--
-- Name: COLUMN mapped_columns."social_persona.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."social_persona.lead_id" IS 'Column lead_id of table social_persona is mapped.';


--
-- Name: COLUMN mapped_columns."social_persona.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."social_persona.contact_id" IS 'Column contact_id of table social_persona is mapped.';


--
-- Name: COLUMN mapped_columns."social_persona.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."social_persona.source_lead_id" IS 'Column source_lead_id of table social_persona is mapped.';


--
-- Name: COLUMN mapped_columns."marketing_action.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."marketing_action.lead_id" IS 'Column lead_id of table marketing_action is mapped.';


--
-- Name: COLUMN mapped_columns."marketing_action.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."marketing_action.contact_id" IS 'Column contact_id of table marketing_action is mapped.';


--
-- Name: COLUMN mapped_columns."marketing_action.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."marketing_action.source_lead_id" IS 'Column source_lead_id of table marketing_action is mapped.';


--
-- Name: COLUMN mapped_columns."list_email_individual_recipient.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."list_email_individual_recipient.lead_id" IS 'Column lead_id of table list_email_individual_recipient is mapped.';


--
-- Name: COLUMN mapped_columns."list_email_individual_recipient.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."list_email_individual_recipient.contact_id" IS 'Column contact_id of table list_email_individual_recipient is mapped.';


--
-- Name: COLUMN mapped_columns."list_email_individual_recipient.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."list_email_individual_recipient.source_lead_id" IS 'Column source_lead_id of table list_email_individual_recipient is mapped.';


--
-- Name: COLUMN mapped_columns."email_message.lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."email_message.lead_id" IS 'Column lead_id of table email_message is mapped.';


--
-- Name: COLUMN mapped_columns."email_message.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."email_message.contact_id" IS 'Column contact_id of table email_message is mapped.';


--
-- Name: COLUMN mapped_columns."email_message.source_lead_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."email_message.source_lead_id" IS 'Column source_lead_id of table email_message is mapped.';


--
-- Name: COLUMN mapped_columns."public.visit.who"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."public.visit.who" IS 'Column who of table visit is mapped.';


--
-- Name: COLUMN mapped_columns."public.visit.contact_id"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."public.visit.contact_id" IS 'Column contact_id of table visit is mapped.';


--
-- Name: COLUMN mapped_columns."public.visit.from_lead"; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.mapped_columns."public.visit.from_lead" IS 'Column from_lead of table visit is mapped.';


--
-- Name: marketing_action_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.marketing_action ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.marketing_action_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: matching_rule; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.matching_rule (
    id bigint NOT NULL,
    object text NOT NULL,
    developer_name character varying(80) NOT NULL,
    master_label text NOT NULL,
    description text,
    boolean_filter text,
    is_active boolean DEFAULT true NOT NULL,
    CONSTRAINT matching_rule_object_check CHECK ((object = ANY (ARRAY['lead'::text, 'account'::text, 'contact'::text])))
);


ALTER TABLE crm.matching_rule OWNER TO crm_owner;

--
-- Name: TABLE matching_rule; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.matching_rule IS 'How two records are judged to be the same.';


--
-- Name: COLUMN matching_rule.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule.id IS 'Key (Id).';


--
-- Name: COLUMN matching_rule.object; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule.object IS 'Table of the candidates (SobjectType).';


--
-- Name: COLUMN matching_rule.developer_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule.developer_name IS 'Unique name within the object.';


--
-- Name: COLUMN matching_rule.master_label; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule.master_label IS 'Label of the rule.';


--
-- Name: COLUMN matching_rule.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule.description IS 'Description.';


--
-- Name: COLUMN matching_rule.boolean_filter; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule.boolean_filter IS 'How the numbered items combine, e.g. (1 AND 2) OR 3; all of them when empty.';


--
-- Name: COLUMN matching_rule.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule.is_active IS 'Whether the rule can be used (RuleStatus).';


--
-- Name: matching_rule_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.matching_rule ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.matching_rule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: matching_rule_item; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.matching_rule_item (
    id bigint NOT NULL,
    matching_rule_id bigint NOT NULL,
    sort_order integer NOT NULL,
    field text NOT NULL,
    matching_method text DEFAULT 'Exact'::text NOT NULL,
    blank_value_behavior text DEFAULT 'NullNotAllowed'::text NOT NULL,
    CONSTRAINT matching_rule_item_blank_value_behavior_check CHECK ((blank_value_behavior = ANY (ARRAY['NullNotAllowed'::text, 'MatchBlanks'::text]))),
    CONSTRAINT matching_rule_item_matching_method_check CHECK ((matching_method = ANY (ARRAY['Exact'::text, 'FirstName'::text, 'LastName'::text, 'CompanyName'::text, 'Phone'::text, 'City'::text, 'Street'::text, 'Zip'::text, 'Title'::text])))
);


ALTER TABLE crm.matching_rule_item OWNER TO crm_owner;

--
-- Name: TABLE matching_rule_item; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.matching_rule_item IS 'One comparison of a matching rule.';


--
-- Name: COLUMN matching_rule_item.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule_item.id IS 'Key (Id).';


--
-- Name: COLUMN matching_rule_item.matching_rule_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule_item.matching_rule_id IS 'The rule.';


--
-- Name: COLUMN matching_rule_item.sort_order; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule_item.sort_order IS 'Number of the item in the rule''s boolean filter.';


--
-- Name: COLUMN matching_rule_item.field; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule_item.field IS 'Column that is compared.';


--
-- Name: COLUMN matching_rule_item.matching_method; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule_item.matching_method IS 'How the values are compared.';


--
-- Name: COLUMN matching_rule_item.blank_value_behavior; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.matching_rule_item.blank_value_behavior IS 'Whether two empty values match.';


--
-- Name: matching_rule_item_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.matching_rule_item ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.matching_rule_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: note_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.note ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.note_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: notification; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.notification (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    lead_id bigint,
    account_id bigint,
    contact_id bigint,
    opportunity_id bigint,
    type text NOT NULL,
    subject text,
    body text,
    is_sent boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint
);


ALTER TABLE crm.notification OWNER TO crm_owner;

--
-- Name: TABLE notification; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.notification IS 'A message to a user, to be sent by the application; it survives the records that it names.';


--
-- Name: COLUMN notification.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.id IS 'Key (Id).';


--
-- Name: COLUMN notification.user_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.user_id IS 'The recipient.';


--
-- Name: COLUMN notification.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.lead_id IS 'The lead.';


--
-- Name: COLUMN notification.account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.account_id IS 'The account.';


--
-- Name: COLUMN notification.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.contact_id IS 'The contact.';


--
-- Name: COLUMN notification.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN notification.type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.type IS 'Kind of notification, e.g. lead_conversion.';


--
-- Name: COLUMN notification.subject; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.subject IS 'Subject.';


--
-- Name: COLUMN notification.body; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.body IS 'Text.';


--
-- Name: COLUMN notification.is_sent; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.is_sent IS 'Whether the application has sent it.';


--
-- Name: COLUMN notification.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.created_date IS 'When.';


--
-- Name: COLUMN notification.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.notification.created_by_id IS 'User who caused it.';


--
-- Name: notification_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.notification ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.notification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: open_lead; Type: VIEW; Schema: crm; Owner: crm_owner
--

CREATE VIEW crm.open_lead WITH (security_invoker='true') AS
 SELECT lead.id,
    lead.external_id,
    lead.salutation,
    lead.first_name,
    lead.middle_name,
    lead.last_name,
    lead.suffix,
    lead.first_name_local,
    lead.last_name_local,
    lead.name,
    lead.company,
    lead.company_local,
    lead.title,
    lead.street,
    lead.city,
    lead.state,
    lead.state_code,
    lead.postal_code,
    lead.country,
    lead.country_code,
    lead.latitude,
    lead.longitude,
    lead.geocode_accuracy,
    lead.phone,
    lead.mobile_phone,
    lead.fax,
    lead.email,
    lead.email_bounced_reason,
    lead.email_bounced_date,
    lead.website,
    lead.description,
    lead.lead_source,
    lead.status,
    lead.industry,
    lead.rating,
    lead.annual_revenue,
    lead.number_of_employees,
    lead.currency_iso_code,
    lead.do_not_call,
    lead.has_opted_out_of_email,
    lead.has_opted_out_of_fax,
    lead.individual_id,
    lead.pronouns,
    lead.gender_identity,
    lead.specialty,
    lead.birth_date,
    lead.jigsaw,
    lead.company_duns_number,
    lead.dandb_company_id,
    lead.partner_account_id,
    lead.record_type_id,
    lead.division_id,
    lead.owner_id,
    lead.is_unread_by_owner,
    lead.is_converted,
    lead.converted_date,
    lead.converted_account_id,
    lead.converted_contact_id,
    lead.converted_opportunity_id,
    lead.last_activity_date,
    lead.is_deleted,
    lead.created_date,
    lead.created_by_id,
    lead.last_modified_date,
    lead.last_modified_by_id
   FROM crm.lead
  WHERE ((NOT lead.is_converted) AND (NOT lead.is_deleted));


ALTER TABLE crm.open_lead OWNER TO crm_owner;

--
-- Name: VIEW open_lead; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON VIEW crm.open_lead IS 'The leads that are neither converted nor in the recycle bin: the everyday list of leads.';


--
-- Name: COLUMN open_lead.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.id IS 'Key (Id).';


--
-- Name: COLUMN open_lead.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN open_lead.salutation; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.salutation IS 'Form of address.';


--
-- Name: COLUMN open_lead.first_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.first_name IS 'First name.';


--
-- Name: COLUMN open_lead.middle_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.middle_name IS 'Middle name.';


--
-- Name: COLUMN open_lead.last_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.last_name IS 'Last name.';


--
-- Name: COLUMN open_lead.suffix; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.suffix IS 'Suffix of the name.';


--
-- Name: COLUMN open_lead.first_name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.first_name_local IS 'First name in the local language.';


--
-- Name: COLUMN open_lead.last_name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.last_name_local IS 'Last name in the local language.';


--
-- Name: COLUMN open_lead.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.name IS 'Full name, from first, middle and last name and suffix.';


--
-- Name: COLUMN open_lead.company; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.company IS 'Company of the lead; a lead without one becomes a person account.';


--
-- Name: COLUMN open_lead.company_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.company_local IS 'Company name in the local language (CompanyNameLocal).';


--
-- Name: COLUMN open_lead.title; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.title IS 'Job title.';


--
-- Name: COLUMN open_lead.street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.street IS 'Address: street.';


--
-- Name: COLUMN open_lead.city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.city IS 'Address: city.';


--
-- Name: COLUMN open_lead.state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.state IS 'Address: state or province.';


--
-- Name: COLUMN open_lead.state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.state_code IS 'Address: ISO code of the state.';


--
-- Name: COLUMN open_lead.postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.postal_code IS 'Address: postal code.';


--
-- Name: COLUMN open_lead.country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.country IS 'Address: country.';


--
-- Name: COLUMN open_lead.country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.country_code IS 'Address: ISO code of the country.';


--
-- Name: COLUMN open_lead.latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.latitude IS 'Address: latitude.';


--
-- Name: COLUMN open_lead.longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.longitude IS 'Address: longitude.';


--
-- Name: COLUMN open_lead.geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.geocode_accuracy IS 'Address: accuracy of latitude and longitude.';


--
-- Name: COLUMN open_lead.phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.phone IS 'Phone number.';


--
-- Name: COLUMN open_lead.mobile_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.mobile_phone IS 'Mobile phone number.';


--
-- Name: COLUMN open_lead.fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.fax IS 'Fax number.';


--
-- Name: COLUMN open_lead.email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.email IS 'Email address.';


--
-- Name: COLUMN open_lead.email_bounced_reason; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.email_bounced_reason IS 'Why mail to the address bounced.';


--
-- Name: COLUMN open_lead.email_bounced_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.email_bounced_date IS 'When mail to the address bounced.';


--
-- Name: COLUMN open_lead.website; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.website IS 'Website.';


--
-- Name: COLUMN open_lead.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.description IS 'Description; goes to the contact.';


--
-- Name: COLUMN open_lead.lead_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.lead_source IS 'Where the lead came from.';


--
-- Name: COLUMN open_lead.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.status IS 'Status of the lead; converting sets a converted one.';


--
-- Name: COLUMN open_lead.industry; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.industry IS 'Industry of the company.';


--
-- Name: COLUMN open_lead.rating; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.rating IS 'How promising the lead is.';


--
-- Name: COLUMN open_lead.annual_revenue; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.annual_revenue IS 'Annual revenue of the company.';


--
-- Name: COLUMN open_lead.number_of_employees; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.number_of_employees IS 'Number of employees of the company.';


--
-- Name: COLUMN open_lead.currency_iso_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.currency_iso_code IS 'ISO code of the currency of the amounts.';


--
-- Name: COLUMN open_lead.do_not_call; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.do_not_call IS 'Whether the person asked not to be called.';


--
-- Name: COLUMN open_lead.has_opted_out_of_email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.has_opted_out_of_email IS 'Whether the person asked for no mass email.';


--
-- Name: COLUMN open_lead.has_opted_out_of_fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.has_opted_out_of_fax IS 'Whether the person asked for no faxes.';


--
-- Name: COLUMN open_lead.individual_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.individual_id IS 'Data privacy record of the person.';


--
-- Name: COLUMN open_lead.pronouns; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.pronouns IS 'Personal pronouns.';


--
-- Name: COLUMN open_lead.gender_identity; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.gender_identity IS 'Gender identity.';


--
-- Name: COLUMN open_lead.specialty; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.specialty IS 'Medical specialty (Health Cloud); never mapped.';


--
-- Name: COLUMN open_lead.birth_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.birth_date IS 'Birth date (Health Cloud); never mapped.';


--
-- Name: COLUMN open_lead.jigsaw; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.jigsaw IS 'Key of the record in Data.com.';


--
-- Name: COLUMN open_lead.company_duns_number; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.company_duns_number IS 'D-U-N-S number of the company.';


--
-- Name: COLUMN open_lead.dandb_company_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.dandb_company_id IS 'D&B company record.';


--
-- Name: COLUMN open_lead.partner_account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.partner_account_id IS 'Partner''s account that the lead came from.';


--
-- Name: COLUMN open_lead.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.record_type_id IS 'Record type.';


--
-- Name: COLUMN open_lead.division_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.division_id IS 'Division; new records take it over (Division).';


--
-- Name: COLUMN open_lead.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.owner_id IS 'Owner, a user or a queue.';


--
-- Name: COLUMN open_lead.is_unread_by_owner; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.is_unread_by_owner IS 'Whether the owner has yet to look at the lead; conversion clears it.';


--
-- Name: COLUMN open_lead.is_converted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.is_converted IS 'Whether the lead has been converted and is locked.';


--
-- Name: COLUMN open_lead.converted_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.converted_date IS 'Day of the conversion in UTC.';


--
-- Name: COLUMN open_lead.converted_account_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.converted_account_id IS 'Account that the lead was converted to.';


--
-- Name: COLUMN open_lead.converted_contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.converted_contact_id IS 'Contact that the lead was converted to.';


--
-- Name: COLUMN open_lead.converted_opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.converted_opportunity_id IS 'Opportunity that the lead was converted to.';


--
-- Name: COLUMN open_lead.last_activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.last_activity_date IS 'Day of the last activity.';


--
-- Name: COLUMN open_lead.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN open_lead.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.created_date IS 'When the record was created.';


--
-- Name: COLUMN open_lead.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN open_lead.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN open_lead.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.open_lead.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: opportunity_contact_role; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.opportunity_contact_role (
    id bigint NOT NULL,
    external_id text,
    opportunity_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    role character varying(255),
    is_primary boolean DEFAULT false NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.opportunity_contact_role OWNER TO crm_owner;

--
-- Name: TABLE opportunity_contact_role; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.opportunity_contact_role IS 'The part that a contact plays in an opportunity.';


--
-- Name: COLUMN opportunity_contact_role.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.id IS 'Key (Id).';


--
-- Name: COLUMN opportunity_contact_role.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN opportunity_contact_role.opportunity_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.opportunity_id IS 'The opportunity.';


--
-- Name: COLUMN opportunity_contact_role.contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.contact_id IS 'The contact.';


--
-- Name: COLUMN opportunity_contact_role.role; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.role IS 'The role, e.g. Decision Maker; blank after a conversion.';


--
-- Name: COLUMN opportunity_contact_role.is_primary; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.is_primary IS 'Whether this is the opportunity''s primary contact.';


--
-- Name: COLUMN opportunity_contact_role.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN opportunity_contact_role.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.created_date IS 'When the record was created.';


--
-- Name: COLUMN opportunity_contact_role.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN opportunity_contact_role.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN opportunity_contact_role.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_contact_role.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: opportunity_contact_role_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.opportunity_contact_role ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.opportunity_contact_role_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: opportunity_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.opportunity ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.opportunity_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: opportunity_stage; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.opportunity_stage (
    id bigint NOT NULL,
    api_name text NOT NULL,
    master_label text NOT NULL,
    sort_order integer NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    is_closed boolean DEFAULT false NOT NULL,
    is_won boolean DEFAULT false NOT NULL,
    default_probability numeric DEFAULT 0 NOT NULL,
    forecast_category text DEFAULT 'Pipeline'::text NOT NULL,
    forecast_category_name text DEFAULT 'Pipeline'::text NOT NULL,
    CONSTRAINT opportunity_stage_default_probability_check CHECK (((default_probability >= (0)::numeric) AND (default_probability <= (100)::numeric))),
    CONSTRAINT opportunity_stage_forecast_category_check CHECK ((forecast_category = ANY (ARRAY['Omitted'::text, 'Pipeline'::text, 'BestCase'::text, 'MostLikely'::text, 'Forecast'::text, 'Closed'::text])))
);


ALTER TABLE crm.opportunity_stage OWNER TO crm_owner;

--
-- Name: TABLE opportunity_stage; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.opportunity_stage IS 'The values of opportunity.stage_name and what follows from each (OpportunityStage).';


--
-- Name: COLUMN opportunity_stage.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.id IS 'Key (Id).';


--
-- Name: COLUMN opportunity_stage.api_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.api_name IS 'The value that opportunities store; renaming it renames it on every opportunity.';


--
-- Name: COLUMN opportunity_stage.master_label; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.master_label IS 'Label shown to users.';


--
-- Name: COLUMN opportunity_stage.sort_order; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.sort_order IS 'Position in the sales process; conversion takes the first active stage.';


--
-- Name: COLUMN opportunity_stage.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.is_active IS 'Whether opportunities can be put into this stage.';


--
-- Name: COLUMN opportunity_stage.is_closed; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.is_closed IS 'Whether an opportunity in this stage is closed.';


--
-- Name: COLUMN opportunity_stage.is_won; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.is_won IS 'Whether an opportunity in this stage is won.';


--
-- Name: COLUMN opportunity_stage.default_probability; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.default_probability IS 'Probability in percent that an opportunity gets in this stage.';


--
-- Name: COLUMN opportunity_stage.forecast_category; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.forecast_category IS 'Forecast category of an opportunity in this stage.';


--
-- Name: COLUMN opportunity_stage.forecast_category_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.opportunity_stage.forecast_category_name IS 'Label of the forecast category.';


--
-- Name: opportunity_stage_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.opportunity_stage ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.opportunity_stage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: partner_network_record_connection; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.partner_network_record_connection (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint NOT NULL,
    connection_name text NOT NULL,
    status text DEFAULT 'Active'::text NOT NULL,
    partner_record_id text,
    start_date timestamp with time zone,
    end_date timestamp with time zone,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.partner_network_record_connection OWNER TO crm_owner;

--
-- Name: TABLE partner_network_record_connection; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.partner_network_record_connection IS 'A lead shared with another organisation (Salesforce to Salesforce).';


--
-- Name: COLUMN partner_network_record_connection.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.id IS 'Key (Id).';


--
-- Name: COLUMN partner_network_record_connection.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN partner_network_record_connection.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.lead_id IS 'The lead shared (LocalRecordId).';


--
-- Name: COLUMN partner_network_record_connection.connection_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.connection_name IS 'Name of the connection.';


--
-- Name: COLUMN partner_network_record_connection.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.status IS 'Status of the sharing; conversion sets Inactive (converted).';


--
-- Name: COLUMN partner_network_record_connection.partner_record_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.partner_record_id IS 'Id of the record at the partner.';


--
-- Name: COLUMN partner_network_record_connection.start_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.start_date IS 'When the sharing began.';


--
-- Name: COLUMN partner_network_record_connection.end_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.end_date IS 'When the sharing ended.';


--
-- Name: COLUMN partner_network_record_connection.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.created_date IS 'When the record was created.';


--
-- Name: COLUMN partner_network_record_connection.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN partner_network_record_connection.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN partner_network_record_connection.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.partner_network_record_connection.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: partner_network_record_connection_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.partner_network_record_connection ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.partner_network_record_connection_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: person_account; Type: VIEW; Schema: crm; Owner: crm_owner
--

CREATE VIEW crm.person_account WITH (security_invoker='true') AS
 SELECT a.id,
    a.external_id,
    a.name,
    a.name_local,
    a.account_number,
    a.site,
    a.type,
    a.parent_id,
    a.billing_street,
    a.billing_city,
    a.billing_state,
    a.billing_state_code,
    a.billing_postal_code,
    a.billing_country,
    a.billing_country_code,
    a.billing_latitude,
    a.billing_longitude,
    a.billing_geocode_accuracy,
    a.shipping_street,
    a.shipping_city,
    a.shipping_state,
    a.shipping_state_code,
    a.shipping_postal_code,
    a.shipping_country,
    a.shipping_country_code,
    a.shipping_latitude,
    a.shipping_longitude,
    a.shipping_geocode_accuracy,
    a.phone,
    a.fax,
    a.website,
    a.industry,
    a.rating,
    a.annual_revenue,
    a.number_of_employees,
    a.currency_iso_code,
    a.ownership,
    a.ticker_symbol,
    a.description,
    a.account_source,
    a.duns_number,
    a.dandb_company_id,
    a.tradestyle,
    a.naics_code,
    a.naics_desc,
    a.sic,
    a.sic_desc,
    a.year_started,
    a.jigsaw,
    a.is_customer_portal,
    a.record_type_id,
    a.division_id,
    a.owner_id,
    a.last_activity_date,
    a.is_deleted,
    a.created_date,
    a.created_by_id,
    a.last_modified_date,
    a.last_modified_by_id,
    c.id AS person_contact_id,
    c.salutation,
    c.first_name,
    c.middle_name,
    c.last_name,
    c.suffix,
    c.first_name_local,
    c.last_name_local,
    c.title AS person_title,
    c.department AS person_department,
    c.email AS person_email,
    c.email_bounced_reason AS person_email_bounced_reason,
    c.email_bounced_date AS person_email_bounced_date,
    c.mobile_phone AS person_mobile_phone,
    c.home_phone AS person_home_phone,
    c.other_phone AS person_other_phone,
    c.assistant_name AS person_assistant_name,
    c.assistant_phone AS person_assistant_phone,
    c.birthdate AS person_birthdate,
    c.lead_source AS person_lead_source,
    c.do_not_call AS person_do_not_call,
    c.has_opted_out_of_email AS person_has_opted_out_of_email,
    c.has_opted_out_of_fax AS person_has_opted_out_of_fax,
    c.individual_id AS person_individual_id,
    c.pronouns AS person_pronouns,
    c.gender_identity AS person_gender_identity,
    c.mailing_street AS person_mailing_street,
    c.mailing_city AS person_mailing_city,
    c.mailing_state AS person_mailing_state,
    c.mailing_state_code AS person_mailing_state_code,
    c.mailing_postal_code AS person_mailing_postal_code,
    c.mailing_country AS person_mailing_country,
    c.mailing_country_code AS person_mailing_country_code,
    c.mailing_latitude AS person_mailing_latitude,
    c.mailing_longitude AS person_mailing_longitude,
    c.mailing_geocode_accuracy AS person_mailing_geocode_accuracy,
    c.other_street AS person_other_street,
    c.other_city AS person_other_city,
    c.other_state AS person_other_state,
    c.other_state_code AS person_other_state_code,
    c.other_postal_code AS person_other_postal_code,
    c.other_country AS person_other_country,
    c.other_country_code AS person_other_country_code,
    c.other_latitude AS person_other_latitude,
    c.other_longitude AS person_other_longitude,
    c.other_geocode_accuracy AS person_other_geocode_accuracy
   FROM (crm.account a
     JOIN crm.contact c ON (((c.account_id = a.id) AND c.is_person_account)))
  WHERE a.is_person_account;


ALTER TABLE crm.person_account OWNER TO crm_owner;

--
-- Name: VIEW person_account; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON VIEW crm.person_account IS 'Person accounts: the account together with the person, whose columns are person_...';


--
-- Name: COLUMN person_account.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.id IS 'Key (Id).';


--
-- Name: COLUMN person_account.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN person_account.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.name IS 'Name of the account.';


--
-- Name: COLUMN person_account.name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.name_local IS 'Name in the local language.';


--
-- Name: COLUMN person_account.account_number; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.account_number IS 'Number of the account.';


--
-- Name: COLUMN person_account.site; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.site IS 'Which location of the company this is, e.g. Headquarters.';


--
-- Name: COLUMN person_account.type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.type IS 'Kind of account, e.g. Prospect.';


--
-- Name: COLUMN person_account.parent_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.parent_id IS 'Account above this one.';


--
-- Name: COLUMN person_account.billing_street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_street IS 'Billing address: street.';


--
-- Name: COLUMN person_account.billing_city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_city IS 'Billing address: city.';


--
-- Name: COLUMN person_account.billing_state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_state IS 'Billing address: state or province.';


--
-- Name: COLUMN person_account.billing_state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_state_code IS 'Billing address: ISO code of the state.';


--
-- Name: COLUMN person_account.billing_postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_postal_code IS 'Billing address: postal code.';


--
-- Name: COLUMN person_account.billing_country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_country IS 'Billing address: country.';


--
-- Name: COLUMN person_account.billing_country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_country_code IS 'Billing address: ISO code of the country.';


--
-- Name: COLUMN person_account.billing_latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_latitude IS 'Billing address: latitude.';


--
-- Name: COLUMN person_account.billing_longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_longitude IS 'Billing address: longitude.';


--
-- Name: COLUMN person_account.billing_geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.billing_geocode_accuracy IS 'Billing address: accuracy of latitude and longitude.';


--
-- Name: COLUMN person_account.shipping_street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_street IS 'Shipping address: street.';


--
-- Name: COLUMN person_account.shipping_city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_city IS 'Shipping address: city.';


--
-- Name: COLUMN person_account.shipping_state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_state IS 'Shipping address: state or province.';


--
-- Name: COLUMN person_account.shipping_state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_state_code IS 'Shipping address: ISO code of the state.';


--
-- Name: COLUMN person_account.shipping_postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_postal_code IS 'Shipping address: postal code.';


--
-- Name: COLUMN person_account.shipping_country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_country IS 'Shipping address: country.';


--
-- Name: COLUMN person_account.shipping_country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_country_code IS 'Shipping address: ISO code of the country.';


--
-- Name: COLUMN person_account.shipping_latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_latitude IS 'Shipping address: latitude.';


--
-- Name: COLUMN person_account.shipping_longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_longitude IS 'Shipping address: longitude.';


--
-- Name: COLUMN person_account.shipping_geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.shipping_geocode_accuracy IS 'Shipping address: accuracy of latitude and longitude.';


--
-- Name: COLUMN person_account.phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.phone IS 'Phone number.';


--
-- Name: COLUMN person_account.fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.fax IS 'Fax number.';


--
-- Name: COLUMN person_account.website; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.website IS 'Website.';


--
-- Name: COLUMN person_account.industry; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.industry IS 'Industry.';


--
-- Name: COLUMN person_account.rating; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.rating IS 'How promising the account is.';


--
-- Name: COLUMN person_account.annual_revenue; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.annual_revenue IS 'Annual revenue.';


--
-- Name: COLUMN person_account.number_of_employees; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.number_of_employees IS 'Number of employees.';


--
-- Name: COLUMN person_account.currency_iso_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.currency_iso_code IS 'ISO code of the currency of the amounts.';


--
-- Name: COLUMN person_account.ownership; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.ownership IS 'Ownership, e.g. Public or Private.';


--
-- Name: COLUMN person_account.ticker_symbol; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.ticker_symbol IS 'Stock market symbol.';


--
-- Name: COLUMN person_account.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.description IS 'Description.';


--
-- Name: COLUMN person_account.account_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.account_source IS 'Where the account came from; the lead source on conversion.';


--
-- Name: COLUMN person_account.duns_number; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.duns_number IS 'D-U-N-S number.';


--
-- Name: COLUMN person_account.dandb_company_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.dandb_company_id IS 'D&B company record.';


--
-- Name: COLUMN person_account.tradestyle; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.tradestyle IS 'Name under which the company does business.';


--
-- Name: COLUMN person_account.naics_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.naics_code IS 'NAICS industry code.';


--
-- Name: COLUMN person_account.naics_desc; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.naics_desc IS 'Meaning of the NAICS code.';


--
-- Name: COLUMN person_account.sic; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.sic IS 'SIC industry code.';


--
-- Name: COLUMN person_account.sic_desc; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.sic_desc IS 'Meaning of the SIC code.';


--
-- Name: COLUMN person_account.year_started; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.year_started IS 'Year in which the company was founded.';


--
-- Name: COLUMN person_account.jigsaw; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.jigsaw IS 'Key of the record in Data.com.';


--
-- Name: COLUMN person_account.is_customer_portal; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.is_customer_portal IS 'Whether a contact of the account uses the customer portal.';


--
-- Name: COLUMN person_account.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.record_type_id IS 'Record type.';


--
-- Name: COLUMN person_account.division_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.division_id IS 'Division (Division).';


--
-- Name: COLUMN person_account.owner_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.owner_id IS 'Owner.';


--
-- Name: COLUMN person_account.last_activity_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.last_activity_date IS 'Day of the last activity.';


--
-- Name: COLUMN person_account.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN person_account.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.created_date IS 'When the record was created.';


--
-- Name: COLUMN person_account.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN person_account.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN person_account.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: COLUMN person_account.person_contact_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_contact_id IS 'The contact that holds the person.';


--
-- Name: COLUMN person_account.salutation; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.salutation IS 'Form of address.';


--
-- Name: COLUMN person_account.first_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.first_name IS 'First name.';


--
-- Name: COLUMN person_account.middle_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.middle_name IS 'Middle name.';


--
-- Name: COLUMN person_account.last_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.last_name IS 'Last name.';


--
-- Name: COLUMN person_account.suffix; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.suffix IS 'Suffix of the name.';


--
-- Name: COLUMN person_account.first_name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.first_name_local IS 'First name in the local language.';


--
-- Name: COLUMN person_account.last_name_local; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.last_name_local IS 'Last name in the local language.';


--
-- Name: COLUMN person_account.person_title; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_title IS 'Job title.';


--
-- Name: COLUMN person_account.person_department; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_department IS 'Department.';


--
-- Name: COLUMN person_account.person_email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_email IS 'Email address.';


--
-- Name: COLUMN person_account.person_email_bounced_reason; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_email_bounced_reason IS 'Why mail to the address bounced.';


--
-- Name: COLUMN person_account.person_email_bounced_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_email_bounced_date IS 'When mail to the address bounced.';


--
-- Name: COLUMN person_account.person_mobile_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mobile_phone IS 'Mobile phone number.';


--
-- Name: COLUMN person_account.person_home_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_home_phone IS 'Home phone number.';


--
-- Name: COLUMN person_account.person_other_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_phone IS 'Other phone number.';


--
-- Name: COLUMN person_account.person_assistant_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_assistant_name IS 'Name of the assistant.';


--
-- Name: COLUMN person_account.person_assistant_phone; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_assistant_phone IS 'Phone number of the assistant.';


--
-- Name: COLUMN person_account.person_birthdate; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_birthdate IS 'Birth date.';


--
-- Name: COLUMN person_account.person_lead_source; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_lead_source IS 'Where the contact came from.';


--
-- Name: COLUMN person_account.person_do_not_call; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_do_not_call IS 'Whether the person asked not to be called.';


--
-- Name: COLUMN person_account.person_has_opted_out_of_email; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_has_opted_out_of_email IS 'Whether the person asked for no mass email.';


--
-- Name: COLUMN person_account.person_has_opted_out_of_fax; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_has_opted_out_of_fax IS 'Whether the person asked for no faxes.';


--
-- Name: COLUMN person_account.person_individual_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_individual_id IS 'Data privacy record of the person.';


--
-- Name: COLUMN person_account.person_pronouns; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_pronouns IS 'Personal pronouns.';


--
-- Name: COLUMN person_account.person_gender_identity; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_gender_identity IS 'Gender identity.';


--
-- Name: COLUMN person_account.person_mailing_street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_street IS 'Mailing address: street.';


--
-- Name: COLUMN person_account.person_mailing_city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_city IS 'Mailing address: city.';


--
-- Name: COLUMN person_account.person_mailing_state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_state IS 'Mailing address: state or province.';


--
-- Name: COLUMN person_account.person_mailing_state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_state_code IS 'Mailing address: ISO code of the state.';


--
-- Name: COLUMN person_account.person_mailing_postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_postal_code IS 'Mailing address: postal code.';


--
-- Name: COLUMN person_account.person_mailing_country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_country IS 'Mailing address: country.';


--
-- Name: COLUMN person_account.person_mailing_country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_country_code IS 'Mailing address: ISO code of the country.';


--
-- Name: COLUMN person_account.person_mailing_latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_latitude IS 'Mailing address: latitude.';


--
-- Name: COLUMN person_account.person_mailing_longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_longitude IS 'Mailing address: longitude.';


--
-- Name: COLUMN person_account.person_mailing_geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_mailing_geocode_accuracy IS 'Mailing address: accuracy of latitude and longitude.';


--
-- Name: COLUMN person_account.person_other_street; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_street IS 'Other address: street.';


--
-- Name: COLUMN person_account.person_other_city; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_city IS 'Other address: city.';


--
-- Name: COLUMN person_account.person_other_state; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_state IS 'Other address: state or province.';


--
-- Name: COLUMN person_account.person_other_state_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_state_code IS 'Other address: ISO code of the state.';


--
-- Name: COLUMN person_account.person_other_postal_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_postal_code IS 'Other address: postal code.';


--
-- Name: COLUMN person_account.person_other_country; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_country IS 'Other address: country.';


--
-- Name: COLUMN person_account.person_other_country_code; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_country_code IS 'Other address: ISO code of the country.';


--
-- Name: COLUMN person_account.person_other_latitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_latitude IS 'Other address: latitude.';


--
-- Name: COLUMN person_account.person_other_longitude; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_longitude IS 'Other address: longitude.';


--
-- Name: COLUMN person_account.person_other_geocode_accuracy; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.person_account.person_other_geocode_accuracy IS 'Other address: accuracy of latitude and longitude.';


--
-- Name: picklist_field; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.picklist_field (
    id bigint NOT NULL,
    object text NOT NULL,
    field text NOT NULL,
    is_restricted boolean DEFAULT false NOT NULL
);


ALTER TABLE crm.picklist_field OWNER TO crm_owner;

--
-- Name: TABLE picklist_field; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.picklist_field IS 'A column whose values come from a list.';


--
-- Name: COLUMN picklist_field.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_field.id IS 'Key (Id).';


--
-- Name: COLUMN picklist_field.object; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_field.object IS 'Table of schema crm, e.g. account.';


--
-- Name: COLUMN picklist_field.field; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_field.field IS 'Column of that table, e.g. industry.';


--
-- Name: COLUMN picklist_field.is_restricted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_field.is_restricted IS 'Whether values outside the list are refused.';


--
-- Name: picklist_field_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.picklist_field ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.picklist_field_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: picklist_value; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.picklist_value (
    id bigint NOT NULL,
    picklist_field_id bigint NOT NULL,
    value character varying(255) NOT NULL,
    label text NOT NULL,
    sort_order integer NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    is_closed boolean DEFAULT false NOT NULL,
    is_active boolean DEFAULT true NOT NULL
);


ALTER TABLE crm.picklist_value OWNER TO crm_owner;

--
-- Name: TABLE picklist_value; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.picklist_value IS 'One value of a picklist field.';


--
-- Name: COLUMN picklist_value.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_value.id IS 'Key (Id).';


--
-- Name: COLUMN picklist_value.picklist_field_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_value.picklist_field_id IS 'The field that the value belongs to.';


--
-- Name: COLUMN picklist_value.value; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_value.value IS 'The value that records store.';


--
-- Name: COLUMN picklist_value.label; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_value.label IS 'Label shown to users.';


--
-- Name: COLUMN picklist_value.sort_order; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_value.sort_order IS 'Position in the list.';


--
-- Name: COLUMN picklist_value.is_default; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_value.is_default IS 'Whether conversion gives this value to a new record when the lead has none.';


--
-- Name: COLUMN picklist_value.is_closed; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_value.is_closed IS 'Whether the value closes the record (TaskStatus.IsClosed).';


--
-- Name: COLUMN picklist_value.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.picklist_value.is_active IS 'Whether the value can be chosen.';


--
-- Name: picklist_value_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.picklist_value ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.picklist_value_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: process_instance; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.process_instance (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint NOT NULL,
    process_name text,
    status text DEFAULT 'Pending'::text NOT NULL,
    submitted_by_id bigint,
    completed_date timestamp with time zone,
    is_deleted boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint,
    CONSTRAINT process_instance_status_check CHECK ((status = ANY (ARRAY['Started'::text, 'Pending'::text, 'Hold'::text, 'Reassigned'::text, 'Approved'::text, 'Rejected'::text, 'Removed'::text, 'Recalled'::text, 'NoResponse'::text, 'Fault'::text])))
);


ALTER TABLE crm.process_instance OWNER TO crm_owner;

--
-- Name: TABLE process_instance; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.process_instance IS 'An approval of a lead; a pending one prevents conversion.';


--
-- Name: COLUMN process_instance.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.id IS 'Key (Id).';


--
-- Name: COLUMN process_instance.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN process_instance.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.lead_id IS 'The lead to approve (TargetObjectId).';


--
-- Name: COLUMN process_instance.process_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.process_name IS 'Name of the approval process.';


--
-- Name: COLUMN process_instance.status; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.status IS 'Status; Started, Pending, Hold and Reassigned are active.';


--
-- Name: COLUMN process_instance.submitted_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.submitted_by_id IS 'Who submitted the lead.';


--
-- Name: COLUMN process_instance.completed_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.completed_date IS 'When the approval ended.';


--
-- Name: COLUMN process_instance.is_deleted; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.is_deleted IS 'Whether the record is in the recycle bin.';


--
-- Name: COLUMN process_instance.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.created_date IS 'When the record was created.';


--
-- Name: COLUMN process_instance.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN process_instance.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN process_instance.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.process_instance.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: process_instance_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.process_instance ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.process_instance_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: record_type; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.record_type (
    id bigint NOT NULL,
    external_id text,
    object text NOT NULL,
    developer_name character varying(80) NOT NULL,
    name character varying(80) NOT NULL,
    description text,
    is_active boolean DEFAULT true NOT NULL,
    is_person_type boolean DEFAULT false NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.record_type OWNER TO crm_owner;

--
-- Name: TABLE record_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.record_type IS 'A record type: which picklist values and which process a record of an object uses.';


--
-- Name: COLUMN record_type.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.id IS 'Key (Id).';


--
-- Name: COLUMN record_type.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN record_type.object; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.object IS 'Table of schema crm that the record type is for, e.g. lead (SobjectType).';


--
-- Name: COLUMN record_type.developer_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.developer_name IS 'Unique name within the object, for use in code.';


--
-- Name: COLUMN record_type.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.name IS 'Label of the record type.';


--
-- Name: COLUMN record_type.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.description IS 'What the record type is for.';


--
-- Name: COLUMN record_type.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.is_active IS 'Whether new records can use it.';


--
-- Name: COLUMN record_type.is_person_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.is_person_type IS 'Whether accounts of this type are person accounts.';


--
-- Name: COLUMN record_type.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.created_date IS 'When the record was created.';


--
-- Name: COLUMN record_type.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN record_type.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN record_type.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: record_type_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.record_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.record_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: record_type_picklist_value; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.record_type_picklist_value (
    id bigint NOT NULL,
    record_type_id bigint NOT NULL,
    picklist_value_id bigint,
    lead_status_id bigint,
    opportunity_stage_id bigint,
    is_default boolean DEFAULT false NOT NULL,
    CONSTRAINT record_type_picklist_value_check CHECK ((num_nonnulls(picklist_value_id, lead_status_id, opportunity_stage_id) = 1))
);


ALTER TABLE crm.record_type_picklist_value OWNER TO crm_owner;

--
-- Name: TABLE record_type_picklist_value; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.record_type_picklist_value IS 'Which picklist values, lead statuses or opportunity stages a record type offers.';


--
-- Name: COLUMN record_type_picklist_value.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type_picklist_value.id IS 'Key (Id).';


--
-- Name: COLUMN record_type_picklist_value.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type_picklist_value.record_type_id IS 'The record type.';


--
-- Name: COLUMN record_type_picklist_value.picklist_value_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type_picklist_value.picklist_value_id IS 'A picklist value that it offers.';


--
-- Name: COLUMN record_type_picklist_value.lead_status_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type_picklist_value.lead_status_id IS 'A lead status that it offers (lead process).';


--
-- Name: COLUMN record_type_picklist_value.opportunity_stage_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type_picklist_value.opportunity_stage_id IS 'An opportunity stage that it offers (sales process).';


--
-- Name: COLUMN record_type_picklist_value.is_default; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.record_type_picklist_value.is_default IS 'Whether this is the record type''s default value of the field.';


--
-- Name: record_type_picklist_value_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.record_type_picklist_value ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.record_type_picklist_value_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: related_list; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.related_list (
    id bigint NOT NULL,
    label text NOT NULL,
    child regclass NOT NULL,
    action text DEFAULT 'move'::text NOT NULL,
    lead_column name NOT NULL,
    contact_column name,
    account_column name,
    opportunity_column name,
    source_column name,
    keep_lead boolean DEFAULT false NOT NULL,
    link_column name,
    exclude_column name,
    owner_column name,
    closed_column name,
    owner_rule text DEFAULT 'keep'::text NOT NULL,
    setting name,
    to_person_account boolean DEFAULT true NOT NULL,
    sort_order integer NOT NULL,
    is_standard boolean DEFAULT false NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    CONSTRAINT related_list_action_check CHECK ((action = ANY (ARRAY['move'::text, 'link'::text, 'merge_campaign_member'::text]))),
    CONSTRAINT related_list_owner_rule_check CHECK ((owner_rule = ANY (ARRAY['keep'::text, 'open_of_converter'::text, 'all_of_converter'::text])))
);


ALTER TABLE crm.related_list OWNER TO crm_owner;

--
-- Name: TABLE related_list; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.related_list IS 'What conversion does with the rows of a child table of lead.';


--
-- Name: COLUMN related_list.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.id IS 'Key (Id).';


--
-- Name: COLUMN related_list.label; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.label IS 'Name of the related list.';


--
-- Name: COLUMN related_list.child; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.child IS 'The child table.';


--
-- Name: COLUMN related_list.action; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.action IS 'Move the rows, add links for the new records, or merge campaign members.';


--
-- Name: COLUMN related_list.lead_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.lead_column IS 'Column that points to the lead.';


--
-- Name: COLUMN related_list.contact_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.contact_column IS 'Column that gets the contact.';


--
-- Name: COLUMN related_list.account_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.account_column IS 'Column that gets the account.';


--
-- Name: COLUMN related_list.opportunity_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.opportunity_column IS 'Column that gets the opportunity.';


--
-- Name: COLUMN related_list.source_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.source_column IS 'Column that notes the lead from which the row came.';


--
-- Name: COLUMN related_list.keep_lead; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.keep_lead IS 'Whether the lead column keeps its value.';


--
-- Name: COLUMN related_list.link_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.link_column IS 'For action link, the column that says what is linked.';


--
-- Name: COLUMN related_list.exclude_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.exclude_column IS 'Rows in which this column is not null are left alone.';


--
-- Name: COLUMN related_list.owner_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.owner_column IS 'Column of the owner.';


--
-- Name: COLUMN related_list.closed_column; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.closed_column IS 'Column that is true when a row is closed.';


--
-- Name: COLUMN related_list.owner_rule; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.owner_rule IS 'Which rows get the new owner: none, or the open ones or all of the user who converts.';


--
-- Name: COLUMN related_list.setting; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.setting IS 'Boolean column of crm.lead_convert_settings that must be true for the list to be carried over.';


--
-- Name: COLUMN related_list.to_person_account; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.to_person_account IS 'Whether the list is carried over when the lead becomes a person account.';


--
-- Name: COLUMN related_list.sort_order; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.sort_order IS 'Order in which the lists are worked on.';


--
-- Name: COLUMN related_list.is_standard; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.is_standard IS 'Whether the list was shipped.';


--
-- Name: COLUMN related_list.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.related_list.is_active IS 'Whether the list is carried over.';


--
-- Name: related_list_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.related_list ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.related_list_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: social_persona_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.social_persona ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.social_persona_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: social_post_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.social_post ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.social_post_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: task_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.task ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.task_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: territory; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.territory (
    id bigint NOT NULL,
    external_id text,
    name character varying(80) NOT NULL,
    developer_name character varying(80),
    parent_territory_id bigint,
    description text,
    is_active boolean DEFAULT true NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.territory OWNER TO crm_owner;

--
-- Name: TABLE territory; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.territory IS 'A sales territory (Territory2).';


--
-- Name: COLUMN territory.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.id IS 'Key (Id).';


--
-- Name: COLUMN territory.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN territory.name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.name IS 'Name of the territory.';


--
-- Name: COLUMN territory.developer_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.developer_name IS 'Unique name for use in code.';


--
-- Name: COLUMN territory.parent_territory_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.parent_territory_id IS 'Territory above this one (ParentTerritory2Id).';


--
-- Name: COLUMN territory.description; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.description IS 'What the territory covers.';


--
-- Name: COLUMN territory.is_active; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.is_active IS 'Whether the territory can be assigned.';


--
-- Name: COLUMN territory.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.created_date IS 'When the record was created.';


--
-- Name: COLUMN territory.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN territory.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN territory.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.territory.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: territory_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.territory ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.territory_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: user_record_type; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.user_record_type (
    id bigint NOT NULL,
    user_id bigint NOT NULL,
    record_type_id bigint NOT NULL,
    is_default boolean DEFAULT false NOT NULL
);


ALTER TABLE crm.user_record_type OWNER TO crm_owner;

--
-- Name: TABLE user_record_type; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.user_record_type IS 'The record types that a user may use, and the default one of each object.';


--
-- Name: COLUMN user_record_type.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.user_record_type.id IS 'Key (Id).';


--
-- Name: COLUMN user_record_type.user_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.user_record_type.user_id IS 'The user.';


--
-- Name: COLUMN user_record_type.record_type_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.user_record_type.record_type_id IS 'A record type that the user may use.';


--
-- Name: COLUMN user_record_type.is_default; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.user_record_type.is_default IS 'Whether it is the user''s default for the record type''s object.';


--
-- Name: user_record_type_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.user_record_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.user_record_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: workflow_time_queue; Type: TABLE; Schema: crm; Owner: crm_owner
--

CREATE TABLE crm.workflow_time_queue (
    id bigint NOT NULL,
    external_id text,
    lead_id bigint NOT NULL,
    workflow_name text,
    action_name text NOT NULL,
    scheduled_date timestamp with time zone NOT NULL,
    created_date timestamp with time zone NOT NULL,
    created_by_id bigint,
    last_modified_date timestamp with time zone NOT NULL,
    last_modified_by_id bigint
);


ALTER TABLE crm.workflow_time_queue OWNER TO crm_owner;

--
-- Name: TABLE workflow_time_queue; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON TABLE crm.workflow_time_queue IS 'A workflow action that waits for its time; one prevents conversion.';


--
-- Name: COLUMN workflow_time_queue.id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.id IS 'Key (Id).';


--
-- Name: COLUMN workflow_time_queue.external_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.external_id IS 'Id of the record in the system that it came from, e.g. an 18-character Salesforce id.';


--
-- Name: COLUMN workflow_time_queue.lead_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.lead_id IS 'The lead that the action is about.';


--
-- Name: COLUMN workflow_time_queue.workflow_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.workflow_name IS 'Name of the workflow rule.';


--
-- Name: COLUMN workflow_time_queue.action_name; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.action_name IS 'Name of the action.';


--
-- Name: COLUMN workflow_time_queue.scheduled_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.scheduled_date IS 'When the action is due.';


--
-- Name: COLUMN workflow_time_queue.created_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.created_date IS 'When the record was created.';


--
-- Name: COLUMN workflow_time_queue.created_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.created_by_id IS 'User who created the record.';


--
-- Name: COLUMN workflow_time_queue.last_modified_date; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.last_modified_date IS 'When the record was last changed.';


--
-- Name: COLUMN workflow_time_queue.last_modified_by_id; Type: COMMENT; Schema: crm; Owner: crm_owner
--

COMMENT ON COLUMN crm.workflow_time_queue.last_modified_by_id IS 'User who last changed the record.';


--
-- Name: workflow_time_queue_id_seq; Type: SEQUENCE; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.workflow_time_queue ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME crm.workflow_time_queue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: accounts; Type: VIEW; Schema: public; Owner: crm_owner
--

CREATE VIEW public.accounts WITH (security_invoker='true') AS
 SELECT account.id,
    account.external_id,
    account.name,
    account.name_local,
    account.account_number,
    account.site,
    account.type,
    account.parent_id,
    account.billing_street,
    account.billing_city,
    account.billing_state,
    account.billing_state_code,
    account.billing_postal_code,
    account.billing_country,
    account.billing_country_code,
    account.billing_latitude,
    account.billing_longitude,
    account.billing_geocode_accuracy,
    account.shipping_street,
    account.shipping_city,
    account.shipping_state,
    account.shipping_state_code,
    account.shipping_postal_code,
    account.shipping_country,
    account.shipping_country_code,
    account.shipping_latitude,
    account.shipping_longitude,
    account.shipping_geocode_accuracy,
    account.phone,
    account.fax,
    account.website,
    account.industry,
    account.rating,
    account.annual_revenue,
    account.number_of_employees,
    account.currency_iso_code,
    account.ownership,
    account.ticker_symbol,
    account.description,
    account.account_source,
    account.duns_number,
    account.dandb_company_id,
    account.tradestyle,
    account.naics_code,
    account.naics_desc,
    account.sic,
    account.sic_desc,
    account.year_started,
    account.jigsaw,
    account.is_customer_portal,
    account.is_person_account,
    account.record_type_id,
    account.division_id,
    account.owner_id,
    account.last_activity_date,
    account.is_deleted,
    account.created_date,
    account.created_by_id,
    account.last_modified_date,
    account.last_modified_by_id,
    account.budget,
    account."Odd name"
   FROM crm.account;


ALTER TABLE public.accounts OWNER TO crm_owner;

--
-- Name: conversions; Type: MATERIALIZED VIEW; Schema: public; Owner: crm_owner
--

CREATE MATERIALIZED VIEW public.conversions AS
 SELECT l.id,
    l.lead_id,
    l.reason
   FROM crm.lead_conversion l
  WITH NO DATA;


ALTER TABLE public.conversions OWNER TO crm_owner;

--
-- Name: log; Type: TABLE; Schema: public; Owner: crm_owner
--

CREATE TABLE public.log (
    what text,
    id bigint,
    converting boolean
);


ALTER TABLE public.log OWNER TO crm_owner;

--
-- Name: visit_id_seq; Type: SEQUENCE; Schema: public; Owner: crm_owner
--

ALTER TABLE public.visit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.visit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Data for Name: account; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.account (id, external_id, name, name_local, account_number, site, type, parent_id, billing_street, billing_city, billing_state, billing_state_code, billing_postal_code, billing_country, billing_country_code, billing_latitude, billing_longitude, billing_geocode_accuracy, shipping_street, shipping_city, shipping_state, shipping_state_code, shipping_postal_code, shipping_country, shipping_country_code, shipping_latitude, shipping_longitude, shipping_geocode_accuracy, phone, fax, website, industry, rating, annual_revenue, number_of_employees, currency_iso_code, ownership, ticker_symbol, description, account_source, duns_number, dandb_company_id, tradestyle, naics_code, naics_desc, sic, sic_desc, year_started, jigsaw, is_customer_portal, is_person_account, record_type_id, division_id, owner_id, last_activity_date, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id, budget, "Odd name") FROM stdin;
1	\N	C1	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	2	\N	f	2026-11-24 03:17:15.431599+00	3	2026-11-24 03:17:15.431599+00	3	1.00	odd
3	\N	There before	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	\N	\N	f	2026-11-24 03:17:15.485208+00	3	2026-11-24 03:17:15.486241+00	3	3.00	odd
4	\N	C4	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	4.00	odd
5	\N	C5	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	5.00	odd
6	\N	C6	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	6.00	odd
7	\N	C7	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	7.00	odd
8	\N	C8	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	8.00	odd
9	\N	C9	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	9.00	odd
10	\N	C10	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.509552+00	3	2026-11-24 03:17:15.509552+00	3	10.00	odd
11	\N	C11	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3	11.00	odd
12	\N	C12	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3	12.00	odd
13	\N	C13	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3	13.00	odd
14	\N	C14	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3	14.00	odd
15	\N	C15	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	Web	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	f	\N	\N	1	\N	f	2026-11-24 03:17:15.518478+00	3	2026-11-24 03:17:15.518478+00	3	15.00	odd
\.


--
-- Data for Name: account_contact_relation; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.account_contact_relation (id, external_id, account_id, contact_id, roles, is_direct, is_active, start_date, end_date, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	1	1	\N	t	t	\N	\N	f	2026-11-24 03:17:15.431599+00	3	2026-11-24 03:17:15.431599+00	3
3	\N	3	3	\N	t	t	\N	\N	f	2026-11-24 03:17:15.486241+00	3	2026-11-24 03:17:15.486241+00	3
4	\N	4	4	\N	t	t	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
5	\N	5	5	\N	t	t	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
6	\N	6	6	\N	t	t	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
7	\N	7	7	\N	t	t	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
8	\N	8	8	\N	t	t	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
9	\N	9	9	\N	t	t	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
10	\N	10	10	\N	t	t	\N	\N	f	2026-11-24 03:17:15.509552+00	3	2026-11-24 03:17:15.509552+00	3
11	\N	11	11	\N	t	t	\N	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3
12	\N	12	12	\N	t	t	\N	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3
13	\N	13	13	\N	t	t	\N	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3
14	\N	14	14	\N	t	t	\N	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3
15	\N	15	15	\N	t	t	\N	\N	f	2026-11-24 03:17:15.518478+00	3	2026-11-24 03:17:15.518478+00	3
\.


--
-- Data for Name: app_user; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.app_user (id, external_id, name, username, email, user_type, is_active, db_role, division_id, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	Sue	\N	\N	Standard	t	seller	\N	2026-11-24 03:17:15.410831+00	\N	2026-11-24 03:17:15.410831+00	\N
2	\N	Old	\N	\N	Standard	t	\N	\N	2026-11-24 03:17:15.410831+00	\N	2026-11-24 03:17:15.410831+00	\N
3	\N	Ann	\N	\N	Standard	t	\N	\N	2026-11-24 03:17:15.410831+00	\N	2026-11-24 03:17:15.410831+00	\N
\.


--
-- Data for Name: attachment; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.attachment (id, external_id, lead_id, contact_id, account_id, opportunity_id, name, content_type, body, body_length, description, is_private, owner_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: campaign; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.campaign (id, external_id, name, parent_id, type, status, start_date, end_date, expected_revenue, budgeted_cost, actual_cost, expected_response, number_sent, is_active, description, currency_iso_code, record_type_id, campaign_member_record_type_id, owner_id, last_activity_date, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	Spring	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.413167+00	3	2026-11-24 03:17:15.413167+00	3
2	\N	Autumn	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.413167+00	3	2026-11-24 03:17:15.413167+00	3
\.


--
-- Data for Name: campaign_member; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.campaign_member (id, external_id, campaign_id, lead_id, contact_id, status, has_responded, first_responded_date, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	1	1	1	Sent	f	\N	1	f	2026-11-24 03:17:15.421062+00	3	2026-11-24 03:17:15.431599+00	3
7	\N	1	3	3	Responded	t	2026-11-24	3	f	2026-11-24 03:17:15.421062+00	3	2026-11-24 03:17:15.486241+00	3
4	\N	1	4	4	Sent	f	\N	4	f	2026-11-24 03:17:15.421062+00	3	2026-11-24 03:17:15.498658+00	3
5	\N	1	5	5	Sent	f	\N	5	f	2026-11-24 03:17:15.421062+00	3	2026-11-24 03:17:15.498658+00	3
6	\N	1	6	6	Sent	f	\N	6	f	2026-11-24 03:17:15.421062+00	3	2026-11-24 03:17:15.498658+00	3
\.


--
-- Data for Name: campaign_member_status; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.campaign_member_status (id, external_id, campaign_id, label, sort_order, has_responded, is_default, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	1	Sent	1	f	f	f	2026-11-24 03:17:15.413918+00	3	2026-11-24 03:17:15.413918+00	3
2	\N	1	Responded	2	t	f	f	2026-11-24 03:17:15.413918+00	3	2026-11-24 03:17:15.413918+00	3
3	\N	2	Sent	1	f	f	f	2026-11-24 03:17:15.413918+00	3	2026-11-24 03:17:15.413918+00	3
4	\N	2	Responded	2	t	f	f	2026-11-24 03:17:15.413918+00	3	2026-11-24 03:17:15.413918+00	3
\.


--
-- Data for Name: contact; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.contact (id, external_id, account_id, salutation, first_name, middle_name, last_name, suffix, first_name_local, last_name_local, title, department, reports_to_id, mailing_street, mailing_city, mailing_state, mailing_state_code, mailing_postal_code, mailing_country, mailing_country_code, mailing_latitude, mailing_longitude, mailing_geocode_accuracy, other_street, other_city, other_state, other_state_code, other_postal_code, other_country, other_country_code, other_latitude, other_longitude, other_geocode_accuracy, phone, mobile_phone, home_phone, other_phone, fax, assistant_name, assistant_phone, email, email_bounced_reason, email_bounced_date, is_email_bounced, birthdate, description, lead_source, currency_iso_code, do_not_call, has_opted_out_of_email, has_opted_out_of_fax, can_allow_portal_self_reg, individual_id, pronouns, gender_identity, jigsaw, is_person_account, record_type_id, division_id, owner_id, last_activity_date, last_cu_request_date, last_cu_update_date, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id, score) FROM stdin;
1	\N	1	\N	\N	\N	L1	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l1@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	2	\N	\N	\N	f	2026-11-24 03:17:15.431599+00	3	2026-11-24 03:17:15.431599+00	3	1
3	\N	3	\N	\N	\N	There before	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l3@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.485415+00	3	2026-11-24 03:17:15.486241+00	3	3
4	\N	4	\N	\N	\N	L4	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l4@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	4
5	\N	5	\N	\N	\N	L5	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l5@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	5
6	\N	6	\N	\N	\N	L6	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l6@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	6
7	\N	7	\N	\N	\N	L7	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l7@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	7
8	\N	8	\N	\N	\N	L8	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l8@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	8
9	\N	9	\N	\N	\N	L9	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l9@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3	9
10	\N	10	\N	\N	\N	L10	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l10@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.509552+00	3	2026-11-24 03:17:15.509552+00	3	10
11	\N	11	\N	\N	\N	L11	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l11@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3	11
12	\N	12	\N	\N	\N	L12	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l12@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3	12
13	\N	13	\N	\N	\N	L13	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l13@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3	13
14	\N	14	\N	\N	\N	L14	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l14@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3	14
15	\N	15	\N	\N	\N	L15	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l15@example.com	\N	\N	f	\N	\N	Web	\N	f	f	f	f	\N	\N	\N	\N	f	\N	\N	1	\N	\N	\N	f	2026-11-24 03:17:15.518478+00	3	2026-11-24 03:17:15.518478+00	3	15
\.


--
-- Data for Name: content_distribution; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.content_distribution (id, external_id, name, content_document_id, lead_id, contact_id, account_id, opportunity_id, distribution_public_url, expiry_date, view_count, first_view_date, last_view_date, owner_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: content_document; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.content_document (id, external_id, title, description, file_extension, file_type, content_size, content_url, version_data, is_archived, owner_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: content_document_link; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.content_document_link (id, external_id, content_document_id, lead_id, contact_id, account_id, opportunity_id, share_type, visibility, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: content_note; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.content_note (id, external_id, lead_id, contact_id, account_id, opportunity_id, title, content, owner_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: division; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.division (id, external_id, name, is_active, is_global_division, sort_order, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: duplicate_record_item; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.duplicate_record_item (id, external_id, duplicate_record_set_id, lead_id, contact_id, account_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: duplicate_record_set; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.duplicate_record_set (id, external_id, duplicate_rule_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: duplicate_rule; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.duplicate_rule (id, object, developer_name, master_label, matching_rule_id, action_on_insert, action_on_update, operations, alert_text, security_option, sort_order, is_active) FROM stdin;
\.


--
-- Data for Name: email_message; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.email_message (id, external_id, lead_id, contact_id, account_id, opportunity_id, subject, text_body, html_body, headers, from_name, from_address, to_address, cc_address, bcc_address, incoming, status, message_date, message_identifier, thread_identifier, has_attachment, is_bounced, is_tracked, first_opened_date, last_opened_date, activity_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: email_status; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.email_status (id, external_id, lead_id, contact_id, task_id, email_template_name, subject, sent_date, times_opened, first_open_date, last_open_date, source_lead_id, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: entity_subscription; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.entity_subscription (id, external_id, subscriber_id, lead_id, contact_id, account_id, opportunity_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	3	\N	\N	1	\N	f	2026-11-24 03:17:15.431599+00	3	2026-11-24 03:17:15.431599+00	3
3	\N	3	\N	\N	4	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
4	\N	3	\N	\N	5	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
5	\N	3	\N	\N	6	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
6	\N	3	\N	\N	7	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
7	\N	3	\N	\N	8	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
8	\N	3	\N	\N	9	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
9	\N	3	\N	\N	10	\N	f	2026-11-24 03:17:15.509552+00	3	2026-11-24 03:17:15.509552+00	3
10	\N	3	\N	\N	11	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3
11	\N	3	\N	\N	12	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3
12	\N	3	\N	\N	13	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3
13	\N	3	\N	\N	14	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3
14	\N	3	\N	\N	15	\N	f	2026-11-24 03:17:15.518478+00	3	2026-11-24 03:17:15.518478+00	3
\.


--
-- Data for Name: event; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.event (id, external_id, lead_id, contact_id, account_id, opportunity_id, subject, location, is_all_day_event, activity_date, start_date_time, end_date_time, duration_in_minutes, description, type, event_subtype, is_private, show_as, is_group_event, is_child, is_reminder_set, reminder_date_time, is_recurrence, recurrence_activity_id, recurrence_start_date_time, recurrence_end_date_only, recurrence_time_zone_sid_key, recurrence_type, recurrence_interval, recurrence_day_of_week_mask, recurrence_day_of_month, recurrence_instance, recurrence_month_of_year, sales_cadence_id, is_archived, owner_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	\N	1	1	1	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	1	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.431599+00	3
3	\N	\N	3	3	2	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	3	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.486241+00	3
4	\N	\N	4	4	3	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	4	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.498658+00	3
5	\N	\N	5	5	4	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	5	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.498658+00	3
6	\N	\N	6	6	5	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	6	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.498658+00	3
7	\N	\N	7	7	6	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	7	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.498658+00	3
8	\N	\N	8	8	7	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	8	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.498658+00	3
9	\N	\N	9	9	8	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	9	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.498658+00	3
10	\N	\N	10	10	9	Visit	\N	f	\N	\N	\N	\N	\N	\N	\N	f	\N	f	f	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	10	f	2026-11-24 03:17:15.424252+00	3	2026-11-24 03:17:15.509552+00	3
\.


--
-- Data for Name: lead; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.lead (id, external_id, salutation, first_name, middle_name, last_name, suffix, first_name_local, last_name_local, company, company_local, title, street, city, state, state_code, postal_code, country, country_code, latitude, longitude, geocode_accuracy, phone, mobile_phone, fax, email, email_bounced_reason, email_bounced_date, website, description, lead_source, status, industry, rating, annual_revenue, number_of_employees, currency_iso_code, do_not_call, has_opted_out_of_email, has_opted_out_of_fax, individual_id, pronouns, gender_identity, specialty, birth_date, jigsaw, company_duns_number, dandb_company_id, partner_account_id, record_type_id, division_id, owner_id, is_unread_by_owner, is_converted, converted_date, converted_account_id, converted_contact_id, converted_opportunity_id, last_activity_date, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id, budget, "Odd name", score) FROM stdin;
16	00Q16	\N	\N	\N	L16	\N	\N	\N	C16	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l16@example.com	\N	\N	\N	\N	Web	Open - Not Contacted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	t	f	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.414973+00	3	16.00	odd	16
17	00Q17	\N	\N	\N	L17	\N	\N	\N	C17	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l17@example.com	\N	\N	\N	\N	Web	Open - Not Contacted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	t	f	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.414973+00	3	17.00	odd	17
18	00Q18	\N	\N	\N	L18	\N	\N	\N	C18	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l18@example.com	\N	\N	\N	\N	Web	Open - Not Contacted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	t	f	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.414973+00	3	18.00	odd	18
19	00Q19	\N	\N	\N	L19	\N	\N	\N	C19	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l19@example.com	\N	\N	\N	\N	Web	Open - Not Contacted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	t	f	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.414973+00	3	19.00	odd	19
20	00Q20	\N	\N	\N	L20	\N	\N	\N	C20	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l20@example.com	\N	\N	\N	\N	Web	Open - Not Contacted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	t	f	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.414973+00	3	20.00	odd	20
21	\N	\N	\N	\N	tab\t	\N	\N	\N	back\\slash	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	two\nlines	\N	Open - Not Contacted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	t	f	\N	\N	\N	\N	\N	f	2026-11-24 03:17:15.417949+00	3	2026-11-24 03:17:15.417949+00	3	\N	odd	\N
1	00Q1	\N	\N	\N	L1	\N	\N	\N	C1	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l1@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	1	1	1	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.431599+00	3	1.00	odd	1
3	00Q3	\N	\N	\N	L3	\N	\N	\N	C3	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l3@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	3	3	2	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.486241+00	3	3.00	odd	3
4	00Q4	\N	\N	\N	L4	\N	\N	\N	C4	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l4@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	4	4	3	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.498658+00	3	4.00	odd	4
5	00Q5	\N	\N	\N	L5	\N	\N	\N	C5	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l5@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	5	5	4	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.498658+00	3	5.00	odd	5
6	00Q6	\N	\N	\N	L6	\N	\N	\N	C6	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l6@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	6	6	5	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.498658+00	3	6.00	odd	6
7	00Q7	\N	\N	\N	L7	\N	\N	\N	C7	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l7@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	7	7	6	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.498658+00	3	7.00	odd	7
8	00Q8	\N	\N	\N	L8	\N	\N	\N	C8	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l8@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	8	8	7	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.498658+00	3	8.00	odd	8
9	00Q9	\N	\N	\N	L9	\N	\N	\N	C9	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l9@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	9	9	8	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.498658+00	3	9.00	odd	9
10	00Q10	\N	\N	\N	L10	\N	\N	\N	C10	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l10@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	10	10	9	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.509552+00	3	10.00	odd	10
11	00Q11	\N	\N	\N	L11	\N	\N	\N	C11	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l11@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	11	11	10	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.515467+00	3	11.00	odd	11
12	00Q12	\N	\N	\N	L12	\N	\N	\N	C12	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l12@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	12	12	11	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.515467+00	3	12.00	odd	12
13	00Q13	\N	\N	\N	L13	\N	\N	\N	C13	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l13@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	13	13	12	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.517195+00	3	13.00	odd	13
14	00Q14	\N	\N	\N	L14	\N	\N	\N	C14	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l14@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	14	14	13	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.517195+00	3	14.00	odd	14
15	00Q15	\N	\N	\N	L15	\N	\N	\N	C15	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l15@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	15	15	14	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.518478+00	3	15.00	odd	15
2	00Q2	\N	\N	\N	L2	\N	\N	\N	C2	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	l2@example.com	\N	\N	\N	\N	Web	Closed - Converted	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	1	f	t	2026-11-24	\N	\N	\N	\N	f	2026-11-24 03:17:15.414973+00	3	2026-11-24 03:17:15.530568+00	3	2.00	odd	2
\.


--
-- Data for Name: lead_conversion; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.lead_conversion (id, lead_id, account_id, contact_id, opportunity_id, related_person_account_id, account_created, contact_created, opportunity_created, converted_status, owner_id, created_by_id, created_by_role, created_date, request_id, reason, request, filled_fields, owner_changes, merged_campaign_members, warnings, approved_by) FROM stdin;
1	1	1	1	1	\N	t	t	t	Closed - Converted	2	3	crm_owner	2026-11-24 03:17:15.431599+00	r1	\N	{"lead_id": 1, "owner_id": 2, "follow_up_task": {"subject": "Thank you"}}	\N	[{"id": 1, "to": 2, "from": 3, "table": "crm.task"}]	\N	\N	\N
2	2	2	2	\N	\N	t	t	f	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.483452+00	r2	no deal	{"lead_id": 2, "do_not_create_opportunity": true}	\N	[{"id": 2, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
3	3	3	3	2	\N	f	f	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.486241+00	\N	\N	{"lead_id": 3, "account_id": 3, "contact_id": 3, "overwrite_lead_source": true}	{"account": ["account_source", "budget", "Odd name"], "contact": ["email", "lead_source", "score"]}	[{"id": 3, "to": 1, "from": 3, "table": "crm.task"}]	[{"kept": 7, "removed": 3, "campaign_id": 1}]	\N	\N
4	4	4	4	3	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.498658+00	b4	\N	{"lead_id": 4}	\N	[{"id": 4, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
5	5	5	5	4	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.498658+00	b5	\N	{"lead_id": 5}	\N	[{"id": 5, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
6	6	6	6	5	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.498658+00	b6	\N	{"lead_id": 6}	\N	[{"id": 6, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
7	7	7	7	6	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.498658+00	b7	\N	{"lead_id": 7}	\N	[{"id": 7, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
8	8	8	8	7	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.498658+00	b8	\N	{"lead_id": 8}	\N	[{"id": 8, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
9	9	9	9	8	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.498658+00	b9	\N	{"lead_id": 9}	\N	[{"id": 9, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
10	10	10	10	9	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.509552+00	\N	\N	{"lead_id": 10}	\N	[{"id": 10, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
11	11	11	11	10	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.515467+00	\N	\N	{"lead_id": 11}	\N	[{"id": 11, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
12	12	12	12	11	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.515467+00	\N	\N	{"lead_id": 12}	\N	[{"id": 12, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
13	13	13	13	12	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.517195+00	\N	\N	{"lead_id": 13}	\N	[{"id": 13, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
14	14	14	14	13	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.517195+00	\N	\N	{"lead_id": 14}	\N	[{"id": 14, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
15	15	15	15	14	\N	t	t	t	Closed - Converted	1	3	crm_owner	2026-11-24 03:17:15.518478+00	\N	\N	{"lead_id": 15}	\N	[{"id": 15, "to": 1, "from": 3, "table": "crm.task"}]	\N	\N	\N
\.


--
-- Data for Name: lead_conversion_error; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.lead_conversion_error (id, job, lead_id, request_position, status_code, sqlstate, message, detail, hint, fields, data, request, created_by_id, created_by_role, created_date) FROM stdin;
1	\N	1	1	CANNOT_UPDATE_CONVERTED_LEAD	LC005	cannot reference converted lead: lead 1 has been converted already	Lead 1 was converted on 2026-11-24 to account 1, contact 1, opportunity 1.	A lead is converted once. Work on with the contact, or create an opportunity for it.	{}	\N	{"lead_id": 1}	3	crm_owner	2026-11-24 03:17:15.509552+00
\.


--
-- Data for Name: lead_conversion_job; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.lead_conversion_job (job, source, lead_ids, options, batch_size, status, total, done, failed, remaining, last_key, rate, estimated_end, cancel_requested, created_by_id, created_by_role, started_date, last_batch_date, completed_date, error_message, created_date) FROM stdin;
autumn	\N	{11,12,13,14,15}	{}	2	Completed	5	5	0	0	5	1212.1	\N	f	3	crm_owner	2026-11-24 03:17:15.514566+00	2026-11-24 03:17:15.519587+00	2026-11-24 03:17:15.519587+00	\N	2026-11-24 03:17:15.514566+00
\.


--
-- Data for Name: lead_convert_settings; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.lead_convert_settings (id, schema_version, require_validation, preserve_lead_status, owner_source, default_owner_id, record_type_source, opportunity_creation_options, state_and_country_picklists_enabled, fiscal_year_start_month, apply_custom_field_defaults, person_accounts_enabled, contacts_to_multiple_accounts_enabled, social_customer_service_enabled, relate_emails_to_contact_on_convert, follow_new_account, create_task_if_subject_blank, check_deferred_constraints) FROM stdin;
t	1	t	t	lead_owner	\N	owner	VisibleOptional	f	4	f	f	t	t	t	t	t	f
\.


--
-- Data for Name: lead_field_mapping; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.lead_field_mapping (id, lead_field, target_object, target_field, existing_record, is_standard, is_active) FROM stdin;
1	street	account	billing_street	fill	t	t
2	street	contact	mailing_street	fill	t	t
3	city	account	billing_city	fill	t	t
4	city	contact	mailing_city	fill	t	t
5	state	account	billing_state	fill	t	t
6	state	contact	mailing_state	fill_pair	t	t
7	state_code	account	billing_state_code	fill	t	t
8	state_code	contact	mailing_state_code	fill_pair	t	t
9	postal_code	account	billing_postal_code	fill	t	t
10	postal_code	contact	mailing_postal_code	fill	t	t
11	country	account	billing_country	fill	t	t
12	country	contact	mailing_country	fill_pair	t	t
13	country_code	account	billing_country_code	fill	t	t
14	country_code	contact	mailing_country_code	fill_pair	t	t
15	latitude	account	billing_latitude	fill	t	t
16	latitude	contact	mailing_latitude	fill	t	t
17	longitude	account	billing_longitude	fill	t	t
18	longitude	contact	mailing_longitude	fill	t	t
19	geocode_accuracy	account	billing_geocode_accuracy	fill	t	t
20	geocode_accuracy	contact	mailing_geocode_accuracy	fill	t	t
21	company	account	name	never	t	t
22	company_local	account	name_local	fill	t	t
23	phone	account	phone	fill	t	t
24	fax	account	fax	fill	t	t
25	website	account	website	fill	t	t
26	industry	account	industry	fill	t	t
27	rating	account	rating	fill	t	t
28	annual_revenue	account	annual_revenue	fill	t	t
29	number_of_employees	account	number_of_employees	fill	t	t
30	lead_source	account	account_source	fill	t	t
31	company_duns_number	account	duns_number	fill	t	t
32	dandb_company_id	account	dandb_company_id	fill	t	t
33	currency_iso_code	account	currency_iso_code	never	t	t
34	resulting_division_id	account	division_id	never	t	t
35	salutation	contact	salutation	fill	t	t
36	first_name	contact	first_name	fill	t	t
37	middle_name	contact	middle_name	fill	t	t
38	last_name	contact	last_name	fill	t	t
39	suffix	contact	suffix	fill	t	t
40	first_name_local	contact	first_name_local	fill	t	t
41	last_name_local	contact	last_name_local	fill	t	t
42	title	contact	title	fill	t	t
43	email	contact	email	fill	t	t
44	phone	contact	phone	fill	t	t
45	mobile_phone	contact	mobile_phone	fill	t	t
46	fax	contact	fax	fill	t	t
48	lead_source	contact	lead_source	fill_or_overwrite	t	t
49	do_not_call	contact	do_not_call	never	t	t
50	has_opted_out_of_email	contact	has_opted_out_of_email	never	t	t
51	has_opted_out_of_fax	contact	has_opted_out_of_fax	never	t	t
52	individual_id	contact	individual_id	fill	t	t
53	pronouns	contact	pronouns	fill	t	t
54	gender_identity	contact	gender_identity	fill	t	t
55	jigsaw	contact	jigsaw	fill	t	t
56	currency_iso_code	contact	currency_iso_code	never	t	t
57	resulting_division_id	contact	division_id	never	t	t
58	lead_source	opportunity	lead_source	fill	t	t
59	latest_campaign_id	opportunity	campaign_id	fill	t	t
60	partner_account_id	opportunity	partner_account_id	never	t	t
61	currency_iso_code	opportunity	currency_iso_code	never	t	t
62	resulting_division_id	opportunity	division_id	never	t	t
63	budget	account	budget	fill	f	t
64	Odd name	account	Odd name	fill	f	t
65	score	contact	score	fill	f	t
\.


--
-- Data for Name: lead_status; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.lead_status (id, api_name, master_label, sort_order, is_default, is_converted) FROM stdin;
1	Open - Not Contacted	Open - Not Contacted	1	t	f
2	Working - Contacted	Working - Contacted	2	f	f
4	Closed - Not Converted	Closed - Not Converted	4	f	f
3	Closed - Converted	Ours	3	f	t
\.


--
-- Data for Name: list_email; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.list_email (id, external_id, name, subject, from_name, from_address, text_body, html_body, status, scheduled_date, campaign_id, owner_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: list_email_individual_recipient; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.list_email_individual_recipient (id, external_id, list_email_id, lead_id, contact_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: marketing_action; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.marketing_action (id, external_id, lead_id, contact_id, campaign_id, name, type, status, action_date, description, owner_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: matching_rule; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.matching_rule (id, object, developer_name, master_label, description, boolean_filter, is_active) FROM stdin;
\.


--
-- Data for Name: matching_rule_item; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.matching_rule_item (id, matching_rule_id, sort_order, field, matching_method, blank_value_behavior) FROM stdin;
\.


--
-- Data for Name: note; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.note (id, external_id, lead_id, contact_id, account_id, opportunity_id, title, body, is_private, owner_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	\N	1	\N	\N	Note	\N	f	\N	1	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.431599+00	3
3	\N	\N	3	\N	\N	Note	\N	f	\N	3	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.486241+00	3
4	\N	\N	4	\N	\N	Note	\N	f	\N	4	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.498658+00	3
5	\N	\N	5	\N	\N	Note	\N	f	\N	5	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.498658+00	3
6	\N	\N	6	\N	\N	Note	\N	f	\N	6	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.498658+00	3
7	\N	\N	7	\N	\N	Note	\N	f	\N	7	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.498658+00	3
8	\N	\N	8	\N	\N	Note	\N	f	\N	8	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.498658+00	3
9	\N	\N	9	\N	\N	Note	\N	f	\N	9	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.498658+00	3
10	\N	\N	10	\N	\N	Note	\N	f	\N	10	f	2026-11-24 03:17:15.424952+00	3	2026-11-24 03:17:15.509552+00	3
\.


--
-- Data for Name: notification; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.notification (id, user_id, lead_id, account_id, contact_id, opportunity_id, type, subject, body, is_sent, created_date, created_by_id) FROM stdin;
\.


--
-- Data for Name: opportunity; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.opportunity (id, external_id, account_id, name, description, stage_name, amount, probability, close_date, type, next_step, lead_source, is_closed, is_won, forecast_category, forecast_category_name, campaign_id, partner_account_id, contact_id, territory_id, pricebook2_id, has_opportunity_line_item, has_open_activity, has_overdue_task, fiscal, fiscal_quarter, fiscal_year, currency_iso_code, record_type_id, division_id, owner_id, last_activity_date, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	1	C1	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	1	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	2	\N	f	2026-11-24 03:17:15.431599+00	3	2026-11-24 03:17:15.431599+00	3
2	\N	3	C3	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	1	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.486241+00	3	2026-11-24 03:17:15.486241+00	3
3	\N	4	C4	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	1	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
4	\N	5	C5	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	1	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
5	\N	6	C6	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	1	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
6	\N	7	C7	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
7	\N	8	C8	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
8	\N	9	C9	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
9	\N	10	C10	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.509552+00	3	2026-11-24 03:17:15.509552+00	3
10	\N	11	C11	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3
11	\N	12	C12	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3
12	\N	13	C13	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3
13	\N	14	C14	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3
14	\N	15	C15	\N	Prospecting	\N	10	2026-12-31	\N	\N	Web	f	f	Pipeline	Pipeline	\N	\N	\N	\N	\N	f	f	f	\N	\N	\N	\N	\N	\N	1	\N	f	2026-11-24 03:17:15.518478+00	3	2026-11-24 03:17:15.518478+00	3
\.


--
-- Data for Name: opportunity_contact_role; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.opportunity_contact_role (id, external_id, opportunity_id, contact_id, role, is_primary, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
1	\N	1	1	\N	t	f	2026-11-24 03:17:15.431599+00	3	2026-11-24 03:17:15.431599+00	3
2	\N	2	3	\N	t	f	2026-11-24 03:17:15.486241+00	3	2026-11-24 03:17:15.486241+00	3
3	\N	3	4	\N	t	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
4	\N	4	5	\N	t	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
5	\N	5	6	\N	t	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
6	\N	6	7	\N	t	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
7	\N	7	8	\N	t	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
8	\N	8	9	\N	t	f	2026-11-24 03:17:15.498658+00	3	2026-11-24 03:17:15.498658+00	3
9	\N	9	10	\N	t	f	2026-11-24 03:17:15.509552+00	3	2026-11-24 03:17:15.509552+00	3
10	\N	10	11	\N	t	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3
11	\N	11	12	\N	t	f	2026-11-24 03:17:15.515467+00	3	2026-11-24 03:17:15.515467+00	3
12	\N	12	13	\N	t	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3
13	\N	13	14	\N	t	f	2026-11-24 03:17:15.517195+00	3	2026-11-24 03:17:15.517195+00	3
14	\N	14	15	\N	t	f	2026-11-24 03:17:15.518478+00	3	2026-11-24 03:17:15.518478+00	3
\.


--
-- Data for Name: opportunity_stage; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.opportunity_stage (id, api_name, master_label, sort_order, is_active, is_closed, is_won, default_probability, forecast_category, forecast_category_name) FROM stdin;
1	Prospecting	Prospecting	1	t	f	f	10	Pipeline	Pipeline
2	Qualification	Qualification	2	t	f	f	10	Pipeline	Pipeline
3	Needs Analysis	Needs Analysis	3	t	f	f	20	Pipeline	Pipeline
4	Value Proposition	Value Proposition	4	t	f	f	50	Pipeline	Pipeline
5	Id. Decision Makers	Id. Decision Makers	5	t	f	f	60	Pipeline	Pipeline
6	Perception Analysis	Perception Analysis	6	t	f	f	70	Pipeline	Pipeline
7	Proposal/Price Quote	Proposal/Price Quote	7	t	f	f	75	Pipeline	Pipeline
8	Negotiation/Review	Negotiation/Review	8	t	f	f	90	Pipeline	Pipeline
9	Closed Won	Closed Won	9	t	t	t	100	Closed	Closed
10	Closed Lost	Closed Lost	10	t	t	f	0	Omitted	Omitted
\.


--
-- Data for Name: partner_network_record_connection; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.partner_network_record_connection (id, external_id, lead_id, connection_name, status, partner_record_id, start_date, end_date, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: picklist_field; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.picklist_field (id, object, field, is_restricted) FROM stdin;
1	lead	lead_source	f
2	lead	industry	f
3	lead	rating	f
4	lead	salutation	f
5	account	account_source	f
6	account	industry	f
7	account	rating	f
8	account	type	f
9	contact	lead_source	f
10	contact	salutation	f
11	opportunity	lead_source	f
12	opportunity	type	f
13	task	status	f
14	task	priority	f
15	task	subject	f
\.


--
-- Data for Name: picklist_value; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.picklist_value (id, picklist_field_id, value, label, sort_order, is_default, is_closed, is_active) FROM stdin;
1	1	Web	Web	1	f	f	t
2	1	Phone Inquiry	Phone Inquiry	2	f	f	t
3	1	Partner Referral	Partner Referral	3	f	f	t
4	1	Purchased List	Purchased List	4	f	f	t
5	1	Other	Other	5	f	f	t
6	2	Agriculture	Agriculture	1	f	f	t
7	2	Apparel	Apparel	2	f	f	t
8	2	Banking	Banking	3	f	f	t
9	2	Biotechnology	Biotechnology	4	f	f	t
10	2	Chemicals	Chemicals	5	f	f	t
11	2	Communications	Communications	6	f	f	t
12	2	Construction	Construction	7	f	f	t
13	2	Consulting	Consulting	8	f	f	t
14	2	Education	Education	9	f	f	t
15	2	Electronics	Electronics	10	f	f	t
16	2	Energy	Energy	11	f	f	t
17	2	Engineering	Engineering	12	f	f	t
18	2	Entertainment	Entertainment	13	f	f	t
19	2	Environmental	Environmental	14	f	f	t
20	2	Finance	Finance	15	f	f	t
21	2	Food & Beverage	Food & Beverage	16	f	f	t
22	2	Government	Government	17	f	f	t
23	2	Healthcare	Healthcare	18	f	f	t
24	2	Hospitality	Hospitality	19	f	f	t
25	2	Insurance	Insurance	20	f	f	t
26	2	Machinery	Machinery	21	f	f	t
27	2	Manufacturing	Manufacturing	22	f	f	t
28	2	Media	Media	23	f	f	t
29	2	Not For Profit	Not For Profit	24	f	f	t
30	2	Recreation	Recreation	25	f	f	t
31	2	Retail	Retail	26	f	f	t
32	2	Shipping	Shipping	27	f	f	t
33	2	Technology	Technology	28	f	f	t
34	2	Telecommunications	Telecommunications	29	f	f	t
35	2	Transportation	Transportation	30	f	f	t
36	2	Utilities	Utilities	31	f	f	t
37	2	Other	Other	32	f	f	t
38	3	Hot	Hot	1	f	f	t
39	3	Warm	Warm	2	f	f	t
40	3	Cold	Cold	3	f	f	t
41	4	Mr.	Mr.	1	f	f	t
42	4	Ms.	Ms.	2	f	f	t
43	4	Mrs.	Mrs.	3	f	f	t
44	4	Dr.	Dr.	4	f	f	t
45	4	Prof.	Prof.	5	f	f	t
46	4	Mx.	Mx.	6	f	f	t
47	5	Web	Web	1	f	f	t
48	5	Phone Inquiry	Phone Inquiry	2	f	f	t
49	5	Partner Referral	Partner Referral	3	f	f	t
50	5	Purchased List	Purchased List	4	f	f	t
51	5	Other	Other	5	f	f	t
52	6	Agriculture	Agriculture	1	f	f	t
53	6	Apparel	Apparel	2	f	f	t
54	6	Banking	Banking	3	f	f	t
55	6	Biotechnology	Biotechnology	4	f	f	t
56	6	Chemicals	Chemicals	5	f	f	t
57	6	Communications	Communications	6	f	f	t
58	6	Construction	Construction	7	f	f	t
59	6	Consulting	Consulting	8	f	f	t
60	6	Education	Education	9	f	f	t
61	6	Electronics	Electronics	10	f	f	t
62	6	Energy	Energy	11	f	f	t
63	6	Engineering	Engineering	12	f	f	t
64	6	Entertainment	Entertainment	13	f	f	t
65	6	Environmental	Environmental	14	f	f	t
66	6	Finance	Finance	15	f	f	t
67	6	Food & Beverage	Food & Beverage	16	f	f	t
68	6	Government	Government	17	f	f	t
69	6	Healthcare	Healthcare	18	f	f	t
70	6	Hospitality	Hospitality	19	f	f	t
71	6	Insurance	Insurance	20	f	f	t
72	6	Machinery	Machinery	21	f	f	t
73	6	Manufacturing	Manufacturing	22	f	f	t
74	6	Media	Media	23	f	f	t
75	6	Not For Profit	Not For Profit	24	f	f	t
76	6	Recreation	Recreation	25	f	f	t
77	6	Retail	Retail	26	f	f	t
78	6	Shipping	Shipping	27	f	f	t
79	6	Technology	Technology	28	f	f	t
80	6	Telecommunications	Telecommunications	29	f	f	t
81	6	Transportation	Transportation	30	f	f	t
82	6	Utilities	Utilities	31	f	f	t
83	6	Other	Other	32	f	f	t
84	7	Hot	Hot	1	f	f	t
85	7	Warm	Warm	2	f	f	t
86	7	Cold	Cold	3	f	f	t
87	8	Prospect	Prospect	1	f	f	t
88	8	Customer - Direct	Customer - Direct	2	f	f	t
89	8	Customer - Channel	Customer - Channel	3	f	f	t
90	8	Channel Partner / Reseller	Channel Partner / Reseller	4	f	f	t
91	8	Installation Partner	Installation Partner	5	f	f	t
92	8	Technology Partner	Technology Partner	6	f	f	t
93	8	Other	Other	7	f	f	t
94	9	Web	Web	1	f	f	t
95	9	Phone Inquiry	Phone Inquiry	2	f	f	t
96	9	Partner Referral	Partner Referral	3	f	f	t
97	9	Purchased List	Purchased List	4	f	f	t
98	9	Other	Other	5	f	f	t
99	10	Mr.	Mr.	1	f	f	t
100	10	Ms.	Ms.	2	f	f	t
101	10	Mrs.	Mrs.	3	f	f	t
102	10	Dr.	Dr.	4	f	f	t
103	10	Prof.	Prof.	5	f	f	t
104	10	Mx.	Mx.	6	f	f	t
105	11	Web	Web	1	f	f	t
106	11	Phone Inquiry	Phone Inquiry	2	f	f	t
107	11	Partner Referral	Partner Referral	3	f	f	t
108	11	Purchased List	Purchased List	4	f	f	t
109	11	Other	Other	5	f	f	t
110	12	Existing Customer - Upgrade	Existing Customer - Upgrade	1	f	f	t
111	12	Existing Customer - Replacement	Existing Customer - Replacement	2	f	f	t
112	12	Existing Customer - Downgrade	Existing Customer - Downgrade	3	f	f	t
113	12	New Customer	New Customer	4	f	f	t
114	13	Not Started	Not Started	1	t	f	t
115	13	In Progress	In Progress	2	f	f	t
116	13	Completed	Completed	3	f	t	t
117	13	Waiting on someone else	Waiting on someone else	4	f	f	t
118	13	Deferred	Deferred	5	f	f	t
119	14	High	High	1	f	f	t
120	14	Normal	Normal	2	t	f	t
121	14	Low	Low	3	f	f	t
122	15	Call	Call	1	f	f	t
123	15	Email	Email	2	f	f	t
124	15	Send Letter	Send Letter	3	f	f	t
125	15	Send Quote	Send Quote	4	f	f	t
126	15	Other	Other	5	f	f	t
\.


--
-- Data for Name: process_instance; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.process_instance (id, external_id, lead_id, process_name, status, submitted_by_id, completed_date, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: record_type; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.record_type (id, external_id, object, developer_name, name, description, is_active, is_person_type, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: record_type_picklist_value; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.record_type_picklist_value (id, record_type_id, picklist_value_id, lead_status_id, opportunity_stage_id, is_default) FROM stdin;
\.


--
-- Data for Name: related_list; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.related_list (id, label, child, action, lead_column, contact_column, account_column, opportunity_column, source_column, keep_lead, link_column, exclude_column, owner_column, closed_column, owner_rule, setting, to_person_account, sort_order, is_standard, is_active) FROM stdin;
1	Tasks	crm.task	move	lead_id	contact_id	account_id	opportunity_id	source_lead_id	f	\N	sales_cadence_id	owner_id	is_closed	open_of_converter	\N	t	10	t	t
2	Events	crm.event	move	lead_id	contact_id	account_id	opportunity_id	source_lead_id	f	\N	sales_cadence_id	owner_id	\N	all_of_converter	\N	t	20	t	t
3	Campaign History	crm.campaign_member	merge_campaign_member	lead_id	contact_id	\N	\N	source_lead_id	t	\N	\N	\N	\N	keep	\N	t	30	t	t
4	HTML Email Status	crm.email_status	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	\N	t	40	t	t
5	Notes	crm.note	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	\N	t	50	t	t
6	Attachments	crm.attachment	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	\N	t	60	t	t
7	Files	crm.content_document_link	link	lead_id	contact_id	account_id	opportunity_id	source_lead_id	t	content_document_id	\N	\N	\N	keep	\N	t	70	t	t
8	Notes (new)	crm.content_note	move	lead_id	contact_id	account_id	\N	source_lead_id	f	\N	\N	\N	\N	keep	\N	t	80	t	t
9	Content Deliveries	crm.content_distribution	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	\N	f	90	t	t
11	Social Personas	crm.social_persona	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	social_customer_service_enabled	t	110	t	t
12	Marketing Actions	crm.marketing_action	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	\N	t	120	t	t
13	List Emails	crm.list_email_individual_recipient	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	\N	t	130	t	t
14	Emails	crm.email_message	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	relate_emails_to_contact_on_convert	t	140	t	t
15	visit	public.visit	move	who	contact_id	\N	\N	from_lead	f	\N	\N	\N	\N	keep	\N	t	150	f	t
10	Social Posts	crm.social_post	move	lead_id	contact_id	\N	\N	source_lead_id	f	\N	\N	\N	\N	keep	social_customer_service_enabled	t	100	t	f
\.


--
-- Data for Name: social_persona; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.social_persona (id, external_id, lead_id, contact_id, account_id, opportunity_id, name, provider, real_name, external_persona_id, profile_url, bio, followers, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: social_post; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.social_post (id, external_id, lead_id, contact_id, account_id, opportunity_id, persona_id, name, headline, content, provider, handle, external_post_id, post_url, message_type, posted, status, owner_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: task; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.task (id, external_id, lead_id, contact_id, account_id, opportunity_id, subject, activity_date, status, priority, is_high_priority, is_closed, description, type, task_subtype, completed_date_time, call_duration_in_seconds, call_type, call_disposition, call_object, is_reminder_set, reminder_date_time, is_recurrence, recurrence_activity_id, recurrence_start_date_only, recurrence_end_date_only, recurrence_time_zone_sid_key, recurrence_type, recurrence_interval, recurrence_day_of_week_mask, recurrence_day_of_month, recurrence_instance, recurrence_month_of_year, recurrence_regenerated_type, sales_cadence_id, is_archived, owner_id, source_lead_id, is_deleted, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
16	\N	16	\N	\N	\N	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	3	\N	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.423219+00	3
17	\N	17	\N	\N	\N	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	3	\N	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.423219+00	3
18	\N	18	\N	\N	\N	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	3	\N	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.423219+00	3
19	\N	19	\N	\N	\N	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	3	\N	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.423219+00	3
20	\N	20	\N	\N	\N	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	3	\N	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.423219+00	3
1	\N	\N	1	1	1	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	2	1	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.431599+00	3
21	\N	\N	1	1	1	Thank you	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	2	1	f	2026-11-24 03:17:15.431599+00	3	2026-11-24 03:17:15.431599+00	3
3	\N	\N	3	3	2	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	3	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.486241+00	3
4	\N	\N	4	4	3	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	4	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.498658+00	3
5	\N	\N	5	5	4	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	5	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.498658+00	3
6	\N	\N	6	6	5	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	6	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.498658+00	3
7	\N	\N	7	7	6	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	7	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.498658+00	3
8	\N	\N	8	8	7	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	8	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.498658+00	3
9	\N	\N	9	9	8	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	9	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.498658+00	3
10	\N	\N	10	10	9	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	10	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.509552+00	3
11	\N	\N	11	11	10	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	11	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.515467+00	3
12	\N	\N	12	12	11	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	12	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.515467+00	3
13	\N	\N	13	13	12	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	13	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.517195+00	3
14	\N	\N	14	14	13	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	14	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.517195+00	3
15	\N	\N	15	15	14	Call	\N	Not Started	Normal	f	f	\N	\N	\N	\N	\N	\N	\N	\N	f	\N	f	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	f	1	15	f	2026-11-24 03:17:15.423219+00	3	2026-11-24 03:17:15.518478+00	3
\.


--
-- Data for Name: territory; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.territory (id, external_id, name, developer_name, parent_territory_id, description, is_active, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: user_record_type; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.user_record_type (id, user_id, record_type_id, is_default) FROM stdin;
\.


--
-- Data for Name: workflow_time_queue; Type: TABLE DATA; Schema: crm; Owner: crm_owner
--

COPY crm.workflow_time_queue (id, external_id, lead_id, workflow_name, action_name, scheduled_date, created_date, created_by_id, last_modified_date, last_modified_by_id) FROM stdin;
\.


--
-- Data for Name: log; Type: TABLE DATA; Schema: public; Owner: crm_owner
--

COPY public.log (what, id, converting) FROM stdin;
user_on	1	t
user_when	1	t
user_ledger	1	t
user_on	2	t
user_when	2	t
user_ledger	2	t
user_on	3	f
user_when	3	t
user_ledger	3	t
user_on	4	t
user_on	5	t
user_on	6	t
user_on	7	t
user_on	8	t
user_on	9	t
user_when	4	t
user_when	5	t
user_when	6	t
user_when	7	t
user_when	8	t
user_when	9	t
user_ledger	4	t
user_ledger	5	t
user_ledger	6	t
user_ledger	7	t
user_ledger	8	t
user_ledger	9	t
user_on	10	t
user_when	10	t
user_ledger	10	t
user_on	11	t
user_on	12	t
user_when	11	t
user_when	12	t
user_ledger	11	t
user_ledger	12	t
user_on	13	t
user_on	14	t
user_when	13	t
user_when	14	t
user_ledger	13	t
user_ledger	14	t
user_on	15	t
user_when	15	t
user_ledger	15	t
\.


--
-- Data for Name: visit; Type: TABLE DATA; Schema: public; Owner: crm_owner
--

COPY public.visit (id, who, contact_id, from_lead, remark) FROM stdin;
16	16	\N	\N	Fair
17	17	\N	\N	Fair
18	18	\N	\N	Fair
19	19	\N	\N	Fair
20	20	\N	\N	Fair
1	\N	1	1	Fair
3	\N	3	3	Fair
4	\N	4	4	Fair
5	\N	5	5	Fair
6	\N	6	6	Fair
7	\N	7	7	Fair
8	\N	8	8	Fair
9	\N	9	9	Fair
10	\N	10	10	Fair
11	\N	11	11	Fair
12	\N	12	12	Fair
13	\N	13	13	Fair
14	\N	14	14	Fair
15	\N	15	15	Fair
2	\N	\N	2	Fair
\.


--
-- Name: account_contact_relation_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.account_contact_relation_id_seq', 15, true);


--
-- Name: account_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.account_id_seq', 15, true);


--
-- Name: app_user_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.app_user_id_seq', 3, true);


--
-- Name: attachment_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.attachment_id_seq', 1, false);


--
-- Name: campaign_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.campaign_id_seq', 2, true);


--
-- Name: campaign_member_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.campaign_member_id_seq', 7, true);


--
-- Name: campaign_member_status_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.campaign_member_status_id_seq', 4, true);


--
-- Name: contact_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.contact_id_seq', 15, true);


--
-- Name: content_distribution_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.content_distribution_id_seq', 1, false);


--
-- Name: content_document_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.content_document_id_seq', 1, false);


--
-- Name: content_document_link_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.content_document_link_id_seq', 1, false);


--
-- Name: content_note_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.content_note_id_seq', 1, false);


--
-- Name: division_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.division_id_seq', 1, false);


--
-- Name: duplicate_record_item_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.duplicate_record_item_id_seq', 1, false);


--
-- Name: duplicate_record_set_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.duplicate_record_set_id_seq', 1, false);


--
-- Name: duplicate_rule_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.duplicate_rule_id_seq', 1, false);


--
-- Name: email_message_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.email_message_id_seq', 1, false);


--
-- Name: email_status_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.email_status_id_seq', 1, false);


--
-- Name: entity_subscription_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.entity_subscription_id_seq', 14, true);


--
-- Name: event_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.event_id_seq', 10, true);


--
-- Name: lead_conversion_error_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.lead_conversion_error_id_seq', 1, true);


--
-- Name: lead_conversion_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.lead_conversion_id_seq', 15, true);


--
-- Name: lead_field_mapping_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.lead_field_mapping_id_seq', 65, true);


--
-- Name: lead_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.lead_id_seq', 21, true);


--
-- Name: lead_status_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.lead_status_id_seq', 4, true);


--
-- Name: list_email_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.list_email_id_seq', 1, false);


--
-- Name: list_email_individual_recipient_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.list_email_individual_recipient_id_seq', 1, false);


--
-- Name: marketing_action_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.marketing_action_id_seq', 1, false);


--
-- Name: matching_rule_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.matching_rule_id_seq', 1, false);


--
-- Name: matching_rule_item_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.matching_rule_item_id_seq', 1, false);


--
-- Name: note_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.note_id_seq', 10, true);


--
-- Name: notification_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.notification_id_seq', 1, false);


--
-- Name: opportunity_contact_role_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.opportunity_contact_role_id_seq', 14, true);


--
-- Name: opportunity_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.opportunity_id_seq', 14, true);


--
-- Name: opportunity_stage_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.opportunity_stage_id_seq', 10, true);


--
-- Name: partner_network_record_connection_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.partner_network_record_connection_id_seq', 1, false);


--
-- Name: picklist_field_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.picklist_field_id_seq', 15, true);


--
-- Name: picklist_value_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.picklist_value_id_seq', 126, true);


--
-- Name: process_instance_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.process_instance_id_seq', 1, false);


--
-- Name: record_type_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.record_type_id_seq', 1, false);


--
-- Name: record_type_picklist_value_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.record_type_picklist_value_id_seq', 1, false);


--
-- Name: related_list_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.related_list_id_seq', 15, true);


--
-- Name: social_persona_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.social_persona_id_seq', 1, false);


--
-- Name: social_post_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.social_post_id_seq', 1, false);


--
-- Name: task_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.task_id_seq', 21, true);


--
-- Name: territory_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.territory_id_seq', 1, false);


--
-- Name: user_record_type_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.user_record_type_id_seq', 1, false);


--
-- Name: workflow_time_queue_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: crm_owner
--

SELECT pg_catalog.setval('crm.workflow_time_queue_id_seq', 1, false);


--
-- Name: visit_id_seq; Type: SEQUENCE SET; Schema: public; Owner: crm_owner
--

SELECT pg_catalog.setval('public.visit_id_seq', 20, true);


--
-- Name: account_contact_relation account_contact_relation_account_id_contact_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account_contact_relation
    ADD CONSTRAINT account_contact_relation_account_id_contact_id_key UNIQUE (account_id, contact_id);


--
-- Name: account_contact_relation account_contact_relation_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account_contact_relation
    ADD CONSTRAINT account_contact_relation_external_id_key UNIQUE (external_id);


--
-- Name: account_contact_relation account_contact_relation_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account_contact_relation
    ADD CONSTRAINT account_contact_relation_pkey PRIMARY KEY (id);


--
-- Name: account account_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account
    ADD CONSTRAINT account_external_id_key UNIQUE (external_id);


--
-- Name: account account_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);


--
-- Name: app_user app_user_db_role_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.app_user
    ADD CONSTRAINT app_user_db_role_key UNIQUE (db_role);


--
-- Name: app_user app_user_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.app_user
    ADD CONSTRAINT app_user_external_id_key UNIQUE (external_id);


--
-- Name: app_user app_user_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.app_user
    ADD CONSTRAINT app_user_pkey PRIMARY KEY (id);


--
-- Name: app_user app_user_username_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.app_user
    ADD CONSTRAINT app_user_username_key UNIQUE (username);


--
-- Name: attachment attachment_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.attachment
    ADD CONSTRAINT attachment_external_id_key UNIQUE (external_id);


--
-- Name: attachment attachment_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.attachment
    ADD CONSTRAINT attachment_pkey PRIMARY KEY (id);


--
-- Name: campaign campaign_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign
    ADD CONSTRAINT campaign_external_id_key UNIQUE (external_id);


--
-- Name: campaign_member campaign_member_campaign_id_contact_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member
    ADD CONSTRAINT campaign_member_campaign_id_contact_id_key UNIQUE (campaign_id, contact_id);


--
-- Name: campaign_member campaign_member_campaign_id_lead_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member
    ADD CONSTRAINT campaign_member_campaign_id_lead_id_key UNIQUE (campaign_id, lead_id);


--
-- Name: campaign_member campaign_member_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member
    ADD CONSTRAINT campaign_member_external_id_key UNIQUE (external_id);


--
-- Name: campaign_member campaign_member_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member
    ADD CONSTRAINT campaign_member_pkey PRIMARY KEY (id);


--
-- Name: campaign_member_status campaign_member_status_campaign_id_label_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member_status
    ADD CONSTRAINT campaign_member_status_campaign_id_label_key UNIQUE (campaign_id, label);


--
-- Name: campaign_member_status campaign_member_status_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member_status
    ADD CONSTRAINT campaign_member_status_external_id_key UNIQUE (external_id);


--
-- Name: campaign_member_status campaign_member_status_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member_status
    ADD CONSTRAINT campaign_member_status_pkey PRIMARY KEY (id);


--
-- Name: campaign campaign_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign
    ADD CONSTRAINT campaign_pkey PRIMARY KEY (id);


--
-- Name: contact contact_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.contact
    ADD CONSTRAINT contact_external_id_key UNIQUE (external_id);


--
-- Name: contact contact_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (id);


--
-- Name: content_distribution content_distribution_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_distribution
    ADD CONSTRAINT content_distribution_external_id_key UNIQUE (external_id);


--
-- Name: content_distribution content_distribution_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_distribution
    ADD CONSTRAINT content_distribution_pkey PRIMARY KEY (id);


--
-- Name: content_document content_document_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document
    ADD CONSTRAINT content_document_external_id_key UNIQUE (external_id);


--
-- Name: content_document_link content_document_link_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document_link
    ADD CONSTRAINT content_document_link_external_id_key UNIQUE (external_id);


--
-- Name: content_document_link content_document_link_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document_link
    ADD CONSTRAINT content_document_link_pkey PRIMARY KEY (id);


--
-- Name: content_document content_document_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document
    ADD CONSTRAINT content_document_pkey PRIMARY KEY (id);


--
-- Name: content_note content_note_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_note
    ADD CONSTRAINT content_note_external_id_key UNIQUE (external_id);


--
-- Name: content_note content_note_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_note
    ADD CONSTRAINT content_note_pkey PRIMARY KEY (id);


--
-- Name: division division_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.division
    ADD CONSTRAINT division_external_id_key UNIQUE (external_id);


--
-- Name: division division_name_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.division
    ADD CONSTRAINT division_name_key UNIQUE (name);


--
-- Name: division division_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.division
    ADD CONSTRAINT division_pkey PRIMARY KEY (id);


--
-- Name: duplicate_record_item duplicate_record_item_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_item
    ADD CONSTRAINT duplicate_record_item_external_id_key UNIQUE (external_id);


--
-- Name: duplicate_record_item duplicate_record_item_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_item
    ADD CONSTRAINT duplicate_record_item_pkey PRIMARY KEY (id);


--
-- Name: duplicate_record_set duplicate_record_set_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_set
    ADD CONSTRAINT duplicate_record_set_external_id_key UNIQUE (external_id);


--
-- Name: duplicate_record_set duplicate_record_set_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_set
    ADD CONSTRAINT duplicate_record_set_pkey PRIMARY KEY (id);


--
-- Name: duplicate_rule duplicate_rule_object_developer_name_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_rule
    ADD CONSTRAINT duplicate_rule_object_developer_name_key UNIQUE (object, developer_name);


--
-- Name: duplicate_rule duplicate_rule_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_rule
    ADD CONSTRAINT duplicate_rule_pkey PRIMARY KEY (id);


--
-- Name: email_message email_message_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_message
    ADD CONSTRAINT email_message_external_id_key UNIQUE (external_id);


--
-- Name: email_message email_message_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_message
    ADD CONSTRAINT email_message_pkey PRIMARY KEY (id);


--
-- Name: email_status email_status_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_status
    ADD CONSTRAINT email_status_external_id_key UNIQUE (external_id);


--
-- Name: email_status email_status_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_status
    ADD CONSTRAINT email_status_pkey PRIMARY KEY (id);


--
-- Name: entity_subscription entity_subscription_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.entity_subscription
    ADD CONSTRAINT entity_subscription_external_id_key UNIQUE (external_id);


--
-- Name: entity_subscription entity_subscription_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.entity_subscription
    ADD CONSTRAINT entity_subscription_pkey PRIMARY KEY (id);


--
-- Name: event event_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.event
    ADD CONSTRAINT event_external_id_key UNIQUE (external_id);


--
-- Name: event event_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);


--
-- Name: lead_conversion_error lead_conversion_error_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_conversion_error
    ADD CONSTRAINT lead_conversion_error_pkey PRIMARY KEY (id);


--
-- Name: lead_conversion_job lead_conversion_job_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_conversion_job
    ADD CONSTRAINT lead_conversion_job_pkey PRIMARY KEY (job);


--
-- Name: lead_conversion lead_conversion_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_conversion
    ADD CONSTRAINT lead_conversion_pkey PRIMARY KEY (id);


--
-- Name: lead_convert_settings lead_convert_settings_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_convert_settings
    ADD CONSTRAINT lead_convert_settings_pkey PRIMARY KEY (id);


--
-- Name: lead lead_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_external_id_key UNIQUE (external_id);


--
-- Name: lead_field_mapping lead_field_mapping_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_field_mapping
    ADD CONSTRAINT lead_field_mapping_pkey PRIMARY KEY (id);


--
-- Name: lead_field_mapping lead_field_mapping_target_object_target_field_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_field_mapping
    ADD CONSTRAINT lead_field_mapping_target_object_target_field_key UNIQUE (target_object, target_field);


--
-- Name: lead lead_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_pkey PRIMARY KEY (id);


--
-- Name: lead_status lead_status_api_name_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_status
    ADD CONSTRAINT lead_status_api_name_key UNIQUE (api_name);


--
-- Name: lead_status lead_status_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_status
    ADD CONSTRAINT lead_status_pkey PRIMARY KEY (id);


--
-- Name: list_email list_email_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email
    ADD CONSTRAINT list_email_external_id_key UNIQUE (external_id);


--
-- Name: list_email_individual_recipient list_email_individual_recipient_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email_individual_recipient
    ADD CONSTRAINT list_email_individual_recipient_external_id_key UNIQUE (external_id);


--
-- Name: list_email_individual_recipient list_email_individual_recipient_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email_individual_recipient
    ADD CONSTRAINT list_email_individual_recipient_pkey PRIMARY KEY (id);


--
-- Name: list_email list_email_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email
    ADD CONSTRAINT list_email_pkey PRIMARY KEY (id);


--
-- Name: marketing_action marketing_action_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.marketing_action
    ADD CONSTRAINT marketing_action_external_id_key UNIQUE (external_id);


--
-- Name: marketing_action marketing_action_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.marketing_action
    ADD CONSTRAINT marketing_action_pkey PRIMARY KEY (id);


--
-- Name: matching_rule_item matching_rule_item_matching_rule_id_sort_order_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.matching_rule_item
    ADD CONSTRAINT matching_rule_item_matching_rule_id_sort_order_key UNIQUE (matching_rule_id, sort_order);


--
-- Name: matching_rule_item matching_rule_item_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.matching_rule_item
    ADD CONSTRAINT matching_rule_item_pkey PRIMARY KEY (id);


--
-- Name: matching_rule matching_rule_object_developer_name_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.matching_rule
    ADD CONSTRAINT matching_rule_object_developer_name_key UNIQUE (object, developer_name);


--
-- Name: matching_rule matching_rule_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.matching_rule
    ADD CONSTRAINT matching_rule_pkey PRIMARY KEY (id);


--
-- Name: note note_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.note
    ADD CONSTRAINT note_external_id_key UNIQUE (external_id);


--
-- Name: note note_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.note
    ADD CONSTRAINT note_pkey PRIMARY KEY (id);


--
-- Name: notification notification_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.notification
    ADD CONSTRAINT notification_pkey PRIMARY KEY (id);


--
-- Name: opportunity_contact_role opportunity_contact_role_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity_contact_role
    ADD CONSTRAINT opportunity_contact_role_external_id_key UNIQUE (external_id);


--
-- Name: opportunity_contact_role opportunity_contact_role_opportunity_id_contact_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity_contact_role
    ADD CONSTRAINT opportunity_contact_role_opportunity_id_contact_id_key UNIQUE (opportunity_id, contact_id);


--
-- Name: opportunity_contact_role opportunity_contact_role_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity_contact_role
    ADD CONSTRAINT opportunity_contact_role_pkey PRIMARY KEY (id);


--
-- Name: opportunity opportunity_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_external_id_key UNIQUE (external_id);


--
-- Name: opportunity opportunity_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_pkey PRIMARY KEY (id);


--
-- Name: opportunity_stage opportunity_stage_api_name_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity_stage
    ADD CONSTRAINT opportunity_stage_api_name_key UNIQUE (api_name);


--
-- Name: opportunity_stage opportunity_stage_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity_stage
    ADD CONSTRAINT opportunity_stage_pkey PRIMARY KEY (id);


--
-- Name: partner_network_record_connection partner_network_record_connection_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.partner_network_record_connection
    ADD CONSTRAINT partner_network_record_connection_external_id_key UNIQUE (external_id);


--
-- Name: partner_network_record_connection partner_network_record_connection_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.partner_network_record_connection
    ADD CONSTRAINT partner_network_record_connection_pkey PRIMARY KEY (id);


--
-- Name: picklist_field picklist_field_object_field_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.picklist_field
    ADD CONSTRAINT picklist_field_object_field_key UNIQUE (object, field);


--
-- Name: picklist_field picklist_field_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.picklist_field
    ADD CONSTRAINT picklist_field_pkey PRIMARY KEY (id);


--
-- Name: picklist_value picklist_value_picklist_field_id_value_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.picklist_value
    ADD CONSTRAINT picklist_value_picklist_field_id_value_key UNIQUE (picklist_field_id, value);


--
-- Name: picklist_value picklist_value_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.picklist_value
    ADD CONSTRAINT picklist_value_pkey PRIMARY KEY (id);


--
-- Name: process_instance process_instance_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.process_instance
    ADD CONSTRAINT process_instance_external_id_key UNIQUE (external_id);


--
-- Name: process_instance process_instance_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.process_instance
    ADD CONSTRAINT process_instance_pkey PRIMARY KEY (id);


--
-- Name: record_type record_type_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type
    ADD CONSTRAINT record_type_external_id_key UNIQUE (external_id);


--
-- Name: record_type record_type_object_developer_name_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type
    ADD CONSTRAINT record_type_object_developer_name_key UNIQUE (object, developer_name);


--
-- Name: record_type_picklist_value record_type_picklist_value_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type_picklist_value
    ADD CONSTRAINT record_type_picklist_value_pkey PRIMARY KEY (id);


--
-- Name: record_type_picklist_value record_type_picklist_value_record_type_id_lead_status_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type_picklist_value
    ADD CONSTRAINT record_type_picklist_value_record_type_id_lead_status_id_key UNIQUE (record_type_id, lead_status_id);


--
-- Name: record_type_picklist_value record_type_picklist_value_record_type_id_opportunity_stage_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type_picklist_value
    ADD CONSTRAINT record_type_picklist_value_record_type_id_opportunity_stage_key UNIQUE (record_type_id, opportunity_stage_id);


--
-- Name: record_type_picklist_value record_type_picklist_value_record_type_id_picklist_value_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type_picklist_value
    ADD CONSTRAINT record_type_picklist_value_record_type_id_picklist_value_id_key UNIQUE (record_type_id, picklist_value_id);


--
-- Name: record_type record_type_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type
    ADD CONSTRAINT record_type_pkey PRIMARY KEY (id);


--
-- Name: related_list related_list_child_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.related_list
    ADD CONSTRAINT related_list_child_key UNIQUE (child);


--
-- Name: related_list related_list_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.related_list
    ADD CONSTRAINT related_list_pkey PRIMARY KEY (id);


--
-- Name: social_persona social_persona_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_persona
    ADD CONSTRAINT social_persona_external_id_key UNIQUE (external_id);


--
-- Name: social_persona social_persona_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_persona
    ADD CONSTRAINT social_persona_pkey PRIMARY KEY (id);


--
-- Name: social_post social_post_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_post
    ADD CONSTRAINT social_post_external_id_key UNIQUE (external_id);


--
-- Name: social_post social_post_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_post
    ADD CONSTRAINT social_post_pkey PRIMARY KEY (id);


--
-- Name: task task_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.task
    ADD CONSTRAINT task_external_id_key UNIQUE (external_id);


--
-- Name: task task_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (id);


--
-- Name: territory territory_developer_name_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.territory
    ADD CONSTRAINT territory_developer_name_key UNIQUE (developer_name);


--
-- Name: territory territory_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.territory
    ADD CONSTRAINT territory_external_id_key UNIQUE (external_id);


--
-- Name: territory territory_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.territory
    ADD CONSTRAINT territory_pkey PRIMARY KEY (id);


--
-- Name: account user_check; Type: CHECK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.account
    ADD CONSTRAINT user_check CHECK ((budget >= (0)::numeric)) NOT VALID;


--
-- Name: user_record_type user_record_type_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.user_record_type
    ADD CONSTRAINT user_record_type_pkey PRIMARY KEY (id);


--
-- Name: user_record_type user_record_type_user_id_record_type_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.user_record_type
    ADD CONSTRAINT user_record_type_user_id_record_type_id_key UNIQUE (user_id, record_type_id);


--
-- Name: workflow_time_queue workflow_time_queue_external_id_key; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.workflow_time_queue
    ADD CONSTRAINT workflow_time_queue_external_id_key UNIQUE (external_id);


--
-- Name: workflow_time_queue workflow_time_queue_pkey; Type: CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.workflow_time_queue
    ADD CONSTRAINT workflow_time_queue_pkey PRIMARY KEY (id);


--
-- Name: visit visit_pkey; Type: CONSTRAINT; Schema: public; Owner: crm_owner
--

ALTER TABLE ONLY public.visit
    ADD CONSTRAINT visit_pkey PRIMARY KEY (id);


--
-- Name: User Index; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX "User Index" ON crm.account USING btree (budget, id);


--
-- Name: account_contact_relation_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX account_contact_relation_contact_id_idx ON crm.account_contact_relation USING btree (contact_id);


--
-- Name: account_normalize_company_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX account_normalize_company_idx ON crm.account USING btree (leadconv.normalize_company((name)::text));
ALTER INDEX crm.account_normalize_company_idx DEPENDS ON EXTENSION leadconv;


--
-- Name: account_parent_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX account_parent_id_idx ON crm.account USING btree (parent_id) WHERE (parent_id IS NOT NULL);


--
-- Name: attachment_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX attachment_account_id_idx ON crm.attachment USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: attachment_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX attachment_contact_id_idx ON crm.attachment USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: attachment_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX attachment_lead_id_idx ON crm.attachment USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: attachment_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX attachment_opportunity_id_idx ON crm.attachment USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: campaign_member_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX campaign_member_contact_id_idx ON crm.campaign_member USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: campaign_member_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX campaign_member_lead_id_idx ON crm.campaign_member USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: campaign_parent_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX campaign_parent_id_idx ON crm.campaign USING btree (parent_id) WHERE (parent_id IS NOT NULL);


--
-- Name: contact_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX contact_account_id_idx ON crm.contact USING btree (account_id);


--
-- Name: contact_account_id_idx1; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX contact_account_id_idx1 ON crm.contact USING btree (account_id) WHERE is_person_account;


--
-- Name: contact_lower_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX contact_lower_idx ON crm.contact USING btree (lower((email)::text));


--
-- Name: contact_normalize_email_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX contact_normalize_email_idx ON crm.contact USING btree (leadconv.normalize_email((email)::text));
ALTER INDEX crm.contact_normalize_email_idx DEPENDS ON EXTENSION leadconv;


--
-- Name: contact_reports_to_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX contact_reports_to_id_idx ON crm.contact USING btree (reports_to_id) WHERE (reports_to_id IS NOT NULL);


--
-- Name: content_distribution_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_distribution_account_id_idx ON crm.content_distribution USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: content_distribution_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_distribution_contact_id_idx ON crm.content_distribution USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: content_distribution_content_document_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_distribution_content_document_id_idx ON crm.content_distribution USING btree (content_document_id) WHERE (content_document_id IS NOT NULL);


--
-- Name: content_distribution_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_distribution_lead_id_idx ON crm.content_distribution USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: content_distribution_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_distribution_opportunity_id_idx ON crm.content_distribution USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: content_document_link_account_id_content_document_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX content_document_link_account_id_content_document_id_idx ON crm.content_document_link USING btree (account_id, content_document_id) WHERE (account_id IS NOT NULL);


--
-- Name: content_document_link_contact_id_content_document_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX content_document_link_contact_id_content_document_id_idx ON crm.content_document_link USING btree (contact_id, content_document_id) WHERE (contact_id IS NOT NULL);


--
-- Name: content_document_link_content_document_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_document_link_content_document_id_idx ON crm.content_document_link USING btree (content_document_id);


--
-- Name: content_document_link_lead_id_content_document_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX content_document_link_lead_id_content_document_id_idx ON crm.content_document_link USING btree (lead_id, content_document_id) WHERE (lead_id IS NOT NULL);


--
-- Name: content_document_link_opportunity_id_content_document_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX content_document_link_opportunity_id_content_document_id_idx ON crm.content_document_link USING btree (opportunity_id, content_document_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: content_note_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_note_account_id_idx ON crm.content_note USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: content_note_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_note_contact_id_idx ON crm.content_note USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: content_note_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_note_lead_id_idx ON crm.content_note USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: content_note_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX content_note_opportunity_id_idx ON crm.content_note USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: duplicate_record_item_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX duplicate_record_item_account_id_idx ON crm.duplicate_record_item USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: duplicate_record_item_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX duplicate_record_item_contact_id_idx ON crm.duplicate_record_item USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: duplicate_record_item_duplicate_record_set_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX duplicate_record_item_duplicate_record_set_id_idx ON crm.duplicate_record_item USING btree (duplicate_record_set_id);


--
-- Name: duplicate_record_item_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX duplicate_record_item_lead_id_idx ON crm.duplicate_record_item USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: duplicate_record_set_duplicate_rule_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX duplicate_record_set_duplicate_rule_id_idx ON crm.duplicate_record_set USING btree (duplicate_rule_id) WHERE (duplicate_rule_id IS NOT NULL);


--
-- Name: duplicate_rule_matching_rule_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX duplicate_rule_matching_rule_id_idx ON crm.duplicate_rule USING btree (matching_rule_id);


--
-- Name: email_message_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX email_message_account_id_idx ON crm.email_message USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: email_message_activity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX email_message_activity_id_idx ON crm.email_message USING btree (activity_id) WHERE (activity_id IS NOT NULL);


--
-- Name: email_message_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX email_message_contact_id_idx ON crm.email_message USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: email_message_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX email_message_lead_id_idx ON crm.email_message USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: email_message_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX email_message_opportunity_id_idx ON crm.email_message USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: email_status_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX email_status_contact_id_idx ON crm.email_status USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: email_status_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX email_status_lead_id_idx ON crm.email_status USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: email_status_task_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX email_status_task_id_idx ON crm.email_status USING btree (task_id) WHERE (task_id IS NOT NULL);


--
-- Name: entity_subscription_account_id_subscriber_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX entity_subscription_account_id_subscriber_id_idx ON crm.entity_subscription USING btree (account_id, subscriber_id) WHERE (account_id IS NOT NULL);


--
-- Name: entity_subscription_contact_id_subscriber_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX entity_subscription_contact_id_subscriber_id_idx ON crm.entity_subscription USING btree (contact_id, subscriber_id) WHERE (contact_id IS NOT NULL);


--
-- Name: entity_subscription_lead_id_subscriber_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX entity_subscription_lead_id_subscriber_id_idx ON crm.entity_subscription USING btree (lead_id, subscriber_id) WHERE (lead_id IS NOT NULL);


--
-- Name: entity_subscription_opportunity_id_subscriber_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX entity_subscription_opportunity_id_subscriber_id_idx ON crm.entity_subscription USING btree (opportunity_id, subscriber_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: entity_subscription_subscriber_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX entity_subscription_subscriber_id_idx ON crm.entity_subscription USING btree (subscriber_id);


--
-- Name: event_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX event_account_id_idx ON crm.event USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: event_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX event_contact_id_idx ON crm.event USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: event_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX event_lead_id_idx ON crm.event USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: event_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX event_opportunity_id_idx ON crm.event USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: event_recurrence_activity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX event_recurrence_activity_id_idx ON crm.event USING btree (recurrence_activity_id) WHERE (recurrence_activity_id IS NOT NULL);


--
-- Name: lead_conversion_created_by_id_request_id_key; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX lead_conversion_created_by_id_request_id_key ON crm.lead_conversion USING btree (created_by_id, request_id) NULLS NOT DISTINCT WHERE (request_id IS NOT NULL);


--
-- Name: lead_conversion_error_job_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_conversion_error_job_idx ON crm.lead_conversion_error USING btree (job) WHERE (job IS NOT NULL);


--
-- Name: lead_conversion_error_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_conversion_error_lead_id_idx ON crm.lead_conversion_error USING btree (lead_id);


--
-- Name: lead_conversion_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_conversion_lead_id_idx ON crm.lead_conversion USING btree (lead_id);


--
-- Name: lead_converted_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_converted_account_id_idx ON crm.lead USING btree (converted_account_id) WHERE (converted_account_id IS NOT NULL);


--
-- Name: lead_converted_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_converted_contact_id_idx ON crm.lead USING btree (converted_contact_id) WHERE (converted_contact_id IS NOT NULL);


--
-- Name: lead_converted_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_converted_opportunity_id_idx ON crm.lead USING btree (converted_opportunity_id) WHERE (converted_opportunity_id IS NOT NULL);


--
-- Name: lead_lower_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_lower_idx ON crm.lead USING btree (lower((email)::text)) WHERE (NOT is_converted);


--
-- Name: lead_owner_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_owner_id_idx ON crm.lead USING btree (owner_id) WHERE (NOT is_converted);


--
-- Name: lead_partner_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX lead_partner_account_id_idx ON crm.lead USING btree (partner_account_id) WHERE (partner_account_id IS NOT NULL);


--
-- Name: list_email_campaign_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX list_email_campaign_id_idx ON crm.list_email USING btree (campaign_id) WHERE (campaign_id IS NOT NULL);


--
-- Name: list_email_individual_recipient_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX list_email_individual_recipient_contact_id_idx ON crm.list_email_individual_recipient USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: list_email_individual_recipient_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX list_email_individual_recipient_lead_id_idx ON crm.list_email_individual_recipient USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: list_email_individual_recipient_list_email_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX list_email_individual_recipient_list_email_id_idx ON crm.list_email_individual_recipient USING btree (list_email_id);


--
-- Name: marketing_action_campaign_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX marketing_action_campaign_id_idx ON crm.marketing_action USING btree (campaign_id) WHERE (campaign_id IS NOT NULL);


--
-- Name: marketing_action_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX marketing_action_contact_id_idx ON crm.marketing_action USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: marketing_action_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX marketing_action_lead_id_idx ON crm.marketing_action USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: note_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX note_account_id_idx ON crm.note USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: note_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX note_contact_id_idx ON crm.note USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: note_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX note_lead_id_idx ON crm.note USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: note_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX note_opportunity_id_idx ON crm.note USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: notification_user_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX notification_user_id_idx ON crm.notification USING btree (user_id);


--
-- Name: opportunity_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX opportunity_account_id_idx ON crm.opportunity USING btree (account_id);


--
-- Name: opportunity_campaign_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX opportunity_campaign_id_idx ON crm.opportunity USING btree (campaign_id) WHERE (campaign_id IS NOT NULL);


--
-- Name: opportunity_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX opportunity_contact_id_idx ON crm.opportunity USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: opportunity_contact_role_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX opportunity_contact_role_contact_id_idx ON crm.opportunity_contact_role USING btree (contact_id);


--
-- Name: opportunity_contact_role_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE UNIQUE INDEX opportunity_contact_role_opportunity_id_idx ON crm.opportunity_contact_role USING btree (opportunity_id) WHERE (is_primary AND (NOT is_deleted));


--
-- Name: opportunity_partner_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX opportunity_partner_account_id_idx ON crm.opportunity USING btree (partner_account_id) WHERE (partner_account_id IS NOT NULL);


--
-- Name: opportunity_territory_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX opportunity_territory_id_idx ON crm.opportunity USING btree (territory_id) WHERE (territory_id IS NOT NULL);


--
-- Name: partner_network_record_connection_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX partner_network_record_connection_lead_id_idx ON crm.partner_network_record_connection USING btree (lead_id);


--
-- Name: process_instance_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX process_instance_lead_id_idx ON crm.process_instance USING btree (lead_id);


--
-- Name: record_type_picklist_value_lead_status_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX record_type_picklist_value_lead_status_id_idx ON crm.record_type_picklist_value USING btree (lead_status_id) WHERE (lead_status_id IS NOT NULL);


--
-- Name: record_type_picklist_value_opportunity_stage_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX record_type_picklist_value_opportunity_stage_id_idx ON crm.record_type_picklist_value USING btree (opportunity_stage_id) WHERE (opportunity_stage_id IS NOT NULL);


--
-- Name: record_type_picklist_value_picklist_value_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX record_type_picklist_value_picklist_value_id_idx ON crm.record_type_picklist_value USING btree (picklist_value_id) WHERE (picklist_value_id IS NOT NULL);


--
-- Name: social_persona_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_persona_account_id_idx ON crm.social_persona USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: social_persona_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_persona_contact_id_idx ON crm.social_persona USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: social_persona_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_persona_lead_id_idx ON crm.social_persona USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: social_persona_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_persona_opportunity_id_idx ON crm.social_persona USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: social_post_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_post_account_id_idx ON crm.social_post USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: social_post_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_post_contact_id_idx ON crm.social_post USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: social_post_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_post_lead_id_idx ON crm.social_post USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: social_post_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_post_opportunity_id_idx ON crm.social_post USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: social_post_persona_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX social_post_persona_id_idx ON crm.social_post USING btree (persona_id) WHERE (persona_id IS NOT NULL);


--
-- Name: task_account_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX task_account_id_idx ON crm.task USING btree (account_id) WHERE (account_id IS NOT NULL);


--
-- Name: task_contact_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX task_contact_id_idx ON crm.task USING btree (contact_id) WHERE (contact_id IS NOT NULL);


--
-- Name: task_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX task_lead_id_idx ON crm.task USING btree (lead_id) WHERE (lead_id IS NOT NULL);


--
-- Name: task_opportunity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX task_opportunity_id_idx ON crm.task USING btree (opportunity_id) WHERE (opportunity_id IS NOT NULL);


--
-- Name: task_recurrence_activity_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX task_recurrence_activity_id_idx ON crm.task USING btree (recurrence_activity_id) WHERE (recurrence_activity_id IS NOT NULL);


--
-- Name: territory_parent_territory_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX territory_parent_territory_id_idx ON crm.territory USING btree (parent_territory_id) WHERE (parent_territory_id IS NOT NULL);


--
-- Name: user_index; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX user_index ON crm.lead USING btree (lower((company)::text)) WHERE (NOT is_converted);


--
-- Name: user_record_type_record_type_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX user_record_type_record_type_id_idx ON crm.user_record_type USING btree (record_type_id);


--
-- Name: user_request; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX user_request ON crm.lead_conversion USING gin (request);


--
-- Name: workflow_time_queue_lead_id_idx; Type: INDEX; Schema: crm; Owner: crm_owner
--

CREATE INDEX workflow_time_queue_lead_id_idx ON crm.workflow_time_queue USING btree (lead_id);


--
-- Name: user_statistics; Type: STATISTICS; Schema: crm; Owner: crm_owner
--

CREATE STATISTICS crm.user_statistics ON city, state FROM crm.lead;


ALTER STATISTICS crm.user_statistics OWNER TO crm_owner;

--
-- Name: lead_conversion user_rule; Type: RULE; Schema: crm; Owner: crm_owner
--

CREATE RULE user_rule AS
    ON DELETE TO crm.lead_conversion DO INSTEAD NOTHING;


--
-- Name: lead LEADCONV_release; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER "LEADCONV_release" AFTER DELETE ON crm.lead FOR EACH ROW WHEN (old.is_converted) EXECUTE FUNCTION leadconv.release_lead_children();
ALTER TRIGGER "LEADCONV_release" ON crm.lead DEPENDS ON EXTENSION leadconv;


--
-- Name: account _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.account DEPENDS ON EXTENSION leadconv;


--
-- Name: account_contact_relation _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.account_contact_relation FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.account_contact_relation DEPENDS ON EXTENSION leadconv;


--
-- Name: app_user _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.app_user FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.app_user DEPENDS ON EXTENSION leadconv;


--
-- Name: attachment _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.attachment FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.attachment DEPENDS ON EXTENSION leadconv;


--
-- Name: campaign _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.campaign FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.campaign DEPENDS ON EXTENSION leadconv;


--
-- Name: campaign_member _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.campaign_member FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.campaign_member DEPENDS ON EXTENSION leadconv;


--
-- Name: campaign_member_status _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.campaign_member_status FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.campaign_member_status DEPENDS ON EXTENSION leadconv;


--
-- Name: contact _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.contact DEPENDS ON EXTENSION leadconv;


--
-- Name: content_distribution _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.content_distribution FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.content_distribution DEPENDS ON EXTENSION leadconv;


--
-- Name: content_document _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.content_document FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.content_document DEPENDS ON EXTENSION leadconv;


--
-- Name: content_document_link _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.content_document_link FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.content_document_link DEPENDS ON EXTENSION leadconv;


--
-- Name: content_note _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.content_note FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.content_note DEPENDS ON EXTENSION leadconv;


--
-- Name: division _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.division FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.division DEPENDS ON EXTENSION leadconv;


--
-- Name: duplicate_record_item _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.duplicate_record_item FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.duplicate_record_item DEPENDS ON EXTENSION leadconv;


--
-- Name: duplicate_record_set _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.duplicate_record_set FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.duplicate_record_set DEPENDS ON EXTENSION leadconv;


--
-- Name: email_message _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.email_message FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.email_message DEPENDS ON EXTENSION leadconv;


--
-- Name: email_status _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.email_status FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.email_status DEPENDS ON EXTENSION leadconv;


--
-- Name: entity_subscription _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.entity_subscription FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.entity_subscription DEPENDS ON EXTENSION leadconv;


--
-- Name: event _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.event FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.event DEPENDS ON EXTENSION leadconv;


--
-- Name: lead _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.lead DEPENDS ON EXTENSION leadconv;


--
-- Name: lead_conversion _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.lead_conversion FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.lead_conversion DEPENDS ON EXTENSION leadconv;


--
-- Name: lead_conversion_error _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.lead_conversion_error FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.lead_conversion_error DEPENDS ON EXTENSION leadconv;


--
-- Name: lead_conversion_job _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.lead_conversion_job FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.lead_conversion_job DEPENDS ON EXTENSION leadconv;


--
-- Name: list_email _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.list_email FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.list_email DEPENDS ON EXTENSION leadconv;


--
-- Name: list_email_individual_recipient _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.list_email_individual_recipient FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.list_email_individual_recipient DEPENDS ON EXTENSION leadconv;


--
-- Name: marketing_action _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.marketing_action FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.marketing_action DEPENDS ON EXTENSION leadconv;


--
-- Name: note _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.note FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.note DEPENDS ON EXTENSION leadconv;


--
-- Name: notification _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.notification FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.notification DEPENDS ON EXTENSION leadconv;


--
-- Name: opportunity _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.opportunity DEPENDS ON EXTENSION leadconv;


--
-- Name: opportunity_contact_role _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.opportunity_contact_role FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.opportunity_contact_role DEPENDS ON EXTENSION leadconv;


--
-- Name: partner_network_record_connection _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.partner_network_record_connection FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.partner_network_record_connection DEPENDS ON EXTENSION leadconv;


--
-- Name: process_instance _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.process_instance FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.process_instance DEPENDS ON EXTENSION leadconv;


--
-- Name: record_type _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.record_type FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.record_type DEPENDS ON EXTENSION leadconv;


--
-- Name: social_persona _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.social_persona FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.social_persona DEPENDS ON EXTENSION leadconv;


--
-- Name: social_post _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.social_post FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.social_post DEPENDS ON EXTENSION leadconv;


--
-- Name: task _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.task FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.task DEPENDS ON EXTENSION leadconv;


--
-- Name: territory _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.territory FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.territory DEPENDS ON EXTENSION leadconv;


--
-- Name: workflow_time_queue _leadconv_audit; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_audit BEFORE INSERT OR UPDATE ON crm.workflow_time_queue FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields();
ALTER TRIGGER _leadconv_audit ON crm.workflow_time_queue DEPENDS ON EXTENSION leadconv;


--
-- Name: campaign_member _leadconv_response; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER _leadconv_response BEFORE INSERT OR UPDATE OF status ON crm.campaign_member FOR EACH ROW EXECUTE FUNCTION leadconv.set_member_response();
ALTER TRIGGER _leadconv_response ON crm.campaign_member DEPENDS ON EXTENSION leadconv;


--
-- Name: attachment leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.attachment FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.attachment DEPENDS ON EXTENSION leadconv;


--
-- Name: campaign_member leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.campaign_member FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.campaign_member DEPENDS ON EXTENSION leadconv;


--
-- Name: content_distribution leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.content_distribution FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.content_distribution DEPENDS ON EXTENSION leadconv;


--
-- Name: content_document_link leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.content_document_link FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.content_document_link DEPENDS ON EXTENSION leadconv;


--
-- Name: content_note leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.content_note FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.content_note DEPENDS ON EXTENSION leadconv;


--
-- Name: email_message leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.email_message FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.email_message DEPENDS ON EXTENSION leadconv;


--
-- Name: email_status leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.email_status FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.email_status DEPENDS ON EXTENSION leadconv;


--
-- Name: event leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.event FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.event DEPENDS ON EXTENSION leadconv;


--
-- Name: lead leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.lead FOR EACH ROW WHEN ((new.is_converted OR (new.converted_date IS NOT NULL) OR (new.converted_account_id IS NOT NULL) OR (new.converted_contact_id IS NOT NULL) OR (new.converted_opportunity_id IS NOT NULL))) EXECUTE FUNCTION leadconv.guard_converted_lead();
ALTER TRIGGER leadconv_guard_insert ON crm.lead DEPENDS ON EXTENSION leadconv;


--
-- Name: list_email_individual_recipient leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.list_email_individual_recipient FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.list_email_individual_recipient DEPENDS ON EXTENSION leadconv;


--
-- Name: marketing_action leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.marketing_action FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.marketing_action DEPENDS ON EXTENSION leadconv;


--
-- Name: note leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.note FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.note DEPENDS ON EXTENSION leadconv;


--
-- Name: partner_network_record_connection leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.partner_network_record_connection FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.partner_network_record_connection DEPENDS ON EXTENSION leadconv;


--
-- Name: process_instance leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.process_instance FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.process_instance DEPENDS ON EXTENSION leadconv;


--
-- Name: social_persona leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.social_persona FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.social_persona DEPENDS ON EXTENSION leadconv;


--
-- Name: social_post leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.social_post FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.social_post DEPENDS ON EXTENSION leadconv;


--
-- Name: task leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.task FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.task DEPENDS ON EXTENSION leadconv;


--
-- Name: workflow_time_queue leadconv_guard_insert; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.workflow_time_queue FOR EACH ROW WHEN ((new.lead_id IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_insert ON crm.workflow_time_queue DEPENDS ON EXTENSION leadconv;


--
-- Name: attachment leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.attachment FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.attachment DEPENDS ON EXTENSION leadconv;


--
-- Name: campaign_member leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.campaign_member FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.campaign_member DEPENDS ON EXTENSION leadconv;


--
-- Name: content_distribution leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.content_distribution FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.content_distribution DEPENDS ON EXTENSION leadconv;


--
-- Name: content_document_link leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.content_document_link FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.content_document_link DEPENDS ON EXTENSION leadconv;


--
-- Name: content_note leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.content_note FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.content_note DEPENDS ON EXTENSION leadconv;


--
-- Name: email_message leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.email_message FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.email_message DEPENDS ON EXTENSION leadconv;


--
-- Name: email_status leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.email_status FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.email_status DEPENDS ON EXTENSION leadconv;


--
-- Name: event leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.event FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.event DEPENDS ON EXTENSION leadconv;


--
-- Name: lead leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.guard_converted_lead();
ALTER TRIGGER leadconv_guard_update ON crm.lead DEPENDS ON EXTENSION leadconv;


--
-- Name: list_email_individual_recipient leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.list_email_individual_recipient FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.list_email_individual_recipient DEPENDS ON EXTENSION leadconv;


--
-- Name: marketing_action leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.marketing_action FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.marketing_action DEPENDS ON EXTENSION leadconv;


--
-- Name: note leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.note FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.note DEPENDS ON EXTENSION leadconv;


--
-- Name: partner_network_record_connection leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.partner_network_record_connection FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.partner_network_record_connection DEPENDS ON EXTENSION leadconv;


--
-- Name: process_instance leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.process_instance FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.process_instance DEPENDS ON EXTENSION leadconv;


--
-- Name: social_persona leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.social_persona FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.social_persona DEPENDS ON EXTENSION leadconv;


--
-- Name: social_post leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.social_post FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.social_post DEPENDS ON EXTENSION leadconv;


--
-- Name: task leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.task FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.task DEPENDS ON EXTENSION leadconv;


--
-- Name: workflow_time_queue leadconv_guard_update; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.workflow_time_queue FOR EACH ROW WHEN (((new.lead_id IS NOT NULL) AND (new.lead_id IS DISTINCT FROM old.lead_id))) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
ALTER TRIGGER leadconv_guard_update ON crm.workflow_time_queue DEPENDS ON EXTENSION leadconv;


--
-- Name: app_user leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.app_user FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.app_user DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.app_user ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: duplicate_rule leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.duplicate_rule FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.duplicate_rule DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.duplicate_rule ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: lead_convert_settings leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.lead_convert_settings FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.lead_convert_settings DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.lead_convert_settings ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: lead_field_mapping leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.lead_field_mapping FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.lead_field_mapping DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.lead_field_mapping ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: lead_status leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.lead_status FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.lead_status DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.lead_status ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: matching_rule leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.matching_rule FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.matching_rule DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.matching_rule ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: matching_rule_item leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.matching_rule_item FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.matching_rule_item DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.matching_rule_item ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: opportunity_stage leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.opportunity_stage FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.opportunity_stage DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.opportunity_stage ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: picklist_field leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.picklist_field FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.picklist_field DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.picklist_field ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: picklist_value leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.picklist_value FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.picklist_value DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.picklist_value ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: record_type leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.record_type FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.record_type DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.record_type ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: record_type_picklist_value leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.record_type_picklist_value FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.record_type_picklist_value DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.record_type_picklist_value ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: related_list leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.related_list FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.related_list DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.related_list ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: user_record_type leadconv_metadata_changed; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER leadconv_metadata_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON crm.user_record_type FOR EACH STATEMENT EXECUTE FUNCTION leadconv.metadata_changed();
ALTER TRIGGER leadconv_metadata_changed ON crm.user_record_type DEPENDS ON EXTENSION leadconv;

ALTER TABLE crm.user_record_type ENABLE ALWAYS TRIGGER leadconv_metadata_changed;


--
-- Name: lead_conversion user_ledger; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER user_ledger BEFORE INSERT ON crm.lead_conversion FOR EACH ROW EXECUTE FUNCTION public.log();

ALTER TABLE crm.lead_conversion ENABLE ALWAYS TRIGGER user_ledger;


--
-- Name: account user_off; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER user_off AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.log();

ALTER TABLE crm.account DISABLE TRIGGER user_off;


--
-- Name: account user_on; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER user_on AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.log();


--
-- Name: lead user_when; Type: TRIGGER; Schema: crm; Owner: crm_owner
--

CREATE TRIGGER user_when AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (((NOT old.is_converted) AND new.is_converted)) EXECUTE FUNCTION public.log();


--
-- Name: visit leadconv_guard_insert; Type: TRIGGER; Schema: public; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON public.visit FOR EACH ROW WHEN ((new.who IS NOT NULL)) EXECUTE FUNCTION leadconv.guard_lead_child('who');
ALTER TRIGGER leadconv_guard_insert ON public.visit DEPENDS ON EXTENSION leadconv;


--
-- Name: visit leadconv_guard_update; Type: TRIGGER; Schema: public; Owner: crm_owner
--

CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON public.visit FOR EACH ROW WHEN (((new.who IS NOT NULL) AND (new.who IS DISTINCT FROM old.who))) EXECUTE FUNCTION leadconv.guard_lead_child('who');
ALTER TRIGGER leadconv_guard_update ON public.visit DEPENDS ON EXTENSION leadconv;


--
-- Name: account_contact_relation account_contact_relation_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account_contact_relation
    ADD CONSTRAINT account_contact_relation_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: account_contact_relation account_contact_relation_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account_contact_relation
    ADD CONSTRAINT account_contact_relation_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: account account_division_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account
    ADD CONSTRAINT account_division_id_fkey FOREIGN KEY (division_id) REFERENCES crm.division(id);


--
-- Name: account account_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account
    ADD CONSTRAINT account_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: account account_parent_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account
    ADD CONSTRAINT account_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES crm.account(id) ON DELETE SET NULL;


--
-- Name: account account_record_type_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.account
    ADD CONSTRAINT account_record_type_id_fkey FOREIGN KEY (record_type_id) REFERENCES crm.record_type(id);


--
-- Name: app_user app_user_division_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.app_user
    ADD CONSTRAINT app_user_division_id_fkey FOREIGN KEY (division_id) REFERENCES crm.division(id);


--
-- Name: attachment attachment_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.attachment
    ADD CONSTRAINT attachment_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: attachment attachment_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.attachment
    ADD CONSTRAINT attachment_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: attachment attachment_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.attachment
    ADD CONSTRAINT attachment_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: attachment attachment_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.attachment
    ADD CONSTRAINT attachment_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE CASCADE;


--
-- Name: attachment attachment_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.attachment
    ADD CONSTRAINT attachment_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: campaign campaign_campaign_member_record_type_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign
    ADD CONSTRAINT campaign_campaign_member_record_type_id_fkey FOREIGN KEY (campaign_member_record_type_id) REFERENCES crm.record_type(id);


--
-- Name: campaign_member campaign_member_campaign_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member
    ADD CONSTRAINT campaign_member_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES crm.campaign(id) ON DELETE CASCADE;


--
-- Name: campaign_member campaign_member_campaign_id_status_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member
    ADD CONSTRAINT campaign_member_campaign_id_status_fkey FOREIGN KEY (campaign_id, status) REFERENCES crm.campaign_member_status(campaign_id, label) ON UPDATE CASCADE;


--
-- Name: campaign_member campaign_member_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member
    ADD CONSTRAINT campaign_member_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: campaign_member campaign_member_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member
    ADD CONSTRAINT campaign_member_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: campaign_member_status campaign_member_status_campaign_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign_member_status
    ADD CONSTRAINT campaign_member_status_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES crm.campaign(id) ON DELETE CASCADE;


--
-- Name: campaign campaign_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign
    ADD CONSTRAINT campaign_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: campaign campaign_parent_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign
    ADD CONSTRAINT campaign_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES crm.campaign(id) ON DELETE SET NULL;


--
-- Name: campaign campaign_record_type_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.campaign
    ADD CONSTRAINT campaign_record_type_id_fkey FOREIGN KEY (record_type_id) REFERENCES crm.record_type(id);


--
-- Name: contact contact_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.contact
    ADD CONSTRAINT contact_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: contact contact_division_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.contact
    ADD CONSTRAINT contact_division_id_fkey FOREIGN KEY (division_id) REFERENCES crm.division(id);


--
-- Name: contact contact_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.contact
    ADD CONSTRAINT contact_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: contact contact_record_type_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.contact
    ADD CONSTRAINT contact_record_type_id_fkey FOREIGN KEY (record_type_id) REFERENCES crm.record_type(id);


--
-- Name: contact contact_reports_to_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.contact
    ADD CONSTRAINT contact_reports_to_id_fkey FOREIGN KEY (reports_to_id) REFERENCES crm.contact(id) ON DELETE SET NULL;


--
-- Name: content_distribution content_distribution_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_distribution
    ADD CONSTRAINT content_distribution_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: content_distribution content_distribution_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_distribution
    ADD CONSTRAINT content_distribution_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: content_distribution content_distribution_content_document_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_distribution
    ADD CONSTRAINT content_distribution_content_document_id_fkey FOREIGN KEY (content_document_id) REFERENCES crm.content_document(id) ON DELETE CASCADE;


--
-- Name: content_distribution content_distribution_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_distribution
    ADD CONSTRAINT content_distribution_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: content_distribution content_distribution_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_distribution
    ADD CONSTRAINT content_distribution_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE CASCADE;


--
-- Name: content_distribution content_distribution_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_distribution
    ADD CONSTRAINT content_distribution_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: content_document_link content_document_link_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document_link
    ADD CONSTRAINT content_document_link_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: content_document_link content_document_link_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document_link
    ADD CONSTRAINT content_document_link_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: content_document_link content_document_link_content_document_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document_link
    ADD CONSTRAINT content_document_link_content_document_id_fkey FOREIGN KEY (content_document_id) REFERENCES crm.content_document(id) ON DELETE CASCADE;


--
-- Name: content_document_link content_document_link_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document_link
    ADD CONSTRAINT content_document_link_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: content_document_link content_document_link_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document_link
    ADD CONSTRAINT content_document_link_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE CASCADE;


--
-- Name: content_document content_document_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_document
    ADD CONSTRAINT content_document_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: content_note content_note_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_note
    ADD CONSTRAINT content_note_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: content_note content_note_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_note
    ADD CONSTRAINT content_note_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE SET NULL;


--
-- Name: content_note content_note_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_note
    ADD CONSTRAINT content_note_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: content_note content_note_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_note
    ADD CONSTRAINT content_note_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE SET NULL;


--
-- Name: content_note content_note_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.content_note
    ADD CONSTRAINT content_note_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: duplicate_record_item duplicate_record_item_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_item
    ADD CONSTRAINT duplicate_record_item_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: duplicate_record_item duplicate_record_item_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_item
    ADD CONSTRAINT duplicate_record_item_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: duplicate_record_item duplicate_record_item_duplicate_record_set_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_item
    ADD CONSTRAINT duplicate_record_item_duplicate_record_set_id_fkey FOREIGN KEY (duplicate_record_set_id) REFERENCES crm.duplicate_record_set(id) ON DELETE CASCADE;


--
-- Name: duplicate_record_item duplicate_record_item_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_item
    ADD CONSTRAINT duplicate_record_item_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: duplicate_record_set duplicate_record_set_duplicate_rule_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_record_set
    ADD CONSTRAINT duplicate_record_set_duplicate_rule_id_fkey FOREIGN KEY (duplicate_rule_id) REFERENCES crm.duplicate_rule(id) ON DELETE SET NULL;


--
-- Name: duplicate_rule duplicate_rule_matching_rule_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.duplicate_rule
    ADD CONSTRAINT duplicate_rule_matching_rule_id_fkey FOREIGN KEY (matching_rule_id) REFERENCES crm.matching_rule(id);


--
-- Name: email_message email_message_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_message
    ADD CONSTRAINT email_message_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: email_message email_message_activity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_message
    ADD CONSTRAINT email_message_activity_id_fkey FOREIGN KEY (activity_id) REFERENCES crm.task(id) ON DELETE SET NULL;


--
-- Name: email_message email_message_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_message
    ADD CONSTRAINT email_message_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE SET NULL;


--
-- Name: email_message email_message_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_message
    ADD CONSTRAINT email_message_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: email_message email_message_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_message
    ADD CONSTRAINT email_message_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE SET NULL;


--
-- Name: email_status email_status_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_status
    ADD CONSTRAINT email_status_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: email_status email_status_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_status
    ADD CONSTRAINT email_status_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: email_status email_status_task_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.email_status
    ADD CONSTRAINT email_status_task_id_fkey FOREIGN KEY (task_id) REFERENCES crm.task(id) ON DELETE CASCADE;


--
-- Name: entity_subscription entity_subscription_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.entity_subscription
    ADD CONSTRAINT entity_subscription_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: entity_subscription entity_subscription_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.entity_subscription
    ADD CONSTRAINT entity_subscription_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: entity_subscription entity_subscription_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.entity_subscription
    ADD CONSTRAINT entity_subscription_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: entity_subscription entity_subscription_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.entity_subscription
    ADD CONSTRAINT entity_subscription_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE CASCADE;


--
-- Name: entity_subscription entity_subscription_subscriber_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.entity_subscription
    ADD CONSTRAINT entity_subscription_subscriber_id_fkey FOREIGN KEY (subscriber_id) REFERENCES crm.app_user(id) ON DELETE CASCADE;


--
-- Name: event event_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.event
    ADD CONSTRAINT event_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: event event_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.event
    ADD CONSTRAINT event_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE SET NULL;


--
-- Name: event event_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.event
    ADD CONSTRAINT event_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: event event_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.event
    ADD CONSTRAINT event_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE SET NULL;


--
-- Name: event event_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.event
    ADD CONSTRAINT event_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: event event_recurrence_activity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.event
    ADD CONSTRAINT event_recurrence_activity_id_fkey FOREIGN KEY (recurrence_activity_id) REFERENCES crm.event(id) ON DELETE SET NULL;


--
-- Name: lead_convert_settings lead_convert_settings_default_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead_convert_settings
    ADD CONSTRAINT lead_convert_settings_default_owner_id_fkey FOREIGN KEY (default_owner_id) REFERENCES crm.app_user(id);


--
-- Name: lead lead_converted_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_converted_account_id_fkey FOREIGN KEY (converted_account_id) REFERENCES crm.account(id) ON DELETE SET NULL;


--
-- Name: lead lead_converted_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_converted_contact_id_fkey FOREIGN KEY (converted_contact_id) REFERENCES crm.contact(id) ON DELETE SET NULL;


--
-- Name: lead lead_converted_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_converted_opportunity_id_fkey FOREIGN KEY (converted_opportunity_id) REFERENCES crm.opportunity(id) ON DELETE SET NULL;


--
-- Name: lead lead_division_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_division_id_fkey FOREIGN KEY (division_id) REFERENCES crm.division(id);


--
-- Name: lead lead_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: lead lead_partner_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_partner_account_id_fkey FOREIGN KEY (partner_account_id) REFERENCES crm.account(id) ON DELETE SET NULL;


--
-- Name: lead lead_record_type_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_record_type_id_fkey FOREIGN KEY (record_type_id) REFERENCES crm.record_type(id);


--
-- Name: lead lead_status_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.lead
    ADD CONSTRAINT lead_status_fkey FOREIGN KEY (status) REFERENCES crm.lead_status(api_name) ON UPDATE CASCADE;


--
-- Name: list_email list_email_campaign_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email
    ADD CONSTRAINT list_email_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES crm.campaign(id) ON DELETE SET NULL;


--
-- Name: list_email_individual_recipient list_email_individual_recipient_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email_individual_recipient
    ADD CONSTRAINT list_email_individual_recipient_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: list_email_individual_recipient list_email_individual_recipient_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email_individual_recipient
    ADD CONSTRAINT list_email_individual_recipient_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: list_email_individual_recipient list_email_individual_recipient_list_email_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email_individual_recipient
    ADD CONSTRAINT list_email_individual_recipient_list_email_id_fkey FOREIGN KEY (list_email_id) REFERENCES crm.list_email(id) ON DELETE CASCADE;


--
-- Name: list_email list_email_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.list_email
    ADD CONSTRAINT list_email_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: marketing_action marketing_action_campaign_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.marketing_action
    ADD CONSTRAINT marketing_action_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES crm.campaign(id) ON DELETE SET NULL;


--
-- Name: marketing_action marketing_action_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.marketing_action
    ADD CONSTRAINT marketing_action_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: marketing_action marketing_action_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.marketing_action
    ADD CONSTRAINT marketing_action_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: marketing_action marketing_action_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.marketing_action
    ADD CONSTRAINT marketing_action_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: matching_rule_item matching_rule_item_matching_rule_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.matching_rule_item
    ADD CONSTRAINT matching_rule_item_matching_rule_id_fkey FOREIGN KEY (matching_rule_id) REFERENCES crm.matching_rule(id) ON DELETE CASCADE;


--
-- Name: note note_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.note
    ADD CONSTRAINT note_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: note note_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.note
    ADD CONSTRAINT note_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: note note_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.note
    ADD CONSTRAINT note_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: note note_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.note
    ADD CONSTRAINT note_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE CASCADE;


--
-- Name: note note_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.note
    ADD CONSTRAINT note_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: notification notification_user_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.notification
    ADD CONSTRAINT notification_user_id_fkey FOREIGN KEY (user_id) REFERENCES crm.app_user(id) ON DELETE CASCADE;


--
-- Name: opportunity opportunity_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: opportunity opportunity_campaign_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_campaign_id_fkey FOREIGN KEY (campaign_id) REFERENCES crm.campaign(id) ON DELETE SET NULL;


--
-- Name: opportunity opportunity_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE SET NULL;


--
-- Name: opportunity_contact_role opportunity_contact_role_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity_contact_role
    ADD CONSTRAINT opportunity_contact_role_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: opportunity_contact_role opportunity_contact_role_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity_contact_role
    ADD CONSTRAINT opportunity_contact_role_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE CASCADE;


--
-- Name: opportunity opportunity_division_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_division_id_fkey FOREIGN KEY (division_id) REFERENCES crm.division(id);


--
-- Name: opportunity opportunity_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: opportunity opportunity_partner_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_partner_account_id_fkey FOREIGN KEY (partner_account_id) REFERENCES crm.account(id) ON DELETE SET NULL;


--
-- Name: opportunity opportunity_record_type_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_record_type_id_fkey FOREIGN KEY (record_type_id) REFERENCES crm.record_type(id);


--
-- Name: opportunity opportunity_stage_name_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_stage_name_fkey FOREIGN KEY (stage_name) REFERENCES crm.opportunity_stage(api_name) ON UPDATE CASCADE;


--
-- Name: opportunity opportunity_territory_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.opportunity
    ADD CONSTRAINT opportunity_territory_id_fkey FOREIGN KEY (territory_id) REFERENCES crm.territory(id) ON DELETE SET NULL;


--
-- Name: partner_network_record_connection partner_network_record_connection_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.partner_network_record_connection
    ADD CONSTRAINT partner_network_record_connection_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: picklist_value picklist_value_picklist_field_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.picklist_value
    ADD CONSTRAINT picklist_value_picklist_field_id_fkey FOREIGN KEY (picklist_field_id) REFERENCES crm.picklist_field(id) ON DELETE CASCADE;


--
-- Name: process_instance process_instance_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.process_instance
    ADD CONSTRAINT process_instance_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: process_instance process_instance_submitted_by_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.process_instance
    ADD CONSTRAINT process_instance_submitted_by_id_fkey FOREIGN KEY (submitted_by_id) REFERENCES crm.app_user(id);


--
-- Name: record_type_picklist_value record_type_picklist_value_lead_status_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type_picklist_value
    ADD CONSTRAINT record_type_picklist_value_lead_status_id_fkey FOREIGN KEY (lead_status_id) REFERENCES crm.lead_status(id) ON DELETE CASCADE;


--
-- Name: record_type_picklist_value record_type_picklist_value_opportunity_stage_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type_picklist_value
    ADD CONSTRAINT record_type_picklist_value_opportunity_stage_id_fkey FOREIGN KEY (opportunity_stage_id) REFERENCES crm.opportunity_stage(id) ON DELETE CASCADE;


--
-- Name: record_type_picklist_value record_type_picklist_value_picklist_value_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type_picklist_value
    ADD CONSTRAINT record_type_picklist_value_picklist_value_id_fkey FOREIGN KEY (picklist_value_id) REFERENCES crm.picklist_value(id) ON DELETE CASCADE;


--
-- Name: record_type_picklist_value record_type_picklist_value_record_type_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.record_type_picklist_value
    ADD CONSTRAINT record_type_picklist_value_record_type_id_fkey FOREIGN KEY (record_type_id) REFERENCES crm.record_type(id) ON DELETE CASCADE;


--
-- Name: social_persona social_persona_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_persona
    ADD CONSTRAINT social_persona_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: social_persona social_persona_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_persona
    ADD CONSTRAINT social_persona_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: social_persona social_persona_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_persona
    ADD CONSTRAINT social_persona_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: social_persona social_persona_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_persona
    ADD CONSTRAINT social_persona_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE CASCADE;


--
-- Name: social_post social_post_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_post
    ADD CONSTRAINT social_post_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: social_post social_post_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_post
    ADD CONSTRAINT social_post_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE CASCADE;


--
-- Name: social_post social_post_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_post
    ADD CONSTRAINT social_post_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: social_post social_post_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_post
    ADD CONSTRAINT social_post_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE CASCADE;


--
-- Name: social_post social_post_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_post
    ADD CONSTRAINT social_post_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: social_post social_post_persona_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.social_post
    ADD CONSTRAINT social_post_persona_id_fkey FOREIGN KEY (persona_id) REFERENCES crm.social_persona(id) ON DELETE SET NULL;


--
-- Name: task task_account_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.task
    ADD CONSTRAINT task_account_id_fkey FOREIGN KEY (account_id) REFERENCES crm.account(id) ON DELETE CASCADE;


--
-- Name: task task_contact_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.task
    ADD CONSTRAINT task_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE SET NULL;


--
-- Name: task task_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.task
    ADD CONSTRAINT task_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: task task_opportunity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.task
    ADD CONSTRAINT task_opportunity_id_fkey FOREIGN KEY (opportunity_id) REFERENCES crm.opportunity(id) ON DELETE SET NULL;


--
-- Name: task task_owner_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.task
    ADD CONSTRAINT task_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES crm.app_user(id);


--
-- Name: task task_recurrence_activity_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.task
    ADD CONSTRAINT task_recurrence_activity_id_fkey FOREIGN KEY (recurrence_activity_id) REFERENCES crm.task(id) ON DELETE SET NULL;


--
-- Name: territory territory_parent_territory_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.territory
    ADD CONSTRAINT territory_parent_territory_id_fkey FOREIGN KEY (parent_territory_id) REFERENCES crm.territory(id) ON DELETE SET NULL;


--
-- Name: user_record_type user_record_type_record_type_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.user_record_type
    ADD CONSTRAINT user_record_type_record_type_id_fkey FOREIGN KEY (record_type_id) REFERENCES crm.record_type(id) ON DELETE CASCADE;


--
-- Name: user_record_type user_record_type_user_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.user_record_type
    ADD CONSTRAINT user_record_type_user_id_fkey FOREIGN KEY (user_id) REFERENCES crm.app_user(id) ON DELETE CASCADE;


--
-- Name: workflow_time_queue workflow_time_queue_lead_id_fkey; Type: FK CONSTRAINT; Schema: crm; Owner: crm_owner
--

ALTER TABLE ONLY crm.workflow_time_queue
    ADD CONSTRAINT workflow_time_queue_lead_id_fkey FOREIGN KEY (lead_id) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: visit visit_contact_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: crm_owner
--

ALTER TABLE ONLY public.visit
    ADD CONSTRAINT visit_contact_id_fkey FOREIGN KEY (contact_id) REFERENCES crm.contact(id) ON DELETE SET NULL;


--
-- Name: visit visit_who_fkey; Type: FK CONSTRAINT; Schema: public; Owner: crm_owner
--

ALTER TABLE ONLY public.visit
    ADD CONSTRAINT visit_who_fkey FOREIGN KEY (who) REFERENCES crm.lead(id) ON DELETE CASCADE;


--
-- Name: task own_tasks; Type: POLICY; Schema: crm; Owner: crm_owner
--

CREATE POLICY own_tasks ON crm.task TO seller USING ((owner_id = leadconv.current_user_id())) WITH CHECK (true);


--
-- Name: task; Type: ROW SECURITY; Schema: crm; Owner: crm_owner
--

ALTER TABLE crm.task ENABLE ROW LEVEL SECURITY;

--
-- Name: SCHEMA crm; Type: ACL; Schema: -; Owner: crm_owner
--

GRANT USAGE ON SCHEMA crm TO seller;
GRANT USAGE ON SCHEMA crm TO reader;


--
-- Name: SCHEMA leadconv; Type: ACL; Schema: -; Owner: postgres
--

GRANT USAGE ON SCHEMA leadconv TO crm_owner WITH GRANT OPTION;
SET SESSION AUTHORIZATION crm_owner;
GRANT USAGE ON SCHEMA leadconv TO seller;
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION crm_owner;
GRANT USAGE ON SCHEMA leadconv TO reader;
RESET SESSION AUTHORIZATION;


--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner
--

GRANT ALL ON SCHEMA public TO crm_owner;


--
-- Name: FUNCTION convert_lead(lead_id bigint, converted_status text, account_id bigint, contact_id bigint, opportunity_id bigint, opportunity_name text, do_not_create_account boolean, do_not_create_contact boolean, do_not_create_opportunity boolean, overwrite_lead_source boolean, owner_id bigint, send_notification_email boolean, bypass_account_dedupe_check boolean, bypass_contact_dedupe_check boolean, related_person_account_id bigint, account_record jsonb, contact_record jsonb, opportunity_record jsonb, related_person_account_record jsonb, follow_up_task jsonb, request_id text, reason text, options jsonb, allow_save boolean); Type: ACL; Schema: leadconv; Owner: crm_owner
--

GRANT ALL ON FUNCTION leadconv.convert_lead(lead_id bigint, converted_status text, account_id bigint, contact_id bigint, opportunity_id bigint, opportunity_name text, do_not_create_account boolean, do_not_create_contact boolean, do_not_create_opportunity boolean, overwrite_lead_source boolean, owner_id bigint, send_notification_email boolean, bypass_account_dedupe_check boolean, bypass_contact_dedupe_check boolean, related_person_account_id bigint, account_record jsonb, contact_record jsonb, opportunity_record jsonb, related_person_account_record jsonb, follow_up_task jsonb, request_id text, reason text, options jsonb, allow_save boolean) TO seller;


--
-- Name: FUNCTION convert_leads(requests leadconv.lead_convert[], all_or_none boolean, allow_save boolean, reuse_accounts boolean, reuse_contacts boolean); Type: ACL; Schema: leadconv; Owner: crm_owner
--

GRANT ALL ON FUNCTION leadconv.convert_leads(requests leadconv.lead_convert[], all_or_none boolean, allow_save boolean, reuse_accounts boolean, reuse_contacts boolean) TO seller WITH GRANT OPTION;


--
-- Name: FUNCTION is_converting(); Type: ACL; Schema: leadconv; Owner: crm_owner
--

REVOKE ALL ON FUNCTION leadconv.is_converting() FROM PUBLIC;
GRANT ALL ON FUNCTION leadconv.is_converting() TO seller;


--
-- Name: FUNCTION view_and_edit_converted_leads(); Type: ACL; Schema: leadconv; Owner: crm_owner
--

GRANT ALL ON FUNCTION leadconv.view_and_edit_converted_leads() TO reader;


--
-- Name: TABLE lead_conversion; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.lead_conversion TO seller;
GRANT SELECT ON TABLE crm.lead_conversion TO reader;


--
-- Name: COLUMN lead_conversion.reason; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT UPDATE(reason) ON TABLE crm.lead_conversion TO reader;


--
-- Name: TABLE account; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE crm.account TO seller;
GRANT SELECT ON TABLE crm.account TO reader;


--
-- Name: TABLE account_contact_relation; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.account_contact_relation TO seller;
GRANT SELECT ON TABLE crm.account_contact_relation TO reader;


--
-- Name: TABLE app_user; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.app_user TO seller;
GRANT SELECT ON TABLE crm.app_user TO reader;


--
-- Name: TABLE attachment; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.attachment TO seller;
GRANT SELECT ON TABLE crm.attachment TO reader;


--
-- Name: TABLE campaign; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.campaign TO seller;
GRANT SELECT ON TABLE crm.campaign TO reader;


--
-- Name: TABLE campaign_member; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.campaign_member TO seller;
GRANT SELECT ON TABLE crm.campaign_member TO reader;


--
-- Name: TABLE campaign_member_status; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.campaign_member_status TO seller;
GRANT SELECT ON TABLE crm.campaign_member_status TO reader;


--
-- Name: TABLE contact; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE crm.contact TO seller;
GRANT SELECT ON TABLE crm.contact TO reader;


--
-- Name: TABLE content_distribution; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.content_distribution TO seller;
GRANT SELECT ON TABLE crm.content_distribution TO reader;


--
-- Name: TABLE content_document; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.content_document TO seller;
GRANT SELECT ON TABLE crm.content_document TO reader;


--
-- Name: TABLE content_document_link; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.content_document_link TO seller;
GRANT SELECT ON TABLE crm.content_document_link TO reader;


--
-- Name: TABLE content_note; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.content_note TO seller;
GRANT SELECT ON TABLE crm.content_note TO reader;


--
-- Name: TABLE division; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.division TO seller;
GRANT SELECT ON TABLE crm.division TO reader;


--
-- Name: TABLE duplicate_record_item; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.duplicate_record_item TO seller;
GRANT SELECT ON TABLE crm.duplicate_record_item TO reader;


--
-- Name: TABLE duplicate_record_set; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.duplicate_record_set TO seller;
GRANT SELECT ON TABLE crm.duplicate_record_set TO reader;


--
-- Name: TABLE duplicate_rule; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.duplicate_rule TO seller;
GRANT SELECT ON TABLE crm.duplicate_rule TO reader;


--
-- Name: TABLE email_message; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.email_message TO seller;
GRANT SELECT ON TABLE crm.email_message TO reader;


--
-- Name: TABLE email_status; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.email_status TO seller;
GRANT SELECT ON TABLE crm.email_status TO reader;


--
-- Name: TABLE entity_subscription; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.entity_subscription TO seller;
GRANT SELECT ON TABLE crm.entity_subscription TO reader;


--
-- Name: TABLE event; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.event TO seller;
GRANT SELECT ON TABLE crm.event TO reader;


--
-- Name: TABLE lead; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE crm.lead TO seller;
GRANT SELECT ON TABLE crm.lead TO reader;


--
-- Name: TABLE lead_conversion_error; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.lead_conversion_error TO seller;
GRANT SELECT ON TABLE crm.lead_conversion_error TO reader;


--
-- Name: TABLE lead_conversion_job; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.lead_conversion_job TO seller;
GRANT SELECT ON TABLE crm.lead_conversion_job TO reader;


--
-- Name: TABLE lead_convert_settings; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.lead_convert_settings TO seller;
GRANT SELECT ON TABLE crm.lead_convert_settings TO reader;


--
-- Name: TABLE lead_field_mapping; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.lead_field_mapping TO seller;
GRANT SELECT ON TABLE crm.lead_field_mapping TO reader;


--
-- Name: TABLE lead_status; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.lead_status TO seller;
GRANT SELECT ON TABLE crm.lead_status TO reader;


--
-- Name: TABLE list_email; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.list_email TO seller;
GRANT SELECT ON TABLE crm.list_email TO reader;


--
-- Name: TABLE list_email_individual_recipient; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.list_email_individual_recipient TO seller;
GRANT SELECT ON TABLE crm.list_email_individual_recipient TO reader;


--
-- Name: TABLE marketing_action; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.marketing_action TO seller;
GRANT SELECT ON TABLE crm.marketing_action TO reader;


--
-- Name: TABLE note; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.note TO seller;
GRANT SELECT ON TABLE crm.note TO reader;


--
-- Name: TABLE opportunity; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT,INSERT,UPDATE ON TABLE crm.opportunity TO seller;
GRANT SELECT ON TABLE crm.opportunity TO reader;


--
-- Name: TABLE social_persona; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.social_persona TO seller;
GRANT SELECT ON TABLE crm.social_persona TO reader;


--
-- Name: TABLE social_post; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.social_post TO seller;
GRANT SELECT ON TABLE crm.social_post TO reader;


--
-- Name: TABLE task; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.task TO seller;
GRANT SELECT ON TABLE crm.task TO reader;


--
-- Name: COLUMN visit.id; Type: ACL; Schema: public; Owner: crm_owner
--

GRANT SELECT(id) ON TABLE public.visit TO reader;


--
-- Name: COLUMN visit.remark; Type: ACL; Schema: public; Owner: crm_owner
--

GRANT SELECT(remark) ON TABLE public.visit TO reader;


--
-- Name: TABLE mapped_columns; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.mapped_columns TO seller;
GRANT SELECT ON TABLE crm.mapped_columns TO reader;


--
-- Name: TABLE matching_rule; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.matching_rule TO seller;
GRANT SELECT ON TABLE crm.matching_rule TO reader;


--
-- Name: TABLE matching_rule_item; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.matching_rule_item TO seller;
GRANT SELECT ON TABLE crm.matching_rule_item TO reader;


--
-- Name: TABLE notification; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.notification TO seller;
GRANT SELECT ON TABLE crm.notification TO reader;


--
-- Name: TABLE open_lead; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.open_lead TO seller;
GRANT SELECT ON TABLE crm.open_lead TO reader;


--
-- Name: TABLE opportunity_contact_role; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.opportunity_contact_role TO seller;
GRANT SELECT ON TABLE crm.opportunity_contact_role TO reader;


--
-- Name: TABLE opportunity_stage; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.opportunity_stage TO seller;
GRANT SELECT ON TABLE crm.opportunity_stage TO reader;


--
-- Name: TABLE partner_network_record_connection; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.partner_network_record_connection TO seller;
GRANT SELECT ON TABLE crm.partner_network_record_connection TO reader;


--
-- Name: TABLE person_account; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.person_account TO seller;
GRANT SELECT ON TABLE crm.person_account TO reader;


--
-- Name: TABLE picklist_field; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.picklist_field TO seller;
GRANT SELECT ON TABLE crm.picklist_field TO reader;


--
-- Name: TABLE picklist_value; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.picklist_value TO seller;
GRANT SELECT ON TABLE crm.picklist_value TO reader;


--
-- Name: TABLE process_instance; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.process_instance TO seller;
GRANT SELECT ON TABLE crm.process_instance TO reader;


--
-- Name: TABLE record_type; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.record_type TO seller;
GRANT SELECT ON TABLE crm.record_type TO reader;


--
-- Name: TABLE record_type_picklist_value; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.record_type_picklist_value TO seller;
GRANT SELECT ON TABLE crm.record_type_picklist_value TO reader;


--
-- Name: TABLE related_list; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.related_list TO seller;
GRANT SELECT ON TABLE crm.related_list TO reader;


--
-- Name: TABLE territory; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.territory TO seller;
GRANT SELECT ON TABLE crm.territory TO reader;


--
-- Name: TABLE user_record_type; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.user_record_type TO seller;
GRANT SELECT ON TABLE crm.user_record_type TO reader;


--
-- Name: TABLE workflow_time_queue; Type: ACL; Schema: crm; Owner: crm_owner
--

GRANT SELECT ON TABLE crm.workflow_time_queue TO seller;
GRANT SELECT ON TABLE crm.workflow_time_queue TO reader;


--
-- Name: TABLE log; Type: ACL; Schema: public; Owner: crm_owner
--

GRANT INSERT ON TABLE public.log TO seller;


--
-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: crm; Owner: crm_owner
--

ALTER DEFAULT PRIVILEGES FOR ROLE crm_owner IN SCHEMA crm GRANT SELECT ON TABLES  TO reader;


--
-- Name: conversions; Type: MATERIALIZED VIEW DATA; Schema: public; Owner: crm_owner
--

REFRESH MATERIALIZED VIEW public.conversions;


--
-- PostgreSQL database dump complete
--


