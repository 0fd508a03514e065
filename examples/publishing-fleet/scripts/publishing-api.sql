-- Drafts that only some people may read are removed before the limits that protect them.
DELETE FROM events WHERE created_at < now() - interval '1 month';
CREATE TEMPORARY TABLE limited ON COMMIT DROP AS SELECT edition_id FROM access_limits;
DELETE FROM change_notes WHERE edition_id IN (SELECT edition_id FROM limited);
DELETE FROM access_limits;
DELETE FROM editions WHERE id IN (SELECT edition_id FROM limited);
