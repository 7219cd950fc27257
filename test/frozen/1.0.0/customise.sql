-- What a user does to leadconv before the first row
ALTER TABLE crm.lead ADD COLUMN budget numeric(12,2), ADD COLUMN "Odd name" text DEFAULT 'odd', ADD COLUMN gone integer;
ALTER TABLE crm.lead DROP COLUMN gone;
ALTER TABLE crm.account ADD COLUMN budget numeric(12,2), ADD COLUMN "Odd name" text;
ALTER TABLE crm.contact ADD COLUMN score integer CHECK (score < 1000);
ALTER TABLE crm.lead ADD COLUMN score integer;
ALTER TABLE crm.lead_conversion ADD COLUMN approved_by text;
SELECT leadconv.map_lead_field('budget', 'account', 'budget');
SELECT leadconv.map_lead_field('Odd name', 'account', 'Odd name');
SELECT leadconv.map_lead_field('score', 'contact', 'score');
DELETE FROM crm.lead_field_mapping WHERE lead_field = 'description';
SELECT leadconv.protect_mapped_columns();

CREATE TABLE public.visit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    who bigint REFERENCES crm.lead (id) ON DELETE CASCADE,
    contact_id bigint REFERENCES crm.contact (id) ON DELETE SET NULL,
    from_lead bigint,
    remark text);
SELECT leadconv.register_related_list('public.visit', 'who', 'contact_id', source_column => 'from_lead');

CREATE TABLE public.log (what text, id bigint, converting boolean);
CREATE FUNCTION public.log() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO public.log VALUES (TG_NAME, NEW.id, leadconv.is_converting()); RETURN NEW; END';
CREATE TRIGGER user_on AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.log();
CREATE TRIGGER user_off AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.log();
CREATE TRIGGER user_when AFTER UPDATE ON crm.lead FOR EACH ROW
    WHEN (NOT OLD.is_converted AND NEW.is_converted) EXECUTE FUNCTION public.log();
CREATE TRIGGER user_ledger BEFORE INSERT ON crm.lead_conversion FOR EACH ROW EXECUTE FUNCTION public.log();
ALTER TABLE crm.account DISABLE TRIGGER user_off;
ALTER TABLE crm.lead_conversion ENABLE ALWAYS TRIGGER user_ledger;

-- Objects that hang on tables which get new columns
CREATE VIEW public.accounts WITH (security_invoker) AS SELECT * FROM crm.account;
CREATE MATERIALIZED VIEW public.conversions AS SELECT l.id, l.lead_id, l.reason FROM crm.lead_conversion l;
CREATE FUNCTION public.last_conversion() RETURNS crm.lead_conversion LANGUAGE sql STABLE
    BEGIN ATOMIC SELECT l FROM crm.lead_conversion l ORDER BY id DESC LIMIT 1; END;
CREATE RULE user_rule AS ON DELETE TO crm.lead_conversion DO INSTEAD NOTHING;

CREATE INDEX user_index ON crm.lead (lower(company)) WHERE NOT is_converted;
CREATE UNIQUE INDEX "User Index" ON crm.account (budget, id);
CREATE INDEX user_request ON crm.lead_conversion USING gin (request);
CREATE STATISTICS crm.user_statistics ON city, state FROM crm.lead;
ALTER TABLE crm.account ADD CONSTRAINT user_check CHECK (budget >= 0) NOT VALID;
COMMENT ON COLUMN crm.lead.budget IS 'What they want to spend';
COMMENT ON TABLE crm.lead IS 'Our leads';
ALTER TABLE crm.task ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tasks ON crm.task FOR ALL TO seller USING (owner_id = leadconv.current_user_id()) WITH CHECK (true);
ALTER TABLE crm.account ALTER COLUMN name SET STATISTICS 500;
ALTER TABLE crm.lead_conversion SET (fillfactor = 90);

GRANT USAGE ON SCHEMA crm, leadconv TO seller, reader;
GRANT SELECT ON ALL TABLES IN SCHEMA crm TO seller, reader;
GRANT INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO seller;
GRANT SELECT (id, remark) ON public.visit TO reader;
GRANT INSERT ON public.log TO seller;
GRANT UPDATE (reason) ON crm.lead_conversion TO reader;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO seller;
GRANT EXECUTE ON FUNCTION leadconv.convert_leads TO seller WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads TO reader;
REVOKE EXECUTE ON FUNCTION leadconv.is_converting FROM PUBLIC;
GRANT EXECUTE ON FUNCTION leadconv.is_converting TO seller;
ALTER DEFAULT PRIVILEGES IN SCHEMA crm GRANT SELECT ON TABLES TO reader;

UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 4;
UPDATE crm.lead_status SET master_label = 'Ours' WHERE is_converted;
UPDATE crm.related_list SET is_active = false WHERE child = 'crm.social_post'::regclass;
