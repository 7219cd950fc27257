# Copyright (c) 2026, the leadconv authors

# Behind pgbouncer, which gives each transaction whatever session is free
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('pooled');
my $dir = PostgreSQL::Test::Utils::tempdir_short();
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $user = $node->safe_psql('postgres', 'SELECT current_user');
my $ini = "$dir/pgbouncer.ini";

append_to_file($ini, qq{[databases]
postgres = host=@{[$node->host]} port=@{[$node->port]} dbname=postgres user=$user
[pgbouncer]
listen_addr =
listen_port = $port
unix_socket_dir = $dir
auth_type = any
pool_mode = transaction
default_pool_size = 1
});
$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	INSERT INTO crm.app_user (name) VALUES ('Ann'), ('Bob');
	INSERT INTO crm.lead (last_name, company) SELECT 'L' || i, 'C' || i FROM generate_series(1, 30) i});

start_pooler($ini, $dir, $port);

# Statements of a client of its own, each a transaction unless they say otherwise: what it prints, and what it is told
sub client
{
	my ($out, $err);

	IPC::Run::run([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d', "host=$dir port=$port dbname=postgres user=$user", map { ('-c', $_) } @_ ],
		'<', \undef, '>', \$out, '2>', \$err);
	chomp $out;
	return wantarray ? ($out, $err) : $out . $err;
}

my $session = client('SELECT pg_backend_pid()');
is(client('SELECT pg_backend_pid()'), $session, 'two clients share a session');

# What the documentation warns of
client('SET leadconv.user_id = 1');
is(client('SELECT leadconv.current_user_id()'), '1', 'a value of the session is there for the next client');

# The setting
$node->safe_psql('postgres', 'UPDATE crm.lead_convert_settings SET require_local_user_id = true');
my ($out, $err) = client('SELECT leadconv.convert_lead(1)');
is($out, '', 'refused: no result');
like($err, qr/ERROR:  LC022: leadconv.user_id is set for the session\n.*HINT: .*SET LOCAL.*DATATYPE NAME:  INVALID_OPERATION/s, '... and the way out');
is(client('BEGIN; SET LOCAL leadconv.user_id = 2; SELECT (leadconv.convert_lead(1)).success; COMMIT'), 't', 'a value of the transaction');
is(client(qq{BEGIN; SELECT set_config('leadconv.user_id', '2', true); SELECT (leadconv.convert_lead(2)).success; COMMIT}), "2\nt", '... by set_config()');
like(client('SELECT leadconv.current_user_id()'), qr/LC022/, '... is over with the transaction');
client('RESET leadconv.user_id');
is(client('SELECT leadconv.current_user_id()'), '', '... and the session can be cleared');
is(client('BEGIN; SET LOCAL leadconv.user_id = 1; SELECT (leadconv.convert_lead(3)).success; COMMIT'), 't', 'another user in the same session');
is($node->safe_psql('postgres', q{SELECT string_agg(lead_id || ' ' || created_by_id, ', ' ORDER BY lead_id) FROM crm.lead_conversion}),
	'1 2, 2 2, 3 1', 'each conversion has its user');

# A client that breaks off leaves nothing
like(client('BEGIN; SET LOCAL leadconv.user_id = 1; SELECT (leadconv.convert_lead(4)).success; SELECT 1 / 0'), qr/division by zero/, 'a transaction that fails');
is(client('SELECT is_converted FROM crm.lead WHERE id = 4'), 'f', '... is undone');
is(client('BEGIN; SET LOCAL leadconv.user_id = 2; SELECT (leadconv.convert_lead(4)).success; COMMIT'), 't', '... and the next client is not concerned');

# Roles, too, end with the transaction
$node->safe_psql('postgres', q{CREATE ROLE agent; SELECT leadconv.grant_role_privileges('agent', 'sales')});
is(client('BEGIN; SET LOCAL ROLE agent; SET LOCAL leadconv.user_id = 2; SELECT (leadconv.convert_lead(5)).success; COMMIT'), 't', 'a role for the transaction');
is(client('SELECT created_by_role FROM crm.lead_conversion WHERE lead_id = 5'), 'agent', '... is in the ledger');

# A job is one statement, so the session is its own to its end
like(client(q{CALL leadconv.convert_leads_in_batches('all', source => 'crm.open_lead', batch_size => 5)}), qr/job "all" is complete: 25 leads converted, 0 failed/, 'a job');
is(client('SELECT count(*) FROM pg_locks WHERE locktype = \'advisory\''), '0', '... keeps no lock');

done_testing();
