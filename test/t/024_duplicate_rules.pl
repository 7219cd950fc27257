# Copyright (c) 2026, the leadconv authors

# Blocking duplicate rules under load: many single calls in one transaction (ten thousand
# with PG_TEST_EXTRA=leadconv_load), and sessions that meet at every isolation level, single calls
# against bulk calls, over names that are the same and names that are only similar.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('duplicate_rules', "autovacuum = off\nmax_wal_size = 4GB\nfsync = off\n");
$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	UPDATE crm.duplicate_rule SET action_on_insert = 'Block';
	CREATE TABLE public.done (client int, n int, PRIMARY KEY (client, n));
	-- companies of which there is more or less than one account, or contact
	CREATE VIEW public.wrong AS
		SELECT n, (SELECT count(*) FROM crm.account a WHERE a.phone = l.phone) AS accounts, (SELECT count(*) FROM crm.contact c WHERE c.phone = l.phone) AS contacts
		FROM (SELECT DISTINCT website::int AS n, phone FROM crm.lead) l
		WHERE (SELECT count(*) FROM crm.account a WHERE a.phone = l.phone) <> 1 OR (SELECT count(*) FROM crm.contact c WHERE c.phone = l.phone) <> 1;
	-- leads of so many companies, each of which is written in several ways
	CREATE PROCEDURE public.prepare(companies int, leads int) LANGUAGE plpgsql AS $$
	BEGIN
		TRUNCATE public.done, crm.lead, crm.account, crm.contact, crm.opportunity, crm.lead_conversion, crm.lead_conversion_error RESTART IDENTITY CASCADE;
		INSERT INTO crm.lead (id, first_name, last_name, company, email, phone, city, website)
		SELECT (n - 1) * leads + i, CASE WHEN i % 2 = 0 THEN 'Jon' ELSE 'Jonathan' END, 'Q' || h, CASE i % 3 WHEN 0 THEN h || ' Corp' WHEN 1 THEN upper(h) || ' Corporation' ELSE h || ', Inc.' END,
			CASE WHEN i % 2 = 0 THEN 'x@' ELSE 'X@' END || h || '.example', (200 + n % 700) || '-' || (200 + n / 700) || '-' || (1000 + n), h, n
		FROM generate_series(1, companies) n, generate_series(1, leads) i, LATERAL (SELECT translate(md5(n::text), '0123456789', 'ghijklmnop') AS h) x;
	END $$});

# Each company has its account and its contact, and those who came later were told
sub all_is_well
{
	my ($name) = @_;

	is($node->safe_psql('postgres', 'SELECT string_agg(w::text, $$ $$) FROM public.wrong w'), '', $name);
	is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT status_code, ' ') FROM crm.lead_conversion_error}), 'DUPLICATES_DETECTED', '... and the others are refused for that');
}

#
# Many calls in one transaction, some of which are rolled back and made again
#
my $companies = ($ENV{PG_TEST_EXTRA} // '') =~ /\bleadconv_load\b/ ? 2500 : 200;
$node->safe_psql('postgres', "CALL public.prepare($companies, 4)");
my $calls = $node->safe_psql('postgres', qq{
	CREATE PROCEDURE public.one_by_one(first int, last int) LANGUAGE plpgsql AS \$\$
	BEGIN
		FOR i IN first .. last LOOP
			PERFORM FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(i)], all_or_none => false);
		END LOOP;
	END \$\$;
	BEGIN;
	CALL public.one_by_one(1, 100);
	SAVEPOINT s;
	CALL public.one_by_one(101, 140);
	ROLLBACK TO s;
	CALL public.one_by_one(101, 4 * $companies);
	SELECT count(*) < 100 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
	COMMIT});
is($calls, 't', 'many calls in one transaction: few locks');
all_is_well('... each company is made once');

#
# Person accounts, whose rule is not active before somebody builds its keys
#
my $person = 'INSERT INTO crm.lead (id, first_name, last_name, email) VALUES (%d, $$Maya$$, $$Rao$$, $$m@x.example$$); SELECT leadconv.convert_lead(%1$d)';
$node->safe_psql('postgres', q{CALL public.prepare(0, 0); UPDATE crm.lead_convert_settings SET person_accounts_enabled = true;
	UPDATE crm.duplicate_rule SET is_active = true, action_on_insert = 'Allow'});
$node->safe_psql('postgres', sprintf($person, $_)) for (1, 2);
$node->safe_psql('postgres', q{UPDATE crm.matching_rule SET is_active = true WHERE object = 'person_account'});
$node->safe_psql('postgres', q{CALL leadconv.build_match_keys()});
my (undef, undef, $error) = $node->psql('postgres', sprintf($person, 3));
like($error, qr/Use one of these records\?\nDETAIL:  Duplicate rule "Standard_Person_Account_Duplicate_Rule", matching rule "Standard_Person_Account_Match_Rule_v1_0": account 1 "Maya Rao" \(score 100: first_name, last_name, person_email\); account 2 /,
	'a person account like others');
is($node->safe_psql('postgres', sprintf($person, 4) =~ s/\(4\)/(4, allow_save => true)/r . q{ \g /dev/null
	SELECT string_agg(object || record_id, ' ' ORDER BY record_id) FROM crm.duplicate_report}), 'account1 account2 account3', '... is reported as an account');
$node->safe_psql('postgres', q{CREATE TRIGGER zz AFTER INSERT OR UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates();
	CREATE TRIGGER zz AFTER INSERT OR UPDATE ON crm.account FOR EACH ROW EXECUTE FUNCTION leadconv.check_duplicates()});
(undef, undef, $error) = $node->psql('postgres', q{INSERT INTO crm.person_account (first_name, last_name, person_email) VALUES ('Maya', 'Rao', 'm@x.example')});
like($error, qr/Use one of these records\?\nDETAIL:  Duplicate rule "Standard_Person_Account_Duplicate_Rule"[^\n]* account 1 /, '... also outside of conversions');
$node->safe_psql('postgres', q{DROP TRIGGER zz ON crm.contact; DROP TRIGGER zz ON crm.account; UPDATE crm.lead_convert_settings SET person_accounts_enabled = false;
	UPDATE crm.duplicate_rule SET action_on_insert = 'Block'});

#
# Sessions that meet, two with single calls, two with bulk calls that come from the other side
#
foreach my $level ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE')
{
	sessions_meet($node, $level, 40, 'all_or_none => false');
	all_is_well('... with one account and contact for each company');
}

done_testing();
