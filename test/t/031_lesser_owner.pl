# Copyright (c) 2026, the leadconv authors

# Schema crm belongs to a role that is no superuser, and superusers administer it:
# none of that role's code runs with more than its own rights, and it leaves nothing
# behind in their sessions. Nor does conversion touch a table for it that it may not
# touch itself.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('lesser', "log_min_messages = log\n");
my $db = 'postgres';
my $super = $node->safe_psql($db, 'SELECT current_user');

$node->safe_psql($db, q{
	CREATE ROLE mallory LOGIN;
	GRANT CREATE ON DATABASE postgres TO mallory;
	CREATE EXTENSION leadconv CASCADE;
	GRANT USAGE ON SCHEMA leadconv TO mallory WITH GRANT OPTION;
	GRANT EXECUTE ON ALL ROUTINES IN SCHEMA leadconv TO mallory WITH GRANT OPTION;
	ALTER TABLE crm.lead ADD COLUMN budget numeric; ALTER TABLE crm.account ADD COLUMN budget numeric;
	INSERT INTO crm.lead (last_name, company) SELECT 'L' || i, 'C' || i FROM generate_series(1, 60) AS i;
	CREATE TABLE public.visit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead_id bigint REFERENCES crm.lead (id), contact_id bigint, remark text);
	CREATE INDEX ON public.visit (lead_id);
	GRANT SELECT, UPDATE ON public.visit TO mallory;
	CREATE TABLE public.secret (id bigint, lead_id bigint REFERENCES crm.lead (id), contact_id bigint, what text);
	INSERT INTO public.secret SELECT i, i, NULL, 'secret ' || i FROM generate_series(1, 60) AS i;
	ALTER SCHEMA crm OWNER TO mallory;
	SELECT format('ALTER %s crm.%I OWNER TO mallory', CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, relname)
	FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind IN ('r', 'v') \gexec
});

# What mallory's code does, wherever it gets to run: it says so in the server's log,
# and tries to become more, and to leave something for later
$node->safe_psql($db, qq{
	CREATE SCHEMA spy;
	CREATE TABLE spy.later (id bigint);
	CREATE FUNCTION spy.later() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN RAISE LOG ''spy: later as % of %'', current_user, session_user; RETURN NULL; END';
	CREATE CONSTRAINT TRIGGER later AFTER INSERT ON spy.later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION spy.later();
	CREATE FUNCTION spy.attempt(command text) RETURNS void LANGUAGE plpgsql AS \$\$
	BEGIN
		EXECUTE command;
		RAISE LOG 'spy: could % as %', command, current_user;
	EXCEPTION WHEN OTHERS THEN
		NULL;
	END \$\$;
	CREATE FUNCTION spy.note(what text) RETURNS boolean LANGUAGE plpgsql AS \$\$
	BEGIN
		RAISE LOG 'spy: % as % of %', what, current_user, session_user;
		PERFORM spy.attempt(c) FROM unnest(ARRAY['ALTER ROLE mallory SUPERUSER', 'SET ROLE $super', 'RESET ROLE', 'SET SESSION AUTHORIZATION DEFAULT',
			'CREATE TEMP TABLE lead (id bigint)', 'INSERT INTO spy.later VALUES (1)', 'DECLARE c CURSOR WITH HOLD FOR SELECT spy.note(''cursor'')',
			'LISTEN spy', 'PREPARE spy AS SELECT spy.note(''prepared'')', 'LOAD ''spy''', 'COPY spy.later TO PROGRAM ''cat''']) AS c;
		PERFORM set_config('search_path', 'spy', false), set_config('leadconv.user_id', '', false), set_config('application_name', 'spy', false);
		RETURN true;
	END \$\$;
	CREATE FUNCTION spy.fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM spy.note(''trigger on '' || TG_TABLE_NAME); RETURN COALESCE(NEW, OLD); END';
	CREATE FUNCTION spy.num() RETURNS integer LANGUAGE plpgsql AS 'BEGIN PERFORM spy.note(''default''); RETURN 1; END';
	CREATE FUNCTION spy.pure(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM spy.note(''generated''); RETURN \$1; END';
	CREATE FUNCTION spy.valid(text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN spy.note(''check''); END';
	CREATE DOMAIN spy.checked AS text CHECK (spy.valid(VALUE));
}, connstr => as($node, $db, 'mallory'));

# Ways in which code of the owner gets to run, and how they are taken back
my @ways = (
	[ 'triggers', q{SELECT format('CREATE TRIGGER zz_spy BEFORE INSERT OR UPDATE OR DELETE ON crm.%I FOR EACH ROW EXECUTE FUNCTION spy.fires()', t)
			FROM unnest('{lead_convert_settings,lead_field_mapping,related_list,lead_status,picklist_field}'::text[]) AS t \gexec},
		q{SELECT format('DROP TRIGGER zz_spy ON crm.%I', t)
			FROM unnest('{lead_convert_settings,lead_field_mapping,related_list,lead_status,picklist_field}'::text[]) AS t \gexec} ],
	[ 'a cast of a column', q{DO $do$ BEGIN EXECUTE (SELECT 'CREATE TYPE spy.child AS ENUM (' || string_agg(quote_literal(child::oid), ', ') || ')' FROM crm.related_list); END $do$;
		CREATE FUNCTION spy.to_oid(spy.child) RETURNS oid LANGUAGE plpgsql AS 'BEGIN PERFORM spy.note(''cast''); RETURN $1::text::oid; END';
		CREATE CAST (spy.child AS oid) WITH FUNCTION spy.to_oid(spy.child) AS IMPLICIT;
		ALTER TABLE crm.related_list ALTER COLUMN child TYPE spy.child USING child::oid::text::spy.child},
		q{ALTER TABLE crm.related_list ALTER COLUMN child TYPE regclass USING child::text::oid::regclass; DROP TYPE spy.child CASCADE} ],
	[ 'rules', q{CREATE RULE zz_spy AS ON UPDATE TO crm.lead_convert_settings DO ALSO INSERT INTO spy.later SELECT 1 WHERE spy.note('rule');
		CREATE RULE zz_spy AS ON INSERT TO crm.lead_field_mapping DO ALSO INSERT INTO spy.later SELECT 1 WHERE spy.note('rule')},
		q{DROP RULE zz_spy ON crm.lead_convert_settings; DROP RULE zz_spy ON crm.lead_field_mapping} ],
	[ 'defaults, checks and generated columns', q{ALTER TABLE crm.lead_field_mapping ADD COLUMN spy integer DEFAULT spy.num(),
			ADD COLUMN spy2 text GENERATED ALWAYS AS (spy.pure(lead_field)) STORED, ADD CONSTRAINT spy CHECK (spy.valid(target_field)) NOT VALID;
		ALTER TABLE crm.related_list ADD COLUMN spy integer DEFAULT spy.num();
		CREATE INDEX spy ON crm.lead_field_mapping (spy.pure(target_object))},
		q{ALTER TABLE crm.lead_field_mapping DROP COLUMN spy, DROP COLUMN spy2, DROP CONSTRAINT spy; ALTER TABLE crm.related_list DROP COLUMN spy; DROP INDEX crm.spy} ],
	[ 'a domain', q{ALTER TABLE crm.related_list ALTER COLUMN label TYPE spy.checked}, q{ALTER TABLE crm.related_list ALTER COLUMN label TYPE text} ],
	[ 'policies', q{SELECT format('ALTER TABLE crm.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; CREATE POLICY spy ON crm.%1$I USING (spy.note(%L))', t, 'policy on ' || t)
			FROM unnest('{lead_convert_settings,lead_field_mapping,related_list}'::text[]) AS t \gexec},
		q{SELECT format('DROP POLICY spy ON crm.%I; ALTER TABLE crm.%1$I DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', t)
			FROM unnest('{lead_convert_settings,lead_field_mapping,related_list}'::text[]) AS t \gexec} ],
	[ 'views', q{SELECT format('ALTER TABLE crm.%I RENAME TO %I; CREATE VIEW crm.%1$I AS SELECT * FROM crm.%2$I WHERE spy.note(%L)', t, t || '_real', 'view ' || t)
			FROM unnest('{related_list,lead_field_mapping,lead_status,picklist_field}'::text[]) AS t \gexec},
		q{SELECT format('DROP VIEW crm.%I; ALTER TABLE crm.%I RENAME TO %1$I', t, t || '_real')
			FROM unnest('{related_list,lead_field_mapping,lead_status,picklist_field}'::text[]) AS t \gexec} ]);

# What a superuser calls; each may fail
my @calls = (
	'SELECT * FROM leadconv.validate()', 'UPDATE crm.lead_convert_settings SET schema_version = 1; SELECT leadconv.upgrade_crm()', 'SELECT leadconv.upgrade_crm()',
	q{SELECT leadconv.map_lead_field('budget', 'account', 'budget')}, q{SELECT leadconv.unmap_lead_field('budget', 'account', 'budget')},
	'SELECT leadconv.protect_mapped_columns()',
	q{SELECT leadconv.register_related_list('public.visit', 'lead_id', 'contact_id')}, q{SELECT leadconv.unregister_related_list('public.visit')},
	q{SELECT leadconv.grant_role_privileges('pg_monitor', 'sales')}, q{SELECT leadconv.revoke_role_privileges('pg_monitor', 'sales')},
	'SELECT leadconv.hide_converted_leads(true)', 'SELECT leadconv.hide_converted_leads(false)',
	'SELECT leadconv.convert_lead(%d)', 'SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%d)], false)');
my $lead = 0;

for my $way (@ways)
{
	my ($name, $plant, $remove) = @$way;
	my $seen = 0;

	$node->safe_psql($db, $plant, connstr => as($node, $db, 'mallory'));
	for my $call (@calls)
	{
		# an UPDATE of the superuser's own fires what any such statement fires
		my @statements = split /; /, sprintf($call, ++$lead);
		my $before = -s $node->logfile;
		my ($ret, $out, $err);

		$node->psql($db, $statements[0], connstr => as($node, $db, 'mallory')) if @statements > 1;
		$before = -s $node->logfile;
		($ret, $out, $err) = $node->psql($db, "SET application_name = 'admin'; $statements[-1]; SELECT 'is ' || current_setting('search_path') || ' ' || current_setting('application_name')"
			. " || ' ' || current_user || ' ' || (SELECT count(*) FROM pg_class WHERE relpersistence = 't') || ' ' || (SELECT count(*) FROM pg_prepared_statements)"
			. " || ' ' || (SELECT count(*) FROM pg_cursors WHERE is_holdable) || ' ' || (SELECT count(*) FROM pg_listening_channels())",
			on_error_stop => 0);
		my $log = substr(slurp_file($node->logfile), $before);
		my @runs = $log =~ /spy: (.* as .*)/g;

		$seen += @runs;
		my @bad = grep { / as \Q$super\E/ } @runs;
		is(join("\n", @bad), '', "$name: $statements[-1]: nothing runs as the superuser");
		my @could = grep { /^could /  } @runs;
		is(join("\n", @could), '', "... nothing is left for later");
		like($out, qr/is "\$user", public admin \Q$super\E 0 0 0 0\s*$/, '... nor in the session');
	}
	cmp_ok($seen, '>', 0, "$name: the code has run") unless $name eq 'policies';
	$node->safe_psql($db, $remove, connstr => as($node, $db, 'mallory'));
	is($node->safe_psql($db, q{SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'}), 'f', '... and mallory is who mallory was');
}
$node->safe_psql($db, 'SELECT leadconv.upgrade_crm()');
no_problems($node, $db, 'afterwards');

# A table that mallory may not change, in the list of related lists
$node->safe_psql($db, q{INSERT INTO crm.related_list (child, label, action, lead_column, contact_column, keep_lead, owner_rule, sort_order, is_standard, is_active)
	VALUES (16384, 'Secrets', 'move', 'lead_id', 'contact_id', false, 'keep', 999, false, true)}, connstr => as($node, $db, 'mallory'));
$node->safe_psql($db, q{UPDATE crm.related_list SET child = 'public.secret'::regclass WHERE label = 'Secrets'});
my $secrets = $node->safe_psql($db, 'SELECT * FROM public.secret ORDER BY id');
my ($ret, $out, $err) = $node->psql($db, 'SELECT leadconv.upgrade_crm()');
like($err, qr/WARNING:  the guards of table "secret" are not right and are left as they are.*DETAIL:.*role "$super".*HINT:/s, 'upgrade_crm() leaves a table of somebody else alone');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_trigger WHERE tgrelid = 'public.secret'::regclass AND NOT tgisinternal}), '0', '... it has no triggers of ours');
for my $role ($super, 'mallory')
{
	fails($node, $db, "SET ROLE $role; SELECT leadconv.convert_lead(50)", qr/owner of schema "crm" may not change table "secret" of related list "Secrets".*HINT:  Grant SELECT and UPDATE/s, "a conversion by $role is refused");
}
# ... also with guards, which whoever has TRIGGER on it can make
$node->safe_psql($db, q{
	CREATE TRIGGER leadconv_guard_insert AFTER INSERT ON public.secret FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id');
	CREATE TRIGGER leadconv_guard_update AFTER UPDATE ON public.secret FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL AND NEW.lead_id IS DISTINCT FROM OLD.lead_id) EXECUTE FUNCTION leadconv.guard_lead_child('lead_id')});
fails($node, $db, 'SELECT leadconv.convert_lead(50)', qr/owner of schema "crm" may not change table "secret"/, '... with guards, too');
is($node->safe_psql($db, 'SELECT * FROM public.secret ORDER BY id'), $secrets, '... nothing is changed');
# ... and a column that its guards do not guard, even when it may
$node->safe_psql($db, 'GRANT SELECT, UPDATE ON public.secret TO mallory; ALTER TABLE public.secret ADD COLUMN other_id bigint REFERENCES crm.lead (id)');
$node->safe_psql($db, q{UPDATE crm.related_list SET lead_column = 'other_id' WHERE label = 'Secrets'}, connstr => as($node, $db, 'mallory'));
fails($node, $db, 'SELECT leadconv.convert_lead(50)', qr/guard.*DETAIL:  They guard column "other_id"/s, '... or by another column');
$node->safe_psql($db, q{UPDATE crm.related_list SET lead_column = 'lead_id' WHERE label = 'Secrets'}, connstr => as($node, $db, 'mallory'));
is($node->safe_psql($db, 'SELECT success FROM leadconv.convert_lead(50); SELECT contact_id IS NOT NULL FROM public.secret WHERE id = 50'), "t\nt", 'who may change it can have it carried over');
$node->safe_psql($db, 'REVOKE UPDATE ON public.secret FROM mallory');
fails($node, $db, 'SELECT leadconv.convert_lead(51)', qr/owner of schema "crm" may not change table "secret"/, '... as long as that is so');
$node->safe_psql($db, q{DELETE FROM crm.related_list WHERE label = 'Secrets'}, connstr => as($node, $db, 'mallory'));

# Registration by who has all the rights asks for those of the owner of crm, too
fails($node, $db, q{SELECT leadconv.register_related_list('public.secret', 'lead_id', 'contact_id')}, qr/42501.*owner of schema "crm" may not change table "secret".*HINT:  Use GRANT SELECT, UPDATE ON public\.secret TO mallory/s, 'registration likewise');
fails($node, $db, q{SET ROLE mallory; SELECT leadconv.register_related_list('public.secret', 'lead_id', 'contact_id')}, qr/42501.*must be owner of table "secret"/s, '... and those of the table\'s owner');

# A table of crm that is somebody else's: nothing of it runs as the owner of crm,
# who may be a superuser
$node->safe_psql($db, "ALTER SCHEMA crm OWNER TO $super; GRANT USAGE ON SCHEMA crm TO mallory");
for my $call ('leadconv.upgrade_crm()', q{leadconv.map_lead_field('budget', 'account', 'budget')}, 'leadconv.protect_mapped_columns()', 'leadconv.convert_lead(52)')
{
	fails($node, $db, "SELECT $call", qr/LC023.*table "crm\.\w+" does not belong to the owner of schema "crm".*HINT:  Run ALTER TABLE crm\.\w+ OWNER TO $super/s, "tables of a lesser owner than the schema: $call");
}
$node->safe_psql($db, 'CREATE TRIGGER zz_spy BEFORE UPDATE ON crm.lead_convert_settings FOR EACH ROW EXECUTE FUNCTION spy.fires()', connstr => as($node, $db, 'mallory'));
my $before = -s $node->logfile;
like($node->safe_psql($db, 'SELECT object, problem FROM leadconv.validate()'), qr/crm\.lead\|owned by mallory, but the owner of schema crm is $super/, '... which validate() reports');
unlike(substr(slurp_file($node->logfile), $before), qr/spy:/, '... without running any code of that owner');

$node->stop;
done_testing();
