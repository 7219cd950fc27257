-- A table that is registered as a related list without an index that conversion
-- can use: a warning says so
SET client_min_messages = warning;
CREATE TABLE visit (lead_id bigint REFERENCES crm.lead, contact_id bigint REFERENCES crm.contact);
SELECT leadconv.register_related_list('visit', 'lead_id', 'contact_id');

-- Of another kind, of some rows only, or of another column first
CREATE INDEX ON visit USING hash (lead_id);
CREATE INDEX ON visit (lead_id) WHERE contact_id IS NULL;
CREATE INDEX ON visit (contact_id, lead_id);
\set VERBOSITY terse
SELECT leadconv.register_related_list('visit', 'lead_id', 'contact_id');

-- No warning: all rows that have a lead, and other columns after it
CREATE INDEX visit_lead ON visit (lead_id, contact_id) WHERE lead_id IS NOT NULL;
SELECT leadconv.register_related_list('visit', 'lead_id', 'contact_id');

SELECT leadconv.unregister_related_list('visit');
DROP TABLE visit;
