# Copyright (c) 2026, the leadconv authors

# Rules and notifications beyond one session: what a listener is told, and what
# another session does when settings and users change.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('rules');
my $db = 'postgres';

$node->safe_psql($db, q{
	CREATE EXTENSION leadconv CASCADE;
	INSERT INTO crm.app_user (name) VALUES ('Ann'), ('Bob');
	INSERT INTO crm.lead (last_name, company, owner_id) SELECT 'L' || i, 'C' || i, 1 FROM generate_series(1, 100) i;
});

# What a session that listens is told of its own transaction
sub told
{
	my ($sql) = @_;
	my ($ret, $out, $err) = $node->psql($db, "LISTEN leadconv_notification;\n$sql;\nSELECT 'done'");

	is($ret, 0, 'no error') or diag($err);
	return map { /Asynchronous notification "leadconv_notification" with payload "(.*)" received/ ? $1 : () } split /\n/, $out;
}

# NOTIFY
is(scalar told('SELECT success FROM leadconv.convert_lead(1, send_notification_email => true)'), 0, 'nobody is told by default');
is($node->safe_psql($db, 'SELECT user_id, lead_id, account_id, contact_id, opportunity_id, is_sent FROM crm.notification'), '1|1|1|1|1|f', '... there is a row in the outbox');
$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET notify = true');
is(scalar told('SELECT success FROM leadconv.convert_lead(2)'), 0, 'nobody is told who is not to be');
is(join("\n", told('SELECT success FROM leadconv.convert_lead(3, send_notification_email => true, owner_id => 2)')),
	'{"type": "LeadConverted", "user_id": 2, "lead_id": 3, "account_id": 3, "contact_id": 3, "opportunity_id": 3}', 'the owner is told');
is(join("\n", told('SELECT success FROM leadconv.convert_lead(4, account_id => 1, do_not_create_contact => true, do_not_create_opportunity => true, send_notification_email => true)')),
	'{"type": "LeadConverted", "user_id": 1, "lead_id": 4, "account_id": 1}', '... of what there is');
is(join("\n", told('SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(5, send_notification_email => true), leadconv.new_lead_convert(6), leadconv.new_lead_convert(7, send_notification_email => true)])')) =~ s/[^0-9\n]*"user_id".*?"lead_id": (\d+).*/$1/gr,
	"5\n7", '... by a bulk call for each of them');
is(scalar told('BEGIN; SELECT success FROM leadconv.convert_lead(8, send_notification_email => true); ROLLBACK'), 0, '... not when it is rolled back');
is(scalar told(q{BEGIN; SELECT success FROM leadconv.convert_lead(9, send_notification_email => true); SAVEPOINT a;
	SELECT success FROM leadconv.convert_lead(10, send_notification_email => true); ROLLBACK TO a; COMMIT}), 1, '... nor what is');
is(scalar told(q{SELECT count(*) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(11, send_notification_email => true), leadconv.new_lead_convert(1, send_notification_email => true)], all_or_none => false)}),
	1, '... nor what fails');

# Another session minds the settings, and the users whom rules name
my $session = $node->background_psql($db, on_error_stop => 0);
$session->query(q{SELECT success FROM leadconv.convert_lead(12)});
make_try($node, $db);
my $next = 20;

sub try_next
{
	$next++;
	my $account = $session->query(qq{SELECT public.try('SELECT account_id FROM leadconv.convert_lead($next)')});
	return $account =~ /^\d+$/ ? $node->safe_psql($db, "SELECT owner_id FROM crm.account WHERE id = $account") : $account;
}
$node->safe_psql($db, q{CREATE TRIGGER zz BEFORE INSERT ON crm.account FOR EACH ROW WHEN (NEW.industry IS NULL) EXECUTE FUNCTION leadconv.validation_error('Which industry?')});
like(try_next(), qr/LC014.*Which industry/, 'a new rule');
$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET require_validation = false');
is(try_next(), 1, '... is switched off');
$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET require_validation = true');
like(try_next(), qr/LC014/, '... and on');
$node->safe_psql($db, q{DROP TRIGGER zz ON crm.account; CREATE TRIGGER zz BEFORE INSERT ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.assign_owner('Bob')});
is(try_next(), 1, 'an assignment rule is off');
$node->safe_psql($db, 'UPDATE crm.lead_convert_settings SET assignment_rules_on_convert = true');
is(try_next(), 2, '... and on');
$node->safe_psql($db, q{UPDATE crm.app_user SET is_active = false WHERE name = 'Bob'});
like(try_next(), qr/LC009.*"Bob", named in trigger "zz", is not active/, '... its user is not active any more');
$node->safe_psql($db, q{INSERT INTO crm.app_user (name) VALUES ('Bob')});
is(try_next(), 3, '... another one is');
$session->quit;

no_problems($node, $db, 'after all');
done_testing();
