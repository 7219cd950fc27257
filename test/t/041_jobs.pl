# Copyright (c) 2026, the leadconv authors

# Jobs as those who run them know them: failures run again, leads that others convert, lists, cancelling
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use LeadconvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('jobs');

# What is printed and said by statements of a role, each on its own
sub said
{
	my ($role, @sql) = @_;
	my ($ret, $out, $err) = $node->psql('postgres', join(";\n", "SET SESSION AUTHORIZATION $role", @sql) . ';', on_error_stop => 0);

	return join("\n", grep { $_ ne '' } $out, $err);
}

# The counters of a job
sub job
{
	my ($name) = @_;

	return $node->safe_psql('postgres', qq{SELECT status, total, done, failed, remaining, retry_up_to IS NULL FROM crm.lead_conversion_job WHERE job = '$name'});
}

$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	CREATE ROLE maker;
	CREATE ROLE other;
	SELECT leadconv.grant_role_privileges('maker', 'integration'), leadconv.grant_role_privileges('other', 'integration');
	REVOKE SELECT ON crm.lead_conversion_job, crm.lead_conversion_error FROM maker, other;
	GRANT CREATE ON SCHEMA public TO maker;
	ALTER TABLE crm.lead ADD COLUMN region text;
	INSERT INTO crm.lead (last_name, company, region, description) SELECT 'L' || i, 'C' || i, CASE WHEN i % 2 = 0 THEN 'EMEA' ELSE 'APAC' END, CASE WHEN i % 10 = 0 THEN 'bad' END
	FROM generate_series(1, 40) i;
	CREATE FUNCTION public.no_bad() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		IF EXISTS (SELECT FROM crm.lead WHERE company = NEW.name AND description = 'bad') THEN RAISE 'bad company'; END IF;
		RETURN NEW;
	END $$;
	CREATE TRIGGER no_bad BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.no_bad()});
said('maker', q{CREATE VIEW public.emea WITH (security_invoker = true) AS SELECT * FROM crm.open_lead WHERE (lead).region = 'EMEA'});

# A source that is filtered by a column of the user
like(said('maker', q{CALL leadconv.convert_leads_in_batches('emea', 'public.emea', batch_size => 6)}), qr/job "emea" is complete: 16 leads converted, 4 failed/, 'open leads of a region');
is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT region, ' ') FROM crm.lead WHERE is_converted}), 'EMEA', '... and no others');
is(job('emea'), 'Completed|20|16|4|0|t', '... counted');

# Failures alone
my $retry = q{CALL leadconv.convert_leads_in_batches('emea', options => '{"retry_failed": true}')};
like(said('maker', $retry), qr/complete: 16 leads converted, 4 failed/, 'run again, nothing having changed');
is(job('emea'), 'Completed|20|16|4|0|t', '... they fail again');
is($node->safe_psql('postgres', q{SELECT count(*), count(retried_date) FROM crm.lead_conversion_error}), '8|4', '... and are noted anew');
$node->safe_psql('postgres', q{UPDATE crm.lead SET description = NULL WHERE id IN (10, 20); UPDATE crm.lead SET region = 'APAC' WHERE id = 30});
like(said('maker', $retry), qr/job "emea": 19 of 19 leads, 1 failed.*\n.*complete: 18 leads converted, 1 failed/, 'two have been corrected, one is not in the source any more');
is(job('emea'), 'Completed|19|18|1|0|t', '... counted');
like(said('maker', q{CALL leadconv.convert_leads_in_batches('emea')}), qr/is complete already/, 'without asking for it, nothing is run again');
$node->safe_psql('postgres', q{SELECT leadconv.convert_lead(40, account_record => '{"name": "good"}')});
like(said('maker', $retry), qr/complete: 18 leads converted, 0 failed/, 'the last one has been converted by hand');
like(said('maker', $retry), qr/job "emea" has no failures to run again/, 'nothing is left');
is($node->safe_psql('postgres', q{SELECT count(*), count(retried_date) FROM crm.lead_conversion_error}), '9|9', '... of failures, which are all there');
like(said('other', $retry), qr/there is no job "emea"/, 'another role');
like(said('maker', q{CALL leadconv.convert_leads_in_batches('new', 'public.emea', options => '{"retry_failed": true}')}), qr/there is no job "new"/, 'a new job');
like(said('maker', q{CALL leadconv.convert_leads_in_batches('emea', options => '{"retry_failed": 1}')}), qr/option "retry_failed" is not true or false/, 'no flag');

# ... over ids, by which a job goes by position
like(said('maker', q{CALL leadconv.convert_leads_in_batches('ids', lead_ids => '{30,1,999,NULL,3}', batch_size => 2)}), qr/complete: 2 leads converted, 3 failed/, 'ids');
$node->safe_psql('postgres', q{UPDATE crm.lead SET description = NULL WHERE id = 30});
like(said('maker', q{CALL leadconv.convert_leads_in_batches('ids', options => '{"retry_failed": true}')}), qr/complete: 3 leads converted, 2 failed/, '... again');
is(job('ids'), 'Completed|5|3|2|0|t', '... counted, with the one that is no lead at all');

# ... over requests, which can be corrected
said('maker', q{CREATE TABLE public.todo (lead_id bigint, converted_status text); INSERT INTO public.todo VALUES (5, 'Nonsense'), (7, NULL)});
like(said('maker', q{CALL leadconv.convert_leads_in_batches('todo', 'public.todo')}), qr/complete: 1 leads converted, 1 failed/, 'requests');
said('maker', q{UPDATE public.todo SET converted_status = NULL});
like(said('maker', q{CALL leadconv.convert_leads_in_batches('todo', options => '{"retry_failed": true}')}), qr/complete: 2 leads converted, 0 failed/, '... corrected');

# What keeps a run of failures from its end does not lose them
$node->safe_psql('postgres', q{INSERT INTO crm.lead (id, last_name, company, description, region) SELECT i, 'L', 'C' || i, 'bad', 'Z' FROM generate_series(101, 106) i});
said('maker', q{CREATE VIEW public.z WITH (security_invoker = true) AS SELECT id FROM crm.lead WHERE region = 'Z'});
like(said('maker', q{CALL leadconv.convert_leads_in_batches('z', 'public.z', batch_size => 2)}), qr/complete: 0 leads converted, 6 failed/, 'all fail');
$node->safe_psql('postgres', q{
	UPDATE crm.lead SET description = NULL WHERE region = 'Z';
	CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name = 'C103' THEN RAISE 'stop' USING ERRCODE = '57014'; END IF; RETURN NEW; END $$;
	CREATE TRIGGER stop BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.stop()});
like(said('maker', q{CALL leadconv.convert_leads_in_batches('z', options => '{"retry_failed": true}')}), qr/stop/, 'stopped in the second batch');
is(job('z'), 'Aborted|6|2|0|4|f', '... what is done is done');
$node->safe_psql('postgres', 'DROP TRIGGER stop ON crm.account');
like(said('maker', q{CALL leadconv.convert_leads_in_batches('z')}), qr/complete: 6 leads converted, 0 failed/, '... taken up again');
is($node->safe_psql('postgres', q{SELECT count(*) FROM crm.lead_conversion_error WHERE job = 'z' AND retried_date IS NULL}), '0', '... with all of them');

# Leads that others have converted are no failures of a job over leads, whatever it knows of them
like(said('maker', q{CALL leadconv.convert_leads_in_batches('again', 'public.z')}), qr/complete: 0 leads converted, 0 failed/, 'leads that are converted');
is(job('again'), 'Completed|0|0|0|0|t', '... are not counted');
is($node->safe_psql('postgres', q{SELECT count(*) FROM crm.lead_conversion_error WHERE job = 'again'}), '0', '... nor noted');
like(said('maker', q{CALL leadconv.convert_leads_in_batches('again todo', 'public.todo')}), qr/complete: 0 leads converted, 2 failed/, 'of a job over requests they are');

# Lists and cancelling: a role's own, without privileges on the table
is(said('maker', q{SELECT job, source, status, total, done, failed FROM leadconv.conversion_jobs() WHERE job IN ('emea', 'ids')}),
	"emea|public.emea|Completed|18|18|0\nids||Completed|5|3|2", 'the jobs of a role');
is(said('other', q{SELECT count(*) FROM leadconv.conversion_jobs()}), '0', '... are not those of another');
like(said('other', q{SELECT leadconv.cancel_conversion_job('emea')}), qr/the current role has no job "emea"/, '... which cannot cancel them');
is(said('maker', q{SELECT leadconv.cancel_conversion_job('emea')}), 'f', 'one that is not running');
$node->safe_psql('postgres', q{
	INSERT INTO crm.lead (last_name, company, region) SELECT 'S', 'Slow ' || i, 'S' FROM generate_series(1, 20) i;
	CREATE FUNCTION public.slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$;
	CREATE TRIGGER slow BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION public.slow()});
my $running = background($node, 'SET SESSION AUTHORIZATION maker', q{CALL leadconv.convert_leads_in_batches('slow', 'crm.open_lead', batch_size => 2)});
wait_for($node, q{SELECT count(*) > 0 FROM crm.lead_conversion_job WHERE job = 'slow' AND done > 0});
is(said('maker', q{SELECT leadconv.cancel_conversion_job('slow')}), 't', 'one that is');
finish($running);
like($running->{err}, qr/job "slow" was cancelled after/, '... stops');
is(said('maker', q{SELECT status FROM leadconv.conversion_jobs() WHERE job = 'slow'}), 'Aborted', '... and says so');
like(said('maker', q{CALL leadconv.convert_leads_in_batches('slow', options => '{"retry_failed": true}')}), qr/job "slow" is not complete/, 'its failures have to wait');
$node->safe_psql('postgres', 'DROP TRIGGER slow ON crm.account');
like(said('maker', q{CALL leadconv.convert_leads_in_batches('slow')}), qr/job "slow" is complete/, '... until it has been taken up again');

done_testing();
