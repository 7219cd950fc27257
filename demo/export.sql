-- leadconv at work on a Salesforce export of the user's own: loads it and
-- converts every lead. Run by demo/run, which sets the variable load to the
-- script that loads it.

\set ON_ERROR_STOP on
\set QUIET on
\pset border 2
\pset footer off
\pset null ''
SET client_min_messages = warning;

\echo
\echo '== CREATE EXTENSION leadconv CASCADE'
CREATE EXTENSION leadconv CASCADE;

\echo
\echo '== Loading the export'
\i :load

CREATE TEMPORARY VIEW counts AS
SELECT (SELECT count(*) FROM crm.lead WHERE is_converted) AS converted_leads,
       (SELECT count(*) FROM crm.lead WHERE NOT is_converted) AS open_leads,
       (SELECT count(*) FROM crm.account) AS accounts,
       (SELECT count(*) FROM crm.contact) AS contacts,
       (SELECT count(*) FROM crm.opportunity) AS opportunities,
       (SELECT count(*) FROM crm.campaign_member WHERE contact_id IS NULL) AS lead_members,
       (SELECT count(*) FROM crm.campaign_member WHERE contact_id IS NOT NULL) AS contact_members,
       (SELECT count(*) FROM crm.task WHERE lead_id IS NOT NULL) AS lead_tasks,
       (SELECT count(*) FROM crm.task WHERE lead_id IS NULL) AS other_tasks;

\echo
\echo '== Before'
SELECT * FROM counts;

\echo
\echo '== Converting every open lead'
\timing on
CREATE TEMPORARY TABLE result AS
SELECT r.*
FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(id) FROM crm.lead WHERE NOT is_converted ORDER BY id), all_or_none => false) r;
\timing off

\echo
\echo '== After'
SELECT * FROM counts;

\echo
\echo '== The first ten'
SELECT l.id, l.external_id, l.name, l.status, a.name AS account, c.name AS contact, o.name AS opportunity,
       o.stage_name, o.close_date
FROM result r
JOIN crm.lead l ON l.id = r.lead_id AND r.success
LEFT JOIN crm.account a ON a.id = r.account_id
LEFT JOIN crm.contact c ON c.id = r.contact_id
LEFT JOIN crm.opportunity o ON o.id = r.opportunity_id
ORDER BY l.id
LIMIT 10;

\echo
\echo '== What could not be converted'
SELECT e.status_code, e.message, count(*) AS leads
FROM result r CROSS JOIN LATERAL unnest(r.errors) e
WHERE NOT r.success
GROUP BY e.status_code, e.message
ORDER BY leads DESC, e.message;

\echo
\echo '== What the results warn about'
SELECT w.status_code, w.message, count(*) AS leads
FROM result r CROSS JOIN LATERAL unnest(r.warnings) w
GROUP BY w.status_code, w.message
ORDER BY leads DESC, w.message;

\echo
\echo '== The funnel: how far the leads have come'
SELECT label, value, rate, bar FROM leadconv.report('funnel');

\echo
\echo '== The sources: leads, and how many of them are converted'
SELECT label, value, rate, bar FROM leadconv.report('sources');
