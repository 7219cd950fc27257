-- "You can't convert a lead that's associated with an active approval process or
-- has pending workflow actions.  Converting a lead to a person account doesn't
-- trigger workflow rules.  When a lead is converted by someone who isn't the lead
-- owner, all workflow tasks associated with the lead that are assigned to that
-- user, except email alerts, are reassigned to the lead owner.  Workflow tasks
-- assigned to users other than the lead owner and lead converter aren't changed.
-- If validation and triggers for lead conversion are enabled, then converting a
-- lead can trigger a workflow action on a lead. ... A workflow rule can create a
-- task because of a lead conversion. In that case, Salesforce assigns the task to
-- the new contact and relates it to the associated account or opportunity."
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT * FROM no_plan();

SELECT t.new('app_user', '{"name": "Ann"}') AS ann, t.new('app_user', '{"name": "Bob"}') AS bob,
    t.new('app_user', '{"name": "Cay"}') AS cay, t.new('app_user', '{"name": "Dan"}') AS dan \gset
SELECT set_config('leadconv.user_id', :'cay', true);

-- What an approval and a pending action do
SELECT t.lead() AS l \gset
INSERT INTO crm.process_instance (lead_id, status) VALUES (:l, 'Pending');
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'ENTITY_IS_LOCKED', 'LC007', NULL, 'active approval process', 'an active approval process blocks');
UPDATE crm.process_instance SET status = 'Approved';
INSERT INTO crm.workflow_time_queue (lead_id, action_name, scheduled_date) VALUES (:l, 'Remind', now());
SELECT t.refuses(jsonb_build_object('lead_id', :l), 'ENTITY_IS_LOCKED', 'LC007', NULL, 'pending workflow actions', 'a pending workflow action blocks');
DELETE FROM crm.workflow_time_queue;
SELECT ok((t.convert(:l)).success, 'neither blocks when it is over');

-- The owners of a lead's tasks after a conversion by Cay; the lead is Ann's
CREATE FUNCTION t.owners(request jsonb DEFAULT '{}', lead jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.lead(jsonb_build_object('owner_id', (SELECT id FROM crm.app_user WHERE name = 'Ann')) || lead);
    result leadconv.lead_convert_result;
BEGIN
    INSERT INTO crm.task (lead_id, subject, owner_id, workflow_rule, is_closed, status, task_subtype)
        SELECT l, v.subject, u.id, v.rule, v.closed, CASE WHEN v.closed THEN 'Completed' ELSE 'Not Started' END, v.subtype
        FROM (VALUES ('own', 'Cay', NULL, false, NULL), ('workflow', 'Cay', 'w', false, NULL), ('closed', 'Cay', 'w', true, NULL),
            ('email', 'Cay', 'w', false, 'Email'), ('other', 'Dan', 'w', false, NULL), ('owner', 'Ann', 'w', false, 'Task')) v (subject, name, rule, closed, subtype)
        JOIN crm.app_user u USING (name);
    result := t.convert(l, request);
    DELETE FROM r;
    INSERT INTO r SELECT result.*;
    RETURN (SELECT string_agg(concat_ws(' ', t.subject, u.name), ', ' ORDER BY array_position('{own,workflow,closed,email,other,owner}', t.subject::text)) FROM crm.task t LEFT JOIN crm.app_user u ON u.id = t.owner_id WHERE source_lead_id = l);
END $$;
SELECT is(t.owners(), 'own Ann, workflow Ann, closed Cay, email Cay, other Dan, owner Ann', 'into records of the lead''s owner: open tasks of the converter go there');
SELECT is(t.owners(jsonb_build_object('owner_id', :bob)), 'own Bob, workflow Ann, closed Cay, email Cay, other Dan, owner Ann',
    'into records of somebody else: workflow tasks of the converter, except emails, go to the lead''s owner; those of others do not change');
SELECT set_eq('SELECT (x ->> ''to'')::bigint FROM crm.lead_conversion c, jsonb_array_elements(owner_changes) x WHERE c.id = (SELECT max(id) FROM crm.lead_conversion)', ARRAY[:bob, :ann], 'as the ledger says');
SELECT is(t.owners(jsonb_build_object('owner_id', :cay)), 'own Cay, workflow Ann, closed Cay, email Cay, other Dan, owner Ann', 'into records of the converter''s own, too');
SELECT is(t.owners(jsonb_build_object('owner_id', :bob), jsonb_build_object('owner_id', :cay)), 'own Bob, workflow Bob, closed Cay, email Bob, other Dan, owner Ann',
    'when the lead''s owner converts, workflow tasks are as other tasks');
SELECT is(t.owners('{}', '{"owner_id": null}'), 'own Cay, workflow Cay, closed Cay, email Cay, other Dan, owner Ann', 'a lead without an owner');

-- The bulk call
SELECT t.lead(jsonb_build_object('owner_id', :ann)) AS l1, t.lead(jsonb_build_object('owner_id', :bob)) AS l2, t.lead(jsonb_build_object('owner_id', :cay)) AS l3 \gset
INSERT INTO crm.task (lead_id, subject, owner_id, workflow_rule) SELECT l, 'x', :cay, w FROM unnest(ARRAY[:l1, :l2, :l3]) l, unnest(ARRAY['w', NULL]) w;
SELECT is((SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:l1, owner_id => :dan), leadconv.new_lead_convert(:l2, owner_id => :dan), leadconv.new_lead_convert(:l3, owner_id => :dan)]) WHERE success), 3::bigint, 'three leads in one call');
SELECT results_eq(format('SELECT source_lead_id, workflow_rule, owner_id FROM crm.task WHERE subject = ''x'' AND source_lead_id IN (%s, %s, %s) ORDER BY source_lead_id, workflow_rule', :l1, :l2, :l3),
    format('VALUES (%s::bigint, ''w'', %s::bigint), (%1$s, NULL, %7$s), (%3$s, ''w'', %4$s), (%3$s, NULL, %7$s), (%5$s, ''w'', %7$s), (%5$s, NULL, %7$s)', :l1, :ann, :l2, :bob, :l3, :cay, :dan),
    'each lead''s workflow tasks go to its own owner');

-- A rule makes a task because of the conversion
CREATE FUNCTION t.made(rule text) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', subject, CASE WHEN t.lead_id IS NOT NULL THEN 'lead' END, CASE WHEN t.contact_id = r.contact_id THEN 'contact' END,
        CASE WHEN t.opportunity_id = r.opportunity_id THEN 'opportunity' END, CASE WHEN t.account_id = r.account_id THEN 'account' END, 'of ' || u.name)
    FROM r JOIN crm.task t ON t.source_lead_id = r.lead_id OR t.lead_id = r.lead_id LEFT JOIN crm.app_user u ON u.id = t.owner_id WHERE t.workflow_rule = rule ORDER BY t.id
$$;
DO $$ DECLARE rel text; BEGIN
    FOREACH rel IN ARRAY '{account,contact,opportunity}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER welcome AFTER INSERT ON crm.%I FOR EACH ROW EXECUTE FUNCTION leadconv.workflow_task(%L, %L)', rel, 'New ' || rel, 'owner=Dan');
    END LOOP;
END $$;
CREATE TRIGGER welcome AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.is_converted AND NOT OLD.is_converted) EXECUTE FUNCTION leadconv.workflow_task('Thank', 'owner=Dan');
SELECT t.go(jsonb_build_object('owner_id', :ann));
SELECT results_eq('SELECT t.made(''welcome'')', $$VALUES ('New account contact opportunity account of Dan'), ('New contact contact opportunity account of Dan'),
    ('New opportunity contact opportunity account of Dan'), ('Thank contact opportunity account of Dan')$$, 'it goes to the new contact and is related to the opportunity and the account');
SELECT t.go(jsonb_build_object('owner_id', :ann, 'do_not_create_opportunity', true));
SELECT results_eq('SELECT t.made(''welcome'')', $$VALUES ('New account contact account of Dan'), ('New contact contact account of Dan'), ('Thank contact account of Dan')$$, 'or to the account alone');
SELECT t.go(jsonb_build_object('owner_id', :ann, 'do_not_create_contact', true));
SELECT results_eq('SELECT t.made(''welcome'')', $$VALUES ('New account opportunity account of Dan'), ('New opportunity opportunity account of Dan'), ('Thank opportunity account of Dan')$$, 'without a contact');

-- the ledger has them as rows that were moved from the lead
SELECT is((SELECT count(*) FROM crm.task t JOIN r ON t.source_lead_id = r.lead_id AND t.lead_id IS NULL AND t.revision = 2), 3::bigint, 'the tasks are the lead''s that were moved');
SELECT is((SELECT undo -> 'rows' FROM crm.lead_conversion ORDER BY id DESC LIMIT 1), NULL, 'of which the ledger need not say more');

-- what is left out, and made later by completing the conversion
SELECT t.go(jsonb_build_object('owner_id', :ann, 'do_not_create_opportunity', true));
SELECT lead_id AS l, contact_id AS contact, account_id AS account FROM r \gset
SELECT (leadconv.complete_lead_conversion(:l, opportunity_name => 'Deal')).opportunity_id AS opportunity \gset
SELECT results_eq(format('SELECT contact_id, account_id, opportunity_id, source_lead_id FROM crm.task WHERE source_lead_id = %s AND subject = ''New opportunity''', :l),
    format('VALUES (%s::bigint, %s::bigint, %s::bigint, %s::bigint)', :contact, :account, :opportunity, :l), 'completing a conversion triggers workflow, too');

-- taken back, tasks of rules are the lead's, and others as they were
SELECT t.lead(jsonb_build_object('owner_id', :ann)) AS l \gset
INSERT INTO crm.task (lead_id, subject, owner_id, workflow_rule) SELECT :l, 'x', :cay, w FROM unnest(ARRAY['w', NULL]) w;
SELECT t.state('{crm}') AS before \gset
SELECT ok((t.convert(:l, jsonb_build_object('owner_id', :bob))).success, 'a conversion with rules');
SELECT leadconv.undo_lead_conversion(:l);
SELECT is((SELECT count(*) FROM crm.task WHERE lead_id = :l AND contact_id IS NULL AND account_id IS NULL AND opportunity_id IS NULL AND source_lead_id IS NULL AND workflow_rule = 'welcome'),
    4::bigint, 'is taken back, and the tasks of rules are the lead''s');
DELETE FROM crm.task WHERE lead_id = :l AND workflow_rule = 'welcome';
SELECT is(t.changed_since(:'before', '{crm}'), NULL, 'all else is as it was');

-- in a bulk call each task is of the right lead
SELECT t.lead('{"company": "A"}') AS l1, t.lead('{"company": "B"}') AS l2, t.lead('{"company": "C"}') AS l3 \gset
CREATE TEMP TABLE results AS SELECT * FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(l, owner_id => :ann) ORDER BY l DESC) FROM unnest(ARRAY[:l1, :l2, :l3]) l), reuse_accounts => true);
SELECT results_eq('SELECT x.lead_id, count(*), count(DISTINCT t.subject), bool_and(t.contact_id = x.contact_id AND t.account_id = x.account_id AND t.opportunity_id = x.opportunity_id) FROM results x JOIN crm.task t ON t.source_lead_id = x.lead_id GROUP BY 1 ORDER BY 1',
    format('VALUES (%s::bigint, 4::bigint, 4::bigint, true), (%s, 4, 4, true), (%s, 4, 4, true)', :l1, :l2, :l3), 'in a bulk call each task is of the lead whose conversion made it');

-- a task that is the converter's goes to the lead's owner at once
DROP TRIGGER welcome ON crm.lead;
CREATE TRIGGER thank AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.is_converted AND NOT OLD.is_converted) EXECUTE FUNCTION leadconv.workflow_task('Thank', 'owner=Cay');
SELECT t.go(jsonb_build_object('owner_id', :bob), jsonb_build_object('owner_id', :ann));
SELECT results_eq('SELECT t.made(''thank'')', $$VALUES ('Thank contact opportunity account of Ann')$$, 'a new task of the converter goes to the lead''s owner');

-- Validation and triggers off: no workflow
UPDATE crm.lead_convert_settings SET require_validation = false;
SELECT t.go();
SELECT is_empty('SELECT t.made(''thank'') UNION ALL SELECT t.made(''welcome'')', 'without validation and triggers, a conversion triggers no workflow');
INSERT INTO crm.account (name) VALUES ('By hand');
SELECT is((SELECT count(*) FROM crm.task t JOIN crm.account a ON a.id = t.account_id WHERE a.name = 'By hand'), 1::bigint, 'other statements do');
UPDATE crm.lead_convert_settings SET require_validation = true;

-- A rule on a lead that is being converted may not keep it from being converted, nor change it afterwards
CREATE TRIGGER reassign BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.assign_owner('Dan');
SELECT t.go('{}', jsonb_build_object('owner_id', :ann));
SELECT is(t.get('lead', (SELECT lead_id FROM r), 'owner_id'), :'ann', 'an assignment rule for leads leaves the conversion of a lead alone');
SELECT is(t.get('account', (SELECT account_id FROM r), 'owner_id'), :'ann', 'and the new records');
DROP TRIGGER reassign ON crm.lead;

-- A converted lead that is changed later
CREATE ROLE lc_t_editor;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_editor;
GRANT SELECT, UPDATE ON crm.lead TO lc_t_editor;
GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads TO lc_t_editor;
CREATE TRIGGER later AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (NEW.title = 'CEO') EXECUTE FUNCTION leadconv.workflow_task('Later');
SET LOCAL ROLE lc_t_editor;
UPDATE crm.lead SET title = 'CEO' WHERE id = (SELECT lead_id FROM r);
RESET ROLE;
SELECT is((SELECT concat_ws(' ', t.lead_id, t.contact_id = r.contact_id, t.account_id = r.account_id, t.opportunity_id = r.opportunity_id) FROM crm.task t, r WHERE workflow_rule = 'later'),
    't t t', 'a task about a converted lead is about what it was converted to');

-- When the related list of tasks is off, they stay on the lead
UPDATE crm.related_list SET is_active = false WHERE child = 'crm.task'::regclass;
SELECT t.go();
SELECT results_eq('SELECT t.made(''thank'')', $$VALUES ('Thank lead of Cay')$$, 'tasks stay where the related list leaves them');

SELECT * FROM finish();
ROLLBACK;
