-- AlterTable
ALTER TABLE "zones" ADD COLUMN     "gain_k_per_h" DOUBLE PRECISION;

-- AlterTable
ALTER TABLE "legionella_ledger" ADD COLUMN     "planned_action_id" UUID;

-- AlterTable
ALTER TABLE "actions" ADD COLUMN     "purpose" TEXT NOT NULL DEFAULT 'campaign',
ALTER COLUMN "occurrence_id" DROP NOT NULL;
