# Copyright (c) 2026, the leadconv authors

# Jobs of roles that do not see all rows: whatever they learn by starting a job,
# running it, taking it up again and looking how far it is, is the same in a database
# with rows that they may not see as in one in which there are none. What is hidden,
# and from whom, is test/pgtap/hidden_rows.psql.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('hidden');

$node->safe_psql('postgres', 'CREATE DATABASE nothing');
plan skip_all => 'pgTAP is not installed'
  if $node->safe_psql('nothing', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'pgtap'}) eq '0';
$node->safe_psql('nothing', 'CREATE EXTENSION leadconv CASCADE; CREATE EXTENSION pgtap');
my $rows = "$FindBin::RealBin/../pgtap/hidden_rows.psql";
$node->safe_psql('nothing', slurp_file("$FindBin::RealBin/../pgtap/helpers.psql") =~ s/^SET LOCAL .*//mr);
$node->safe_psql('nothing', slurp_file($rows));

# Jobs of one's own can be seen, and one's own failures; lc_t_poor sees neither.
# Each has a table of requests, of which it sees all.
$node->safe_psql('nothing', q{
	INSERT INTO crm.lead (id, last_name, company, email, owner_id)
		SELECT i, 'L' || i, (ARRAY['Acme', 'Old', 'Hooli'])[i % 3 + 1], (ARRAY['maya@acme.example', 'li@beta.example', 'new@new.example', NULL])[i % 4 + 1], 2 FROM generate_series(11, 60) i;
	GRANT EXECUTE ON PROCEDURE leadconv.convert_leads_in_batches TO lc_t_seller, lc_t_colleague, lc_t_poor;
	GRANT SELECT ON crm.lead_conversion_error TO lc_t_seller;
	ALTER TABLE crm.lead_conversion_job ENABLE ROW LEVEL SECURITY;
	ALTER TABLE crm.lead_conversion_error ENABLE ROW LEVEL SECURITY;
	CREATE POLICY own ON crm.lead_conversion_job USING (created_by_role = current_user);
	CREATE POLICY own ON crm.lead_conversion_error USING (created_by_role = current_user);
	GRANT SELECT ON crm.open_lead TO lc_t_poor;
	CREATE TABLE public.todo (lead_id bigint, account_id bigint, contact_id bigint, opportunity_id bigint, owner_id bigint, request_id text, do_not_create_opportunity boolean);
	GRANT SELECT ON public.todo TO PUBLIC;
	INSERT INTO public.todo SELECT i, v.* FROM generate_series(1, 60) i,
		(VALUES (901, NULL::bigint, NULL::bigint, NULL::bigint, NULL, false), (101, 913, NULL, NULL, NULL, false), (101, 911, NULL, NULL, NULL, false), (101, NULL, 921, NULL, NULL, false),
			(NULL, NULL, NULL, 931, NULL, false), (NULL, NULL, NULL, 2, 'theirs', true), (NULL, NULL, NULL, NULL, 'own', true), (101, 201, NULL, 2, NULL, true), (999, NULL, NULL, NULL, NULL, false)) v
		WHERE i % 7 = 0;
	INSERT INTO public.todo (lead_id) VALUES (991), (992), (993), (999), (1), (2), (3), (4), (5);
	SELECT t.next_ids(4000)});
# What is hidden: from one role by policies, from the other for want of privileges
my %hide = (
	lc_t_seller => 'SELECT t.hide_all(), t.hide_children(1), t.hide_children(3), t.hide_children(21)',
	lc_t_poor => 'SELECT t.hide_children(i) FROM generate_series(1, 60) i WHERE i < 6 OR i > 50');
for my $role (sort keys %hide)
{
	$node->safe_psql('postgres', "CREATE DATABASE ${role}_nothing TEMPLATE nothing; CREATE DATABASE $role TEMPLATE nothing");
	$node->safe_psql($role, qq{
		$hide{$role};
		SET ROLE lc_t_colleague;
		CALL leadconv.convert_leads_in_batches('theirs', lead_ids => '{-1,-2}', options => '{"reason": "secret"}');
		CALL leadconv.convert_leads_in_batches('cancelled', 'crm.lead', options => '{"account_id": 999}', batch_size => 7);
		RESET ROLE;
		UPDATE crm.lead_conversion_job SET status = 'Aborted', last_key = 1 WHERE job = 'cancelled'});
	$node->safe_psql($_, 'SELECT t.next_ids(5000)') for ($role, "${role}_nothing");
}

# What a role is told, in one session for each
sub answers
{
	my ($db, $role, $first, @more) = @_;

	return answers_of($node, $db, "SET SESSION AUTHORIZATION $role;\n$first", @more);
}

my @state = (
	'SELECT job, source, lead_ids, options, batch_size, status, total, done, failed, remaining, last_key, cancel_requested, created_by_role, error_message FROM crm.lead_conversion_job ORDER BY job',
	q{SELECT id, job, lead_id, request_position, status_code, sqlstate, message, detail, hint, fields, data, request, created_by_role FROM crm.lead_conversion_error ORDER BY id},
	'SELECT id, name, owner_id, description FROM crm.account WHERE id >= 5000 ORDER BY id',
	'SELECT id, name, account_id, email, owner_id FROM crm.contact WHERE id >= 5000 ORDER BY id',
	'SELECT id, is_converted, converted_account_id, converted_contact_id, converted_opportunity_id, owner_id, status FROM crm.lead ORDER BY id');
my $call = 'CALL leadconv.convert_leads_in_batches';
my @asked = (
	# names of jobs of others
	"$call('theirs')", "$call('theirs', lead_ids => '{991,992,999}')", "$call('theirs')", "$call('theirs', lead_ids => '{1}')", "$call('theirs', 'crm.lead')",
	"$call('cancelled')", "$call('nobody has')", "$call('cancelled', lead_ids => '{}', batch_size => 3)",
	# ids and sources
	"$call('ids', lead_ids => ARRAY[1, 991, 2, 992, NULL, 993, 999, 3], batch_size => 2)",
	"$call('reuse', lead_ids => '{11,12,13,14,15,16,17,18,19,20}', options => '{\"reuse_accounts\": true, \"reuse_contacts\": true}', batch_size => 4)",
	"$call('requests', 'public.todo', batch_size => 5)",
	"$call('ledger', 'crm.lead_conversion')",
	(map { "$call('options $_', lead_ids => '{22,23,24}', options => '$_')" }
		'{"account_id": 901}', '{"account_id": 999}', '{"account_id": 101, "contact_id": 913}', '{"owner_id": 931}', '{"owner_id": 939}', '{"account_id": 102}',
		'{"account_record": {"owner_id": 931}}', '{"opportunity_record": {"campaign_id": 2}}'),
	# stopped, and taken up again
	"$call('all open', 'crm.open_lead', options => '{\"reuse_accounts\": true}', batch_size => 6)",
	"$call('all leads', 'crm.lead', batch_size => 6)",
	"UPDATE crm.lead_conversion_job SET cancel_requested = true WHERE job IN ('all leads', 'theirs')",
	"UPDATE crm.lead_conversion_job SET status = 'Failed', last_key = 2 WHERE job = 'all leads'",
	"$call('all leads')", "$call('all leads', 'crm.account')", @state);

for my $role (sort keys %hide)
{
	my @hidden = answers($role, $role, @asked);
	my @none = answers("${role}_nothing", $role, @asked);

	is($hidden[$_], $none[$_], "$role: " . substr($asked[$_], 0, 100)) for 0 .. $#asked;
	# it is worth comparing
	my $said = join('', @none);
	for my $what (qr/give either source or lead_ids for the new job "theirs"/, qr/"theirs" is complete: \d leads converted, \d failed/, qr/complete already/, qr/has other leads/, qr/has another source/, qr/"reuse" is complete: [1-9]/, qr/"requests" is complete/)
	{
		like($said, $what, "$role: $what");
	}
	like($said, qr/lead 991 does not exist/, "$role: what its failures say") if $role eq 'lc_t_seller';
	unlike($said, qr/secret|hidden/, "$role: nothing hidden");
}

$node->stop;
done_testing();
