-- AlterTable
ALTER TABLE "connections" ADD COLUMN     "sync_requested_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "devices" ADD COLUMN     "settings_changed_at" TIMESTAMPTZ(3);
