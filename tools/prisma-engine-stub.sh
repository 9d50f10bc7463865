#!/bin/sh
# Stands where Prisma looks for its native schema engine, so that nothing is downloaded. The parts of Prisma that this
# project uses (generate, validate, format) are WebAssembly and never run it. It must fail: an engine that exits 0
# makes `prisma migrate` do nothing and report success.
echo "Prisma's native schema engine is not part of this project. To migrate a database: npm run db:migrate" >&2
exit 1
