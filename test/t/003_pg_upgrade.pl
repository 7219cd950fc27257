# Copyright (c) 2026, the leadconv authors

# pg_upgrade, to the same major, or from the PostgreSQL that is installed below LEADCONV_OLD

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $install_path = $ENV{LEADCONV_OLD};
my $old = PostgreSQL::Test::Cluster->new('old', $install_path ? (install_path => $install_path) : ());
my $new = PostgreSQL::Test::Cluster->new('new');

# From 18 on, initdb switches checksums on, which the old server does not have
sub initdb_options
{
	my ($node) = @_;

	return (extra => [ '--locale=C', '--encoding=UTF8', $node->pg_version >= 18 ? '--no-data-checksums' : () ]);
}

$old->init(initdb_options($old));
$old->append_conf('postgresql.conf', "fsync = off\n");
$old->start;

$old->safe_psql('postgres', 'CREATE ROLE seller LOGIN; CREATE DATABASE sales');
$old->safe_psql('sales', q{
	CREATE EXTENSION leadconv CASCADE;
	ALTER TABLE crm.lead ADD COLUMN gone text, ADD COLUMN budget numeric;
	ALTER TABLE crm.lead DROP COLUMN gone;
	ALTER TABLE crm.account ADD COLUMN budget numeric;
	SELECT leadconv.map_lead_field('budget', 'account', 'budget');
	CREATE TABLE public.visit (id bigint PRIMARY KEY, lead_id bigint REFERENCES crm.lead (id), contact_id bigint);
	SELECT leadconv.register_related_list('public.visit', 'lead_id', 'contact_id');
	CREATE TABLE public.heard (id bigserial PRIMARY KEY, what text);
	CREATE FUNCTION public.hear() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
	BEGIN
		INSERT INTO public.heard (what) VALUES (concat_ws(' ', TG_TABLE_NAME, TG_OP, NEW.id, NEW.budget));
		RETURN NEW;
	END $$;
	CREATE TRIGGER hear AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.hear();
	CREATE TRIGGER hear_lead BEFORE UPDATE OF is_converted ON crm.lead FOR EACH ROW EXECUTE FUNCTION public.hear();
	CREATE CONSTRAINT TRIGGER hear_contact AFTER INSERT ON crm.account DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
		WHEN (NEW.budget > 3) EXECUTE FUNCTION public.hear();
	GRANT USAGE ON SCHEMA crm, leadconv TO seller;
	GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO seller;
	GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO seller;
	INSERT INTO crm.lead (last_name, company, budget) SELECT 'L' || i, 'C' || i, i FROM generate_series(1, 6) AS i;
	INSERT INTO crm.task (lead_id, subject) SELECT i, 'Call' FROM generate_series(1, 6) AS i;
	INSERT INTO public.visit (id, lead_id) SELECT i, i FROM generate_series(1, 6) AS i;
	SELECT leadconv.convert_lead(i, request_id => 'r' || i) FROM generate_series(1, 3) AS i;
	SELECT leadconv.setup_reports(true);
});

$new->init(initdb_options($new));

# From some minor releases on the server notes a version with each column, which no
# release that is older can restore, of a newer major either: nothing of it is upgraded
# as long as that is there
sub notes_versions
{
	my ($node) = @_;

	return $node->safe_psql('postgres', q{
		CREATE TEMPORARY TABLE probe (a integer);
		SELECT count(*) FROM pg_attribute WHERE attrelid = 'probe'::regclass AND attoptions::text LIKE '%pg_attver=%'});
}
if ($install_path && notes_versions($old))
{
	$new->start;
	if (!notes_versions($new))
	{
		note('columns have versions, which the new server is too old to know: taken off before');
		$old->safe_psql($_, q{
			SET allow_system_table_mods = on;
			UPDATE pg_attribute SET attoptions = nullif(ARRAY(SELECT o FROM unnest(attoptions) o WHERE o NOT LIKE 'pg_attver=%'), '{}')
			WHERE attoptions::text LIKE '%pg_attver=%'}) foreach qw(sales postgres template1);
	}
	$new->stop;
}

# By the newer pg_dump, which says where it comes from; and views are written in another
# way from 16 on, and NOT NULL is a constraint with a name from 18 on
sub same_dump
{
	my ($node) = @_;
	my $result = dump_of($node, 'sales') =~ s/^-- Dumped from .*\n//mr;

	if ($install_path)
	{
		$result =~ s/^CREATE VIEW (\S+).*?;\n/CREATE VIEW $1;\n/msg;
		$result =~ s/ CONSTRAINT \w+ NOT NULL/ NOT NULL/g;
	}
	return $result;
}
my $dump = same_dump($old);
my $rows = rows_of($old, 'sales');
my $ledger = 'SELECT id, lead_id, account_id, contact_id, opportunity_id, account_created, undone_date IS NULL FROM crm.lead_conversion ORDER BY id';
my $conversions = $old->safe_psql('sales', $ledger);
my $reports = q{
	SELECT count(*) FROM crm.lead_day;
	SELECT step, records FROM crm.lead_funnel ORDER BY step_order;
	SELECT lead_source, leads, converted FROM crm.lead_conversion_by_source;
	SELECT leads, qualified, converted FROM crm.lead_conversion_rate};
my $figures = $old->safe_psql('sales', $reports);
like($figures, qr/^1\nNew lead\|6\n.*^\|6\|3\n6\|3\|3$/ms, 'reports have figures, by day');

is($old->safe_psql('sales', "SELECT string_agg(what, ', ' ORDER BY id) FROM public.heard WHERE what ~ 'account'"), 'account INSERT 1 1, account INSERT 2 2, account INSERT 3 3', 'triggers of the application fire');
$old->stop;

my ($bindir) = run_command([ 'pg_config', '--bindir' ]);
my $old_bindir = $install_path ? "$install_path/bin" : $bindir;
note('from ' . $old->pg_version . ' to ' . $new->pg_version);
chdir $PostgreSQL::Test::Utils::tmp_check;
command_ok(
	[   'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $old_bindir, '-B', $bindir,
		'-s', $new->host, '-p', $old->port, '-P', $new->port
	],
	'pg_upgrade');
foreach my $log (glob($new->data_dir . '/pg_upgrade_output.d/*/log/pg_upgrade_dump_*.log'))
{
	my @errors = grep { /^pg_restore: error/ .. 0 } split /\n/, slurp_file($log);
	diag(join("\n", @errors)) if @errors;
}
$new->start;

is_deeply([ split /\n/, same_dump($new) ], [ split /\n/, $dump ], 'a dump is identical');
ok(rows_of($new, 'sales') eq $rows, 'same rows and sequences');
is($new->safe_psql('sales', "SELECT extversion = default_version FROM pg_extension JOIN pg_available_extensions ON name = extname WHERE extname = 'leadconv'"), 't', 'the version of the extension is that of its files');
is($new->safe_psql('sales', $ledger), $conversions, 'the ledger has the same conversions');
is($new->safe_psql('sales', $reports), $figures, 'reports have the same figures, by day');
no_problems($new, 'sales', 'upgraded');
is($new->safe_psql('sales', q{SELECT success, account_created FROM leadconv.convert_lead(1, request_id => 'r1')}), 't|t', 'a request id is known');
is($new->safe_psql('sales', 'SELECT success FROM leadconv.convert_lead(4); SELECT budget FROM crm.account ORDER BY id DESC LIMIT 1; SELECT contact_id IS NOT NULL FROM public.visit WHERE id = 4'),
	"t\n4\nt", 'conversion works, with custom fields and tables');
is($new->safe_psql('sales', "SELECT string_agg(what, ', ' ORDER BY id) FROM public.heard WHERE what LIKE '% 4 4'"),
	'account INSERT 4 4, lead UPDATE 4 4, account INSERT 4 4', '... and the triggers of the application');
is($new->safe_psql('sales', q{
	SELECT success FROM leadconv.undo_lead_conversion(2);
	SELECT is_converted, (SELECT count(*) FROM crm.account WHERE budget = 2), (SELECT lead_id FROM public.visit WHERE id = 2) FROM crm.lead WHERE id = 2;
	SELECT (leadconv.convert_lead(6)).success;
	SELECT success FROM leadconv.undo_lead_conversion(6);
	SELECT count(*) FROM crm.account WHERE budget = 6}), "t\nf|0|2\nt\nt\n0", 'conversions of before and after are undone');
is($new->safe_psql('sales', 'SET ROLE seller; SELECT success FROM leadconv.convert_lead(5)'), 't', 'for who was granted EXECUTE');
fails($new, 'sales', 'INSERT INTO crm.task (lead_id) VALUES (1)', qr/cannot reference converted lead/, 'converted leads are locked');
is($new->safe_psql('sales', q{SELECT count(*) FROM pg_depend d WHERE d.deptype = 'e' AND pg_describe_object(d.classid, d.objid, d.objsubid) ~ '\mcrm\M'}),
	'0', 'no member of the extension is in crm');
$rows = rows_of($new, 'sales');
$new->safe_psql('sales', 'DROP EXTENSION leadconv');
ok(rows_of($new, 'sales') eq $rows, 'DROP EXTENSION leaves all rows');

$new->stop;
done_testing();
