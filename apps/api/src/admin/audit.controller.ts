import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditTrail, type Caller, type StoredAuditEntry } from '@warmshift/suppliers';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { decodeCursor, encodeCursor } from '../http/cursor';
import { pageOf, pageQuery, pageSchema, queryText } from '../http/query';
import { instantSchema, isoOf } from '../http/wire';
import { Examples } from '../openapi/examples';
import { listAudit } from './keys.examples';

const list = 'audit';
const placeSchema = z.object({ id: z.int() });

const entrySchema = z.object({
  at: instantSchema,
  actor: z.string().meta({ description: '`key/PREFIX`, `system` or `bootstrap`.' }),
  action: z.string(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
});
class AuditPage extends createZodDto(pageSchema(entrySchema)) {}
class AuditQuery extends createZodDto(
  pageQuery({ default: 100, highest: 1000 })
    .extend({ subject: queryText(200).optional().meta({ description: 'Like `device/ID`.' }) })
    .strict(),
) {}

@ApiTags('Keys and audit')
@Controller('admin/v1/audit')
export class AuditController {
  constructor(@Inject(AuditTrail) private readonly audit: AuditTrail) {}

  @Get()
  @RequireRole('operator')
  @ApiOperation({ summary: 'Who changed what, newest first' })
  @ZodResponse({ status: 200, type: AuditPage })
  @Examples(listAudit)
  async list(@CurrentCaller() { supplierId }: Caller, @Query() { limit, cursor, subject }: AuditQuery) {
    const beforeId = cursor === undefined ? undefined : decodeCursor(list, placeSchema, cursor).id;
    const rows = await this.audit.list(supplierId, { limit: limit + 1, beforeId, subject });
    const page = pageOf(rows, limit, ({ id }) => encodeCursor(list, { id }));
    return { ...page, data: page.data.map(toEntry) };
  }
}

function toEntry({ id: _id, at, ...entry }: StoredAuditEntry): z.input<typeof entrySchema> {
  return { ...entry, at: isoOf(at) };
}
