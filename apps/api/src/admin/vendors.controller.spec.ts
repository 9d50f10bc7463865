import type { VendorModule } from '@warmshift/vendors/contract';
import { vendorModules } from '@warmshift/vendors';
import { z } from 'zod';
import { vendorView } from './vendors.controller';

describe('vendorView', () => {
  const [first] = vendorModules;
  const withFields = (credentials: z.ZodObject, settings: z.ZodObject = z.object({})): VendorModule => {
    if (!first) throw new Error('there is no vendor');
    return { ...first, credentialsSchema: credentials, settingsSchema: settings };
  };

  it('tells of each field its name, title and type, and whether it is secret and must be given', () => {
    const { credentials } = vendorView(
      withFields(
        z.strictObject({
          user: z.string().meta({ title: 'User' }),
          password: z.string().meta({ title: 'Password', secret: true }),
          realm: z.string().optional(),
        }),
      ),
    );
    expect(credentials).toEqual([
      { name: 'user', title: 'User', type: 'string', secret: false, required: true },
      { name: 'password', title: 'Password', type: 'string', secret: true, required: true },
      { name: 'realm', type: 'string', secret: false, required: false },
    ]);
  });

  it('tells defaults and choices of settings, which never must be given', () => {
    const { settings } = vendorView(
      withFields(
        z.object({}),
        z.object({
          style: z.enum(['a', 'b']).default('a'),
          ratings: z.record(z.string(), z.number()).optional(),
        }),
      ),
    );
    expect(settings).toEqual([
      { name: 'style', type: 'string', secret: false, required: false, options: ['a', 'b'], default: 'a' },
      { name: 'ratings', type: 'object', secret: false, required: false },
    ]);
  });

  it.each(vendorModules.map((module) => [module.manifest.vendor, module] as const))(
    'marks at least one field of %s as secret',
    (_vendor, module) => {
      expect(vendorView(module).credentials.some(({ secret }) => secret)).toBe(true);
    },
  );
});
