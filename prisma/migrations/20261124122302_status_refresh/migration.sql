-- DropIndex
DROP INDEX "zone_statuses_assessed_at_idx";

-- CreateIndex
CREATE INDEX "zone_statuses_next_eligible_at_idx" ON "zone_statuses"("next_eligible_at");

-- Room in each page for the next assessment of its rows, so that it touches no index (HOT).
ALTER TABLE "zone_statuses" SET (fillfactor = 50);
-- The same for the newest state of a zone, which each reading changes.
ALTER TABLE "zones" SET (fillfactor = 50);
