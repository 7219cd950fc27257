-- The same on a snapshot: a record that is hidden must not look like one that another
-- transaction has just made.
BEGIN ISOLATION LEVEL REPEATABLE READ;
\ir helpers.psql
SELECT plan(2);
\ir hidden_rows.psql

INSERT INTO caller VALUES ('lc_t_seller', '', 'convert_lead|bulk [tf] [tf] t|array|look t t');
SELECT t.hide_children(1), t.hide_children(3), t.hide_all();
SELECT t.ask('all', 'lc_t_seller');
SELECT t.forget_all();
SELECT t.ask('nothing', 'lc_t_seller');
SELECT is(t.differing('all', 'lc_t_seller', ''), NULL, 'no difference');
SELECT is((SELECT count(*) FROM answer WHERE says LIKE '40001%'), 0::bigint, 'nobody is told to try again');

SELECT * FROM finish();
ROLLBACK;
