# Copyright (c) 2026, the leadconv authors

# What the tests of upgrades share: frozen versions, and databases as text that
# can be compared
package FrozenTest;

use strict;
use warnings;

use Exporter 'import';
use File::Copy qw(copy);
use File::Path qw(make_path);
use FindBin;
use LeadconvTest;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(frozen frozen_versions new_version look_below offer_scripts new_database run_file restore_frozen catalogs_of
  contents_of same_lines grant_functions);

# A file of test/frozen
sub frozen
{
	return join('/', "$FindBin::RealBin/../frozen", @_);
}

# The versions that are frozen
sub frozen_versions
{
	opendir(my $dir, frozen()) or die "no frozen versions: $!";
	return sort grep { /^\d/ } readdir $dir;
}

# The version that is tested
sub new_version
{
	return slurp_file("$FindBin::RealBin/../../leadconv.control") =~ /^default_version = '(.*)'/m ? $1 : die 'no version';
}

# Has a server find extension files below a directory too, as "make install" puts
# them there with DESTDIR: returns false where the server looks in one place only
sub look_below
{
	my ($node, $destdir) = @_;
	my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
	my ($libdir) = run_command([ 'pg_config', '--pkglibdir' ]);
	my $settings = $node->safe_psql('postgres', q{SELECT name FROM pg_settings WHERE name IN ('extension_destdir', 'extension_control_path')});

	return 0 if $settings eq '';
	# from some releases on a directory that is not there is an error
	make_path("$destdir$sharedir/extension");
	chmod 0755, $destdir;
	$node->append_conf('postgresql.conf', $settings =~ /extension_destdir/ ? "extension_destdir = '$destdir'"
		: "extension_control_path = '$destdir$sharedir:\$system'\ndynamic_library_path = '$destdir$libdir:\$libdir'");
	$node->reload;
	return 1;
}

# Has a server find more extension files beside the installed ones: returns the
# directory that they are to be put into, or nothing where the server looks in
# one place only
sub offer_scripts
{
	my ($node, @files) = @_;
	my ($sharedir) = run_command([ 'pg_config', '--sharedir' ]);
	my $destdir = PostgreSQL::Test::Utils::tempdir;
	my $dir = "$destdir$sharedir/extension";

	return undef unless look_below($node, $destdir);
	copy($_, $dir) or die "copy $_: $!" for (glob("$sharedir/extension/leadconv*"), @files);
	return $dir;
}

# A database with extension and schema crm, customised as a frozen one was
sub new_database
{
	my ($node, $db, @files) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db");
	run_file($node, $db, frozen('install.sql'), @files);
}

# Runs files in one session
sub run_file
{
	my ($node, $db, @files) = @_;

	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $node->connstr($db),
			map { ('-f', $_) } @files ], "$db: " . join(' ', map { (split m{/})[-1] } @files));
}

# Restores a frozen database, after the extensions that the version of now requires; with_version: and the extension as it was
sub restore_frozen
{
	my ($node, $version, $db, %options) = @_;
	my $dump = slurp_file(frozen($version, 'dump.sql'));
	my $file = PostgreSQL::Test::Utils::tempdir . '/dump.sql';

	if ($options{with_version})
	{
		$dump =~ s/^(CREATE EXTENSION IF NOT EXISTS leadconv WITH SCHEMA leadconv)/$1 VERSION '$version'/m
		  or die 'no CREATE EXTENSION in the dump';
	}
	if ($options{role})
	{
		# all entries but those that the superuser has made
		my @entries = split /^--\n(?=-- (?:Data for )?Name: )/m, $dump;

		@entries = grep {
			!/^-- Name: (crm|leadconv); Type: (SCHEMA|EXTENSION)/ && !/^-- Name: EXTENSION / && !/^-- Name: SCHEMA (public|leadconv); Type: (ACL|COMMENT)/
			  && !/^-- Name: (FUNCTION|PROCEDURE) .*; Type: ACL; Schema: leadconv/
		} @entries;
		$dump = join("--\n", @entries);
	}
	append_to_file($file, $dump);
	$node->safe_psql('postgres', "CREATE DATABASE $db") unless $options{role};
	$node->safe_psql($db, 'CREATE EXTENSION IF NOT EXISTS fuzzystrmatch; CREATE EXTENSION IF NOT EXISTS unaccent');
	quiet_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null',
			'-d', $options{role} ? as($node, $db, $options{role}) : $node->connstr($db), '-f', $file ],
		"$db: restore");
}

# Privileges on the functions, by the superuser whose they are: the owner of crm may
# call and grant them, and what customise.sql grants and revokes
sub grant_functions
{
	my ($node, $version, $db) = @_;

	$node->safe_psql($db, join("\n", 'REVOKE ALL ON ALL ROUTINES IN SCHEMA leadconv FROM crm_owner CASCADE;',
			'GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv TO crm_owner WITH GRANT OPTION;',
			grep { / ON FUNCTION leadconv\./ } split /\n/, slurp_file(frozen($version, 'customise.sql'))));
}

# Lines of two texts that differ, also in how often they are there, as a test
sub same_lines
{
	my ($got, $expected, $name) = @_;
	my (%got, %expected, @differences);

	$got{$_}++ for split /\n/, $got;
	$expected{$_}++ for split /\n/, $expected;
	for my $line (sort keys %{ { %expected, %got } })
	{
		my ($is, $should) = ($got{$line} // 0, $expected{$line} // 0);

		next if $is == $should;
		push @differences, ($is < $should ? '- ' : '+ ') . ($is && $should ? "($is times, not $should) " : '') . $line;
	}
	ok(scalar(%expected) && !@differences, $name) or diag(join("\n", @differences[ 0 .. ($#differences < 40 ? $#differences : 40) ]));
}

# Everything in the catalogs that the extension, schema crm and what hangs on it
# consist of, one line an object, without OIDs
sub catalogs_of
{
	my ($node, $db) = @_;

	return $node->safe_psql($db, q{
		SET search_path = pg_catalog;
		CREATE FUNCTION pg_temp.acl(aclitem[]) RETURNS text LANGUAGE sql AS 'SELECT string_agg(x::text, '','' ORDER BY x::text) FROM unnest($1) AS x';
		CREATE FUNCTION pg_temp.ours(oid) RETURNS boolean LANGUAGE sql AS $$SELECT $1::regnamespace::text IN ('crm', 'leadconv', 'public')$$;

		SELECT 'schema', n.nspname, n.nspowner::regrole, pg_temp.acl(n.nspacl), obj_description(n.oid, 'pg_namespace')
		FROM pg_namespace n WHERE pg_temp.ours(n.oid);
		SELECT 'extension', e.extname, e.extversion, e.extnamespace::regnamespace, e.extconfig, obj_description(e.oid, 'pg_extension')
		FROM pg_extension e WHERE e.extname = 'leadconv';
		SELECT 'member', pg_describe_object(d.classid, d.objid, d.objsubid), d.deptype
		FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid WHERE d.refclassid = 'pg_extension'::regclass AND e.extname = 'leadconv';
		SELECT 'relation', c.oid::regclass, c.relkind, c.relowner::regrole, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
			c.reloptions, c.relispartition, c.relreplident, pg_temp.acl(c.relacl), obj_description(c.oid, 'pg_class'), c.reloftype,
			c.relchecks, (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = c.oid)
		FROM pg_class c WHERE pg_temp.ours(c.relnamespace) AND c.oid::regclass::text <> 'public.accounts';
		-- columns in their order, the user's apart
		SELECT 'column', a.attrelid::regclass, a.attname, row_number() OVER (PARTITION BY a.attrelid, u.is_custom ORDER BY a.attnum),
			format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
			a.attcollation::regcollation, a.attstorage, a.attcompression, a.attstattarget, array_remove(a.attoptions, (SELECT o FROM unnest(a.attoptions) AS o WHERE o LIKE 'pg_attver=%')), pg_temp.acl(a.attacl), a.attislocal,
			a.attinhcount, col_description(a.attrelid, a.attnum)
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		CROSS JOIN LATERAL (SELECT a.attname IN ('budget', 'Odd name', 'score', 'approved_by')) AS u (is_custom)
		WHERE pg_temp.ours(c.relnamespace) AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind <> 'i'
			AND c.oid::regclass::text <> 'public.accounts';
		SELECT 'constraint', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid), k.convalidated, k.connoinherit, k.conislocal,
			obj_description(k.oid, 'pg_constraint') FROM pg_constraint k WHERE pg_temp.ours(k.connamespace);
		SELECT 'index', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready, i.indisprimary, i.indisclustered, i.indisreplident, i.indnullsnotdistinct
		FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE pg_temp.ours(c.relnamespace);
		SELECT 'trigger', t.tgrelid::regclass, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid), obj_description(t.oid, 'pg_trigger')
		FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE pg_temp.ours(c.relnamespace) AND NOT t.tgisinternal;
		SELECT 'foreign key trigger', t.tgrelid::regclass, k.conname, t.tgfoid::regproc, t.tgenabled, t.tgtype
		FROM pg_trigger t JOIN pg_constraint k ON k.oid = t.tgconstraint JOIN pg_class c ON c.oid = t.tgrelid WHERE pg_temp.ours(c.relnamespace) AND t.tgisinternal;
		SELECT 'rule', r.ev_class::regclass, r.rulename, r.ev_enabled, pg_get_ruledef(r.oid)
		FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE pg_temp.ours(c.relnamespace) AND c.oid::regclass::text <> 'public.accounts';
		SELECT 'policy', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive, p.polroles::regrole[], pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
		FROM pg_policy p;
		SELECT 'statistics', pg_get_statisticsobjdef(s.oid), s.stxowner::regrole FROM pg_statistic_ext s;
		SELECT 'sequence', s.seqrelid::regclass, s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle,
			(SELECT pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid AND d.deptype = 'i')
		FROM pg_sequence s;
		SELECT 'routine', p.oid::regprocedure, p.prokind, p.proowner::regrole, pg_temp.acl(p.proacl), l.lanname, p.provolatile, p.proparallel,
			p.proisstrict, p.prosecdef, p.proleakproof, p.proretset, p.procost, p.prorows, p.proconfig, p.prosrc, p.probin,
			pg_get_function_result(p.oid), pg_get_function_arguments(p.oid), pg_get_function_sqlbody(p.oid), obj_description(p.oid, 'pg_proc')
		FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE pg_temp.ours(p.pronamespace);
		SELECT 'type', t.oid::regtype, t.typtype, t.typowner::regrole, pg_temp.acl(t.typacl), obj_description(t.oid, 'pg_type')
		FROM pg_type t WHERE pg_temp.ours(t.typnamespace);
		-- a former owner stays in them, before PostgreSQL 17
		SELECT 'initial privileges', pg_describe_object(i.classoid, i.objoid, i.objsubid), i.privtype,
			regexp_replace(regexp_replace(pg_temp.acl(i.initprivs), '(\w+)=(\w+)/\1', 'owner=\2/owner', 'g'), '/\w+', '/owner', 'g')
		FROM pg_init_privs i WHERE pg_describe_object(i.classoid, i.objoid, i.objsubid) ~ '\m(crm|leadconv)\M';
		SELECT 'default privileges', d.defaclrole::regrole, d.defaclnamespace::regnamespace, d.defaclobjtype, pg_temp.acl(d.defaclacl) FROM pg_default_acl d;
		});
}

# All rows of schemas crm and public, one line each, without times (also those
# that other rows quote), without the day of a conversion and the end of its
# quarter, and without the columns given as table.column
sub contents_of
{
	my ($node, $db, @without) = @_;
	my $without = join(',', "'lead_conversion_job.rate'", map { "'$_'" } @without);

	my $rows = $node->safe_psql($db, qq{
		SET extra_float_digits = 0;
		SELECT format('SELECT %L, to_jsonb(t) - %L::text[] FROM %s AS t', c.oid::regclass,
			ARRAY(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid
				AND (a.atttypid = 'timestamptz'::regtype OR c.relname || '.' || a.attname IN ($without))), c.oid::regclass)
		FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace IN ('crm'::regnamespace, 'public'::regnamespace)
		ORDER BY c.oid::regclass::text \\gexec});

	$rows =~ s/"\d{4}-\d\d-\d\dT[^"]*"/"a time"/g;

	# a frozen database was made on another day
	my $days = $node->safe_psql($db, q{
		SELECT string_agg(DISTINCT d::text, '|') FROM crm.lead,
			LATERAL (VALUES (converted_date), ((date_trunc('quarter', converted_date) + interval '3 months - 1 day')::date)) AS v (d)
		WHERE is_converted});

	$rows =~ s/\b(?:$days)\b/a day/g if $days ne '';
	return $rows;
}

1;
