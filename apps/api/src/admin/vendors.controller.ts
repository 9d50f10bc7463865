import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { vendorModules } from '@warmshift/vendors';
import { manifestSchema, type VendorModule } from '@warmshift/vendors/contract';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { z } from 'zod';
import { RequireRole } from '../auth/access';
import { Examples } from '../openapi/examples';

const fieldSchema = z.object({
  name: z.string(),
  title: z.string().optional(),
  type: z.string().meta({ description: '`string`, `number`, `boolean` or `object`.' }),
  required: z.boolean(),
  secret: z.boolean().meta({ description: 'Stored encrypted and never shown again.' }),
  options: z.array(z.string()).optional(),
  default: z.unknown().optional(),
});

const vendorSchema = manifestSchema.extend({
  credentials: z.array(fieldSchema).meta({ description: 'What a connection needs.' }),
  settings: z.array(fieldSchema).meta({ description: 'What can be set for a connection.' }),
});

/** The part of JSON Schema that operators need to fill in a form. */
const propertySchema = z.object({
  title: z.string().optional(),
  type: z.string().default('object'),
  secret: z.boolean().default(false),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
});

class VendorsAnswer extends createZodDto(z.object({ data: z.array(vendorSchema) })) {}

@ApiTags('Connections')
@Controller('admin/v1/vendors')
export class VendorsController {
  @Get()
  @RequireRole('viewer')
  @ApiOperation({ summary: 'Vendors that can be connected, what they can do and what they need' })
  @ZodResponse({ status: 200, type: VendorsAnswer })
  @Examples({ answers: { 200: { nox: { data: vendorModules.filter(isNox).map(vendorView) } } } })
  list(): VendorsAnswer {
    return { data: vendorModules.map(vendorView) };
  }
}

export function vendorView({ manifest, credentialsSchema, settingsSchema }: VendorModule) {
  return { ...manifest, credentials: fieldsOf(credentialsSchema), settings: fieldsOf(settingsSchema) };
}

function fieldsOf(schema: z.ZodObject): z.infer<typeof fieldSchema>[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.entries(properties).map(([name, property]) => {
    const { enum: options, ...facts } = propertySchema.parse(property);
    return { name, ...facts, options, required: required.includes(name) };
  });
}

function isNox({ manifest }: VendorModule): boolean {
  return manifest.vendor === 'nox';
}
