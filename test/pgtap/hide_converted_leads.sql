-- leadconv.hide_converted_leads(): who sees converted leads, which policies there
-- are, and what conversions answer
BEGIN;
\ir helpers.psql
SELECT plan(57);

CREATE ROLE hc_seller;
CREATE ROLE hc_viewer;
CREATE ROLE hc_admin;
CREATE ROLE hc_reporter;
CREATE ROLE hc_reporters;
CREATE ROLE hc_member;
GRANT hc_reporters TO hc_member;
SELECT leadconv.grant_role_privileges('hc_seller', 'sales');
SELECT leadconv.grant_role_privileges('hc_viewer', 'sales');
GRANT EXECUTE ON FUNCTION leadconv.view_converted_leads() TO hc_viewer;
SELECT leadconv.grant_role_privileges('hc_admin', 'administrator');
SELECT leadconv.setup_report_role('hc_reporter');
SELECT leadconv.setup_report_role('hc_reporters');

-- A report as there may be more of: with the rights of who reads it
CREATE VIEW t.report WITH (security_invoker = true) AS
    SELECT count(*) AS leads, count(*) FILTER (WHERE is_converted) AS converted FROM crm.lead;
GRANT SELECT ON t.report TO PUBLIC;
GRANT USAGE ON SCHEMA t TO PUBLIC;

-- "leads|converted" that a role counts
CREATE FUNCTION t.counts(who name) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', who);
    SELECT leads || '|' || converted INTO result FROM t.report;
    RESET ROLE;
    RETURN result;
END $$;

-- The row security of crm.lead, all of it
CREATE FUNCTION t.security() RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', (SELECT CASE WHEN relrowsecurity THEN 'on' ELSE 'off' END || CASE WHEN relforcerowsecurity THEN ' forced' ELSE '' END
                           FROM pg_class WHERE oid = 'crm.lead'::regclass),
        (SELECT string_agg(format('%s(%s %s %s%s%s)', polname, CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END, polcmd, polroles,
                CASE WHEN pg_get_expr(polqual, polrelid) IN ('true', 'false') THEN ' ' || pg_get_expr(polqual, polrelid) END,
                CASE WHEN polwithcheck IS NOT NULL THEN ' check ' || pg_get_expr(polwithcheck, polrelid) END), ' ' ORDER BY polname)
         FROM pg_policy WHERE polrelid = 'crm.lead'::regclass))
$$;
\set ours 'on leadconv_all_leads(permissive * {0} true check true) leadconv_hide_converted_leads(restrictive r {0})'

SELECT t.lead() AS open, t.lead() AS done, t.lead() AS other \gset
SELECT (t.convert(:done)).success;

--
-- Who sees what
--
SELECT is(t.counts('hc_seller'), '3|1', 'without hiding everybody sees converted leads');
SELECT is(t.security(), 'off', 'and there is no row-level security');
SELECT lives_ok('SELECT leadconv.hide_converted_leads(true)', 'hide them');
SELECT is(t.security(), :'ours', 'our policies');
SELECT is(t.counts('hc_seller'), '2|0', 'they are hidden');
SELECT is(t.counts('hc_viewer'), '3|1', 'but not from who may see them');
SELECT is(t.counts('hc_admin'), '3|1', 'nor from who may see and edit them');
SELECT is(t.counts('hc_reporter'), '3|1', 'they are counted in reports');
SELECT is(t.counts('hc_member'), '3|1', 'also by a member of the role for reports');
SELECT is(t.counts(current_user), '3|1', 'and by the owner');
SELECT is((SELECT count(*) FROM leadconv.validate()), 0::bigint, 'validate() has nothing to say');
SELECT is((SELECT count(*) FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass
           AND (d.refclassid, d.refobjid) IN (SELECT 'pg_proc'::regclass, oid FROM pg_proc WHERE pronamespace = 'leadconv'::regnamespace
                UNION SELECT 'pg_extension'::regclass, oid FROM pg_extension)), 0::bigint, 'no policy depends on the extension');
SET LOCAL ROLE hc_viewer;
SELECT throws_ok(format('UPDATE crm.lead SET title = ''x'' WHERE id = %s', :done), 'LC005', NULL, 'to see one is not to edit it');
SET LOCAL ROLE hc_admin;
SELECT lives_ok(format('UPDATE crm.lead SET title = ''x'' WHERE id = %s', :done), 'which takes the other permission');
SET LOCAL ROLE hc_reporter;
SELECT throws_ok(format('UPDATE crm.lead SET title = ''x'' WHERE id = %s', :open), '42501', NULL, 'who reads reports changes nothing');
SET LOCAL ROLE hc_seller;
SELECT throws_ok('SELECT leadconv.view_converted_leads()', '42501', NULL, 'the permission is not everybody''s');
UPDATE crm.lead SET title = 'y' WHERE id = :done;
RESET ROLE;
SELECT is(t.get('lead', :done, 'title'), 'x', 'what is hidden is not updated either');

--
-- What conversions answer
--
CREATE FUNCTION t.answer(who name, request jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result leadconv.lead_convert_result;
    detail text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', who);
    result := t.convert(request);
    RESET ROLE;
    RETURN 'converted';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN concat_ws(' ', SQLSTATE, SQLERRM, nullif(detail, ''));
END $$;
SELECT is(t.answer('hc_seller', jsonb_build_object('lead_id', :done)),
    format('LC005 cannot reference converted lead: lead %1$s has been converted already Lead %1$s was converted.', :done),
    'of a lead that is hidden: that it is converted, and no more');
SELECT matches(t.answer('hc_viewer', jsonb_build_object('lead_id', :done)),
    format('LC005 .* Lead %s was converted on .* to account \d+, contact \d+, opportunity \d+', :done), 'who may see it is told to what');
SELECT is(t.answer('hc_seller', '{"lead_id": 987654321}'), 'LC016 lead 987654321 does not exist', 'one that does not exist is another matter');
SET LOCAL ROLE hc_seller;
SELECT is((SELECT string_agg(concat_ws(' ', r.lead_id = :done, r.success, (r.errors[1]).status_code, (r.errors[1]).detail), '; ')
           FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:open, request_id => 'q', follow_up_task => '{"subject": "Call"}'),
               leadconv.new_lead_convert(:done)], all_or_none => false) r),
    format('f t; t f CANNOT_UPDATE_CONVERTED_LEAD Lead %s was converted.', :done), 'in a bulk call, with a follow-up task for another one');
SELECT is((SELECT count(*) FROM crm.lead WHERE id = :open), 0::bigint, 'the other one is converted and hidden');
SELECT is((SELECT concat_ws(' ', success, account_created) FROM leadconv.convert_lead(:open, request_id => 'q', follow_up_task => '{"subject": "Call"}')),
    't t', 'the same request gets its result again');
SELECT throws_ok(format('SELECT leadconv.convert_lead(%s, request_id => ''q'')', :other), 'LC017', NULL, 'another one with its id does not');
SELECT is((SELECT count(*) FROM crm.task t WHERE t.subject = 'Call' AND t.source_lead_id = :open), 1::bigint, 'the follow-up task is there');
SELECT throws_ok(format('INSERT INTO crm.task (lead_id, subject) VALUES (%s, ''x'')', :done), 'LC005', NULL, 'the lock on converted leads holds');
RESET ROLE;
SET LOCAL ROLE hc_seller;
SELECT is((SELECT string_agg(status_code, ' ') FROM t.look(ARRAY[leadconv.new_lead_convert(:done)], false, false)), 'CANNOT_UPDATE_CONVERTED_LEAD',
    'who only looks is told the same');
RESET ROLE;

--
-- Twice, and back
--
SELECT lives_ok('SELECT leadconv.hide_converted_leads(true)', 'hide them again');
SELECT is(t.security(), :'ours', 'nothing is different');
SELECT lives_ok('SELECT leadconv.hide_converted_leads(false)', 'show them');
SELECT is(t.security(), 'off', 'nothing of ours is left');
SELECT lives_ok('SELECT leadconv.hide_converted_leads(false)', 'again');
SELECT is(t.security(), 'off', 'nothing is different');
SELECT is(t.counts('hc_seller'), '3|2', 'everybody sees them');

--
-- Beside policies of the user
--
CREATE POLICY mine ON crm.lead USING (last_name = 'Rao');
SELECT throws_ok('SELECT leadconv.hide_converted_leads(true)', '55000', 'table "crm.lead" has policies, but its row-level security is disabled',
    'policies that are not in force are not put into force');
SELECT is(t.security(), 'off mine(permissive * {0})', 'and nothing is changed');
ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
UPDATE crm.lead SET last_name = 'Li' WHERE id = :other;
SELECT lives_ok('SELECT leadconv.hide_converted_leads(true)', 'beside a policy in force');
SELECT is(t.security(), 'on leadconv_hide_converted_leads(restrictive r {0}) mine(permissive * {0})', 'only ours that hides');
SELECT is(t.counts('hc_seller'), '0|0', 'both hold');
SELECT is(t.counts('hc_reporter'), '2|2', 'for who reads reports, theirs does');
SELECT is(t.answer('hc_seller', jsonb_build_object('lead_id', :other)), format('LC016 lead %s does not exist', :other),
    'a lead that a policy of theirs hides does not exist');
SELECT is(t.answer('hc_seller', jsonb_build_object('lead_id', :done)),
    format('LC005 cannot reference converted lead: lead %1$s has been converted already Lead %1$s was converted.', :done),
    'one that only its conversion hides is converted');
SELECT lives_ok('SELECT leadconv.hide_converted_leads(false)', 'take ours away');
SELECT is(t.security(), 'on mine(permissive * {0})', 'theirs stay, and row-level security on');
DROP POLICY mine ON crm.lead;
SELECT lives_ok('SELECT leadconv.hide_converted_leads(true)', 'a table that has been closed');
SELECT is(t.counts('hc_reporter'), '0|0', 'stays closed');
SELECT lives_ok('SELECT leadconv.hide_converted_leads(false)', 'take ours away');
SELECT is(t.security(), 'on', 'row-level security was not ours');
ALTER TABLE crm.lead DISABLE ROW LEVEL SECURITY;

-- One that comes later would be of no effect beside ours that gives everybody everything
SELECT leadconv.hide_converted_leads(true);
CREATE POLICY mine ON crm.lead USING (last_name = 'Rao');
SELECT is((SELECT string_agg(problem, '; ') FROM leadconv.validate()), 'policy leadconv_all_leads lets everybody have all leads, beside policies of yours',
    'validate() tells of it');
SELECT leadconv.hide_converted_leads(true);
SELECT is(t.security(), 'on leadconv_all_leads(permissive * {0} false check false) leadconv_hide_converted_leads(restrictive r {0}) mine(permissive * {0})',
    'ours gives nobody anything any more');
SELECT is(t.counts('hc_reporter'), '2|2', 'theirs says who may have what');
SELECT is((SELECT count(*) FROM leadconv.validate()), 0::bigint, 'and validate() has nothing to say');
SAVEPOINT a;
SELECT leadconv.hide_converted_leads(false);
SELECT is(t.security(), 'on mine(permissive * {0})', 'taken away while theirs is there: row-level security stays on');
ROLLBACK TO a;
DROP POLICY mine ON crm.lead;
SELECT leadconv.hide_converted_leads(false);
SELECT is(t.security(), 'off', 'taken away when theirs is gone: we enabled it');

-- A policy of theirs with the same idea
ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON crm.lead FOR SELECT USING (true);
CREATE POLICY edit ON crm.lead FOR UPDATE USING (NOT is_converted);
SELECT matches(t.answer('hc_seller', jsonb_build_object('lead_id', :done)), 'LC005 .* Lead \d+ was converted on ', 'converted leads can be read, but not updated');
SELECT is(t.answer('hc_seller', jsonb_build_object('lead_id', :other)), 'converted', 'and others be converted');

-- Arguments
SELECT t.fails('SELECT leadconv.hide_converted_leads(NULL)', 'LC001', 'argument "enable" is required', 'NULL');

SELECT * FROM finish();
ROLLBACK;
