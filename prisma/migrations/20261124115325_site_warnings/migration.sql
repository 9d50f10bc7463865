-- AlterTable
ALTER TABLE "sites" ADD COLUMN     "time_zone_set" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "warnings" TEXT[] DEFAULT ARRAY[]::TEXT[];
