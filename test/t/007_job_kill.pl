# Copyright (c) 2026, the leadconv authors

# convert_leads_in_batches() is killed with SIGKILL in the middle, and taken up
# again; runners, cancel, sources, users, errors.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time sleep);

my $node = new_node('job', "autovacuum = off\nmax_wal_size = 1GB\n");

$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	INSERT INTO crm.app_user (name) VALUES ('Ann'), ('Bob');
	CREATE TABLE public.pace AS SELECT 0.0 AS seconds;
	GRANT SELECT ON public.pace TO PUBLIC;
	CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN IF NEW.company LIKE ''slow%'' THEN PERFORM pg_sleep(seconds) FROM public.pace; ELSIF NEW.company LIKE ''Kill%'' THEN PERFORM pg_sleep(0.0005); END IF; RETURN NEW; END';
	CREATE TRIGGER zz_slow BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION public.slow();
	ALTER TABLE crm.account ADD CONSTRAINT account_fine CHECK (phone <> 'bad');
	CREATE TABLE public.audit (tab text, row_id bigint);
	CREATE FUNCTION public.audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.audit VALUES (TG_TABLE_NAME, NEW.id); RETURN NULL; END';
	CREATE TRIGGER zz_audit AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.audit();
	CREATE TRIGGER zz_audit AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION public.audit()});

sub query { return $node->safe_psql('postgres', $_[0]); }

# How long each slow lead takes, from the next batch on: long while something is tried with
# a job that runs, however slow the machine is
sub pace { query("UPDATE public.pace SET seconds = $_[0]"); }

# Runs statements, each on its own; returns the error text with notices
sub run
{
	my $session = background($node, @_);

	finish($session);
	return $session->{err};
}

# A statement, or a list of them, that must be refused before there is a job
sub refused
{
	my ($sql, $like, $what) = @_;
	my $before = query('SELECT count(*) FROM crm.lead_conversion_job');

	like(run(ref $sql ? @$sql : $sql), $like, $what);
	is(query('SELECT count(*) FROM crm.lead_conversion_job'), $before, '... and makes no job');
}

# status, total, done, failed, remaining of a job
sub job { return query("SELECT status, total, done, failed, remaining FROM crm.lead_conversion_job WHERE job = '$_[0]'"); }

# Makes leads; returns the first id
sub leads
{
	my ($count, $company, $phone) = @_;
	return query("WITH x AS (INSERT INTO crm.lead (last_name, company, phone) SELECT 'L' || i, '$company ' || i, $phone FROM generate_series(1, $count) i RETURNING id) SELECT min(id) FROM x");
}

# The result of a query as an array literal: CALL takes no subquery
sub ids { my @ids = split /\n/, query($_[0]); return "'{" . join(',', @ids) . "}'"; }

#
# Refusals, before any work
#
my $first = leads(10, 'Refused', 'NULL');
my $array = ids("SELECT id FROM crm.lead WHERE company LIKE 'Refused%'");
refused([ 'BEGIN', "CALL leadconv.convert_leads_in_batches('r', lead_ids => $array)", 'COMMIT' ], qr/25001.*HINT:/s, 'refuses inside a transaction block, with a hint');
refused("BEGIN; CALL leadconv.convert_leads_in_batches('r', lead_ids => $array); COMMIT", qr/25001/, 'refuses in a multi-statement transaction');
refused("DO \$\$ BEGIN PERFORM 1; BEGIN CALL leadconv.convert_leads_in_batches('r', lead_ids => '{1}'); EXCEPTION WHEN division_by_zero THEN NULL; END; END \$\$", qr/25001|2D000|cannot/, 'refuses in a block with an exception handler');
refused("CALL leadconv.convert_leads_in_batches('r')", qr/LC003.*HINT:/s, 'refuses a new job without leads');
refused("CALL leadconv.convert_leads_in_batches('r', 'crm.lead', '{1}')", qr/LC003/, 'refuses both source and ids');
refused("CALL leadconv.convert_leads_in_batches(NULL, 'crm.lead')", qr/LC001/, 'refuses a job without name');
refused("CALL leadconv.convert_leads_in_batches('', 'crm.lead')", qr/LC001/, 'refuses a job with an empty name');
refused("CALL leadconv.convert_leads_in_batches(E' \\t', 'crm.lead')", qr/LC001/, 'refuses a job with a blank name');
refused("CALL leadconv.convert_leads_in_batches('r', lead_ids => $array, batch_size => $_)", qr/LC003/, "refuses batch_size $_") foreach (0, -1, 100001);
refused("CALL leadconv.convert_leads_in_batches('r', lead_ids => $array, options => '{\"no_such\": 1}')", qr/LC003.*no_such/, 'refuses an unknown key of options');
refused("CALL leadconv.convert_leads_in_batches('r', lead_ids => $array, options => '{\"reuse_accounts\": 1}')", qr/LC018/, 'refuses a wrong type in options');
refused("CALL leadconv.convert_leads_in_batches('r', lead_ids => $array, options => '[]')", qr/LC018/, 'refuses options that are no object');
refused("CALL leadconv.convert_leads_in_batches('r', lead_ids => $array, options => '{\"lead_id\": 1}')", qr/LC003/, 'refuses lead_id in options');
refused("CALL leadconv.convert_leads_in_batches('r', lead_ids => $array, options => '{\"request_id\": \"x\"}')", qr/LC003/, 'refuses request_id in options');
refused("CALL leadconv.convert_leads_in_batches('r', 'public.audit')", qr/LC003.*lead_id/s, 'refuses a source without lead_id or id');
is(query('SELECT count(*) FROM crm.lead WHERE is_converted'), 0, 'nothing has been converted');

#
# SIGKILL in the middle of 5,000 leads, 50 of which fail
#
my $total = 5000;
leads($total, 'Kill', "CASE WHEN i % 100 = 7 THEN 'bad' ELSE '1' END");
query("CREATE VIEW public.kill_me AS SELECT * FROM crm.lead WHERE company LIKE 'Kill %'; TRUNCATE public.audit");
my $call = "CALL leadconv.convert_leads_in_batches('kill', 'public.kill_me', options => '{\"do_not_create_opportunity\": true}', batch_size => 100)";
foreach my $stop (1000, 2500)
{
	my $runner = background($node, $stop == 1000 ? "SET leadconv.user_id = 1" : "SELECT 1", $stop == 1000 ? $call : "CALL leadconv.convert_leads_in_batches('kill')");
	wait_for($node, "SELECT coalesce(sum(done + failed), 0) >= $stop FROM crm.lead_conversion_job WHERE job = 'kill'");
	my ($status, $all, $done, $failed, $left) = split /\|/, job('kill');
	is($status, 'Running', 'progress is visible from another session');
	is($done + $failed + $left, $total, '... done, failed and remaining add up');
	is(query("SELECT rate > 0 AND estimated_end > now() AND last_batch_date IS NOT NULL FROM crm.lead_conversion_job WHERE job = 'kill'"), 't', '... with rate and estimated end');
	# SIGKILL to the postmaster; its children go with it
	# the runner would go on until it has something to say
	my $runner_pid = query("SELECT pid FROM pg_stat_activity WHERE query LIKE 'CALL%kill%'");
	kill 'KILL', $node->{_pid}, $runner_pid;
	$node->{_pid} = undef;
	eval { $runner->{handle}->finish };
	unlike($runner->{err}, qr/is complete/, 'killed in the middle');
	# the other processes of the killed postmaster must be gone before it starts again
	my $deadline = time + 30;
	until ($node->start(fail_ok => 1))
	{
		die 'no restart' if time > $deadline;
		sleep(0.2);
		$node->{_pid} = undef;
	}
	my $converted = query("SELECT count(*) FROM public.kill_me WHERE is_converted");
	is(query("SELECT done FROM crm.lead_conversion_job WHERE job = 'kill'"), $converted, 'after the crash the job says what has been done');
	cmp_ok($converted, '<', $total - 50, '... and is not at its end');
	is(query("SELECT count(*) FROM crm.lead_conversion_error WHERE job = 'kill'"), query("SELECT failed FROM crm.lead_conversion_job WHERE job = 'kill'"), '... nor has it lost a failure');
}
my $notices = run("CALL leadconv.convert_leads_in_batches('kill')");
like($notices, qr/NOTICE.*job "kill" is complete: 4950 leads converted, 50 failed/s, 'the same name takes it up to its end');
like($notices, qr/NOTICE.*of 5000 leads, \d+ failed, \d+ per second/, '... with NOTICEs of progress');
is(job('kill'), 'Completed|5000|4950|50|0', '... the job says so');
is(query("SELECT count(*), count(DISTINCT lead_id), bool_and(created_by_id = 1) FROM crm.lead_conversion WHERE lead_id IN (SELECT id FROM public.kill_me)"), '4950|4950|t', '... each is converted once, as the user who started it');
is(query("SELECT count(*) FROM public.audit WHERE tab = 'account'"), 4950, '... one account each');
is(query("SELECT count(*) FROM crm.account WHERE name LIKE 'Kill %'"), 4950, '... and no orphan');
is(query("SELECT count(*) FROM public.audit WHERE tab = 'lead'"), 4950, '... one update of each lead');
is(query("SELECT count(*), count(DISTINCT lead_id) FROM crm.lead_conversion_error WHERE job = 'kill'"), '50|50', '... each failure once');
is(query("SELECT count(*) FROM crm.lead_conversion_error e JOIN crm.lead l ON l.id = e.lead_id WHERE e.job = 'kill' AND e.status_code = 'FIELD_CUSTOM_VALIDATION_EXCEPTION' AND l.phone = 'bad' AND NOT l.is_converted"), 50, '... with the right leads');
is(query("SELECT count(*) FROM crm.opportunity"), 0, '... with the options of the first call');
like(run("CALL leadconv.convert_leads_in_batches('kill')"), qr/complete already/, 'a complete job is not run again');
is(query("SELECT count(*) FROM crm.lead_conversion"), 4950, '... and converts nothing');

#
# A second runner, cancel, resume
#
leads(300, 'slow', 'NULL');
query("CREATE VIEW public.slow_leads AS SELECT id, is_converted FROM crm.lead WHERE company LIKE 'slow %'");
pace(0.1);
my $runner = background($node, "SET leadconv.user_id = 2", "CALL leadconv.convert_leads_in_batches('slow', 'public.slow_leads', batch_size => 10)");
wait_for($node, "SELECT coalesce(sum(done), 0) >= 10 FROM crm.lead_conversion_job WHERE job = 'slow'");
like(run("CALL leadconv.convert_leads_in_batches('slow')"), qr/55006.*run by another session/, 'a second runner is refused while it runs');
query("UPDATE crm.lead_conversion_job SET cancel_requested = true WHERE job = 'slow'");
finish($runner);
like($runner->{err}, qr/NOTICE.*job "slow" was cancelled after \d+ of 300/s, 'cancel_requested stops it');
my ($status, undef, $done) = split /\|/, job('slow');
is($status, 'Aborted', '... the job says so');
cmp_ok($done, '<', 300, '... and is not at its end');
is(query("SELECT count(*) FROM public.slow_leads WHERE is_converted"), $done, '... what is done is kept');
is(query("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"), 0, '... no lock is kept');
# cancel of the backend, too
$runner = background($node, "CALL leadconv.convert_leads_in_batches('slow')");
wait_for($node, "SELECT sum(done) >= $done + 10 FROM crm.lead_conversion_job WHERE job = 'slow'");
query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL%slow%'");
finish($runner);
like($runner->{err}, qr/57014/, 'pg_cancel_backend() is raised');
like(job('slow'), qr/^Aborted\|300\|/, '... the job says Aborted');
pace(0);
run("SET leadconv.user_id = 1", "CALL leadconv.convert_leads_in_batches('slow')");
is(job('slow'), 'Completed|300|300|0|0', '... and can be taken up');
is(query("SELECT count(DISTINCT lead_id), count(*), bool_and(created_by_id = 2) FROM crm.lead_conversion WHERE lead_id IN (SELECT id FROM public.slow_leads)"), '300|300|t', '... each once, as the first user');
# the same session can run a job again after a failure: no lock is left behind
like(run("CALL leadconv.convert_leads_in_batches('again', lead_ids => '{1}', options => '{\"x\": 1}')", "CALL leadconv.convert_leads_in_batches('again', lead_ids => '{}')"), qr/job "again" is complete: 0 leads/, 'a refused job does not stay locked; no ids at all');

#
# A table of requests, with duplicates of a lead, and ids
#
my $req = leads(50, 'Req', 'NULL');
query("CREATE TABLE public.requests (lead_id bigint, opportunity_name text, do_not_create_opportunity boolean, contact_record jsonb, comment text);
	INSERT INTO public.requests SELECT $req + i - 1, CASE WHEN i % 2 = 0 THEN 'Opp ' || i END, i % 2 = 1, CASE WHEN i = 4 THEN '{\"title\": \"CEO\"}'::jsonb END, 'x' FROM generate_series(1, 50) i;
	INSERT INTO public.requests SELECT * FROM public.requests WHERE lead_id IN ($req + 9, $req + 10, $req + 19);
	INSERT INTO public.requests (lead_id) VALUES (999999)");
run("CALL leadconv.convert_leads_in_batches('requests', 'public.requests', options => '{\"reason\": \"batch\"}', batch_size => 10)");
is(job('requests'), 'Completed|54|50|4|0', 'a table of requests: the second request of a lead fails, so does a missing lead');
is(query("SELECT string_agg(DISTINCT status_code, ',' ORDER BY status_code) FROM crm.lead_conversion_error WHERE job = 'requests'"), 'CANNOT_UPDATE_CONVERTED_LEAD,INVALID_CROSS_REFERENCE_KEY', '... with their status codes');
is(query("SELECT count(*), count(opportunity_id), bool_and(reason = 'batch') FROM crm.lead_conversion WHERE lead_id BETWEEN $req AND $req + 49"), '50|25|t', '... with the options of each, and those in common');
is(query("SELECT count(*) FROM crm.opportunity o JOIN public.requests r ON r.opportunity_name = o.name JOIN crm.lead_conversion c ON c.opportunity_id = o.id AND c.lead_id = r.lead_id WHERE r.lead_id NOT IN ($req + 9, $req + 19)"), 23, '... each its own name');
is(query("SELECT count(*) FROM crm.contact WHERE title = 'CEO'"), 1, '... record values');

my $ids = leads(25, 'Ids', 'NULL');
run("CALL leadconv.convert_leads_in_batches('ids', lead_ids => '{" . join(',', reverse($ids .. $ids + 24), $ids, 'NULL', 888888) . "}', batch_size => 7)");
is(job('ids'), 'Completed|28|25|3|0', 'ids, in any order, with one twice, NULL and missing');
like(run("CALL leadconv.convert_leads_in_batches('ids', lead_ids => '{1}')"), qr/LC017/, 'other ids under the same name are refused');
like(run("CALL leadconv.convert_leads_in_batches('ids', 'crm.lead')"), qr/LC017/, '... and so is a source');

# reuse_accounts across batches
my $reuse = leads(30, 'x', 'NULL');
query("UPDATE crm.lead SET company = (ARRAY['Same Inc.', 'SAME', 'same, inc'])[1 + id % 3] WHERE id >= $reuse");
run("CALL leadconv.convert_leads_in_batches('reuse', lead_ids => " . ids("SELECT id FROM crm.lead WHERE id >= $reuse ORDER BY id") . ", options => '{\"reuse_accounts\": true}', batch_size => 7)");
is(job('reuse') . query("SELECT count(DISTINCT account_id), count(*) FILTER (WHERE account_created) FROM crm.lead_conversion WHERE lead_id >= $reuse"), 'Completed|30|30|0|01|1', 'reuse_accounts in options works across batches');

#
# An error that must not be swallowed
#
my $bad = leads(60, 'Bad', 'NULL');
query(q{CREATE FUNCTION public.broken() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.name = ''Bad 35'' THEN ASSERT false, ''broken thing''; END IF; RETURN NEW; END';
	CREATE TRIGGER zz_broken BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.broken()});
like(run("SET leadconv.user_id = 2", "CALL leadconv.convert_leads_in_batches('bad', lead_ids => " . ids("SELECT id FROM crm.lead WHERE id >= $bad ORDER BY id") . ", batch_size => 10)"), qr/ERROR:.*P0004.*broken thing/s, 'an error that must not be swallowed is raised');
is(job('bad'), 'Failed|60|30|0|30', '... the batches before it are kept, the job is Failed');
is(query("SELECT error_message FROM crm.lead_conversion_job WHERE job = 'bad'"), 'broken thing', '... with the message');
is(query("SELECT count(*) FROM crm.lead WHERE id >= $bad AND is_converted"), 30, '... nothing of its batch');
query('DROP TRIGGER zz_broken ON crm.account');
run("CALL leadconv.convert_leads_in_batches('bad')");
is(job('bad') . query("SELECT error_message IS NULL FROM crm.lead_conversion_job WHERE job = 'bad'"), 'Completed|60|60|0|0t', '... and can be resumed');
is(query("SELECT count(*), bool_and(created_by_id = 2) FROM crm.lead_conversion WHERE lead_id >= $bad"), '60|t', '... as the user who started it');

#
# Blank columns of a source are as NULL: the options count
#
leads(3, 'Blank', 'NULL');
query("CREATE VIEW public.blank AS SELECT id AS lead_id, E' \t'::text AS opportunity_name, ''::text AS request_id, ' '::text AS converted_status FROM crm.lead WHERE company LIKE 'Blank %'");
query("CALL leadconv.convert_leads_in_batches('blank', 'public.blank', options => '{\"opportunity_name\": \"From options\", \"reason\": \" \"}')");
is(query("SELECT count(*) FROM crm.lead_conversion c JOIN crm.opportunity o ON o.id = c.opportunity_id WHERE c.job = 'blank' AND o.name = 'From options' AND c.request_id IS NULL AND c.reason IS NULL"),
	3, 'blank columns of a source: the options count');

#
# Ids that begin anywhere, and ids that are gone
#
my $gone = leads(40, 'Gone', 'NULL');
run("CALL leadconv.convert_leads_in_batches('anywhere', lead_ids => '[5:8]={" . join(',', $gone .. $gone + 3) . "}', batch_size => 3)");
is(job('anywhere'), 'Completed|4|4|0|0', 'an array that does not begin at 1');
query("UPDATE crm.lead_conversion_job SET cancel_requested = false, status = 'Aborted', last_key = 2, done = 2, lead_ids = '[-1:3]={1,1," . join(',', $gone + 4 .. $gone + 6) . "}' WHERE job = 'anywhere'");
run("CALL leadconv.convert_leads_in_batches('anywhere')");
is(job('anywhere'), 'Completed|4|5|0|0', '... nor when it is taken up again');
for my $what ('NULL', "'{{1,2},{3,4}}'")
{
	my $name = "gone $what" =~ s/[^\w ]//gr;

	query("INSERT INTO crm.lead_conversion_job (job, lead_ids, options, batch_size, last_key, created_by_role, created_date) VALUES ('$name', $what, '{}', 10, 0, current_user, now())");
	like(run("SET statement_timeout = '30s'", "CALL leadconv.convert_leads_in_batches('$name')"), qr/LC023.*job "$name" has no leads to convert.*HINT:  Start a new job/s, "lead_ids are $what: the job fails");
	is(query("SELECT status, error_message ~ 'no leads to convert' FROM crm.lead_conversion_job WHERE job = '$name'"), 'Failed|t', '... which its row says');
}
query(q{CREATE FUNCTION public.pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NEW; END';
	CREATE TRIGGER zz_pause BEFORE INSERT ON crm.account FOR EACH ROW WHEN (NEW.name LIKE 'Gone%') EXECUTE FUNCTION public.pause()});
$runner = background($node, "SET statement_timeout = '60s'", "CALL leadconv.convert_leads_in_batches('taken', lead_ids => " . ids("SELECT id FROM crm.lead WHERE id BETWEEN $gone + 10 AND $gone + 39 ORDER BY id") . ", batch_size => 1)");
wait_for($node, "SELECT coalesce(sum(done + failed), 0) >= 2 FROM crm.lead_conversion_job WHERE job = 'taken'");
query("UPDATE crm.lead_conversion_job SET lead_ids = NULL WHERE job = 'taken'");
finish($runner);
like($runner->{err}, qr/LC023.*job "taken" has no leads/, 'ids that are taken away while a job runs end it');

# A source whose ids are others each time
query("CREATE VIEW public.restless AS SELECT (random() * 1000000000)::bigint - 2000000000 AS lead_id FROM generate_series(1, 20)");
like(run("SET statement_timeout = '30s'", "CALL leadconv.convert_leads_in_batches('restless', 'public.restless', batch_size => 5)"), qr/LC\d+.*gives other keys each time|is complete/, 'a source that gives other ids each time comes to an end');

#
# Whose a job is
#
my $whose = leads(60, 'Whose', 'NULL');
$node->safe_psql('postgres', q{
	CREATE ROLE maker LOGIN; CREATE ROLE boss LOGIN; GRANT maker TO boss; CREATE ROLE other LOGIN;
	SELECT leadconv.grant_role_privileges('maker', 'integration'), leadconv.grant_role_privileges('boss', 'integration'), leadconv.grant_role_privileges('other', 'integration');
	CREATE SCHEMA shared; GRANT USAGE, CREATE ON SCHEMA shared TO PUBLIC;
	CREATE TABLE shared.ran (who text); GRANT ALL ON shared.ran TO PUBLIC});
$node->safe_psql('postgres', "CREATE TABLE shared.todo (lead_id bigint); INSERT INTO shared.todo SELECT i FROM generate_series($whose, $whose + 9) i; GRANT SELECT ON shared.todo TO PUBLIC", connstr => as($node, 'postgres', 'maker'));

# Runs as a role, and stops after the first batch
sub interrupted
{
	my ($name, $rest, $role) = @_;

	$node->psql('postgres', "CALL leadconv.convert_leads_in_batches('$name', $rest, batch_size => 4)", connstr => as($node, 'postgres', $role));
	query("UPDATE crm.lead_conversion_job SET status = 'Aborted', last_key = 0, done = 0 WHERE job = '$name'");
}
sub call_as
{
	my ($role, $call) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nCALL leadconv.convert_leads_in_batches($call)", connstr => as($node, 'postgres', $role));

	return $err;
}
interrupted('mine', "'shared.todo'", 'maker');
for my $role ('boss', 'other', query('SELECT current_user'))
{
	like(call_as($role, "'mine'"), qr/42501.*job "mine" belongs to role "maker".*HINT:  Connect as that role, or run SET ROLE maker first/s, "a job of maker is not for $role");
	is(query("SELECT status FROM crm.lead_conversion_job WHERE job = 'mine'"), 'Aborted', '... nothing is changed');
}
unlike(call_as('boss', q{'mine', options => '{"nonsense": 1}'}), qr/options/, '... who is told nothing of it');
is(query("SELECT source_owner FROM crm.lead_conversion_job WHERE job = 'mine'"), 'maker', 'the job knows whose its source was');
like(run('SET ROLE maker', "CALL leadconv.convert_leads_in_batches('mine')"), qr/job "mine" is complete/, 'who says SET ROLE takes it up');
# Who cannot see a job does not learn that there is one, and can use its name
interrupted('hidden', q{lead_ids => '{1}', options => '{"reason": "secret"}'}, 'maker');
query("UPDATE crm.lead_conversion_job SET cancel_requested = true WHERE job = 'hidden'");
my $of_maker = query("SELECT j FROM crm.lead_conversion_job j WHERE job = 'hidden'");
query('REVOKE SELECT ON crm.lead_conversion_job FROM other');
for my $job ('hidden', 'nobody has')
{
	like(call_as('other', "'$job'"), qr/LC003.*give either source or lead_ids for the new job "$job"/, "job $job of another role: there is none");
	like(call_as('other', "'$job', lead_ids => '{3,1,2}', options => '{\"reason\": \"mine\"}', batch_size => 2"), qr/3 of 3 leads, 3 failed.*is complete: 0 leads converted, 3 failed/s, '... and can be one of its own');
	like(call_as('other', "'$job', lead_ids => '{3,1}'"), qr/LC017.*has other leads/, '... which is found again');
	like(call_as('other', "'$job'"), qr/complete already/, '... and is its own, not the other');
	is(query("SELECT source IS NULL, lead_ids, options, status, done, failed, remaining FROM crm.lead_conversion_job WHERE job = '$job' AND created_by_role = 'other'"), 't|{3,1,2}|{"reason": "mine"}|Completed|0|3|0', '... with its row');
}
is(query("SELECT j FROM crm.lead_conversion_job j WHERE job = 'hidden' AND created_by_role = 'maker'"), $of_maker, '... the other job is as it was');
like(call_as('maker', "'hidden'"), qr/job "hidden" is complete/, '... and is taken up by the role that made it');
is(query("SELECT created_by_role, status FROM crm.lead_conversion_job WHERE job = 'hidden' ORDER BY 1"), "maker|Completed\nother|Completed", '... both jobs are there');
# each role's job has a lock of its own
my $slowly = leads(150, 'slow role', 'NULL');
query("CREATE TABLE shared.slow AS SELECT i AS lead_id FROM generate_series($slowly, $slowly + 149) i; GRANT SELECT ON shared.slow TO PUBLIC; GRANT INSERT ON public.audit TO maker");
pace(0.1);
$runner = background($node, 'SET ROLE maker', "CALL leadconv.convert_leads_in_batches('at once', 'shared.slow', batch_size => 20)");
wait_for($node, "SELECT coalesce(sum(done + failed), 0) >= 20 FROM crm.lead_conversion_job WHERE job = 'at once'");
like(call_as('maker', "'at once'"), qr/55006/, 'a job that is running is refused');
like(call_as('other', "'at once', lead_ids => '{}'"), qr/is complete/, '... and one of that name of another role is not');
pace(0);
finish($runner);
like($runner->{err}, qr/is complete: 150 leads converted/, '... nor disturbed');
query('GRANT SELECT ON crm.lead_conversion_job TO other');

interrupted('options', q{lead_ids => '{1}', options => '{"reason": "x"}'}, 'maker');
like(call_as('maker', q{'options', options => '{"reason": "y"}'}), qr/LC017.*has other options.*DETAIL:  Its options are \{"reason": "x"\}/s, 'other options are refused');
like(call_as('maker', q{'options', options => '{"reason": "x"}'}), qr/is complete/, 'the same are not');

# Somebody else puts a view where the source was
interrupted('swapped', "'shared.todo'", 'maker');
$node->safe_psql('postgres', 'DROP TABLE shared.todo', connstr => as($node, 'postgres', 'maker'));
$node->safe_psql('postgres', q{CREATE FUNCTION shared.ran() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN INSERT INTO shared.ran VALUES (current_user); RETURN NULL; END';
	CREATE VIEW shared.todo AS SELECT shared.ran() AS lead_id; GRANT SELECT ON shared.todo TO PUBLIC}, connstr => as($node, 'postgres', 'other'));
like(call_as('maker', "'swapped'"), qr/LC\d+.*the source shared\.todo of job "swapped" belongs to role "other".*DETAIL:  It belonged to role "maker".*HINT:  If it is the right one, name it/s, 'a source that is somebody else\'s by now is not read');
is(query('SELECT count(*) FROM shared.ran'), '0', '... none of its functions runs');
unlike(call_as('maker', "'swapped', source => 'shared.todo'"), qr/belongs to role/, '... unless it is named again');
is(query("SELECT source_owner FROM crm.lead_conversion_job WHERE job = 'swapped'"), 'other', '... then the job knows whose it is');
query("UPDATE crm.lead_conversion_job SET source_owner = NULL, status = 'Aborted' WHERE job = 'swapped'");
like(call_as('maker', "'swapped'"), qr/DETAIL:  It is not known whose it was/, 'a job of before there was a source_owner');
# a source that the maker may no longer read
interrupted('closed', "'crm.open_lead'", 'maker');
query('REVOKE SELECT ON crm.open_lead FROM maker');
like(call_as('maker', "'closed'"), qr/42501: permission denied for view open_lead/, 'the source is read with the rights that its maker has now');

$node->stop;
done_testing();
