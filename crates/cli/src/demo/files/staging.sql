-- Runs in the shadow of every restore into staging, in one transaction, before anybody sees it.

-- Drafts with limited access stay in production (their images, links and limits go with them).
DELETE FROM editions
WHERE state = 'draft' AND id IN (SELECT edition_id FROM access_limits);

-- Search and caches downstream start counting from zero.
UPDATE editions SET payload_version = 0;
