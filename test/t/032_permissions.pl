# Copyright (c) 2026, the leadconv authors

# The permission matrix: who lacks one thing that a conversion needs is refused,
# is told what, and nothing has happened; who has it all converts. What is needed
# is worked out here, from what is asked for, and compared with every entry point.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('permissions');
my $db = 'postgres';

# Every privilege is a role of its own; the tester is a member of some of them
my @tables = qw(lead account contact opportunity task);
my %grant = map {
	my $table = $_;
	map { ("$table.$_" => "$_ ON crm.$table") } qw(SELECT INSERT UPDATE)
} @tables;
$grant{'crm.USAGE'} = 'USAGE ON SCHEMA crm';
$grant{'leadconv.USAGE'} = 'USAGE ON SCHEMA leadconv';
$grant{EXECUTE} = 'EXECUTE ON ROUTINE leadconv.convert_lead, leadconv.convert_leads, leadconv.convert_leads_json,'
  . ' leadconv.convert_leads_in_batches';
my @always = ('leadconv.USAGE', 'EXECUTE', 'crm.USAGE');

$node->safe_psql($db, q{
	CREATE EXTENSION leadconv CASCADE;
	CREATE ROLE tester LOGIN;
	INSERT INTO crm.app_user (id, name, db_role) VALUES (1, 'Sue', 'tester');
	INSERT INTO crm.account (id, name) VALUES (1000000, 'Given');
	INSERT INTO crm.contact (id, account_id, last_name) VALUES (2000000, 1000000, 'Given');
	INSERT INTO crm.opportunity (id, account_id, name, stage_name, close_date) VALUES (3000000, 1000000, 'Given', 'Prospecting', '2030-01-01');
	INSERT INTO crm.campaign (id, name) VALUES (1, 'Spring');
	INSERT INTO crm.lead (id, last_name, company, email, title, phone)
		SELECT i, 'L' || i, CASE WHEN i % 2 = 0 THEN 'Given Inc.' ELSE 'C' || i END, 'l' || i || '@example.com', 'Boss', '1' FROM generate_series(1, 40) AS i;
	INSERT INTO crm.task (lead_id, subject) SELECT i, 'Call' FROM generate_series(1, 40) AS i;
	INSERT INTO crm.campaign_member (campaign_id, lead_id) SELECT 1, i FROM generate_series(1, 40) AS i;

	-- How far the sequences are, and all rows but those of recorded errors: functions
	-- of one statement each, so that it is planned once
	DO $do$
	BEGIN
		EXECUTE (SELECT format('CREATE FUNCTION sequences() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN concat_ws('' '', %s); END $$',
				string_agg(format('(SELECT last_value || is_called::text FROM %s)', c.oid::regclass), ', '))
			FROM pg_class c WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'S' AND c.relname !~ '^lead_conversion_error');
		EXECUTE (SELECT format('CREATE FUNCTION all_rows() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN md5(concat_ws('' '', %s)); END $$',
				string_agg(format('(SELECT string_agg(t::text, '' '' ORDER BY t::text) FROM %s t)', c.oid::regclass), ', '))
			FROM pg_class c WHERE c.relnamespace = 'crm'::regnamespace AND c.relkind = 'r' AND c.relname !~ '^lead_conversion_(error|job)');
	END $do$;
	CREATE TABLE state (rows) AS SELECT all_rows();

	-- Calls an entry point as the tester, and undoes it: what came of it
	CREATE FUNCTION attempt(entry text, request jsonb, flags text, OUT outcome text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
	DECLARE
		before text := sequences();
		recorded bigint := (SELECT count(*) FROM crm.lead_conversion_error);
		unchanged boolean := true;
		result record;
		status_code text;
		context text;
	BEGIN
		BEGIN
			SET LOCAL ROLE tester;
			IF entry = 'convert_lead' THEN
				EXECUTE (SELECT format('SELECT success, account_created, contact_created, opportunity_created, errors FROM leadconv.convert_lead(%s)',
					string_agg(format('%I => %L', key, value), ', ')) FROM jsonb_each_text(request)) INTO result;
			ELSIF entry LIKE 'convert_leads_json%' THEN
				EXECUTE format('SELECT r.* FROM leadconv.convert_leads_json(%L, all_or_none => %L%s) j, jsonb_populate_record(NULL::leadconv.lead_convert_result, j) r',
					jsonb_build_array(request), entry NOT LIKE '%partial', flags) INTO result;
			ELSE
				EXECUTE format('SELECT r.* FROM leadconv.convert_leads(ARRAY[jsonb_populate_record(NULL::leadconv.lead_convert, %L)], all_or_none => %L%s) r',
					request, entry NOT LIKE '%partial', flags) INTO result;
			END IF;
			RESET ROLE;
			IF result.success THEN
				outcome := concat_ws(' ', 'converted', CASE WHEN result.account_created THEN 'account' END,
					CASE WHEN result.contact_created THEN 'contact' END, CASE WHEN result.opportunity_created THEN 'opportunity' END);
			ELSE
				SELECT e.sqlstate, e.message, e.detail, e.hint, e.status_code INTO outcome, message, detail, hint, status_code FROM unnest(result.errors) e;
				unchanged := sequences() = before AND all_rows() = (SELECT rows FROM state) AND (SELECT count(*) FROM crm.lead_conversion_error) = recorded + 1;
			END IF;
			RAISE EXCEPTION USING ERRCODE = 'UNDO1';
		EXCEPTION
			WHEN SQLSTATE 'UNDO1' THEN NULL;
			WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
				outcome := SQLSTATE;
				message := SQLERRM;
				unchanged := sequences() = before;
				status_code := substring(context FROM 'status code (\w+)');
		END;
		IF outcome NOT LIKE 'converted%' THEN
			outcome := concat_ws(' ', outcome, status_code, CASE WHEN NOT unchanged THEN 'CHANGED' END);
		END IF;
	END $$;

	CREATE TABLE attempts (n serial, held text[], entry text, request jsonb, flags text, outcome text, message text, detail text, hint text);
	CREATE PROCEDURE run_attempts() LANGUAGE plpgsql AS $$
	DECLARE
		a attempts;
		command text;
	BEGIN
		FOR a IN SELECT * FROM attempts WHERE outcome IS NULL ORDER BY n LOOP
			FOR command IN SELECT format('REVOKE %I FROM tester', r.rolname) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
				WHERE m.member = 'tester'::regrole AND r.rolname <> ALL (a.held)
				UNION ALL SELECT format('GRANT %I TO tester', h) FROM unnest(a.held) h
				WHERE NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE m.member = 'tester'::regrole AND r.rolname = h) LOOP
				EXECUTE command;
			END LOOP;
			UPDATE attempts SET (outcome, message, detail, hint) = (SELECT o.outcome, coalesce(o.message, ''), coalesce(o.detail, ''), coalesce(o.hint, '') FROM attempt(a.entry, a.request, a.flags) o) WHERE n = a.n;
		END LOOP;
	END $$;
});
$node->safe_psql($db, join(';', map { qq{CREATE ROLE "$_"; GRANT $grant{$_} TO "$_"} } keys %grant));

# What is asked for
my @requests = (
	{ name => 'new records', request => {} },
	{ name => 'no opportunity', request => { do_not_create_opportunity => 'true' } },
	{ name => 'existing account', request => { account_id => 1000000 } },
	{ name => 'existing account and contact', request => { account_id => 1000000, contact_id => 2000000 } },
	{ name => 'existing records', request => { account_id => 1000000, contact_id => 2000000, opportunity_id => 3000000 } },
	{ name => 'existing opportunity, new contact', request => { account_id => 1000000, opportunity_id => 3000000 } },
	{ name => 'only an account', request => { do_not_create_contact => 'true', do_not_create_opportunity => 'true' } },
	{ name => 'a follow-up task', request => { follow_up_task => '{"subject": "Call"}' } },
	{ name => 'values for the records', request => { account_record => '{"rating": "Hot"}', contact_record => '{"title": "CEO"}', opportunity_record => '{"amount": 5}' } },
	{ name => 'reuse', lead_id => 2, flags => ', reuse_accounts => true, reuse_contacts => true', request => {} },
	{ name => 'reuse of nothing', flags => ', reuse_accounts => true, reuse_contacts => true', request => {} },
);

# The rule: what a request needs, on which table. That of the platform, which the
# setting asks for, is Create and Edit on leads, accounts and contacts.
sub needs
{
	my ($case, $platform) = @_;
	my $request = $case->{request};
	my %needs = (lead => [ 'SELECT', 'UPDATE' ]);

	for my $table (qw(account contact opportunity))
	{
		my $reuse = $table ne 'opportunity' && ($case->{flags} // '') =~ /reuse_${table}s/;

		if ($request->{"${table}_id"}) { $needs{$table} = [ 'SELECT', 'UPDATE' ] }
		elsif (!$request->{"do_not_create_$table"}) { $needs{$table} = $reuse ? [ 'SELECT', 'INSERT', 'UPDATE' ] : ['INSERT'] }
	}
	$needs{task} = ['INSERT'] if $request->{follow_up_task};
	if ($platform) { $needs{$_} = [ 'SELECT', 'INSERT', 'UPDATE' ] for qw(lead account contact) }
	return \%needs;
}

sub in_words
{
	my @list = @_;

	return join(', ', @list[ 0 .. $#list - 1 ]) . (@list > 1 ? ' and ' : '') . $list[-1];
}

# What a request does with a table
sub purpose
{
	my ($case, $table) = @_;
	my $request = $case->{request};
	my $a = $table eq 'contact' ? "a $table" : "an $table";

	return 'convert a lead' if $table eq 'lead' || $request->{"do_not_create_$table"};
	return 'add a follow-up task' if $table eq 'task';
	return "use an existing $table" if $request->{"${table}_id"};
	return ($case->{flags} // '') =~ /reuse_${table}s/ ? "create or reuse $a" : "create $a";
}

# What must come of it: outcome, message, detail, and the hint's GRANTs
sub expected
{
	my ($case, $entry, $held, $platform) = @_;
	my %has = map { ($_ => 1) } @$held;
	my $needs = needs($case, $platform);
	my $function = $entry =~ s/_partial//r;
	my @missing;

	return ('42501', 'permission denied for schema leadconv', '', '') unless $has{'leadconv.USAGE'};
	return ('42501', "permission denied for function $function", '', '') unless $has{EXECUTE};
	push @missing, [ undef, 'USAGE' ] unless $has{'crm.USAGE'};
	for my $table (@tables)
	{
		my @lacks = grep { !$has{"$table.$_"} } @{ $needs->{$table} // [] };

		push @missing, [ $table, @lacks ] if @lacks;
		# who may not look at leads is asked for nothing else
		last if $table eq 'lead' && @missing;
	}
	# an account that is found by its name need not be created
	@missing = () if $case->{name} eq 'reuse' && "@{[ map { @$_ } @missing ]}" eq 'account INSERT';
	if (@missing)
	{
		my $first = $missing[0][0];

		return ('42501 INSUFFICIENT_ACCESS_OR_READONLY',
			$first ? "permission denied for table $first" : 'permission denied for schema crm',
			'Role "tester" lacks ' . join(', ', map { my ($t, @l) = @$_; in_words(@l) . ($t ? " on crm.$t to " . purpose($case, $t) : ' on schema crm') } @missing) . '.',
			join(' ', map { my ($t, @l) = @$_; ($t ? 'GRANT ' . join(', ', @l) . " ON crm.$t" : 'GRANT USAGE ON SCHEMA crm') . ' TO tester;' } @missing));
	}
	my $existing_account = $case->{name} eq 'reuse';
	return (join(' ', 'converted', grep { !$case->{request}{"${_}_id"} && !$case->{request}{"do_not_create_$_"} && !($_ eq 'account' && $existing_account) } qw(account contact opportunity)), '', '', '');
}

# All subsets of a list
sub subsets
{
	my ($first, @rest) = @_;

	return ([]) unless defined $first;
	return map { ($_, [ $first, @$_ ]) } subsets(@rest);
}

# The attempts to make: which privileges, which entry point, which request
sub attempts
{
	my ($platform) = @_;
	my @attempts;

	for my $case (@requests)
	{
		my $needs = needs($case, $platform);
		my @documented = (@always, map { my $t = $_; map { "$t.$_" } @{ $needs->{$t} } } grep { $needs->{$_} } @tables);
		my @entries = ('convert_lead', 'convert_leads_json', 'convert_leads', 'convert_leads_partial', 'convert_leads_json_partial');

		next if $platform && $case->{name} !~ /^(new|existing) records$|^only an account$/;
		shift @entries if $case->{flags};
		for my $entry (@entries)
		{
			# exactly what is documented; without each one; with everything but each one; with nothing
			push @attempts, [ $case, $entry, \@documented ], [ $case, $entry, [ keys %grant ] ], [ $case, $entry, [] ];
			for my $one (@documented)
			{
				push @attempts, [ $case, $entry, [ grep { $_ ne $one } @documented ] ], [ $case, $entry, [ grep { $_ ne $one } keys %grant ] ];
			}
		}
		# every subset
		next if $platform || $case->{name} !~ /^(new records|existing records|existing account|a follow-up task)$/;
		push @attempts, map { [ $case, $entries[0], [ @always, @$_ ] ] } subsets(grep { /^[a-z]+\.(SELECT|INSERT|UPDATE)$/ } @documented);
	}
	return @attempts;
}

sub quoted
{
	return join(', ', map { "'" . s/'/''/gr . "'" } @_);
}

my $sequence = 0;
for my $platform (0, 1)
{
	my @attempts = attempts($platform);
	my @wrong;
	my %seen;

	$node->safe_psql($db, "UPDATE crm.lead_convert_settings SET require_create_and_edit = " . ($platform ? 'true' : 'false') . ';'
		. 'UPDATE state SET rows = all_rows(); INSERT INTO attempts (held, entry, request, flags) VALUES ' . join(', ', map {
			my ($case, $entry, $held) = @$_;
			my %request = (lead_id => $case->{lead_id} // 1, %{ $case->{request} });
			my $json = '{' . join(', ', map { qq{"$_": } . ($request{$_} =~ /^[{\d]|true/ ? $request{$_} : qq{"$request{$_}"}) } sort keys %request) . '}';

			'(ARRAY[' . quoted(sort @$held) . ']::text[], ' . quoted($entry, $json, $case->{flags} // '') . ')' } @attempts)
		. '; CALL run_attempts()');
	my @got = split /\n/, $node->safe_psql($db, "SELECT outcome, message, detail, hint FROM attempts WHERE n > $sequence ORDER BY n");
	$sequence += @attempts;
	is(scalar @got, scalar @attempts, 'all attempts were made: ' . @attempts);
	for my $i (0 .. $#attempts)
	{
		my ($case, $entry, $held) = @{ $attempts[$i] };
		my ($outcome, $message, $detail, $hint) = split /\|/, $got[$i], -1;
		my ($expected, $expected_message, $expected_detail, $grants) = expected($case, $entry, $held, $platform);

		$seen{$expected}++;
		next if $outcome eq $expected && $message eq $expected_message && $detail eq $expected_detail && ($grants eq '' || index($hint, "run $grants ") >= 0);
		push @wrong, "$entry, $case->{name}, with " . join(' ', sort @$held) . ": got $got[$i], expected $expected|$expected_message|$expected_detail|$grants";
	}
	is(join("\n", @wrong[ 0 .. ($#wrong > 9 ? 9 : $#wrong) ]), '', 'the matrix' . ($platform ? ', with create and edit' : ''));
	cmp_ok($seen{'42501 INSUFFICIENT_ACCESS_OR_READONLY'}, '>', 200, 'many are refused');
	cmp_ok($seen{'converted account contact opportunity'}, '>=', 10, 'many are converted');
}
$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET require_create_and_edit = false; UPDATE state SET rows = all_rows();'
	. join('', map { qq{REVOKE "$_" FROM tester;} } keys %grant));

# Makes the tester a member of exactly these
sub hold
{
	my (@held) = @_;

	$node->safe_psql($db, join('', (map { qq{REVOKE "$_" FROM tester;} } keys %grant), map { qq{GRANT "$_" TO tester;} } @held));
}

# Jobs: what is refused is a row of crm.lead_conversion_error
for my $case (grep { $_->{name} =~ /^(new|existing) records$/ } @requests)
{
	my $needs = needs($case, 0);
	my @documented = (@always, map { my $t = $_; map { "$t.$_" } @{ $needs->{$t} } } grep { $needs->{$_} } @tables);

	$node->safe_psql($db, 'DROP TABLE IF EXISTS source; CREATE TABLE source (lead_id bigint, account_id bigint, contact_id bigint, opportunity_id bigint);'
		. "INSERT INTO source VALUES (" . ($case->{name} =~ /^new/ ? 5 : 6) . ', ' . join(', ', map { $case->{request}{"${_}_id"} // 'NULL' } qw(account contact opportunity)) . ');'
		. 'GRANT SELECT ON source TO tester; UPDATE state SET rows = all_rows()');
	for my $lacks (@documented, '')
	{
		my @held = grep { $_ ne $lacks } @documented;
		my ($expected, $message, $detail, $grants) = expected($case, 'convert_leads_in_batches', \@held, 0);

		hold(@held);
		my ($ret, $out, $err) = $node->psql($db, "SET ROLE tester; CALL leadconv.convert_leads_in_batches('job without $lacks $case->{name}', 'public.source')");
		if ($expected eq '42501')
		{
			my $words = $message =~ s/function/procedure/r;
			like($err, qr/\Q$words\E/, "job, $case->{name}, without $lacks: refused");
			next;
		}
		is($ret, 0, "job, $case->{name}, without $lacks: has run: $err");
		my $row = $node->safe_psql($db, "SELECT j.status, j.done, j.failed, concat_ws(' ', e.sqlstate, e.status_code), e.message, e.detail, e.hint
			FROM crm.lead_conversion_job j LEFT JOIN crm.lead_conversion_error e USING (job) WHERE job = 'job without $lacks $case->{name}'");
		if ($lacks eq '')
		{
			is($row, 'Completed|1|0||||', "job, $case->{name}, with what is documented: done");
		}
		else
		{
			like($row, qr/^Completed\|0\|1\|\Q$expected|$message|$detail\E\|.*run \Q$grants\E /, "job, $case->{name}, without $lacks: a row");
			is($node->safe_psql($db, 'SELECT all_rows() = rows FROM state'), 't', "job, $case->{name}, without $lacks: nothing changed");
		}
	}
}

# Access to the given records: one that may not be seen, or may be seen and not be
# updated, does not exist
my %row = (lead => 7, account => 1000000, contact => 2000000, opportunity => 3000000);
hold(keys %grant);
for my $table (qw(lead account contact opportunity))
{
	for my $for ('SELECT', 'UPDATE')
	{
		my $other = $for eq 'SELECT' ? 'UPDATE' : 'SELECT';

		$node->safe_psql($db, "ALTER TABLE crm.$table ENABLE ROW LEVEL SECURITY;
			CREATE POLICY others ON crm.$table FOR $for USING (id <> $row{$table}); CREATE POLICY everything ON crm.$table FOR $other USING (true);
			CREATE POLICY new ON crm.$table FOR INSERT WITH CHECK (true); TRUNCATE attempts; UPDATE state SET rows = all_rows()");
		my $request = qq('{"lead_id": 7, "account_id": 1000000, "contact_id": 2000000, "opportunity_id": 3000000}');
		my @entries = ('convert_lead', 'convert_leads', 'convert_leads_partial', 'convert_leads_json', 'convert_leads_json_partial');
		$node->safe_psql($db, 'INSERT INTO attempts (held, entry, request, flags) VALUES '
			. join(', ', map { '(ARRAY[' . quoted(keys %grant) . "], '$_', $request, '')" } @entries) . '; CALL run_attempts()');
		is($node->safe_psql($db, 'SELECT DISTINCT outcome, message FROM attempts'),
			"LC016 INVALID_CROSS_REFERENCE_KEY|$table $row{$table} does not exist", "$table hidden for $for: as if it did not exist, at every entry point");
		$node->safe_psql($db, "ALTER TABLE crm.$table DISABLE ROW LEVEL SECURITY; DROP POLICY others ON crm.$table; DROP POLICY everything ON crm.$table; DROP POLICY new ON crm.$table");
	}
}
is($node->safe_psql($db, 'SET ROLE tester; SELECT success FROM leadconv.convert_lead(7, account_id => 1000000, contact_id => 2000000, opportunity_id => 3000000)'), 't',
	'without the policies it is converted');

# View and Edit Converted Leads
fails($node, $db, q{SET ROLE tester; UPDATE crm.lead SET title = 'x' WHERE id = 7},
	qr/LC005: cannot reference converted lead.*EXECUTE on leadconv.view_and_edit_converted_leads/s, 'editing a converted lead without the permission');
$node->safe_psql($db, 'GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads TO tester');
hold(grep { $_ ne 'lead.UPDATE' } keys %grant);
fails($node, $db, q{SET ROLE tester; UPDATE crm.lead SET title = 'x' WHERE id = 7}, qr/42501: permission denied for table lead/, '... and the permission is not enough without UPDATE');
hold(keys %grant);
$node->safe_psql($db, q{SET ROLE tester; UPDATE crm.lead SET title = 'x' WHERE id = 7});
is($node->safe_psql($db, 'SELECT title FROM crm.lead WHERE id = 7'), 'x', '... with both it works');

# A large call, which locks everything first: only the requests that need it are refused
$node->safe_psql($db, q{INSERT INTO crm.lead (id, last_name, company) SELECT i, 'L' || i, 'C' || i FROM generate_series(10001, 12000) AS i});
hold(@always, 'lead.SELECT', 'lead.UPDATE', 'account.INSERT', 'contact.INSERT', 'opportunity.INSERT');
is($node->safe_psql($db, q{SET ROLE tester; SELECT success, (errors[1]).message, count(*), min(lead_id), max(lead_id) FROM leadconv.convert_leads(
		(SELECT array_agg(leadconv.new_lead_convert(i, account_id => CASE WHEN i % 2 = 0 THEN 1000000 END)) FROM generate_series(10001, 12000) i), all_or_none => false) GROUP BY 1, 2 ORDER BY 1}),
	qq{f|permission denied for table account|1000|10002|12000\nt||1000|10001|11999}, 'a large call with partial success');
hold(@always, 'account.INSERT', 'contact.INSERT', 'opportunity.INSERT');
is($node->safe_psql($db, q{SET ROLE tester; SELECT success, (errors[1]).message, count(*) FROM leadconv.convert_leads(
		(SELECT array_agg(leadconv.new_lead_convert(i)) FROM generate_series(10001, 12000) i), all_or_none => false) GROUP BY 1, 2 ORDER BY 1}),
	qq{f|permission denied for table lead|2000}, 'a large call without privileges on leads');

# Who may not make the record that others would follow is no leader: each is refused
# for itself, and the first who may makes it
$node->safe_psql($db, q{INSERT INTO crm.lead (id, last_name, company, email) VALUES (20001, 'a', 'Brand new', 'new@example.com'), (20002, 'b', 'Brand new', 'new@example.com'),
	(20003, 'c', 'Given', 'other@example.com'), (20004, 'd', 'Brand new', 'new@example.com'), (20005, 'e', 'Brand new', NULL)});
my $reuse = q{SET ROLE tester; SELECT r.lead_id, r.success, r.account_created, r.contact_created, (r.errors[1]).message, (r.errors[1]).detail FROM leadconv.convert_leads(ARRAY[
	leadconv.new_lead_convert(20001), leadconv.new_lead_convert(20002), leadconv.new_lead_convert(20003), leadconv.new_lead_convert(20004, do_not_create_contact => true), leadconv.new_lead_convert(20005, do_not_create_contact => true)],
	all_or_none => false, reuse_accounts => true, reuse_contacts => true) r};
hold(@always, 'lead.SELECT', 'lead.UPDATE', 'account.SELECT', 'account.UPDATE', 'contact.SELECT', 'contact.INSERT', 'contact.UPDATE', 'opportunity.INSERT');
is($node->safe_psql($db, "$reuse; ROLLBACK" =~ s/^/BEGIN; /r), join("\n", (map { qq{$_|f|f|f|permission denied for table account|Role "tester" lacks INSERT on crm.account to create or reuse an account.} } 20001, 20002),
	'20003|t|f|t||', (map { qq{$_|f|f|f|permission denied for table account|Role "tester" lacks INSERT on crm.account to create or reuse an account.} } 20004, 20005)), 'reuse without INSERT on accounts');
hold(@always, 'lead.SELECT', 'lead.UPDATE', 'account.SELECT', 'account.INSERT', 'account.UPDATE', 'contact.SELECT', 'contact.UPDATE', 'opportunity.INSERT');
is($node->safe_psql($db, "$reuse; ROLLBACK" =~ s/^/BEGIN; /r), join("\n", (map { qq{$_|f|f|f|permission denied for table contact|Role "tester" lacks INSERT on crm.contact to create or reuse a contact.} } 20001, 20002, 20003),
	'20004|t|t|f||', '20005|t|f|f||'), 'reuse without INSERT on contacts');

# Privileges on some columns of a table are the server's to judge
hold(@always, 'lead.SELECT', 'lead.UPDATE', 'contact.INSERT', 'opportunity.INSERT');
$node->safe_psql($db, 'GRANT INSERT (id, name) ON crm.account TO tester');
fails($node, $db, 'SET ROLE tester; SELECT leadconv.convert_lead(8)', qr/42501: permission denied for table account.*INSUFFICIENT_ACCESS_OR_READONLY/s, 'INSERT on some columns');

$node->stop;
done_testing();
