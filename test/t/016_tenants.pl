# Copyright (c) 2026, the leadconv authors

# Two tenants in one database, set up as doc/multi-tenant.md says: whatever one of
# them does, it gets the same answers and has the same rows as in a database in
# which the other one does not exist, to the last word of each error.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('tenants');

# The recipe: all SQL of the page, but for the roles and users of its example
my $page = slurp_file("$FindBin::RealBin/../../doc/multi-tenant.md");
my @recipe = grep { !/CREATE ROLE/ } $page =~ /^```sql\n(.*?)^```/msg;
cmp_ok(scalar @recipe, '>=', 5, 'the page has a recipe');

$node->safe_psql('postgres', join('', map { "CREATE ROLE ${_}_sales LOGIN; CREATE ROLE ${_}_admin LOGIN; CREATE ROLE ${_}_sync LOGIN;" } qw(a b)));

# The rows of a tenant. Ids are of the tenant's own range, all else is the same, so
# that whatever can be found by its value is there twice.
sub rows_of_tenant
{
	my ($name, $n) = @_;
	my $id = $n * 10000;

	return qq{
		INSERT INTO tenancy.role_tenant VALUES ('${name}_sales', $n), ('${name}_admin', $n), ('${name}_sync', $n);
		SET ROLE ${name}_admin;
		INSERT INTO crm.app_user (id, name, username, external_id, db_role) VALUES ($id + 1, 'Sue', 'sue', '005SUE', '${name}_sales'), ($id + 2, 'Ann', 'ann', '005ANN', '${name}_admin');
		INSERT INTO crm.app_user (id, name, username, external_id) VALUES ($id + 3, 'Tom', 'tom', '005TOM');
		INSERT INTO crm.app_user (id, name, user_type) VALUES ($id + 4, 'Queue', 'Queue');
		INSERT INTO crm.app_user (id, name, is_active) VALUES ($id + 5, 'Gone', false);
		INSERT INTO crm.campaign (id, name, external_id) VALUES ($id + 1, 'Spring', '701SPRING');
		INSERT INTO crm.account (id, name, external_id) VALUES ($id + 1, 'Acme Inc.', '001ACME'), ($id + 2, 'Globex', '001GLOBEX');
		INSERT INTO crm.contact (id, account_id, last_name, email, external_id) VALUES ($id + 1, $id + 1, 'Rao', 'rao\@acme.example', '003RAO'), ($id + 2, $id + 2, 'Li', 'li\@globex.example', '003LI');
		INSERT INTO crm.opportunity (id, account_id, name, stage_name, close_date, external_id) VALUES ($id + 1, $id + 1, 'Deal', 'Prospecting', '2030-01-01', '006DEAL');
		INSERT INTO crm.lead (id, last_name, company, email, external_id, owner_id)
			SELECT $id + i, 'L' || i, CASE WHEN i % 3 = 0 THEN 'ACME' WHEN i % 3 = 1 THEN 'Initech ' || i ELSE 'Hooli' END, 'l' || i % 7 || '\@x.example', '00Q' || i, $id + 1
			FROM generate_series(1, 80) i WHERE i NOT BETWEEN 61 AND 63;
		INSERT INTO crm.lead (id, last_name, external_id) VALUES ($id + 61, 'Without company', '00Q61');
		INSERT INTO crm.lead (id, last_name, company, owner_id) VALUES ($id + 62, 'Of a queue', 'Hooli', $id + 4), ($id + 63, 'Of nobody', 'Hooli', NULL);
		INSERT INTO crm.task (lead_id, subject, owner_id) SELECT $id + i, 'Call', $id + 1 FROM generate_series(1, 80) i;
		INSERT INTO crm.note (lead_id, title) SELECT $id + i, 'Note' FROM generate_series(1, 80) i;
		INSERT INTO crm.campaign_member (campaign_id, lead_id) SELECT $id + 1, $id + i FROM generate_series(1, 30) i;
		INSERT INTO crm.process_instance (lead_id, status) VALUES ($id + 59, 'Pending');
		RESET ROLE;
		INSERT INTO crm.site_visit (tenant_id, lead_id, visited_on) SELECT $n, $id + i, '2026-01-01' FROM generate_series(1, 80) i;
		SET ROLE ${name}_sales;
		SELECT leadconv.convert_lead($id + 50, request_id => 'used'), leadconv.convert_lead($id + 51, account_id => $id + 1, contact_id => $id + 1);
		SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert($id + 52, request_id => 'bulk'), leadconv.new_lead_convert($id + 61)], all_or_none => false, reuse_accounts => true);
		RESET ROLE;
	};
}

sub set_sequences
{
	my ($db, $to) = @_;

	$node->safe_psql($db, "SELECT setval(c.oid, $to) FROM pg_class c WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'S'");
}

for my $db ('shared', 'alone')
{
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION leadconv CASCADE');
	$node->safe_psql($db, join("\n", @recipe));
	# it can be repeated
	$node->safe_psql($db, join("\n", @recipe));
	no_problems($node, $db, $db);
	for my $tenant ('a', 'b')
	{
		$node->safe_psql($db, qq{SELECT leadconv.grant_role_privileges('${tenant}_sales', 'sales'), leadconv.grant_role_privileges('${tenant}_admin', 'administrator'),
			leadconv.grant_role_privileges('${tenant}_sync', 'integration'), leadconv.setup_report_role('${tenant}_admin');
			GRANT SELECT, INSERT, UPDATE ON crm.site_visit TO ${tenant}_sales, ${tenant}_admin; GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC});
	}
	# the other tenant is busy before and after
	$node->safe_psql($db, rows_of_tenant('b', 2)) if $db eq 'shared';
	set_sequences($db, 1000000);
	$node->safe_psql($db, rows_of_tenant('a', 1));
	$node->safe_psql($db, q{SET ROLE b_sales; SELECT leadconv.convert_lead(20053, request_id => 'later', reuse => NULL)} =~ s/, reuse => NULL//r) if $db eq 'shared';
	$node->safe_psql($db, q{SET ROLE b_sync; CALL leadconv.convert_leads_in_batches('theirs', lead_ids => ARRAY[20054, 20050])}) if $db eq 'shared';
	set_sequences($db, 2000000);
}

# Two texts are the same; when not, the lines that differ are shown
sub same_text
{
	my ($left, $right, $name) = @_;
	my %count;

	$count{$_}++ for split /\n/, $left;
	$count{$_}-- for split /\n/, $right;
	ok($left eq $right, $name)
	  or diag(join("\n", (grep { defined } (map { ($count{$_} > 0 ? '+ ' : '- ') . $_ } grep { $count{$_} } sort keys %count)[ 0 .. 19 ])));
}

# What roles of the tenant are told, in one session
sub answers
{
	my ($db, @asked) = @_;

	return map { s/\bpg_temp_\d+/pg_temp/gr } answers_of($node, $db, map { "RESET ROLE; RESET ALL; DISCARD TEMP; SET ROLE $_->[0];\n$_->[1]" } @asked);
}

# What a tenant has, in all tables
sub rows_seen
{
	my ($db, $role) = @_;
	my ($rows) = answers($db, [ $role, q{SELECT format('SELECT %L, t FROM %s t ORDER BY t::text', c.relname, c.oid::regclass)
		FROM pg_class c WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind IN ('r', 'v') AND has_table_privilege(c.oid, 'SELECT') ORDER BY c.relname \gexec
		SELECT ''} ]);

	# how fast a job was
	$rows =~ s/^(lead_conversion_job\|.*),[\d.]+,,f,/$1,RATE,,f,/mg;
	return $rows;
}

my @asked;

# To be asked in both databases, and what an answer must be
sub same_answer
{
	push @asked, [@_];
}

sub compare_answers
{
	my @shared = answers('shared', @asked);
	my @alone = answers('alone', @asked);

	for my $i (0 .. $#asked)
	{
		my ($role, $sql, $pattern) = @{ $asked[$i] };
		my $name = "$role: " . substr($sql =~ s/\s+/ /gr, 0, 110);

		same_text($shared[$i], $alone[$i], $name);
		ok($shared[$i] =~ $pattern, "$name: what is expected") or diag($shared[$i]) if $pattern;
	}
	@asked = ();
}

my $rows_of_b = $node->safe_psql('shared', q{SELECT format('SELECT %L, t FROM %s t WHERE tenant_id = 2 ORDER BY t::text', c.relname, c.oid::regclass)
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' ORDER BY c.relname \gexec});
like($rows_of_b, qr/lead_conversion/, 'the other tenant has rows');
my $before = rows_seen('shared', 'a_admin');
same_text($before, rows_seen('alone', 'a_admin'), 'the tenant has the same rows at first');
like($before, qr/10050,.*\n/, 'and there are some');

# Records of one's own, of others, and of nobody: 1... is the tenant's, 2... the
# other's, 3... nobody's
for my $n (1, 2, 3)
{
	my $id = $n * 10000;
	my $own = $n == 1;

	same_answer('a_sales', "SELECT * FROM leadconv.convert_lead($id + 1)", $own ? qr/^10001\|2000001/m : qr/LC016: lead ${n}0001 does not exist/);
	same_answer('a_sales', "SELECT * FROM leadconv.convert_lead($id + 50)", $own ? qr/LC005/ : qr/LC016: lead ${n}0050 does not exist/);
	same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10070 + $n, account_id => $id + 2)", $own ? qr/^10071\|10002/m : qr/LC016: account ${n}0002 does not exist/);
	same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10003 + $n, account_id => 10001, contact_id => $id + 1)", $own ? qr/\|10001\|10001/ : qr/LC016: contact ${n}0001 does not exist/);
	same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10007 + $n, account_id => 10001, opportunity_id => $id + 1)", $own ? qr/\|10001/ : qr/LC016: opportunity ${n}0001 does not exist/);
	same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10011 + $n, owner_id => $id + $_)") for (3, 4, 5);
	same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10020, $_)")
	  for (qq{account_record => '{"parent_id": ${id}}'}, qq{account_record => '{"parent_id": ${n}0001}'}, qq{account_record => '{"owner_id": ${n}0003}'},
		qq{contact_record => '{"reports_to_id": ${n}0001}'}, qq{opportunity_record => '{"campaign_id": ${n}0001}'}, qq{account_record => '{"tenant_id": $n}'},
		qq{follow_up_task => '{"subject": "Call", "owner_id": ${n}0003}'});
	same_answer('a_sales', "SELECT * FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert($id + 21), leadconv.new_lead_convert(10022), leadconv.new_lead_convert(10022, account_id => $id + 1)], all_or_none => false)");
	same_answer('a_sales', qq{SELECT * FROM leadconv.convert_leads_json('[{"lead_id": ${n}0023}, {"lead_id": 10024, "owner_id": ${n}0001}]', all_or_none => false)});
	same_answer('a_sales', "SET leadconv.user_id = '${n}000$_'; SELECT leadconv.current_user_id(); SELECT * FROM leadconv.convert_lead(10025 + $n + $_)") for (1, 2, 3, 9);
	same_answer('a_sync', "CALL leadconv.convert_leads_in_batches('list $n', lead_ids => ARRAY[$id + 31, 10032, $id + 50])", qr/complete/);

	# and with SQL of one's own
	same_answer('a_sales', "INSERT INTO crm.task (lead_id, subject) VALUES ($id + 33, 'x'), ($id + 50, 'x')");
	same_answer('a_sales', "INSERT INTO crm.campaign_member (campaign_id, lead_id) VALUES ($id + 1, 10034)");
	same_answer('a_sales', "UPDATE crm.lead SET title = 'x' WHERE id = $id + 34");
	same_answer('a_sales', "UPDATE crm.lead SET tenant_id = $n WHERE id = 10034", $own ? qr/^\s*$/ : qr/42501/);
	same_answer('a_admin', "DELETE FROM crm.account WHERE id = $id + 9999");
	same_answer('a_sales', "INSERT INTO crm.account (name, external_id) VALUES ('x', '00${n}OWN')");
	same_answer('a_sales', "INSERT INTO crm.account (tenant_id, name) VALUES ($n, 'x')");
}

# Values that others have as well
same_answer('a_sales', "SELECT * FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(i)) FROM generate_series(10035, 10045) i), reuse_accounts => true, reuse_contacts => true)", qr/\|f\|/);
same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10050, request_id => 'used')", qr/^10050\|/m);
same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10046, request_id => 'used')", qr/LC017.*used for a different request/s);
same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10046, request_id => 'later')", qr/^10046\|/m);
same_answer('a_admin', "SELECT * FROM leadconv.convert_lead(10047, request_id => 'later')", qr/^10047\|/m);
same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(1006$_)") for (1, 2, 3);
same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(10059)", qr/approval/);

# Imports: the same Salesforce ids and names
same_answer('a_sync', q{CREATE TEMP TABLE s ("Id" text, "Name" text, "Username" text, "IsActive" text); INSERT INTO s VALUES ('005SUE', 'Sue', 'sue', 'true'), ('005NEW', 'New', 'new', 'true');
	SELECT * FROM leadconv.import_records('User', 's')}, qr/^app_user\|2\|1/m);
same_answer('a_sync', q{CREATE TEMP TABLE s ("Id" text, "LastName" text, "Company" text, "OwnerId" text, "Status" text); INSERT INTO s VALUES ('00Q1', 'L1', 'Initech 1', '005SUE', NULL), ('00Q70', 'L70', 'x', '005TOM', 'Brand new'), ('00Q71', 'L71', 'x', '005NONE', NULL);
	SELECT * FROM leadconv.import_records('Lead', 's')}, qr/^lead\|3/m);
same_answer('a_sync', q{CREATE TEMP TABLE s ("Id" text, "Name" text, "ParentId" text); INSERT INTO s VALUES ('001ACME', 'Acme Inc.', NULL), ('001SUB', 'Acme Sub', '001GLOBEX'), ('001SUB2', 'Sub', '001NONE');
	SELECT * FROM leadconv.import_records('Account', 's')}, qr/^account\|3/m);
same_answer('a_sync', q{CREATE TEMP TABLE s ("Id" text, "CampaignId" text, "ContactId" text, "Status" text); INSERT INTO s VALUES ('00v1', '701SPRING', '003LI', 'Odd');
	SELECT * FROM leadconv.import_records('CampaignMember', 's')}, qr/^campaign_member\|1\|1/m);

# Jobs
same_answer('a_sync', q{CALL leadconv.convert_leads_in_batches('all', 'crm.open_lead', options => '{"reuse_accounts": true}', batch_size => 3)}, qr/complete/);
same_answer('a_sync', q{CALL leadconv.convert_leads_in_batches('all')}, qr/complete already/);
same_answer('a_sync', q{CALL leadconv.convert_leads_in_batches('theirs')}, qr/LC003: give either source or lead_ids for the new job "theirs"/);
same_answer('a_sync', q{CALL leadconv.convert_leads_in_batches('theirs', lead_ids => ARRAY[10079, 20079])}, qr/job "theirs" is complete: 0 leads converted, 2 failed/);
same_answer('a_admin', q{CALL leadconv.convert_leads_in_batches('all', lead_ids => ARRAY[10079])}, qr/42501: job "all" belongs to role "a_sync".*SET ROLE a_sync/s);
same_answer('a_sync', q{SELECT job, status, total, done, failed FROM crm.lead_conversion_job ORDER BY job});

# What is not theirs to call, and what tells about the database
same_answer('a_sales', "SELECT leadconv.grant_role_privileges('a_sales', 'administrator')", qr/42501/);
same_answer('a_admin', "SELECT * FROM leadconv.validate()");
same_answer('a_admin', "SELECT leadconv.view_and_edit_converted_leads(), leadconv.view_converted_leads(), leadconv.is_converting(), leadconv.converting_lead_id(), leadconv.current_user_id()");
same_answer('a_admin', 'SELECT count(*) FROM crm.lead; SELECT count(*) FROM crm.open_lead; SELECT count(*) FROM crm.lead_conversion; SELECT count(*) FROM crm.lead_history');

compare_answers();

# Converted leads hidden, on top of it
$node->safe_psql($_, 'SELECT leadconv.hide_converted_leads(true)') for ('shared', 'alone');
for my $n (1, 2, 3)
{
	same_answer('a_sales', "SELECT * FROM leadconv.convert_lead(${n}0050)", $n == 1 ? qr/LC005.*Lead 10050 was converted\.$/ms : qr/LC016/);
	same_answer('a_sales', "SELECT count(*) FROM crm.lead WHERE is_converted", qr/^0$/m);
	same_answer('a_admin', "SELECT count(*) FROM crm.lead WHERE is_converted", qr/^[1-9]/m);
}

compare_answers();

my $after = rows_seen('shared', 'a_admin');
isnt($after, $before, 'the tenant has done a lot');
same_text($after, rows_seen('alone', 'a_admin'), 'and has the same rows in the end');
same_text($node->safe_psql('shared', q{SELECT format('SELECT %L, t FROM %s t WHERE tenant_id = 2 ORDER BY t::text', c.relname, c.oid::regclass)
	FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' ORDER BY c.relname \gexec}),
	$rows_of_b, 'the other tenant has what it had');

# Every row and every reference is of one tenant
is($node->safe_psql('shared', q{SELECT count(*) FROM crm.lead l JOIN crm.account a ON a.id = l.converted_account_id WHERE a.tenant_id <> l.tenant_id}), '0', 'no conversion crosses tenants');
fails($node, 'shared', "UPDATE crm.contact SET account_id = 20001 WHERE id = 10001", qr/23503/, 'nobody can refer to a row of another tenant');
no_problems($node, 'shared', 'in the end');

$node->stop;
done_testing();
