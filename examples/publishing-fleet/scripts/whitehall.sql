-- Editions that only some people may read keep their place but lose their words.
UPDATE edition_translations
  JOIN editions ON editions.id = edition_translations.edition_id
  SET title = CONCAT('Limited ', editions.id), summary = 'Limited', body = 'Limited'
  WHERE editions.access_limited = 1;
UPDATE fact_check_requests SET email_address = CONCAT('fact-check-', id, '@example.com');
