-- AlterTable
ALTER TABLE "connections" ADD COLUMN     "requests_per_second" DOUBLE PRECISION;
