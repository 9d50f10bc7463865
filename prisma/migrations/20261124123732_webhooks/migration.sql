-- CreateTable
CREATE TABLE "webhook_subscriptions" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[],
    "secret" TEXT NOT NULL,
    "previous_secret" TEXT,
    "previous_secret_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_subscriptions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_events" (
    "id" BIGSERIAL NOT NULL,
    "supplier_id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3),
    "handed_out" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "webhook_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "subscription_id" UUID NOT NULL,
    "event_id" BIGINT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'PENDING',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "next_attempt_at" TIMESTAMPTZ(3),
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_status" INTEGER,
    "last_error" TEXT,

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "webhook_subscriptions_supplier_id_idx" ON "webhook_subscriptions"("supplier_id");

-- CreateIndex
CREATE INDEX "webhook_events_handed_out_id_idx" ON "webhook_events"("handed_out", "id");

-- CreateIndex
CREATE INDEX "webhook_deliveries_subscription_id_created_at_idx" ON "webhook_deliveries"("subscription_id", "created_at");

-- CreateIndex
CREATE INDEX "webhook_deliveries_next_attempt_at_idx" ON "webhook_deliveries"("next_attempt_at");

-- Written by hand from here: Prisma's schema knows no triggers. An event is written in the transaction of the change it
-- tells of, so that none is lost and none is told that did not happen. Without a subscription nothing is written.
-- The engine that applies migrations splits scripts at every semicolon, so those inside of functions are written \073.

CREATE FUNCTION webhook_wanted(supplier uuid, event_type text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1 FROM webhook_subscriptions
    WHERE supplier_id = supplier AND deleted_at IS NULL
      AND (event_type = ANY (events) OR split_part(event_type, '.', 1) || '.*' = ANY (events)))
$$;

CREATE FUNCTION webhook_status_changed() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  INSERT INTO webhook_events (supplier_id, type, at, data)
  SELECT changed.supplier_id, ''device.steerable_status.changed'', changed.at, jsonb_build_object(
    ''deviceId'', zone.device_id, ''zoneId'', zone.id, ''zone'', zone.kind, ''code'', changed.code, ''reason'', changed.reason,
    ''previousCode'', before.code)
  FROM changed
  JOIN (SELECT supplier_id FROM changed GROUP BY supplier_id
        HAVING webhook_wanted(supplier_id, ''device.steerable_status.changed'')) wanted USING (supplier_id)
  JOIN zones zone ON zone.id = changed.zone_id
  LEFT JOIN LATERAL (
    SELECT code FROM status_history WHERE zone_id = changed.zone_id AND id < changed.id ORDER BY id DESC LIMIT 1) before ON true\073
  RETURN NULL\073
END ';

CREATE TRIGGER webhook_status_changed AFTER INSERT ON status_history
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION webhook_status_changed();

CREATE FUNCTION webhook_action_moved() RETURNS trigger LANGUAGE plpgsql AS E'
BEGIN
  INSERT INTO webhook_events (supplier_id, type, at, data)
  SELECT moved.supplier_id, ''action.'' || lower(moved.to_state), moved.at, jsonb_build_object(
    ''actionId'', action.id, ''occurrenceId'', action.occurrence_id, ''deviceId'', action.device_id, ''zone'', action.zone_kind,
    ''state'', moved.to_state, ''previousState'', moved.from_state, ''code'', moved.code)
  FROM moved
  JOIN (SELECT supplier_id, to_state FROM moved GROUP BY supplier_id, to_state
        HAVING webhook_wanted(supplier_id, ''action.'' || lower(to_state))) wanted USING (supplier_id, to_state)
  JOIN actions action ON action.id = moved.action_id
  WHERE moved.from_state <> moved.to_state OR moved.event = ''planned''\073
  RETURN NULL\073
END ';

CREATE TRIGGER webhook_action_moved AFTER INSERT ON action_history
  REFERENCING NEW TABLE AS moved FOR EACH STATEMENT EXECUTE FUNCTION webhook_action_moved();

CREATE FUNCTION webhook_row_changed() RETURNS trigger LANGUAGE plpgsql AS E'
DECLARE
  event_type text := TG_ARGV[0] || ''.'' || lower(NEW.status::text)\073
BEGIN
  IF webhook_wanted(NEW.supplier_id, event_type) THEN
    INSERT INTO webhook_events (supplier_id, type, data) VALUES (NEW.supplier_id, event_type, jsonb_build_object(
      TG_ARGV[0] || ''Id'', NEW.id, ''status'', NEW.status, ''previousStatus'', OLD.status))\073
  END IF\073
  RETURN NULL\073
END ';

CREATE TRIGGER webhook_occurrence_changed AFTER UPDATE OF status ON occurrences
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION webhook_row_changed('occurrence');

CREATE TRIGGER webhook_connection_changed AFTER UPDATE OF status ON connections
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION webhook_row_changed('connection');
