# Copyright (c) 2026, the leadconv authors

# What the first conversion of a session costs, in statements: it reads metadata set by set, however much there is
# of it, and what has nothing to do with conversion makes it look again, and no more
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use LeadconvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('first_call', "shared_preload_libraries = 'pg_stat_statements'\npg_stat_statements.track = all\npg_stat_statements.track_utility = off\n");

$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	CREATE EXTENSION pg_stat_statements;
	INSERT INTO crm.lead (last_name, company) SELECT 'L' || i, 'C' || i FROM generate_series(1, 40) i});

my $lead = 0;

# How many statements a conversion runs, of all and of those that read metadata, in a session that has run others before
sub statements
{
	my (@before) = @_;
	my $id = ++$lead;

	return $node->safe_psql('postgres', join("\n;", @before, 'SELECT pg_stat_statements_reset()', "SELECT leadconv.convert_lead($id)", q{
		SELECT sum(calls), coalesce(sum(calls) FILTER (WHERE query ~ '^SELECT (related_list|lead_|picklist|record_type|opportunity_stage|duplicate|matching)'), 0)
		FROM pg_stat_statements WHERE query !~ 'pg_stat_statements|convert_lead\('})) =~ s/.*\n//sr =~ s/^.*\n//mgr;
}

sub counts { my ($result) = @_; return ($result =~ /(\d+)\|(\d+)\s*$/); }

my ($first_all, $first_metadata) = counts(statements());
my ($next_all, $next_metadata) = counts(statements("SELECT leadconv.convert_lead(@{[++$lead]})"));
note("first: $first_all statements, $first_metadata of metadata; next: $next_all, $next_metadata");
cmp_ok($first_metadata, '<=', 14, 'the first one reads each table of metadata at most once or twice');
cmp_ok($first_all - $next_all, '<=', 16, '... which is all that it does more than the next');
is($next_metadata, 0, '... which reads none');

# However much there is
$node->safe_psql('postgres', q{
	INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order) SELECT (SELECT min(id) FROM crm.picklist_field), 'v' || i, 'V', i FROM generate_series(1000, 1400) i;
	INSERT INTO crm.lead_status (api_name, master_label, sort_order) SELECT 's' || i, 's' || i, i FROM generate_series(1000, 1100) i});
my ($more_all, $more_metadata) = counts(statements());
is($more_all, $first_all, 'hundreds of values more: the same number of statements');

# What does not concern conversion: the program is looked at again and kept
foreach my $change ('ANALYZE crm.lead', 'ANALYZE crm.picklist_value', 'UPDATE crm.picklist_value SET sort_order = sort_order', 'CREATE INDEX ON crm.list_email (name)',
	'UPDATE crm.app_user SET name = name')
{
	my $before = ++$lead;
	my $after = ++$lead;

	is($node->safe_psql('postgres', join(';', "SELECT (leadconv.convert_lead($before)).success", $change, "SELECT (leadconv.convert_lead($after)).success",
			q{SELECT string_agg(ident, ',') FROM pg_backend_memory_contexts WHERE name = 'leadconv program'})), "t\nt\n1", $change);
}

done_testing();
