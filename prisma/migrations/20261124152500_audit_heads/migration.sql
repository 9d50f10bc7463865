-- Written by hand: Prisma's schema knows nothing of functions, triggers and privileges. docs/security.md describes the chain.
--
-- The chain's trigger works with the rights of its owner, so that the api's role may append entries and do nothing else: it
-- writes no head, and of an entry only what the entry says. The policies hold inside of the function too (FORCE).
DO $$
BEGIN
  EXECUTE format('ALTER FUNCTION warmshift_audit_chain() SECURITY DEFINER SET search_path = %I, pg_temp', current_schema());
END $$;

-- Heads move with their chain only, whoever is asking. Inside of the chain's trigger this is a trigger in a trigger.
CREATE FUNCTION warmshift_heads_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'The heads of the audit move with its entries only.' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER heads_follow BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON audit_heads
  FOR EACH STATEMENT EXECUTE FUNCTION warmshift_heads_follow();

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'warmshift_api') THEN
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_heads FROM warmshift_api;
    REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit FROM warmshift_api;
    GRANT INSERT (supplier_id, at, actor, action, subject, detail) ON audit TO warmshift_api;
  END IF;
END $$;
