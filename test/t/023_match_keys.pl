# Copyright (c) 2026, the leadconv authors

# build_match_keys() beside sessions that write, killed and taken up again; keys of
# contacts when their account is renamed at the same time; whether every record has its
# keys is asked by building them once more

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = new_node('keys', "autovacuum = off\n");

$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	CREATE ROLE stranger LOGIN;
	GRANT USAGE ON SCHEMA crm, leadconv TO stranger;
	GRANT EXECUTE ON PROCEDURE leadconv.build_match_keys TO stranger;
	UPDATE crm.matching_rule SET keys_built = NULL;
	INSERT INTO crm.account (name, billing_city, phone) SELECT 'Firm ' || g, 'City ' || g % 100, '030 ' || 1000000 + g FROM generate_series(1, 6000) g;
	INSERT INTO crm.contact (account_id, first_name, last_name, email, phone)
		SELECT g, 'F' || g % 10, 'L' || g, 'm' || g || '@example.com', '040 ' || 1000000 + g FROM generate_series(1, 6000) g;
	-- what users do all day
	CREATE PROCEDURE public.work(rounds int, seed float8) LANGUAGE plpgsql AS $$
	DECLARE
		a bigint;
		c bigint;
	BEGIN
		PERFORM setseed(seed);
		FOR i IN 1 .. rounds LOOP
			a := 1 + floor(random() * 6000);
			c := 1 + floor(random() * 6000);
			BEGIN
				CASE floor(random() * 7)
					WHEN 0 THEN UPDATE crm.account SET name = 'Renamed ' || i || ' ' || seed WHERE id = a;
					WHEN 1 THEN UPDATE crm.contact SET email = i || '@example.org', last_name = 'N' || i WHERE id = c;
					WHEN 2 THEN UPDATE crm.contact SET account_id = (SELECT id FROM crm.account WHERE id = a) WHERE id = c;
					WHEN 3 THEN INSERT INTO crm.contact (account_id, last_name, email) SELECT id, 'New ' || i, i || '@example.net' FROM crm.account WHERE id = a;
					WHEN 4 THEN UPDATE crm.contact SET is_deleted = NOT is_deleted WHERE id = c;
					WHEN 5 THEN DELETE FROM crm.contact WHERE id = c;
					ELSE UPDATE crm.account SET name = 'Undone ' || i WHERE id = a; RAISE EXCEPTION 'undo';
				END CASE;
			EXCEPTION WHEN raise_exception OR deadlock_detected THEN NULL;
			END;
			COMMIT;
		END LOOP;
	END $$});

sub query { return $node->safe_psql('postgres', $_[0]); }

# A statement, on its own; returns what it says
sub run
{
	my $session = background($node, @_);

	finish($session);
	return $session->{err};
}

my ($account, $contact) = ('Standard_Account_Match_Rule_v1_0', 'Standard_Contact_Match_Rule_v1_1');

like(run("BEGIN; CALL leadconv.build_match_keys('$account')"), qr/25001: leadconv.build_match_keys\(\) cannot run inside a transaction block/,
	'not in a transaction block');
like(run('SET SESSION AUTHORIZATION stranger', 'CALL leadconv.build_match_keys()'), qr/42501/, 'only by the owner of crm');
like(run("CALL leadconv.build_match_keys('nothing')"), qr/LC\d+: there is no matching rule "nothing"/, 'a rule that there is not');
like(run("CALL leadconv.build_match_keys('$account', batch_size => 0)"), qr/batch_size 0 is out of range/, 'batches of nothing');
is(query('SELECT count(*) FROM crm.match_key'), '0', 'no keys are written before they are built');

# A transaction that has written before and is under way
my $open = background($node, 'BEGIN', "INSERT INTO crm.account (id, name, billing_city) VALUES (9001, 'Early Bird', 'Bonn')", 'SELECT pg_sleep(2)', 'COMMIT');
wait_for($node, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')");
my $build = background($node, "CALL leadconv.build_match_keys('$account', batch_size => 100)");
wait_for($node, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'virtualxid')");
like(run("CALL leadconv.build_match_keys('$contact')"), qr/55006: match keys are being built by another session/, 'one at a time');
finish($open);
finish($build);
like($build->{err}, qr/matching rule "$account" is built: 6001 records, \d+ keys written/, 'the builder waits for it');
like(run("CALL leadconv.build_match_keys('$account')"), qr/6001 records, 0 keys written, 0 deleted/, '... and misses nothing');

# Killed in the middle
my $before = query('SELECT count(*) FROM crm.match_key');
my $killed = background($node, "CALL leadconv.build_match_keys('$contact', batch_size => 1)");
query(qq{DO \$\$
	BEGIN
		FOR i IN 1 .. 20000 LOOP
			IF (SELECT count(*) FROM crm.match_key) > $before + 200 THEN
				PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL leadconv.build%';
				EXIT;
			END IF;
			PERFORM pg_sleep(0.002);
		END LOOP;
	END \$\$});
eval { finish($killed) };
is(query("SELECT keys_built FROM crm.matching_rule WHERE developer_name = '$contact'"), '{}', 'killed, the rule is not built');

# Taken up again while others write
my @workers = map { background($node, "CALL public.work(1500, 0.$_)") } 1 .. 3;
my $again = background($node, "CALL leadconv.build_match_keys('$contact', batch_size => 50)");
finish($again);
like($again->{err}, qr/matching rule "$contact" is built: \d+ records, \d+ keys written/, 'taken up again, it goes on to the end');
finish($_) for @workers;
is($_->{err}, '', 'nobody who writes has a problem') for @workers;
like(run("CALL leadconv.build_match_keys('$contact')"), qr/records, 0 keys written, 0 deleted/, 'every contact has its keys');
like(run("CALL leadconv.build_match_keys('$account')"), qr/records, 0 keys written, 0 deleted/, 'every account has');

# Renamed while a contact is added, and the other way round
sub found { return query(qq{SELECT string_agg(record_id::text, ',') FROM leadconv.find_matches('contact', '{"first_name": "Ida", "last_name": "Race", "title": "CEO", "account.name": "$_[0]"}')}); }

query("INSERT INTO crm.account (id, name) VALUES (9002, 'Before'); INSERT INTO crm.contact (id, account_id, first_name, last_name, title) VALUES (9003, 9002, 'Ida', 'Race', 'CEO')");
my $rename = background($node, 'BEGIN', "UPDATE crm.account SET name = 'Middle' WHERE id = 9002", 'SELECT pg_sleep(1)', 'COMMIT');
wait_for($node, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')");
query("INSERT INTO crm.contact (id, account_id, first_name, last_name, title) VALUES (9004, 9002, 'Ida', 'Race', 'CEO')");
finish($rename);
is(found('Middle'), '9003,9004', 'a contact that is added while its account is renamed has the new name');
is(found('Before'), '', '... and not the old one');

my $add = background($node, 'BEGIN', "INSERT INTO crm.contact (id, account_id, first_name, last_name, title) VALUES (9005, 9002, 'Ida', 'Race', 'CEO')",
	"UPDATE crm.contact SET title = 'CEO', email = 'x\@example.com' WHERE id = 9003", 'SELECT pg_sleep(1)', 'COMMIT');
wait_for($node, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep')");
query("UPDATE crm.account SET name = 'After' WHERE id = 9002");
finish($add);
is(found('After'), '9003,9004,9005', 'so have contacts that are added or changed while it waits');
is(found('Middle'), '', '... and none the one before');
like(run("CALL leadconv.build_match_keys('$contact')"), qr/records, 0 keys written, 0 deleted/, 'every contact has its keys');

# A snapshot that is older than a record does not show it
my $query = q{SELECT count(*) FROM leadconv.find_matches('contact', '{"first_name": "Una", "last_name": "Seen", "email": "una@example.com"}')};
my @level = map { background($node, "BEGIN ISOLATION LEVEL $_", 'SELECT count(*) FROM crm.contact', 'SELECT pg_sleep(1)', $query) } 'READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE';
wait_for($node, "SELECT count(*) = 3 FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
query("INSERT INTO crm.contact (first_name, last_name, email) VALUES ('Una', 'Seen', 'una\@example.com')");
finish($_) for @level;
is(join(' ', map { (split /\n/, $_->{out})[-1] } @level), '1 0 0', 'a record that is younger than the snapshot of the transaction is not there');

# Keys that nobody has any more
query('UPDATE crm.matching_rule SET is_active = false, keys_built = NULL');
like(run("CALL leadconv.build_match_keys('$account', batch_size => 1000)"), qr/\d+ keys written, [1-9]\d+ deleted/, 'keys that no rule has any more are deleted');
query(q{UPDATE crm.matching_rule SET is_active = false, keys_built = NULL});
run("CALL leadconv.build_match_keys('Standard_Lead_Match_Rule_v1_0')");
is(query('SELECT count(*) FROM crm.match_key'), '0', 'all of them');

$node->stop;
done_testing();
