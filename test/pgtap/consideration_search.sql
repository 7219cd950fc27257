-- Search: leads, accounts, contacts and opportunities are found by the words of a
-- type-ahead box; converted leads by those who may see them.
BEGIN;
\ir helpers.psql
SELECT plan(64);

-- What a search finds, as "object name(rank) ...", in its order
CREATE FUNCTION t.search(query text, objects text[] DEFAULT NULL, max_rows int DEFAULT 20) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s(%s)', object, name, rank), ', ' ORDER BY n)
    FROM leadconv.search(query, objects, max_rows) WITH ORDINALITY AS s (object, record_id, name, detail, is_converted, owner_id, rank, n)
$$;

SELECT t.new('account', '{"name": "Rao Manufacturing", "phone": "+1 (555) 010-2345", "website": "https://rao.example.com", "account_number": "A-77"}') AS a \gset
SELECT t.new('account', '{"name": "Maya"}') AS maya \gset
SELECT t.new('contact', jsonb_build_object('account_id', :a, 'first_name', 'Maya', 'last_name', 'Rao', 'email', 'maya.rao@rao.example.com', 'mobile_phone', '0171/987 65-43')) AS c \gset
SELECT t.new('opportunity', jsonb_build_object('account_id', :a, 'name', 'Rao - 100% renewal_2', 'stage_name', 'Prospecting', 'close_date', '2030-01-01')) AS o \gset
SELECT t.lead('{"first_name": "Maya", "last_name": "Raoul", "company": "Smaya Foods"}') AS l \gset
SELECT t.lead('{"first_name": "Wei", "last_name": "Lee", "company": "Rao Manufacturing", "email": "wei@lee.example.com"}') AS l2 \gset
-- in the recycle bin
SELECT t.new('account', '{"name": "Rao Deleted", "is_deleted": true}') AS x, t.lead('{"last_name": "Rao-Deleted", "is_deleted": true}') AS y \gset

\set QUIET on
-- With and without indexes
CREATE FUNCTION t.finds(how text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT is(t.search('maya rao'), 'contact Maya Rao(1), lead Maya Raoul(2)', how || 'the name itself first, then what begins like it');
    RETURN NEXT is(t.search('rao MAYA'), 'contact Maya Rao(3), lead Maya Raoul(3)', how || 'words in any order and case');
    RETURN NEXT is(t.search('maya'), 'account Maya(1), contact Maya Rao(2), lead Maya Raoul(2)', how || 'one word');
    RETURN NEXT is(t.search('manufact'), 'account Rao Manufacturing(3), lead Wei Lee(4)', how || 'the company of a lead');
    RETURN NEXT is(t.search('smaya'), 'lead Maya Raoul(4)', how || 'in another field than the name');
    RETURN NEXT is(t.search('aoul'), 'lead Maya Raoul(5)', how || 'within a word');
    RETURN NEXT is(t.search('le'), 'lead Wei Lee(3)', how || 'two letters: at the beginning of a word');
    RETURN NEXT is(t.search('l', '{lead}'), 'lead Wei Lee(3)', how || 'one letter likewise');
    RETURN NEXT is(t.search('maya.rao@rao.example.com'), 'contact Maya Rao(4)', how || 'an email address');
    RETURN NEXT is(t.search('lee.example'), 'lead Wei Lee(5)', how || 'part of an email address');
    RETURN NEXT is(t.search('a-77'), 'account Rao Manufacturing(4)', how || 'an account number');
    RETURN NEXT is(t.search('5550102345'), 'account Rao Manufacturing(5)', how || 'a telephone number without punctuation');
    RETURN NEXT is(t.search('(555) 010.2345'), 'account Rao Manufacturing(5)', how || 'or with other punctuation');
    RETURN NEXT is(t.search('0171 987'), 'contact Maya Rao(5)', how || 'the beginning of one');
    RETURN NEXT is(t.search('100% renewal_'), 'opportunity Rao - 100% renewal_2(3)', how || 'characters that mean something in patterns');
    RETURN NEXT is(t.search('100_'), NULL, how || '... do not mean it here');
    RETURN NEXT is(t.search('rao\'), NULL, how || 'a backslash');
    RETURN NEXT is(t.search('rao deleted'), NULL, how || 'not what is in the recycle bin');
    RETURN NEXT is(t.search('maya nobody'), NULL, how || 'all words must be there');
    RETURN NEXT is(t.search('rao', '{opportunity,Account}'), 'account Rao Manufacturing(2), opportunity Rao - 100% renewal_2(2)', how || 'only the objects that are asked for');
END $$;
SELECT t.finds('without indexes: ');
SELECT throws_ok('SELECT leadconv.setup_search(true)', '55000', 'extension "pg_trgm" is not installed', 'the indexes need pg_trgm');
CREATE SCHEMA "t Other";
CREATE EXTENSION pg_trgm SCHEMA "t Other";
SELECT lives_ok('SELECT leadconv.setup_search(true)', 'indexes are built, wherever pg_trgm is');
SELECT is((SELECT string_agg(c.relname || ' ' || a.amname, ', ' ORDER BY c.relname) FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE c.relname LIKE '%\_search\_idx'),
    'account_search_idx gin, contact_search_idx gin, lead_search_idx gin, opportunity_search_idx gin', '... one for each object');
SELECT t.finds('with indexes: ');
SELECT lives_ok('SELECT leadconv.setup_search(true)', 'again');

-- What is given wrongly
SELECT is(t.search(NULL), NULL, 'no query finds nothing');
SELECT is(t.search(' -- . '), NULL, '... nor one without a letter');
SELECT throws_ok('SELECT leadconv.search(''x'', ''{lead,task}'')', '22023', 'object ''task'' cannot be searched', 'another object');
SELECT throws_ok('SELECT leadconv.search(''x'', NULL, 0)', '22023', 'max_rows must be between 1 and 200', 'no rows');
SELECT is(t.search('rao', NULL, 1), 'account Rao Manufacturing(2)', 'max_rows: the best');
SELECT throws_ok('SELECT leadconv.setup_search(NULL)', 'LC001', NULL, 'set up, or not?');

-- Converted leads
CREATE ROLE t_user;
CREATE ROLE t_editor;
CREATE ROLE t_viewer;
SELECT leadconv.grant_role_privileges(r, 'sales') FROM unnest(ARRAY['t_user', 't_editor', 't_viewer']) r;
GRANT EXECUTE ON FUNCTION leadconv.view_and_edit_converted_leads TO t_editor;
GRANT EXECUTE ON FUNCTION leadconv.view_converted_leads TO t_viewer;
GRANT USAGE ON SCHEMA t TO PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA t TO PUBLIC;
SELECT success FROM leadconv.convert_lead(:l2) \g /dev/null
SELECT is(t.as_role('t_user', $$SELECT t.search('wei lee')$$), 'contact Wei Lee(1)', 'a converted lead is not found, its contact is');
SELECT is(t.as_role('t_editor', $$SELECT t.search('wei lee')$$), 'contact Wei Lee(1), lead Wei Lee(1)', '... but by those who may see and edit converted leads');
SELECT is(t.as_role('t_viewer', $$SELECT t.search('wei lee')$$), 'contact Wei Lee(1), lead Wei Lee(1)', '... or see them');
UPDATE crm.lead_convert_settings SET converted_leads_searchable = true;
SELECT is(t.as_role('t_user', $$SELECT t.search('wei lee')$$), 'contact Wei Lee(1), lead Wei Lee(1)', 'where they are searchable, by everybody');
SELECT leadconv.hide_converted_leads(true);
SELECT is(t.as_role('t_user', $$SELECT t.search('wei lee')$$), 'contact Wei Lee(1)', '... who may read them');
SELECT is(t.as_role('t_viewer', $$SELECT t.search('wei lee')$$), 'contact Wei Lee(1), lead Wei Lee(1)', '... as those may who have the permission');
SELECT leadconv.hide_converted_leads(false);

-- Policies: hidden rows do not count, however many there are
INSERT INTO crm.account (name, site) SELECT 'Zorro ' || i, 'hidden' FROM generate_series(1, 500) i;
INSERT INTO crm.account (name, site) SELECT 'Zorro visible ' || i, 'shown' FROM generate_series(1, 3) i;
ALTER TABLE crm.account ENABLE ROW LEVEL SECURITY;
CREATE POLICY t_some ON crm.account TO t_user USING (site IS DISTINCT FROM 'hidden');
SELECT is(t.as_role('t_user', $$SELECT count(*) || ' ' || string_agg(DISTINCT left(name, 13), ',') FROM leadconv.search('zorro', NULL, 200)$$), '3 Zorro visible', 'policies: what one sees is found behind 500 rows that one does not see');
SELECT is(t.as_role('t_user', $$SELECT t.search('zorro 77')$$), NULL, '... which are not found');
SELECT is((SELECT count(*) FROM leadconv.search('zorro', NULL, 200)), 200::bigint, 'others find as many as they ask for');

-- Columns that one may not read
CREATE ROLE t_columns;
GRANT USAGE ON SCHEMA crm, leadconv TO t_columns;
GRANT SELECT (id, name, stage_name, owner_id, is_deleted, last_modified_date) ON crm.opportunity TO t_columns;
GRANT SELECT (id, name, owner_id, is_deleted, is_converted, last_modified_date) ON crm.lead TO t_columns;
SELECT is(t.as_role('t_columns', $$SELECT t.search('rao')$$), 'opportunity Rao Manufacturing(2), opportunity Rao - 100% renewal_2(2)', 'objects that one may not search are left out');
SELECT is(t.as_role('t_columns', $$SELECT t.search('smaya', '{lead}')$$), '42501 permission denied for table lead', '... and refused when asked for');

SELECT is(t.as_role('t_user', 'SELECT leadconv.setup_search(false)'), '42501 permission denied for function setup_search', 'not for everybody');
SELECT lives_ok('SELECT leadconv.setup_search(false)', 'the indexes are dropped');
SELECT is((SELECT count(*) FROM pg_class c WHERE c.relname LIKE '%\_search\_idx'), 0::bigint, '... all of them');

SELECT finish();
ROLLBACK;
