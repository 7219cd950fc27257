# Copyright (c) 2026, the leadconv authors

# The tables of schema crm are the user's, who alters them: columns accept NULL, get
# other types, other names, or go.  Whatever was done to a column that conversion has
# to do with, each function does what it always did, or raises an error that says
# what is wrong; it never reads a value as one of another type.
#
# The cases are made from the catalogs: columns of the tables below, and each change
# that fits their type.  They run in two sessions, whose compiled programs and plans
# are those of the case before.
#
#   ALTERED=all prove test/t/015_altered_columns.pl     every column in every way
#   SHOW=1 prove -v test/t/015_altered_columns.pl       what each case says

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_node('altered', "autovacuum = off\nmax_locks_per_transaction = 512\n");
$node->safe_psql('postgres', 'CREATE DATABASE base');
$node->safe_psql('base', "CREATE EXTENSION leadconv CASCADE; BEGIN; \\i $FindBin::RealBin/../pgtap/helpers.psql\nCOMMIT");
$node->safe_psql('base', q{
INSERT INTO crm.app_user (name, user_type) VALUES ('Ann', 'Standard'), ('Bob', 'Standard'), ('Queue', 'Queue');
UPDATE crm.lead_convert_settings SET default_owner_id = 2;
INSERT INTO crm.record_type (name, developer_name, object) VALUES ('Partner', 'Partner', 'lead');
INSERT INTO crm.record_type_picklist_value (record_type_id, lead_status_id) SELECT 1, id FROM crm.lead_status WHERE is_converted;
WITH f AS (INSERT INTO crm.picklist_field (object, field) VALUES ('account', 'ownership') RETURNING id)
	INSERT INTO crm.picklist_value (picklist_field_id, value, label, sort_order, is_default) SELECT id, 'Public', 'Public', 1, true FROM f;
ALTER TABLE crm.lead ADD COLUMN tier text;
ALTER TABLE crm.account ADD COLUMN tier text;
SELECT leadconv.map_lead_field('tier', 'account', 'tier');
CREATE TABLE public.visit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead_id bigint REFERENCES crm.lead (id), contact_id bigint REFERENCES crm.contact (id), source bigint);
CREATE INDEX ON public.visit (lead_id);
SELECT leadconv.register_related_list('public.visit', 'lead_id', 'contact_id', source_column => 'source');
UPDATE crm.related_list SET owner_rule = 'all_of_converter' WHERE child = 'crm.task'::regclass;
SET leadconv.user_id = 1;

-- an account with a contact and an opportunity, all empty but for their names
INSERT INTO crm.account (name) VALUES ('Old');
INSERT INTO crm.contact (account_id, last_name, email) VALUES (1, 'Old', 'old@example.com');
INSERT INTO crm.opportunity (account_id, name, stage_name, close_date) SELECT 1, 'Old', api_name, '2030-01-01' FROM crm.opportunity_stage ORDER BY sort_order LIMIT 1;
INSERT INTO crm.campaign (name) VALUES ('Camp');
INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) VALUES (1, 'Sent', 1, false), (1, 'Responded', 2, true) ON CONFLICT DO NOTHING;

-- lead 1 is converted by a request with an id; 2 to 20 have a row in each list
INSERT INTO crm.lead (last_name, company) VALUES ('Early', 'Early');
SELECT leadconv.convert_lead(1, request_id => 'early');
SELECT t.laden_lead(jsonb_build_object('last_name', 'L', 'company', 'Comp', 'email', 'l' || i || '@example.com', 'owner_id', 1 + i % 3, 'phone', '1', 'tier', 'gold',
	'description', 'd', 'lead_source', 'Web', 'record_type_id', CASE WHEN i % 2 = 0 THEN 1 END)) FROM generate_series(2, 20) i;
INSERT INTO crm.lead (last_name, company) VALUES ('Plain', 'Plain');
INSERT INTO public.visit (lead_id) SELECT i FROM generate_series(2, 20) i;
INSERT INTO crm.process_instance (lead_id, status) SELECT i, 'Approved' FROM generate_series(2, 20) i;
INSERT INTO crm.entity_subscription (lead_id, subscriber_id) SELECT id, owner_id FROM crm.lead WHERE id BETWEEN 2 AND 20;
INSERT INTO crm.partner_network_record_connection (lead_id, connection_name) SELECT i, 'Partner' FROM generate_series(2, 20) i;
INSERT INTO crm.campaign_member (campaign_id, contact_id, status) VALUES (1, 1, 'Sent');
UPDATE crm.campaign_member SET status = 'Responded' WHERE lead_id = 3;

-- Everything that the calls left, without numbers that are new and times
CREATE FUNCTION public.neutral(part jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_object_agg(key, value) FROM jsonb_each(part)
	WHERE value <> 'null' AND key NOT LIKE '%date' AND key NOT LIKE '%\_id' AND key NOT IN ('id', 'request', 'job', 'owner_changes', 'merged_campaign_members', 'undo')
$$;
CREATE FUNCTION public.state() RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	name text;
	part jsonb;
	result jsonb := '{}';
BEGIN
	FOREACH name IN ARRAY '{account,contact,opportunity,lead,task,event,note,content_document_link,campaign_member,opportunity_contact_role,account_contact_relation,lead_conversion,entity_subscription,partner_network_record_connection,notification,lead_history,opportunity_history}'::text[]
	LOOP
		EXECUTE format('SELECT jsonb_agg(public.neutral(to_jsonb(x))) FROM crm.%I x', name) INTO part;
		result := result || jsonb_build_object(name, part);
	END LOOP;
	RETURN result;
END $$;
CREATE FUNCTION public.without(state jsonb, altered text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
	SELECT jsonb_object_agg(key, (SELECT jsonb_agg(e - altered ORDER BY e - altered) FROM jsonb_array_elements(value) e)) FROM jsonb_each(state) WHERE jsonb_typeof(value) = 'array'
$$;

-- The calls
CREATE TABLE public.call (position integer GENERATED ALWAYS AS IDENTITY, name text, query text);
INSERT INTO public.call (name, query) VALUES
	('single', $$SELECT to_jsonb(r) FROM leadconv.convert_lead(2, send_notification_email => true, follow_up_task => '{"subject": "Call"}', request_id => 'new', owner_id => 2) r$$),
	('existing', $$SELECT to_jsonb(r) FROM leadconv.convert_lead(3, account_id => 1, contact_id => 1, opportunity_id => 1, overwrite_lead_source => true) r$$),
	('bulk', $$SELECT jsonb_agg(r ORDER BY r.lead_id) FROM leadconv.convert_leads(ARRAY[leadconv.new_lead_convert(4, request_id => 'a'),
		leadconv.new_lead_convert(5, account_record => '{"industry": "Wine"}'), leadconv.new_lead_convert(6, opportunity_name => 'Deal'), leadconv.new_lead_convert(1)], false, false, true, true) r$$),
	('json', $$SELECT jsonb_agg(j) FROM leadconv.convert_leads_json('[{"lead_id": 7}, {"lead_id": 8, "account_id": 1, "contact_id": 1, "do_not_create_opportunity": true}]', true) j$$),
	('retry', $$SELECT to_jsonb(r) FROM leadconv.convert_lead(1, request_id => 'early') r$$),
	('look', $$SELECT count(*)::text::jsonb FROM leadconv.preview_lead_conversions(ARRAY[leadconv.new_lead_convert(9), leadconv.new_lead_convert(10, account_id => 1, contact_id => 1), leadconv.new_lead_convert(1)], false, true, true)$$),
	('update', $$WITH u AS (UPDATE crm.lead SET rating = 'Hot' WHERE id = 11 RETURNING id), o AS (UPDATE crm.opportunity SET amount = 5, next_step = 'x' WHERE id = 1 RETURNING id),
		i AS (INSERT INTO crm.campaign_member (campaign_id, lead_id, status) SELECT 1, 21, 'Sent' FROM u RETURNING id) SELECT '1' FROM u, o, i$$),
	('insert', $$WITH i AS (INSERT INTO crm.task (lead_id, subject) VALUES (1, 'Late') RETURNING id) SELECT '1' FROM i$$),
	('delete', $$WITH d AS (DELETE FROM crm.lead WHERE id = 1 RETURNING id) SELECT '1' FROM d$$),
	('validate', $$SELECT '1' FROM leadconv.validate() HAVING count(*) >= 0$$),
	('map', $$SELECT to_jsonb(leadconv.unmap_lead_field('tier', 'account', 'tier')::text || leadconv.map_lead_field('tier', 'account', 'tier')::text)$$),
	('register', $$SELECT to_jsonb(leadconv.register_related_list('public.visit', 'lead_id', 'contact_id')::text)$$),
	('upgrade', $$SELECT to_jsonb(leadconv.upgrade_crm()::text)$$);
-- One case: what the calls do after a change, one after the other, all of which is
-- undone.  Where all of them work as usual, they must leave what they usually leave.
CREATE FUNCTION public.attack(change text, tab text, altered text, calls text[], usual jsonb) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	call record;
	outcome jsonb;
	message text;
	detail text;
	hint text;
	nfine integer := 0;
	state jsonb;
BEGIN
	-- a default may have to go first
	BEGIN
		EXECUTE replace(change, '~', '');
	EXCEPTION WHEN OTHERS THEN
		BEGIN
			EXECUTE replace(change, '~', format('ALTER TABLE %s ALTER %I DROP DEFAULT; ', tab, altered));
		EXCEPTION WHEN OTHERS THEN
			RETURN NEXT 'impossible: ' || SQLERRM;
			RETURN;
		END;
	END;
	FOR call IN SELECT * FROM public.call WHERE name = ANY (calls) ORDER BY position
	LOOP
		BEGIN
			EXECUTE call.query INTO outcome;
			nfine := nfine + 1;
			RETURN NEXT call.name || ': fine';
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
			RETURN NEXT format('%s%s: %s %s', CASE WHEN SQLSTATE !~ '^(LC|22|23|42|0A)' OR concat(message, detail, hint) ~ '[0-9]{10}' THEN 'WRONG ' END,
				call.name, SQLSTATE, concat_ws('; ', message, nullif(detail, ''), nullif(hint, '')));
		END;
	END LOOP;
	state := public.state();
	IF usual IS NULL THEN
		RETURN NEXT state;
	ELSIF usual <> 'null' AND nfine = (usual ->> 'nfine')::integer AND public.without(usual - 'nfine', altered) <> public.without(state, altered) THEN
		RETURN NEXT format('WRONG another outcome: %s', (SELECT string_agg(format('%s: %s instead of %s', w.key, s.value, w.value), '; ')
			FROM jsonb_each(public.without(usual, altered)) w JOIN jsonb_each(public.without(state, altered)) s USING (key) WHERE s.value <> w.value));
	END IF;
	RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ001';
EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
	NULL;
END $$;
});

#
# The cases
#
$node->safe_psql('base', q{
CREATE DOMAIN public.text_domain AS text CHECK (VALUE <> 'no such value');
CREATE DOMAIN public.bigint_domain AS bigint CHECK (VALUE <> -1);
CREATE DOMAIN public.boolean_domain AS boolean;
CREATE TYPE public.pair AS (a integer, b text);

-- An enum of all values that a column has, and of those that conversion writes
CREATE FUNCTION public.make_enum(tab regclass, col name) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	labels text;
BEGIN
	EXECUTE format('SELECT string_agg(DISTINCT quote_literal(v), '', '') FROM (SELECT %I::text AS v FROM %s UNION VALUES (''Queue''), (''Sent''), (''Responded'')) x WHERE v IS NOT NULL', col, tab) INTO labels;
	EXECUTE format('CREATE TYPE public.values AS ENUM (%s)', labels);
END $$;

-- What is done to columns of a type; % is the table, # the column, and @ the table
-- without what keeps its columns from being altered
CREATE TABLE public.change (type text, name text, sql text, may_differ boolean NOT NULL DEFAULT false, is_rare boolean NOT NULL DEFAULT false);
INSERT INTO public.change (type, name, sql, may_differ) VALUES
	(NULL, 'NULL', 'ALTER TABLE % ALTER # DROP NOT NULL; SET session_replication_role = replica; UPDATE % SET # = NULL; SET session_replication_role = origin', true),
	(NULL, 'rename', 'ALTER TABLE % RENAME # TO another_name', true),
	(NULL, 'drop', 'ALTER TABLE % DROP # CASCADE', true),
	(NULL, 'drop and add', 'ALTER TABLE % DROP # CASCADE, ADD # !', true),
	('text', 'enum', 'SELECT public.make_enum(''%'', ''#''); @ ALTER # TYPE public.values USING #::text::public.values', false),
	('text', 'domain', '@ ALTER # TYPE public.text_domain', false),
	('text', 'varchar', '@ ALTER # TYPE varchar(300)', false),
	('text', 'char', '@ ALTER # TYPE char(200)', false),
	('text', 'name', '@ ALTER # TYPE name', false),
	('text', 'integer', '@ ALTER # TYPE integer USING length(#::text)', true),
	('text', 'jsonb', '@ ALTER # TYPE jsonb USING to_jsonb(#)', true),
	('text', 'bytea', '@ ALTER # TYPE bytea USING #::text::bytea', true),
	('text', 'text[]', '@ ALTER # TYPE text[] USING ARRAY[#::text]', true),
	('text', 'pair', '@ ALTER # TYPE public.pair USING (1, #)::public.pair', true),
	('bigint', 'integer', '@ ALTER # TYPE integer', false),
	('bigint', 'domain', '@ ALTER # TYPE public.bigint_domain', false),
	('bigint', 'numeric', '@ ALTER # TYPE numeric', false),
	('bigint', 'text', '@ ALTER # TYPE text', true),
	('bigint', 'double precision', '@ ALTER # TYPE double precision', true),
	('bigint', 'uuid', '@ ALTER # TYPE uuid USING lpad(#::text, 32, ''0'')::uuid', true),
	('integer', 'bigint', '@ ALTER # TYPE bigint', false),
	('integer', 'numeric', '@ ALTER # TYPE numeric', false),
	('integer', 'text', '@ ALTER # TYPE text', true),
	('numeric', 'text', '@ ALTER # TYPE text', true),
	('numeric', 'integer', '@ ALTER # TYPE integer', false),
	('boolean', 'text', '@ ALTER # TYPE text', true),
	('boolean', 'integer', '@ ALTER # TYPE integer USING #::integer', true),
	('boolean', 'domain', '@ ALTER # TYPE public.boolean_domain', false),
	('date', 'timestamp', '@ ALTER # TYPE timestamp', false),
	('date', 'text', '@ ALTER # TYPE text', true),
	('timestamptz', 'date', '@ ALTER # TYPE date', true),
	('timestamptz', 'timestamp', '@ ALTER # TYPE timestamp', true),
	('timestamptz', 'text', '@ ALTER # TYPE text', true),
	('timestamptz', 'bigint', '@ ALTER # TYPE bigint USING 0', true),
	('jsonb', 'json', '@ ALTER # TYPE json', true),
	('jsonb', 'text', '@ ALTER # TYPE text', true),
	('name', 'text', '@ ALTER # TYPE text', false),
	('name', 'enum', 'SELECT public.make_enum(''%'', ''#''); @ ALTER # TYPE public.values USING #::text::public.values', false),
	('regclass', 'oid', '@ ALTER # TYPE oid', true),
	('regclass', 'text', '@ ALTER # TYPE text', true),
	('regclass', 'bigint', '@ ALTER # TYPE bigint USING #::oid::bigint', true),
	('array', 'text', '@ ALTER # TYPE text', true),
	('array', 'integer[]', '@ ALTER # TYPE integer[] USING #::text::integer[]', true);
UPDATE public.change SET is_rare = name NOT IN ('NULL', 'enum', 'domain') AND (type, name) NOT IN (('bigint', 'text'), ('bigint', 'integer'), ('boolean', 'text'));

-- The tables, and which of their columns are read: in C, or in the conditions of statements
CREATE TABLE public.known_table (name text, reads text);
INSERT INTO public.known_table VALUES
	('account', 'id|name|is_deleted|is_person_account|revision|created_date|(owner|division)_id'),
	('account_contact_relation', '(account|contact)_id|is_.*'),
	('app_user', 'id|user_type|is_active|db_role'),
	('campaign', 'id|is_deleted'),
	('campaign_member', '(campaign_|lead_|contact_|)id|status|has_responded|first_responded_date|created_date|is_deleted'),
	('campaign_member_status', 'campaign_id|label|sort_order|has_responded'),
	('contact', 'id|email|is_deleted|is_person_account|revision|created_date|(owner|division|account)_id'),
	('entity_subscription', '(lead|account|subscriber)_id'),
	('lead', 'id|last_name|company|email|status|tier|is_.*|converted_.*|(owner|record_type|division|created_by)_id'),
	('lead_conversion', 'request.*|warnings|.*_created|(lead|account|contact|opportunity|created_by)_id|created_by_role'),
	('lead_conversion_error', 'none'),
	('lead_convert_settings', 'owner_source|default_owner_id|opportunity_.*|state_.*|fiscal_.*|apply_.*|contacts_.*|follow_.*|create_.*|check_.*|require_create.*|track_history|schema_version'),
	('lead_field_mapping', '.*'),
	('lead_history', 'id|(lead|created_by)_id|field|old_value|new_value|created_date'),
	('lead_status', 'id|api_name|master_label|is_converted'),
	('notification', 'none'),
	('opportunity', 'id|name|is_deleted|revision|stage_name|probability|forecast_category|close_date|created_date|(owner|division|account)_id'),
	('opportunity_contact_role', '(opportunity|contact)_id|is_.*'),
	('opportunity_history', 'id|opportunity_id|field|old_value|new_value'),
	('opportunity_stage', 'api_name|default_probability|forecast.*|is_.*'),
	('partner_network_record_connection', 'id|lead_id'),
	('picklist_field', 'id|object|field'),
	('picklist_value', 'picklist_field_id|value|is_default|is_active'),
	('process_instance', 'lead_id|status|is_deleted'),
	('record_type_picklist_value', 'record_type_id|lead_status_id'),
	('related_list', '.*'),
	('task', 'id|revision|is_closed|lead_id|owner_id|created_date'),
	('workflow_time_queue', 'lead_id');
CREATE VIEW public.known_column AS SELECT c.oid::regclass AS tab, a.attname AS col, format_type(a.atttypid, a.atttypmod) AS type, a.attname ~ format('^(%s)$', k.reads) AS is_read,
	CASE WHEN a.atttypid IN ('text'::regtype, 'varchar'::regtype) THEN 'text' WHEN a.atttypid = 'smallint'::regtype THEN 'integer'
		WHEN t.typcategory = 'A' THEN 'array' WHEN t.typname = 'timestamptz' THEN 'timestamptz' ELSE a.atttypid::regtype::text END AS kind
FROM public.known_table k JOIN pg_class c ON c.relname = k.name AND c.relnamespace = 'crm'::regnamespace
	JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' JOIN pg_type t ON t.oid = a.atttypid
UNION ALL SELECT 'public.visit', v, 'bigint', true, 'bigint' FROM unnest('{lead_id,contact_id,source}'::name[]) v;

-- What keeps a column from being altered goes first: the view on mapped columns,
-- foreign keys, checks, defaults, generated columns, partial indexes, our triggers' conditions
CREATE FUNCTION public.let_go(tab regclass, col name) RETURNS text LANGUAGE sql AS $$
	SELECT coalesce(string_agg(q, '; ' ORDER BY n, q) || '; ', '') || '~' FROM (
		SELECT 1, format('DROP VIEW IF EXISTS %s CASCADE', v.oid::regclass) FROM pg_class v WHERE v.relkind = 'v' AND v.relnamespace = 'crm'::regnamespace UNION ALL
		SELECT 2, format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', k.conrelid::regclass, k.conname) FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = tab AND a.attname = col
			WHERE (k.conrelid = tab AND a.attnum = ANY (k.conkey) AND k.contype IN ('f', 'c')) OR (k.confrelid = tab AND a.attnum = ANY (k.confkey))
	) x (n, q)
$$;
});

my $calls = "'{single,existing,bulk,json,retry,look,update,insert,delete}'";
my @usual = split /\n/, $node->safe_psql('base', "SET leadconv.user_id = 1; SELECT public.attack('', '', '', (SELECT array_agg(name) FROM public.call), NULL)");
my $usual = pop @usual;
is(join(', ', map { /^(\w+: (?:fine|\w+))/ } @usual), 'single: fine, existing: fine, bulk: fine, json: fine, retry: fine, look: fine, update: fine, insert: LC005, delete: fine,'
	. ' validate: fine, map: fine, register: fine, upgrade: fine', 'all calls work but that which is refused');
$usual =~ s/^\{/{"nfine": 8, /;
$node->safe_psql('base', "CREATE TABLE public.usual AS SELECT \$\$$usual\$\$::jsonb AS usual");

# In two sessions, which say before each case what it is; of columns that are only
# written, some changes do
my @cases = map { [ split /\|/, $_, 6 ] } split /\n/, $node->safe_psql('base', q{
	SELECT k.tab, k.col, c.name, c.may_differ, k.tab::text IN ('crm.lead_field_mapping', 'crm.related_list', 'public.visit', 'crm.lead_convert_settings'),
		replace(replace(replace(replace(c.sql, '@ ', public.let_go(k.tab, k.col) || 'ALTER TABLE % '), '%', k.tab::text), '#', k.col), '!', k.type)
	FROM public.known_column k JOIN public.change c ON c.type = k.kind OR c.type IS NULL
	WHERE (k.is_read AND (NOT coalesce(c.is_rare, true) OR hashtext(concat(k.tab, k.col, c.name)) % 6 = 0)) OR hashtext(concat(k.tab, k.col, c.name)) % 24 = 0} . ($ENV{ALTERED} ? ' OR true' : '') . q{ ORDER BY k.tab::text, k.col, c.name});
my @script = ("\\set VERBOSITY verbose\nSET client_min_messages = warning;\nSET leadconv.user_id = 1;\nSELECT usual FROM public.usual \\gset\n") x 2;
foreach my $i (0 .. $#cases)
{
	my ($table, $column, $name, $may_differ, $metadata, $sql) = @{ $cases[$i] };
	my $more = $metadata eq 't' ? "'{single,existing,bulk,json,retry,look,update,insert,delete,validate,map,register,upgrade}'" : $calls;

	$sql =~ s/'/''/g;
	$script[$i % 2] .= "\\echo case $table.$column $name\nSELECT public.attack('$sql', '$table', '$column', $more, "
		. ($may_differ eq 't' || $metadata eq 't' ? "'null'" : ":'usual'") . ");\n";
}
$node->safe_psql('postgres', "CREATE DATABASE half$_ TEMPLATE base") foreach 0 .. 1;
my @run = map { { in => $script[$_], out => '', err => '' } } 0 .. 1;
$run[$_]{handle} = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr("half$_") ], '<', \$run[$_]{in}, '>', \$run[$_]{out}, '2>', \$run[$_]{err}, IPC::Run::timeout(3600)) foreach 0 .. 1;
$_->{handle}->finish foreach @run;

my ($case, %count, @wrong) = ('');
foreach my $run (@run)
{
	foreach my $line (split /\n/, $run->{out})
	{
		if ($line =~ /^case (.*)/) { $case = $1; next; }
		my $kind = $line =~ /^WRONG/ ? 'wrong' : $line =~ /^\w+: fine$/ ? 'fine' : $line =~ /^impossible/ ? 'impossible' : 'refused';
		$count{$kind}++;
		push @wrong, "$case: $line" if $kind eq 'wrong';
		note("$case: $line") if $ENV{SHOW} && $kind ne 'fine' && $line !~ /^insert: LC005/;
	}
	is($run->{err}, '', "no message; the last case was $case");
}
note(join(', ', scalar(@cases) . ' cases', map { "$count{$_} calls $_" } sort keys %count));
is(join("\n", @wrong), '', 'each call works or says what is wrong');
cmp_ok($count{fine}, '>', $count{refused}, 'most calls work');

#
# Jobs, which commit: the table of jobs is made anew for each case
#
$node->safe_psql('base', q{
	INSERT INTO crm.lead (id, last_name, company) SELECT 900 + i, 'Job', 'Job' FROM generate_series(1, 4) i;
	CREATE VIEW public.source AS SELECT id AS lead_id FROM crm.lead WHERE last_name = 'Job';
	CREATE TABLE public.job (LIKE crm.lead_conversion_job INCLUDING ALL);
	INSERT INTO public.job (job, source, lead_ids, options, batch_size, status, total, remaining, last_key, created_by_id, created_by_role, created_date) VALUES
		('by source', 'public.source', NULL, '{"reason": "x"}', 3, 'Aborted', 4, 4, 0, 1, current_user, now()),
		('by ids', NULL, '{901,902,903,904}', '{}', 3, 'Aborted', 4, 4, 0, 1, current_user, now())});
my $jobs = "\\set VERBOSITY verbose\nSET client_min_messages = warning;\nSET leadconv.user_id = 1;\n";
foreach my $row (split /\n/, $node->safe_psql('base', q{
	SELECT a.attname, c.name, replace(replace(replace(replace(c.sql, '@ ', format('ALTER TABLE crm.lead_conversion_job ALTER %I DROP DEFAULT; ALTER TABLE %% ', a.attname)), '%', 'crm.lead_conversion_job'), '#', a.attname), '!', format_type(a.atttypid, a.atttypmod))
	FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN public.change c ON c.type IS NULL
		OR c.type = CASE WHEN t.typcategory = 'A' THEN 'array' WHEN t.typname = 'timestamptz' THEN 'timestamptz' ELSE a.atttypid::regtype::text END
	WHERE a.attrelid = 'crm.lead_conversion_job'::regclass AND a.attnum > 0
		AND (a.attname IN ('job', 'source', 'lead_ids', 'options', 'batch_size', 'status', 'last_key', 'cancel_requested', 'created_by_role') OR hashtext(a.attname || c.name) % 5 = 0)
	ORDER BY a.attname, c.name}))
{
	my ($column, $name, $sql) = split /\|/, $row, 3;

	$jobs .= "DROP TABLE crm.lead_conversion_job; DROP TYPE IF EXISTS public.values; CREATE TABLE crm.lead_conversion_job (LIKE public.job INCLUDING ALL);"
		. "INSERT INTO crm.lead_conversion_job SELECT * FROM public.job; SELECT FROM leadconv.upgrade_crm();\n"
		. "\\warn case $column $name\nDO \$do\$ DECLARE k name; BEGIN FOR k IN SELECT conname FROM pg_constraint WHERE conrelid = 'crm.lead_conversion_job'::regclass AND contype = 'c' LOOP"
		. " EXECUTE format('ALTER TABLE crm.lead_conversion_job DROP CONSTRAINT %I', k); END LOOP; END \$do\$;\n$sql;\n"
		. join('', map { "CALL leadconv.convert_leads_in_batches($_);\n" } "'by source'", "'by ids'", "'by ids', lead_ids => '{901,902,903,904}'", "'new', lead_ids => '{901}'");
}
my ($ret, $out, $err) = $node->psql('base', $jobs, on_error_stop => 0, timeout => 1800);
my ($ncases, $refused) = (0, 0);
@wrong = ();
foreach my $line (split /\n/, $err)
{
	if ($line =~ /^case (.*)/) { $case = $1; $ncases++; next; }
	note("job, $case: $line") if $ENV{SHOW} && $line =~ /ERROR/;
	$refused++ if $line =~ /ERROR:  LC023/;
	push @wrong, "$case: $line" if $line =~ /ERROR:  (?!LC|22|23|42|0A|2BP01)|FATAL|lost|[0-9]{10}/;
}
cmp_ok($ncases, '>', 50, 'jobs: cases');
cmp_ok($refused, '>', 20, '... of which conversions are refused');
is(join("\n", @wrong), '', '... and no other error is raised');
is($node->safe_psql('base', q{SELECT count(*) FROM crm.lead WHERE last_name = 'Job' AND is_converted}), '4', '... but those that work');

unlike(slurp_file($node->logfile), qr/TRAP|PANIC|terminated by signal/, 'no crash');
done_testing();
