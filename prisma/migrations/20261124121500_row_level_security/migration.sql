-- Written by hand: Prisma's schema knows nothing of policies, roles and triggers. docs/security.md explains the whole.
--
-- A session sees the rows of the supplier named by the setting warmshift.supplier_id, and none without it. A session with
-- warmshift.scope = 'system' (the worker, migrations) sees every supplier's; the role of the api cannot become that.
-- FORCE makes it hold for the owner of the tables too. A data migration starts with
-- SELECT set_config('warmshift.scope', 'system', true).

-- The api's role. Whoever may not create roles goes without: as owner of the tables he is under the policies all the same.
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'warmshift_api') THEN
    CREATE ROLE warmshift_api NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN NULL;
  WHEN duplicate_object OR unique_violation THEN NULL;
END $$;

DO $$
BEGIN
  EXECUTE format('GRANT warmshift_api TO %I', current_user);
EXCEPTION
  WHEN OTHERS THEN NULL;
END $$;

CREATE FUNCTION warmshift_protect(target regclass, visible text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('DROP POLICY IF EXISTS tenant ON %s', target);
  EXECUTE format('DROP POLICY IF EXISTS system ON %s', target);
  EXECUTE format('CREATE POLICY tenant ON %s USING (%s)', target, visible);
  EXECUTE format('CREATE POLICY system ON %s USING ((SELECT current_setting(''warmshift.scope'', true) = ''system''
    AND current_user <> ''warmshift_api''))', target);
END $$;

-- Covers every table (and partition) with a supplier_id that is not covered yet. Runs after each migration and whenever a
-- partition is made.
CREATE FUNCTION warmshift_protect_tenants() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  target regclass;
BEGIN
  FOR target IN
    SELECT c.oid::regclass FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'supplier_id' AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT (c.relrowsecurity AND c.relforcerowsecurity
        AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant'))
  LOOP
    PERFORM warmshift_protect(target,
      'supplier_id = (SELECT nullif(current_setting(''warmshift.supplier_id'', true), '''')::uuid)');
  END LOOP;
END $$;

SELECT warmshift_protect_tenants();
SELECT warmshift_protect('suppliers', 'id = (SELECT nullif(current_setting(''warmshift.supplier_id'', true), '''')::uuid)');
SELECT warmshift_protect('connection_runtime',
  'EXISTS (SELECT 1 FROM connections WHERE connections.id = connection_runtime.connection_id)');
-- Only the worker steers.
SELECT warmshift_protect('device_leases', 'false');
-- Whoever changes something may ask for the job that follows from it, and sees nobody's jobs.
SELECT warmshift_protect('outbox', 'false');
CREATE POLICY enqueue ON outbox FOR INSERT WITH CHECK (true);

-- What the role may do at all.
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'warmshift_api') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO warmshift_api', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO warmshift_api', current_schema());
    EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %I TO warmshift_api', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO warmshift_api', current_schema());
    EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE ON SEQUENCES TO warmshift_api', current_schema());
    IF to_regclass('_prisma_migrations') IS NOT NULL THEN
      REVOKE ALL ON _prisma_migrations FROM warmshift_api;
    END IF;
  END IF;
END $$;
