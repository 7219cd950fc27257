# Copyright (c) 2026, the leadconv authors

# What stands in the way of an upgrade, or of a guard: refused or put right,
# always as a whole, and nothing of the user's is lost.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use FrozenTest;
use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('refused');
my $db = 'template';

plan skip_all => 'this server looks for extensions in one place'
  unless offer_scripts($node, glob(frozen('1.0.0', 'leadconv--*.sql')));
$node->safe_psql('postgres', slurp_file(frozen('roles.sql')));

# A database of version 1 whose extension is up to date, to be copied
restore_frozen($node, '1.0.0', $db, with_version => 1);
$node->safe_psql($db, 'ALTER EXTENSION leadconv UPDATE');
grant_functions($node, '1.0.0', $db);
my $copies = 0;

sub copy_of
{
	my ($sql) = @_;
	my $copy = 'copy' . ++$copies;

	$node->safe_psql('postgres', "CREATE DATABASE $copy TEMPLATE template");
	$node->safe_psql($copy, "SET ROLE crm_owner; $sql") if $sql;
	return $copy;
}

# Everything, as text
sub state_of
{
	my ($copy) = @_;

	return dump_of($node, $copy);
}

#
# Objects of the user that have the name of a new one: each refused with the
# command that is the way out, which is then used
#
for my $case (
	[ 'column of another type',
		q{ALTER TABLE crm.account ADD COLUMN revision text DEFAULT 'mine'},
		qr/column "revision" of table "crm.account" stands in the way.*type text.*type integer/s,
		q{SELECT count(*) > 5 FROM crm.account WHERE revision_custom = 'mine' AND revision = 1} ],
	[ 'column with other constraints',
		q{ALTER TABLE crm.lead_conversion ADD COLUMN origin text CHECK (origin IN ('web', 'fair'));
		  ALTER TABLE crm.lead_conversion ADD COLUMN origin_custom integer;
		  UPDATE crm.lead_conversion SET origin = 'web'},
		qr/column "origin" of table "crm.lead_conversion".*type text.*'web'.*'single'/s,
		q{SELECT count(*) > 5 FROM crm.lead_conversion WHERE origin_custom1 = 'web' AND origin = 'single'} ],
	[ 'column with a foreign key',
		q{ALTER TABLE crm.lead_conversion ADD COLUMN undone_by_id bigint REFERENCES crm.app_user (id)},
		qr/column "undone_by_id".*type bigint.*FOREIGN KEY/s,
		q{SELECT count(undone_by_id_custom) + count(undone_by_id) FROM crm.lead_conversion} ],
	[ 'generated column',
		q{ALTER TABLE crm.lead_conversion ADD COLUMN job text GENERATED ALWAYS AS ('job ' || lead_id::text) STORED},
		qr/column "job".*type text.*not generated/s,
		q{SELECT count(*) > 5 FROM crm.lead_conversion WHERE job_custom = 'job ' || lead_id AND job IS NULL} ],
	[ 'column with NULLs',
		q{ALTER TABLE crm.task ADD COLUMN revision integer},
		qr/column "revision" of table "crm.task".*NULLs/s,
		q{SELECT count(revision_custom) = 0 AND min(revision) = 1 FROM crm.task} ],
	[ 'mapped column',
		q{ALTER TABLE crm.contact ADD COLUMN r integer NOT NULL DEFAULT 7; ALTER TABLE crm.lead ADD COLUMN r integer;
		  SELECT leadconv.map_lead_field('r', 'contact', 'r');
		  ALTER TABLE crm.contact RENAME COLUMN r TO revision;
		  UPDATE crm.lead_field_mapping SET target_field = 'revision' WHERE target_field = 'r'; SELECT leadconv.protect_mapped_columns()},
		qr/column "revision" of table "crm.contact".*mapped/s,
		q{UPDATE crm.lead_field_mapping SET target_field = 'revision_custom' WHERE target_field = 'revision'; SELECT leadconv.protect_mapped_columns();
		  SELECT min(revision_custom) = 7 AND max(revision) = 1 FROM crm.contact}, "\nt" ],
	[ 'table',
		q{CREATE TABLE crm.lead_history (id integer, what text); INSERT INTO crm.lead_history VALUES (1, 'mine')},
		qr/"crm.lead_history" stands in the way.*column/s,
		q{SELECT what FROM crm.lead_history_custom; SELECT count(*) FROM crm.lead_history}, "mine\n0" ],
	[ 'view',
		q{CREATE VIEW crm.opportunity_history AS SELECT 1 AS one},
		qr/"crm.opportunity_history".*not a table/s,
		q{SELECT one FROM crm.opportunity_history_custom; SELECT count(*) FROM crm.opportunity_history}, "1\n0" ],
	[ 'index',
		q{CREATE INDEX lead_history_lead_id_created_date_idx ON crm.lead (id)},
		qr/"crm.lead_history_lead_id_created_date_idx".*not the standard index/s,
		q{SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'lead_history_lead_id_created_date%'}, '2' ])
{
	my ($what, $sql, $pattern, $check, $expected) = @$case;
	my $copy = copy_of($sql);
	my $before = state_of($copy);
	my ($ret, $out, $err) = $node->psql($copy, "\\set VERBOSITY verbose\nSELECT leadconv.upgrade_crm()", on_error_stop => 1);

	like($err, qr/LC023/, "$what: refused");
	like($err, $pattern, "$what: and why");
	ok(state_of($copy) eq $before, "$what: nothing has changed");
	ok($err =~ /HINT:  Run (ALTER TABLE .*?); and then leadconv/, "$what: with the way out") or diag($err);
	$node->safe_psql($copy, "$1", connstr => as($node, $copy, 'crm_owner'));
	$node->safe_psql($copy, 'SELECT leadconv.upgrade_crm()', connstr => as($node, $copy, 'crm_owner'));
	is($node->safe_psql($copy, $check), $expected // ($what eq 'column with a foreign key' ? '0' : 't'), "$what: nothing is lost");
	no_problems($node, $copy, $what);
	converts($node, $copy, $what);
	$node->safe_psql('postgres', "DROP DATABASE $copy");
}

#
# Objects that are what the standard says are taken over
#
{
	my $copy = copy_of(q{
		ALTER TABLE crm.account ADD COLUMN revision integer DEFAULT 3;
		COMMENT ON COLUMN crm.account.revision IS 'mine';
		GRANT UPDATE (revision) ON crm.account TO reader;
		ALTER TABLE crm.lead_conversion ADD COLUMN job varchar, ADD COLUMN options jsonb NOT NULL DEFAULT '{}';
		ALTER TABLE crm.lead_conversion ALTER COLUMN job TYPE text;
		CREATE TABLE crm.lead_history (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
			lead_id bigint NOT NULL REFERENCES crm.lead (id) ON DELETE CASCADE, field text NOT NULL, mine text,
			old_value text, new_value text, created_date timestamptz NOT NULL, created_by_id bigint);
		INSERT INTO crm.lead_history (lead_id, field, mine, created_date) VALUES (1, 'status', 'kept', now());
		CREATE INDEX lead_history_lead_id_created_date_idx ON crm.lead_history (lead_id, created_date)});

	$node->safe_psql($copy, 'SELECT leadconv.upgrade_crm()');
	is($node->safe_psql($copy, q{
			SELECT a.attrelid::regclass || '.' || a.attname, a.attnotnull, pg_get_expr(d.adbin, d.adrelid), col_description(a.attrelid, a.attnum) <> 'mine', a.attacl
			FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
			WHERE (a.attrelid, a.attname) IN (('crm.account'::regclass, 'revision'), ('crm.lead_conversion'::regclass, 'options'), ('crm.lead_history'::regclass, 'created_date'))
			ORDER BY 1;
			SELECT DISTINCT revision FROM crm.account; SELECT mine FROM crm.lead_history}),
		"crm.account.revision|t|1|t|{reader=w/crm_owner}\ncrm.lead_conversion.options|f||t|\ncrm.lead_history.created_date|t|now()|t|\n3\nkept",
		'what is the same is taken over, with default, NOT NULL and comment');
	no_problems($node, $copy, 'taken over');
	converts($node, $copy, 'taken over');
}

#
# What PostgreSQL itself refuses leaves everything as it was
#
{
	my $copy = copy_of('CREATE TABLE public.kept (account crm.account)');
	my $before = state_of($copy);

	fails($node, $copy, 'SELECT leadconv.upgrade_crm()', qr/"kept.account" uses its row type.*upgrade of schema crm to version 2: revision of account/s, 'a row type in use');
	ok(state_of($copy) eq $before, '... nothing has changed');
	fails($node, $copy, 'SELECT leadconv.convert_lead(16)', qr/LC023.*HINT:  Run leadconv\.upgrade_crm/s, '... nor does anything convert');
	$node->safe_psql($copy, 'DROP TABLE public.kept; SELECT leadconv.upgrade_crm()');
	no_problems($node, $copy, '... until it is gone');
}
{
	my $copy = copy_of('');
	my $before = state_of($copy);

	$node->safe_psql($copy, 'BEGIN; SELECT leadconv.upgrade_crm(); ROLLBACK');
	# but sequences, which have lost numbers as after any rollback
	ok(state_of($copy) =~ s/^SELECT pg_catalog\.setval\(.*\n//mgr eq $before =~ s/^SELECT pg_catalog\.setval\(.*\n//mgr,
		'an upgrade that is rolled back has changed nothing');
	$node->safe_psql($copy, 'BEGIN; SAVEPOINT s; SELECT leadconv.upgrade_crm(); ROLLBACK TO s; SELECT leadconv.upgrade_crm(); SELECT leadconv.convert_lead(16); COMMIT');
	no_problems($node, $copy, 'upgraded in a transaction');

	# no table was rewritten
	is($node->safe_psql($copy, q{SELECT count(*) FROM pg_attribute WHERE attrelid IN ('crm.account'::regclass, 'crm.lead_conversion'::regclass) AND atthasmissing}),
		'2', 'new columns with a default are not written into the rows');
}

#
# A search_path and objects that are to lead astray, and the rights of the owner
#
{
	my $copy = copy_of('');

	$node->safe_psql($copy, q{
		CREATE SCHEMA trap; GRANT ALL ON SCHEMA trap TO PUBLIC;
		CREATE FUNCTION trap.seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO trap.roles VALUES (current_user, tg_tag); END';
		CREATE TABLE trap.roles (who name, what text); GRANT ALL ON trap.roles TO PUBLIC;
		CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION trap.seen();
		CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
		CREATE FUNCTION trap.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
		CREATE DOMAIN trap.text AS pg_catalog.text CHECK (false);
		CREATE TABLE trap.lead_conversion (id integer)});
	$node->safe_psql($copy, 'SET search_path = trap, crm, pg_catalog; SELECT leadconv.upgrade_crm()');
	is($node->safe_psql($copy, q{SELECT string_agg(DISTINCT who, ',') FROM trap.roles WHERE what = 'ALTER TABLE'}), 'crm_owner', 'steps run as the owner, even for a superuser');
	$node->safe_psql($copy, 'DROP EVENT TRIGGER seen');
	no_problems($node, $copy, 'with a search_path');
	is($node->safe_psql($copy, q{SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = 'crm.lead_conversion'::regclass AND attname = 'job'}), 'text', '... no trap');
}

#
# The settings row
#
{
	my $copy = copy_of('DELETE FROM crm.lead_convert_settings');

	is($node->safe_psql($copy, q{SELECT problem FROM leadconv.validate() WHERE object = 'crm.lead_convert_settings'}), 'settings row is missing',
		'validate() reports a missing settings row');
	fails($node, $copy, 'SELECT leadconv.convert_lead(16)', qr/LC023.*no row.*HINT:  Run leadconv.upgrade_crm/s, '... without it nothing is converted');
	$node->safe_psql($copy, 'SELECT leadconv.upgrade_crm()');
	is($node->safe_psql($copy, q{SELECT schema_version, count(*) OVER () FROM crm.lead_convert_settings; SELECT DISTINCT origin FROM crm.lead_conversion}),
		"2|1\nsingle", '... upgrade_crm() tells from the tables that they are old, and upgrades them');
	no_problems($node, $copy, '... then all is well');

	$node->safe_psql($copy, 'DELETE FROM crm.lead_convert_settings; SELECT leadconv.upgrade_crm()');
	is($node->safe_psql($copy, 'SELECT schema_version FROM crm.lead_convert_settings'), '2', '... or that they are not');

	# tables that contradict
	$node->safe_psql($copy, 'DELETE FROM crm.lead_convert_settings; ALTER TABLE crm.lead_conversion DROP COLUMN undo');
	my $before = state_of($copy);
	fails($node, $copy, 'SELECT leadconv.upgrade_crm()', qr/LC023.*no row.*some parts of version 2 are missing.*HINT:  Insert the row/s, 'where the tables do not tell');
	ok(state_of($copy) eq $before, '... nothing has changed');
	$node->safe_psql($copy, 'INSERT INTO crm.lead_convert_settings (schema_version) VALUES (1); SELECT leadconv.upgrade_crm()');
	no_problems($node, $copy, '... who says it is helped');

	$node->safe_psql($copy, 'DELETE FROM crm.lead_convert_settings; ALTER TABLE crm.lead_convert_settings ALTER COLUMN schema_version DROP DEFAULT');
	fails($node, $copy, 'SELECT leadconv.upgrade_crm()', qr/LC023.*no row.*HINT:  Insert the row/s, 'nor without the default');
}

#
# Guards that are there and do not guard, of each kind
#
{
	my $copy = copy_of('');

	$node->safe_psql($copy, q{SELECT leadconv.upgrade_crm();
		CREATE FUNCTION public.pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'});
	my $right = $node->safe_psql($copy, q{SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2});
	my $lead = 1000;

	$node->safe_psql($copy, q{INSERT INTO crm.lead (id, last_name, company) SELECT 1000 + i, 'x', 'y' FROM generate_series(0, 20) AS i});
	for my $case (
		[ 'WHEN (false)', 'CREATE OR REPLACE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.lead FOR EACH ROW WHEN (false) EXECUTE FUNCTION leadconv.guard_converted_lead()', 'has another condition' ],
		[ 'no condition', 'CREATE OR REPLACE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.task FOR EACH ROW EXECUTE FUNCTION leadconv.guard_lead_child(\'lead_id\')', 'has another condition' ],
		[ 'condition on another column', 'CREATE OR REPLACE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.task FOR EACH ROW WHEN (NEW.contact_id IS NOT NULL) EXECUTE FUNCTION leadconv.guard_lead_child(\'lead_id\')', 'has another condition' ],
		[ 'a condition more', 'CREATE OR REPLACE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.note FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL AND false) EXECUTE FUNCTION leadconv.guard_lead_child(\'lead_id\')', 'has another condition' ],
		[ 'other events', 'CREATE OR REPLACE TRIGGER leadconv_guard_update AFTER DELETE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.guard_converted_lead()', 'fires AFTER DELETE for each row, not AFTER UPDATE for each row' ],
		[ 'fewer events', 'CREATE OR REPLACE TRIGGER _leadconv_audit BEFORE INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.set_audit_fields()', 'fires BEFORE INSERT for each row, not BEFORE INSERT OR UPDATE for each row' ],
		[ 'one column', 'CREATE OR REPLACE TRIGGER leadconv_guard_update AFTER UPDATE OF title ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.guard_converted_lead()', 'fires at an UPDATE of other columns' ],
		[ 'another column', 'CREATE OR REPLACE TRIGGER _leadconv_response BEFORE INSERT OR UPDATE OF external_id ON crm.campaign_member FOR EACH ROW EXECUTE FUNCTION leadconv.set_member_response()', 'fires at an UPDATE of other columns' ],
		[ 'timing', 'CREATE OR REPLACE TRIGGER leadconv_guard_update BEFORE UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.guard_converted_lead()', 'fires BEFORE UPDATE for each row, not AFTER UPDATE for each row' ],
		[ 'level', 'CREATE OR REPLACE TRIGGER leadconv_metadata_changed AFTER INSERT OR UPDATE OR DELETE ON crm.lead_status FOR EACH ROW EXECUTE FUNCTION leadconv.metadata_changed(); ALTER TABLE crm.lead_status ENABLE ALWAYS TRIGGER leadconv_metadata_changed', 'fires AFTER INSERT OR UPDATE OR DELETE for each row, not AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE for each statement' ],
		[ 'arguments', 'CREATE OR REPLACE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.task FOR EACH ROW WHEN (NEW.lead_id IS NOT NULL) EXECUTE FUNCTION leadconv.guard_lead_child(\'contact_id\')', 'has other arguments' ],
		[ 'another function', 'CREATE OR REPLACE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION public.pass()', 'calls another function' ],
		[ 'another function of ours', 'CREATE OR REPLACE TRIGGER leadconv_guard_update AFTER UPDATE ON crm.lead FOR EACH ROW EXECUTE FUNCTION leadconv.metadata_changed()', 'calls another function' ],
		[ 'a constraint trigger', 'DROP TRIGGER leadconv_guard_update ON crm.lead; CREATE CONSTRAINT TRIGGER leadconv_guard_update AFTER UPDATE ON crm.lead DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION leadconv.guard_converted_lead()', 'is a constraint trigger' ],
		[ 'disabled', 'ALTER TABLE crm.lead DISABLE TRIGGER leadconv_guard_update', 'is disabled' ],
		[ 'on a replica', 'ALTER TABLE crm.lead ENABLE REPLICA TRIGGER leadconv_guard_update', 'fires on a replica only' ],
		[ 'missing', 'DROP TRIGGER leadconv_guard_update ON crm.lead', 'is missing' ],
		[ 'registered table', 'CREATE OR REPLACE TRIGGER leadconv_guard_insert AFTER INSERT ON public.visit FOR EACH ROW WHEN (false) EXECUTE FUNCTION leadconv.guard_lead_child(\'who\')', 'has another condition' ])
	{
		my ($what, $sql, $problem) = @$case;
		my $session = $node->background_psql($copy, on_error_stop => 0);

		$session->query("SELECT success FROM leadconv.convert_lead($lead)");
		$lead++;
		$node->safe_psql($copy, "SET ROLE crm_owner; $sql");
		like($node->safe_psql($copy, q{SELECT problem FROM leadconv.validate() WHERE severity = 'error'}), qr/^required trigger \Q$problem\E$/, "guard, $what: validate()");
		$session->query("SELECT success FROM leadconv.convert_lead($lead)");
		like($session->{stderr}, qr/leadconv_?\w*".*upgrade_crm/s, "guard, $what: an open session refuses");
		$session->quit;
		fails($node, $copy, "SELECT leadconv.convert_lead($lead)", qr/LC023.*HINT:  Run leadconv.upgrade_crm/s, "guard, $what: a new session refuses");
		like($node->safe_psql($copy, 'SELECT leadconv.upgrade_crm()'), qr/ 1 triggers and indexes attached/, "guard, $what: put right");
		is($node->safe_psql($copy, q{SELECT tgrelid::regclass, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2}),
			$right, "guard, $what: as it was");
		no_problems($node, $copy, "guard, $what");
	}

	# the function behind the triggers
	my $session = $node->background_psql($copy, on_error_stop => 0);
	$session->query("SELECT success FROM leadconv.convert_lead($lead)");
	$lead++;
	$node->safe_psql($copy, q{CREATE OR REPLACE FUNCTION leadconv.guard_converted_lead() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'});
	like($session->query('SELECT success FROM leadconv.convert_lead(1020)') . $session->{stderr}, qr/guard_converted_lead\(\) is not the one of the extension.*HINT:  Run CREATE OR REPLACE FUNCTION/s, 'a function that was replaced: an open session refuses');
	$session->quit;
	fails($node, $copy, "SELECT leadconv.convert_lead($lead)", qr/LC023.*guard_converted_lead\(\) is not the one of the extension.*HINT:  Run CREATE OR REPLACE FUNCTION/s, '... a new session likewise');
	is($node->safe_psql($copy, q{SELECT object, problem FROM leadconv.validate()}), 'function leadconv.guard_converted_lead()|is not the one of the extension: it was replaced', '... validate() sees it');

	# marks that DROP EXTENSION and replication need
	$node->safe_psql($copy, q{CREATE OR REPLACE FUNCTION leadconv.guard_converted_lead() RETURNS trigger LANGUAGE c AS '$libdir/leadconv', 'leadconv_guard_converted_lead';
		ALTER TRIGGER leadconv_guard_update ON crm.lead NO DEPENDS ON EXTENSION leadconv; ALTER TABLE crm.lead_status ENABLE TRIGGER leadconv_metadata_changed});
	is($node->safe_psql($copy, q{SELECT object, severity FROM leadconv.validate() ORDER BY 1}), "leadconv_guard_update on crm.lead|warning\nleadconv_metadata_changed on crm.lead_status|warning", 'warnings');
	like($node->safe_psql($copy, 'SELECT leadconv.upgrade_crm()'), qr/ 2 triggers and indexes attached/, '... put right');
	no_problems($node, $copy, '... all');
}

#
# Functions of 1.0.0, which belonged to the owner of crm: what that role has made of
# one does not become the superuser's
#
{
	my $n = 0;

	for my $sql (
		q{CREATE OR REPLACE FUNCTION leadconv.validate(OUT object text, OUT problem text, OUT severity text, OUT hint text) RETURNS SETOF record LANGUAGE sql STABLE AS 'SELECT NULL::text, NULL::text, NULL::text, NULL::text'},
		'ALTER FUNCTION leadconv.upgrade_crm() SECURITY DEFINER', 'ALTER FUNCTION leadconv.is_converting() SET search_path = public',
		q{CREATE OR REPLACE FUNCTION leadconv.guard_lead_child() RETURNS trigger LANGUAGE internal AS 'suppress_redundant_updates_trigger'})
	{
		my $replaced = 'replaced' . ++$n;

		restore_frozen($node, '1.0.0', $replaced, with_version => 1);
		$node->safe_psql($replaced, 'GRANT CREATE ON SCHEMA leadconv TO crm_owner');
		# an untrusted language needs the superuser
		$node->safe_psql($replaced, ($sql =~ /internal/ ? '' : 'SET ROLE crm_owner; ') . $sql);
		fails($node, $replaced, 'ALTER EXTENSION leadconv UPDATE', qr/P0001.*ROUTINE leadconv\.\w+\(.*\) is not as leadconv has made it, and belongs to role "crm_owner".*HINT:  Make it anew/s, "ALTER EXTENSION UPDATE: $sql");
		is($node->safe_psql($replaced, q{SELECT extversion FROM pg_extension WHERE extname = 'leadconv'; SELECT DISTINCT proowner::regrole FROM pg_proc WHERE pronamespace = 'leadconv'::regnamespace}), "1.0.0\ncrm_owner", '... changes nothing');
	}
	$node->safe_psql('replaced1', q{SET client_min_messages = error; DROP POLICY own_tasks ON crm.task; DROP EXTENSION leadconv; CREATE EXTENSION leadconv CASCADE; GRANT EXECUTE ON FUNCTION leadconv.upgrade_crm TO crm_owner});
	$node->safe_psql('replaced1', 'SELECT leadconv.upgrade_crm()', connstr => as($node, 'replaced1', 'crm_owner'));
	no_problems($node, 'replaced1', 'made anew');
}

#
# Sessions that convert while the upgrade runs wait for it, and then convert
#
{
	my $copy = copy_of('');
	my $first = $node->background_psql($copy, on_error_stop => 0);
	my $upgrade = $node->background_psql($copy, on_error_stop => 0);
	my $second = $node->background_psql($copy, on_error_stop => 0);
	my $waiting = q{SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'};

	# who has begun keeps the upgrade waiting
	$first->query('BEGIN; INSERT INTO crm.lead (id, last_name, company) VALUES (900, \'x\', \'y\'), (901, \'x\', \'y\'); SELECT count(*) FROM crm.lead_conversion');
	$upgrade->query_until(qr/started/, "SET client_min_messages = warning;\n\\echo started\nSELECT leadconv.upgrade_crm();\n\\echo upgraded\n");
	ok($node->poll_query_until($copy, $waiting, '1'), 'an upgrade waits for who uses the tables');
	$first->query('INSERT INTO crm.task (lead_id) VALUES (900)');
	$second->query_until(qr/started/, "\\echo started\nSELECT 'converted ' || success FROM leadconv.convert_lead(16);\n\\echo done\n");
	ok($node->poll_query_until($copy, $waiting, '2'), 'who begins to convert waits for the upgrade');
	$first->query('COMMIT');
	$upgrade->query_until(qr/upgraded/, '');
	$second->query_until(qr/done/, '');
	is($first->{stderr} . $upgrade->{stderr} . $second->{stderr}, '', '... nobody fails');
	is($node->safe_psql($copy, 'SELECT origin FROM crm.lead_conversion WHERE lead_id = 16'), 'single', '... and it is converted by the new program');
	is($first->query('SELECT success FROM leadconv.convert_lead(900)'), 't', '... and by who was there before');
	$_->quit for ($first, $upgrade, $second);
	no_problems($node, $copy, 'upgraded under way');
}

$node->stop;
done_testing();
