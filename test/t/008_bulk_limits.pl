# Copyright (c) 2026, the leadconv authors

# 100,000 requests in one call: memory stays flat, timeouts and cancels take effect
# within a second, plans made on empty tables do no harm; two calls that name leads
# twice do not deadlock.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

my $node = new_node('limits', "autovacuum = off\nmax_wal_size = 4GB\nshared_buffers = 128MB\n");
# the leads are all alike
$node->safe_psql('postgres', 'CREATE EXTENSION leadconv CASCADE; UPDATE crm.duplicate_rule SET is_active = false');

# A call for these leads; how many were converted
sub bulk
{
	my ($from, $to, $flags) = @_;
	$flags //= 'true';
	return "SELECT count(*) FILTER (WHERE success) FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(i)"
	  . " FROM generate_series($from, $to) i), $flags);";
}

sub converted { return $node->safe_psql('postgres', 'SELECT count(*) FROM crm.lead WHERE is_converted'); }

#
# Plans made while all tables are empty
#
my $with_empty_plans = background($node,
	bulk(1, 1000, 'false'),
	"TRUNCATE crm.lead_conversion_error;",
	"INSERT INTO crm.lead (first_name, last_name, company, email)"
	  . " SELECT 'F', 'L' || i, 'Company ' || i, 'l' || i || '\@example.com' FROM generate_series(1, 12000) i;",
	"\\timing on", bulk(1, 4000), bulk(4001, 8000));
finish($with_empty_plans);
is($with_empty_plans->{err}, '', 'bulk calls in a session that has converted nothing on empty tables');
my @first = $with_empty_plans->{out} =~ /^Time: ([0-9.]+) ms/mg;
$node->safe_psql('postgres', 'ANALYZE');
my $fresh = background($node, "SELECT count(*) FROM crm.lead;", bulk(11901, 12000), "\\timing on", bulk(8001, 11900));
finish($fresh);
is($fresh->{err}, '', 'bulk call in a new session after ANALYZE');
my ($later) = $fresh->{out} =~ /^Time: ([0-9.]+) ms/m;
$later *= 4000 / 3900;
note("4,000 leads: first call $first[0] ms, second $first[1] ms, analyzed and in another session $later ms");
cmp_ok($first[0], '<', 3 * $first[1], 'the first bulk call is as fast as the second');
cmp_ok($first[0], '<', 3 * $later, 'the first bulk call is as fast as one with plans made on full tables');
is(converted(), 12000, 'all are converted');

#
# Two calls that name leads twice, in opposite order: all locks come first
#
$node->safe_psql('postgres', q{
	TRUNCATE crm.lead, crm.account, crm.contact, crm.opportunity, crm.lead_conversion RESTART IDENTITY CASCADE;
	INSERT INTO crm.lead (last_name, company) VALUES ('a', 'a'), ('b', 'b'), ('c', 'c'), ('d', 'd');
	CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.7); RETURN NEW; END';
	CREATE TRIGGER slow BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.slow()});
sub ids { return "SELECT string_agg(success::text, ',') FROM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(i) FROM unnest(ARRAY[$_[0]]) i), false" . ($_[1] // '') . ");"; }
my @pair = (background($node, ids('1, 1, 2')), background($node, ids('2, 2, 1')));
finish($_) foreach @pair;
is($pair[0]->{err} . $pair[1]->{err}, '', 'leads named twice, in opposite order: no deadlock');
is(converted(), 2, '... each converted once');
# the same with a request id used twice, and with reuse
@pair = (background($node, ids('3, 3, 4', ', false, true')), background($node, ids('4, 4, 3', ', false, true')));
finish($_) foreach @pair;
is($pair[0]->{err} . $pair[1]->{err}, '', 'the same with reuse_accounts: no deadlock');
is(converted(), 4, '... each converted once');
$node->safe_psql('postgres', 'DROP TRIGGER slow ON crm.account');

#
# 100,000 leads, a task on every tenth
#
$node->safe_psql('postgres', q{
	TRUNCATE crm.lead, crm.account, crm.contact, crm.opportunity, crm.lead_conversion RESTART IDENTITY CASCADE;
	SET session_replication_role = replica;
	INSERT INTO crm.lead (first_name, last_name, company, email, created_date, last_modified_date)
		SELECT 'F', 'L' || i, 'Company ' || i, 'l' || i || '@example.com', now(), now() FROM generate_series(1, 101000) i;
	INSERT INTO crm.task (lead_id, subject, created_date, last_modified_date) SELECT i, 'Call', now(), now() FROM generate_series(10, 101000, 10) i;
	ANALYZE});
my $all = bulk(1, 100000);

# statement_timeout at several points
foreach my $timeout (200, 700, 2500)
{
	my $session = background($node, "SET statement_timeout = $timeout;", $all);
	my $seconds = finish($session);
	like($session->{err}, qr/57014.*statement timeout/, "statement_timeout = $timeout ms");
	cmp_ok($seconds, '<', $timeout / 1000 + 1.3, "... takes effect within a second ($seconds s)");
}

# pg_cancel_backend() at several points; with partial success it is not swallowed
foreach my $wait (0.4, 1.5, 3.3)
{
	my $session = background($node, "SET application_name = 'victim';", bulk(1, 100000, 'false'));
	wait_for($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND query LIKE '%convert_leads%'");
	sleep($wait);
	is($node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'"), 't', "cancel after $wait s");
	my $sent = time;
	finish($session);
	like($session->{err}, qr/57014.*user request/, '... raised, not swallowed');
	cmp_ok(time - $sent, '<', 1, '... within a second');
}

# a look at many requests, which is not done in parts
$node->safe_psql('postgres', q{
	CREATE TABLE public.many AS SELECT array_agg(leadconv.new_lead_convert(1000000 + i)) AS requests FROM generate_series(1, 500000) i});
foreach my $timeout (300, 800)
{
	my $session = background($node, "SET statement_timeout = $timeout;", 'SELECT count(*) FROM public.many, leadconv.preview_lead_conversions(requests);');
	my $seconds = finish($session);
	like($session->{err}, qr/57014.*statement timeout/, "a look, statement_timeout = $timeout ms");
	cmp_ok($seconds, '<', $timeout / 1000 + 1.3, "... takes effect within a second ($seconds s)");
}
$node->safe_psql('postgres', 'DROP TABLE public.many');

# lock_timeout: while the leads are locked, and in the middle of the run
my $holder = background($node, 'BEGIN', 'SELECT id FROM crm.lead WHERE id = 50000 FOR UPDATE', 'SELECT pg_sleep(4);');
wait_for($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(4)%'");
my $session = background($node, "SET lock_timeout = 300;", $all);
my $seconds = finish($session);
like($session->{err}, qr/55P03.*lock timeout/, 'lock_timeout, a lead is locked');
cmp_ok($seconds, '<', 0.3 + 2, "... takes effect before anything is written ($seconds s)");
finish($holder);

$holder = background($node, "SET application_name = 'holder'", 'BEGIN', 'SELECT id FROM crm.task WHERE lead_id = 30000 FOR UPDATE', 'SELECT pg_sleep(60);');
wait_for($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%'");
$session = background($node, "SET application_name = 'waiter'", 'SET lock_timeout = 800', bulk(1, 100000, 'false'));
wait_for($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'waiter' AND wait_event_type = 'Lock'");
my $sent = time;
finish($session);
like($session->{err}, qr/55P03.*lock timeout/, 'lock_timeout, a task is locked: raised, not swallowed');
cmp_ok(time - $sent, '<', 0.8 + 1, '... within a second');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder'");
$holder->{handle}->finish;

is(converted(), 0, 'nothing has been converted');
is($node->safe_psql('postgres', q{SELECT (SELECT count(*) FROM crm.account) + (SELECT count(*) FROM crm.contact) + (SELECT count(*) FROM crm.opportunity)
	+ (SELECT count(*) FROM crm.lead_conversion) + (SELECT count(*) FROM crm.task WHERE lead_id IS NULL) + (SELECT count(*) FROM crm.lead_conversion_error WHERE lead_id > 4)}),
	0, '... and nothing is left behind');
# What the aborted calls left of indexes would keep foreign-key checks from using
# them; that has a test of its own, below
$node->safe_psql('postgres', $_) foreach ('VACUUM ANALYZE', 'REINDEX DATABASE postgres');

#
# Memory: the peak of private memory (RssAnon) over that before the call
#
sub growth
{
	my ($from, $to, $flags) = @_;
	my $go = "victim$from";
	my $session = background($node,
		# what a first call needs once: catalogs, program, plans
		"SET application_name = '$go';", bulk(100990 + ($from > 1 ? 1 : 2), 100990 + ($from > 1 ? 1 : 2)),
		'SELECT pg_sleep(0.5);', bulk($from, $to, $flags), 'SELECT pg_sleep(0.2);');
	my $pid;
	until ($pid) { $pid = $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE application_name = '$go' AND query LIKE 'SELECT pg_sleep(0.5)%'"); }
	my ($base, $peak) = (0, 0);
	while (1)
	{
		open my $status, '<', "/proc/$pid/status" or last;
		my ($rss) = map { /^RssAnon:\s+(\d+)/ ? $1 : () } <$status>;
		last unless defined $rss;
		$base ||= $rss;
		$peak = $rss if $rss > $peak;
		$session->{handle}->pump_nb;
		sleep(0.02);
	}
	my $seconds = finish($session);
	is($session->{err}, '', "requests $from to $to");
	like($session->{out}, qr/^@{[ $to - $from + 1 ]}$/m, '... all converted');
	return (($peak - $base) / 1024, $seconds);
}

SKIP:
{
	skip 'no /proc', 1 unless -r '/proc/self/status';

	my ($small) = growth(100001, 100980 + 1, 'true');
	my ($big, $s) = growth(1, 100000, 'true');
	note(sprintf('memory growth: %.1f MB with 1,000 requests, %.1f MB with 100,000 (%.1f s)', $small, $big, $s));
	cmp_ok($big - $small, '<', 32, '100,000 requests need less than 32 MB more than 1,000');
}
is(converted(), 100000 + 981 + 2, 'all are converted');
is($node->safe_psql('postgres', 'SELECT count(DISTINCT lead_id) FROM crm.lead_conversion'), 100000 + 981 + 2, '... once each');

#
# Tables that are vacuumed while they are empty, a session that converts a few
# leads, and then many: foreign-key checks must not go on scanning the tables
#
$node->safe_psql('postgres', 'CREATE DATABASE vacuumed');
$node->safe_psql('vacuumed', 'CREATE EXTENSION leadconv CASCADE; UPDATE crm.duplicate_rule SET is_active = false');
$node->safe_psql('vacuumed', 'VACUUM');
$node->safe_psql('vacuumed', q{SET session_replication_role = replica;
	INSERT INTO crm.lead (last_name, company, created_date, last_modified_date) SELECT 'L' || i, 'C ' || i, now(), now() FROM generate_series(1, 20010) i});
my @bulk = map { bulk(@$_) } [ 1, 10000 ], [ 10001, 20000 ];
my $time = time;
$node->safe_psql('vacuumed', "SELECT leadconv.convert_lead(20000 + i) FROM generate_series(1, 10) i;\n$bulk[0]");
my $after_few = time - $time;
$time = time;
$node->safe_psql('vacuumed', $bulk[1]);
my $at_once = time - $time;
note(sprintf('10,000 leads after a few: %.1f s, in a session of their own: %.1f s', $after_few, $at_once));
cmp_ok($after_few, '<', 3 * $at_once, 'a session that converted a few leads into empty, vacuumed tables is as fast as another');

# The same after a big call that was cancelled: VACUUM truncates the tables but not
# their indexes, so that the server plans the first foreign-key checks as scans of
# a table that is small, and keeps these plans while the call makes it large
$node->safe_psql('vacuumed', q{TRUNCATE crm.lead, crm.account, crm.contact, crm.opportunity, crm.lead_conversion RESTART IDENTITY CASCADE;
	SET session_replication_role = replica;
	INSERT INTO crm.lead (last_name, company, created_date, last_modified_date) SELECT 'L' || i, 'C ' || i, now(), now() FROM generate_series(1, 60000) i});
$node->safe_psql('vacuumed', 'BEGIN; ' . bulk(1, 55000) . ' ROLLBACK');
$node->safe_psql('vacuumed', 'VACUUM ANALYZE');
$node->safe_psql('vacuumed', bulk(59000, 59980));
$time = time;
$node->safe_psql('vacuumed', bulk(59990, 59990) . bulk(1, 20000));
my $bloated = time - $time;
$time = time;
$node->safe_psql('vacuumed', bulk(20001, 40000));
my $afterwards = time - $time;
note(sprintf('20,000 leads after a cancelled call: %.1f s, afterwards: %.1f s', $bloated, $afterwards));
cmp_ok($bloated, '<', 3 * $afterwards, 'a call after a cancelled big call and VACUUM is as fast as another');

# One lead with many rows of which the ledger notes something: each of them is found
# without a search through the others
$node->safe_psql('vacuumed', q{SET session_replication_role = replica;
	INSERT INTO crm.account (id, name, created_date, last_modified_date) VALUES (1000000, 'Of the tasks', now(), now());
	INSERT INTO crm.task (lead_id, account_id, subject, created_date, last_modified_date)
		SELECT CASE WHEN i <= 30000 THEN 50001 ELSE 50002 END, CASE WHEN i > 30000 THEN 1000000 END, 'Call', now(), now() FROM generate_series(1, 60000) i});
my @seconds = map { $time = time; $node->safe_psql('vacuumed', bulk($_ + 10, $_ + 10) . bulk($_, $_)); time - $time } 50001, 50002;
note(sprintf('30,000 tasks of a lead: %.1f s, when they had an account: %.1f s', @seconds));
cmp_ok($seconds[1], '<', 1.8 * $seconds[0], 'rows of which more is noted are moved as fast as others');

$node->stop;
done_testing();
