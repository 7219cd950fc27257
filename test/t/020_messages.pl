# Copyright (c) 2026, the leadconv authors

# What messages say about where they come from, with a server that speaks another
# language: the statements that conversion generates are in none of them, the status
# code is in those of errors only, and lines of the user's own code stay.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('messages', "lc_messages = 'C.UTF-8'\n");

# With a locale that is not "C", the language need not be installed
{
	local $ENV{LANGUAGE} = 'de';
	$node->restart;
}
my (undef, undef, $said) = $node->psql('postgres', 'SELECT 1/0');
plan skip_all => 'this server does not speak German' if $said !~ /Division durch Null/;

$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF NEW.name LIKE 'warn%' THEN
			RAISE WARNING 'warned of %', NEW.name USING ERRCODE = '23514';
			RAISE NOTICE 'noticed %', NEW.name;
			RAISE INFO 'informed of %', NEW.name USING ERRCODE = 'LC007';
		ELSIF NEW.name LIKE 'refuse%' THEN
			RAISE EXCEPTION 'refused %', NEW.name USING ERRCODE = '23514';
		ELSIF NEW.name LIKE 'query%' THEN
			EXECUTE 'SELECT no_such_column FROM crm.account';
		END IF;
		RETURN NEW;
	END $$;
	INSERT INTO crm.lead (id, last_name, company)
	SELECT i, 'Rao', (ARRAY['warn', 'refuse', 'query', 'keep'])[1 + i % 4] || ' ' || i FROM generate_series(4, 403) i;
});

# What psql is told when a statement runs, with all its context
sub said_of
{
	my ($sql) = @_;
	my (undef, undef, $err) = $node->psql('postgres', "\\set SHOW_CONTEXT always\n$sql", on_error_stop => 0);

	return $err;
}

sub says
{
	my ($said, $name, @patterns) = @_;

	like($said, $_, "$name: says " . ($_ =~ s/^\(\?\^m?:|\)$//gr)) for @patterns;
	unlike($said, qr/conversion_batch|INSERT INTO crm|\$2 AS ord/, "$name: no generated statement");
}

my $direct = 'SELECT leadconv.convert_lead(%d)';
my $bulk = 'SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(%d), leadconv.new_lead_convert(7)])';

# a constraint, for a single conversion without a statement, and for two
$node->safe_psql('postgres', q{ALTER TABLE crm.account ADD CONSTRAINT no_refuse CHECK (name NOT LIKE 'refuse%')});
says(said_of(sprintf $direct, 5), 'constraint, single', qr/^CONTEXT:  lead conversion of lead 5, step insert account, status code FIELD_CUSTOM_VALIDATION_EXCEPTION$/m);
says(said_of(sprintf $bulk, 5), 'constraint, bulk', qr/^CONTEXT:  lead conversion of lead 5 \(request 1 of 2\), step insert account, status code FIELD_CUSTOM_VALIDATION_EXCEPTION$/m);
$node->safe_psql('postgres', 'ALTER TABLE crm.account DROP CONSTRAINT no_refuse');

# a trigger, which makes all of them statements
$node->safe_psql('postgres', 'CREATE TRIGGER note BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION note()');
for my $lines ('one line', 'two lines')
{
	for my $call ($direct, $bulk)
	{
		my $kind = $call eq $direct ? "single, $lines" : "bulk, $lines";
		my $request = $call eq $direct ? '' : ' \(request 1 of 2\)';

		says(said_of(sprintf $call, 5), "trigger, $kind", qr/FEHLER:  refused refuse 5$/m,
			qr/^CONTEXT:  PL.pgSQL-Funktion .*note\(\).* bei RAISE\nlead conversion of lead 5$request, step insert account, status code FIELD_CUSTOM_VALIDATION_EXCEPTION$/m);
		says(said_of(sprintf $call, 6), "query of a trigger, $kind",
			qr/^QUERY:  SELECT no_such_column FROM crm.account$/m,
			qr/^lead conversion of lead 6$request, step insert account, status code CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY$/m);
	}
	# from here on the statements have two lines
	$node->safe_psql('postgres', q{
		ALTER TABLE crm.lead ADD IF NOT EXISTS remark text;
		ALTER TABLE crm.account ADD IF NOT EXISTS remark text NOT NULL DEFAULT E'one\ntwo';
		SELECT leadconv.map_lead_field('remark', 'account', 'remark') WHERE NOT EXISTS
			(SELECT FROM crm.lead_field_mapping WHERE lead_field = 'remark')});
}

# what is not an error has no status code, whatever its SQLSTATE
$said = said_of(sprintf $direct, 8);
like($said, qr/$_ .* warn 8\nCONTEXT:  (?:.*\n){1,}?lead conversion of lead 8, step insert account$/m, "$_ of a trigger: says where")
  for 'WARNUNG:', 'HINWEIS:', 'INFO:';
unlike($said, qr/status code/, '... and has no status code');

# each of many says which lead it is about
$said = said_of(q{SELECT count(*) FROM leadconv.convert_leads(ARRAY(
	SELECT leadconv.new_lead_convert(id) FROM crm.lead WHERE company LIKE 'warn%' AND NOT is_converted ORDER BY md5(id::text)))});
my @wrong = grep { $said !~ /warned of warn $_\n(?:(?!WARNUNG|HINWEIS).*\n)*?lead conversion of lead $_ \(request \d+ of 99\), step insert account\n/ }
  map { 4 * $_ } 3 .. 100;
is("@wrong", '', 'warnings of a bulk call: each says which lead');

# an error with a position in the generated statement
$node->safe_psql('postgres', q{
	DROP TRIGGER note ON crm.account;
	ALTER TABLE crm.account ADD stars numeric;
	INSERT INTO crm.picklist_field (object, field) VALUES ('account', 'stars');
	INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order, is_default)
	SELECT id, 'many', 'Many', 1, true FROM crm.picklist_field WHERE field = 'stars'});
$said = said_of(sprintf $direct, 7);
says($said, 'position in the statement', qr/FEHLER:  ung.*numeric.*many/,
	qr/^CONTEXT:  lead conversion of lead 7, step insert account, status code INVALID_TYPE_ON_FIELD_IN_RECORD$/m);
unlike($said, qr/^(?:QUERY|LINE|ZEILE)/m, '... which is not shown');
$said = said_of('SELECT * FROM leadconv.convert_leads_json(\'[{"lead_id": 7}, {"lead_id": 11}]\', false)');
unlike($said, qr/conversion_batch/, '... nor with partial success');

# metadata that does not fit, and a look
$node->safe_psql('postgres', q{
	DELETE FROM crm.picklist_value WHERE value = 'many';
	ALTER TABLE crm.lead RENAME remark TO remarks});
like(said_of(sprintf $direct, 7), qr/^CONTEXT:  lead conversion, step compile, status code FIELD_INTEGRITY_EXCEPTION$/m,
	'metadata: the step is compile');
$node->safe_psql('postgres', q{
	ALTER TABLE crm.lead RENAME remarks TO remark;
	CREATE ROLE looker;
	GRANT USAGE ON SCHEMA crm, leadconv TO looker;
	GRANT SELECT (id), UPDATE (id) ON crm.lead TO looker;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA leadconv TO looker});
$said = said_of('SET ROLE looker; SELECT * FROM leadconv.preview_lead_conversions(ARRAY[leadconv.new_lead_convert(7)])');
says($said, 'a look', qr/^CONTEXT:  lead conversion, step lock lead, status code INSUFFICIENT_ACCESS_OR_READONLY$/m);

done_testing();
