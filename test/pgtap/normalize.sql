-- The forms in which names and addresses are compared
BEGIN;
\ir helpers.psql
SELECT plan(77);

CREATE FUNCTION t.company(value text) RETURNS text LANGUAGE sql AS 'SELECT leadconv.normalize_company(value)';
CREATE FUNCTION t.email(value text) RETURNS text LANGUAGE sql AS 'SELECT leadconv.normalize_email(value)';

-- Case is Unicode's, in any locale
SELECT is(t.email(a), t.email(b), format('%s = %s', a, b)) FROM (VALUES
    ('ÄRZTE', 'Ärzte'), ('STRASSE', 'Straße'), ('STRASSE', 'STRAẞE'), ('ΟΔΟΣ', 'οδος'), ('ΟΔΟΣ', 'οδοσ'), ('ИВАНОВ', 'Иванов'),
    ('ISTANBUL', 'istanbul'), ('İSTANBUL', 'istanbul'), ('IŞIK', 'ışık'), ('Iğdır', 'ığdir'), ('ﬁnance', 'FINANCE'), ('ﬃ', 'FFI'),
    ('ｱｸﾒ', 'アクメ'), ('ｶﾞ', 'ガ'), ('ＡＣＭＥ', 'acme'), ('Ǆ', 'ǆ'), ('ǅ', 'ǆ'), ('ᏸ', 'Ᏸ'), ('Ა', 'ა'), ('𐐀', '𐐨'), ('ŉ', 'ʼN'), ('ᾳ', 'ΑΙ'),
    (U&'A\030A', 'å'), (U&'\212B', 'å'), ('e' || U&'\0323\0302', U&'\1EC7'), (U&'a\200Bb\00ADc\FEFF', 'ABC'), ('½', '1⁄2'), ('한', U&'\1112\1161\11AB')) v (a, b);
SELECT isnt(t.email(a), t.email(b), format('%s <> %s', a, b)) FROM (VALUES ('Müller', 'Muller'), ('が', 'か'), ('дом', 'том'), ('é', 'e')) v (a, b);
SELECT is(t.email(U&' \0009Maya.Rao@Example.com\000A '), 'maya.rao@example.com', 'e-mail: blanks around it, and case');
SELECT is(t.email(U&' \0009 '), NULL, 'e-mail: nothing left');
SELECT is(t.email(''), NULL, 'e-mail: empty');

-- The same for every character, in whatever case; and once is enough
SELECT is((SELECT string_agg(to_hex(c), ' ') FROM generate_series(1, 131071) c WHERE c NOT BETWEEN 55296 AND 57343
           AND t.email(t.email('a' || chr(c) || 'b')) IS DISTINCT FROM t.email('a' || chr(c) || 'b')), NULL, 'a folded text is folded');
SELECT is((SELECT string_agg(to_hex(c), ' ') FROM generate_series(1, 131071) c WHERE c NOT BETWEEN 55296 AND 57343
           AND t.company(t.company('a' || chr(c) || 'b')) IS DISTINCT FROM t.company('a' || chr(c) || 'b')), NULL, 'a form of a company name is one');
-- (but those that came after Unicode 14, which libraries may know)
CREATE FUNCTION t.other_case(which text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT string_agg(to_hex(c), '' '') FROM generate_series(1, 131071) c WHERE c NOT BETWEEN 55296 AND 57343 AND normalize(chr(c), NFKD) = chr(c)
        AND t.email(%1$s(chr(c) COLLATE "und-x-icu") || ''b'') <> t.email(chr(c) || ''b'')
        AND %1$s(chr(c) COLLATE "und-x-icu") || chr(c) !~ ''[\u1C89\u1C8A\uA7CB-\uA7DC\U00010D50-\U00010D85\U00016EA0-\U00016ED3]''', which) INTO result;
    RETURN result;
END $$;
SELECT CASE WHEN EXISTS (SELECT FROM pg_collation WHERE collname = 'und-x-icu') THEN is(t.other_case(which), NULL, which || ' case of every character')
            ELSE skip('this server has no ICU', 1) END FROM unnest(ARRAY['upper', 'lower', 'initcap']) which;

-- Company names
SELECT is(t.company(a), b, format('company: %s', a)) FROM (VALUES
    ('ACME, Inc.', 'acme'), ('Acme Company, Inc.', 'acme'), ('The Acme', 'the acme'), ('S.A.', 'sa'), ('Inc', 'inc'), ('The', 'the'), ('  ', NULL), ('', NULL), ('!?', NULL),
    ('Müller GmbH', 'muller'), ('Société Générale S.A.', 'societe generale'), ('Smith and Sons', 'smith & sons'), ('Smith&Sons', 'smith & sons'),
    ('ООО «Ромашка»', 'ромашка'), ('株式会社トヨタ', 'トヨタ'), ('㈱トヨタ', 'トヨタ'), ('株式会社', '株式会社'), ('小米科技有限责任公司', '小米科技'), ('삼성전자 주식회사', '삼성전자'),
    ('شَرِكَة', 'شركة'), ('Ørsted A/S', 'orsted'), ('Acme Sp. z o.o.', 'acme'), ('Grupo Bimbo, S.A. de C.V.', 'grupo bimbo'), ('IBM', 'international business machines'),
    ('IBM Corp.', 'international business machines'), ('Acme Intl. Mfg.', 'acme international manufacturing'), ('O''Reilly Media', 'oreilly media'),
    ('Acme™ ®', 'acme'), ('Łódź', 'lodz'), ('Ελλάς ΑΕ', 'ελλασ αε'), ('A+ Auto', 'a+ auto'), ('Ё', 'е')) v (a, b);

-- Long texts: nothing fails, nothing is lost, nothing takes long
SELECT ok(octet_length(t.company(repeat('Ürgendwas ', 100000))) <= 1000, 'company: an entry of an index has room for a long name');
SELECT isnt(t.company(repeat('ü', 10000) || 'a'), t.company(repeat('ü', 10000) || 'b'), '... and its end counts');
SELECT is(t.company(repeat('Ü', 10000) || 'a'), t.company(repeat('ü', 10000) || 'A'), '... without case');
SELECT ok(octet_length(t.email(repeat(U&'\FDFA', 255))) <= 1000, 'e-mail: nor does it grow');
SELECT ok(octet_length(t.email('e' || repeat(U&'\0323\0302', 100000))) <= 1000, 'e-mail: a hundred thousand marks on one letter');

SELECT * FROM finish();
ROLLBACK;
