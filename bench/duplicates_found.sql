-- How well the standard rules find the duplicates of bench/duplicates.sql, beside two
-- simple ways to find them: by the same normalised name, and by trigrams of the name alone
-- (the best of some thresholds, for a part of the pairs, because it takes long).
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE bench.found (way text, object text, id bigint, kind text, is_duplicate boolean, record_id bigint);

INSERT INTO bench.found
SELECT 'standard rule', p.object, p.id, p.kind, p.is_duplicate, m.record_id
FROM bench.pair p LEFT JOIN LATERAL (SELECT DISTINCT record_id FROM leadconv.find_matches(p.object, p.record)) m ON true;

INSERT INTO bench.found
SELECT 'same normalised name', p.object, p.id, p.kind, p.is_duplicate, a.id
FROM bench.pair p LEFT JOIN crm.account a ON leadconv.normalize_company(a.name::text) = leadconv.normalize_company(p.record ->> 'name')
WHERE p.object = 'account';

CREATE INDEX contact_bench_idx ON crm.contact (leadconv.normalize_name(first_name || ' ' || last_name));
ANALYZE crm.contact;
INSERT INTO bench.found
SELECT 'same normalised name', p.object, p.id, p.kind, p.is_duplicate, c.id
FROM bench.pair p LEFT JOIN crm.contact c ON leadconv.normalize_name(c.first_name || ' ' || c.last_name) = leadconv.normalize_name((p.record ->> 'first_name') || ' ' || (p.record ->> 'last_name'))
WHERE p.object = 'contact';

-- of the pairs, every :part-th
CREATE INDEX account_trigram_idx ON crm.account USING gin (lower(name::text) gin_trgm_ops);
CREATE INDEX contact_trigram_idx ON crm.contact USING gin (lower(first_name || ' ' || last_name) gin_trgm_ops);
SET pg_trgm.similarity_threshold = 0.5;
CREATE TABLE bench.similar AS
SELECT p.object, p.id, p.kind, p.is_duplicate, a.id AS record_id, similarity(lower(a.name::text), lower(p.record ->> 'name')) AS similarity
FROM bench.pair p LEFT JOIN crm.account a ON lower(a.name::text) % lower(p.record ->> 'name')
WHERE p.object = 'account' AND p.id % :part = 0
UNION ALL
SELECT p.object, p.id, p.kind, p.is_duplicate, c.id, similarity(lower(c.first_name || ' ' || c.last_name), lower((p.record ->> 'first_name') || ' ' || (p.record ->> 'last_name')))
FROM bench.pair p LEFT JOIN crm.contact c ON lower(c.first_name || ' ' || c.last_name) % lower((p.record ->> 'first_name') || ' ' || (p.record ->> 'last_name'))
WHERE p.object = 'contact' AND p.id % :part = 0;

INSERT INTO bench.found
SELECT 'trigrams of the name, ' || t, s.object, s.id, s.kind, s.is_duplicate, CASE WHEN s.similarity >= t THEN s.record_id END
FROM bench.similar s, unnest(ARRAY[0.5, 0.6, 0.7, 0.8, 0.9]) t;

-- A pair is one that is looked for; what else is found is wrong
CREATE VIEW bench.quality AS
SELECT object, way, count(DISTINCT id) FILTER (WHERE is_duplicate) AS duplicates,
       round(100.0 * count(DISTINCT id) FILTER (WHERE is_duplicate AND record_id = id) / count(DISTINCT id) FILTER (WHERE is_duplicate), 1) AS recall,
       round(100.0 * count(DISTINCT id) FILTER (WHERE is_duplicate AND record_id = id) / nullif(count(DISTINCT (id, record_id)) FILTER (WHERE record_id IS NOT NULL), 0), 1) AS precision,
       round(1.0 * count(*) FILTER (WHERE record_id IS NOT NULL AND NOT (is_duplicate AND record_id = id)) / count(DISTINCT id), 2) AS wrong_for_each
FROM bench.found GROUP BY object, way;

SELECT * FROM bench.quality ORDER BY object, way;
SELECT object, kind, is_duplicate, count(DISTINCT id) AS pairs, round(100.0 * count(DISTINCT id) FILTER (WHERE record_id = id) / count(DISTINCT id), 1) AS found
FROM bench.found WHERE way = 'standard rule' GROUP BY object, kind, is_duplicate ORDER BY object, is_duplicate DESC, found;
