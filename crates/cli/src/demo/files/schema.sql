PRAGMA journal_mode = WAL;

CREATE TABLE users (
    id              INTEGER PRIMARY KEY,
    email           TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name            TEXT NOT NULL,
    organisation    TEXT NOT NULL,
    role            TEXT NOT NULL CHECK (role IN ('writer', 'editor', 'administrator')),
    biography       TEXT,
    password_digest BLOB NOT NULL,
    last_seen_at    TEXT,
    disabled        INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE documents (
    id         INTEGER PRIMARY KEY,
    content_id TEXT NOT NULL UNIQUE,
    locale     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX documents_by_locale ON documents (locale);

CREATE TABLE editions (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id     INTEGER NOT NULL REFERENCES documents (id),
    user_id         INTEGER NOT NULL REFERENCES users (id),
    user_facing_version INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('draft', 'published', 'superseded')),
    title           TEXT NOT NULL,
    base_path       TEXT NOT NULL,
    body            TEXT NOT NULL,
    payload_version INTEGER NOT NULL,
    public_updated_at TEXT,
    words           INTEGER GENERATED ALWAYS AS (length(body) - length(replace(body, ' ', '')) + 1) VIRTUAL,
    UNIQUE (document_id, user_facing_version)
);
CREATE INDEX editions_by_user ON editions (user_id);
CREATE UNIQUE INDEX one_draft_per_document ON editions (document_id) WHERE state = 'draft';
CREATE INDEX editions_by_path ON editions (lower(base_path));

CREATE TABLE access_limits (
    edition_id INTEGER PRIMARY KEY REFERENCES editions (id) ON DELETE CASCADE,
    user_id    INTEGER NOT NULL REFERENCES users (id),
    reason     TEXT NOT NULL
);

CREATE TABLE links (
    edition_id        INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    position          INTEGER NOT NULL,
    link_type         TEXT NOT NULL,
    target_content_id TEXT NOT NULL REFERENCES documents (content_id),
    PRIMARY KEY (edition_id, link_type, position)
) WITHOUT ROWID;

CREATE TABLE images (
    id         INTEGER PRIMARY KEY,
    edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    filename   TEXT NOT NULL,
    alt_text   TEXT,
    content    BLOB NOT NULL
);
CREATE INDEX images_by_edition ON images (edition_id);

CREATE TABLE subscriber_lists (
    id    INTEGER PRIMARY KEY,
    slug  TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL
);

CREATE TABLE subscribers (
    id         INTEGER PRIMARY KEY,
    address    TEXT UNIQUE,
    name       TEXT,
    created_at TEXT NOT NULL
);

CREATE TABLE subscriptions (
    id                 INTEGER PRIMARY KEY,
    subscriber_id      INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
    subscriber_list_id INTEGER NOT NULL REFERENCES subscriber_lists (id),
    frequency          TEXT NOT NULL CHECK (frequency IN ('immediately', 'daily', 'weekly')),
    score              REAL NOT NULL,
    ended_at           TEXT,
    UNIQUE (subscriber_id, subscriber_list_id)
);
CREATE INDEX live_subscriptions ON subscriptions (subscriber_list_id) WHERE ended_at IS NULL;

CREATE TABLE audit_log (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    at        TEXT NOT NULL,
    user_id   INTEGER REFERENCES users (id),
    action    TEXT NOT NULL,
    remote_ip TEXT,
    details   TEXT
);

CREATE VIEW published_editions AS
    SELECT editions.id, documents.content_id, documents.locale, editions.title, editions.base_path
    FROM editions JOIN documents ON documents.id = editions.document_id
    WHERE editions.state = 'published';

CREATE VIEW audience AS
    SELECT subscriber_lists.slug, count(*) AS subscribers
    FROM subscriptions JOIN subscriber_lists ON subscriber_lists.id = subscriptions.subscriber_list_id
    WHERE subscriptions.ended_at IS NULL
    GROUP BY subscriber_lists.slug;

CREATE TRIGGER edition_published AFTER UPDATE OF state ON editions WHEN new.state = 'published'
BEGIN
    UPDATE documents SET updated_at = new.public_updated_at WHERE id = new.document_id;
END;

CREATE TRIGGER edition_deleted AFTER DELETE ON editions
BEGIN
    INSERT INTO audit_log (at, user_id, action, details)
    VALUES ('2026-01-01T00:00:00Z', old.user_id, 'edition-deleted', old.base_path);
END;
