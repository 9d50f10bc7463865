-- AlterTable
ALTER TABLE "audit" ADD COLUMN     "hash" BYTEA,
ADD COLUMN     "seq" BIGINT;

-- CreateTable
CREATE TABLE "audit_heads" (
    "chain" UUID NOT NULL,
    "supplier_id" UUID,
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_heads_pkey" PRIMARY KEY ("chain")
);

-- Written by hand from here on. docs/security.md describes the chain.
-- The database chains, so that every writer does, and the head's row lock keeps writers of one supplier in a line.

-- A field as it is hashed: its length in bytes, a colon, its UTF-8; a NULL is '-'.
CREATE FUNCTION warmshift_audit_field(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(convert_to(octet_length(convert_to(value, 'UTF8'))::text || ':' || value, 'UTF8'), '-'::bytea)
$$;

CREATE FUNCTION warmshift_audit_hash(entry audit, before bytea) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(before
    || warmshift_audit_field(entry.supplier_id::text)
    || warmshift_audit_field(entry.seq::text)
    || warmshift_audit_field((round(extract(epoch FROM entry.at) * 1000))::bigint::text)
    || warmshift_audit_field(entry.actor)
    || warmshift_audit_field(entry.action)
    || warmshift_audit_field(entry.subject)
    || warmshift_audit_field(entry.detail::text))
$$;

CREATE FUNCTION warmshift_audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  own_chain uuid := coalesce(NEW.supplier_id, '00000000-0000-0000-0000-000000000000');
  head audit_heads;
BEGIN
  INSERT INTO audit_heads (chain, supplier_id, seq, hash) VALUES (own_chain, NEW.supplier_id, 0, sha256(''))
    ON CONFLICT (chain) DO NOTHING;
  SELECT * INTO STRICT head FROM audit_heads WHERE chain = own_chain FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.hash := warmshift_audit_hash(NEW, head.hash);
  UPDATE audit_heads SET seq = NEW.seq, hash = NEW.hash WHERE chain = own_chain;
  RETURN NEW;
END $$;

-- What was written before is chained as it is found, in the order of its ids.
DO $$
DECLARE
  entry audit;
  own_chain uuid;
  head audit_heads;
BEGIN
  PERFORM set_config('warmshift.scope', 'system', true);
  FOR entry IN SELECT * FROM audit ORDER BY id LOOP
    own_chain := coalesce(entry.supplier_id, '00000000-0000-0000-0000-000000000000');
    INSERT INTO audit_heads (chain, supplier_id, seq, hash) VALUES (own_chain, entry.supplier_id, 0, sha256(''))
      ON CONFLICT (chain) DO NOTHING;
    SELECT * INTO STRICT head FROM audit_heads WHERE chain = own_chain;
    entry.seq := head.seq + 1;
    entry.hash := warmshift_audit_hash(entry, head.hash);
    UPDATE audit SET seq = entry.seq, hash = entry.hash WHERE id = entry.id;
    UPDATE audit_heads SET seq = entry.seq, hash = entry.hash WHERE chain = own_chain;
  END LOOP;
END $$;

ALTER TABLE "audit" ALTER COLUMN "seq" SET NOT NULL, ALTER COLUMN "seq" SET DEFAULT 0,
  ALTER COLUMN "hash" SET NOT NULL, ALTER COLUMN "hash" SET DEFAULT '\x';
CREATE UNIQUE INDEX "audit_supplier_id_seq_key" ON "audit"("supplier_id", "seq");

CREATE TRIGGER audit_chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION warmshift_audit_chain();

CREATE FUNCTION warmshift_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit is append-only.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION warmshift_append_only();

SELECT warmshift_protect_tenants();

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'warmshift_api') THEN
    REVOKE UPDATE, DELETE ON audit FROM warmshift_api;
    GRANT SELECT, INSERT, UPDATE ON audit_heads TO warmshift_api;
    REVOKE DELETE ON audit_heads FROM warmshift_api;
  END IF;
END $$;
