-- Accounts and contacts with realistic names, and pairs of which is known whether they
-- are duplicates.  Always the same ones: everything follows from the number of the row.
--
--   psql -v accounts=1000000 -v contacts=1000000 -v pairs=11000 -f bench/duplicates.sql
--
-- pairs is the number of duplicates of each object; for two of them there is one
-- near-miss.  Table bench.pair has the record that is looked for, as leadconv.find_matches()
-- takes it, and the row from which it was made.

CREATE SCHEMA bench;

-- A number from 0 to 1 for a row and a purpose
CREATE FUNCTION bench.r(i bigint, what text) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashtextextended(what, i) & 2147483647) / 2147483648.0::double precision;

-- Words, the frequent ones first
CREATE TABLE bench.word (kind text, words text[]);
INSERT INTO bench.word VALUES
('male', string_to_array('James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy Walter Christian Keith Roger Terry Austin Sean Gerald Carl Harold Dylan Arthur Lawrence Jordan Jesse Bryan Billy Bruce Gabriel Joe Logan Alan Juan Albert Willie Elijah Wayne Randy Vincent Mason Roy Ralph Bobby Russell Bradley Philip Eugene Hans Jürgen Wolfgang Klaus Uwe Matthias Stefan Andreas Thorsten François Pierre Jean-Luc Étienne Carlos Miguel Luis Javier Rajesh Sanjay Amit Wei Hiroshi Kenji', ' ')),
('female', string_to_array('Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Sandra Margaret Ashley Kimberly Emily Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Dorothy Amy Kathleen Angela Shirley Emma Brenda Pamela Nicole Anna Samantha Katherine Christine Debra Rachel Carolyn Janet Maria Olivia Heather Helen Catherine Diane Julie Victoria Joyce Lauren Kelly Christina Ruth Joan Virginia Judith Evelyn Hannah Andrea Megan Cheryl Jacqueline Madison Teresa Abigail Sophia Martha Sara Gloria Janice Kathryn Ann Isabella Judy Charlotte Julia Grace Amber Alice Jean Denise Frances Danielle Marilyn Natalie Beverly Diana Brittany Theresa Kayla Alexis Doris Lori Tiffany Ursula Brigitte Sabine Renate Françoise Amélie Nathalie Isabelle Guadalupe Lourdes Priya Anjali Mei Yuki', ' ')),
('last', string_to_array('Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Gonzales Fisher Vasquez Simmons Romero Jordan Patterson Alexander Hamilton Graham Reynolds Griffin Wallace Moreno West Cole Hayes Bryant Herrera Gibson Ellis Tran Medina Aguilar Stevens Murray Ford Castro Marshall Owens Harrison Fernandez McDonald Woods Washington Kennedy Wells Vargas Henry Chen Freeman Webb Tucker Guzman Burns Crawford Olson Simpson Porter Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon Munoz Hunt Hicks Holmes Palmer Wagner Black Robertson Boyd Stone Salazar Fox Warren Mills Meyer Rice Schmidt Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn Kelley Spencer Hawkins Arnold Pierce Hansen Peters Santos Hart Bradley Knight Elliott Cunningham Duncan Armstrong Hudson Carroll Lane Riley Andrews Alvarado Ray Delgado Berry Perkins Hoffman Johnston Matthews Pena Richards Contreras Willis Carpenter Lawrence Sandoval Müller Schäfer Weiß Köhler Fischer Schneider Lefèvre Dubois Garnier O''Brien O''Connor MacDonald Kowalski Nowak Lindström Sørensen Yamamoto Tanaka Singh Sharma', ' ')),
('syllable', string_to_array('ac al am ar as bel ber bor cal can cor da del dex dor el en er fal fen fir for gal gen gor hal hel hor in is jor kal ken kor lan lex lim lor mar mer mon nar nel nor or pal per pol qua ral ren rok sal sen sol sym tal ten ter tor ul val ven ver vol wes win xan yor zan zen zor', ' ')),
('industry', string_to_array('Solutions Services Systems Technologies Consulting Group Partners Industries Manufacturing Logistics Plumbing Electric Roofing Dental Software Media Foods Motors Construction Insurance Financial Realty Landscaping Bakery Printing Pharma Energy Aerospace Robotics Optics Textiles Furniture Packaging Chemicals Steel Plastics Staffing Security Travel Fitness', ' ')),
('legal', string_to_array('Inc|LLC|Corp|Ltd|Inc.|Co|Corporation|Limited|GmbH|LLP', '|')),
('street', string_to_array('Main Oak Maple Cedar Pine Elm Washington Lake Hill Park Walnut Spring North Ridge Church Willow Mill Sunset Railroad Jefferson Center Highland Forest Jackson River Madison Meadow Chestnut Lincoln Adams Franklin Cherry Dogwood Hickory Spruce Valley Birch Laurel Poplar Locust Lakeview Monroe Liberty Magnolia Sycamore Prospect Vine Harrison Chapel Cottage Winding Orchard Summit Garfield Juniper Broad Market Grove Bridge Canyon Aspen Industrial Commerce Harbor Union Victoria Warren Brookside Fairview Hillcrest Holly Delaware Oxford Cambridge Windsor Kingston Bedford Sheridan Sherman Grant Columbia Pleasant Rosewood Heather Clover Foxglove Riverside Eastwood Westfield Southgate Northfield', ' ')),
('type', string_to_array('Street Avenue Road Drive Lane Boulevard Court Place Way Parkway', ' ')),
('title', string_to_array('CEO|CTO|CFO|VP Sales|Sales Manager|Account Executive|Director of Marketing|Marketing Manager|Software Engineer|Office Manager|Purchasing Manager|Operations Director|HR Manager|Controller|President|Owner|Project Manager|IT Director|Senior Consultant|Facilities Manager', '|')),
('mail', string_to_array('gmail.com yahoo.com outlook.com', ' '));

-- Cities with state, the first three digits of the postal code, and area code
CREATE TABLE bench.city (n integer, city text, state text, zip text, area text);
INSERT INTO bench.city SELECT row_number() OVER (), split_part(c, '|', 1), split_part(c, '|', 2), split_part(c, '|', 3), split_part(c, '|', 4)
FROM unnest(string_to_array('New York|NY|100|212,Los Angeles|CA|900|213,Chicago|IL|606|312,Houston|TX|770|713,Phoenix|AZ|850|602,Philadelphia|PA|191|215,San Antonio|TX|782|210,San Diego|CA|921|619,Dallas|TX|752|214,San Jose|CA|951|408,Austin|TX|787|512,Jacksonville|FL|322|904,Fort Worth|TX|761|817,Columbus|OH|432|614,Charlotte|NC|282|704,San Francisco|CA|941|415,Indianapolis|IN|462|317,Seattle|WA|981|206,Denver|CO|802|303,Washington|DC|200|202,Boston|MA|021|617,El Paso|TX|799|915,Nashville|TN|372|615,Detroit|MI|482|313,Oklahoma City|OK|731|405,Portland|OR|972|503,Las Vegas|NV|891|702,Memphis|TN|381|901,Louisville|KY|402|502,Baltimore|MD|212|410,Milwaukee|WI|532|414,Albuquerque|NM|871|505,Tucson|AZ|857|520,Fresno|CA|937|559,Sacramento|CA|958|916,Kansas City|MO|641|816,Mesa|AZ|852|480,Atlanta|GA|303|404,Omaha|NE|681|402,Colorado Springs|CO|809|719,Raleigh|NC|276|919,Miami|FL|331|305,Long Beach|CA|908|562,Virginia Beach|VA|234|757,Oakland|CA|946|510,Minneapolis|MN|554|612,Tulsa|OK|741|918,Tampa|FL|336|813,Arlington|TX|760|682,New Orleans|LA|701|504,Wichita|KS|672|316,Cleveland|OH|441|216,Bakersfield|CA|933|661,Aurora|CO|800|720,Anaheim|CA|928|714,Honolulu|HI|968|808,Santa Ana|CA|927|657,Riverside|CA|925|951,Corpus Christi|TX|784|361,Lexington|KY|405|859,St. Louis|MO|631|314,Pittsburgh|PA|152|412,Cincinnati|OH|452|513,Anchorage|AK|995|907,Greensboro|NC|274|336,Newark|NJ|071|973,Lincoln|NE|685|531,Orlando|FL|328|407,Irvine|CA|926|949,Toledo|OH|436|419,Jersey City|NJ|073|201,Durham|NC|277|984,St. Petersburg|FL|337|727,Laredo|TX|780|956,Madison|WI|537|608,Chandler|AZ|852|623,Buffalo|NY|142|716,Reno|NV|895|775,Spokane|WA|992|509,Richmond|VA|232|804', ',')) c;

-- A word of a list; common: the first ones more often
CREATE FUNCTION bench.pick(list text[], i bigint, what text, common boolean DEFAULT false) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN list[1 + (cardinality(list) * CASE WHEN common THEN bench.r(i, what) ^ 2 ELSE bench.r(i, what) END)::integer % cardinality(list)];

-- All lists as one row
CREATE VIEW bench.list AS
SELECT max(words) FILTER (WHERE kind = 'male') AS male, max(words) FILTER (WHERE kind = 'female') AS female, max(words) FILTER (WHERE kind = 'last') AS last,
       max(words) FILTER (WHERE kind = 'syllable') AS syllable, max(words) FILTER (WHERE kind = 'industry') AS industry, max(words) FILTER (WHERE kind = 'legal') AS legal,
       max(words) FILTER (WHERE kind = 'street') AS street, max(words) FILTER (WHERE kind = 'type') AS type, max(words) FILTER (WHERE kind = 'title') AS title
FROM bench.word;

-- A company that nobody has, of some syllables
CREATE FUNCTION bench.coined(list text[], i bigint, what text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN initcap(bench.pick(list, i, what || 1) || bench.pick(list, i, what || 2) || CASE WHEN bench.r(i, what || 'n') < 0.6 THEN bench.pick(list, i, what || 3) ELSE '' END);

-- What accounts are made of
CREATE TABLE bench.account AS
SELECT i::bigint AS id,
       CASE WHEN bench.r(i, 'kind') < 0.55 THEN bench.coined(l.syllable, i, 'coined')
            WHEN bench.r(i, 'kind') < 0.75 THEN bench.pick(l.last, i, 'family', true)
            WHEN bench.r(i, 'kind') < 0.85 THEN bench.pick(l.last, i, 'family', true) || ' & ' || bench.pick(l.last, i, 'family2', true)
            ELSE bench.coined(l.syllable, i, 'coined') || ' ' || bench.pick(l.industry, i, 'second', true) END AS core,
       bench.pick(l.industry, i, 'industry', true) AS industry,
       CASE WHEN bench.r(i, 'haslegal') < 0.8 THEN bench.pick(l.legal, i, 'legal', true) END AS legal,
       1 + (bench.r(i, 'number') * 2999)::integer AS number, bench.pick(l.street, i, 'street', true) AS street, bench.pick(l.type, i, 'type', true) AS type,
       CASE WHEN bench.r(i, 'hassuite') < 0.3 THEN 1 + (bench.r(i, 'suite') * 900)::integer END AS suite,
       c.city, c.state, c.zip || lpad((bench.r(i, 'zip') * 99)::integer::text, 2, '0') AS zip, c.area,
       200 + (bench.r(i, 'exchange') * 799)::integer AS exchange, (bench.r(i, 'line') * 9999)::integer AS line
FROM generate_series(1, :accounts) i CROSS JOIN bench.list l JOIN bench.city c ON c.n = 1 + ((SELECT count(*) FROM bench.city) * bench.r(i, 'city') ^ 1.5)::integer % (SELECT count(*)::integer FROM bench.city);

ALTER TABLE bench.account ADD PRIMARY KEY (id);

CREATE FUNCTION bench.phone(area text, exchange integer, line integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '(' || area || ') ' || exchange || '-' || lpad(line::text, 4, '0');

CREATE FUNCTION bench.domain(core text, industry text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(lower(core || CASE WHEN length(core) < 9 THEN industry ELSE '' END), '[^a-z]', '', 'g') || '.com';

INSERT INTO crm.account (id, name, billing_street, billing_city, billing_state, billing_postal_code, billing_country, phone, website)
SELECT id, core || ' ' || industry || coalesce(CASE WHEN bench.r(id, 'comma') < 0.3 THEN ', ' ELSE ' ' END || legal, ''),
       number || ' ' || street || ' ' || type || coalesce(', Suite ' || suite, ''), city, state, zip, 'USA', bench.phone(area, exchange, line),
       CASE WHEN bench.r(id, 'hasweb') < 0.7 THEN 'www.' || bench.domain(core, industry) END
FROM bench.account;

-- Contacts: most in their account's office, some at home
CREATE TABLE bench.contact AS
SELECT i::bigint AS id, a.id AS account_id, CASE WHEN bench.r(i, 'sex') < 0.5 THEN bench.pick(l.male, i, 'first', true) ELSE bench.pick(l.female, i, 'first', true) END AS first_name,
       CASE WHEN bench.r(i, 'rare') < 0.3 THEN bench.coined(l.syllable, i, 'rarelast') ELSE bench.pick(l.last, i, 'last', true) END AS last_name,
       bench.pick(l.title, i, 'title') AS title, bench.domain(a.core, a.industry) AS domain, a.area,
       CASE WHEN bench.r(i, 'office') < 0.6 THEN a.exchange ELSE 200 + (bench.r(i, 'exchange') * 799)::integer END AS exchange, (bench.r(i, 'line') * 9999)::integer AS line,
       CASE WHEN bench.r(i, 'office') < 0.6 THEN a.number || ' ' || a.street || ' ' || a.type ELSE 1 + (bench.r(i, 'number') * 2999)::integer || ' ' || bench.pick(l.street, i, 'street') || ' ' || bench.pick(l.type, i, 'type', true) END AS street,
       a.city, a.state, a.zip
FROM generate_series(1, :contacts) i CROSS JOIN bench.list l JOIN bench.account a ON a.id = 1 + (bench.r(i, 'account') * :accounts)::bigint % :accounts;
ALTER TABLE bench.contact ADD PRIMARY KEY (id);

CREATE FUNCTION bench.mailbox(first_name text, last_name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(translate(lower(first_name || '.' || last_name), 'äöüéèçøß', 'aoueecos'), '[^a-z.]', '', 'g');

INSERT INTO crm.contact (id, account_id, first_name, last_name, title, email, phone, mailing_street, mailing_city, mailing_state, mailing_postal_code)
SELECT id, account_id, first_name, last_name, title, CASE WHEN bench.r(id, 'hasmail') < 0.85 THEN bench.mailbox(first_name, last_name) || '@' || domain END,
       bench.phone(area, exchange, line), street, city, state, zip
FROM bench.contact;

SELECT setval(pg_get_serial_sequence('crm.account', 'id'), :accounts), setval(pg_get_serial_sequence('crm.contact', 'id'), :contacts) \g /dev/null
ANALYZE crm.account, crm.contact;

--
-- The pairs
--

-- A typing error: two letters the other way round, one left out, one twice, or another one
CREATE FUNCTION bench.typo(word text, i bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT CASE (bench.r(i, 'typo') * 4)::integer % 4
    WHEN 0 THEN left(word, p) || substr(word, p + 2, 1) || substr(word, p + 1, 1) || substr(word, p + 3)
    WHEN 1 THEN left(word, p) || substr(word, p + 2)
    WHEN 2 THEN left(word, p) || substr(word, p + 1, 1) || substr(word, p + 1)
    ELSE left(word, p) || substr('wmyvxpbdk', 1 + (bench.r(i, 'letter') * 9)::integer % 9, 1) || substr(word, p + 2) END
    FROM (SELECT 1 + (bench.r(i, 'place') * greatest(length(word) - 3, 0))::integer AS p) x);

-- Which rows, and what is done to each
CREATE TABLE bench.pair (object text, id bigint, kind text, is_duplicate boolean, record jsonb);

INSERT INTO bench.pair
SELECT 'account', a.id, v.kind, v.kind NOT LIKE 'another%', jsonb_strip_nulls(jsonb_build_object(
    'name', CASE v.kind
        WHEN 'typing error in the name' THEN regexp_replace(c.name, '^[^ ]+', bench.typo(split_part(c.name, ' ', 1), a.id))
        WHEN 'other legal form' THEN a.core || ' ' || a.industry || ', ' || CASE a.legal WHEN 'GmbH' THEN 'Ltd.' ELSE 'G.m.b.H.' END
        WHEN 'abbreviated name' THEN replace(replace(replace(replace(replace(c.name, 'Technologies', 'Tech'), 'Manufacturing', 'Mfg'), 'Services', 'Svcs'), ' & ', ' and '), 'Solutions', 'Soln')
        WHEN 'moved office' THEN upper(a.core || ' ' || a.industry)
        WHEN 'other notation' THEN upper(c.name)
        WHEN 'typing error in the street' THEN a.core || ' ' || a.industry
        WHEN 'word left out' THEN a.core
        WHEN 'another business of the name' THEN a.core || ' ' || o.industry
        WHEN 'another company in the house' THEN o.core || ' ' || o.industry
        WHEN 'another company of the name elsewhere' THEN c.name END,
    'billing_street', CASE v.kind
        WHEN 'moved office' THEN o.number || ' ' || o.street || ' ' || o.type
        WHEN 'another business of the name' THEN o.number || ' ' || o.street || ' ' || o.type
        WHEN 'another company of the name elsewhere' THEN o.number || ' ' || o.street || ' ' || o.type
        WHEN 'typing error in the street' THEN a.number || ' ' || bench.typo(a.street, a.id) || ' ' || a.type
        WHEN 'other notation' THEN replace(replace(replace(replace(c.billing_street, 'Street', 'St.'), 'Avenue', 'Ave'), ', Suite ', ' #'), 'Road', 'Rd')
        ELSE c.billing_street END,
    'billing_city', CASE WHEN v.kind IN ('moved office', 'another company of the name elsewhere') THEN o.city ELSE a.city END,
    'billing_state', CASE WHEN v.kind IN ('moved office', 'another company of the name elsewhere') THEN o.state ELSE a.state END,
    'billing_postal_code', CASE WHEN v.kind IN ('moved office', 'another company of the name elsewhere') THEN o.zip WHEN v.kind = 'other notation' THEN a.zip || '-' || lpad(a.line::text, 4, '0') ELSE a.zip END,
    'phone', CASE
        WHEN v.kind IN ('another business of the name', 'another company in the house', 'another company of the name elsewhere') THEN bench.phone(o.area, o.exchange, o.line)
        WHEN v.kind = 'other notation' THEN '+1 ' || a.area || '.' || a.exchange || '.' || lpad(a.line::text, 4, '0')
        WHEN v.kind = 'moved office' OR bench.r(a.id, 'hasphone') < 0.5 THEN c.phone END))
FROM (SELECT n, 1 + (bench.r(n, 'which account') * (:accounts - 1))::bigint AS id, 1 + (bench.r(n, 'other account') * (:accounts - 1))::bigint AS other_id,
             CASE WHEN n <= :pairs THEN (ARRAY['typing error in the name', 'other legal form', 'abbreviated name', 'moved office', 'other notation', 'typing error in the street', 'word left out'])[1 + n % 7]
                  ELSE (ARRAY['another business of the name', 'another company in the house', 'another company of the name elsewhere'])[1 + n % 3] END AS kind
      FROM generate_series(1, :pairs + :pairs / 2) n) v
JOIN bench.account a ON a.id = v.id JOIN crm.account c ON c.id = v.id JOIN bench.account o ON o.id = v.other_id;

-- A short form of a first name
CREATE TABLE bench.short_name AS
SELECT DISTINCT ON (w.name) w.name, v.variant FROM (SELECT unnest(words) AS name FROM bench.word WHERE kind IN ('male', 'female')) w
JOIN (VALUES ('James', 'Jim'), ('Robert', 'Bob'), ('John', 'Jack'), ('Michael', 'Mike'), ('David', 'Dave'), ('William', 'Bill'), ('Richard', 'Rick'), ('Joseph', 'Joe'), ('Thomas', 'Tom'), ('Christopher', 'Chris'), ('Charles', 'Chuck'),
    ('Daniel', 'Dan'), ('Matthew', 'Matt'), ('Anthony', 'Tony'), ('Steven', 'Steve'), ('Andrew', 'Andy'), ('Kenneth', 'Ken'), ('Timothy', 'Tim'), ('Edward', 'Ted'), ('Nicholas', 'Nick'), ('Jonathan', 'Jon'), ('Samuel', 'Sam'), ('Gregory', 'Greg'),
    ('Patricia', 'Trish'), ('Jennifer', 'Jenny'), ('Elizabeth', 'Liz'), ('Barbara', 'Barb'), ('Susan', 'Sue'), ('Jessica', 'Jess'), ('Margaret', 'Peggy'), ('Kimberly', 'Kim'), ('Deborah', 'Debbie'), ('Stephanie', 'Steph'), ('Rebecca', 'Becky'),
    ('Katherine', 'Kate'), ('Catherine', 'Cathy'), ('Christine', 'Chris'), ('Pamela', 'Pam'), ('Samantha', 'Sam'), ('Victoria', 'Vicky'), ('Jacqueline', 'Jackie'), ('Abigail', 'Abby'), ('Theresa', 'Terry'), ('Matthias', 'Matze')) v (name, variant) USING (name);

INSERT INTO bench.pair
SELECT 'contact', b.id, v.kind, v.kind NOT LIKE 'another%', jsonb_strip_nulls(jsonb_build_object(
    'first_name', CASE v.kind
        WHEN 'typing error in the first name' THEN bench.typo(b.first_name, b.id)
        WHEN 'nickname' THEN coalesce(s.variant, left(b.first_name, 1) || '.')
        WHEN 'names swapped' THEN b.last_name
        WHEN 'another member of the family' THEN o.first_name
        ELSE b.first_name END,
    'last_name', CASE v.kind
        WHEN 'typing error in the last name' THEN bench.typo(b.last_name, b.id)
        WHEN 'names swapped' THEN b.first_name
        WHEN 'another colleague' THEN o.last_name
        WHEN 'other notation' THEN upper(b.last_name)
        ELSE b.last_name END,
    'title', CASE WHEN v.kind IN ('another person of the name elsewhere', 'another colleague') THEN o.title ELSE b.title END,
    'email', CASE
        WHEN v.kind = 'other address, same phone' THEN bench.mailbox(b.first_name, b.last_name) || '77@gmail.com'
        WHEN v.kind IN ('another person of the name elsewhere', 'moved to another company') THEN bench.mailbox(b.first_name, b.last_name) || '@' || o.domain
        WHEN v.kind IN ('another colleague', 'another member of the family') THEN bench.mailbox(o.first_name, o.last_name) || '@' || b.domain
        WHEN bench.r(b.id, 'asksmail') < 0.6 THEN c.email END,
    'phone', CASE
        WHEN v.kind = 'other notation' THEN '1-' || b.area || '-' || b.exchange || '-' || lpad(b.line::text, 4, '0')
        WHEN v.kind IN ('another colleague', 'another member of the family') THEN bench.phone(b.area, b.exchange, o.line)
        WHEN v.kind = 'another person of the name elsewhere' THEN bench.phone(o.area, o.exchange, o.line)
        ELSE c.phone END,
    'mailing_street', CASE WHEN v.kind IN ('another person of the name elsewhere', 'moved to another company') THEN o.street ELSE b.street END,
    'mailing_city', CASE WHEN v.kind IN ('another person of the name elsewhere', 'moved to another company') THEN o.city ELSE b.city END,
    'mailing_postal_code', CASE WHEN v.kind IN ('another person of the name elsewhere', 'moved to another company') THEN o.zip ELSE b.zip END,
    'account.name', CASE WHEN v.kind IN ('another person of the name elsewhere', 'moved to another company') THEN oa.name ELSE ba.name END))
FROM (SELECT n, 1 + (bench.r(n, 'which contact') * (:contacts - 1))::bigint AS id, 1 + (bench.r(n, 'other contact') * (:contacts - 1))::bigint AS other_id,
             CASE WHEN n <= :pairs THEN (ARRAY['typing error in the first name', 'typing error in the last name', 'nickname', 'names swapped', 'other address, same phone', 'moved to another company', 'other notation'])[1 + n % 7]
                  ELSE (ARRAY['another person of the name elsewhere', 'another colleague', 'another member of the family'])[1 + n % 3] END AS kind
      FROM generate_series(1, :pairs + :pairs / 2) n) v
JOIN bench.contact b ON b.id = v.id JOIN crm.contact c ON c.id = v.id JOIN bench.contact o ON o.id = v.other_id
JOIN crm.account ba ON ba.id = b.account_id JOIN crm.account oa ON oa.id = o.account_id LEFT JOIN bench.short_name s ON s.name = b.first_name;
