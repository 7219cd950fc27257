# Copyright (c) 2026, the leadconv authors

# Rules and match keys in sessions that last: another one changes the rules, columns are
# retyped, dropped and made again, transactions are prepared; many rows at once, with little
# memory; TRUNCATE under an old snapshot.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('duplicate_sessions', "autovacuum = off\nmax_prepared_transactions = 4\nlock_timeout = 60s\n");
$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	CREATE ROLE seller;
	GRANT USAGE ON SCHEMA crm, leadconv TO seller;
	GRANT SELECT, INSERT, UPDATE ON crm.lead, crm.account, crm.contact TO seller;
	GRANT EXECUTE ON FUNCTION leadconv.find_matches TO seller;
	CREATE TRIGGER zz_duplicates AFTER INSERT OR UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
	INSERT INTO crm.account (name, billing_city, phone) VALUES ('Acme', 'Boston', '415-555-1234')});

# A session that lasts
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $insert = q{INSERT INTO crm.account (name, billing_city, phone) VALUES ('ACME Inc.', 'Boston', '415-555-1234')};
my $found = q{SELECT count(*) FROM leadconv.find_matches('account', '{"name": "Acme", "billing_city": "Boston", "phone": "415-555-1234"}')};

sub answer
{
	my ($sql) = @_;

	my $out = $session->query($sql);

	my $err = $session->{stderr} // '';
	$session->{stderr} = '';
	return $err =~ /^.*ERROR:\s+(.*?)$/m ? "ERROR $1" : $out;
}

is(answer('SET ROLE seller; ' . $found), '1', 'a role that may not read rules');
like(answer($insert), qr/^ERROR Use one of these records\?/, '... is told by them');
$node->safe_psql('postgres', q{UPDATE crm.duplicate_rule SET alert_text = 'There it is' WHERE object = 'account'});
like(answer($insert), qr/^ERROR There it is/, 'another session changes a rule');
$node->safe_psql('postgres', q{UPDATE crm.duplicate_rule SET is_active = false WHERE object = 'account'});
is(answer("BEGIN; $insert; ROLLBACK"), '', '... and switches it off');
$node->safe_psql('postgres', q{UPDATE crm.duplicate_rule SET is_active = is_standard WHERE developer_name = 'Standard_Account_Duplicate_Rule'; UPDATE crm.matching_rule SET is_active = false WHERE object = 'account'});
is(answer($found), '0', '... or the matching rule');
$node->safe_psql('postgres', q{UPDATE crm.matching_rule SET is_active = true WHERE object = 'account'});
is(answer($found), '1', '... and on again');
$node->safe_psql('postgres', q{BEGIN; UPDATE crm.matching_rule SET is_active = false; ROLLBACK});
is(answer($found), '1', 'a change that is rolled back is none');

#
# Columns are retyped, dropped, and made again between two calls
#
$node->safe_psql('postgres', q{
	ALTER TABLE crm.account ADD code text;
	WITH r AS (INSERT INTO crm.matching_rule (object, developer_name, master_label) VALUES ('account', 'code', 'Code') RETURNING id)
		INSERT INTO crm.matching_rule_item (matching_rule_id, sort_order, field) SELECT id, 1, 'code' FROM r;
	CREATE DOMAIN public.caseless AS text CHECK (VALUE <> 'nothing')});
$node->safe_psql('postgres', q{CALL leadconv.build_match_keys('code')});
my $by_code = q{SELECT count(*) FROM leadconv.find_matches('account', '{"code": "A-1"}')};
my $n = 0;
for my $type ('varchar(20)', 'public.caseless', 'char(12)', 'text')
{
	is(answer(q{INSERT INTO crm.account (name, code) VALUES ('Coded', 'a-1')}), '', 'a record before the column becomes ' . $type);
	is(answer($by_code), ++$n, '... is found');
	isnt($node->psql('postgres', "ALTER TABLE crm.account ALTER code TYPE $type"), 0, '... which it does not while a rule names it');
	# the rule is switched off; its keys are the same as of the other type, and stay
	$node->safe_psql('postgres', qq{BEGIN; UPDATE crm.matching_rule SET is_active = false, keys_built = NULL WHERE developer_name = 'code';
		ALTER TABLE crm.account ALTER code TYPE $type;
		UPDATE crm.matching_rule SET is_active = true, keys_built = '{"1 code:Exact"}' WHERE developer_name = 'code'; COMMIT});
	is(answer($by_code), $n, '... and as ' . $type);
}
$node->safe_psql('postgres', 'ALTER TABLE crm.account DROP code CASCADE');
is(answer($by_code), '0', 'the column is gone');
is(answer(q{INSERT INTO crm.account (name, billing_city, phone) VALUES ('Other', 'Rome', '030 55667788')}), '', '... which is no error');
$node->safe_psql('postgres', 'ALTER TABLE crm.account ADD code text; SELECT leadconv.protect_mapped_columns()');
is(answer(q{INSERT INTO crm.account (name, code) VALUES ('Coded', 'a-1')}), '', 'it is there again');
is(answer($by_code), '1', '... with what it has now');
is($node->safe_psql('postgres', 'SELECT problem FROM leadconv.validate()'), '', '... and all is well');

#
# Prepared transactions
#
is(answer(q{RESET ROLE; BEGIN; UPDATE crm.duplicate_rule SET alert_text = 'Prepared' WHERE object = 'account'}), '', 'a rule is changed');
like(answer(qq{DO \$\$ BEGIN $insert; EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION '%', SQLERRM; END \$\$}), qr/^ERROR Prepared/, '... and used');
is(answer('ROLLBACK'), '', '... in a transaction that ends');
is(answer(qq{BEGIN; UPDATE crm.duplicate_rule SET alert_text = 'Prepared' WHERE object = 'account'; $found; PREPARE TRANSACTION 'rules'}), '1', 'one that is prepared');
like(answer($insert), qr/^ERROR There it is/, '... has not changed it yet');
is(answer(q{ROLLBACK PREPARED 'rules'}), '', '... nor when it is rolled back');
like(answer($insert), qr/^ERROR There it is/, '... has it');
is(answer(qq{BEGIN; UPDATE crm.duplicate_rule SET action_on_insert = 'Block' WHERE object = 'account'; COMMIT}), '', 'a rule that blocks');
is(answer(q{BEGIN; INSERT INTO crm.account (name, billing_city, phone) VALUES ('Hooli', 'Paris', '212-555-9999'); PREPARE TRANSACTION 'hooli'}), '', 'a record that is prepared');
my ($ret, $out, $err) = $node->psql('postgres', q{SET lock_timeout = '200ms'; INSERT INTO crm.account (name, billing_city, phone) VALUES ('HOOLI Inc', 'Paris', '212-555-9999')});
like($err, qr/canceling statement due to lock timeout/, '... keeps others waiting');
is(answer(q{COMMIT PREPARED 'hooli'}), '', '... is committed');
($ret, $out, $err) = $node->psql('postgres', q{INSERT INTO crm.account (name, billing_city, phone) VALUES ('HOOLI Inc', 'Paris', '212-555-9999')});
like($err, qr/ERROR:\s+There it is/, '... and refuses them then');

#
# Many rows, with little memory: 10,000 with PG_TEST_EXTRA=leadconv_load
#
my $rows = ($ENV{PG_TEST_EXTRA} // '') =~ /\bleadconv_load\b/ ? 10000 : 1000;
my $firms = $rows / 2 - 1;
my $leads = $rows / 5;
is(answer(q{SET work_mem = '64kB'; SET maintenance_work_mem = '1MB'; SET leadconv.allow_save = on; UPDATE crm.duplicate_rule SET action_on_insert = 'Allow'}), '', 'little memory');
$node->safe_psql('postgres', q{COPY (SELECT 'Firm ' || md5((i / 2)::text), 'Town', '2' || lpad((i / 2)::text, 9, '1') FROM generate_series(1, } . $rows . q{) i) TO '} . $node->basedir . q{/firms'});
is(answer(q{COPY crm.account (name, billing_city, phone) FROM '} . $node->basedir . q{/firms'}), '', 'COPY of many rows');
is(answer(q{SELECT count(*), count(DISTINCT duplicate_record_set_id) FROM crm.duplicate_report r JOIN crm.account a ON a.id = r.record_id WHERE a.billing_city = 'Town'}), 2 * $firms . '|' . $firms, '... of which each second one is like the one before, and reported');
is(answer(q{INSERT INTO crm.lead (first_name, last_name, company, city, phone) SELECT 'F' || i, 'L' || md5(i::text), 'Firm ' || md5((i % 100)::text), 'Town', '2' || lpad((i % 100)::text, 9, '1') FROM generate_series(1, } . $leads . q{) i}), '', 'leads of these firms');
is(answer(q{SELECT count(*) FILTER (WHERE success), count(*) FILTER (WHERE (errors[1]).status_code = 'DUPLICATES_DETECTED') FROM leadconv.convert_leads((SELECT array_agg(leadconv.new_lead_convert(id)) FROM crm.lead WHERE city = 'Town'), all_or_none => false)}), '0|' . $leads, '... are refused, a big batch of them');

#
# TRUNCATE under an old snapshot takes the keys of records that it does not see
#
is(answer('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) > 0 FROM crm.lead'), 't', 'a snapshot');
$node->safe_psql('postgres', q{INSERT INTO crm.lead (first_name, last_name, company, email) VALUES ('Late', 'Comer', 'Late', 'late@comer.example')});
is(answer('TRUNCATE crm.lead CASCADE; COMMIT'), '', '... and a table that is truncated');
is($node->safe_psql('postgres', q{SELECT count(*) FROM crm.match_key k WHERE NOT EXISTS (SELECT FROM crm.account a WHERE a.id = k.record_id)}), '0', '... leave no keys');

ok($session->quit, 'the session is well');
ok($node->stop, 'so is the server');
done_testing();
