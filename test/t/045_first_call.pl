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
	INSERT INTO crm.lead (last_name, company) SELECT 'L' || i, 'C' || i FROM generate_series(1, 80) i});

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

# How many programs a session has compiled for two conversions, and something between them
sub compiled
{
	my ($change) = @_;
	my $before = ++$lead;
	my $after = ++$lead;

	return $node->safe_psql('postgres', join(';', "SELECT (leadconv.convert_lead($before)).success", $change, "SELECT (leadconv.convert_lead($after)).success",
			q{SELECT string_agg(ident, ',') FROM pg_backend_memory_contexts WHERE name = 'leadconv program'}));
}

# What does not concern conversion: the program is looked at again and kept
foreach my $change ('ANALYZE crm.lead', 'ANALYZE crm.picklist_value', 'VACUUM crm.account', 'UPDATE crm.picklist_value SET sort_order = sort_order', 'CREATE INDEX ON crm.list_email (name)',
	'UPDATE crm.app_user SET name = name', 'CREATE INDEX ON crm.account (phone)', 'CREATE INDEX ON crm.lead (phone, id)', 'CREATE UNIQUE INDEX ON crm.opportunity (name, id)',
	q{UPDATE crm.picklist_value SET label = label || '.', is_closed = NOT is_closed}, q{UPDATE crm.opportunity_stage SET default_probability = 3},
	q{INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order) SELECT id, 'new', 'New', 99 FROM crm.picklist_field WHERE NOT is_restricted},
	q{UPDATE crm.picklist_value SET sort_order = sort_order + 1, value = value || '.' WHERE picklist_field_id IN (SELECT id FROM crm.picklist_field WHERE NOT is_restricted) AND NOT is_default},
	q{DELETE FROM crm.picklist_value WHERE label = 'New'})
{
	is(compiled($change), "t\nt\n1", $change);
}

# What does: it is compiled anew
foreach my $change (q{UPDATE crm.picklist_field SET is_restricted = true WHERE (object, field) = ('account', 'industry')},
	q{INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order) SELECT id, 'new', 'New', 99 FROM crm.picklist_field WHERE is_restricted},
	q{UPDATE crm.picklist_value v SET is_default = true WHERE id = (SELECT min(x.id) FROM crm.picklist_value x JOIN crm.picklist_field f ON f.id = x.picklist_field_id WHERE (f.object, f.field) = ('account', 'type'))},
	q{UPDATE crm.picklist_field SET is_restricted = false; INSERT INTO crm.record_type (object, developer_name, name) VALUES ('account', 'a', 'A');
		INSERT INTO crm.record_type_picklist_value (record_type_id, picklist_value_id) SELECT r.id, v.id FROM crm.record_type r, crm.picklist_value v JOIN crm.picklist_field f ON f.id = v.picklist_field_id WHERE (f.object, f.field) = ('account', 'rating')},
	q{UPDATE crm.picklist_value SET value = value || '!' WHERE picklist_field_id = (SELECT id FROM crm.picklist_field f WHERE (f.object, f.field) = ('account', 'rating'))},
	'UPDATE crm.lead_status SET sort_order = sort_order + 1', 'CREATE INDEX ON crm.account (parent_id, id)')
{
	is(compiled($change), "t\nt\n2", $change =~ s/\s+/ /gr);
}

done_testing();
