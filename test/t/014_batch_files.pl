# Copyright (c) 2026, the leadconv authors

# Batches that are too large for work_mem are laid down in temporary files.  Whatever
# fails in between, these files belong to the call: none is lost, none is closed
# twice, and nobody else's file is written to.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('files', "autovacuum = off\nmax_wal_size = 2GB\nwork_mem = 64kB\nlog_temp_files = 1MB\n");

# 10,000 leads with requests of 3 kB.  Each 997th account fails a CHECK, which the
# audit trigger has noted; each 1,499th opportunity fails after its rows have been
# written, so that the call looks for it in halves.  Each 2,003rd account starts a
# bulk call of its own, whose errors it catches.
$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	ALTER TABLE crm.account ADD CONSTRAINT account_fine CHECK (phone <> 'bad');
	INSERT INTO crm.lead (first_name, last_name, company, email, phone)
		SELECT 'F', 'L' || i, 'Company ' || i, 'l' || i || '@example.com', CASE WHEN i % 997 = 0 THEN 'bad' END FROM generate_series(1, 11000) i;
	CREATE TABLE public.request AS SELECT leadconv.new_lead_convert(i, account_record => jsonb_build_object('description', i || repeat(md5(i::text), 100)),
		contact_record => jsonb_build_object('description', repeat(md5(i::text), i % 50))) AS r FROM generate_series(1, 10000) i;

	CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN IF substr(NEW.name, 9)::int % 1499 = 0 THEN RAISE EXCEPTION ''refused''; END IF; RETURN NULL; END';
	CREATE TRIGGER zz_refuse AFTER INSERT ON crm.opportunity FOR EACH ROW WHEN (NEW.name LIKE 'Company %') EXECUTE FUNCTION public.refuse();
	CREATE FUNCTION public.nest() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		BEGIN
			PERFORM leadconv.convert_leads(ARRAY(SELECT leadconv.new_lead_convert(i, account_record => jsonb_build_object('description', repeat(md5(i::text), 100)))
				FROM generate_series(10001, 10300) i), n % 2 = 0) FROM generate_series(1, 2) n;
			RAISE division_by_zero;
		EXCEPTION WHEN OTHERS THEN NULL;
		END;
		RETURN NULL;
	END $$;
	CREATE TRIGGER zz_nest AFTER INSERT ON crm.account FOR EACH ROW WHEN (NEW.name IN ('Company 2003', 'Company 4006')) EXECUTE FUNCTION public.nest();


	-- other tables, whose files the session opens in the middle of calls
	SELECT format('CREATE TABLE public.other_%s AS SELECT i AS id, repeat(md5(i::text), 3) AS value FROM generate_series(1, 300) i', n)
		FROM generate_series(1, 20) n \gexec
	CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		FOR n IN 1 .. 20 LOOP
			EXECUTE format('INSERT INTO public.other_%1$s SELECT max(id) + 1, repeat(md5((max(id) + 1)::text), 3) FROM public.other_%1$s', n);
		END LOOP;
		RETURN NULL;
	END $$;
	CREATE TRIGGER zz_touch AFTER INSERT ON crm.contact FOR EACH STATEMENT EXECUTE FUNCTION public.touch();
	CREATE TRIGGER zz_touch AFTER UPDATE ON crm.lead FOR EACH STATEMENT EXECUTE FUNCTION public.touch();
	CHECKPOINT});

# Is each row of the other tables what it was written as, and none missing?
sub others_are_whole
{
	my ($name) = @_;

	is($node->safe_psql('postgres', q{
		SELECT format('SELECT %s WHERE EXISTS (SELECT FROM public.other_%s WHERE value <> repeat(md5(id::text), 3))'
			' OR (SELECT count(*) <> max(id) FROM public.other_%s)', n, n, n) FROM generate_series(1, 20) n \gexec}), '', "$name: other tables are whole");
}

# What psql says of statements, as one script in one session
sub run
{
	my ($name, $sql, $expected) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', $sql, on_error_stop => 0);

	is($err, '', "$name: no message");
	is($out, $expected, $name);
	others_are_whole($name);
}

my $some = 'ARRAY(SELECT r FROM public.request WHERE (r).lead_id % 997 <> 0 AND (r).lead_id % 1499 <> 0 ORDER BY (r).lead_id)';
my $all = 'ARRAY(SELECT r FROM public.request ORDER BY (r).lead_id)';
my $count = 'SELECT count(*), count(*) FILTER (WHERE success) FROM';
my $json = "(SELECT jsonb_agg(jsonb_strip_nulls(to_jsonb(r)) ORDER BY (r).lead_id) FROM public.request";

# the first failing request decides; then nothing fails, then what fails is left out
run('all or none', qq{
	BEGIN;
	SAVEPOINT a;
	DO \$\$ BEGIN PERFORM leadconv.convert_leads($all); EXCEPTION WHEN check_violation THEN NULL; END \$\$;
	$count leadconv.convert_leads($some);
	ROLLBACK TO a;
	$count leadconv.convert_leads($some, true, false, true, true);
	ROLLBACK}, "9984|9984\n9984|9984");
run('partial success', qq{
	BEGIN;
	$count leadconv.convert_leads($all, false);
	ROLLBACK}, '10000|9984');
run('partial success with reuse', qq{
	BEGIN;
	$count leadconv.convert_leads((SELECT array_agg(r ORDER BY (r).lead_id) FROM public.request WHERE (r).lead_id <= 4000), false, false, true, true);
	ROLLBACK}, '4000|3994');
run('JSON', qq{
	BEGIN;
	SELECT count(*), count(*) FILTER (WHERE j ->> 'success' = 'true') FROM leadconv.convert_leads_json($json), false) j;
	ROLLBACK;
	BEGIN;
	SELECT count(*), count(*) FILTER (WHERE j ->> 'success' = 'true') FROM leadconv.convert_leads_json($json WHERE (r).lead_id % 997 <> 0 AND (r).lead_id < 1499), true) j;
	ROLLBACK}, "10000|9984\n1497|1497");
run('a cursor that is read in a subtransaction', qq{
	BEGIN;
	DECLARE c CURSOR FOR $count leadconv.convert_leads((SELECT array_agg(r) FROM public.request WHERE (r).lead_id <= 2000), false);
	SAVEPOINT a;
	FETCH c;
	RELEASE a;
	FETCH c;
	CLOSE c;
	ROLLBACK}, '2000|1997');
run('looking at many requests', q{
	SELECT count(DISTINCT request_position) FROM leadconv.preview_lead_conversions((SELECT array_agg(r) FROM public.request WHERE (r).lead_id <= 1500))}, '1500');

# an error while a batch is being laid down: in the middle of the tuple store
my $limited = qq{SET temp_file_limit = '1MB';
	DO \$\$ BEGIN PERFORM leadconv.convert_leads($all, false); RAISE 'no error'; EXCEPTION WHEN configuration_limit_exceeded THEN NULL; END \$\$;};
run('temp_file_limit', qq{
	BEGIN;
	$limited
	RESET temp_file_limit;
	$count leadconv.convert_leads((SELECT array_agg(r) FROM public.request WHERE (r).lead_id BETWEEN 2010 AND 4000), false);
	$limited
	ROLLBACK}, '1991|1988');

# a backend that is told to go in the middle
$node->safe_psql('postgres', q{
	CREATE FUNCTION public.sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
	CREATE TRIGGER zz_sleep AFTER INSERT ON crm.contact FOR EACH ROW WHEN (NEW.last_name = 'L5500') EXECUTE FUNCTION public.sleep()});
my $session = background($node, "SET application_name = 'victim';", "$count leadconv.convert_leads($all, false);");
wait_for($node, "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'victim' AND wait_event = 'PgSleep'");
ok($node->safe_psql('postgres', 'SELECT count(*) > 0 FROM pg_ls_tmpdir()') eq 't', 'a call has temporary files');
$node->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'");
finish($session);
like($session->{err}, qr/57P01/, 'a call is terminated');
$node->safe_psql('postgres', 'DROP TRIGGER zz_sleep ON crm.contact');
others_are_whole('termination');

# jobs: a batch that fails as a whole in the middle of a file, and all of them
$node->safe_psql('postgres', 'CREATE VIEW public.requests AS SELECT (r).* FROM public.request WHERE (r).lead_id <= 6000');
$session = background($node, q{SET temp_file_limit = '1MB'}, q{CALL leadconv.convert_leads_in_batches('files', 'public.requests', batch_size => 1500)});
finish($session);
like($session->{err}, qr/53400/, 'a job whose batch exceeds temp_file_limit fails');
$session = background($node, q{CALL leadconv.convert_leads_in_batches('files')});
finish($session);
like($session->{err}, qr/job "files" is complete: 5990 leads converted, 10 failed/, '... and is completed later');
unlike($session->{err}, qr/WARNING|ERROR/, '... without a message');
others_are_whole('job');

is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()'), '0', 'no temporary file is left');
$node->restart;
others_are_whole('after a restart');
my $log = slurp_file($node->logfile);
my @bad = $log =~ /^.*(?:WARNING|TRAP|PANIC|temporary file leak|not owned by|could not (?:open|read|write|close)).*$/mg;
is(join("\n", @bad), '', 'no warning in the log');
cmp_ok(scalar(() = $log =~ /temporary file: path/g), '>', 100, 'there were temporary files');

done_testing();
