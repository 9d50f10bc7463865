import { Body, Controller, Get, Inject, Patch, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { roles } from '@warmshift/security';
import { StatusService } from '@warmshift/steerable-status';
import { SuppliersService, type Caller, type Supplier } from '@warmshift/suppliers';
import type { Response } from 'express';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { Conditional, IfMatch, setEntityTag } from '../http/entity-tag';
import { instantSchema, isoOf } from '../http/wire';
import { ruleSettingsAnswer, ruleSettingsSchema } from './fleet-requests.dto';
import { Examples } from '../openapi/examples';
import { ownSupplier, updateSupplier } from './keys.examples';

const supplierSchema = z.object({
  supplierId: z.uuid(),
  name: z.string(),
  ruleSettings: ruleSettingsAnswer,
  heldAt: instantSchema.optional().meta({ description: 'Since when an emergency stop holds everything.' }),
  heldReason: z.string().optional(),
  createdAt: instantSchema,
  role: z.enum(roles).meta({ description: 'Of the key that asks.' }),
});
class SupplierAnswer extends createZodDto(supplierSchema) {}
class SupplierPatchBody extends createZodDto(z.strictObject({ ruleSettings: ruleSettingsSchema })) {}

@ApiTags('Keys and audit')
@Controller('admin/v1/suppliers/me')
export class SuppliersController {
  constructor(
    @Inject(SuppliersService) private readonly suppliers: SuppliersService,
    @Inject(StatusService) private readonly statuses: StatusService,
  ) {}

  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'The supplier that the key belongs to' })
  @ZodResponse({ status: 200, type: SupplierAnswer })
  @Examples(ownSupplier)
  async get(@CurrentCaller() caller: Caller, @Res({ passthrough: true }) response: Response) {
    setEntityTag(response, await this.suppliers.version(caller.supplierId));
    return toSupplier(await this.suppliers.get(caller.supplierId), caller);
  }

  @Patch()
  @RequireRole('admin')
  @ApiOperation({
    summary: 'Rule settings that hold for the whole fleet',
    description:
      'They hold when the answer comes. The statuses shown of a large fleet follow within a minute.',
  })
  @ZodResponse({ status: 200, type: SupplierAnswer })
  @Conditional()
  @Examples(updateSupplier)
  async update(
    @CurrentCaller() caller: Caller,
    @Body() { ruleSettings }: SupplierPatchBody,
    @IfMatch() versions: readonly string[] | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    const supplier = await this.suppliers.setRuleSettings(caller, ruleSettings, versions);
    setEntityTag(response, await this.suppliers.version(caller.supplierId));
    await this.statuses.recomputeAtOnce('supplier', caller.supplierId);
    return toSupplier(supplier, caller);
  }
}

function toSupplier(supplier: Supplier, { role }: Caller): z.input<typeof supplierSchema> {
  return {
    ...supplier,
    ruleSettings: supplier.ruleSettings as z.input<typeof ruleSettingsAnswer>,
    heldAt: isoOf(supplier.heldAt),
    createdAt: isoOf(supplier.createdAt),
    role,
  };
}
