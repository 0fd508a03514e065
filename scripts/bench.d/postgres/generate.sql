-- A shop that publishes: about :mib MiB with its indexes, the same on every machine and in every
-- run. Nothing is random.
--   psql -v mib=1536 -f generate.sql
\set ON_ERROR_STOP on
\set people :mib * 440
\set orders :mib * 660
\set lines  :mib * 1650
\set documents :mib * 154

SET synchronous_commit = off;

CREATE TABLE people (
    id bigint NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    country character(2) NOT NULL,
    born date,
    balance numeric(12,2) NOT NULL,
    joined_at timestamp with time zone NOT NULL
);
CREATE TABLE documents (
    id bigint NOT NULL,
    content_id uuid NOT NULL,
    base_path text NOT NULL,
    author_name text NOT NULL,
    author_email text NOT NULL,
    author_phone text NOT NULL,
    details jsonb NOT NULL,
    updated_at timestamp with time zone NOT NULL
);
CREATE TABLE orders (
    id bigint NOT NULL,
    person_id bigint NOT NULL,
    recipient_name text NOT NULL,
    recipient_email text NOT NULL,
    recipient_phone text NOT NULL,
    state text NOT NULL,
    total numeric(10,2) NOT NULL,
    note text,
    placed_at timestamp with time zone NOT NULL
);
CREATE TABLE order_lines (
    id bigint NOT NULL,
    order_id bigint NOT NULL,
    document_id bigint NOT NULL,
    reader_name text NOT NULL,
    reader_email text NOT NULL,
    reader_phone text NOT NULL,
    quantity integer NOT NULL,
    price numeric(10,2) NOT NULL,
    is_gift boolean NOT NULL
);

INSERT INTO people
SELECT i, 'Person ' || i || ' of house ' || i % 40009, 'person.' || i || '@mail' || i % 977 || '.example',
       '+44 20 ' || lpad((i * 7919 % 100000000)::text, 8, '0'), (ARRAY['GB','DE','FR','ES','PL'])[i % 5 + 1],
       CASE WHEN i % 7 > 0 THEN date '1940-01-01' + (i * 31 % 25000)::int END, i * 7919 % 1000003 / 100.0,
       timestamptz '2015-01-01 00:00:00Z' + i * interval '97 seconds'
FROM generate_series(1::bigint, :people) AS i;

-- Text with quotes, tabs and line breaks, keys that repeat and values that do not.
INSERT INTO documents
SELECT i, md5('content ' || i)::uuid, '/guidance/' || i % 997 || '/document-' || i, 'Author ' || i % 20011,
       'author.' || i % 20011 || '@publisher.example', '+44 30 ' || lpad((i * 104729 % 100000000)::text, 8, '0'),
       jsonb_build_object(
           'title', 'Document ' || i || ' of series ' || i % 4001,
           'locale', (ARRAY['en','cy','fr'])[i % 3 + 1],
           'phase', (ARRAY['live','beta','alpha'])[i % 11 % 3 + 1],
           'body', (SELECT string_agg(format(E'<p class="lead">Paragraph %s says what paragraph %s left out, at length:\n\t%s</p>',
                        (i * 7919 + p) % 1000003, (i * 31 + p) % 9973, md5(i || '.' || p)), E'\n')
                    FROM generate_series(1, 6 + i % 5) AS p),
           'tags', (SELECT jsonb_agg('tag-' || (i * 13 + t * t) % 5003) FROM generate_series(1, 8) AS t),
           'links', jsonb_build_object('parent', md5('content ' || i / 2)::uuid, 'organisations', jsonb_build_array(
               md5('organisation ' || i % 701)::uuid, md5('organisation ' || i % 1301)::uuid)),
           'change_history', (SELECT jsonb_agg(jsonb_build_object('note', 'Change ' || c || ' of document ' || i,
               'public_timestamp', timestamptz '2018-01-01 00:00:00Z' + (i * 61 + c * 86400) * interval '1 second'))
               FROM generate_series(1, 3) AS c),
           'views', i * 7919 % 100003, 'rating', (i % 50 / 10.0)::numeric(2,1), 'withdrawn', i % 17 = 0, 'successor', NULL),
       timestamptz '2019-01-01 00:00:00Z' + i * interval '251 seconds'
FROM generate_series(1::bigint, :documents) AS i;

INSERT INTO orders
SELECT i, i * 7919 % (:people) + 1, 'Recipient ' || i % 300007, 'recipient.' || i % 300007 || '@post.example',
       '+44 40 ' || lpad((i * 15485863 % 100000000)::text, 8, '0'), (ARRAY['placed','paid','sent','returned'])[i % 4 + 1],
       i * 104729 % 1000003 / 100.0, CASE WHEN i % 5 = 0 THEN 'Leave it with neighbour ' || md5('note ' || i) END,
       timestamptz '2020-01-01 00:00:00Z' + i * interval '53 seconds'
FROM generate_series(1::bigint, :orders) AS i;

INSERT INTO order_lines
SELECT i, i * 104729 % (:orders) + 1, i * 15485863 % (:documents) + 1, 'Reader ' || i % 500009,
       'reader.' || i % 500009 || '@read.example', '+44 50 ' || lpad((i * 7919 % 100000000)::text, 8, '0'),
       i % 9 + 1, i * 31 % 99991 / 100.0, i % 3 = 0
FROM generate_series(1::bigint, :lines) AS i;

ALTER TABLE people ADD PRIMARY KEY (id);
ALTER TABLE documents ADD PRIMARY KEY (id);
ALTER TABLE orders ADD PRIMARY KEY (id);
ALTER TABLE order_lines ADD PRIMARY KEY (id);
CREATE INDEX people_email ON people (email);
CREATE INDEX documents_details ON documents USING gin (details);
CREATE UNIQUE INDEX documents_content_id ON documents (content_id);
CREATE INDEX documents_base_path ON documents (base_path);
CREATE INDEX orders_person_id ON orders (person_id);
CREATE INDEX orders_placed_at ON orders (placed_at);
CREATE INDEX order_lines_order_id ON order_lines (order_id);
CREATE INDEX order_lines_document_id ON order_lines (document_id);
ALTER TABLE orders ADD CONSTRAINT orders_person FOREIGN KEY (person_id) REFERENCES people (id);
ALTER TABLE order_lines ADD CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id);
ALTER TABLE order_lines ADD CONSTRAINT order_lines_document FOREIGN KEY (document_id) REFERENCES documents (id);
VACUUM (ANALYZE);
