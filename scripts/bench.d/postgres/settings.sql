-- The settings of the bench's server, the same for every tool: durable, as a production server is,
-- with memory for the work. What is not here is PostgreSQL's default.
ALTER SYSTEM SET shared_buffers = '1GB';
ALTER SYSTEM SET maintenance_work_mem = '256MB';
ALTER SYSTEM SET max_wal_size = '8GB';
ALTER SYSTEM SET checkpoint_timeout = '30min';
ALTER SYSTEM SET wal_level = replica;
ALTER SYSTEM SET fsync = on;
ALTER SYSTEM SET full_page_writes = on;
ALTER SYSTEM SET synchronous_commit = on;
-- It would work at moments of its own choice, for one tool and not for another.
ALTER SYSTEM SET autovacuum = off;
