-- AlterTable
ALTER TABLE "actions" ADD COLUMN     "restore_tried_at" TIMESTAMPTZ(3);
