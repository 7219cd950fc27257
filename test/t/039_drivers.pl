# Copyright (c) 2026, the leadconv authors

# What doc/drivers.md shows for Python works, and prints what it shows
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IPC::Run;
use LeadconvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $page = slurp_file("$FindBin::RealBin/../../doc/drivers.md");
my $node = new_node('drivers');

$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', q{
	CREATE EXTENSION leadconv CASCADE;
	INSERT INTO crm.app_user (name) VALUES ('Ann');
	INSERT INTO crm.lead (last_name, company) SELECT 'L' || i, 'C' || i FROM generate_series(1, 6) i});
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;

my $programs = 0;
while ($page =~ /^## (Python: .*)\n(?:(?!^## ).*\n)*?```python\n((?:.*\n)*?)```\n\n```\n((?:.*\n)*?)```\n/mg)
{
	my ($name, $program, $shown) = ($1, $2, $3);
	my ($out, $err);

	IPC::Run::run([ '/usr/bin/python3', '-' ], '<', \$program, '>', \$out, '2>', \$err, IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
	is($out, $shown, $name) or diag($err);
	$programs++;
}
is($programs, 4, 'all programs were found');
is($node->safe_psql('shop', q{SELECT string_agg(l.id || ' ' || c.created_by_id, ', ' ORDER BY l.id) FROM crm.lead l JOIN crm.lead_conversion c ON c.lead_id = l.id}),
	'1 1, 2 1, 3 1, 4 1', 'what they have converted, and who');

done_testing();
