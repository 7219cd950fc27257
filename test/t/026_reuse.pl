# Copyright (c) 2026, the leadconv authors

# Reuse under load: ten thousand single calls in one transaction, with savepoints; jobs;
# sessions that meet at every isolation level, single calls against bulk calls.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use LeadconvTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('reuse', "autovacuum = off\nmax_wal_size = 4GB\nfsync = off\n");
$node->safe_psql('postgres', q{
	CREATE EXTENSION leadconv CASCADE;
	UPDATE crm.duplicate_rule SET is_active = false;
	ALTER TABLE crm.account ADD COLUMN made_by text;
	CREATE PROCEDURE public.clean() LANGUAGE sql AS $$
		TRUNCATE public.done, crm.lead, crm.account, crm.contact, crm.opportunity, crm.lead_conversion RESTART IDENTITY CASCADE $$;
	CREATE TABLE public.done (client int, n int, PRIMARY KEY (client, n));
	-- the accounts and contacts of a company, as told by a row for each that are not as they should be
	CREATE VIEW public.wrong AS
		SELECT n, accounts, contacts, places, leads FROM generate_series(1, 10000) n
		JOIN LATERAL (SELECT count(DISTINCT a.id) AS accounts FROM crm.account a WHERE leadconv.normalize_company(a.name) = 'co ' || n) a ON true
		JOIN LATERAL (SELECT count(*) AS contacts, string_agg(a.made_by, ',') AS places FROM crm.contact c JOIN crm.account a ON a.id = c.account_id
			WHERE leadconv.normalize_email(c.email) = 'x@co' || n || '.example') c ON true
		JOIN LATERAL (SELECT count(*) FILTER (WHERE NOT l.is_converted) AS leads FROM crm.lead l WHERE l.website = n::text) l ON true
		WHERE accounts > 0 AND (accounts <> CASE n % 3 WHEN 0 THEN 2 ELSE 1 END OR contacts <> 1 OR leads > 0
			OR places IS DISTINCT FROM CASE n % 3 WHEN 0 THEN 'newer' WHEN 1 THEN NULL ELSE 'only' END);
	-- leads of so many companies: of every third there are two accounts, the newer one with
	-- the contact, and of another third there is one
	CREATE PROCEDURE public.prepare(companies int, leads int) LANGUAGE plpgsql AS $$
	BEGIN
		CALL public.clean();
		INSERT INTO crm.account (name, made_by) SELECT 'Co ' || n, CASE n % 3 WHEN 0 THEN 'older' ELSE 'only' END FROM generate_series(1, companies) n WHERE n % 3 <> 1;
		INSERT INTO crm.account (name, made_by) SELECT 'CO ' || n || ', Inc.', 'newer' FROM generate_series(1, companies) n WHERE n % 3 = 0;
		INSERT INTO crm.contact (last_name, account_id, email) SELECT 'There', id, 'x@co' || (regexp_match(name, '\d+'))[1] || '.example' FROM crm.account WHERE made_by = 'newer';
		INSERT INTO crm.lead (id, first_name, last_name, company, email, website)
		SELECT (n - 1) * leads + i, 'F', 'L' || i, CASE WHEN i % 2 = 0 THEN 'co ' ELSE 'Co. ' END || n, CASE WHEN i % 2 = 0 THEN 'X@co' ELSE 'x@CO' END || n || '.example', n
		FROM generate_series(1, companies) n, generate_series(1, leads) i;
	END $$});

# Nothing is wrong with what there is in the end
sub all_is_well
{
	my ($name) = @_;

	is($node->safe_psql('postgres', 'SELECT string_agg(w::text, $$ $$) FROM public.wrong w'), '', $name);
}

#
# Ten thousand single calls in one transaction; some are rolled back and made again
#
$node->safe_psql('postgres', 'CALL public.prepare(2500, 4); ANALYZE');
my $calls = $node->safe_psql('postgres', q{
	CREATE FUNCTION public.used() RETURNS bigint LANGUAGE sql AS $$
		SELECT sum(total_bytes)::bigint FROM pg_backend_memory_contexts $$;
	CREATE PROCEDURE public.one_by_one(first int, last int) LANGUAGE plpgsql AS $$
	BEGIN
		FOR i IN first .. last LOOP
			PERFORM FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(i)], reuse_accounts => true, reuse_contacts => true);
		END LOOP;
	END $$;
	BEGIN;
	CALL public.one_by_one(1, 1000);
	SELECT public.used() AS before \gset
	SAVEPOINT s1;
	CALL public.one_by_one(1001, 1400);
	ROLLBACK TO s1;
	CALL public.one_by_one(1001, 3000);
	SAVEPOINT s2;
	CALL public.one_by_one(3001, 3400);
	RELEASE s2;
	SAVEPOINT s3;
	CALL public.one_by_one(3401, 10000);
	RELEASE s3;
	SELECT count(*) < 100, public.used() < 2 * :before FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid();
	COMMIT});
is($calls, 't|t', 'ten thousand calls in one transaction: few locks, and no more memory');
all_is_well('... each company has its accounts, and its contact');
is($node->safe_psql('postgres', 'SELECT count(*) FROM crm.lead_conversion'), 10000, '... and each lead its conversion');

#
# Jobs: batches find what earlier batches have made
#
$node->safe_psql('postgres', 'CALL public.prepare(60, 4)');
$node->safe_psql('postgres', q{CALL leadconv.convert_leads_in_batches('reuse', 'crm.open_lead', options => '{"reuse_accounts": true, "reuse_contacts": true}', batch_size => 7)});
all_is_well('a job');

#
# Sessions that meet, two with single calls, two with bulk calls that come from the other side
#
foreach my $level ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE')
{
	my $n = 60;

	sessions_meet($node, $level, $n, 'reuse_accounts => true, reuse_contacts => true');
	all_is_well('... with one account and contact for each company');
	is($node->safe_psql('postgres', 'SELECT count(*) FROM crm.lead_conversion'), 6 * $n, '... and a conversion for each lead');
}

done_testing();
