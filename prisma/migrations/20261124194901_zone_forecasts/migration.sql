-- CreateTable
CREATE TABLE "zone_forecasts" (
    "zone_id" UUID NOT NULL,
    "supplier_id" UUID NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "powers_w" REAL[],

    CONSTRAINT "zone_forecasts_pkey" PRIMARY KEY ("zone_id")
);

-- AddForeignKey
ALTER TABLE "zone_forecasts" ADD CONSTRAINT "zone_forecasts_zone_id_fkey" FOREIGN KEY ("zone_id") REFERENCES "zones"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
