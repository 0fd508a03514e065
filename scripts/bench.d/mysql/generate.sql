-- A shop that publishes: about @mib MiB with its keys, the same on every machine and in every run.
-- Nothing is random.
SET SESSION foreign_key_checks = 0, unique_checks = 0;

CREATE TABLE people (
    id bigint NOT NULL PRIMARY KEY,
    name varchar(120) NOT NULL,
    email varchar(200) NOT NULL,
    phone varchar(40) NOT NULL,
    country char(2) NOT NULL,
    born date,
    balance decimal(12,2) NOT NULL,
    joined_at datetime NOT NULL
);
CREATE TABLE documents (
    id bigint NOT NULL PRIMARY KEY,
    content_id binary(16) NOT NULL,
    base_path varchar(200) NOT NULL,
    author_name varchar(120) NOT NULL,
    author_email varchar(200) NOT NULL,
    author_phone varchar(40) NOT NULL,
    details mediumtext NOT NULL,
    updated_at datetime NOT NULL
);
CREATE TABLE orders (
    id bigint NOT NULL PRIMARY KEY,
    person_id bigint NOT NULL,
    recipient_name varchar(120) NOT NULL,
    recipient_email varchar(200) NOT NULL,
    recipient_phone varchar(40) NOT NULL,
    state enum('placed','paid','sent','returned') NOT NULL,
    total decimal(10,2) NOT NULL,
    note varchar(200),
    placed_at datetime NOT NULL
);
CREATE TABLE order_lines (
    id bigint NOT NULL PRIMARY KEY,
    order_id bigint NOT NULL,
    document_id bigint NOT NULL,
    reader_name varchar(120) NOT NULL,
    reader_email varchar(200) NOT NULL,
    reader_phone varchar(40) NOT NULL,
    quantity int NOT NULL,
    price decimal(10,2) NOT NULL,
    is_gift tinyint(1) NOT NULL
);

-- A sequence of the server's own ends with a number that the statement names.
DELIMITER //
CREATE PROCEDURE fill() BEGIN
    SET @people = @mib * 440, @orders = @mib * 660, @order_lines = @mib * 1650, @documents = @mib * 154;
    EXECUTE IMMEDIATE CONCAT('INSERT INTO people
        SELECT seq, CONCAT(\'Person \', seq, \' of house \', seq % 40009), CONCAT(\'person.\', seq, \'@mail\', seq % 977, \'.example\'),
            CONCAT(\'+44 20 \', LPAD(seq * 7919 % 100000000, 8, \'0\')), ELT(seq % 5 + 1, \'GB\', \'DE\', \'FR\', \'ES\', \'PL\'),
            IF(seq % 7 > 0, \'1940-01-01\' + INTERVAL (seq * 31 % 25000) DAY, NULL), seq * 7919 % 1000003 / 100,
            \'2015-01-01\' + INTERVAL (seq * 97) SECOND FROM seq_1_to_', @people);
    EXECUTE IMMEDIATE CONCAT('INSERT INTO documents
        SELECT seq, UNHEX(MD5(CONCAT(\'content \', seq))), CONCAT(\'/guidance/\', seq % 997, \'/document-\', seq), CONCAT(\'Author \', seq % 20011),
            CONCAT(\'author.\', seq % 20011, \'@publisher.example\'), CONCAT(\'+44 30 \', LPAD(seq * 104729 % 100000000, 8, \'0\')),
            CONCAT(\'{"title": "Document \', seq, \' of series \', seq % 4001, \'", "locale": "\', ELT(seq % 3 + 1, \'en\', \'cy\', \'fr\'), \'", "body": "\',
                REPEAT(CONCAT(\'<p class=\\\\"lead\\\\">Paragraph \', seq * 7919 % 1000003, \' says what \', MD5(seq), \' left out, at length: \', MD5(seq * 31), \'</p>\\\\n\'), 12 + seq % 8),
                \'", "parent": "\', MD5(CONCAT(\'content \', seq DIV 2)), \'", "views": \', seq * 7919 % 100003, \'}\'),
            \'2019-01-01\' + INTERVAL (seq * 251) SECOND FROM seq_1_to_', @documents);
    EXECUTE IMMEDIATE CONCAT('INSERT INTO orders
        SELECT seq, seq * 7919 % ', @people, ' + 1, CONCAT(\'Recipient \', seq % 300007), CONCAT(\'recipient.\', seq % 300007, \'@post.example\'),
            CONCAT(\'+44 40 \', LPAD(seq * 15485863 % 100000000, 8, \'0\')), ELT(seq % 4 + 1, \'placed\', \'paid\', \'sent\', \'returned\'),
            seq * 104729 % 1000003 / 100, IF(seq % 5 = 0, CONCAT(\'Leave it with neighbour \', MD5(CONCAT(\'note \', seq))), NULL),
            \'2020-01-01\' + INTERVAL (seq * 53) SECOND FROM seq_1_to_', @orders);
    EXECUTE IMMEDIATE CONCAT('INSERT INTO order_lines
        SELECT seq, seq * 104729 % ', @orders, ' + 1, seq * 15485863 % ', @documents, ' + 1, CONCAT(\'Reader \', seq % 500009),
            CONCAT(\'reader.\', seq % 500009, \'@read.example\'), CONCAT(\'+44 50 \', LPAD(seq * 7919 % 100000000, 8, \'0\')),
            seq % 9 + 1, seq * 31 % 99991 / 100, seq % 3 = 0 FROM seq_1_to_', @order_lines);
END //
DELIMITER ;
CALL fill();
DROP PROCEDURE fill;

ALTER TABLE people ADD KEY people_email (email);
ALTER TABLE documents ADD UNIQUE KEY documents_content_id (content_id), ADD KEY documents_base_path (base_path);
ALTER TABLE orders ADD KEY orders_person_id (person_id), ADD KEY orders_placed_at (placed_at),
    ADD CONSTRAINT orders_person FOREIGN KEY (person_id) REFERENCES people (id);
ALTER TABLE order_lines ADD KEY order_lines_order_id (order_id), ADD KEY order_lines_document_id (document_id),
    ADD CONSTRAINT order_lines_order FOREIGN KEY (order_id) REFERENCES orders (id),
    ADD CONSTRAINT order_lines_document FOREIGN KEY (document_id) REFERENCES documents (id);
ANALYZE TABLE people, documents, orders, order_lines;
