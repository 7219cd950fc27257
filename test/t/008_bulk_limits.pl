# Copyright (c) 2026, the leadconv authors

# 100,000 requests in one call: memory stays flat, timeouts and cancels take effect
# at once, plans made on empty tables do no harm; two calls that name leads twice do
# not deadlock.
#
# Nothing here depends on how fast the machine is: plans are judged by the rows that
# were read, and how soon a call ends by the processor time that its server process has
# used, which other processes do not change.

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

# What sessions have read of the tables of records until now: rows from end to end, and
# by an index. For a session that runs it between its other statements.
my $read = q{
	SELECT pg_stat_force_next_flush() \g /dev/null
	SELECT 'read', sum(seq_tup_read), sum(idx_tup_fetch) FROM pg_stat_user_tables
	WHERE schemaname = 'crm' AND relname IN ('lead', 'account', 'contact', 'opportunity', 'opportunity_contact_role', 'account_contact_relation', 'campaign_member', 'task', 'lead_conversion');};

# The same of each of these statements, in a session of their own: pairs
sub read_by
{
	my ($db, @sql) = @_;
	my @totals = $node->safe_psql($db, join("\n", $read, map { ($_, $read) } @sql)) =~ /^read\|(\d+)\|(\d+)$/mg;

	return map { [ $totals[ $_ * 2 ] - $totals[ $_ * 2 - 2 ], $totals[ $_ * 2 + 1 ] - $totals[ $_ * 2 - 1 ] ] } 1 .. @sql;
}

# The processor time that a session has used, in seconds; and, of its output, what was
# used between
my $has_proc = -r '/proc/self/stat';
my $cpu = $has_proc ? q{SELECT 'cpu', (f[12]::int + f[13]::int) / 100.0 FROM string_to_array(regexp_replace(pg_read_file('/proc/self/stat'), '^.*\) ', ''), ' ') f;}
  : q{SELECT 'cpu', 0;};
sub cpu_used
{
	my @cpu = $_[0]->{out} =~ /^cpu\|([0-9.]+)$/mg;

	return $cpu[1] - $cpu[0];
}

sub converted { return $node->safe_psql('postgres', 'SELECT count(*) FROM crm.lead WHERE is_converted'); }

#
# Plans made while all tables are empty
#
my ($empty, $insert, $first, $second) = read_by('postgres',
	bulk(1, 1000, 'false'),
	"TRUNCATE crm.lead_conversion_error;"
	  . " INSERT INTO crm.lead (first_name, last_name, company, email)"
	  . " SELECT 'F', 'L' || i, 'Company ' || i, 'l' || i || '\@example.com' FROM generate_series(1, 12000) i;",
	bulk(1, 4000), bulk(4001, 8000));
$node->safe_psql('postgres', 'ANALYZE');
my ($later) = read_by('postgres', bulk(8001, 12000));
note("4,000 leads: by index $first->[1] rows, then $second->[1], analyzed and in another session $later->[1]");
is($first->[0] + $second->[0], 0, 'bulk calls in a session that has converted nothing on empty tables read no table from end to end');
is($later->[0], 0, '... as those of a new session after ANALYZE');
cmp_ok($first->[1], '>', 4000, '... but by indexes');
cmp_ok($first->[1], '<', 1.1 * $later->[1], '... as many rows as those do');
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
	my $session = background($node, $cpu, "SET statement_timeout = $timeout;", $all, $cpu);
	finish($session);
	like($session->{err}, qr/57014.*statement timeout/, "statement_timeout = $timeout ms");
	my $seconds = cpu_used($session);
	cmp_ok($seconds, '<', $timeout / 1000 + 1, "... takes effect within a second ($seconds s)");
}

# pg_cancel_backend() at several points; with partial success it is not swallowed
foreach my $wait (0.4, 1.5, 3.3)
{
	my $session = background($node, $cpu, "SET application_name = 'victim';", bulk(1, 100000, 'false'), $cpu);
	wait_for($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND query LIKE '%convert_leads%'");
	sleep($wait);
	is($node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'"), 't', "cancel after $wait s");
	# it cannot have used more than this until now
	my $until = time - $session->{start};
	finish($session);
	like($session->{err}, qr/57014.*user request/, '... raised, not swallowed');
	cmp_ok(cpu_used($session), '<', $until + 1, '... within a second');
}

# a look at many requests, which is not done in parts
$node->safe_psql('postgres', q{
	CREATE TABLE public.many AS SELECT array_agg(leadconv.new_lead_convert(1000000 + i)) AS requests FROM generate_series(1, 500000) i});
foreach my $timeout (300, 800)
{
	my $session = background($node, $cpu, "SET statement_timeout = $timeout;", 'SELECT count(*) FROM public.many, leadconv.preview_lead_conversions(requests);', $cpu);
	finish($session);
	like($session->{err}, qr/57014.*statement timeout/, "a look, statement_timeout = $timeout ms");
	my $seconds = cpu_used($session);
	cmp_ok($seconds, '<', $timeout / 1000 + 1, "... takes effect within a second ($seconds s)");
}
$node->safe_psql('postgres', 'DROP TABLE public.many');

# lock_timeout: while the leads are locked, and in the middle of the run. Who has the
# lock keeps it until it is over.
my $made = "SELECT last_value FROM crm.account_id_seq";
foreach my $case ([ 'lead', 'id = 50000', 300 ], [ 'task', 'lead_id = 30000', 800 ])
{
	my ($table, $where, $timeout) = @$case;
	my $before = $node->safe_psql('postgres', $made);
	my $holder = background($node, "SET application_name = 'holder of $table'", 'BEGIN', "SELECT id FROM crm.$table WHERE $where FOR UPDATE", 'SELECT pg_sleep(170);');
	my $holds = "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'holder of $table' AND query LIKE 'SELECT pg_sleep%'";

	wait_for($node, $holds);
	my $session = background($node, "SET lock_timeout = $timeout", bulk(1, 100000, 'false'));
	finish($session);
	like($session->{err}, qr/55P03.*lock timeout/, "lock_timeout, a $table is locked: raised, not swallowed");
	is($node->safe_psql('postgres', $holds), 't', '... while it is locked');
	my $after = $node->safe_psql('postgres', $made);
	if ($table eq 'lead')
	{
		is($after, $before, '... before anything is written');
	}
	else
	{
		cmp_ok($after, '>', $before, '... in the middle of the run');
	}
	$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holder of $table'");
	$holder->{handle}->finish;
}

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
my ($few, $after_few) = read_by('vacuumed', 'SELECT leadconv.convert_lead(20000 + i) FROM generate_series(1, 10) i;', bulk(1, 10000));
my ($at_once) = read_by('vacuumed', bulk(10001, 20000));
note("10,000 leads after a few: $after_few->[0] rows of whole tables, $after_few->[1] by index; in a session of their own: $at_once->[0], $at_once->[1]");
is($few->[0] + $after_few->[0] + $at_once->[0], 0, 'a session that converted a few leads into empty, vacuumed tables reads none from end to end');
cmp_ok($after_few->[1], '<', 1.1 * $at_once->[1], '... and as many rows as another');

# The same after a big call that was cancelled: VACUUM truncates the tables but not
# their indexes, so that the server plans the first foreign-key checks as scans of
# a table that is small, and keeps these plans while the call makes it large
$node->safe_psql('vacuumed', q{TRUNCATE crm.lead, crm.account, crm.contact, crm.opportunity, crm.lead_conversion RESTART IDENTITY CASCADE;
	SET session_replication_role = replica;
	INSERT INTO crm.lead (last_name, company, created_date, last_modified_date) SELECT 'L' || i, 'C ' || i, now(), now() FROM generate_series(1, 60000) i});
$node->safe_psql('vacuumed', 'BEGIN; ' . bulk(1, 20000) . ' ROLLBACK');
$node->safe_psql('vacuumed', 'VACUUM ANALYZE');
$node->safe_psql('vacuumed', bulk(59000, 59980));
my ($one, $bloated) = read_by('vacuumed', bulk(59990, 59990), bulk(1, 10000));
my ($afterwards) = read_by('vacuumed', bulk(20001, 30000));
note("10,000 leads after a cancelled call: $bloated->[0] rows of whole tables, $bloated->[1] by index; afterwards: $afterwards->[0], $afterwards->[1]");
is($one->[0] + $bloated->[0] + $afterwards->[0], 0, 'a call after a cancelled big call and VACUUM reads no table from end to end');
cmp_ok($bloated->[1], '<', 1.1 * $afterwards->[1], '... and as many rows as another');

# One lead with many rows of which the ledger notes something: each of them is found
# without a search through the others
$node->safe_psql('vacuumed', q{SET session_replication_role = replica;
	INSERT INTO crm.account (id, name, created_date, last_modified_date) VALUES (1000000, 'Of the tasks', now(), now());
	INSERT INTO crm.task (lead_id, account_id, subject, created_date, last_modified_date)
		SELECT CASE WHEN i <= 30000 THEN 50001 ELSE 50002 END, CASE WHEN i > 30000 THEN 1000000 END, 'Call', now(), now() FROM generate_series(1, 60000) i});
my @seconds = map
{
	my ($before, $after) = $node->safe_psql('vacuumed', bulk($_ + 10, $_ + 10) . $cpu . bulk($_, $_) . $cpu) =~ /^cpu\|([0-9.]+)$/mg;

	$after - $before
} 50001, 50002;
note(sprintf('30,000 tasks of a lead: %.1f s of processor time, when they had an account: %.1f s', @seconds));
cmp_ok($seconds[1], '<=', 3 * $seconds[0], 'rows of which more is noted are moved as fast as others');

$node->stop;
done_testing();
