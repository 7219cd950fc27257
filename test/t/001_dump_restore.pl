# Copyright (c) 2026, the leadconv authors

# A database in use goes through dump and restore and loses nothing, whoever
# restores it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use FrozenTest qw(offer_scripts);
use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('dump');

$node->safe_psql('postgres', q{
	CREATE ROLE crm_owner LOGIN CREATEDB;
	CREATE ROLE other LOGIN CREATEDB;
	CREATE ROLE seller LOGIN;
	CREATE ROLE reader LOGIN;
});

# A copy of the extension that is marked as trusted, so that a role that is no
# superuser can create and restore it
my $trusted = offer_scripts($node);
append_to_file("$trusted/leadconv.control", "\ntrusted = true\n") if $trusted;

# The contents, run by the owner of crm
my $contents = q{
	ALTER TABLE crm.lead ADD COLUMN budget numeric(12,2), ADD COLUMN "Odd name" text DEFAULT 'odd';
	ALTER TABLE crm.account ADD COLUMN budget numeric(12,2), ADD COLUMN "Odd name" text;
	ALTER TABLE crm.contact ADD COLUMN score integer CHECK (score < 1000);
	ALTER TABLE crm.lead ADD COLUMN gone integer;
	ALTER TABLE crm.lead DROP COLUMN gone;
	ALTER TABLE crm.lead ADD COLUMN score integer;
	SELECT leadconv.map_lead_field('budget', 'account', 'budget');
	SELECT leadconv.map_lead_field('Odd name', 'account', 'Odd name');
	SELECT leadconv.map_lead_field('score', 'contact', 'score');

	CREATE TABLE public.visit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		lead_id bigint REFERENCES crm.lead (id) ON DELETE CASCADE,
		contact_id bigint REFERENCES crm.contact (id) ON DELETE SET NULL, from_lead bigint, remark text);
	SELECT leadconv.register_related_list('public.visit', 'lead_id', 'contact_id', source_column => 'from_lead');

	CREATE TABLE public.log (what text, id bigint, converting boolean);
	CREATE FUNCTION public.log() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN INSERT INTO public.log VALUES (TG_NAME, NEW.id, leadconv.is_converting()); RETURN NEW; END';
	CREATE TRIGGER user_on AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.log();
	CREATE TRIGGER user_off AFTER INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.log();
	CREATE TRIGGER user_when AFTER UPDATE ON crm.lead FOR EACH ROW
		WHEN (NOT OLD.is_converted AND NEW.is_converted) EXECUTE FUNCTION public.log();
	CREATE TRIGGER user_always BEFORE INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION public.log();
	CREATE TRIGGER zz_rule BEFORE INSERT OR UPDATE ON crm.opportunity FOR EACH ROW WHEN (NEW.name = 'Refuse')
		EXECUTE FUNCTION leadconv.validation_error('It''s refused', 'name');
	ALTER TABLE crm.account DISABLE TRIGGER user_off;
	ALTER TABLE crm.contact ENABLE ALWAYS TRIGGER user_always;

	CREATE INDEX user_index ON crm.lead (lower(company)) WHERE NOT is_converted;
	CREATE UNIQUE INDEX "User Index" ON crm.account (budget, id);
	CREATE STATISTICS crm.user_statistics ON city, state FROM crm.lead;
	ALTER TABLE crm.account ADD CONSTRAINT user_check CHECK (budget >= 0) NOT VALID;
	COMMENT ON COLUMN crm.lead.budget IS 'What they want to spend';
	COMMENT ON TABLE crm.lead IS 'Our leads';
	CREATE VIEW public.open_leads WITH (security_invoker) AS SELECT id, name, budget FROM crm.lead WHERE NOT is_converted;
	ALTER TABLE crm.task ENABLE ROW LEVEL SECURITY;
	CREATE POLICY own_tasks ON crm.task FOR ALL TO seller USING (owner_id = leadconv.current_user_id()) WITH CHECK (true);

	GRANT USAGE ON SCHEMA crm, leadconv TO seller, reader;
	GRANT SELECT ON ALL TABLES IN SCHEMA crm TO seller, reader;
	GRANT INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO seller;
	GRANT SELECT (id, remark) ON public.visit TO reader;
	GRANT INSERT ON public.log TO seller;
	GRANT EXECUTE ON FUNCTION leadconv.convert_lead TO seller;
	GRANT EXECUTE ON FUNCTION leadconv.convert_leads TO seller WITH GRANT OPTION;
	GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads TO reader;
	REVOKE EXECUTE ON FUNCTION leadconv.is_converting FROM PUBLIC;
	GRANT EXECUTE ON FUNCTION leadconv.is_converting TO seller;

	UPDATE crm.lead_convert_settings SET fiscal_year_start_month = 4;
	UPDATE crm.lead_status SET master_label = 'Ours' WHERE is_converted;
	DELETE FROM crm.lead_field_mapping WHERE lead_field = 'description';
	SELECT leadconv.protect_mapped_columns();
	UPDATE crm.related_list SET is_active = false WHERE child = 'crm.social_post'::regclass;
	INSERT INTO crm.app_user (name, db_role) VALUES ('Sue', 'seller'), ('Old', NULL);
	INSERT INTO crm.campaign (name) VALUES ('Spring');
	INSERT INTO crm.lead (last_name, company, budget, score, external_id, owner_id)
		SELECT 'L' || i, 'C' || i, i, i, '00Q' || i, 1 FROM generate_series(1, 8) AS i;
	INSERT INTO crm.lead (last_name, company, description) VALUES (E'tab\t', E'back\\slash', E'two\nlines');
	INSERT INTO crm.campaign_member (campaign_id, lead_id) SELECT 1, i FROM generate_series(1, 4) AS i;
	INSERT INTO crm.task (lead_id, subject) SELECT i, 'Call' FROM generate_series(1, 8) AS i;
	INSERT INTO public.visit (lead_id, remark) SELECT i, 'Fair' FROM generate_series(1, 4) AS i;
	SELECT leadconv.convert_lead(i, request_id => 'r' || i) FROM generate_series(1, 3) AS i;
	SELECT leadconv.convert_lead(4, account_id => 1, do_not_create_opportunity => true, reason => 'why not');
	DELETE FROM crm.account WHERE id = 3;
	SELECT leadconv.hide_converted_leads(true);
};

# Builds a database with all that, owned by a role
sub build
{
	my ($db, $owner, $how) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db OWNER $owner");
	if ($how eq 'by owner')
	{
		$node->safe_psql($db, 'CREATE EXTENSION leadconv CASCADE', connstr => as($node, $db, $owner));
	}
	else
	{
		# the superuser installs, and crm belongs to somebody else
		$node->safe_psql($db, "CREATE SCHEMA crm AUTHORIZATION $owner; SET row_security = off; CREATE EXTENSION leadconv CASCADE; DROP SCHEMA crm");
		$node->safe_psql($db, "GRANT USAGE, CREATE ON SCHEMA public TO $owner; GRANT USAGE ON SCHEMA leadconv TO $owner WITH GRANT OPTION");
		$node->safe_psql($db, 'SELECT leadconv.create_crm()', connstr => as($node, $db, $owner));
	}
	$node->safe_psql($db, $contents, connstr => as($node, $db, $owner));
	is($node->safe_psql($db, 'SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = \'crm\'::regnamespace'),
		$owner, "$db: $owner owns all of crm");
	is($node->safe_psql($db, q{SELECT count(*) FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND d.classid = 'pg_class'::regclass
		WHERE c.relnamespace = 'crm'::regnamespace AND d.deptype = 'e'}), '0', "$db: nothing of crm is a member");
	is($node->safe_psql($db, q{SELECT count(*) FROM pg_init_privs i JOIN pg_class c ON c.oid = i.objoid AND i.classoid = 'pg_class'::regclass
		WHERE c.relnamespace = 'crm'::regnamespace}), '0', "$db: no initial privileges in crm");
	no_problems($node, $db, $db);
}

# What must hold in a copy of a database
sub check_copy
{
	my ($original, $copy, $name, @options) = @_;
	my ($before, $after) = (dump_of($node, $original, @options), dump_of($node, $copy, @options));

	my ($extowner, $new_extowner) = map { $node->safe_psql($_, q{SELECT extowner::regrole FROM pg_extension WHERE extname = 'leadconv'}) } $original, $copy;
	my $owner = $node->safe_psql($copy, q{SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'crm'});
	if ($extowner ne $new_extowner && $extowner eq $owner)
	{
		# the owner of crm, whose functions they were, has them granted now
		my @differences = grep {
			!/^[-+] -- Name: (FUNCTION|PROCEDURE) .*; Type: ACL; Schema: leadconv;/
			  && !/^\+ GRANT ALL ON (FUNCTION|PROCEDURE) leadconv\..* TO $owner WITH GRANT OPTION;$/
		} compare_text($before, $after);
		is(join("\n", @differences), '', "$name: a second dump has grants to the owner of crm besides");
	}
	else
	{
		ok($before eq $after, "$name: a second dump is identical")
		  or diag(join("\n", grep { defined } (compare_text($before, $after))[ 0 .. 20 ]));
	}
	is($node->safe_psql($copy, q{SELECT string_agg(DISTINCT p.proowner::regrole::text, ' ') FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid AND d.classid = 'pg_proc'::regclass
			WHERE d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'leadconv')}), $new_extowner, "$name: functions belong to who has created the extension");
	ok(rows_of($node, $original) eq rows_of($node, $copy), "$name: same rows and sequences");
	no_problems($node, $copy, $name);
	fails($node, $copy, 'UPDATE crm.lead SET title = \'x\' WHERE id = 1', qr/LC\d+.*cannot reference converted lead/,
		"$name: a converted lead is locked");
	fails($node, $copy, 'INSERT INTO public.visit (lead_id) VALUES (1)', qr/cannot reference converted lead/,
		"$name: so for registered tables");
	fails($node, $copy, 'INSERT INTO crm.opportunity (name, stage_name, close_date) VALUES (\'Refuse\', \'Prospecting\', \'2030-01-01\')',
		qr/LC014.*It's refused/, "$name: a rule of the user's applies");
	# ... to the role that has used it
	my $known = $node->safe_psql($copy, 'SELECT created_by_role FROM crm.lead_conversion WHERE request_id = \'r1\'') eq $owner;
	my ($ret, $out, $err) = $node->psql($copy, q{SELECT success, account_created FROM leadconv.convert_lead(1, request_id => 'r1')},
		connstr => as($node, $copy, $owner));
	like($known ? $out : $err, $known ? qr/^t\|t$/ : qr/lead 1 has been converted already/, "$name: a request id is known");
	converts($node, $copy, $name);
	is($node->safe_psql($copy, q{SET ROLE seller; SELECT success FROM leadconv.convert_lead(5)}),
		't', "$name: who was granted EXECUTE converts")
	  unless grep { $_ eq '-x' } @options;
	is($node->safe_psql($copy, q{SET ROLE seller; SELECT count(*) > 0, bool_or(is_converted) FROM crm.lead; SET ROLE reader; SELECT bool_or(is_converted) FROM crm.lead}),
		"t|f\nt", "$name: converted leads are hidden, and shown to whom they were")
	  unless grep { $_ eq '-x' } @options;
	is( $node->safe_psql($copy, q{SELECT budget, "Odd name" FROM crm.account ORDER BY id DESC LIMIT 1}),
		(grep { $_ eq '-x' } @options) ? '|odd' : '5.00|odd',
		"$name: custom fields are mapped");
	is($node->safe_psql($copy, q{SELECT what, converting FROM public.log ORDER BY ctid DESC LIMIT 3}),
		"user_when|t\nuser_always|t\nuser_on|t", "$name: user triggers fire as they did");
	is($node->safe_psql($copy, 'SELECT max(id) = count(DISTINCT id) + 1 OR count(*) > 0 FROM crm.lead'), 't', "$name: ids go on");
}

# Lines that differ
sub compare_text
{
	my %left = map { $_ => 1 } split /\n/, $_[0];
	my %right = map { $_ => 1 } split /\n/, $_[1];

	return ((map { "- $_" } grep { !$right{$_} } split /\n/, $_[0]), (map { "+ $_" } grep { !$left{$_} } split /\n/, $_[1]));
}

my $super = $node->safe_psql('postgres', 'SELECT current_user');
my $dir = PostgreSQL::Test::Utils::tempdir;

# pg_dump | psql and pg_dump -Fc | pg_restore -j2, by the role given
sub roundtrip
{
	my ($db, $role, $by, @restore) = @_;
	my @compare = @restore ? ('--no-owner', '-x') : ();
	my $name = "$db restored by $by" . (@restore ? " (@restore)" : '');
	my $copy = "${db}_${by}_psql";

	quiet_ok([ 'pg_dump', '-d', $node->connstr($db), '-f', "$dir/$db.sql", @restore ], "$name: pg_dump");
	quiet_ok([ 'pg_dump', '-Fc', '-d', $node->connstr($db), '-f', "$dir/$db.dump" ], "$name: pg_dump -Fc");

	$node->safe_psql('postgres', "CREATE DATABASE $copy OWNER $role");
	quiet_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', as($node, $copy, $role), '-f', "$dir/$db.sql" ],
		"$name: psql");
	check_copy($db, $copy, "$name: psql", @compare);

	$copy = "${db}_${by}_restore";
	$node->safe_psql('postgres', "CREATE DATABASE $copy OWNER $role");
	quiet_ok([ 'pg_restore', '-j2', @restore, '-d', as($node, $copy, $role), "$dir/$db.dump" ], "$name: pg_restore");
	check_copy($db, $copy, "$name: pg_restore", @compare);
}

# crm of the superuser
build('super', $super, 'by owner');
roundtrip('super', $super, 'superuser');

# crm of a role that is no superuser; the superuser has installed the extension
build('owned', 'crm_owner', 'by superuser');
roundtrip('owned', $super, 'superuser');

# ... and a restore by the owner, where the superuser installs the extension
# again: all entries of the dump but those that it has made
{
	my $copy = 'owned_owner_list';

	$node->safe_psql('postgres', "CREATE DATABASE $copy OWNER crm_owner");
	$node->safe_psql($copy, 'CREATE SCHEMA crm AUTHORIZATION crm_owner; SET row_security = off; CREATE EXTENSION leadconv CASCADE;
		GRANT USAGE, CREATE ON SCHEMA public TO crm_owner; GRANT USAGE ON SCHEMA leadconv TO crm_owner WITH GRANT OPTION');
	my ($list) = run_command([ 'pg_restore', '-l', "$dir/owned.dump" ]);
	$list = join("\n", grep { !/ (SCHEMA - (crm|leadconv)|(COMMENT - )?EXTENSION (- )?(leadconv|fuzzystrmatch|unaccent)|ACL - SCHEMA (public|leadconv)|ACL leadconv (FUNCTION|PROCEDURE)) / } split(/\n/, $list)) . "\n";
	append_to_file("$dir/owned.list", $list);
	quiet_ok([ 'pg_restore', '-L', "$dir/owned.list", '-d', as($node, $copy, 'crm_owner'), "$dir/owned.dump" ],
		'owned restored by its owner: pg_restore -L');
	$node->safe_psql($copy, join("\n", 'GRANT USAGE ON SCHEMA leadconv TO seller, reader;', grep { /GRANT .* ON FUNCTION leadconv\./ } split /\n/, $contents), connstr => as($node, $copy, 'crm_owner'));
	check_copy('owned', $copy, 'owned restored by its owner', '-n', 'crm', '-n', 'public');
}

SKIP:
{
	skip 'this server looks for extensions in one place', 1 unless $trusted;

	# trusted: the owner does it all
	build('trusted', 'crm_owner', 'by owner');
	roundtrip('trusted', 'crm_owner', 'owner');
	roundtrip('trusted', 'other', 'other', '--no-owner');
	roundtrip('trusted', $super, 'superuser');
}

# Schema first, then rows with triggers disabled
{
	my $copy = 'super_two_steps';

	$node->safe_psql('postgres', "CREATE DATABASE $copy");
	quiet_ok([ 'pg_dump', '-s', '-d', $node->connstr('super'), '-f', "$dir/schema.sql" ], 'in two steps: pg_dump -s');
	{
		# a warning of pg_dump about circular foreign keys is documented there
		my ($out, $err) = run_command([ 'pg_dump', '-a', '--disable-triggers', '-d', $node->connstr('super'), '-f', "$dir/data.sql" ]);
		unlike($err, qr/error/i, 'in two steps: pg_dump -a');
	}
	quiet_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $node->connstr($copy), '-f', "$dir/schema.sql" ],
		'in two steps: schema');
	quiet_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $node->connstr($copy), '-f', "$dir/data.sql" ],
		'in two steps: data');

	# pg_dump --disable-triggers ends with ENABLE TRIGGER ALL, which forgets
	# which ones were disabled or fired always. upgrade_crm() mends ours.
	like($node->safe_psql($copy, 'SELECT leadconv.upgrade_crm()'), qr/ [1-9]\d* triggers and indexes attached/,
		'in two steps: upgrade_crm()');
	$node->safe_psql($copy, 'ALTER TABLE crm.account DISABLE TRIGGER user_off; ALTER TABLE crm.contact ENABLE ALWAYS TRIGGER user_always');
	check_copy('super', $copy, 'in two steps');
}

# The whole schema alone: pg_dump -n crm, into a database that has leadconv
{
	my $copy = 'super_schema_only';

	$node->safe_psql('postgres', "CREATE DATABASE $copy");
	my ($out, $err) = run_command([ 'pg_dump', '-n', 'crm', '-n', 'public', '-n', 'leadconv', '-e', 'leadconv', '-e', 'fuzzystrmatch', '-e', 'unaccent', '-d', $node->connstr('super'), '-f', "$dir/part.sql" ]);
	my $part = slurp_file("$dir/part.sql");
	$part =~ s/^CREATE SCHEMA public;$//m;
	append_to_file("$dir/part2.sql", $part);
	quiet_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', $node->connstr($copy), '-f', "$dir/part2.sql" ],
		'by schemas: psql');
	ok(rows_of($node, 'super') eq rows_of($node, $copy), 'by schemas: same rows and sequences');
	no_problems($node, $copy, 'by schemas');
}

# A table alone: its definition and rows are in the dump (pitfalls C.1 to C.4, C.10)
my $one = dump_of($node, 'super', '-t', 'crm.lead');
for my $what ('CREATE TABLE crm.lead', 'budget numeric', 'CREATE TRIGGER user_when', 'CREATE INDEX user_index', 'COPY crm.lead',
	'What they want to spend', 'Our leads')
{
	like($one, qr/\Q$what\E/, "dump of crm.lead alone has: $what");
}
like(dump_of($node, 'super', '-t', 'crm.task'), qr/CREATE POLICY own_tasks/, 'dump of crm.task alone has its policy');

$node->stop;
done_testing();
