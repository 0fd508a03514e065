-- Users cannot log in here, and contacts in the catalogue are nobody real.
UPDATE "user" SET
  name = 'user-' || id, fullname = 'User', email = 'user-' || id || '@example.com',
  password = NULL, apikey = NULL, state = 'deleted';
UPDATE package SET
  author = NULL, author_email = NULL, maintainer = NULL, maintainer_email = NULL;
