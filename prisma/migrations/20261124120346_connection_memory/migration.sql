-- CreateTable
CREATE TABLE "connection_memory" (
    "connection_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "connection_memory_pkey" PRIMARY KEY ("connection_id","key")
);

-- AddForeignKey
ALTER TABLE "connection_memory" ADD CONSTRAINT "connection_memory_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One row per key instead of one growing document per connection.
INSERT INTO "connection_memory" ("connection_id", "key", "value")
SELECT "connection_id", entry."key", entry."value"
FROM "connection_runtime", jsonb_each_text("memory") AS entry
WHERE entry."value" IS NOT NULL;

-- AlterTable
ALTER TABLE "connection_runtime" DROP COLUMN "memory";
