# Copyright (c) 2026, the leadconv authors

# DROP EXTENSION leaves every row; CREATE EXTENSION and upgrade_crm() bring back
# every guard; until then nothing is converted.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('drop');
my $db = 'postgres';

my $ours = q{SELECT t.tgrelid::regclass, t.tgname, t.tgenabled, pg_get_triggerdef(t.oid) FROM pg_trigger t
	JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = 'leadconv'
	WHERE NOT t.tgisinternal ORDER BY t.tgrelid::regclass::text, t.tgname};
my $indexes = q{SELECT indexdef FROM pg_indexes WHERE schemaname = 'crm' AND indexdef LIKE '%leadconv.%' ORDER BY 1};
my $theirs = q{SELECT t.tgname FROM pg_trigger t WHERE t.tgname LIKE 'user%' ORDER BY 1};

$node->safe_psql($db, q{
	CREATE EXTENSION leadconv CASCADE;
	ALTER TABLE crm.lead ADD COLUMN budget numeric;
	ALTER TABLE crm.account ADD COLUMN budget numeric;
	SELECT leadconv.map_lead_field('budget', 'account', 'budget');
	CREATE TABLE public.visit (id bigint PRIMARY KEY, who bigint REFERENCES crm.lead (id), contact_id bigint REFERENCES crm.contact (id));
	SELECT leadconv.register_related_list('public.visit', 'who', 'contact_id');
	CREATE FUNCTION public.pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
	CREATE TRIGGER user_trigger BEFORE INSERT ON crm.lead FOR EACH ROW EXECUTE FUNCTION public.pass();
	INSERT INTO crm.lead (last_name, company, budget) SELECT 'L' || i, 'C' || i, i FROM generate_series(1, 5) AS i;
	INSERT INTO public.visit (id, who) SELECT i, i FROM generate_series(1, 5) AS i;
	SELECT leadconv.convert_lead(1, request_id => 'one');
});
make_try($node, $db);
my $triggers = $node->safe_psql($db, $ours);
my $our_indexes = $node->safe_psql($db, $indexes);
my $rows = rows_of($node, $db);
my @lines = split /\n/, $triggers;

cmp_ok(scalar @lines, '>', 80, 'there are many triggers of ours');
like($our_indexes, qr/normalize_company.*\n.*normalize_email/, 'and two indexes');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_depend d WHERE d.deptype = 'e' AND pg_describe_object(d.classid, d.objid, d.objsubid) ~ '\mcrm\M'}),
	'0', 'no member of the extension is in crm');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_init_privs i WHERE pg_describe_object(i.classoid, i.objoid, i.objsubid) ~ '\mcrm\M'}),
	'0', 'nothing in crm has initial privileges');
is($node->safe_psql($db, q{SELECT count(*) FROM pg_depend d JOIN pg_extension e ON e.oid = d.objid AND d.classid = 'pg_extension'::regclass
	WHERE pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) ~ '\mcrm\M'}), '0', 'the extension depends on nothing in crm');
no_problems($node, $db, 'at first');

# While a rule of the user's stands on a table, the extension is not dropped; with
# CASCADE the rule goes along, and nothing else
my $rule = q{CREATE TRIGGER rule BEFORE INSERT ON crm.opportunity FOR EACH ROW WHEN (NEW.amount < 0)
	EXECUTE FUNCTION leadconv.validation_error('Not less than nothing', 'amount')};
my ($ret, $out, $err) = $node->psql($db, "$rule; DROP EXTENSION leadconv");
isnt($ret, 0, 'DROP EXTENSION is refused while there is a rule');
like($err, qr/trigger rule on table crm\.opportunity depends on function leadconv\.validation_error/, '... which is named');
is($node->safe_psql($db, qq{BEGIN; SET client_min_messages = warning; DROP EXTENSION leadconv CASCADE;
	SELECT string_agg(tgname, ' ' ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal; ROLLBACK}), 'user_trigger', 'CASCADE takes it along');
$node->safe_psql($db, 'DROP TRIGGER rule ON crm.opportunity');

# Drop, without CASCADE
($ret, $out, $err) = $node->psql($db, 'DROP EXTENSION leadconv');
is($ret, 0, 'DROP EXTENSION succeeds');
is($err, '', '... and says nothing');
is($node->safe_psql($db, $ours), '', '... our triggers are gone');
is($node->safe_psql($db, $indexes), '', '... our indexes are gone');
is($node->safe_psql($db, $theirs), 'user_trigger', '... the user\'s is there');
ok(rows_of($node, $db) eq $rows, '... all rows are there');
$node->safe_psql($db, q{BEGIN; INSERT INTO crm.task (id, lead_id, subject, created_date, last_modified_date) VALUES (99, 2, 'x', now(), now()); ROLLBACK});
fails($node, $db, 'SELECT leadconv.convert_lead(2)', qr/42883|3F000/, 'no function without extension');

# Again
($ret, $out, $err) = $node->psql($db, 'CREATE EXTENSION leadconv CASCADE');
is($ret, 0, 'CREATE EXTENSION again');
like($err, qr/WARNING:  schema "crm" already exists and is left as it is.*HINT:.*upgrade_crm/s, '... with a warning');
isnt($node->safe_psql($db, q{SELECT count(*) FROM leadconv.validate() WHERE problem = 'required trigger is missing'}), '0', '... validate() reports triggers');
for my $call (
	'SELECT leadconv.convert_lead(2)',
	'SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(2)])',
	'SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(2)], all_or_none => false)',
	q{SELECT leadconv.convert_leads_json('[{"lead_id": 2}]')})
{
	fails($node, $db, $call, qr/LC023.*(trigger|missing).*HINT:  Run leadconv\.upgrade_crm\(\)/s, "refused until upgrade_crm(): $call");
}
ok(rows_of($node, $db) eq $rows, 'nothing has changed');
like($node->safe_psql($db, 'SELECT leadconv.upgrade_crm()'), qr/version 2, \d+ triggers and indexes attached/, 'upgrade_crm() attaches');
is($node->safe_psql($db, $ours), $triggers, '... every trigger as it was');
is($node->safe_psql($db, $indexes), $our_indexes, '... every index as it was');
like($node->safe_psql($db, 'SELECT leadconv.upgrade_crm()'), qr/ 0 triggers and indexes attached/, '... and nothing the second time');
no_problems($node, $db, 'after upgrade_crm()');
ok(rows_of($node, $db) eq $rows, '... all rows are as they were');
is($node->safe_psql($db, q{SELECT success, account_created FROM leadconv.convert_lead(1, request_id => 'one')}), 't|t', 'the request id is known');
is($node->safe_psql($db, 'SELECT success FROM leadconv.convert_lead(2); SELECT budget FROM crm.account ORDER BY id DESC LIMIT 1; SELECT contact_id IS NOT NULL, who IS NULL FROM public.visit WHERE id = 2'),
	"t\n2\nt|t", 'conversion works, with custom fields and tables');
fails($node, $db, 'INSERT INTO public.visit (id, who) VALUES (9, 1)', qr/cannot reference converted lead/, 'the registered table is guarded');

# In one transaction, and rolled back
$rows = rows_of($node, $db);
$node->safe_psql($db, 'BEGIN; DROP EXTENSION leadconv; ROLLBACK');
is($node->safe_psql($db, $ours), $triggers, 'a drop that is rolled back');
$node->safe_psql($db, 'BEGIN; DROP EXTENSION leadconv; CREATE EXTENSION leadconv CASCADE; SELECT leadconv.upgrade_crm(); COMMIT');
is($node->safe_psql($db, $ours), $triggers, 'drop, create and upgrade in one transaction');
converts($node, $db, 'after that');

# A session that had compiled a program meets the new functions
{
	my $session = $node->background_psql($db, on_error_stop => 0);

	is($session->query('SELECT success FROM leadconv.convert_lead(3)'), 't', 'a session converts');
	$node->safe_psql($db, 'DROP EXTENSION leadconv; CREATE EXTENSION leadconv CASCADE');
	my $result = $session->query(q{SELECT public.try('SELECT success FROM leadconv.convert_lead(4)')});
	like($result, qr/missing.*upgrade_crm/, '... after drop and create it refuses');
	$node->safe_psql($db, 'SELECT leadconv.upgrade_crm()');
	is($session->query('SELECT success FROM leadconv.convert_lead(4)'), 't', '... after upgrade_crm() it converts');
	$session->quit;
}

# Every single trigger, missing or disabled, makes conversion refuse
{
	my $session = $node->background_psql($db, on_error_stop => 0);
	my ($missed, $mended) = (0, 0);
	my $try = q{SELECT public.try('SELECT success FROM leadconv.convert_lead(500)')};

	$node->safe_psql($db, q{INSERT INTO crm.lead (id, last_name, company) VALUES (500, 'x', 'y')});
	for my $line (@lines)
	{
		my ($table, $name) = split /\|/, $line;

		next if $table eq 'visit';
		# without the one that makes a view writable, leads are converted; it cannot be disabled
		my $on_view = $table =~ /person_account$/;

		for my $how ("DROP TRIGGER \"$name\" ON $table",
			$on_view ? () : ("ALTER TABLE $table DISABLE TRIGGER \"$name\"", "ALTER TABLE $table ENABLE REPLICA TRIGGER \"$name\""))
		{
			$node->safe_psql($db, $how);
			my $in_session = $on_view ? "$name: upgrade_crm" : $session->query($try);
			$missed++, diag("not noticed in an open session: $how: $in_session") unless $in_session =~ /\Q$name\E.*upgrade_crm/;
			$node->safe_psql($db, 'SELECT leadconv.upgrade_crm()');
		}
		$mended++ if $node->safe_psql($db, $ours) eq $triggers;
	}
	is($missed, 0, 'each missing or disabled trigger is noticed');
	is($mended, scalar grep({ !/^visit/ } @lines), '... and mended');
	is($session->query('SELECT success FROM leadconv.convert_lead(500)'), 't', 'then the lead is converted');
	$session->quit;
}

# The guards of a registered table are reported and mended, too
$node->safe_psql($db, 'DROP TRIGGER leadconv_guard_insert ON public.visit; ALTER TABLE public.visit DISABLE TRIGGER leadconv_guard_update');
is($node->safe_psql($db, q{SELECT count(*) FROM leadconv.validate() WHERE severity = 'error'}), '2', 'validate() reports the guards of a registered table');
fails($node, $db, "INSERT INTO crm.lead (id, last_name, company) VALUES (501, 'x', 'y'); SELECT leadconv.convert_lead(501)",
	qr/leadconv_guard_(insert|update).*HINT:  Run leadconv.upgrade_crm/s, 'without them conversion is refused');
$node->safe_psql($db, 'SELECT leadconv.upgrade_crm()');
no_problems($node, $db, 'registered table mended');

# A trigger of that name that calls something else
$node->safe_psql($db, 'CREATE OR REPLACE TRIGGER leadconv_guard_insert AFTER INSERT ON crm.task FOR EACH ROW EXECUTE FUNCTION public.pass()');
is($node->safe_psql($db, q{SELECT problem FROM leadconv.validate() WHERE severity = 'error'}), 'required trigger calls another function', 'validate() looks at what a trigger calls');
$node->safe_psql($db, 'SELECT leadconv.upgrade_crm()');
no_problems($node, $db, 'mended');

# Hidden leads stay hidden while there is no extension that could say who may see them
$node->safe_psql($db, q{CREATE ROLE seller; CREATE ROLE boss; SELECT leadconv.grant_role_privileges('seller', 'sales');
	SELECT leadconv.grant_role_privileges('boss', 'administrator'); SELECT leadconv.hide_converted_leads(true)});
my $seen = q{SET ROLE seller; SELECT bool_or(is_converted) FROM crm.lead; SET ROLE boss; SELECT bool_or(is_converted) FROM crm.lead};
is($node->safe_psql($db, $seen), "f\nt", 'converted leads are hidden');
($ret, $out, $err) = $node->psql($db, 'DROP EXTENSION leadconv');
is($ret, 0, '... which does not keep the extension from being dropped');
is($err, '', '... and says nothing');
is($node->safe_psql($db, $seen), "f\nf", '... they stay hidden, from everybody but the owner');
is($node->safe_psql($db, 'SELECT bool_or(is_converted) FROM crm.lead'), 't', '... who sees them');
$node->psql($db, 'CREATE EXTENSION leadconv CASCADE');
$node->safe_psql($db, q{SELECT leadconv.upgrade_crm(); SELECT leadconv.grant_role_privileges('boss', 'administrator')});
is($node->safe_psql($db, $seen), "f\nt", '... and shown again to who is granted it');
$node->safe_psql($db, 'SELECT leadconv.hide_converted_leads(false)');
is($node->safe_psql($db, $seen), "t\nt", '... or to everybody');
no_problems($node, $db, 'with extension');

# Versions of the schema
$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET schema_version = 0');
fails($node, $db, 'SELECT leadconv.convert_lead(5)', qr/LC023.*version 0.*HINT:  Run leadconv\.upgrade_crm/s, 'an older schema is refused');
like($node->safe_psql($db, 'SELECT leadconv.upgrade_crm()'), qr/version 2/, 'upgrade_crm() brings it up to date');
$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET schema_version = 99');
fails($node, $db, 'SELECT leadconv.convert_lead(5)', qr/LC023.*version 99.*HINT:  Install/s, 'a newer schema is refused');
fails($node, $db, 'SELECT leadconv.upgrade_crm()', qr/LC023.*version 99/s, '... by upgrade_crm() as well');
$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET schema_version = 2');
$node->safe_psql($db, 'DELETE FROM crm.lead_convert_settings');
fails($node, $db, 'SELECT leadconv.convert_lead(5)', qr/LC023.*HINT:  Run leadconv\.upgrade_crm/s, 'without settings row');
$node->safe_psql($db, 'SELECT leadconv.upgrade_crm(); SELECT leadconv.convert_lead(5)');

# Deleting a converted lead leaves the contact its campaign membership
$node->safe_psql($db, q{
	INSERT INTO crm.campaign (id, name) VALUES (1, 'Spring');
	INSERT INTO crm.lead (id, last_name, company) VALUES (600, 'x', 'y'), (601, 'x', 'y');
	INSERT INTO crm.campaign_member (campaign_id, lead_id) VALUES (1, 600), (1, 601);
	SELECT leadconv.convert_lead(600);
	DELETE FROM crm.lead WHERE id IN (600, 601);
});
is($node->safe_psql($db, 'SELECT lead_id IS NULL, contact_id IS NOT NULL, source_lead_id FROM crm.campaign_member'), 't|t|600',
	'a deleted lead leaves the contact its campaign membership');

# create_crm()
fails($node, $db, 'SELECT leadconv.create_crm()', qr/42P06.*HINT:.*upgrade_crm/s, 'create_crm() refuses while there is a schema crm');
$node->safe_psql($db, 'ALTER SCHEMA crm RENAME TO old_crm');
fails($node, $db, 'SELECT leadconv.convert_lead(5)', qr/LC023.*HINT:  Run leadconv\.create_crm/s, 'without schema');
fails($node, $db, 'SELECT leadconv.upgrade_crm()', qr/LC023.*HINT:  Run leadconv\.create_crm/s, '... upgrade_crm() as well');
is($node->safe_psql($db, 'SELECT object, problem FROM leadconv.validate()'), 'crm|schema does not exist', '... and validate()');
is($node->safe_psql($db, 'SELECT leadconv.create_crm()'), 't', 'create_crm() builds a new one');
converts($node, $db, 'in the new schema');
no_problems($node, $db, 'in the new schema');

$node->stop;
done_testing();
