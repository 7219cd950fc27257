# Copyright (c) 2026, the leadconv authors

# Many tenants on many servers, behind one pooler, with leadconv-tenants as it is
# installed: what clients see, moves under load and moves that are killed, a server
# that is down, upgrades, and reports over all of them.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use FrozenTest;
use IPC::Run;
use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

# Three servers, of which the first has the router database, too; one initdb
my %node = (one => PostgreSQL::Test::Cluster->new('one'));
$node{one}->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$node{one}->append_conf('postgresql.conf', "fsync = off\nshared_buffers = 32MB\nmax_connections = 40\n");
$node{one}->backup_fs_cold('empty');
foreach my $name (qw(two three))
{
	$node{$name} = PostgreSQL::Test::Cluster->new($name);
	$node{$name}->init_from_backup($node{one}, 'empty');
}
$_->start foreach values %node;
my $router = $node{one};
my $plproxy = $router->safe_psql('postgres', q{CREATE DATABASE router; SELECT count(*) FROM pg_available_extensions WHERE name = 'plproxy'});
my $user = $router->safe_psql('postgres', 'SELECT current_user');

# The pooler
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $port = PostgreSQL::Test::Cluster::get_free_port();
append_to_file("$dir/users", qq{"$user" ""\n"pgbouncer" ""\n});
append_to_file("$dir/tenants.ini", '');
append_to_file("$dir/pgbouncer.ini", qq{[databases]
%include $dir/tenants.ini
[pgbouncer]
listen_addr =
listen_port = $port
unix_socket_dir = $dir
auth_type = trust
auth_file = $dir/users
admin_users = pgbouncer
pool_mode = transaction
default_pool_size = 2
query_wait_timeout = 120
server_login_retry = 1
});
start_pooler("$dir/pgbouncer.ini", $dir, $port);

append_to_file("$dir/tenants.conf", qq{# where things are
router = host=@{[$router->host]} port=@{[$router->port]} dbname=router
pooler = host=$dir port=$port
pooler_file = $dir/tenants.ini
});
$ENV{LEADCONV_TENANTS} = "$dir/tenants.conf";

# leadconv-tenants with arguments: exit status (or -9 when it was killed), output, messages
sub tool
{
	my ($out, $err);

	IPC::Run::run([ 'leadconv-tenants', @_ ], '<', \undef, '>', \$out, '2>', \$err);
	return ($? & 127 ? -($? & 127) : $? >> 8, $out, $err);
}

sub tool_ok
{
	my ($status, $out, $err) = tool(@_);

	is($status, 0, "leadconv-tenants @_") or diag("$out$err");
	return $out;
}

sub tool_fails
{
	my ($pattern, $name, @args) = @_;
	my ($status, $out, $err) = tool(@args);

	is($status, 1, "$name: leadconv-tenants @args fails");
	like("$err", $pattern, "... and says why");
}

# Statements of a client of its own, each a transaction, in a database of the pooler:
# what it prints, and what it is told
sub psql_at
{
	my ($where, @sql) = @_;
	my ($out, $err);

	IPC::Run::run([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=always', '-d', $where, map { ('-c', $_) } @sql ],
		'<', \undef, '>', \$out, '2>', \$err);
	chomp $out;
	return ($out, $err);
}

sub pooled
{
	return "host=$dir port=$port dbname=$_[0] user=" . ($_[1] // $user);
}

sub client
{
	my ($out, $err) = psql_at(pooled(shift), @_);

	return $out . $err;
}

# Which of the databases of a tenant are where
sub copies
{
	my ($tenant) = @_;

	return join(' ', map { my $name = $_; map { "$name:$_" } split /\n/, $node{$name}->safe_psql('postgres', "SELECT datname FROM pg_database WHERE datname ~ '^${tenant}(__|\$)' ORDER BY 1") } qw(one two three));
}

# Set up
tool_ok('init');
tool_ok('init');
tool_ok('add-server', $_, $node{$_}->host, $node{$_}->port) foreach qw(one two three);
tool_ok('create', 'acme', 'one');
tool_ok('create', 'globex-eu', 'two');
tool_ok('create', 'initech', 'two');
tool_fails(qr/already a tenant "acme", on server one/, 'a second one of the name', 'create', 'acme', 'two');
tool_fails(qr/no server "four"/, 'an unknown server', 'create', 'hooli', 'four');
$node{three}->safe_psql('postgres', 'CREATE DATABASE hooli');
tool_fails(qr/server three already has a database "hooli"/, 'a database of that name', 'create', 'hooli', 'three');
foreach my $name ('postgres', 'pgbouncer', 'leadconv_template', 'Acme', 'a b', '-a', 'a__old', q{a"; DROP}, q{a'; --}, "a\nb", 'x' x 51, '$(id)', '')
{
	tool_fails(qr/cannot be the name of a tenant/, 'a name', 'create', $name, 'one');
}
foreach my $step (qw(registered copied live))
{
	$ENV{LEADCONV_TENANTS_STOP_AT} = $step;
	is((tool('create', "new-$step", 'three'))[0], -9, "create is killed after $step");
	delete $ENV{LEADCONV_TENANTS_STOP_AT};
}
tool_ok('create', 'new-registered', 'three');
tool_ok('create', 'new-copied', 'three');
tool_ok('route');
like(tool_ok('list'), qr/^ new-registered +\| three +\| live .*\n.*/m, 'all of them are listed');
is(client("new-$_", 'SELECT current_database(), count(*) FROM crm.lead'), "new-$_|0", "... and new-$_ can be reached") foreach qw(registered copied live);
like(tool_ok('servers'), qr/^one +1 tenants .* up, .*^three +3 tenants .* up/ms, 'servers');

my $leads = q{
	INSERT INTO crm.app_user (name) VALUES ('Ann'), ('Bob');
	INSERT INTO crm.lead (last_name, company, owner_id, lead_source)
	SELECT md5(:'tenant' || i), md5(i || :'tenant'), 1, (ARRAY['Web', 'Phone Inquiry'])[1 + i % 2] FROM generate_series(1, 400) AS i;
};
like(tool_ok('run', '-j', '2', $leads, 'acme', 'globex-eu', 'initech'), qr/^3 tenants, 0 failed$/m, 'leads in three of them');

# 1. Reachable by name, as if they were not behind a pooler
is(client('acme', 'SELECT current_database(), current_setting(\'port\')'), 'acme|' . $node{one}->port, 'a tenant by its name');
is(client('globex-eu', 'SELECT current_database(), current_setting(\'port\')'), 'globex-eu|' . $node{two}->port, '... and one on another server');
like(client('nobody', 'SELECT 1'), qr/no such database: nobody|"nobody" does not exist/, '... and one that there is not');
is(client('acme', 'BEGIN', 'SELECT (leadconv.convert_lead(1)).success', 'ROLLBACK', 'SELECT is_converted, (SELECT count(*) FROM crm.lead_conversion) FROM crm.lead WHERE id = 1'),
	"t\nf|0", 'ROLLBACK takes a conversion back');
client('acme', 'ALTER TABLE crm.contact ADD CONSTRAINT not_q CHECK (last_name !~ \'^q\')', q{INSERT INTO crm.lead (id, last_name, company) OVERRIDING SYSTEM VALUE VALUES (1001, 'q', 'Q')});
my $said = '';
foreach my $sql ('SELECT leadconv.convert_lead(999)', 'SELECT leadconv.convert_lead(1, account_id => 77)', 'SELECT leadconv.convert_lead(1001)',
	q{INSERT INTO crm.lead (company) VALUES ('C')}, 'UPDATE crm.lead_convert_settings SET id = 7', q{SELECT leadconv.convert_lead(1, converted_status => 'No such')},
	"DO \$\$ BEGIN PERFORM leadconv.convert_lead(999); END \$\$")
{
	my (undef, $direct) = psql_at($node{one}->connstr('acme'), $sql);

	# but for ids and times of the row that was not written
	is(client('acme', $sql) =~ s/row contains \(.*//r, $direct =~ s/row contains \(.*//r, "the same error: $sql");
	$said .= $direct;
}
like($said, qr/^$_:/m, "... of which one has $_") foreach ('ERROR:  [0-9A-Z]{5}', 'DETAIL', 'HINT', 'CONTEXT', 'COLUMN NAME', 'CONSTRAINT NAME');

# 2. A client that is killed after its commit asks again
{
	my $out = '';
	my $call = q{SELECT r.success, r.account_id, r.contact_id, r.opportunity_id FROM leadconv.convert_lead(2, request_id => 'web-4711') AS r};
	my $victim = IPC::Run::start([ 'psql', '-XAtq', '-d', pooled('globex-eu'), '-c', $call, '-c', 'SELECT pg_sleep(60)' ], '<', \undef, '>', \$out, '2>&1');

	$node{two}->poll_query_until('globex-eu', 'SELECT count(*) = 1 FROM crm.lead_conversion') or die 'timed out';
	$victim->kill_kill(grace => 0);
	my $ids = $node{two}->safe_psql('globex-eu', 'SELECT true, account_id, contact_id, opportunity_id FROM crm.lead_conversion');
	is(client('globex-eu', $call), $ids, 'the second call has the result of the first');
	is(client('globex-eu', 'SELECT count(*) FROM crm.lead_conversion'), '1', '... and there is one row in the ledger');
}

# 5. Jobs, and users
client('initech', 'UPDATE crm.lead_convert_settings SET require_local_user_id = true');
like(client('initech', q{CALL leadconv.convert_leads_in_batches('all', source => 'crm.open_lead', batch_size => 100)}),
	qr/NOTICE: .*100.*NOTICE: .*job "all" is complete: 400 leads converted, 0 failed/s, 'a job through the pooler tells its progress');
is($node{two}->safe_psql('initech', q{SELECT (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'), status, done FROM crm.lead_conversion_job}), '0|Completed|400', '... and leaves no advisory lock');
client('initech', q{INSERT INTO crm.lead (last_name, company) VALUES ('A', 'A1'), ('B', 'B1')});
my @one = ('BEGIN', 'SET LOCAL leadconv.user_id = 2', 'SELECT (leadconv.convert_lead(401)).success', 'COMMIT');
is(client('initech', @one, 'SELECT leadconv.current_user_id()'), "t\n", 'SET LOCAL is gone with the transaction');
like(client('initech', 'SET leadconv.user_id = 2', 'SELECT leadconv.convert_lead(402)'), qr/leadconv.user_id is set for the session/, '... and SET is refused');
client('initech', 'RESET leadconv.user_id');

# 6. A report over all is what each of them says
my @tenants = split /\n/, $router->safe_psql('router', 'SELECT tenant FROM tenants.tenant ORDER BY 1');
my %at = map { split /\|/ } split /\n/, $router->safe_psql('router', 'SELECT tenant, server FROM tenants.tenant');

SKIP:
{
	skip 'plproxy is not installed', 1 unless $plproxy;

	my @reports = split /\n/, $router->safe_psql('router', 'SELECT report FROM tenants.report ORDER BY 1');
	cmp_ok(scalar @reports, '>=', 4, 'there are reports');
	foreach my $report (@reports)
	{
		my $columns = $router->safe_psql('router', "SELECT string_agg(quote_ident(c ->> 'name'), ', ' ORDER BY n) FROM tenants.report, jsonb_array_elements(columns) WITH ORDINALITY AS x (c, n) WHERE report = '$report'");
		my @direct = sort map { my $tenant = $_; split /\n/, $node{ $at{$_} }->safe_psql($tenant, "SELECT '$tenant', $columns FROM crm.$report") } @tenants;
		my @all = sort split /\n/, $router->safe_psql('router', "SELECT tenant, $columns FROM tenants.$report() WHERE problem IS NULL");

		is_deeply(\@all, \@direct, "$report: the rows of all tenants");
		is($router->safe_psql('router', "SELECT problem FROM tenants.$report() WHERE problem IS NOT NULL"), '', '... none is missing');
	}
	is($router->safe_psql('router', 'SELECT sum(leads), sum(converted) FROM tenants.lead_conversion_rate()'),
		join('|', map { my $sql = $_; my $sum = 0; $sum += $node{ $at{$_} }->safe_psql($_, $sql) foreach @tenants; $sum } 'SELECT count(*) FROM crm.lead', 'SELECT count(*) FROM crm.lead WHERE is_converted'),
		'the sums are those of the tables');
	is($router->safe_psql('router', q{SELECT count(*) FROM tenants.lead_conversion_rate('2100-01-01')}), '0', 'a period');
	like(tool_ok('report', 'lead_conversion_by_day'), qr/^ initech /m, 'the command');
	tool_fails(qr/There are: lead_conversion_by_day, /, 'no such report', 'report', 'lead');

	# one that cannot answer is missing, the others are there; a tenant of yours
	# can have other columns
	$node{three}->safe_psql('new-live', 'DROP VIEW crm.lead_funnel');
	is($router->safe_psql('router', q{SELECT tenant, problem FROM tenants.lead_funnel() WHERE problem IS NOT NULL}), 'new-live|REMOTE ERROR: relation "crm.lead_funnel" does not exist', 'a tenant without the view says so');
	cmp_ok($router->safe_psql('router', q{SELECT count(DISTINCT tenant) FROM tenants.lead_funnel() WHERE problem IS NULL}), '>=', 3, '... and the others are there');
	client('acme', 'CREATE VIEW crm.by_rating WITH (security_invoker = true) AS SELECT rating, count(*) AS leads FROM crm.lead GROUP BY rating');
	$router->safe_psql('router', q{SELECT tenants.refresh_reports('acme')});
	is($router->safe_psql('router', q{SELECT count(*) FILTER (WHERE problem IS NULL), count(*) FILTER (WHERE problem ~ 'does not exist') FROM tenants.by_rating()}), '1|' . (@tenants - 1), 'an aggregate of one\'s own');

	# from a standby of the server, past the pooler; here from the server itself
	my $number = "SELECT count(*) FROM tenants.lead_conversion_rate() WHERE tenant = 'acme' AND problem IS NULL";
	my $before = $router->safe_psql('router', $number);
	$router->safe_psql('router', q{UPDATE tenants.server SET report_host = host WHERE server = 'one'});
	psql_at(pooled('pgbouncer', 'pgbouncer'), 'PAUSE "acme"');
	is((psql_at($router->connstr('router'), "SET statement_timeout = '20s'; $number"))[0], $before, 'a report that reads the standby needs no pooler');
	psql_at(pooled('pgbouncer', 'pgbouncer'), 'RESUME "acme"');
	$router->safe_psql('router', q{UPDATE tenants.server SET report_host = NULL});

	# with the rights that the caller has over there
	foreach my $name (keys %node)
	{
		$node{$name}->safe_psql('postgres', 'CREATE ROLE analyst LOGIN');
	}
	append_to_file("$dir/users", qq{"analyst" ""\n});
	psql_at(pooled('pgbouncer', 'pgbouncer'), 'RELOAD');
	$router->safe_psql('router', 'GRANT USAGE ON SCHEMA tenants TO analyst');
	$node{one}->safe_psql('acme', q{SELECT leadconv.grant_role_privileges('analyst', 'report')});
	is((psql_at($router->connstr('router') . ' user=analyst', q{SELECT string_agg(DISTINCT tenant, ',') FILTER (WHERE problem IS NULL), count(DISTINCT tenant) FILTER (WHERE problem ~ 'permission denied') FROM tenants.lead_conversion_rate()}))[0],
		'acme|' . (@tenants - 1), 'a role sees what it may see there');
	$node{one}->safe_psql('acme', q{SELECT leadconv.revoke_role_privileges('analyst', 'report')});
}

# 3. A move under load
$node{one}->safe_psql('acme', "ALTER DATABASE acme SET leadconv.allow_save = on; ALTER ROLE $user IN DATABASE acme SET work_mem = '5MB'; COMMENT ON DATABASE acme IS 'the first'");
{
	my $out = '';
	my $before = client('acme', 'SELECT count(*) FROM crm.lead_conversion');

	append_to_file("$dir/load.pgbench", "\\set i :i + 1\n\\set id :client_id * 150 + :i + 2\nSELECT success FROM leadconv.convert_lead(:id);\n");
	my $load = IPC::Run::start([ 'pgbench', '-n', '-h', $dir, '-p', $port, '-c', '2', '-t', '150', '-R', '100', '-D', 'i=0', '-f', "$dir/load.pgbench", 'acme' ], '<', \undef, '>', \$out, '2>&1');

	$node{one}->poll_query_until('acme', "SELECT count(*) > $before + 10 FROM crm.lead_conversion") or die 'timed out';
	my ($status, undef, $err) = tool('move', 'acme', 'two');
	is($status, 0, 'a move under load');
	like($err, qr/is at work again after \d+ seconds/, '... tells how long it took') or diag($err);
	ok($load->finish, '... clients end well');
	like($out, qr{transactions actually processed: 300/300\nnumber of failed transactions: 0 }, '... 0 failed transactions') or diag($out);
	is(client('acme', 'SELECT count(*) FROM crm.lead_conversion'), $before + 300, '... and each is in the ledger');
	is(client('acme', 'SELECT * FROM leadconv.validate()'), '', '... validate() finds nothing');
	is(client('acme', q{SELECT current_setting('port'), current_setting('leadconv.allow_save'), current_setting('work_mem'), shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'acme'}),
		$node{two}->port . '|on|5MB|the first', '... on the other server, with its settings');
	is(copies('acme'), 'one:acme__old two:acme', '... one live copy');
	isnt((psql_at($node{one}->connstr('acme__old'), 'SELECT 1'))[1], '', '... and nobody can connect to the old one');
}
tool_fails(qr/still has the copy/, 'a copy is left', 'move', 'acme', 'one');
tool_ok('confirm', 'acme');
is(copies('acme'), 'two:acme', 'the copy is dropped');

# Refusals, after which all is as before
tool_fails(qr/is on server two/, 'no way to go', 'move', 'acme', 'two');
$node{three}->safe_psql('postgres', 'CREATE DATABASE acme');
tool_fails(qr/server three already has a database "acme"/, 'the target is there', 'move', 'acme', 'three');
$node{three}->safe_psql('postgres', 'DROP DATABASE acme');
{
	my ($in, $said) = ("SELECT 'here';\n", '');
	my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node{two}->connstr('acme') ], '<', \$in, '>', \$said, '2>&1');

	$session->pump until $said =~ /here/;
	tool_fails(qr/somebody is connected to "acme" past the pooler: PID \d+, $user/, 'somebody is connected past the pooler', 'move', 'acme', 'one');
	tool_fails(qr/somebody is connected to "acme" past the pooler/, '... likewise', 'drop', 'acme');
	$session->finish;
}
$node{two}->safe_psql('acme', 'CREATE ROLE local_only; GRANT SELECT ON crm.lead TO local_only');
tool_fails(qr/server one does not have the roles local_only/, 'a role that is not there', 'move', 'acme', 'one');
$node{two}->safe_psql('acme', 'DROP OWNED BY local_only; DROP ROLE local_only');
is(client('acme', 'SELECT count(*) >= 300 FROM crm.lead_conversion'), 't', 'clients go on');

# Killed after each step, and run again
my $rows = 'SELECT count(*), sum(account_id) FROM crm.lead_conversion';
my $ledger = client('acme', $rows);
foreach my $step (qw(noted paused renamed copied compared decided registered routed resumed kept))
{
	local $ENV{LEADCONV_TENANTS_STOP_AT} = $step;
	my ($status, undef, $err) = tool('move', 'acme', 'one');
	my $copies = copies('acme');

	is($status, -9, "move is killed after $step") or diag($err);
	my %live = map { $_ => 1 } $copies =~ /(\w+):acme(?: |$)/g;
	my $whole = (keys %live)[0];
	ok(keys %live == 1 || $copies =~ /two:acme__moving/, "... one live copy, or none and the old one is whole: $copies");
	is($node{ $whole // 'two' }->safe_psql($whole ? 'acme' : 'acme__moving', $rows), $ledger, '... nothing is lost');
}
tool_fails(qr/"acme" has been moved to server one/, 'there is no way back from here', 'move', 'acme', 'two');
tool_ok('move', 'acme', 'one');
is(copies('acme'), 'one:acme two:acme__old', 'run again at last: one live copy');
is(client('acme', $rows), $ledger, '... nothing is lost');
is(client('acme', 'SELECT * FROM leadconv.validate()'), '', '... validate() finds nothing');
tool_ok('confirm', 'acme');

# Killed while it copies; a copy that fails; a copy that differs; taken back
my $bin = PostgreSQL::Test::Utils::tempdir;
my ($dump) = run_command([ 'sh', '-c', 'command -v pg_dump' ]);
foreach (
	[ 'kill -KILL $(ps -o ppid= -p $PPID)', -9, 'is killed in the middle' ],
	[ 'exit 1', 1, 'fails in the middle' ])
{
	my ($end, $expected, $name) = @$_;
	local $ENV{PATH} = "$bin:$ENV{PATH}";

	unlink "$bin/pg_dump";
	append_to_file("$bin/pg_dump", qq{#!/bin/sh\ncase \$1 in --version) exec $dump --version ;; esac\n$dump "\$@" | head -n 3000\n$end\n});
	chmod 0755, "$bin/pg_dump";
	is((tool('move', 'acme', 'three'))[0], $expected, "a copy that $name");
	if ($expected == 1)
	{
		is(copies('acme'), 'one:acme', '... has been taken back');
	}
	else
	{
		like(copies('acme'), qr/^one:acme__moving three:acme__moving$/, '... leaves a part');
		tool_fails(qr/is being moved to server three/, '... which is not taken for another move', 'move', 'acme', 'two');
		tool_ok('move', 'acme', 'one');
		is(copies('acme'), 'one:acme', '... and can be taken back');
	}
	is(client('acme', $rows), $ledger, '... nothing is lost');
}

# The new server is gone: the tenant stays where it is
{
	local $ENV{PATH} = "$bin:$ENV{PATH}";
	my $data = $node{three}->data_dir;

	unlink "$bin/pg_dump";
	append_to_file("$bin/pg_dump", qq{#!/bin/sh\ncase \$1 in --version) exec $dump --version ;; esac\nleadconv-tenants drop acme > $dir/second 2>&1\n$dump "\$@" | head -n 3000\npg_ctl -D '$data' -m immediate stop > /dev/null\n});
	chmod 0755, "$bin/pg_dump";
	my ($status, undef, $err) = tool('move', 'acme', 'three');
	is($status, 1, 'the new server goes down in the middle');
	like($err, qr/drop what has been copied by hand, on three: .*acme: is on one as before/s, '... and the move is taken back') or diag($err);
	is(client('acme', $rows), $ledger, '... nothing is lost');
	like(slurp_file("$dir/second"), qr/somebody else is at work on "acme"/, '... and another command meanwhile was refused');
	is($router->safe_psql('router', q{SELECT server, state FROM tenants.tenant WHERE tenant = 'acme'}), 'one|live', '... and it is registered as before');
	# what pg_ctl has done is unknown to the object
	$node{three}->_update_pid(0);
	$node{three}->start;
}
tool_fails(qr/server three already has a database "acme__moving"/, 'what was left is in the way', 'move', 'acme', 'three');
$node{three}->safe_psql('postgres', 'DROP DATABASE acme__moving');

# Upgrade: one that is in the way of the others, and again
if (my $scripts = offer_scripts($node{three}, frozen('1.0.0', 'leadconv--1.0.0.sql')))
{
	my $new = new_version();

	$node{three}->safe_psql('postgres', slurp_file(frozen('roles.sql')));
	restore_frozen($node{three}, '1.0.0', 'oldie', with_version => 1);
	foreach my $tenant (qw(new-copied new-live))
	{
		$node{three}->safe_psql('postgres', $_) foreach qq{DROP DATABASE "$tenant" WITH (FORCE)}, qq{CREATE DATABASE "$tenant" TEMPLATE oldie};
	}
	$node{three}->safe_psql('new-live', 'ALTER TABLE crm.account ADD COLUMN revision text');
	tool_fails(qr/CREATE EXTENSION on server one makes leadconv \Q$new\E, and it has leadconv 1\.0\.0/, 'another version', 'move', 'new-live', 'one');
	my ($status, $out, $err) = tool('upgrade');
	is($status, 1, 'an upgrade of all, which fails for one of them');
	like($out, qr/^1 upgraded, 7 up to date, 0 skipped, 1 failed: new-live$/m, '... says so') or diag($err);
	like($err, qr/^new-copied: from 1\.0\.0 to \Q$new\E, .*^new-live: FAILED: .*column "revision"/ms, '... and why');
	is($node{three}->safe_psql('new-live', q{SELECT extversion FROM pg_extension WHERE extname = 'leadconv'}), '1.0.0', '... and has changed nothing there');
	$node{three}->safe_psql('new-live', 'ALTER TABLE crm.account DROP COLUMN revision');
	$ENV{LEADCONV_TENANTS_STOP_AT} = 'upgraded';
	is((tool('upgrade', 'acme', 'new-live'))[0], -9, 'killed in between');
	delete $ENV{LEADCONV_TENANTS_STOP_AT};
	like(tool_ok('upgrade', 'acme', 'new-live'), qr/^1 upgraded, 1 up to date, 0 skipped, 0 failed$/m, '... and run again');
	is(client('new-live', 'SELECT * FROM leadconv.validate()'), '', '... validate() finds nothing');
}

# 4. A server is down
$node{two}->stop('immediate');
psql_at(pooled('pgbouncer', 'pgbouncer'), 'SET query_wait_timeout = 2');
is(client('acme', 'SELECT (leadconv.convert_lead(350)).success'), 't', 'with a server down, the other tenants work');
my $started = time;
like(client('initech', 'SELECT 1'), qr/query_wait_timeout|server login has been failing|connect failed/, '... clients of its own get an error');
cmp_ok(time - $started, '<', 30, '... in time');
SKIP:
{
	skip 'plproxy is not installed', 1 unless $plproxy;
	like($router->safe_psql('router', q{SELECT string_agg(tenant, ', ' ORDER BY tenant), min(problem) FROM tenants.lead_conversion_rate() WHERE problem IS NOT NULL}),
		qr/^globex-eu, initech\|server two is down: /, '... and the report says which tenants are missing');
	is($router->safe_psql('router', q{SELECT DISTINCT tenant FROM tenants.lead_conversion_by_source() WHERE problem IS NULL AND tenant IN ('acme', 'globex-eu', 'initech')}), 'acme', '... beside the others');
	my ($status, $out, $err) = tool('report', 'lead_conversion_by_source');
	is($status, 1, '... the command likewise');
	like($err, qr/tenants are missing\nglobex-eu: server two is down/, '... by its exit status and a message');
}
my ($status, $out) = tool('run', 'SELECT 1', 'acme', 'initech');
is($status, 1, 'SQL in all fails');
like($out, qr/^2 tenants, 1 failed: initech$/m, '... for those on the server');
like((tool('servers'))[1], qr/^two +2 tenants .*down: /m, 'servers');
tool_fails(qr/cannot look at server two/, 'a move to it is not begun', 'move', 'acme', 'two');
$node{two}->start;
psql_at(pooled('pgbouncer', 'pgbouncer'), 'SET query_wait_timeout = 120');
# the pooler tries again after server_login_retry
my $rest;
for (1 .. 100)
{
	last if ($rest = client('initech', 'SELECT count(*) FROM crm.lead_conversion')) !~ /FATAL/;
	select(undef, undef, undef, 0.2);
}
is($rest, '401', 'after its restart all is there');

# Drop
$ENV{LEADCONV_TENANTS_STOP_AT} = 'dropping';
is((tool('drop', 'initech'))[0], -9, 'drop is killed');
$ENV{LEADCONV_TENANTS_STOP_AT} = 'dropped';
is((tool('drop', 'initech'))[0], -9, '... and again');
delete $ENV{LEADCONV_TENANTS_STOP_AT};
tool_ok('drop', 'initech');
is(copies('initech'), '', '... and run to its end: gone');
like(client('initech', 'SELECT 1'), qr/no such database: initech|"initech" does not exist/, '... for clients too');
tool_fails(qr/no tenant "initech"/, '... and for the tool', 'drop', 'initech');

done_testing();
