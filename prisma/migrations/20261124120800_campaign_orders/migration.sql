-- DropIndex
DROP INDEX "campaigns_supplier_id_created_at_idx";

-- AlterTable
ALTER TABLE "campaigns" ADD COLUMN     "confidence" TEXT NOT NULL DEFAULT 'P90',
ADD COLUMN     "created_through" TEXT,
ADD COLUMN     "limits" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "priority" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "ramp_ms" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "recurrence" JSONB,
ADD COLUMN     "release_cap_w" DOUBLE PRECISION,
ADD COLUMN     "share_of_fleet" DOUBLE PRECISION NOT NULL DEFAULT 1,
ADD COLUMN     "targets_w" DOUBLE PRECISION[] DEFAULT ARRAY[]::DOUBLE PRECISION[];

-- AlterTable
ALTER TABLE "occurrences" ADD COLUMN     "checked_until" TIMESTAMPTZ(3),
ADD COLUMN     "local_day" TEXT,
ADD COLUMN     "replans" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "actions" ADD COLUMN     "max_offset_k" DOUBLE PRECISION,
ADD COLUMN     "preempted_by" UUID;

-- CreateIndex
CREATE INDEX "campaigns_supplier_id_created_at_id_idx" ON "campaigns"("supplier_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "occurrences_campaign_id_local_day_key" ON "occurrences"("campaign_id", "local_day");
