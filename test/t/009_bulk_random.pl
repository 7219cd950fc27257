# Copyright (c) 2026, the leadconv authors

# Random batches, failing requests among them, end in the same state whether they
# come as an array, as JSON, or one by one; and all of it can be undone.
#
#   BULK_SEEDS=7,8 prove test/t/009_bulk_random.pl      to repeat a run

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;

use LeadconvTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @seeds = split /[, ]+/, $ENV{BULK_SEEDS} || '1,22,333,4444';
my $leads = $ENV{BULK_LEADS} || 160;

my $node = new_node('random', "autovacuum = off\n");

# Everything that the databases of all seeds have in common
$node->safe_psql('postgres', 'CREATE DATABASE common');
$node->safe_psql('common', q{
CREATE EXTENSION leadconv CASCADE;
INSERT INTO crm.app_user (name, user_type, is_active) VALUES ('Ann', 'Standard', true), ('Bob', 'Standard', true), ('Gone', 'Standard', false), ('Queue', 'Queue', true);
ALTER TABLE crm.account ADD CONSTRAINT account_fine CHECK (fax <> 'bad'), ADD COLUMN ref bigint REFERENCES crm.app_user (id), ADD COLUMN code text UNIQUE;
CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN IF NEW.title = ''refused'' THEN RAISE EXCEPTION ''contact refused'' USING ERRCODE = ''P0001''; ELSIF NEW.title = ''division'' THEN PERFORM 1 / 0; END IF; RETURN NEW; END';
CREATE TRIGGER zz_refuse BEFORE INSERT OR UPDATE ON crm.contact FOR EACH ROW EXECUTE FUNCTION public.refuse();
CREATE FUNCTION public.refuse_after() RETURNS trigger LANGUAGE plpgsql AS
	'BEGIN IF NEW.name LIKE ''refused%'' THEN RAISE EXCEPTION ''opportunity refused''; END IF; RETURN NULL; END';
CREATE TRIGGER zz_refuse AFTER INSERT ON crm.opportunity FOR EACH ROW EXECUTE FUNCTION public.refuse_after();
CREATE TABLE public.base_max (tab text, id bigint);
-- record types, of which Bob has no default for opportunities, and restricted picklists
INSERT INTO crm.record_type (object, developer_name, name) VALUES ('lead', 'l', 'L'), ('account', 'a', 'A'), ('account', 'b', 'B'), ('contact', 'c', 'C'), ('opportunity', 'o', 'O');
INSERT INTO crm.user_record_type (user_id, record_type_id, is_default) SELECT u, t.id, true
FROM (VALUES (1, 'a'), (1, 'c'), (1, 'o'), (2, 'b'), (2, 'c')) v (u, code) JOIN crm.record_type t ON t.developer_name = v.code;
INSERT INTO crm.record_type_picklist_value (record_type_id, picklist_value_id, is_default)
SELECT t.id, v.id, v.value IN ('Web', 'Media') FROM (VALUES ('c', 'lead_source', 'Web'), ('c', 'lead_source', 'Other'), ('a', 'industry', 'Media'), ('a', 'industry', 'Banking')) x (code, field, val)
JOIN crm.record_type t ON t.developer_name = x.code JOIN crm.picklist_field f ON (f.object, f.field) = (t.object, x.field)
JOIN crm.picklist_value v ON (v.picklist_field_id, v.value) = (f.id, x.val);
UPDATE crm.picklist_field SET is_restricted = true WHERE (object, field) IN (('account', 'industry'), ('contact', 'salutation'));

-- One request with convert_lead(), its error caught; what a row of the result says
CREATE FUNCTION public.one_by_one(requests jsonb) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
DECLARE
	q jsonb;
	result jsonb;
	hint text;
BEGIN
	FOR q IN SELECT e FROM jsonb_array_elements(requests) WITH ORDINALITY x (e, n) ORDER BY n
	LOOP
		BEGIN
			EXECUTE format('SELECT to_jsonb(x) FROM leadconv.convert_lead(%s) x',
				(SELECT string_agg(format('%I => %L', key, value #>> '{}'), ', ') FROM jsonb_each(q))) INTO result;
			RETURN NEXT result;
		EXCEPTION WHEN OTHERS THEN
			RETURN NEXT jsonb_build_object('success', false, 'account_created', false, 'contact_created', false, 'opportunity_created', false,
				'lead_id', q -> 'lead_id', 'warnings', '[]'::jsonb, 'errors', jsonb_build_array(jsonb_build_object('sqlstate', SQLSTATE, 'message', SQLERRM)));
		END;
	END LOOP;
END $$;
CREATE FUNCTION public.as_array(requests jsonb) RETURNS leadconv.lead_convert[] LANGUAGE sql AS $$
	SELECT ARRAY(SELECT jsonb_populate_record(NULL::leadconv.lead_convert, e) FROM jsonb_array_elements(requests) WITH ORDINALITY x (e, n) ORDER BY n)
$$;
CREATE FUNCTION public.single_calls(requests jsonb, accounts boolean, contacts boolean) RETURNS SETOF jsonb LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 0 .. jsonb_array_length(requests) - 1
	LOOP
		RETURN QUERY SELECT * FROM leadconv.convert_leads_json(jsonb_build_array(requests -> i), false, false, accounts, contacts);
	END LOOP;
END $$;

-- All rows without what may differ: new records by the first lead that made them,
-- other new rows without id, no times.  alike: also without what tells one call for
-- many leads from many calls:
--   origin and options of the ledger say which call it was
--   revision, in a record and in undo: what several leads fill in one record is one
--   edit of it in one call, and one for each of them otherwise; and it is that at the
--   end of the call
--   likewise "before", the revision that earlier conversions know
--   which record has a match key, because ids of new ones differ
--   rows of undo that say nothing but the revision of a campaign member: in one call,
--   other leads' members have been merged into it when the revision is noted
CREATE FUNCTION public.state(alike boolean) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	name text;
	base bigint;
	part jsonb;
BEGIN
	FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'crm'::regnamespace AND relkind = 'r' AND relname NOT IN ('lead_conversion_error') ORDER BY 1
	LOOP
		SELECT id INTO base FROM public.base_max WHERE tab = name;
		FOR part IN EXECUTE format('SELECT to_jsonb(x) FROM crm.%I x', name)
		LOOP
			IF name IN ('account', 'contact', 'opportunity') THEN
				part := part || jsonb_build_object('id', public.label(name, (part ->> 'id')::bigint));
			ELSIF part -> 'id' > to_jsonb(base) THEN
				part := part || '{"id": "new"}';
			END IF;
			IF alike AND name = 'lead_conversion' THEN
				part := (part - '{origin,options}'::text[]) #- '{undo,revision}' #- '{undo,before}';
				IF part #> '{undo,members}' IS NOT NULL THEN
					part := jsonb_set(part, '{undo,members}', (SELECT jsonb_agg(m - 'revision') FROM jsonb_array_elements(part #> '{undo,members}') m));
				END IF;
				IF part #> '{undo,rows}' IS NOT NULL THEN
					part := jsonb_set(part, '{undo,rows}', jsonb_path_query_array(part, '$.undo.rows[*] ? (@.table != "crm.campaign_member" || exists(@.kept))'));
				END IF;
				IF part #> '{undo,rows}' = '[]' THEN
					part := part #- '{undo,rows}';
				END IF;
			ELSIF alike AND name IN ('account', 'contact', 'opportunity') THEN
				part := part - 'revision';
			ELSIF alike AND name = 'match_key' THEN
				part := part - 'record_id';
			END IF;
			RETURN NEXT name || ': ' || public.neutral(part);
		END LOOP;
	END LOOP;
END $$;
-- JSON without times, the records that it names as labels, here and in what it contains
CREATE FUNCTION public.neutral(part jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN CASE jsonb_typeof(part)
		WHEN 'array' THEN (SELECT coalesce(jsonb_agg(public.neutral(e) ORDER BY n), '[]') FROM jsonb_array_elements(part) WITH ORDINALITY x (e, n))
		WHEN 'object' THEN (SELECT coalesce(jsonb_object_agg(key,
			CASE WHEN jsonb_typeof(value) IN ('array', 'object') THEN public.neutral(value)
				 WHEN jsonb_typeof(value) <> 'number' THEN value
				 WHEN key IN ('account_id', 'converted_account_id', 'partner_account_id') THEN public.label('account', value::bigint)
				 WHEN key IN ('contact_id', 'converted_contact_id') THEN public.label('contact', value::bigint)
				 WHEN key IN ('opportunity_id', 'converted_opportunity_id') THEN public.label('opportunity', value::bigint)
				 WHEN key = 'follow_up_task' THEN to_jsonb('subject ' || (SELECT subject FROM crm.task WHERE id = value::bigint))
				 ELSE value END), '{}')
			FROM jsonb_each(part) WHERE key NOT IN ('created_date', 'last_modified_date'))
		ELSE part END;
END $$;
CREATE FUNCTION public.label(tab text, the_id bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
	made_by text;
BEGIN
	IF the_id <= (SELECT id FROM public.base_max b WHERE b.tab = label.tab) THEN
		RETURN to_jsonb(the_id);
	END IF;
	SELECT string_agg(lead_id::text, ',') INTO made_by FROM crm.lead_conversion l
		WHERE CASE tab WHEN 'account' THEN account_created AND account_id = the_id WHEN 'contact' THEN contact_created AND contact_id = the_id ELSE opportunity_created AND opportunity_id = the_id END;
	RETURN to_jsonb('of lead ' || coalesce(made_by, '(nobody)'));
END $$;
CREATE FUNCTION public.fill(n int, seed float8) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM setseed(seed);
	INSERT INTO crm.account (name, phone, website) SELECT (ARRAY['Alpha', 'Beta Inc.', 'Gamma', 'Delta GmbH'])[i % 4 + 1] || CASE WHEN i > 4 THEN ' ' || i ELSE '' END,
		CASE WHEN random() < 0.5 THEN '1' END, CASE WHEN random() < 0.5 THEN 'www' END FROM generate_series(1, 12) i;
	INSERT INTO crm.contact (last_name, account_id, email, lead_source) SELECT 'C' || i, CASE WHEN i < 20 THEN 1 + i % 12 END, 'e' || i || '@x.org', CASE WHEN random() < 0.5 THEN 'Web' END FROM generate_series(1, 24) i;
	INSERT INTO crm.opportunity (name, account_id, stage_name, close_date) SELECT 'O' || i, CASE WHEN i < 14 THEN 1 + i % 12 END, 'Prospecting', '2030-01-01' FROM generate_series(1, 16) i;
	INSERT INTO crm.campaign (name) VALUES ('One'), ('Two'), ('Three');
	INSERT INTO crm.campaign_member_status (campaign_id, label, sort_order, has_responded) SELECT c.id, s, o, o > 2 FROM crm.campaign c, unnest(ARRAY['S1', 'S2', 'S3', 'S4']) WITH ORDINALITY x (s, o);
	INSERT INTO crm.lead (first_name, last_name, company, email, phone, fax, title, lead_source, industry, website, owner_id)
	SELECT 'F', 'L' || i,
		CASE WHEN random() < 0.95 THEN (ARRAY['Alpha', 'ALPHA, Inc.', 'beta', 'Gamma Corp', 'Epsilon', 'epsilon llc', 'Zeta', 'Eta ' || i])[1 + (random() * 7.99)::int % 8] END,
		CASE WHEN random() < 0.7 THEN (ARRAY['e', 'E', ' e'])[1 + (random() * 2.9)::int % 3] || (random() * 30)::int || '@x.org' END,
		CASE WHEN random() < 0.7 THEN 'P' || i END, CASE WHEN random() < 0.04 THEN 'bad' WHEN random() < 0.5 THEN 'F' || i END,
		CASE WHEN random() < 0.03 THEN 'refused' WHEN random() < 0.03 THEN 'division' WHEN random() < 0.5 THEN 'T' || i END,
		CASE WHEN random() < 0.6 THEN (ARRAY['Web', 'Other', 'Partner'])[1 + (random() * 2.9)::int % 3] END,
		CASE WHEN random() < 0.4 THEN 'Media' WHEN random() < 0.2 THEN 'Energy' WHEN random() < 0.1 THEN 'Wine' END, CASE WHEN random() < 0.5 THEN 'W' || i END,
		CASE WHEN random() < 0.03 THEN 4 WHEN random() < 0.03 THEN 3 WHEN random() < 0.8 THEN 1 + (random() * 1.9)::int % 2 END
	FROM generate_series(1, n) i;
	UPDATE crm.lead SET is_deleted = true WHERE random() < 0.02;
	UPDATE crm.lead SET record_type_id = (SELECT id FROM crm.record_type WHERE object = 'lead') WHERE random() < 0.2;
	UPDATE crm.lead SET salutation = CASE WHEN random() < 0.2 THEN 'Sir' ELSE 'Mr.' END WHERE random() < 0.2;
	INSERT INTO crm.task (lead_id, subject, owner_id, status) SELECT id, 'Task ' || s, 1 + (random() * 1.9)::int % 2, CASE WHEN random() < 0.5 THEN 'Completed' ELSE 'Deferred' END FROM crm.lead, generate_series(1, 2) s WHERE random() < 0.4;
	INSERT INTO crm.event (lead_id, subject, owner_id) SELECT id, 'Event', 1 FROM crm.lead WHERE random() < 0.3;
	INSERT INTO crm.note (lead_id, title) SELECT id, 'Note' FROM crm.lead WHERE random() < 0.3;
	INSERT INTO crm.campaign_member (lead_id, campaign_id, status) SELECT l.id, c.id, 'S' || 1 + (random() * 3.9)::int % 4 FROM crm.lead l, crm.campaign c WHERE random() < 0.4;
	INSERT INTO crm.campaign_member (contact_id, campaign_id, status) SELECT l.id, c.id, 'S' || 1 + (random() * 3.9)::int % 4 FROM crm.contact l, crm.campaign c WHERE random() < 0.4;
	INSERT INTO crm.content_document (title) SELECT 'Doc ' || i FROM generate_series(1, 10) i;
	INSERT INTO crm.content_document_link (content_document_id, lead_id) SELECT 1 + (random() * 9.9)::int % 10, id FROM crm.lead WHERE random() < 0.3;
	INSERT INTO crm.content_document_link (content_document_id, account_id) SELECT 1 + (random() * 9.9)::int % 10, id FROM crm.account WHERE random() < 0.5;
	INSERT INTO crm.entity_subscription (subscriber_id, lead_id) SELECT 1 + (random() * 1.9)::int % 2, id FROM crm.lead WHERE random() < 0.3;
	INSERT INTO crm.process_instance (lead_id, status) SELECT id, CASE WHEN random() < 0.5 THEN 'Pending' ELSE 'Approved' END FROM crm.lead WHERE random() < 0.05;
	INSERT INTO public.base_max VALUES ('account', (SELECT max(id) FROM crm.account)), ('contact', (SELECT max(id) FROM crm.contact)), ('opportunity', (SELECT max(id) FROM crm.opportunity)),
		('task', (SELECT max(id) FROM crm.task)), ('event', (SELECT max(id) FROM crm.event)), ('note', (SELECT max(id) FROM crm.note)), ('campaign_member', (SELECT max(id) FROM crm.campaign_member)),
		('content_document_link', (SELECT max(id) FROM crm.content_document_link)), ('entity_subscription', (SELECT max(id) FROM crm.entity_subscription)), ('lead', n), ('lead_conversion', 0),
		('account_contact_relation', coalesce((SELECT max(id) FROM crm.account_contact_relation), 0)), ('opportunity_contact_role', 0), ('notification', 0);
END $$;
});

$node->safe_psql('common', "\\i $FindBin::RealBin/../pgtap/helpers.psql\n\\i $FindBin::RealBin/../pgtap/undo.psql");

sub pick { return $_[ int rand @_ ]; }
sub one_in { return rand() < 1 / $_[0]; }

# Random requests, as JSON
sub requests
{
	my ($count) = @_;
	my @order = sort { $a->[1] <=> $b->[1] } map { [ $_, rand ] } 1 .. $count;
	my @requests;

	foreach (@order)
	{
		my %q = (lead_id => one_in(25) ? 1 + int rand $count : one_in(60) ? 99999 : $_->[0]);
		my $account = 1 + int rand 12;

		if (one_in(3))
		{
			$q{account_id} = one_in(25) ? 7777 : $account;
			# contact i belongs to account 1 + i % 12
			$q{contact_id} = one_in(15) ? 1 + int rand 24 : ($account - 1) || 12 if one_in(2);
			$q{overwrite_lead_source} = 'true' if one_in(3);
			$q{opportunity_id} = one_in(6) ? 1 + int rand 16 : ($account - 1) || 12 if one_in(4);
		}
		else
		{
			$q{contact_record} = '{"department": "D"}' if one_in(8);
			$q{account_record} = pick('{"industry": "Banking"}', '{"name": "Named"}', '{"code": "same"}', '{"ref": 55}', '{"nope": 1}', '{"annual_revenue": "x"}') if one_in(8);
			$q{do_not_create_contact} = 'true' if one_in(12);
			$q{do_not_create_account} = 'true' if one_in(25);
		}
		$q{do_not_create_opportunity} = 'true' if one_in(4);
		$q{opportunity_name} = pick('"Big deal"', '"refused x"', '"' . 'x' x 81 . '"') if one_in(10);
		$q{opportunity_record} = pick('{"amount": 5}', '{"stage_name": "Qualification"}', '{"stage_name": "No"}') if one_in(12);
		$q{owner_id} = pick(1, 2, 2, 3, 4, 99) if one_in(8);
		$q{send_notification_email} = 'true' if one_in(6);
		$q{follow_up_task} = pick('{"subject": "Call"}', '{"subject": "Mail", "priority": "High"}', '{"x": 1}') if one_in(8);
		$q{request_id} = '"r' . int(rand($count)) . '"' if one_in(5);
		$q{reason} = '"because"' if one_in(8);
		$q{converted_status} = pick('"Closed - Converted"', '"Open - Not Contacted"') if one_in(10);
		push @requests, '{' . join(', ', map { "\"$_\": $q{$_}" } sort keys %q) . '}';
	}
	return '[' . join(",\n", @requests) . ']';
}

# What the results say, in their order: ids of new records as labels
my $results = q{SELECT n, j ->> 'lead_id', j ->> 'success', j ->> 'account_created', j ->> 'contact_created', j ->> 'opportunity_created',
	j #>> '{errors,0,sqlstate}', replace(left(j #>> '{errors,0,message}', 200), E'\n', ' '),
	public.label('account', (j ->> 'account_id')::bigint), public.label('contact', (j ->> 'contact_id')::bigint), public.label('opportunity', (j ->> 'opportunity_id')::bigint),
	(SELECT string_agg(w ->> 'message', '; ') FROM jsonb_array_elements(j -> 'warnings') w) FROM public.results ORDER BY n};

# Records whose revision is not that of the last conversion that updated them
my $wrong_revisions = q{
	SELECT r.tab, r.id, r.revision, u.noted
	FROM (SELECT 'account' AS tab, id, revision FROM crm.account UNION ALL SELECT 'contact', id, revision FROM crm.contact
		UNION ALL SELECT 'opportunity', id, revision FROM crm.opportunity) AS r
	LEFT JOIN (SELECT n.key AS tab, to_jsonb(l) ->> (n.key || '_id') AS id, max(n.value::integer) AS noted
		FROM crm.lead_conversion l, jsonb_each_text(l.undo -> 'revision') n GROUP BY 1, 2) AS u ON u.tab = r.tab AND u.id = r.id::text
	WHERE r.revision <> coalesce(u.noted, 1) ORDER BY 1, 2};

# All rows, without what is left of conversions that have been undone, and of failures
my $all_rows = q{SELECT s FROM unnest(t.without_history(t.state('{crm}'))) AS s WHERE s !~ '^crm.lead_conversion_error: '};

# All conversions undone, by one call or, the last first, by one for each
my $undo_all = q{SELECT FROM leadconv.undo_lead_conversions(ARRAY(SELECT lead_id FROM crm.lead_conversion))};
my $undo_each = q{SELECT leadconv.undo_lead_conversion(lead_id) FROM (SELECT lead_id FROM crm.lead_conversion ORDER BY id DESC) AS l};

# Runs a query in a copy of the database; returns what has come of it, and of undoing that
sub outcome
{
	my ($query, $template, $undo) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE run TEMPLATE $template");
	$node->safe_psql('run', "SET leadconv.user_id = 1; CREATE TABLE public.results AS SELECT n, j FROM ($query) x (j), LATERAL (SELECT 0) y (n) LIMIT 0;
		CREATE TABLE public.work AS SELECT row_number() OVER () AS n, j FROM (SELECT j FROM ($query) x (j) OFFSET 0) y; DROP TABLE public.results; ALTER TABLE public.work RENAME TO results");
	my %result = (
		results => $node->safe_psql('run', $results),
		# all rows; and all rows but for what one call and many have not in common
		state => $node->safe_psql('run', 'SELECT public.state(false)'),
		alike => $node->safe_psql('run', 'SELECT public.state(true)'),
		failures => $node->safe_psql('run', 'SELECT count(*) FROM crm.lead_conversion_error'),
		summary => $node->safe_psql('run', "SELECT count(*) FILTER (WHERE (j ->> 'success')::boolean), count(*), string_agg(DISTINCT j #>> '{errors,0,sqlstate}', ' ') FROM public.results"),
		calls => $node->safe_psql('run', 'SELECT DISTINCT origin, options FROM crm.lead_conversion'),
		wrong_revisions => $node->safe_psql('run', $wrong_revisions));
	# in the end, as it changes all of it
	if ($undo)
	{
		$node->safe_psql('run', "SET leadconv.user_id = 1; $undo");
		$result{undone} = $node->safe_psql('run', $all_rows);
	}
	$node->safe_psql('postgres', 'DROP DATABASE run');
	return \%result;
}

# The lines that only one of two texts has
sub difference
{
	my ($left, $right) = @_;
	my (%count, @lines);
	$count{$_}++ foreach split /\n/, $left;
	$count{$_}-- foreach split /\n/, $right;
	foreach (sort keys %count) { push @lines, ($count{$_} > 0 ? '- ' : '+ ') . substr($_, 0, 1500) if $count{$_}; }
	return join "\n", @lines[ 0 .. ($#lines < 11 ? $#lines : 11) ];
}

# All rows before anything was converted
my $before;

# Two ways to convert the same leads; state: all rows, or those that are alike
sub same
{
	my ($left, $right, $state, $what) = @_;
	is(difference($left->{results}, $right->{results}), '', "$what: the same results");
	is(difference($left->{$state}, $right->{$state}), '', "$what: the same state");
	is($right->{wrong_revisions}, '', "$what: records have the revision that the ledger has noted last");
	is(difference($left->{undone}, $before), '', "$what: all can be undone");
}

foreach my $seed (@seeds)
{
	srand($seed);
	$node->safe_psql('postgres', 'CREATE DATABASE base TEMPLATE common');
	$node->safe_psql('base', "SET leadconv.user_id = 1; SELECT public.fill($leads, " . ($seed % 1000) / 1000 . ')');
	my $requests = requests($leads);
	$node->safe_psql('base', "CREATE TABLE public.q AS SELECT \$q\$$requests\$q\$::jsonb AS q");

	$before = $node->safe_psql('base', $all_rows);

	my $array = outcome('SELECT to_jsonb(x) FROM public.q, leadconv.convert_leads(public.as_array(q), false) x', 'base', $undo_each);
	my $json = outcome('SELECT x FROM public.q, leadconv.convert_leads_json(q, false) x', 'base');
	my $single = outcome('SELECT x FROM public.q, public.one_by_one(q) x', 'base');
	note("seed $seed: " . $array->{summary});
	like($array->{summary}, qr/^\d+\|$leads\|\S+ \S+ \S+/, "seed $seed: a result for each request, failures of several kinds");
	same($array, $json, 'state', "seed $seed, array and JSON");
	is($array->{failures}, $json->{failures}, '... the same number of failures noted');
	is($array->{wrong_revisions}, '', '... records of both have the revision that the ledger has noted last');
	is($array->{calls}, 'bulk|{"all_or_none": false}', '... the ledger says how it was called');
	same($array, $single, 'alike', "seed $seed, array and one by one");
	is($single->{calls}, 'single|', '... the ledger says how it was called');

	foreach my $flags ('true, false', 'false, true', 'true, true')
	{
		my $bulk = outcome("SELECT to_jsonb(x) FROM public.q, leadconv.convert_leads(public.as_array(q), false, false, $flags) x", 'base', $undo_all);
		my $calls = outcome("SELECT x FROM public.q, public.single_calls(q, $flags) x", 'base');
		same($bulk, $calls, 'alike', "seed $seed, reuse ($flags), one call and calls of one");
	}
	$node->safe_psql('postgres', 'DROP DATABASE base');
}

$node->stop;
done_testing();
