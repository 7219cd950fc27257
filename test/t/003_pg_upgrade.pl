# Copyright (c) 2026, the leadconv authors

# pg_upgrade, to the same major

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $old = new_node('old');

$old->safe_psql('postgres', 'CREATE ROLE seller LOGIN; CREATE DATABASE sales');
$old->safe_psql('sales', q{
	CREATE EXTENSION leadconv CASCADE;
	ALTER TABLE crm.lead ADD COLUMN gone text, ADD COLUMN budget numeric;
	ALTER TABLE crm.lead DROP COLUMN gone;
	ALTER TABLE crm.account ADD COLUMN budget numeric;
	SELECT leadconv.map_lead_field('budget', 'account', 'budget');
	CREATE TABLE public.visit (id bigint PRIMARY KEY, lead_id bigint REFERENCES crm.lead (id), contact_id bigint);
	SELECT leadconv.register_related_list('public.visit', 'lead_id', 'contact_id');
	GRANT USAGE ON SCHEMA crm, leadconv TO seller;
	GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO seller;
	GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO seller;
	INSERT INTO crm.lead (last_name, company, budget) SELECT 'L' || i, 'C' || i, i FROM generate_series(1, 5) AS i;
	INSERT INTO crm.task (lead_id, subject) SELECT i, 'Call' FROM generate_series(1, 5) AS i;
	INSERT INTO public.visit (id, lead_id) SELECT i, i FROM generate_series(1, 5) AS i;
	SELECT leadconv.convert_lead(i, request_id => 'r' || i) FROM generate_series(1, 3) AS i;
});
my $dump = dump_of($old, 'sales');
my $rows = rows_of($old, 'sales');

my $new = PostgreSQL::Test::Cluster->new('new');
$new->init(extra => [ '--locale=C', '--encoding=UTF8' ]);
$old->stop;

my ($bindir) = run_command([ 'pg_config', '--bindir' ]);
chdir $PostgreSQL::Test::Utils::tmp_check;
command_ok(
	[   'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bindir, '-B', $bindir,
		'-s', $new->host, '-p', $old->port, '-P', $new->port
	],
	'pg_upgrade');
$new->start;

ok(dump_of($new, 'sales') eq $dump, 'a dump is identical');
ok(rows_of($new, 'sales') eq $rows, 'same rows and sequences');
no_problems($new, 'sales', 'upgraded');
is($new->safe_psql('sales', q{SELECT success, account_created FROM leadconv.convert_lead(1, request_id => 'r1')}), 't|t', 'a request id is known');
is($new->safe_psql('sales', 'SELECT success FROM leadconv.convert_lead(4); SELECT budget FROM crm.account ORDER BY id DESC LIMIT 1; SELECT contact_id IS NOT NULL FROM public.visit WHERE id = 4'),
	"t\n4\nt", 'conversion works, with custom fields and tables');
is($new->safe_psql('sales', 'SET ROLE seller; SELECT success FROM leadconv.convert_lead(5)'), 't', 'for who was granted EXECUTE');
fails($new, 'sales', 'INSERT INTO crm.task (lead_id) VALUES (1)', qr/cannot reference converted lead/, 'converted leads are locked');
is($new->safe_psql('sales', q{SELECT count(*) FROM pg_depend d WHERE d.deptype = 'e' AND pg_describe_object(d.classid, d.objid, d.objsubid) ~ '\mcrm\M'}),
	'0', 'no member of the extension is in crm');
$rows = rows_of($new, 'sales');
$new->safe_psql('sales', 'DROP EXTENSION leadconv');
ok(rows_of($new, 'sales') eq $rows, 'DROP EXTENSION leaves all rows');

$new->stop;
done_testing();
