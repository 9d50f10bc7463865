import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { hourMs } from '@warmshift/domain';
import { roles } from '@warmshift/security';
import { ApiKeysService, type ApiKey, type Caller } from '@warmshift/suppliers';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { IdParams, instantInput, instantOf, instantSchema, isoOf } from '../http/wire';
import { Examples } from '../openapi/examples';
import { createKey, listKeys, revokeKey, rotateKey } from './keys.examples';

const apiKeySchema = z.object({
  apiKeyId: z.uuid(),
  name: z.string(),
  role: z.enum(roles),
  prefix: z.string().meta({ description: 'What the audit calls the key.' }),
  createdAt: instantSchema,
  expiresAt: instantSchema.optional(),
  lastUsedAt: instantSchema.optional().meta({ description: 'Noted once a minute.' }),
  revokedAt: instantSchema.optional(),
});

class NewApiKeyBody extends createZodDto(
  z.strictObject({
    name: z.string().trim().min(1, 'must not be empty').max(200),
    role: z
      .enum(roles)
      .meta({ description: 'viewer reads, operator steers, admin connects vendors and makes keys.' }),
    expiresAt: instantInput.optional(),
  }),
) {}
class NewApiKeyAnswer extends createZodDto(
  apiKeySchema.extend({ key: z.string().meta({ description: 'Shown once. It is not stored.' }) }),
) {}
class RotateKeyBody extends createZodDto(
  z.strictObject({
    overlapHours: z
      .number()
      .min(0)
      .max(30 * 24)
      .default(24)
      .meta({ description: 'So long the old key stays valid beside the new one; 0 ends it at once.' }),
    expiresAt: instantInput.optional().meta({ description: 'When the new key ends. Absent: never.' }),
  }),
) {}
class RotatedKeyAnswer extends createZodDto(
  apiKeySchema.extend({
    key: z.string().meta({ description: 'Shown once. It is not stored.' }),
    replaced: apiKeySchema.meta({ description: 'The old key, with its end.' }),
  }),
) {}
class ApiKeysAnswer extends createZodDto(z.object({ data: z.array(apiKeySchema) })) {}

@ApiTags('Keys and audit')
@Controller('admin/v1/api-keys')
export class ApiKeysController {
  constructor(@Inject(ApiKeysService) private readonly keys: ApiKeysService) {}

  @Post()
  @RequireRole('admin')
  @ApiOperation({ summary: 'Make a key', description: 'The key is in this answer and nowhere else.' })
  @ZodResponse({ status: 201, type: NewApiKeyAnswer })
  @Examples(createKey)
  async create(@CurrentCaller() caller: Caller, @Body() { name, role, expiresAt }: NewApiKeyBody) {
    const made = await this.keys.create(caller, { name, role, expiresAt: instantOf(expiresAt) });
    return { ...toApiKey(made.apiKey), key: made.key };
  }

  @Post(':id/rotate')
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Replace a key',
    description:
      'The new key has its name and role and is in this answer only. The old one ends after the overlap.',
  })
  @ZodResponse({ status: 201, type: RotatedKeyAnswer })
  @Examples(rotateKey)
  async rotate(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Body() { overlapHours, expiresAt }: RotateKeyBody,
  ) {
    const wanted = { overlapMs: Math.round(overlapHours * hourMs), expiresAt: instantOf(expiresAt) };
    const { apiKey, key, replaced } = await this.keys.rotate(caller, id, wanted);
    return { ...toApiKey(apiKey), key, replaced: toApiKey(replaced) };
  }

  @Get()
  @RequireRole('admin')
  @ApiOperation({ summary: 'Keys, without the keys themselves' })
  @ZodResponse({ status: 200, type: ApiKeysAnswer })
  @Examples(listKeys)
  async list(@CurrentCaller() { supplierId }: Caller) {
    return { data: (await this.keys.list(supplierId)).map(toApiKey) };
  }

  @Delete(':id')
  @RequireRole('admin')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key', description: 'At once. The last admin key cannot be revoked.' })
  @ApiNoContentResponse({ description: 'Revoked.' })
  @Examples(revokeKey)
  async revoke(@CurrentCaller() caller: Caller, @Param() { id }: IdParams): Promise<void> {
    await this.keys.revoke(caller, id);
  }
}

function toApiKey(key: ApiKey): z.input<typeof apiKeySchema> {
  return {
    ...key,
    createdAt: isoOf(key.createdAt),
    expiresAt: isoOf(key.expiresAt),
    lastUsedAt: isoOf(key.lastUsedAt),
    revokedAt: isoOf(key.revokedAt),
  };
}
