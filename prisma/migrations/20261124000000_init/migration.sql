-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "ApiRole" AS ENUM ('viewer', 'operator', 'admin');

-- CreateEnum
CREATE TYPE "ConnectionStatus" AS ENUM ('ACTIVE', 'NEEDS_REAUTHENTICATION', 'UNAVAILABLE', 'DISABLED');

-- CreateEnum
CREATE TYPE "CampaignStatus" AS ENUM ('ACTIVE', 'CANCELLED', 'FINISHED');

-- CreateEnum
CREATE TYPE "OccurrenceStatus" AS ENUM ('SCHEDULED', 'PLANNED', 'RUNNING', 'RESTORING', 'FINISHED', 'CANCELLED');

-- CreateTable
CREATE TABLE "suppliers" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "rule_settings" JSONB NOT NULL DEFAULT '{}',
    "held_at" TIMESTAMPTZ(3),
    "held_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "suppliers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "role" "ApiRole" NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "supplier_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "status" INTEGER,
    "response" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("supplier_id","key")
);

-- CreateTable
CREATE TABLE "connections" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "vendor" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "base_url" TEXT NOT NULL,
    "credentials" TEXT NOT NULL,
    "settings" JSONB NOT NULL DEFAULT '{}',
    "status" "ConnectionStatus" NOT NULL DEFAULT 'ACTIVE',
    "status_reason" TEXT,
    "status_since" TIMESTAMPTZ(3) NOT NULL,
    "held_at" TIMESTAMPTZ(3),
    "held_reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),
    "next_discover_at" TIMESTAMPTZ(3) NOT NULL,
    "next_read_idle_at" TIMESTAMPTZ(3) NOT NULL,
    "next_read_active_at" TIMESTAMPTZ(3) NOT NULL,
    "last_discovered_at" TIMESTAMPTZ(3),
    "last_read_at" TIMESTAMPTZ(3),
    "last_problems" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection_runtime" (
    "connection_id" UUID NOT NULL,
    "token" TEXT,
    "token_expires_at" TIMESTAMPTZ(3),
    "next_free_at" TIMESTAMPTZ(3),
    "quota_day" TEXT,
    "quota_used" INTEGER NOT NULL DEFAULT 0,
    "memory" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "connection_runtime_pkey" PRIMARY KEY ("connection_id")
);

-- CreateTable
CREATE TABLE "sites" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "vendor_site_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT,
    "country" TEXT,
    "opted_out_at" TIMESTAMPTZ(3),
    "quiet_hours" JSONB NOT NULL DEFAULT '[]',
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sites_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "devices" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "site_id" UUID,
    "vendor_device_id" TEXT NOT NULL,
    "vendor_site_id" TEXT,
    "vendor_gateway_id" TEXT,
    "vendor_user_id" TEXT,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "brand" TEXT,
    "model" TEXT,
    "vendor_type" TEXT,
    "country" TEXT,
    "online" BOOLEAN,
    "faulty" BOOLEAN,
    "read_only" BOOLEAN,
    "role_too_low" BOOLEAN,
    "vendor_control" BOOLEAN NOT NULL,
    "steering_enabled" BOOLEAN,
    "steerable" BOOLEAN,
    "learning_period_ended" BOOLEAN,
    "needs_reauthentication" BOOLEAN,
    "max_cycles_per_day" INTEGER,
    "legionella_frequency_per_weeks" DOUBLE PRECISION,
    "legionella_capacity_wh" DOUBLE PRECISION,
    "legionella_duration_minutes" DOUBLE PRECISION,
    "rated_power_w" DOUBLE PRECISION,
    "battery_fraction" DOUBLE PRECISION,
    "tags" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "disabled_at" TIMESTAMPTZ(3),
    "opted_out_at" TIMESTAMPTZ(3),
    "held_at" TIMESTAMPTZ(3),
    "rule_settings" JSONB NOT NULL DEFAULT '{}',
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "devices_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "zones" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "measured_at" TIMESTAMPTZ(3),
    "online" BOOLEAN,
    "faulty" BOOLEAN,
    "temperature_c" DOUBLE PRECISION,
    "setpoint_c" DOUBLE PRECISION,
    "min_c" DOUBLE PRECISION,
    "max_c" DOUBLE PRECISION,
    "step_c" DOUBLE PRECISION,
    "mode" TEXT,
    "transient_mode" BOOLEAN,
    "power_w" DOUBLE PRECISION,
    "power_quality" TEXT NOT NULL DEFAULT 'missing',
    "max_power_w" DOUBLE PRECISION,
    "heating" BOOLEAN,
    "heating_since" TIMESTAMPTZ(3),
    "expected_power_w" DOUBLE PRECISION,
    "activation_limit_c" DOUBLE PRECISION,
    "charge_fraction" DOUBLE PRECISION,
    "cooling_k_per_h" DOUBLE PRECISION,
    "vendor_can_activate" BOOLEAN,
    "vendor_in_action" BOOLEAN,
    "vendor_reason" TEXT,
    "override_quiet_until" TIMESTAMPTZ(3),
    "last_action_ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "zones_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "readings" (
    "zone_id" UUID NOT NULL,
    "measured_at" TIMESTAMPTZ(3) NOT NULL,
    "supplier_id" UUID NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "temperature_c" DOUBLE PRECISION,
    "setpoint_c" DOUBLE PRECISION,
    "mode" TEXT,
    "online" BOOLEAN,
    "heating" BOOLEAN,
    "power_w" DOUBLE PRECISION,
    "power_quality" TEXT NOT NULL,

    CONSTRAINT "readings_pkey" PRIMARY KEY ("zone_id","measured_at")
) PARTITION BY RANGE ("measured_at");

-- CreateTable
CREATE TABLE "zone_statuses" (
    "zone_id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "can_activate" BOOLEAN NOT NULL,
    "in_active" BOOLEAN NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "next_eligible_at" TIMESTAMPTZ(3),
    "assessed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "zone_statuses_pkey" PRIMARY KEY ("zone_id")
);

-- CreateTable
CREATE TABLE "status_history" (
    "id" BIGSERIAL NOT NULL,
    "zone_id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "code" TEXT NOT NULL,
    "reason" TEXT NOT NULL,

    CONSTRAINT "status_history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cycle_ledger" (
    "device_id" UUID NOT NULL,
    "local_day" TEXT NOT NULL,
    "supplier_id" UUID NOT NULL,
    "observed_starts" INTEGER NOT NULL DEFAULT 0,
    "reserved_starts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "cycle_ledger_pkey" PRIMARY KEY ("device_id","local_day")
);

-- CreateTable
CREATE TABLE "cycle_starts" (
    "device_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "supplier_id" UUID NOT NULL,

    CONSTRAINT "cycle_starts_pkey" PRIMARY KEY ("device_id","started_at")
);

-- CreateTable
CREATE TABLE "legionella_ledger" (
    "zone_id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL,
    "last_completed_at" TIMESTAMPTZ(3),
    "running_since" TIMESTAMPTZ(3),
    "observer" JSONB,
    "planned_starts_at" TIMESTAMPTZ(3),
    "planned_ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "legionella_ledger_pkey" PRIMARY KEY ("zone_id")
);

-- CreateTable
CREATE TABLE "legionella_runs" (
    "id" BIGSERIAL NOT NULL,
    "zone_id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3) NOT NULL,
    "profile" TEXT NOT NULL,

    CONSTRAINT "legionella_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "campaigns" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "target_w" DOUBLE PRECISION,
    "selection" JSONB NOT NULL DEFAULT '{}',
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "hold_out_share" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "stagger_ms" INTEGER NOT NULL,
    "seed" INTEGER NOT NULL,
    "status" "CampaignStatus" NOT NULL DEFAULT 'ACTIVE',
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "cancelled_at" TIMESTAMPTZ(3),

    CONSTRAINT "campaigns_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "occurrences" (
    "id" UUID NOT NULL,
    "campaign_id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "status" "OccurrenceStatus" NOT NULL DEFAULT 'SCHEDULED',
    "plan_at" TIMESTAMPTZ(3) NOT NULL,
    "planned_at" TIMESTAMPTZ(3),
    "plan" JSONB,
    "report" JSONB,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "occurrences_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "actions" (
    "id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "occurrence_id" UUID NOT NULL,
    "connection_id" UUID NOT NULL,
    "device_id" UUID NOT NULL,
    "zone_id" UUID NOT NULL,
    "zone_kind" TEXT NOT NULL,
    "vendor" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "code" TEXT,
    "reason" TEXT,
    "expected_yield_w" DOUBLE PRECISION NOT NULL,
    "baseline_w" DOUBLE PRECISION NOT NULL,
    "cycles_reserved" INTEGER NOT NULL,
    "cycle_day" TEXT NOT NULL,
    "limit_c" DOUBLE PRECISION,
    "snapshot" JSONB,
    "command" JSONB,
    "restore_command" JSONB,
    "restore_sent_at" TIMESTAMPTZ(3),
    "sent_at" TIMESTAMPTZ(3),
    "active_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "end_requested_at" TIMESTAMPTZ(3),
    "end_code" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "due_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "actions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "action_history" (
    "id" BIGSERIAL NOT NULL,
    "action_id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "from_state" TEXT NOT NULL,
    "to_state" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "code" TEXT,
    "cause" TEXT,
    "words" TEXT,

    CONSTRAINT "action_history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "device_leases" (
    "device_id" UUID NOT NULL,
    "token" UUID NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "device_leases_pkey" PRIMARY KEY ("device_id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "run_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "claimed_until" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit" (
    "id" BIGSERIAL NOT NULL,
    "supplier_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "suppliers_name_key" ON "suppliers"("name");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_prefix_key" ON "api_keys"("prefix");

-- CreateIndex
CREATE INDEX "api_keys_supplier_id_idx" ON "api_keys"("supplier_id");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- CreateIndex
CREATE INDEX "connections_next_discover_at_idx" ON "connections"("next_discover_at");

-- CreateIndex
CREATE UNIQUE INDEX "connections_supplier_id_name_key" ON "connections"("supplier_id", "name");

-- CreateIndex
CREATE INDEX "sites_supplier_id_idx" ON "sites"("supplier_id");

-- CreateIndex
CREATE UNIQUE INDEX "sites_connection_id_vendor_site_id_key" ON "sites"("connection_id", "vendor_site_id");

-- CreateIndex
CREATE INDEX "devices_supplier_id_id_idx" ON "devices"("supplier_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "devices_connection_id_vendor_device_id_key" ON "devices"("connection_id", "vendor_device_id");

-- CreateIndex
CREATE INDEX "zones_supplier_id_idx" ON "zones"("supplier_id");

-- CreateIndex
CREATE UNIQUE INDEX "zones_device_id_kind_key" ON "zones"("device_id", "kind");

-- CreateIndex
CREATE INDEX "zone_statuses_supplier_id_code_idx" ON "zone_statuses"("supplier_id", "code");

-- CreateIndex
CREATE INDEX "zone_statuses_assessed_at_idx" ON "zone_statuses"("assessed_at");

-- CreateIndex
CREATE INDEX "status_history_zone_id_at_idx" ON "status_history"("zone_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "legionella_runs_zone_id_started_at_key" ON "legionella_runs"("zone_id", "started_at");

-- CreateIndex
CREATE INDEX "campaigns_supplier_id_created_at_idx" ON "campaigns"("supplier_id", "created_at");

-- CreateIndex
CREATE INDEX "occurrences_supplier_id_starts_at_idx" ON "occurrences"("supplier_id", "starts_at");

-- CreateIndex
CREATE INDEX "occurrences_status_plan_at_idx" ON "occurrences"("status", "plan_at");

-- CreateIndex
CREATE UNIQUE INDEX "occurrences_campaign_id_starts_at_key" ON "occurrences"("campaign_id", "starts_at");

-- CreateIndex
CREATE INDEX "actions_due_at_idx" ON "actions"("due_at");

-- CreateIndex
CREATE INDEX "actions_zone_id_state_idx" ON "actions"("zone_id", "state");

-- CreateIndex
CREATE INDEX "actions_device_id_state_idx" ON "actions"("device_id", "state");

-- CreateIndex
CREATE INDEX "actions_supplier_id_state_idx" ON "actions"("supplier_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "actions_occurrence_id_zone_id_starts_at_key" ON "actions"("occurrence_id", "zone_id", "starts_at");

-- CreateIndex
CREATE INDEX "action_history_action_id_id_idx" ON "action_history"("action_id", "id");

-- CreateIndex
CREATE INDEX "outbox_run_at_idx" ON "outbox"("run_at");

-- CreateIndex
CREATE INDEX "audit_supplier_id_id_idx" ON "audit"("supplier_id", "id");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_supplier_id_fkey" FOREIGN KEY ("supplier_id") REFERENCES "suppliers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connections" ADD CONSTRAINT "connections_supplier_id_fkey" FOREIGN KEY ("supplier_id") REFERENCES "suppliers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_runtime" ADD CONSTRAINT "connection_runtime_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sites" ADD CONSTRAINT "sites_supplier_id_fkey" FOREIGN KEY ("supplier_id") REFERENCES "suppliers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sites" ADD CONSTRAINT "sites_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_supplier_id_fkey" FOREIGN KEY ("supplier_id") REFERENCES "suppliers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "devices" ADD CONSTRAINT "devices_site_id_fkey" FOREIGN KEY ("site_id") REFERENCES "sites"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "zones" ADD CONSTRAINT "zones_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "zone_statuses" ADD CONSTRAINT "zone_statuses_zone_id_fkey" FOREIGN KEY ("zone_id") REFERENCES "zones"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_supplier_id_fkey" FOREIGN KEY ("supplier_id") REFERENCES "suppliers"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "occurrences" ADD CONSTRAINT "occurrences_campaign_id_fkey" FOREIGN KEY ("campaign_id") REFERENCES "campaigns"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "actions" ADD CONSTRAINT "actions_occurrence_id_fkey" FOREIGN KEY ("occurrence_id") REFERENCES "occurrences"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
