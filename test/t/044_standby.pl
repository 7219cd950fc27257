# Copyright (c) 2026, the leadconv authors

# A standby server: what reads works, what writes says that the server is read-only
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1, extra => [ '--locale=C', '--encoding=UTF8' ]);
$primary->append_conf('postgresql.conf', "fsync = off\n");
$primary->start;
$primary->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	INSERT INTO crm.app_user (name) VALUES ('Ann');
	INSERT INTO crm.lead (last_name, company) SELECT 'L' || i, 'C' || i FROM generate_series(1, 5) i;
	SELECT leadconv.convert_lead(1)});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# What reads
foreach my $query (
	q{SELECT count(*) > 0 FROM leadconv.preview_lead_conversion(2) WHERE step = 'account'},
	q{SELECT count(*) > 0 FROM leadconv.report('funnel')},
	q{SELECT count(*) = 0 FROM leadconv.validate()},
	q{SELECT leadconv.lead_360(1) IS NOT NULL},
	q{SELECT record_id = 2 FROM leadconv.search('L2')},
	q{SET leadconv.user_id = 1; SELECT leadconv.current_user_id() = 1},
	q{SELECT count(*) = 0 FROM leadconv.conversion_jobs()},
	q{SELECT leadconv.status_code('25006') = 'INSUFFICIENT_ACCESS_OR_READONLY'},
	q{SELECT count(*) = 4 FROM crm.open_lead},
	q{SELECT count(*) = 0 FROM leadconv.find_account_matches(2)},
	q{SELECT count(*) = 0 FROM leadconv.find_contact_matches(2, 1)},
	q{SELECT count(*) = 1 FROM leadconv.find_opportunity_matches(1, 2)},
	q{SELECT count(*) = 0 FROM leadconv.find_matches('lead', '{"last_name": "Nobody", "company": "None"}')},
	map { "SELECT count(*) >= 0 FROM crm.$_" } split(/\n/, $primary->safe_psql('postgres', q{SELECT relname FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'v'})))
{
	is($standby->safe_psql('postgres', $query), 't', $query);
}
# ... also what the session has compiled before, and what has changed since
my $session = background($standby, q{SELECT count(*) FROM leadconv.preview_lead_conversion(2) WHERE field = 'region'},
	q{DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM crm.lead_field_mapping WHERE lead_field = 'region') LOOP PERFORM pg_sleep(0.02); COMMIT; END LOOP; END $$},
	q{SELECT count(*) FROM leadconv.preview_lead_conversion(2) WHERE field = 'region'});
$session->{handle}->pump until $session->{out} =~ /\n/ || !$session->{handle}->pumpable;
$primary->safe_psql('postgres', q{ALTER TABLE crm.lead ADD COLUMN region text DEFAULT 'x'; ALTER TABLE crm.account ADD COLUMN region text;
	SELECT leadconv.map_lead_field('region', 'account', 'region')});
finish($session);
is($session->{out}, "0\n1\n", 'a mapping that is added on the primary');

# What writes
my $refused = sub { my ($action) = @_; qr/ERROR:  25006: cannot $action on a server that is read-only\nDETAIL:  It is a standby server in recovery\.\nHINT:  Connect to the primary server.*target_session_attrs.*DATATYPE NAME:  INSUFFICIENT_ACCESS_OR_READONLY/s };
fails($standby, 'postgres', $_, $refused->('convert leads'), $_) foreach (
	'SELECT leadconv.convert_lead(2)',
	q{SELECT leadconv.convert_lead_json('{"lead_id": 2}')},
	'SELECT leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(2)], all_or_none => false)',
	q{SELECT leadconv.convert_leads_json('[{"lead_id": 2}]', all_or_none => false)},
	'SELECT leadconv.complete_lead_conversion(1)',
	q{CALL leadconv.convert_leads_in_batches('x', 'crm.open_lead')});
fails($standby, 'postgres', $_, $refused->('undo conversions'), $_) foreach (
	'SELECT leadconv.undo_lead_conversion(1)',
	q{SELECT leadconv.undo_lead_conversions('{1}', all_or_none => false)});
fails($standby, 'postgres', q{SELECT leadconv.cancel_conversion_job('x')}, $refused->('cancel a job'), 'cancel_conversion_job()');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM leadconv.convert_leads(NULL)'), '0', 'nothing to do is no error');

# A read-only transaction of the primary
fails($primary, 'postgres', 'BEGIN READ ONLY; SELECT leadconv.convert_lead(2)',
	qr/ERROR:  25006: cannot convert leads in a read-only transaction\nDETAIL: .*\nHINT:  Use SET TRANSACTION READ WRITE/, 'read-only transaction');

# Promoted, it converts
$standby->promote;
converts($standby, 'postgres', 'a standby that is promoted');

done_testing();
