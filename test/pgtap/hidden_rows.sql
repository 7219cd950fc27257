-- Rows that the caller may not see, by row security or for want of a privilege,
-- make no difference to anything that conversion tells.
BEGIN;
\ir helpers.psql
SELECT plan(15);
\ir hidden_rows.psql

INSERT INTO caller VALUES ('lc_t_seller', '', '.'), ('lc_t_seller', '2', 'convert_lead|bulk f t t'), ('lc_t_seller', '931', 'convert_lead'), ('lc_t_poor', '', 'convert_lead|bulk f|look');

-- rows of child tables, on which a role has no privileges
SELECT t.hide_children(1), t.hide_children(3);
SELECT t.ask('children', 'lc_t_poor');

-- rows of all tables, which policies hide
SELECT t.hide_all();
SELECT t.ask('all', 'lc_t_seller');
SET LOCAL ROLE lc_t_seller;
SELECT is((SELECT count(*) FROM crm.account WHERE t.is_hidden(external_id)) + (SELECT count(*) FROM crm.task) + (SELECT count(*) FROM crm.lead WHERE id > 900), 0::bigint, 'they are hidden');
RESET ROLE;
-- they are carried over all the same
SAVEPOINT carried;
SELECT t.next_ids(8000);
SET LOCAL ROLE lc_t_seller;
SELECT contact_id AS c FROM leadconv.convert_lead(1, owner_id => 2) \gset
RESET ROLE;
SELECT is((SELECT count(*) FROM crm.task WHERE lead_id = 1) + (SELECT count(*) FROM crm.note WHERE lead_id = 1), 0::bigint, 'nothing that is hidden stays on a converted lead');
SELECT is((SELECT array_agg(DISTINCT concat_ws(' ', owner_id, last_modified_by_id)) FROM crm.task WHERE contact_id = :c), '{"2 1"}', '... hidden tasks of the converter go to the new owner');
SELECT is((SELECT count(*) FROM crm.note WHERE contact_id = :c AND source_lead_id = 1), 2::bigint, '... and notes to the contact');
ROLLBACK TO carried;

SELECT t.forget_all();
SELECT t.ask('nothing', role) FROM unnest('{lc_t_seller,lc_t_poor}'::name[]) role;
SELECT is(t.differing('all', 'lc_t_seller', ''), NULL, 'what policies hide: no difference');
SELECT is(t.differing('all', 'lc_t_seller', '2'), NULL, '... as a user of several roles');
SELECT is(t.differing('all', 'lc_t_seller', '931'), NULL, '... and as a user who is hidden');
SELECT is(t.differing('children', 'lc_t_poor', ''), NULL, 'tables without SELECT: no difference');

-- what was compared is worth it
SELECT cmp_ok((SELECT count(*) FROM answer WHERE says ~ ',t,t,t,t,\{\}|success"": true'), '>', 400::bigint, 'conversions');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE says ~ 'does not exist'), '>', 200::bigint, 'refusals');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE says ~ 'RELATED_RECORDS_NOT_MOVED'), '>', 20::bigint, 'warnings of what is visible');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE says ~ 'account_id..: 101, .*account_created..: false'), '>', 50::bigint, 'reuse');
SELECT cmp_ok((SELECT count(DISTINCT says) FROM answer), '>', 100::bigint, 'of many kinds');

-- row security does not keep reuse from its indexes
CREATE FUNCTION t.plan(role name, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    line text;
    result text;
BEGIN
    PERFORM set_config('role', role, true);
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        result := concat_ws(E'\n', result, line);
    END LOOP;
    PERFORM set_config('role', 'none', true);
    RETURN result;
END $$;
SET LOCAL enable_seqscan = off;
SELECT matches(t.plan('lc_t_seller', 'SELECT id FROM crm.account WHERE leadconv.normalize_company(name) = ''acme'''), 'Index Cond: .*normalize_company.*Filter: .*hidden', 'names of accounts under row security: by the index');
SELECT matches(t.plan('lc_t_seller', 'SELECT id FROM crm.contact WHERE leadconv.normalize_email(email) = ''x'''), 'Index Cond: .*normalize_email.*Filter: .*hidden', 'addresses of contacts likewise');

SELECT * FROM finish();
ROLLBACK;
