-- A table of twenty columns, six of which tell who a person is, and one without people that is as
-- large. `mib` is about how large both are together.
CREATE TABLE people (
    id bigint PRIMARY KEY, email text NOT NULL, full_name text NOT NULL, phone text, born date,
    token uuid NOT NULL, account bigint NOT NULL, country char(2), state text, plan text, locale text,
    source text, visits int, orders int, balance numeric(12, 2), rating double precision, is_active bool,
    note text, created_at timestamptz, updated_at timestamptz
);
INSERT INTO people
SELECT i, 'person.' || i || '@' || (ARRAY['gmail.com', 'private.example', 'company.example'])[i % 3 + 1],
    (ARRAY['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara'])[i % 5 + 1] || ' Lovelace ' || i, '+44 20 ' || (10000000 + i),
    date '1940-01-01' + (i % 25000)::int, md5(i::text)::uuid, 100000000 + i * 131, 'GB',
    (ARRAY['new', 'active', 'closed'])[i % 3 + 1], 'plan ' || i % 7, 'en-GB', 'campaign ' || i % 101,
    i % 1000, i % 50, (i % 100000) / 7.0, (i % 500) / 100.0, i % 2 = 0,
    'A note of some length about the course of things, number ' || i % 4001 || '.',
    timestamptz '2020-01-01' + i * interval '1 minute', timestamptz '2024-01-01' + i * interval '1 second'
FROM generate_series(1, :mib::bigint * 1024 * 1024 / 2 / 330) AS i;
CREATE TABLE prices (id bigint PRIMARY KEY, product int NOT NULL, price numeric(12, 4) NOT NULL, at timestamptz NOT NULL);
INSERT INTO prices
SELECT i, i * 7919 % 100003, (i * 31 % 1000003) / 97.0, timestamptz '2024-01-01' + i * interval '1 second'
FROM generate_series(1, :mib::bigint * 1024 * 1024 / 2 / 75) AS i;
ANALYZE;
