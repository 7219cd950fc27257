# Copyright (c) 2026, the leadconv authors

# What changes between two conversions of one session is noticed by the second:
# columns, mappings, triggers, indexes, statistics, privileges, in this session,
# in another, and in a transaction that is rolled back.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('invalidation');
my $db = 'postgres';

$node->safe_psql($db, q{
	CREATE EXTENSION leadconv CASCADE;
	CREATE FUNCTION public.mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.description := TG_ARGV[0]; RETURN NEW; END';
	CREATE FUNCTION public.suppress() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
	INSERT INTO crm.lead (id, last_name, company) SELECT i, 'L' || i, 'C' || i FROM generate_series(1, 200) AS i;
	INSERT INTO crm.task (lead_id, subject) SELECT i, 'Call' FROM generate_series(1, 200) AS i;
});

make_try($node, $db);

# DDL that waits for an open transaction of a test fails rather than hangs
$node->append_conf('postgresql.conf', "lock_timeout = '20s'");
$node->reload;

my $session = $node->background_psql($db, on_error_stop => 0);
my $next = 0;

# Convert the next lead in the open session; what the account, the contact and
# the task look like
sub convert
{
	my $select = shift // '1';

	$next++;
	my $result = $session->query(qq{SELECT public.try('SELECT success FROM leadconv.convert_lead($next)')});
	return $result unless $result eq 'true';
	return $node->safe_psql($db, qq{SELECT $select FROM crm.lead l JOIN crm.account a ON a.id = l.converted_account_id
		JOIN crm.contact c ON c.id = l.converted_contact_id JOIN crm.task t ON t.contact_id = c.id AND t.lead_id IS NULL WHERE l.id = $next});
}

is(convert('a.name'), 'C1', 'a session converts');

# Columns and mappings, in another session
$node->safe_psql($db, 'ALTER TABLE crm.lead ADD COLUMN budget numeric; ALTER TABLE crm.account ADD COLUMN budget numeric; UPDATE crm.lead SET budget = id WHERE NOT is_converted');
is(convert('a.budget IS NULL'), 't', 'a new column');
$node->safe_psql($db, q{SELECT leadconv.map_lead_field('budget', 'account', 'budget')});
is(convert('a.budget'), 3, '... that is mapped');
fails($node, $db, 'ALTER TABLE crm.lead DROP COLUMN budget', qr/2BP01/, '... cannot be dropped');
fails($node, $db, 'ALTER TABLE crm.account ALTER COLUMN budget TYPE integer', qr/0A000.*view|0A000/, '... nor retyped');
$node->safe_psql($db, 'ALTER TABLE crm.account RENAME COLUMN budget TO spend');
like(convert(), qr/^LC.*budget.*spend/, '... renamed: an error with both names');
$node->safe_psql($db, 'ALTER TABLE crm.account RENAME COLUMN spend TO budget');
is(convert('a.budget'), $next, '... and back');
$node->safe_psql($db, q{SELECT leadconv.unmap_lead_field('budget', 'account', 'budget'); ALTER TABLE crm.account DROP COLUMN budget});
is(convert('1'), 1, '... unmapped and dropped');
$node->safe_psql($db, q{ALTER TABLE crm.account ADD COLUMN budget numeric; SELECT leadconv.map_lead_field('budget', 'account', 'budget')});
is(convert('a.budget'), $next, '... made and mapped again');

# In the session itself, and rolled back
$session->query(q{BEGIN; ALTER TABLE crm.lead ADD COLUMN colour text DEFAULT 'red'; ALTER TABLE crm.contact ADD COLUMN colour text; SELECT leadconv.map_lead_field('colour', 'contact', 'colour')});
$next++;
is($session->query(qq{SELECT success FROM leadconv.convert_lead($next)}), 't', 'mapped in the same transaction');
is($session->query('SELECT colour FROM crm.contact ORDER BY id DESC LIMIT 1'), 'red', '... it counts');
$session->query('ROLLBACK');
$next--;
is(convert('1'), 1, '... after the rollback it does not');
$session->query(q{BEGIN; SAVEPOINT s; UPDATE crm.related_list SET is_active = false WHERE child = 'crm.task'::regclass; ROLLBACK TO s});
$next++;
is($session->query(qq{SELECT success FROM leadconv.convert_lead($next)}), 't', 'metadata of a savepoint that is rolled back');
$session->query('COMMIT');
is($node->safe_psql($db, "SELECT count(*) FROM crm.task WHERE lead_id = $next"), '0', '... do not count');

# Triggers of the user
$node->safe_psql($db, q{CREATE TRIGGER user_mark BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.mark('one')});
is(convert('a.description'), 'one', 'a new trigger');
$node->safe_psql($db, q{DROP TRIGGER user_mark ON crm.account; CREATE TRIGGER user_mark BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.mark('two')});
is(convert('a.description'), 'two', '... made anew');
$node->safe_psql($db, q{ALTER TABLE crm.account DISABLE TRIGGER user_mark});
is(convert('a.description IS NULL'), 't', '... disabled');
$node->safe_psql($db, q{CREATE TRIGGER user_suppress BEFORE UPDATE ON crm.task FOR EACH ROW EXECUTE FUNCTION public.suppress()});
like(convert(), qr/^LC019/, 'a new trigger that suppresses rows is noticed');
$node->safe_psql($db, q{DROP TRIGGER user_suppress ON crm.task});
is(convert('1'), 1, '... and that it is gone');

# Indexes, statistics, rewriting
$node->safe_psql($db, 'DROP INDEX crm.task_lead_id_idx; DROP INDEX crm.contact_normalize_email_idx');
is(convert('1'), 1, 'indexes are dropped');
$node->safe_psql($db, 'CREATE INDEX ON crm.task (lead_id); ANALYZE; VACUUM FULL crm.task; CLUSTER crm.lead USING lead_pkey; REINDEX TABLE crm.account');
is(convert('1'), 1, 'ANALYZE, VACUUM FULL, CLUSTER, REINDEX');
$node->safe_psql($db, q{ALTER TABLE crm.opportunity ADD COLUMN must text NOT NULL DEFAULT 'x'; ALTER TABLE crm.opportunity ALTER COLUMN must DROP DEFAULT});
like(convert(), qr/^23502/, 'a column that nothing fills');
$node->safe_psql($db, q{ALTER TABLE crm.opportunity DROP COLUMN must});
is(convert('1'), 1, '... is dropped');
for my $what ('DISCARD PLANS', 'SET plan_cache_mode = force_generic_plan', 'SET plan_cache_mode = force_custom_plan', 'RESET ALL', 'DISCARD ALL', "SET search_path = ''", 'RESET search_path')
{
	$session->query($what);
	is(convert('1'), 1, $what);
}

# Statuses, stages and settings
$node->safe_psql($db, q{UPDATE crm.lead_status SET api_name = 'Done' WHERE is_converted});
is(convert('l.status'), 'Done', 'a renamed status');
$node->safe_psql($db, q{UPDATE crm.lead_convert_settings SET opportunity_creation_options = 'NotVisible'});
is(convert('l.converted_opportunity_id IS NULL'), 't', 'a setting');
$node->safe_psql($db, q{UPDATE crm.lead_convert_settings SET opportunity_creation_options = 'VisibleOptional'});
is(convert('l.converted_opportunity_id IS NOT NULL'), 't', '... and back');

# A table of the user: registered, dropped
$node->safe_psql($db, q{CREATE TABLE public.visit (id bigint PRIMARY KEY, lead_id bigint REFERENCES crm.lead (id), contact_id bigint);
	SELECT leadconv.register_related_list('public.visit', 'lead_id', 'contact_id');
	INSERT INTO public.visit (id, lead_id) SELECT i, i FROM generate_series(1, 200) AS i WHERE NOT (SELECT is_converted FROM crm.lead WHERE id = i)});
is(convert('(SELECT v.contact_id = c.id FROM public.visit v WHERE v.id = l.id)'), 't', 'a table is registered');
$node->safe_psql($db, q{SELECT leadconv.unregister_related_list('public.visit')});
is(convert('(SELECT v.contact_id IS NULL FROM public.visit v WHERE v.id = l.id)'), 't', '... and unregistered');
$node->safe_psql($db, q{DELETE FROM public.visit v USING crm.lead l WHERE l.id = v.lead_id AND l.is_converted; SELECT leadconv.register_related_list('public.visit', 'lead_id', 'contact_id')});
is(convert('(SELECT v.contact_id = c.id FROM public.visit v WHERE v.id = l.id)'), 't', '... and registered again');
$node->safe_psql($db, q{SELECT leadconv.unregister_related_list('public.visit'); DROP TABLE public.visit});
is(convert('1'), 1, '... and dropped');

# A transaction with an old snapshot must not leave an old program behind, nor
# work by a new one half
$session->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM crm.lead');
$node->safe_psql($db, q{UPDATE crm.related_list SET is_active = false WHERE child = 'crm.task'::regclass});
$next++;
is($session->query(qq{SELECT success FROM leadconv.convert_lead($next)}), 't', 'REPEATABLE READ, compiled on an old snapshot');
$session->query('COMMIT');
$next++;
is($session->query(qq{SELECT success FROM leadconv.convert_lead($next)}), 't', '... the next transaction');
is($node->safe_psql($db, "SELECT count(*) FROM crm.task WHERE lead_id = $next"), '1', '... works by the new metadata');
$node->safe_psql($db, q{UPDATE crm.related_list SET is_active = true WHERE child = 'crm.task'::regclass});
is(convert('1'), 1, '... and so the one after that');
$node->safe_psql($db, q{ALTER TABLE crm.lead ADD COLUMN late text DEFAULT 'late'; ALTER TABLE crm.contact ADD COLUMN late text});
$session->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM crm.lead');
$node->safe_psql($db, q{INSERT INTO crm.lead_field_mapping (lead_field, target_object, target_field) VALUES ('late', 'contact', 'late')});
$next++;
like($session->query(qq{SELECT public.try('SELECT success FROM leadconv.convert_lead($next)')}), qr/^(true|40001)/, 'REPEATABLE READ and a mapping made since');
$session->query('ROLLBACK');
is(convert('c.late'), 'late', '... the next transaction works by it');

# Memory and plans stay flat over many changes
my $count = q{SELECT count(*) FROM pg_backend_memory_contexts WHERE name IN ('CachedPlanSource', 'CachedPlan', 'CachedPlanQuery') OR name LIKE 'leadconv%'};
convert();
my $before = $session->query($count);
for my $i (1 .. 30)
{
	$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 1 + ' . $i % 12);
	convert();
}
cmp_ok($session->query($count), '<=', $before + 5, 'programs that are stale are freed');

no_problems($node, $db, 'after all that') if $node->safe_psql($db, 'SELECT leadconv.upgrade_crm()');
$session->quit;
$node->stop;
done_testing();
