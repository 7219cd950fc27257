# Copyright (c) 2026, the leadconv authors

# Conversions while the server throws its caches away at every opportunity
# (debug_discard_caches, on servers built with assertions): whatever the library keeps
# of them it must have copied, or hold. They give the same results and rows as without.
# As each statement is compiled and planned anew all the time, a conversion takes half a
# minute. So conversions run only where PG_TEST_EXTRA has the word leadconv_discard, and
# otherwise what our triggers and smaller functions do.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('discard');

plan skip_all => 'the server cannot discard its caches'
  if $node->safe_psql('postgres', q{SELECT coalesce(max(max_val::int), 0) FROM pg_settings WHERE name = 'debug_discard_caches'}) eq '0';

# Little metadata: fewer and shorter statements
$node->safe_psql('postgres', 'CREATE DATABASE without');
$node->safe_psql('without', q{
	CREATE EXTENSION leadconv CASCADE;
	INSERT INTO crm.app_user (id, name) VALUES (1, 'Ann'), (2, 'Bob');
	DELETE FROM crm.lead_field_mapping WHERE lead_field NOT IN ('last_name', 'company', 'email');
	UPDATE crm.related_list SET is_active = false WHERE child <> 'crm.task'::regclass;
	DELETE FROM crm.picklist_field;
	INSERT INTO crm.account (id, name) VALUES (1, 'Old');
	INSERT INTO crm.lead (id, last_name, company, email, owner_id)
		SELECT i, 'L' || i, (ARRAY['Acme', 'Old', 'Hooli'])[i % 3 + 1], 'l' || i % 4 || '@x.example', 1 FROM generate_series(1, 40) i;
	INSERT INTO crm.task (lead_id, subject, owner_id) SELECT i, 'Call', 1 FROM generate_series(1, 40, 2) i;
	CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN IF NEW.last_name IN ('L3', 'L9') THEN RAISE EXCEPTION 'not %', NEW.last_name; END IF; RETURN NEW; END $$;
	CREATE TRIGGER refuse BEFORE INSERT ON crm.contact FOR EACH ROW EXECUTE FUNCTION public.refuse();
	CREATE FUNCTION public.requests(VARIADIC ids int[]) RETURNS leadconv.lead_convert[] LANGUAGE sql AS
		'SELECT array_agg(leadconv.new_lead_convert(i) ORDER BY n) FROM unnest(ids) WITH ORDINALITY x (i, n)'});
$node->safe_psql('postgres', 'CREATE DATABASE discarding TEMPLATE without');

# What is asked in each database
my @asked = (
	[ q{SET leadconv.user_id = '2'; INSERT INTO crm.task (lead_id, subject) VALUES (38, 'x') RETURNING created_by_id, lead_id; INSERT INTO crm.campaign (name) VALUES ('Spring') RETURNING last_modified_by_id}, 'audit and guard' ],
	[ q{UPDATE crm.lead SET status = 'Working - Contacted', phone = '1' WHERE id IN (38, 39) RETURNING last_modified_by_id, revision}, 'history' ],
	[ q{INSERT INTO crm.campaign_member (campaign_id, lead_id, status) SELECT id, 38, 'Responded' FROM crm.campaign RETURNING has_responded}, 'a member' ],
	[ q{UPDATE crm.lead SET is_converted = true WHERE id = 38}, 'a lead cannot be converted by hand' ],
	[ q{SET leadconv.user_id = '77'; SELECT leadconv.current_user_id()}, 'nobody of that id' ],
	[ q{SELECT leadconv.normalize_company('The Acme, Inc.'), leadconv.is_converting(), leadconv.view_converted_leads()}, 'small functions' ],
	[ q{DELETE FROM crm.lead WHERE id = 38 RETURNING id}, 'a lead is deleted' ],
	[ q{INSERT INTO crm.account (id, name, phone, billing_city) VALUES (7, 'Globex', '415-555-1234', 'Bonn') RETURNING id}, 'match keys are written' ],
	[ q{CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates(); INSERT INTO crm.account (name, phone, billing_city) VALUES ('GLOBEX Inc.', '415-555-1234', 'Bonn')}, 'a duplicate is refused' ],
	[ q{UPDATE crm.account SET name = 'Initech' WHERE id = 7; SELECT record_id, name, score, fields FROM leadconv.find_matches('account', '{"name": "Initech", "phone": "415-555-1234", "billing_city": "Bonn"}')}, 'one is found by its new name' ],
	[ q{UPDATE crm.duplicate_rule SET action_on_insert = 'Block' WHERE object = 'account'; BEGIN; SAVEPOINT a; INSERT INTO crm.account (name, phone, billing_city) VALUES ('INITECH Inc.', '415-555-1234', 'Bonn'); ROLLBACK TO a; TRUNCATE crm.account CASCADE; SELECT count(*) FROM crm.match_key; ROLLBACK}, 'blocked, and keys of a table that is truncated' ],
	[ q{DROP TRIGGER zz_duplicates ON crm.account; DELETE FROM crm.account WHERE id = 7; UPDATE crm.duplicate_rule SET action_on_insert = 'Allow'}, 'as it was' ]);
push @asked, ([ 'SELECT * FROM leadconv.convert_leads(public.requests(1, 99, 2), false, reuse_accounts => true)', 'bulk, one fails, a new account and one that is reused' ],
	[ 'SELECT * FROM leadconv.convert_lead(4)', 'a single one' ],
	[ 'SELECT * FROM leadconv.convert_lead(4)', 'again: refused' ],
	[ q{SELECT * FROM leadconv.convert_lead(5, account_id => 1, owner_id => 2, follow_up_task => '{"subject": "Call"}', send_notification_email => true)}, 'with an owner and a task' ],
	[ q{SELECT * FROM leadconv.convert_lead(6, request_id => 'r', account_record => '{"phone": "1"}')}, 'with values' ],
	[ q{SELECT * FROM leadconv.convert_lead(6, request_id => 'r', account_record => '{"phone": "1"}')}, 'the same request' ],
	[ 'SELECT * FROM leadconv.preview_lead_conversions(public.requests(7, 6, 8), false, true, true)', 'a look' ],
	[ 'SELECT * FROM leadconv.convert_leads(public.requests(3, 7, 8, 9, 10, 11, 12, 99), false, false, true, true)', 'bulk: a trigger refuses two, all else shares what it can' ],
	[ 'SELECT * FROM leadconv.convert_leads(public.requests(13, 9), true)', 'all or none: none' ],
	[ q{SELECT * FROM leadconv.convert_leads_json('[{"lead_id": 13, "do_not_create_opportunity": true}, {"lead_id": 14, "account_id": 1}]')}, 'JSON' ],
	[ q{CALL leadconv.convert_leads_in_batches('ids', lead_ids => '{15,16,9,99,17}', batch_size => 2, options => '{"reuse_accounts": true}')}, 'a job over ids' ],
	[ q{CALL leadconv.convert_leads_in_batches('open', 'crm.open_lead', batch_size => 15)}, 'a job over a view' ],
	[ 'SELECT job, status, total, done, failed FROM crm.lead_conversion_job ORDER BY 1', 'how far they are' ],
	[ 'SELECT lead_id, undo FROM crm.lead_conversion ORDER BY 1', 'what can be undone' ],
	[ q{SELECT * FROM leadconv.undo_lead_conversion(5, reason => 'wrong')}, 'one is undone, with its owner and its task' ],
	[ 'SELECT * FROM leadconv.undo_lead_conversions(ARRAY[2, 6, 99], all_or_none => false)', '... and several' ],
	[ 'SELECT * FROM leadconv.validate()', 'validate()' ]) if ($ENV{PG_TEST_EXTRA} // '') =~ /\bleadconv_discard\b/;

# Each in a session of its own
sub answer
{
	my ($db, $sql, $setting) = @_;
	my ($ret, $out, $err) = $node->psql($db, "\\set VERBOSITY verbose\nSET debug_discard_caches = $setting;\n$sql", on_error_stop => 0, timeout => 3600);

	return timeless($out . $err);
}

for my $question (@asked)
{
	my ($sql, $name) = @$question;

	is(answer('discarding', $sql, 1), answer('without', $sql, 0), $name);
}

sub rows
{
	my ($db) = @_;

	return timeless(rows_of($node, $db)) =~ s/^(crm\.lead_conversion_job\|.*\|?.*),[\d.]+,/$1,RATE,/mgr;
}
is(rows('discarding'), rows('without'), 'the same rows');
cmp_ok($node->safe_psql('discarding', 'SELECT count(*) FROM crm.lead WHERE is_converted'), '>=', @asked > 20 ? 20 : 0, 'leads were converted');
ok($node->stop, 'no session has crashed');
done_testing();
