-- Content published again after the restore must be newer than what is here, whatever was copied.
UPDATE content_items SET payload_version = 0;
