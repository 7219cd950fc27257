# Copyright (c) 2026, the leadconv authors

# Whose things are: members of the extension belong to the role that creates it,
# whoever owns schema crm, or schema leadconv; and a schema crm that somebody has
# put there is not taken for a new one.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use FrozenTest;
use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('ownership');
my $super = $node->safe_psql('postgres', 'SELECT current_user');

$node->safe_psql('postgres', 'CREATE ROLE mallory LOGIN; CREATE ROLE seller LOGIN');

# A database in which mallory may create schemas, with what mallory does there
sub database
{
	my ($db, $sql) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db; GRANT CREATE ON DATABASE $db TO mallory");
	$node->safe_psql($db, $sql, connstr => as($node, $db, 'mallory'));
}

# Owners of all members of the extension
sub owners
{
	my ($db) = @_;

	return $node->safe_psql($db, q{
		SELECT string_agg(DISTINCT (pg_identify_object(d.classid, d.objid, 0)).type || ' ' || x.owner::regrole, ', ')
		FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'leadconv' AND d.deptype = 'e'
		JOIN (SELECT 'pg_proc'::regclass, oid, proowner FROM pg_proc UNION ALL SELECT 'pg_type'::regclass, oid, typowner FROM pg_type)
			AS x (classid, oid, owner) ON (x.classid, x.oid) = (d.classid, d.objid)});
}
my $all_super = "function $super, procedure $super, type $super";

# An empty schema of mallory's
database('empty', 'CREATE SCHEMA crm');
fails($node, 'empty', 'CREATE EXTENSION leadconv CASCADE', qr/42P06.*schema "crm" already exists.*DETAIL:  It belongs to role "mallory" and is empty.*HINT:  Drop or rename it/s,
	'an empty schema of another role');
is($node->safe_psql('empty', q{SELECT count(*) FROM pg_extension WHERE extname = 'leadconv'}), '0', '... nothing is created');
$node->safe_psql('empty', 'DROP SCHEMA crm; CREATE EXTENSION leadconv CASCADE');
is(owners('empty'), $all_super, '... it works without');

# ... with other things in it
database('things', q{CREATE SCHEMA crm; CREATE FUNCTION crm.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE TYPE crm.t AS ENUM ('a')});
fails($node, 'things', 'CREATE EXTENSION leadconv CASCADE', qr/42P06.*role "mallory"/s, 'a schema with functions and types');

# Some tables, views of their names, tables with fewer columns
for my $case ([ 'tables', 'CREATE TABLE crm.lead (id bigint)' ], [ 'views', q{CREATE VIEW crm.lead_convert_settings AS SELECT 2 AS schema_version; CREATE VIEW crm.lead AS SELECT 1 AS id} ],
	[ 'sequence', 'CREATE SEQUENCE crm.s' ])
{
	my ($name, $sql) = @$case;

	database($name, "CREATE SCHEMA crm; $sql");
	fails($node, $name, 'CREATE EXTENSION leadconv CASCADE', qr/42P06.*DETAIL:  It belongs to role "mallory" and has no column "\w+" in a table "\w+"/s, "a schema with $name");
	fails($node, $name, 'SET row_security = off; CREATE EXTENSION leadconv CASCADE', qr/42P06/, "... neither in a restore");
}

# A complete one of mallory's: after DROP EXTENSION, say
$node->safe_psql('postgres', 'CREATE DATABASE complete');
$node->safe_psql('complete', q{CREATE EXTENSION leadconv CASCADE; DROP EXTENSION leadconv;
	ALTER SCHEMA crm OWNER TO mallory;
	SELECT format('ALTER TABLE crm.%I OWNER TO mallory', relname) FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind IN ('r', 'v') \gexec});
my ($ret, $out, $err) = $node->psql('complete', 'CREATE EXTENSION leadconv CASCADE');
like($err, qr/WARNING:  schema "crm" already exists and is left as it is.*DETAIL:  It belongs to role "mallory".*HINT:  If that is right, grant EXECUTE/s, 'a complete one of another role: a warning');
is(owners('complete'), $all_super, '... members are not mallory\'s');
is($node->safe_psql('complete', q{SELECT has_function_privilege('mallory', 'leadconv.upgrade_crm()', 'EXECUTE')}), 'f', '... who may not call them');
is($node->safe_psql('complete', q{GRANT USAGE ON SCHEMA leadconv TO mallory; GRANT EXECUTE ON FUNCTION leadconv.upgrade_crm TO mallory; SET ROLE mallory; SELECT leadconv.upgrade_crm() ~ 'version'}), 't', '... until it is granted');
no_problems($node, 'complete', 'complete');

# The installer's own, empty
$node->safe_psql('postgres', 'CREATE DATABASE own');
($ret, $out, $err) = $node->psql('own', 'SET client_min_messages = notice; CREATE SCHEMA crm; CREATE EXTENSION leadconv CASCADE');
is($ret, 0, 'an empty schema of the installer');
$node->safe_psql('own', 'DROP SCHEMA crm; SELECT leadconv.create_crm()');
no_problems($node, 'own', 'own');

# A restore: the schema is there and empty, the tables follow
database('restore', 'CREATE SCHEMA crm');
$node->safe_psql('restore', 'SET row_security = off; CREATE EXTENSION leadconv CASCADE');
is(owners('restore'), $all_super, 'in a restore, members belong to who restores');
is($node->safe_psql('restore', q{SELECT string_agg(DISTINCT has_function_privilege('mallory', p.oid, 'EXECUTE WITH GRANT OPTION')::text, ' ') FROM pg_proc p WHERE p.pronamespace = 'leadconv'::regnamespace}),
	'true', '... and the owner of crm may call and grant them');
is($node->safe_psql('restore', q{SET ROLE mallory; SELECT leadconv.view_and_edit_converted_leads()}), 'f', '... but has not the permission to edit converted leads');
is($node->safe_psql('restore', q{SELECT count(*) FROM pg_init_privs i WHERE i.initprivs::text ~ 'mallory'}), '0', '... by ordinary grants');

# Schema leadconv is mallory's, with functions in it: they stay what they are, and
# nothing of the script calls them
database('theirs', q{CREATE SCHEMA leadconv;
	CREATE FUNCTION leadconv.evil() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user::text';
	CREATE FUNCTION leadconv.set_config(text, text, boolean) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trap''; END';
	CREATE FUNCTION leadconv.string_agg(text, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trap''; END';
	CREATE FUNCTION leadconv.format(text, name, name, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trap''; END';
	CREATE FUNCTION leadconv.same(name, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trap''; END';
	CREATE OPERATOR leadconv.= (LEFTARG = name, RIGHTARG = text, FUNCTION = leadconv.same);
	CREATE TYPE leadconv.mine AS (a int)});
$node->safe_psql('theirs', 'CREATE EXTENSION leadconv CASCADE');
is(owners('theirs'), $all_super, 'schema leadconv is another role\'s: members belong to who creates the extension');
is($node->safe_psql('theirs', q{SELECT DISTINCT proowner::regrole FROM pg_proc WHERE proname = 'evil' UNION SELECT typowner::regrole FROM pg_type WHERE typname = 'mine'}), 'mallory', '... and other things to whom they did');
is($node->safe_psql('theirs', 'SET ROLE mallory; SELECT leadconv.evil()'), 'mallory', '... with the rights that they had');
converts($node, 'theirs', 'theirs');

# A function of the name of a member
database('taken', q{CREATE SCHEMA leadconv; CREATE FUNCTION leadconv.create_crm() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trap''; END'});
fails($node, 'taken', 'CREATE EXTENSION leadconv CASCADE', qr/42723/, 'a member that is there already');

# An owner that is not the extension's is reported
$node->safe_psql('own', 'ALTER FUNCTION leadconv.is_converting() OWNER TO mallory');
is($node->safe_psql('own', 'SELECT object, problem, hint FROM leadconv.validate()'),
	"function leadconv.is_converting()|owned by mallory, but the extension is owned by $super|Run ALTER ROUTINE leadconv.is_converting() OWNER TO $super.", 'validate() reports a member of another owner');

$node->stop;
done_testing();
