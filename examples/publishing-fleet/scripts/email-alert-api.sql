-- Nobody outside production may get a real e-mail, and old messages are not worth copying.
DELETE FROM emails WHERE created_at < now() - interval '1 day';
UPDATE subscribers SET address = 'subscriber-' || id || '@example.com' WHERE address IS NOT NULL;
UPDATE emails SET
  address = 'email-' || id || '@example.com',
  subject = 'Subject ' || id,
  body = 'Body ' || id;
