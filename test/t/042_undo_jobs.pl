# Copyright (c) 2026, the leadconv authors

# What jobs have converted, committed batch by batch, is taken back in other sessions: random
# leads and requests of all kinds, and everything is as it was.  And thousands in one call
# with little work_mem.
#
#   UNDO_SEEDS=7,8 prove test/t/042_undo_jobs.pl      to repeat a run

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my @seeds = split /[, ]+/, $ENV{UNDO_SEEDS} || '1,2,3,4,5,6';
my $pgtap = "$FindBin::RealBin/../pgtap";
my $node = new_node('undo_jobs', "autovacuum = off\n");

$node->safe_psql('postgres', qq{
	CREATE EXTENSION leadconv CASCADE;
	\\i $pgtap/helpers.psql
	\\i $pgtap/undo.psql
	\\i $pgtap/random_leads.psql
	SET client_min_messages = warning;
	CREATE TABLE t.before (state text[]);
	CREATE TABLE public.todo OF leadconv.lead_convert;
	-- what differs from before, without the failures of jobs and what they say of themselves
	CREATE FUNCTION t.changed() RETURNS text LANGUAGE sql AS \$\$
		SELECT coalesce(left(t.difference(b.state, ARRAY(SELECT s FROM unnest(t.without_history(t.state('{crm,public}'))) s WHERE s !~ '^(crm.lead_conversion_error|crm.lead_conversion_job|todo):')), 3000), 'nothing') FROM t.before b \$\$;
	CREATE FUNCTION t.remember() RETURNS void LANGUAGE sql AS \$\$
		TRUNCATE t.before;
		INSERT INTO t.before SELECT ARRAY(SELECT s FROM unnest(t.without_history(t.state('{crm,public}'))) s WHERE s !~ '^(crm.lead_conversion_error|crm.lead_conversion_job|todo):') \$\$;
});
my $user = $node->safe_psql('postgres', 'SELECT min(id) FROM crm.app_user');

my ($done, $failed) = (0, 0);
for my $seed (@seeds)
{
	my $job = "job $seed";
	my $set = "SET leadconv.user_id = '$user'";

	$node->safe_psql('postgres', qq{$set; SELECT setseed($seed / 100000.0); TRUNCATE public.todo;
		DO \$\$ BEGIN FOR i IN 1 .. 12 LOOP INSERT INTO public.todo SELECT (r).* FROM unnest(t.random_requests()) r; END LOOP; END \$\$;
		SELECT t.remember()});
	my ($ret, $out, $err) = $node->psql('postgres', "$set;\n" . sprintf(q{CALL leadconv.convert_leads_in_batches('%s', 'public.todo', batch_size => %d, options => '{"reuse_accounts": %s, "reuse_contacts": %s, "allow_save": true}')},
		$job, 1 + $seed * 3 % 11, ($seed % 2 ? 'true' : 'false'), ($seed % 3 ? 'true' : 'false')));
	is($ret, 0, "seed $seed: a job") or diag $err;
	my ($leads, $failures) = split /\|/, $node->safe_psql('postgres', "SELECT done, failed FROM crm.lead_conversion_job WHERE job = '$job'");
	$done += $leads;
	$failed += $failures;
	isnt($node->safe_psql('postgres', 'SELECT t.changed()'), 'nothing', '... which has changed something');

	# in one call, or one after the other, from the end, each a transaction
	my $undo = $seed % 2 ? "SELECT count(*) FROM leadconv.undo_lead_conversions(ARRAY(SELECT lead_id FROM crm.lead_conversion WHERE job = '$job')) WHERE success"
		: join(';', map { "SELECT success FROM leadconv.undo_lead_conversion($_)" } split /\n/, $node->safe_psql('postgres', "SELECT lead_id FROM crm.lead_conversion WHERE job = '$job' ORDER BY id DESC"));
	($ret, $out, $err) = $node->psql('postgres', "$set; $undo");
	is($ret, 0, '... is taken back') or diag $err;
	is($node->safe_psql('postgres', "SELECT count(*) FROM crm.lead_conversion WHERE job = '$job' AND undone_date IS NOT NULL"), $leads, '... all of it');
	is($node->safe_psql('postgres', 'SELECT t.changed()'), 'nothing', '... and everything is as it was');
}
note("$done leads, $failed failures");
cmp_ok($done, '>', 20 * @seeds, 'many leads were converted');

# Thousands at once with little memory for what is laid down
$node->safe_psql('postgres', q{
	UPDATE crm.duplicate_rule SET is_active = false;
	INSERT INTO crm.lead (id, last_name, company, email, phone) SELECT i, 'L' || i, 'Many ' || i, 'm' || i || '@many.example', '1' FROM generate_series(100001, 103000) i;
	INSERT INTO crm.account (id, name) VALUES (100001, 'Shared');
	INSERT INTO crm.task (lead_id, subject) SELECT i, 'Call' FROM generate_series(100001, 103000) i;
	INSERT INTO public.visit (place, nr, lead_id) SELECT 'Oslo', i, i FROM generate_series(100001, 103000, 3) i;
	SELECT t.remember()});
is($node->safe_psql('postgres', q{SELECT count(*) FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(i, account_id => CASE WHEN i % 10 = 0 THEN 100001 END) FROM generate_series(100001, 103000) i)) WHERE success}), '3000', 'thousands');
is($node->safe_psql('postgres', q{SET work_mem = '64kB'; SET temp_file_limit = '1GB';
	SELECT count(*), sum(rows_moved_back) FROM leadconv.undo_lead_conversions(ARRAY(SELECT i FROM generate_series(100001, 103000) i)) WHERE success}), '3000|4000', '... are taken back');
is($node->safe_psql('postgres', 'SELECT t.changed()'), 'nothing', '... and everything is as it was');
is($node->safe_psql('postgres', q{SET work_mem = '64kB';
	SELECT count(DISTINCT lead_id), count(*) FILTER (WHERE step = 'error') FROM leadconv.preview_lead_conversions(ARRAY(SELECT leadconv.new_lead_convert(i, account_id => CASE WHEN i % 10 = 0 THEN 100001 END) FROM generate_series(100001, 103000) i))}), '3000|0', '... and can be looked at');
ok($node->stop, 'no session has crashed');
done_testing();
