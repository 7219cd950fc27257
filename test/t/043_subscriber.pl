# Copyright (c) 2026, the leadconv authors

# Logical replication of schema crm: metadata that an apply worker writes reaches sessions that have compiled
# a program; a subscriber can be made by CREATE EXTENSION and by pg_dump -s, and can take over
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $publisher = new_node('publisher', "wal_level = logical\nmax_wal_senders = 20\nmax_replication_slots = 20\n");
my $subscriber = new_node('subscriber', "max_logical_replication_workers = 20\nmax_sync_workers_per_subscription = 8\nmax_worker_processes = 24\n");

$publisher->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	ALTER TABLE crm.lead ADD COLUMN region text;
	ALTER TABLE crm.account ADD COLUMN region text;
	INSERT INTO crm.app_user (name) VALUES ('Ann');
	INSERT INTO crm.lead (last_name, company, region) SELECT 'L' || i, 'C' || i, 'R' || i FROM generate_series(1, 20) i;
	INSERT INTO crm.task (lead_id, subject) SELECT i, 'Call' FROM generate_series(1, 20) i;
	SELECT leadconv.convert_lead(1);
	ALTER TABLE crm.match_key REPLICA IDENTITY FULL;
	CREATE PUBLICATION crm FOR TABLES IN SCHEMA crm});
is($publisher->safe_psql('postgres', q{
	SELECT string_agg(c.oid::regclass::text, ', ') FROM pg_class c WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r'
	AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND indisprimary)}), 'crm.match_key', 'each table but one has a primary key, by which rows are replicated');

# One made by the extension, and emptied; one made of a dump of the publisher
$subscriber->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	ALTER TABLE crm.lead ADD COLUMN region text;
	ALTER TABLE crm.account ADD COLUMN region text;
	SELECT format('TRUNCATE %s', string_agg(c.oid::regclass::text, ', ')) FROM pg_class c WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r' \gexec
});
my $dump = $publisher->data_dir . '/../schema.sql';
command_ok([ 'pg_dump', '-s', '-d', $publisher->connstr('postgres'), '--no-publications', '-f', $dump ], 'pg_dump -s');
$subscriber->safe_psql('postgres', 'CREATE DATABASE dumped');
command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $subscriber->connstr('dumped'), '-f', $dump ], '... restored');

my $connection = $publisher->connstr('postgres') =~ s/'/''/gr;
foreach my $db ('postgres', 'dumped')
{
	$subscriber->safe_psql($db, "CREATE SUBSCRIPTION $db CONNECTION '$connection' PUBLICATION crm");
}
foreach my $db ('postgres', 'dumped')
{
	$subscriber->poll_query_until($db, q{SELECT count(*) = 0 FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
		JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database() WHERE srsubstate NOT IN ('r', 's')}) or die 'not synchronised';
	no_problems($subscriber, $db, $db);
	is($subscriber->safe_psql($db, q{SELECT count(*), count(*) FILTER (WHERE is_converted) FROM crm.lead}), '20|1', "$db: the rows");
}

# A session of each that has compiled a program, then waits for changes that come by replication
sub session
{
	my ($db) = @_;
	my $look = q{SELECT string_agg(concat_ws('.', step, field, new_value), ' ' ORDER BY step, field) FROM leadconv.preview_lead_conversion(2)
		WHERE (step, field) IN (('account', 'region'), ('opportunity', 'name'), ('opportunity', 'stage_name')) OR step = 'error'};
	my $wait = sub { my ($condition) = @_; "DO \$\$ BEGIN WHILE NOT EXISTS ($condition) LOOP PERFORM pg_sleep(0.02); COMMIT; END LOOP; END \$\$" };
	my $session = { out => '', err => '' };

	$session->{handle} = IPC::Run::start([ 'psql', '-XAtq', '-d', $subscriber->connstr($db), map { ('-c', $_) }
		'SET leadconv.user_id = 1', 'SELECT leadconv.current_user_id()', $look, $wait->(q{SELECT FROM crm.lead_field_mapping WHERE lead_field = 'region'}), $look,
		$wait->(q{SELECT FROM crm.lead_convert_settings WHERE opportunity_name_template = '{company}!'}), $look,
		$wait->(q{SELECT FROM crm.opportunity_stage WHERE sort_order = -1}), $look,
		$wait->(q{SELECT WHERE NOT EXISTS (SELECT FROM crm.opportunity_stage WHERE sort_order = -1)}), $look,
		$wait->(q{SELECT FROM crm.lead WHERE last_name = 'end'}), 'SELECT leadconv.current_user_id()' ],
		'<', \undef, '>', \$session->{out}, '2>', \$session->{err}, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	return $session;
}
my %session = map { $_ => session($_) } 'postgres', 'dumped';

# Waits until both sessions have printed so many lines
sub printed
{
	my ($lines) = @_;

	foreach my $session (values %session)
	{
		$session->{handle}->pump while ($session->{out} =~ tr/\n//) < $lines && $session->{handle}->pumpable;
	}
}
my $printed = 2;
printed($printed);
foreach my $change (
	q{SELECT leadconv.map_lead_field('region', 'account', 'region')},
	q{UPDATE crm.lead_convert_settings SET opportunity_name_template = '{company}!'},
	q{INSERT INTO crm.opportunity_stage (api_name, master_label, sort_order, default_probability) VALUES ('First', 'First', -1, 5)},
	q{DELETE FROM crm.opportunity_stage WHERE sort_order = -1})
{
	$publisher->safe_psql('postgres', $change);
	printed(++$printed);
}
$publisher->safe_psql('postgres', q{DELETE FROM crm.app_user WHERE name = 'Ann'; INSERT INTO crm.lead (last_name, company) VALUES ('end', 'end')});
foreach my $db ('postgres', 'dumped')
{
	$session{$db}->{handle}->finish;
	is($session{$db}->{out}, join("\n", '1', 'opportunity.name.C2 opportunity.stage_name.Prospecting',
		'account.region.R2 opportunity.name.C2 opportunity.stage_name.Prospecting',
		'account.region.R2 opportunity.name.C2! opportunity.stage_name.Prospecting',
		'account.region.R2 opportunity.name.C2! opportunity.stage_name.First',
		'account.region.R2 opportunity.name.C2! opportunity.stage_name.Prospecting', ''), "$db: a session with a program sees each change");
	like($session{$db}->{err}, qr/user 1, whom leadconv.user_id names, does not exist/, "$db: and that a user is gone");
}

# TRUNCATE, and conversions on the publisher
$publisher->safe_psql('postgres', q{SELECT leadconv.convert_lead(id) FROM generate_series(2, 10) id; TRUNCATE crm.matching_rule_item});
$publisher->wait_for_catchup($_) foreach ('postgres', 'dumped');
foreach my $db ('postgres', 'dumped')
{
	is($subscriber->safe_psql($db, q{SELECT count(*) FROM crm.matching_rule_item}), '0', "$db: TRUNCATE");
	my $rows = q{SELECT md5(string_agg(t::text, '|' ORDER BY id)) FROM crm.%s t};
	foreach my $table (qw(lead account contact opportunity task lead_conversion opportunity_contact_role))
	{
		my $query = sprintf($rows, $table);

		is($subscriber->safe_psql($db, $query), $publisher->safe_psql('postgres', $query), "$db: crm.$table is the same");
	}
	my ($ret, $out, $err) = $subscriber->psql($db, 'UPDATE crm.lead SET phone = \'1\' WHERE id = 2');
	like($err, qr/cannot reference converted lead/, "$db: converted leads are locked here, too");
}

# Taking over: the sequences, which are not replicated, go on where the rows end
$subscriber->safe_psql('dumped', 'DROP SUBSCRIPTION dumped');
$subscriber->safe_psql('dumped', slurp_file("$FindBin::RealBin/../../doc/operations.md") =~ /^```sql\n(SELECT format\('SELECT setval.*?)^```/ms ? $1 : die 'doc/operations.md: no setval');
converts($subscriber, 'dumped', 'a subscriber that takes over');

done_testing();
