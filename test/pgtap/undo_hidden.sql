-- Taking back conversions by a role that row security keeps from seeing all rows of
-- related lists, or that has no privileges on them at all: everything goes back, and what
-- the role is told is about rows that it sees
BEGIN;
\ir helpers.psql
\ir undo.psql
SELECT plan(16);
CREATE ROLE lc_t_undoer;
GRANT USAGE ON SCHEMA crm, leadconv TO lc_t_undoer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA crm TO lc_t_undoer;
GRANT EXECUTE ON FUNCTION leadconv.convert_lead, leadconv.undo_lead_conversion, leadconv.undo_lead_conversions, leadconv.preview_lead_conversions TO lc_t_undoer;
SELECT t.new('app_user', '{"name": "Ann"}') AS ann \gset
SELECT set_config('leadconv.user_id', :'ann', true);
UPDATE crm.related_list SET keep_lead = false WHERE child = 'crm.content_document_link'::regclass;

SELECT t.new('account', '{"name": "Old"}') AS a \gset
SELECT t.new('contact', jsonb_build_object('last_name', 'M', 'account_id', :a)) AS c \gset
SELECT jsonb_build_object('account_id', :a, 'contact_id', :c, 'do_not_create_opportunity', true) AS into \gset
-- A lead of which one row of each kind is hidden and one is not
CREATE FUNCTION t.half_hidden(c bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    l bigint := t.lead();
    mark jsonb;
    camp bigint;
BEGIN
    FOREACH mark IN ARRAY ARRAY[jsonb_build_object('external_id', 'hidden' || l), jsonb_build_object('external_id', 'seen' || l)] LOOP
        camp := t.new('campaign', '{"name": "C"}');
        INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (camp, 'Sent', 1, false), (camp, 'Responded', 2, true);
        PERFORM t.new('task', mark || jsonb_build_object('lead_id', l)),
            t.new('note', mark || jsonb_build_object('lead_id', l, 'title', 'N')),
            t.new('content_document_link', mark || jsonb_build_object('lead_id', l, 'content_document_id', t.new('content_document', '{"title": "D"}'), 'share_type', 'V')),
            t.new('campaign_member', mark || jsonb_build_object('lead_id', l, 'campaign_id', camp, 'status', 'Responded')),
            t.new('campaign_member', jsonb_build_object('contact_id', c, 'campaign_id', camp, 'status', 'Sent'));
    END LOOP;
    RETURN l;
END $$;
CREATE FUNCTION t.undo(leads bigint[], on_change text DEFAULT 'refuse') RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', concat_ws('/', u.members_restored, u.rows_moved_back),
        (SELECT string_agg(w.message, ', ' ORDER BY w.message) FROM unnest(u.warnings) w),
        (SELECT string_agg(concat_ws(' ', e.status_code, r ->> 'table', coalesce(r ->> 'id', '-'), r ->> 'reason'), ', ') FROM unnest(u.errors) e LEFT JOIN jsonb_array_elements(e.data) r ON true)), '; ' ORDER BY u.lead_id)
    FROM leadconv.undo_lead_conversions(leads, on_change, all_or_none => false) u $$;
GRANT EXECUTE ON FUNCTION t.undo TO lc_t_undoer;
SELECT t.half_hidden(:c) AS l, t.half_hidden(:c) AS l2 \gset
SELECT t.state('{crm}') AS before \gset
SELECT t.convert(:l, :'into'), t.convert(:l2, :'into');

SAVEPOINT s;
SELECT is(t.undo(ARRAY[:l, :l2]), '2/10; 2/10', 'the owner is told of all rows');
ROLLBACK TO s;
-- row security
SELECT t.show_only('{task,note,content_document_link,campaign_member}', $$NOT coalesce(external_id LIKE 'hidden%', false)$$);
SAVEPOINT s;
SET LOCAL ROLE lc_t_undoer;
SELECT is(t.undo(ARRAY[:l, :l2]), '1/7; 1/7', 'one whom policies keep from half of them: of the other half, and links whose copies it sees');
RESET ROLE;
SELECT is(t.changed_since(:'before', '{crm}'), NULL, '... and all is as it was');
ROLLBACK TO s;
SET LOCAL ROLE lc_t_undoer;
SELECT is(t.undo(ARRAY[:l]), '1/7', '... of one likewise');
RESET ROLE;
ROLLBACK TO s;
-- no privileges
REVOKE ALL ON crm.task, crm.note, crm.content_document_link, crm.campaign_member FROM lc_t_undoer;
SET LOCAL ROLE lc_t_undoer;
SELECT is(t.undo(ARRAY[:l, :l2]), '0/0; 0/0', 'one who may not read the tables: of none');
RESET ROLE;
SELECT is(t.changed_since(:'before', '{crm}'), NULL, '... and all is as it was');
ROLLBACK TO s;
REVOKE USAGE ON SCHEMA crm FROM lc_t_undoer;
SET LOCAL ROLE lc_t_undoer;
SELECT throws_ok(format('SELECT leadconv.undo_lead_conversion(%s)', :l), '42501', NULL, '... nor without the schema');
RESET ROLE;
ROLLBACK TO s;

-- what is in the way: the table is named, and the row when it is seen
UPDATE crm.task SET contact_id = NULL, account_id = NULL, lead_id = NULL WHERE source_lead_id = :l;
SELECT t.new('contact', '{"last_name": "Other"}') AS other \gset
UPDATE crm.task SET contact_id = :other, account_id = :a WHERE source_lead_id = :l;
SELECT id AS task FROM crm.task WHERE external_id = 'seen' || :l \gset
SET LOCAL ROLE lc_t_undoer;
SELECT is(t.undo(ARRAY[:l]), format('0/0 UNDO_BLOCKED crm.task - it has been given to another record since, UNDO_BLOCKED crm.task %s it has been given to another record since', :task), 'rows that went elsewhere');
SELECT is(t.undo(ARRAY[:l], 'keep'), format('1/6 a row of crm.task stays as it is: it has been given to another record since, row %s of crm.task stays as it is: it has been given to another record since', :task), '... stay');
RESET ROLE;
ROLLBACK TO s;
DELETE FROM crm.campaign WHERE id IN (SELECT campaign_id FROM crm.campaign_member WHERE source_lead_id = :l);
SELECT t.undo(ARRAY[:l]) AS all_told \gset
SELECT is(:'all_told'::text, '0/10 2 campaign member(s) that were merged do not come back: the campaign, the status or the place is gone', 'members that do not come back, to the owner');
ROLLBACK TO s;
DELETE FROM crm.campaign WHERE id IN (SELECT campaign_id FROM crm.campaign_member WHERE source_lead_id = :l);
SET LOCAL ROLE lc_t_undoer;
SELECT is(t.undo(ARRAY[:l]), '0/7 some campaign member(s) that were merged do not come back: the campaign, the status or the place is gone', '... to others without a number');
RESET ROLE;
ROLLBACK TO s;

-- a look and a conversion after that find what was given back, all of it
SET LOCAL ROLE lc_t_undoer;
SELECT t.undo(ARRAY[:l, :l2]);
SELECT is((SELECT count(*) FROM t.look(jsonb_build_object('lead_id', :l)) WHERE step = 'error'), 0::bigint, 'it can be looked at again');
SELECT is((SELECT new_value FROM t.look(jsonb_build_object('lead_id', :l)) WHERE step = 'list' AND object = 'crm.task'), '1', '... with the row that is seen');
SELECT is((leadconv.convert_lead(:l, account_id => :a, contact_id => :c, do_not_create_opportunity => true)).success, true, '... and converted');
RESET ROLE;
SELECT is((SELECT count(*) FROM crm.task WHERE lead_id = :l), 0::bigint, '... with all that hangs on it');
SELECT is(t.undo(ARRAY[:l]), '2/10', '... and taken back by the owner');
SELECT * FROM finish();
ROLLBACK;
