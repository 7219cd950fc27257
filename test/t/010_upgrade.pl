# Copyright (c) 2026, the leadconv authors

# Every version that was released is brought up to date, and is then the same,
# object by object, as a new database. A version is added with
# test/frozen/make. A version may have the schema of now, and may be the one in
# the control file, as a release is until the next version is begun: then there
# is nothing to refuse and to update, and what was frozen is compared at once.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use FrozenTest;
use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('upgrade');
my $new = new_version();
my @versions = frozen_versions();

plan skip_all => 'this server looks for extensions in one place'
  unless offer_scripts($node, map { glob(frozen($_, 'leadconv--*.sql')) } grep { $_ ne $new } @versions);

cmp_ok(scalar @versions, '>', 0, 'there are frozen versions');
is_deeply([ slurp_file("$FindBin::RealBin/../../META.json") =~ /"version": "(.*)"/g ], [ $new, $new, '1.0.0' ], 'META.json has the version, and that of its own form');
$node->safe_psql('postgres', slurp_file(frozen('roles.sql')));

# Each entry point, with what it takes to get as far as looking at the schema
my @entries = (
	'SELECT leadconv.convert_lead(16)',
	'SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(16)])',
	'SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(16)], all_or_none => false)',
	q{SELECT leadconv.convert_leads_json('[{"lead_id": 16}]')},
	q{CALL leadconv.convert_leads_in_batches('new', lead_ids => '{16}')},
	q{CREATE TEMP TABLE l AS SELECT '00Q99'::text AS "Id"; SELECT leadconv.import_records('Lead', 'l')},
);

# Tables and their columns
sub columns_of
{
	my ($db) = @_;

	return $node->safe_psql($db, q{SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped});
}

# Tables and views
sub relations_of
{
	my ($db) = @_;

	return split /\n/, $node->safe_psql($db, q{SELECT relname FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind IN ('r', 'v')});
}

# What must hold after an upgrade, compared with the rows and columns before;
# returns the columns that are new in tables which were there. older: the schema
# was of an older version, so that there must be some, else there must be none
sub check_upgraded
{
	my ($db, $fresh, $before, $columns, $older, $name) = @_;
	my %columns = map { $_ => 1 } split /\n/, $columns;
	my %tables = map { s/\..*//r => 1 } keys %columns;
	my @new = grep { !$columns{$_} } split /\n/, columns_of($db);
	my @new_columns = grep { $tables{s/\..*//r} } @new;
	my $rows = contents_of($node, $db, @new_columns, 'lead_convert_settings.schema_version');

	no_problems($node, $db, $name);
	if ($older)
	{
		cmp_ok(scalar @new_columns, '>', 0, "$name: there are new columns");
	}
	else
	{
		is("@new", '', "$name: there are no new columns");
	}
	# the standard rules on duplicates are new
	my %before = map { $_ => 1 } split /\n/, $before;
	same_lines(join("\n", grep { !/^crm\.(\w+)\|/ || ($tables{$1} && ($1 !~ /^(?:matching|duplicate)_rule/ || $before{$_})) } split /\n/, $rows),
		$before, "$name: all rows are as they were");
	same_lines(catalogs_of($node, $db), $fresh, "$name: every object is that of a new database");
	return @new_columns;
}

for my $version (@versions)
{
	my $old = 'old_' . $version =~ tr/./_/r;
	my $fresh = 'new_' . $version =~ tr/./_/r;

	# What it should be
	new_database($node, $fresh, frozen($version, 'customise.sql'), frozen($version, 'rows.sql'));

	# The dump, with the extension that it was made with
	restore_frozen($node, $version, $old, with_version => 1);
	is($node->safe_psql($old, q{SELECT extversion FROM pg_extension WHERE extname = 'leadconv'}), $version, "$old: version of the extension");
	my $before = contents_of($node, $old, 'lead_convert_settings.schema_version');
	my $columns = columns_of($old);
	my %relations = map { $_ => 1 } relations_of($old);

	# What is to be updated: the extension, and its schema. Where the frozen
	# version is that of now, its script is not offered beside the installed
	# one, but must be the same.
	my $current = $version eq $new;
	my ($schema_version, $new_schema_version) = map { $node->safe_psql($_, 'SELECT schema_version FROM crm.lead_convert_settings') } ($old, $fresh);
	my $older = $schema_version < $new_schema_version;
	cmp_ok($schema_version, '<=', $new_schema_version, "$old: version of the schema");
	if ($current)
	{
		ok(!$older, "$old: a version has one version of the schema");
		my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);

		same_lines(slurp_file("$sharedir/extension/leadconv--$version.sql"), slurp_file(frozen($version, "leadconv--$version.sql")),
			"$old: the script is the one that was released");
	}

	# The new library, before anything was updated
	if (!$current)
	{
		for my $entry (@entries)
		{
			fails($node, $old, $entry, qr/LC023.*"leadconv" has version \Q$version\E.*HINT:  Run ALTER EXTENSION leadconv UPDATE/s, "$old: $entry");
		}
		fails($node, $old, 'SELECT leadconv.upgrade_crm()', qr/LC023.*HINT:  Run ALTER EXTENSION leadconv UPDATE/s, "$old: upgrade_crm()");
		like($node->safe_psql($old, q{SELECT problem || hint FROM leadconv.validate() WHERE object = 'extension leadconv'}),
			qr/has version \Q$version\E.*ALTER EXTENSION leadconv UPDATE/, "$old: validate() says so");
	}
	fails($node, $old, 'SELECT leadconv.create_crm()', qr/42P06/, "$old: create_crm()");
	fails($node, $old, 'UPDATE crm.lead SET title = \'x\' WHERE id = 1', qr/cannot reference converted lead/, "$old: converted leads are locked");
	fails($node, $old, 'INSERT INTO crm.task (lead_id) VALUES (1)', qr/cannot reference converted lead/, "$old: ... and their children");
	is($node->safe_psql($old, q{
			BEGIN;
			SELECT leadconv.is_converting(), leadconv.converting_lead_id() IS NULL, leadconv.normalize_company('The Company Inc.') <> '';
			UPDATE crm.lead SET title = 'x' WHERE id = 16 RETURNING last_modified_date = now();
			SELECT leadconv.unmap_lead_field('budget', 'account', 'budget'), leadconv.map_lead_field('budget', 'account', 'budget');
			DELETE FROM crm.lead WHERE id = 1;
			ROLLBACK}), "f|t|t\nt\n|", "$old: the rest works as it did");

	# The functions, but not the tables; the version of now stays what it is
	my ($ret, $out, $err) = $node->psql($old, 'ALTER EXTENSION leadconv UPDATE');
	is($ret, 0, "$old: ALTER EXTENSION UPDATE succeeds");
	if ($version eq '1.0.0')
	{
		like($err, qr/WARNING:  the functions of leadconv belong to role "\w+" now.*no longer to "crm_owner".*HINT:  Run GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv TO crm_owner WITH GRANT OPTION/s,
			"$old: ... functions no longer belong to the owner of crm");
		fails($node, $old, 'SET ROLE crm_owner; SELECT leadconv.upgrade_crm()', qr/42501/, "$old: ... who may not call them");
	}
	grant_functions($node, $version, $_) for $old, $fresh;
	is($node->safe_psql($old, q{SELECT extversion FROM pg_extension WHERE extname = 'leadconv'}), $new, "$old: ALTER EXTENSION UPDATE");
	same_lines(contents_of($node, $old, 'lead_convert_settings.schema_version'), $before, "$old: ... leaves all rows");
	same_lines(columns_of($old), $columns, "$old: ... and all columns");
	if ($older)
	{
		for my $entry (@entries)
		{
			fails($node, $old, $entry, qr/LC023.*schema "crm" has version $schema_version,.*HINT:  Run leadconv\.upgrade_crm\(\)/s, "$old: updated, $entry");
		}
		like($node->safe_psql($old, q{SELECT problem || ' ' || hint FROM leadconv.validate() WHERE object = 'crm.lead_convert_settings'}),
			qr/schema crm has version $schema_version.*Run leadconv\.upgrade_crm\(\)/, "$old: updated, validate() says what to do");
	}
	else
	{
		# without upgrade_crm()
		no_problems($node, $old, "$old: updated");
	}
	fails($node, $old, 'SET ROLE seller; SELECT leadconv.upgrade_crm()', qr/42501/, "$old: upgrade_crm() is not for everybody");

	# The tables, by their owner; where they are of now, this finds nothing to do
	like($node->safe_psql($old, 'SELECT leadconv.upgrade_crm()', connstr => as($node, $old, 'crm_owner')), $older ? qr/schema crm is at version $new_schema_version\b/ : qr/schema crm is at version $new_schema_version\b.* 0 triggers and indexes attached/, "$old: upgrade_crm()");
	like($node->safe_psql($old, 'SELECT leadconv.upgrade_crm()'), qr/ 0 triggers and indexes attached/, "$old: ... and again");

	# What was granted on all tables, in the new database on those of now
	for my $relation (grep { !$relations{$_} } relations_of($fresh))
	{
		$node->safe_psql($fresh, "REVOKE ALL ON crm.$relation FROM seller");
	}
	my $catalogs = catalogs_of($node, $fresh);
	my @new_columns = check_upgraded($old, $catalogs, $before, $columns, $older, $old);
	is($node->safe_psql($old, q{SELECT count(*) FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass
		WHERE c.relnamespace = 'crm'::regnamespace AND d.deptype = 'e'}), '0', "$old: nothing of crm is a member of the extension");

	# Once more with all that is there, as after a restore of a wrong version
	$node->safe_psql($old, 'UPDATE crm.lead_convert_settings SET schema_version = 1');
	(undef, undef, $err) = $node->psql($old, 'SELECT leadconv.upgrade_crm()');
	is($err, '', "$old: the steps once more: nothing to be said");
	check_upgraded($old, $catalogs, $before, $columns, $older, "$old: the steps once more");

	# The dump, with the extension of now; and by the owner of crm
	for my $how (qw(now owner))
	{
		my $db = "${old}_$how";

		if ($how eq 'now')
		{
			restore_frozen($node, $version, $db);
		}
		else
		{
			$node->safe_psql('postgres', "CREATE DATABASE $db OWNER crm_owner");
			$node->safe_psql($db, 'CREATE SCHEMA crm AUTHORIZATION crm_owner; SET row_security = off; CREATE EXTENSION leadconv CASCADE;
				GRANT USAGE, CREATE ON SCHEMA public TO crm_owner; GRANT USAGE ON SCHEMA leadconv TO crm_owner WITH GRANT OPTION;
				SET ROLE crm_owner; GRANT USAGE ON SCHEMA leadconv TO seller, reader; GRANT USAGE ON SCHEMA crm TO seller, reader');
			restore_frozen($node, $version, $db, role => 'crm_owner');
		}
		grant_functions($node, $version, $db);
		if ($older)
		{
			fails($node, $db, $entries[0], qr/LC023.*HINT:  Run leadconv\.upgrade_crm\(\)/s, "$db: refused");
			$node->safe_psql($db, 'SELECT leadconv.upgrade_crm()', connstr => as($node, $db, 'crm_owner'));
		}
		check_upgraded($db, $catalogs, $before, $columns, $older, $db);
	}

	# Nor did columns follow from others
	$node->safe_psql($old, 'SELECT leadconv.refresh_derived_columns(t) FROM unnest(ARRAY[\'crm.opportunity\', \'crm.task\', \'crm.campaign_member\']::regclass[]) AS t');

	# Matching rules are not active, and no record has match keys, before somebody asks for it
	is($node->safe_psql($old, q{SELECT count(*) FILTER (WHERE is_active), count(keys_built), (SELECT count(*) FROM crm.match_key) FROM crm.matching_rule}),
		'0|0|0', "$old: matching rules are not active");
	is($node->safe_psql($old, 'SELECT count(*), count(*) FILTER (WHERE is_active) FROM crm.duplicate_rule'), '4|0', "$old: no duplicate rule is active");
	$node->safe_psql($old, "UPDATE crm.matching_rule SET is_active = true WHERE object <> 'person_account'");
	$node->safe_psql($old, "UPDATE crm.duplicate_rule SET is_active = true WHERE developer_name !~ 'Person'");
	$node->safe_psql($old, 'CALL leadconv.build_match_keys()');

	# Conversions of that version have not written what later ones write about
	# themselves, and nobody has counted the changes of a row before there was
	# a revision; all other new columns are compared. Who refreshed was last to
	# change what was refreshed
	my @not_written = ('opportunity.last_modified_by_id', 'task.last_modified_by_id',
		grep { /^lead_conversion\.|\.revision$/ } @new_columns);
	same_lines(contents_of($node, $old, @not_written), contents_of($node, $fresh, @not_written),
		"$old: rows that are there from the start, and those of earlier conversions, are those of a new database");

	# The rows that a conversion makes, in an upgraded database and a new one
	my %rows;
	for my $db ($old, $fresh)
	{
		my %there = map { $_ => 1 } split /\n/, contents_of($node, $db);

		run_file($node, $db, frozen('convert.sql'));
		$rows{$db} = join("\n", grep { !$there{$_} } split /\n/, contents_of($node, $db));
		no_problems($node, $db, "$db: after conversions");
	}
	cmp_ok(scalar(split(/\n/, $rows{$old})), '>', 50, "$old: conversions have made rows");
	same_lines($rows{$old}, $rows{$fresh}, "$old: ... the same as in a new database");
	# What hangs on the tables
	is($node->safe_psql($old, q{SELECT count(*) > 10 FROM public.accounts; REFRESH MATERIALIZED VIEW public.conversions;
		SELECT count(*) > 10 FROM public.conversions; SELECT (public.last_conversion()).lead_id}), "t\nt\n1011", "$old: objects of the user on the tables");
	is($node->safe_psql($old, 'SET ROLE seller; SELECT success FROM leadconv.convert_lead(1012)'), 't', "$old: who was granted EXECUTE converts");

	# A job of before: its maker goes on, and another role has its own of that name
	my $call = q{CALL leadconv.convert_leads_in_batches('autumn'};
	$node->safe_psql($old, q{UPDATE crm.lead_conversion_job SET status = 'Aborted', last_key = 3, done = 0, failed = 0, created_by_role = current_user WHERE job = 'autumn'});
	(undef, undef, $err) = $node->psql($old, "$call)");
	like($err, qr/job "autumn" is complete: 0 leads converted, 2 failed/, "$old: a job of that version goes on");
	$node->safe_psql($old, 'CREATE ROLE newcomer; GRANT USAGE ON SCHEMA crm, leadconv TO newcomer; GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv TO newcomer');
	(undef, undef, $err) = $node->psql($old, "SET ROLE newcomer;\n$call, lead_ids => '{11}');\nRESET ROLE; DROP OWNED BY newcomer; DROP ROLE newcomer");
	like($err, qr/job "autumn" is complete: 0 leads converted, 1 failed/, "$old: ... and another role can have one of its name");

	# Dump and restore of what was upgraded
	my $copy = "${old}_copy";
	my $dir = PostgreSQL::Test::Utils::tempdir;
	$node->safe_psql('postgres', "CREATE DATABASE $copy");
	quiet_ok([ 'pg_dump', '-Fc', '-d', $node->connstr($old), '-f', "$dir/dump" ], "$copy: pg_dump");
	quiet_ok([ 'pg_restore', '-j2', '-d', $node->connstr($copy), "$dir/dump" ], "$copy: pg_restore");
	no_problems($node, $copy, $copy);
	ok(rows_of($node, $copy) eq rows_of($node, $old), "$copy: same rows and sequences");
	same_lines(catalogs_of($node, $copy), catalogs_of($node, $old), "$copy: same objects");
	converts($node, $copy, $copy);

	# Names that are compared in another form than by that version
	if ($version eq '1.0.0')
	{
		my $names = "${old}_names";

		restore_frozen($node, $version, $names, with_version => 1);
		$node->safe_psql($names, q{INSERT INTO crm.account (id, name) VALUES (990001, 'ÄRZTE GROẞVERLAG');
			INSERT INTO crm.contact (id, account_id, last_name, email) VALUES (990001, 990001, 'Rao', 'MÜLLER@EXAMPLE.COM')});
		is($node->safe_psql($names, q{SELECT leadconv.normalize_company('Äb'), leadconv.normalize_email('ÄB')}), 'Äb|Äb', "$names: what they were");
		$node->safe_psql($names, 'ALTER EXTENSION leadconv UPDATE; SELECT leadconv.upgrade_crm()');
		is($node->safe_psql($names, q{SET enable_seqscan = off; SELECT a.id FROM crm.account a WHERE leadconv.normalize_company(a.name::text) = 'arzte grossverlag';
			SELECT c.id FROM crm.contact c WHERE leadconv.normalize_email(c.email::text) = 'müller@example.com'}), "990001\n990001", "$names: they are found by index");
		is($node->safe_psql($names, q{INSERT INTO crm.lead (id, last_name, company, email) VALUES (990001, 'Rao', 'Ärzte-Großverlag GmbH', 'müller@example.com');
			SELECT account_id, contact_id FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(990001)], reuse_accounts => true, reuse_contacts => true)}),
			'990001|990001', "$names: ... and reused");
	}

	# An extension of that version alone, where there is no schema crm for it;
	# the version of now makes one
	next if $current;
	$node->safe_psql('postgres', "CREATE DATABASE ${old}_bare");
	fails($node, "${old}_bare", "CREATE EXTENSION leadconv VERSION '$version' CASCADE", qr/LC023.*HINT:  Run CREATE EXTENSION leadconv without VERSION/s,
		"CREATE EXTENSION VERSION '$version'");
	$node->safe_psql("${old}_bare", "CREATE SCHEMA crm; CREATE EXTENSION leadconv VERSION '$version' CASCADE; DROP SCHEMA crm");
	fails($node, "${old}_bare", 'SELECT leadconv.create_crm()', qr/LC023.*HINT:  Run ALTER EXTENSION leadconv UPDATE/s, '... nor create_crm()');
	$node->safe_psql("${old}_bare", 'ALTER EXTENSION leadconv UPDATE; SELECT leadconv.create_crm()');
	converts($node, "${old}_bare", '... until it is updated');
}

$node->stop;
done_testing();
