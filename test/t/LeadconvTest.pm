# Copyright (c) 2026, the leadconv authors

# What the TAP tests share: servers, poolers, sessions in the background, dumps, and
# comparing databases
package LeadconvTest;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

our @EXPORT = qw(new_node start_pooler as background finish wait_for make_try dump_of rows_of timeless answers_of quiet_ok converts fails no_problems sessions_meet);

# A running server of its own; any further settings are for postgresql.conf
sub new_node
{
	my ($name, $settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
	$node->append_conf('postgresql.conf', "fsync = off\nmax_connections = 40\n" . ($settings // ''));
	$node->start;
	return $node;
}

# Whatever ends a test, what it has started ends with it: a signal is an exit, so that
# the END blocks run, of which the last one is the servers'.  Not those of a child that
# is about to run a program.
my $test = $$;
foreach my $signal (qw(HUP INT TERM))
{
	$SIG{$signal} = sub { $$ == $test ? exit 1 : POSIX::_exit(1) };
}

# A pooler with this configuration, which takes connections at that directory and port
my @poolers;

sub start_pooler
{
	my ($ini, $dir, $port) = @_;

	push @poolers, IPC::Run::start([ 'pgbouncer', $ini ], '<', \undef, '>', "$ini.log", '2>&1');
	for (1 .. 100)
	{
		return if IPC::Run::run([ 'pg_isready', '-q', '-h', $dir, '-p', $port ]);
		select(undef, undef, undef, 0.1);
	}
	die "the pooler does not start:\n" . slurp_file("$ini.log");
}

END
{
	my $status = $?;

	$_->kill_kill(grace => 5) foreach @poolers;
	$? = $status;
}

# Connection string of a database as some role
sub as
{
	my ($node, $db, $role) = @_;

	return $node->connstr($db) . " user=$role";
}

# Statements, each on its own, in a psql in the background.  What it has said is
# in $session->{out} and, with SQLSTATE and HINT, in $session->{err}.
sub background
{
	my ($node, @sql) = @_;
	my $session = { in => '', out => '', err => '', start => time };

	$session->{handle} = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres'), map { ('-c', $_) } @sql ],
		'<', \$session->{in}, '>', \$session->{out}, '2>', \$session->{err}, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $session;
}

# Waits for its end; returns the seconds that it took
sub finish
{
	my ($session) = @_;

	$session->{handle}->finish;
	return time - $session->{start};
}

# Waits until a query gives true
sub wait_for
{
	my ($node, $query) = @_;

	$node->poll_query_until('postgres', $query) or die "timed out: $query";
}

# Four sessions at an isolation level convert the six leads of each of so many companies,
# which public.prepare() makes, with these options: two with single calls, two with bulk
# calls that come from the other side. Their transactions stand in public.done.
sub sessions_meet
{
	my ($node, $level, $companies, $options) = @_;
	my $script = $node->basedir . '/meet.sql';

	$node->safe_psql('postgres', "CALL public.prepare($companies, 6)");
	open my $file, '>', $script or die;
	print $file <<"SQL";
SELECT count(*) + 1 AS n FROM public.done WHERE client = :client_id \\gset
\\set first (:n - 1) * 6
\\set other ($companies - :n) * 6
BEGIN ISOLATION LEVEL $level;
SELECT count(*) FROM crm.account WHERE id < 10;
INSERT INTO public.done VALUES (:client_id, :n);
\\if :client_id < 2
SELECT 1 / count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:first + 1 + :client_id)], $options);
\\else
SELECT 1 / count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(:first + 1 + :client_id), leadconv.new_lead_convert(:other + 3 + :client_id)],
 $options);
\\endif
END;
SQL
	close $file;
	my $transactions = 4 * $companies;
	$node->command_checks_all(
		['pgbench', '-n', '-c', 4, '-j', 2, '-t', $companies, '--max-tries=10000', '-f', $script, 'postgres'],
		0, [qr{transactions actually processed: $transactions/$transactions}], [qr/^(?!.*aborted)/s], "$level: all sessions come through");
}

# public.try(query): the value of a query, or its SQLSTATE, message and hint, for
# a session that must outlive errors
sub make_try
{
	my ($node, $db) = @_;

	$node->safe_psql($db, q{
		CREATE FUNCTION public.try(query text) RETURNS text LANGUAGE plpgsql AS $$
		DECLARE result text; hint text;
		BEGIN
			EXECUTE query INTO result;
			RETURN result;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
			RETURN SQLSTATE || ' ' || SQLERRM || ' ' || hint;
		END $$});
}

# pg_dump, without what differs from run to run
sub dump_of
{
	my ($node, $db, @options) = @_;
	my ($out, $err) =
	  run_command([ 'pg_dump', '-d', $node->connstr($db), @options ]);

	$out =~ s/^\\(un)?restrict .*\n//mg;
	is($err, '', "pg_dump of $db says nothing");
	return $out;
}

# All rows and sequences of the schemas of the user, as text
sub rows_of
{
	my ($node, $db) = @_;

	return $node->safe_psql($db, q{
		SELECT format('SELECT %L, t::text FROM %s AS t ORDER BY 2', c.oid::regclass, c.oid::regclass)
		FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN ('crm'::regnamespace, 'public'::regnamespace)
		ORDER BY c.oid::regclass::text \gexec
		SELECT format('SELECT %L, last_value, is_called FROM %s', c.oid::regclass, c.oid::regclass)
		FROM pg_class c WHERE c.relkind = 'S' AND c.relnamespace IN ('crm'::regnamespace, 'public'::regnamespace)
		ORDER BY c.oid::regclass::text \gexec});
}

# A text without what differs from run to run: where psql read a statement, times, and
# how fast a job was
sub timeless
{
	my ($text) = @_;

	$text =~ s/^psql:<stdin>:\d+: //mg;
	$text =~ s/\d+ per second/N per second/g;
	$text =~ s/\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([-+]\d\d(:\d\d)?)?/TIME/g;
	return $text;
}

# What one session says to each of these statements, to the last word: results, and
# errors in full
sub answers_of
{
	my ($node, $db, @statements) = @_;
	my $script = "\\set VERBOSITY verbose\n" . join('', map { "$_;\n\\echo ==next==\n\\warn ==next==\n" } @statements);
	my ($ret, $out, $err) = $node->psql($db, $script, on_error_stop => 0);
	my @out = split(/==next==\n?/, $out);
	my @err = split(/==next==\n?/, $err);

	return map { timeless(($out[$_] // '') . ($err[$_] // '')) } 0 .. $#statements;
}

# A command that must succeed and say nothing
sub quiet_ok
{
	my ($command, $name) = @_;
	my ($out, $err);
	my $ok = IPC::Run::run($command, '>', \$out, '2>', \$err);

	ok($ok, "$name: exit status");
	is($err, '', "$name: no message");
}

# validate() finds nothing
sub no_problems
{
	my ($node, $db, $name) = @_;

	is($node->safe_psql($db, 'SELECT * FROM leadconv.validate()'), '', "$name: validate() finds nothing");
}

# A new lead can be converted, into new records; returns the result as text
sub converts
{
	my ($node, $db, $name, %options) = @_;
	my $role = $options{role} ? "SET ROLE $options{role};" : '';
	my $result = $node->safe_psql($db, qq{
		$role
		WITH l AS (INSERT INTO crm.lead (last_name, company) VALUES ('Next', 'Next Company') RETURNING id)
		SELECT r.success, r.account_created, r.contact_created, r.opportunity_created
		FROM l, leadconv.convert_lead(l.id) AS r});

	is($result, 't|t|t|t', "$name: the next lead is converted");
}

# A statement that must fail: the pattern matches what psql says, with DETAIL,
# HINT, CONTEXT and SQLSTATE
sub fails
{
	my ($node, $db, $sql, $pattern, $name) = @_;
	my ($ret, $out, $err) = $node->psql($db, "\\set VERBOSITY verbose\n$sql", on_error_stop => 1);

	isnt($ret, 0, "$name: fails");
	like($err, $pattern, "$name: message");
}

1;
