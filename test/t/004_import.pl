# Copyright (c) 2026, the leadconv authors

# Salesforce export files are loaded, all leads are converted, and nothing else
# changes; loading again changes nothing; and reports say what the files do. With the project's own sample, and
# with the export that LEADCONV_EXPORT names.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::Local qw(timegm);

my $top = "$FindBin::RealBin/../..";
my $node = new_node('import');

# Keeps all rows of crm as they are now in public.kept, and then tells what has
# changed since: table, what, changed columns, number of rows
my $compare = q{
	CREATE TABLE public.kept (tab text, id text, row jsonb, PRIMARY KEY (tab, id));
	CREATE FUNCTION public.all_rows() RETURNS TABLE (tab text, id text, r jsonb) LANGUAGE plpgsql AS $$
	DECLARE c text;
	BEGIN
		FOR c IN SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'crm'::regnamespace AND relname <> 'match_key' LOOP
			RETURN QUERY EXECUTE format('SELECT %L::text, coalesce(to_jsonb(t) ->> ''id'', to_jsonb(t) ->> ''job'', md5(t::text)), to_jsonb(t) FROM crm.%I t', c, c);
		END LOOP;
	END $$;
	CREATE FUNCTION public.keep() RETURNS void LANGUAGE sql BEGIN ATOMIC
		DELETE FROM public.kept;
		INSERT INTO public.kept SELECT * FROM public.all_rows();
	END;
	CREATE VIEW public.changes AS
		SELECT coalesce(n.tab, k.tab) AS tab,
			CASE WHEN k.tab IS NULL THEN 'new' WHEN n.tab IS NULL THEN 'gone' ELSE 'changed' END AS what,
			(SELECT string_agg(o.key, ',' ORDER BY o.key) FROM jsonb_each(k.row) AS o
			 WHERE o.value IS DISTINCT FROM n.r -> o.key) AS columns, k.row AS old, n.r AS new
		FROM public.kept k FULL JOIN public.all_rows() n ON n.tab = k.tab AND n.id = k.id
		WHERE k.row IS DISTINCT FROM n.r;
};

# Load a directory of CSV files; what import_records() said: object, rows,
# inserted, updated, unchanged
sub load
{
	my ($db, $dir) = @_;
	my ($script, $err) = run_command([ "$top/bin/leadconv-load", "--print", $dir ]);

	is($err, '', "$dir: loader");
	$script =~ s/^SELECT .*//ms;
	$script =~ s/^\\echo.*//mg;
	return $node->safe_psql($db, "$script\nSELECT object, rows_read, inserted, updated, unchanged, unresolved FROM import_result");
}

# The rows of a file of an export, as hashes
sub read_csv
{
	my ($file) = @_;
	my $text = -e $file ? slurp_file($file) : '';
	my (@rows, @row);

	$text =~ s/^\xEF\xBB\xBF//;
	while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\z)/g)
	{
		my ($value, $end) = ($1 // $2, $3);

		last if $end eq '' && $value eq '' && !@row;
		$value =~ s/""/"/g;
		push @row, $value;
		next if $end eq ',';
		push @rows, [@row];
		@row = ();
	}
	my $names = shift @rows // [];
	return map { my %h; @h{@$names} = @$_; \%h } @rows;
}

sub days_between
{
	my ($from, $to) = @_;
	my ($f, $t) = map { my ($y, $m, $d) = /^(\d+)-(\d+)-(\d+)/; timegm(0, 0, 0, $d, $m - 1, $y) } $from, $to;

	return ($t - $f) / 86400;
}

# The reports, computed from the files: the leads are not converted, or all of them
# are, today, to new opportunities
sub check_reports
{
	my ($db, $dir, $converted) = @_;
	my (%of_day, %of_source, %member, %first_activity, %rows);
	my @leads = grep { $_->{IsDeleted} !~ /^(1|true)$/i } read_csv("$dir/Lead.csv");

	for my $m (read_csv("$dir/CampaignMember.csv"))
	{
		push @{ $member{ $m->{LeadId} } }, $m if $m->{LeadId} && $m->{IsDeleted} !~ /^(1|true)$/i;
	}
	for my $t (read_csv("$dir/Task.csv"))
	{
		next unless $t->{WhoId} && $t->{Status} eq 'Completed' && $t->{IsDeleted} !~ /^(1|true)$/i;
		# without a time of completion, that of the last change counts
		my $day = substr($t->{CompletedDateTime} || $t->{LastModifiedDate}, 0, 10);
		my $known = $first_activity{ $t->{WhoId} };
		$first_activity{ $t->{WhoId} } = $day if !defined $known || $day lt $known;
	}
	for my $l (@leads)
	{
		my $day = substr($l->{CreatedDate}, 0, 10);
		my @m = sort { $a->{CreatedDate} cmp $b->{CreatedDate} } @{ $member{ $l->{Id} } // [] };
		my ($first, $last) = @m ? ($m[0]{CampaignId}, $m[-1]{CampaignId}) : ('', '');

		$of_day{$day}++;
		$of_source{ join '|', $day, $l->{LeadSource}, $first, $last, $converted ? $last : '' }++;
		my $activity = $first_activity{ $l->{Id} };
		$rows{ join '|', $l->{Id}, $day, defined $activity ? days_between($day, $activity) : '' }++ if $converted;
	}
	cmp_ok(scalar(@leads), '>', 10, "$db: there are leads to report on");
	my $report = sub { return join "\n", sort split /\n/, $node->safe_psql($db, $_[0]) };
	is( $report->('SELECT created_day, sum(leads), sum(qualified), sum(converted), sum(with_opportunity), sum(without_opportunity) FROM crm.lead_conversion_rate GROUP BY 1'),
		join("\n", sort map { my $n = $converted ? $of_day{$_} : 0; "$_|$of_day{$_}|$n|$n|$n|0" } keys %of_day),
		"$db: rates, " . ($converted ? 'converted' : 'before'));
	is( $report->(q{SELECT r.created_day, r.lead_source, f.external_id, l.external_id, p.external_id, r.leads, r.converted, r.opportunities FROM crm.lead_conversion_by_source r
			LEFT JOIN crm.campaign f ON f.id = r.first_campaign_id LEFT JOIN crm.campaign l ON l.id = r.last_campaign_id LEFT JOIN crm.campaign p ON p.id = r.primary_campaign_id}),
		join("\n", sort map { my $n = $converted ? $of_source{$_} : 0; "$_|$of_source{$_}|$n|$n" } keys %of_source),
		"$db: sources, " . ($converted ? 'converted' : 'before'));
	my %steps = map { $_ => $converted ? scalar(@leads) : 0 } 'Converted', 'Opportunity';
	is( $report->(q{SELECT step, sum(records) FROM crm.lead_funnel WHERE step IN ('New lead', 'Converted', 'Opportunity', 'Won') GROUP BY 1}),
		join("\n", sort "New lead|" . @leads, 'Won|0', map { "$_|$steps{$_}" } keys %steps),
		"$db: funnel, " . ($converted ? 'converted' : 'before'));
	is( $report->('SELECT l.external_id, v.created_day, v.days_to_first_activity FROM crm.lead_time_to_conversion v JOIN crm.lead l ON l.id = v.lead_id'),
		join("\n", sort keys %rows), "$db: first activities, " . ($converted ? 'converted' : 'before'));
	is( $node->safe_psql($db, 'SELECT count(*), count(DISTINCT lead_id), sum(amount_changes), count(nullif(is_closed, true)) FROM crm.converted_opportunity_quality'),
		$converted ? join('|', scalar(@leads), scalar(@leads), 0, scalar(@leads)) : '0|0||0', "$db: opportunities made, " . ($converted ? 'converted' : 'before'));
	is( $node->safe_psql($db, q{SELECT count(*), string_agg(DISTINCT origin, ','), count(undone_date) FROM crm.lead_conversion_audit}),
		$converted ? scalar(@leads) . '|single|0' : '0||0', "$db: audit, " . ($converted ? 'converted' : 'before'));
}

sub check_export
{
	my ($db, $dir) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, "CREATE EXTENSION leadconv CASCADE; $compare");

	my $first = load($db, $dir);
	for my $line (split /\n/, $first)
	{
		my ($object, $read, $inserted, $updated, $unchanged) = split /\|/, $line;

		is($inserted, $read, "$db: all $read rows of $object are new");
	}
	$node->safe_psql($db, 'SELECT public.keep()');
	my $again = load($db, $dir);
	for my $line (split /\n/, $again)
	{
		my ($object, $read, $inserted, $updated, $unchanged) = split /\|/, $line;

		is("$inserted $updated $unchanged", "0 0 $read", "$db: again, $object: nothing changes");
	}
	is($node->safe_psql($db, 'SELECT tab, what, columns, count(*) FROM public.changes GROUP BY 1, 2, 3 ORDER BY 1, 2, 3'), '',
		"$db: loading again changes no row");
	no_problems($node, $db, "$db: loaded");
	check_reports($db, $dir, 0);

	my $open = $node->safe_psql($db, 'SELECT count(*) FROM crm.lead WHERE NOT is_converted');
	my $converted = $node->safe_psql($db, q{
		SELECT count(*) FILTER (WHERE r.success AND r.account_created AND r.contact_created AND r.opportunity_created)
		FROM (SELECT id, owner_id FROM crm.lead WHERE NOT is_converted ORDER BY id) AS l LEFT JOIN crm.app_user u ON u.id = l.owner_id,
			leadconv.convert_lead(l.id, allow_save => true, owner_id =>
				CASE WHEN NOT u.is_active OR u.user_type = 'Queue' THEN (SELECT min(id) FROM crm.app_user WHERE is_active AND user_type = 'Standard') END) AS r});
	is($converted, $open, "$db: all $open open leads are converted");
	check_reports($db, $dir, 1);
	return $node->safe_psql($db, 'SELECT tab, what, columns, count(*) FROM public.changes GROUP BY 1, 2, 3 ORDER BY 1, 2, 3');
}

sub check_again_after_conversion
{
	my ($db, $dir) = @_;

	$node->safe_psql($db, 'SELECT public.keep()');
	my $again = load($db, $dir);
	is(join(' ', grep { (split /\|/)[2] != 0 } split /\n/, $again), '', "$db: loading after conversion makes no row");
	is($node->safe_psql($db, 'SELECT tab, what, columns, count(*) FROM public.changes GROUP BY 1, 2, 3 ORDER BY 1, 2, 3'), '',
		"$db: ... and changes none");
	no_problems($node, $db, "$db: after conversion");
}

# Common to all: no row is lost, and only these kinds of change happen
sub check_changes
{
	my ($db) = @_;

	is($node->safe_psql($db, q{SELECT tab, what FROM public.changes WHERE what = 'gone'}), '', "$db: no row is gone");
	is( $node->safe_psql($db, q{SELECT DISTINCT tab FROM public.changes WHERE what = 'changed' ORDER BY 1}),
		$node->safe_psql($db, q{SELECT DISTINCT tab FROM public.kept
			WHERE tab = 'lead' OR row ->> 'lead_id' IS NOT NULL AND tab IN ('task', 'event', 'campaign_member') ORDER BY 1}),
		"$db: rows of leads are changed and no others");
	is($node->safe_psql($db, q{SELECT count(*) FROM public.changes WHERE what = 'changed' AND tab <> 'lead' AND old ->> 'lead_id' IS NULL}), '0',
		"$db: no row that had no lead is changed");
	is($node->safe_psql($db, q{SELECT tab, new FROM public.changes WHERE what = 'changed' AND tab <> 'lead'
			AND (new ->> 'contact_id' IS NULL OR new ->> 'source_lead_id' IS DISTINCT FROM old ->> 'lead_id')}), '',
		"$db: those that are changed are on contacts now");
	is($node->safe_psql($db, q{SELECT tab, new FROM public.changes WHERE what = 'changed' AND tab <> 'lead'
			AND (new ->> 'revision')::integer IS DISTINCT FROM (old ->> 'revision')::integer + 1}), '',
		"$db: ... by one edit each");
}

check_export('sample', "$top/test/data");
check_changes('sample');
check_again_after_conversion('sample', "$top/test/data");

# The tool itself: byte order mark, any case, quoted commas and quotes in the header,
# rows that are put aside, files that are of no object
{
	my $dir = PostgreSQL::Test::Utils::tempdir();
	my %file = (
		'lead.CSV' => qq{\xEF\xBB\xBFID,"Last Name","Shoe, ""Size""",IsConverted\r\n1,Rao,44,0\r\n2,,45,0\r\n3,"Bo, jr.",46,0\r\n},
		'Task.csv' => qq{Id,WhoId,Subject\n1,3,Call\n2,9,Call\n},
		'Nothing.csv' => qq{Id\n1\n});

	append_to_file("$dir/$_", $file{$_}) for keys %file;
	$node->safe_psql('postgres', 'CREATE DATABASE tool');
	$node->safe_psql('tool', 'CREATE EXTENSION leadconv CASCADE');
	my ($out, $err) = run_command([ "$top/bin/leadconv-load", '--reject', $dir, '-At', '-h', $node->host, '-p', $node->port, '-d', 'tool' ]);
	is($err, '', 'leadconv-load: no error');
	is($out, join("\n",
		'Loading Lead', 'Loading Task', 'Skipping Nothing: leadconv has no such object',
		'lead|3|2|0|0|0|0|1', 'task|2|2|0|0|1|0|0',
		'lead|shoe,_"size"',
		'lead|shoe,_"size" added as numeric, as all values are numbers',
		'task|ids in column WhoId without a record in schema crm: 1',
		'task|contact_id|1|9', 'task|lead_id|1|9'), '... and what it says');
	is($node->safe_psql('tool', 'SELECT external_id, reasons FROM crm.import_reject'), '2|{"record 2: column \\"Last Name\\" is required for lead.last_name"}', '... and what it puts aside');
	($out, $err) = run_command([ "$top/bin/leadconv-load", "$dir/none" ]);
	is($err, "leadconv-load: $dir/none is not a directory", 'leadconv-load: no directory');

	# what the user may not read is not said to be missing
	my $says = sub { return qr{^leadconv-load: cannot read \Q$_[0]\E: permission denied for user \S+$}; };
	chmod 0, "$dir/Task.csv";
	($out, $err) = run_command([ "$top/bin/leadconv-load", $dir, '-d', $node->connstr('tool') ]);
	like($err, $says->("$dir/Task.csv"), '... a file that cannot be read');
	is($out, '', '... before anything is loaded');
	chmod 0, $dir;
	foreach my $which ($dir, "$dir/below")
	{
		($out, $err) = run_command([ "$top/bin/leadconv-load", $which ]);
		like($err, $says->($which), '... a directory that cannot be read');
	}
	chmod 0500, $dir;
	($out, $err) = run_command([ "$top/bin/leadconv-load", "$dir/Lead.csv" ]);
	is($err, "leadconv-load: $dir/Lead.csv is not a directory", '... no directory');
	chmod 0700, $dir;
}

SKIP:
{
	skip 'LEADCONV_EXPORT is not set', 1 unless $ENV{LEADCONV_EXPORT};

	my $changes = check_export('export', $ENV{LEADCONV_EXPORT});

	check_changes('export');
	is($changes, join("\n",
		'account|new||60',
		'account_contact_relation|new||60',
		'campaign_member|changed|contact_id,last_modified_by_id,last_modified_date,revision,source_lead_id|34',
		'contact|new||60',
		'lead|changed|converted_account_id,converted_contact_id,converted_date,converted_opportunity_id,is_converted,is_unread_by_owner,last_modified_by_id,last_modified_date,status|60',
		'lead_conversion|new||60',
		'opportunity|new||60',
		'opportunity_contact_role|new||60',
		'task|changed|account_id,contact_id,last_modified_by_id,last_modified_date,lead_id,opportunity_id,revision,source_lead_id|15'),
		'export: all changes');
	check_again_after_conversion('export', $ENV{LEADCONV_EXPORT});
}

$node->stop;
done_testing();
