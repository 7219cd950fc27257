# Copyright (c) 2026, the leadconv authors

# Privileges and row security decide on the lead and the three records, and on
# nothing else; and no hostile search_path gets a conversion to do anything else.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('roles');
my $db = 'postgres';

$node->safe_psql($db, q{
	CREATE EXTENSION leadconv CASCADE;
	CREATE ROLE nobody_at_all LOGIN;
	CREATE ROLE seller LOGIN;
	CREATE ROLE no_insert LOGIN;
	CREATE ROLE no_lead LOGIN;
	CREATE ROLE read_only LOGIN;
	CREATE ROLE hostile LOGIN;
	CREATE ROLE crm_admin LOGIN;
	GRANT USAGE ON SCHEMA crm, leadconv TO nobody_at_all, seller, no_insert, no_lead, read_only, hostile;
	GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact, crm.opportunity TO seller, hostile;
	GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.contact, crm.opportunity TO no_insert;
	GRANT SELECT, UPDATE ON crm.account TO no_insert;
	GRANT SELECT, INSERT, UPDATE ON crm.account, crm.contact, crm.opportunity TO no_lead, read_only;
	GRANT SELECT ON crm.lead TO read_only;
	GRANT EXECUTE ON FUNCTION leadconv.convert_lead, leadconv.convert_leads, leadconv.convert_leads_json TO seller, no_insert, no_lead, read_only, hostile;
	INSERT INTO crm.app_user (id, name, db_role) VALUES (1, 'Sue', 'seller'), (2, 'Tom', NULL);
	INSERT INTO crm.campaign (id, name) VALUES (1, 'Spring');
	INSERT INTO crm.account (id, name) VALUES (1000, 'Given');
	INSERT INTO crm.lead (id, last_name, company) SELECT i, 'L' || i, 'C' || i FROM generate_series(1, 60) AS i;
	INSERT INTO crm.task (lead_id, subject, owner_id) SELECT i, 'Call', 2 FROM generate_series(1, 60) AS i;
	INSERT INTO crm.note (lead_id, title) SELECT i, 'Note' FROM generate_series(1, 60) AS i;
	INSERT INTO crm.campaign_member (campaign_id, lead_id) SELECT 1, i FROM generate_series(1, 60) AS i;
	SELECT setval('crm.lead_id_seq', 2000);
});

sub state_of
{
	my $rows = rows_of($node, $db);
	$rows =~ s/^.*_seq\|.*\n?//mg;		# sequences are never rolled back
	return $rows;
}

sub refused
{
	my ($role, $sql, $pattern, $name) = @_;
	my $before = state_of();

	fails($node, $db, "SET ROLE $role; $sql", $pattern, $name);
	ok(state_of() eq $before, "$name: nothing is changed");
}

# Lead n and everything on it has arrived
sub complete
{
	my ($n, $name) = @_;

	is($node->safe_psql($db, qq{SELECT l.is_converted,
			(SELECT count(*) FROM crm.task t WHERE t.contact_id = l.converted_contact_id AND t.lead_id IS NULL),
			(SELECT count(*) FROM crm.note t WHERE t.contact_id = l.converted_contact_id AND t.lead_id IS NULL),
			(SELECT count(*) FROM crm.campaign_member t WHERE t.contact_id = l.converted_contact_id),
			(SELECT count(*) FROM crm.lead_conversion c WHERE c.lead_id = l.id) FROM crm.lead l WHERE l.id = $n}),
		't|1|1|1|1', "$name: all has arrived");
}

# EXECUTE
for my $call ('leadconv.convert_lead(1)', 'leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(1)])',
	q{leadconv.convert_leads_json('[{"lead_id": 1}]')}, 'leadconv.upgrade_crm()', 'leadconv.create_crm()',
	q{leadconv.map_lead_field('a', 'account', 'b')}, q{leadconv.unmap_lead_field('a', 'account', 'b')},
	q{leadconv.register_related_list('crm.task', 'lead_id')}, q{leadconv.unregister_related_list('crm.task')},
	q{leadconv.import_records('Lead', 'crm.lead')}, 'leadconv.protect_mapped_columns()', 'leadconv.validate()',
	'leadconv.view_and_edit_converted_leads()')
{
	fails($node, $db, "SET ROLE nobody_at_all; SELECT $call", qr/42501: permission denied for function/, "without EXECUTE: $call");
}
fails($node, $db, q{SET ROLE nobody_at_all; CALL leadconv.convert_leads_in_batches('x')}, qr/42501: permission denied for procedure/, 'without EXECUTE: the procedure');
is($node->safe_psql($db, q{SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = 'leadconv'::regnamespace AND p.prosecdef}), '', 'no function is SECURITY DEFINER');

# Table privileges
refused('no_insert', 'SELECT leadconv.convert_lead(1)', qr/42501: permission denied for table account.*CONTEXT:.*lead conversion of lead 1, step .*account.*INSUFFICIENT_ACCESS_OR_READONLY/s,
	'without INSERT on account');
refused('no_insert', 'SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(1)])', qr/42501: permission denied for table account/, 'without INSERT on account, bulk');
is($node->safe_psql($db, q{SET ROLE no_insert; SELECT success, (errors[1]).status_code, (errors[1]).sqlstate
		FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(1), leadconv.new_lead_convert(2, account_id => 1000)], all_or_none => false)}),
	"f|INSUFFICIENT_ACCESS_OR_READONLY|42501\nt||", 'without INSERT on account, partial success');
complete(2, 'into an existing account');
refused('no_lead', 'SELECT leadconv.convert_lead(1)', qr/42501: permission denied for table lead/, 'without privileges on lead');
refused('read_only', 'SELECT leadconv.convert_lead(1)', qr/42501: permission denied for table lead/, 'without UPDATE on lead');
is($node->safe_psql($db, 'SET ROLE seller; SELECT success FROM leadconv.convert_lead(3)'), 't', 'without privileges on tasks, campaigns and ledger');
complete(3, 'without privileges on tasks, campaigns and ledger');
is($node->safe_psql($db, 'SELECT created_by_id, created_by_role FROM crm.lead_conversion WHERE lead_id = 3'), '1|seller', '... and the ledger knows who');
is($node->safe_psql($db, 'SELECT has_sequence_privilege(\'seller\', \'crm.account_id_seq\', \'USAGE\')'), 'f', '... nor on sequences');
fails($node, $db, 'SET ROLE seller; SELECT * FROM crm.task', qr/42501/, '... which it has not got afterwards either');

# Row security on tasks
$node->safe_psql($db, q{ALTER TABLE crm.task ENABLE ROW LEVEL SECURITY; GRANT SELECT, INSERT, UPDATE ON crm.task TO seller;
	CREATE POLICY own ON crm.task USING (owner_id = 1)});
is($node->safe_psql($db, 'SET ROLE seller; SELECT count(*) FROM crm.task'), '0', 'a policy hides tasks');
is($node->safe_psql($db, 'SET ROLE seller; SELECT success FROM leadconv.convert_lead(4)'), 't', '... the lead is converted');
complete(4, '... they move all the same');

# Row security on leads
$node->safe_psql($db, q{ALTER TABLE crm.lead ENABLE ROW LEVEL SECURITY; CREATE POLICY visible ON crm.lead USING (id < 10)});
refused('seller', 'SELECT leadconv.convert_lead(20)', qr/lead 20 does not exist/, 'a lead that a policy hides');
is($node->safe_psql($db, 'SET ROLE seller; SELECT success FROM leadconv.convert_lead(5)'), 't', 'one that it shows');
complete(5, 'one that it shows');
is($node->safe_psql($db, q{SET ROLE seller; SELECT lead_id, success FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(21), leadconv.new_lead_convert(6)], all_or_none => false)}),
	"21|f\n6|t", 'both in one call');
$node->safe_psql($db, q{DROP POLICY visible ON crm.lead; CREATE POLICY visible ON crm.lead FOR SELECT USING (true); CREATE POLICY upd ON crm.lead FOR UPDATE USING (id < 10)});
refused('seller', 'SELECT leadconv.convert_lead(22)', qr/(lead 22 does not exist|42501|LC0)/, 'a lead that a policy lets be read but not updated');
$node->safe_psql($db, q{ALTER TABLE crm.lead DISABLE ROW LEVEL SECURITY; DROP POLICY visible ON crm.lead; DROP POLICY upd ON crm.lead});

# Row security on the records that are made
$node->safe_psql($db, q{ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
	CREATE POLICY ins ON crm.account FOR INSERT WITH CHECK (name <> 'C7'); CREATE POLICY sel ON crm.account FOR SELECT USING (false)});
refused('seller', 'SELECT leadconv.convert_lead(7)', qr/42501: new row violates row-level security policy for table "account".*lead conversion of lead 7/s, 'a policy refuses the account');
is($node->safe_psql($db, 'SET ROLE seller; SELECT success FROM leadconv.convert_lead(8)'), 't', 'an account that its maker cannot see');
complete(8, 'an account that its maker cannot see');
refused('seller', 'SELECT leadconv.convert_lead(9, account_id => 1000)', qr/account 1000 does not exist/, 'an account that a policy hides');
$node->safe_psql($db, q{ALTER TABLE crm.account DISABLE ROW LEVEL SECURITY});

# The permission for converted leads
refused('seller', q{UPDATE crm.lead SET title = 'x' WHERE id = 3}, qr/cannot reference converted lead/, 'a converted lead is locked');
$node->safe_psql($db, 'GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads TO seller');
$node->safe_psql($db, q{SET ROLE seller; UPDATE crm.lead SET title = 'x' WHERE id = 3});
is($node->safe_psql($db, 'SELECT title FROM crm.lead WHERE id = 3'), 'x', '... except for who has the permission');
refused('seller', q{UPDATE crm.lead SET is_converted = false WHERE id = 3}, qr/cannot reference converted lead/, '... who cannot undo the conversion');
refused('seller', q{INSERT INTO crm.task (id, lead_id, owner_id) VALUES (9999, 3, 1)}, qr/cannot reference converted lead/, '... nor add to it');

# Metadata that the owner changes are seen by a session with a compiled program
{
	my $session = $node->background_psql($db, on_error_stop => 0);

	$session->query('SET ROLE seller');
	is($session->query('SELECT success FROM leadconv.convert_lead(30)'), 't', 'a session of the seller');
	$node->safe_psql($db, q{UPDATE crm.related_list SET is_active = false WHERE child = 'crm.note'::regclass;
		UPDATE crm.lead_field_mapping SET is_active = false WHERE target_object = 'contact' AND target_field = 'title';
		UPDATE crm.lead SET title = 'Boss' WHERE id IN (31, 32)});
	is($session->query('SELECT success FROM leadconv.convert_lead(31)'), 't', '... after a change of metadata');
	is($node->safe_psql($db, q{SELECT lead_id, (SELECT c.title FROM crm.contact c JOIN crm.lead l ON l.converted_contact_id = c.id WHERE l.id = 31) FROM crm.note WHERE id = 31}),
		'31|', '... works by the new one');
	$node->safe_psql($db, q{UPDATE crm.related_list SET is_active = true WHERE child = 'crm.note'::regclass;
		UPDATE crm.lead_field_mapping SET is_active = true});
	is($session->query('SELECT success FROM leadconv.convert_lead(32)'), 't', '... and after a change back');
	complete(32, '... by the old one');
	$node->safe_psql($db, 'REVOKE INSERT ON crm.contact FROM seller');
	$session->query('SELECT success FROM leadconv.convert_lead(33)');
	is($node->safe_psql($db, 'SELECT is_converted FROM crm.lead WHERE id = 33'), 'f', 'a privilege that is revoked is missed at once');
	$node->safe_psql($db, 'GRANT INSERT ON crm.contact TO seller');
	is($session->query('SELECT success FROM leadconv.convert_lead(33)'), 't', '... and had again');
	$session->query('RESET ROLE; SET ROLE no_insert');
	$session->query('SELECT success FROM leadconv.convert_lead(34)');
	is($node->safe_psql($db, 'SELECT is_converted FROM crm.lead WHERE id = 34'), 'f', 'another role in the same session');
	$session->quit;
}

# A job's triggers are those of any statement of who runs it
$node->safe_psql($db, q{
	CREATE TABLE public.seen (who text, path text, what text);
	GRANT INSERT ON public.seen TO PUBLIC;
	CREATE FUNCTION public.see() RETURNS trigger LANGUAGE plpgsql AS
		'BEGIN INSERT INTO public.seen VALUES (current_user, current_setting(''search_path''), TG_TABLE_NAME); RETURN NEW; END';
	CREATE TRIGGER see BEFORE INSERT OR UPDATE ON crm.lead_conversion_job FOR EACH ROW EXECUTE FUNCTION public.see();
	CREATE TRIGGER see BEFORE INSERT OR UPDATE ON crm.lead_conversion_error FOR EACH ROW EXECUTE FUNCTION public.see();
	CREATE TRIGGER see BEFORE INSERT OR UPDATE ON crm.lead_conversion FOR EACH ROW EXECUTE FUNCTION public.see();
	GRANT EXECUTE ON PROCEDURE leadconv.convert_leads_in_batches TO seller;
});
$node->safe_psql($db, q{SET ROLE seller; SET search_path = public; CALL leadconv.convert_leads_in_batches('own', lead_ids => '{3,40,41}', batch_size => 2)});
is($node->safe_psql($db, 'SELECT DISTINCT who, path FROM public.seen'), 'seller|public', 'a job: triggers on its tables run as the caller');
is($node->safe_psql($db, q{SELECT done, failed, status FROM crm.lead_conversion_job WHERE job = 'own'}), '2|1|Completed', '... who has no privileges on them');
is($node->safe_psql($db, 'SELECT DISTINCT what FROM public.seen ORDER BY 1'), "lead_conversion\nlead_conversion_error\nlead_conversion_job", '... on none of the three');

# A hostile search_path: operators and functions named like those of pg_catalog,
# and tables named like ours, first in the path of a role that converts, and of
# the superuser
$node->safe_psql($db, q{
	CREATE SCHEMA trap AUTHORIZATION hostile;
	GRANT USAGE ON SCHEMA trap TO PUBLIC;
	CREATE TABLE trap.sprung (what text);
	GRANT INSERT, SELECT ON trap.sprung TO PUBLIC;
});
my $trap = "SET ROLE hostile;\n";
for my $type (qw(bigint integer text boolean name oid numeric date jsonb))
{
	for my $operator ('=', '<>', '<', '>', '>=', '<=')
	{
		(my $name = "op_$type") =~ s/\W/_/g;
		$trap .= qq{CREATE OR REPLACE FUNCTION trap.$name(a $type, b $type) RETURNS boolean LANGUAGE plpgsql AS
			'BEGIN INSERT INTO trap.sprung VALUES (''$operator $type''); RETURN false; END';
			CREATE OPERATOR trap.$operator (LEFTARG = $type, RIGHTARG = $type, FUNCTION = trap.$name);};
	}
}
for my $function ('lower(text)', 'now()', 'format(text)', 'format(text, text)', 'btrim(text)', 'num_nonnulls(bigint)', 'to_jsonb(text)', 'nextval(regclass)',
	'count(bigint)', 'left(text, integer)', 'jsonb_build_object(text, bigint)', 'to_regclass(text)', 'quote_ident(text)', 'array_length(bigint[], integer)', 'upper(text)', 'concat(text, text)')
{
	my ($returns) = $function =~ /now/ ? 'timestamptz' : $function =~ /count|nextval/ ? 'bigint' : $function =~ /length|num_/ ? 'integer' : $function =~ /jsonb/ ? 'jsonb' : 'text';
	$trap .= qq{CREATE FUNCTION trap.$function RETURNS $returns LANGUAGE plpgsql AS
		'BEGIN INSERT INTO trap.sprung VALUES (''$function''); RETURN NULL; END';};
}
$trap .= "CREATE TABLE trap.$_ (id bigint);" for qw(lead account contact opportunity task conversion_batch pg_class pg_trigger app_user lead_convert_settings related_list);
$trap .= "CREATE TABLE trap.$_ (id bigint);" for qw(lead_field_mapping campaign_member);
$node->safe_psql($db, $trap);
for my $role ('hostile', 'seller', $node->safe_psql($db, 'SELECT current_user'))
{
	for my $path ('trap', 'trap, pg_catalog', 'trap, crm, leadconv, pg_catalog, public', '')
	{
		my $n = $node->safe_psql($db, q{INSERT INTO crm.lead (last_name, company, email, title) VALUES ('Trap', 'Trap Inc.', 'Trap.' || clock_timestamp()::text || '@Example.Com', 'x') RETURNING id});
		$node->safe_psql($db, qq{INSERT INTO crm.task (lead_id, subject) VALUES ($n, 'x'); INSERT INTO crm.note (lead_id, title) VALUES ($n, 'x');
			INSERT INTO crm.campaign_member (campaign_id, lead_id) VALUES (1, $n);});
		my $how = $path =~ /crm/ ? "leadconv.convert_leads(ARRAY[leadconv.new_lead_convert($n, account_record => '{\"rating\": \"Hot\"}', request_id => 'q$n')], false, false, true, true)" : "leadconv.convert_lead($n, request_id => 'q$n', account_id => 1000)";
		my ($ret, $out, $err) = $node->psql($db, "SET ROLE $role; SET search_path = '$path'; SET search_path = $path; SELECT success, current_setting('search_path') FROM $how") if $path ne '';
		($ret, $out, $err) = $node->psql($db, "SET ROLE $role; SET search_path = ''; SELECT success FROM $how") if $path eq '';
		is($err, '', "search_path \"$path\" as $role: no error");
		like($out, qr/^t/, "search_path \"$path\" as $role: converted");
		complete($n, "search_path \"$path\" as $role");
	}
}
is($node->safe_psql($db, 'SELECT what, count(*) FROM trap.sprung GROUP BY 1'), '', 'nothing of the hostile schema was called');
is($node->safe_psql($db, 'SET search_path = trap, pg_catalog; SELECT * FROM leadconv.validate()'), '', 'nor by validate()');
$node->safe_psql($db, 'SET search_path = trap, pg_catalog; SELECT leadconv.upgrade_crm()');
is($node->safe_psql($db, 'SELECT count(*) FROM trap.sprung'), '0', 'nor by upgrade_crm()');

$node->stop;
done_testing();
