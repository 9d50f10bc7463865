import { manifestSchema } from '@warmshift/vendors/contract';
import { vendorModule, vendorModules } from '.';

describe('vendorModules', () => {
  it('holds each vendor once', () => {
    const names = vendorModules.map(({ manifest }) => manifest.vendor);
    expect([...names].sort()).toEqual(['heatingcontrol', 'istabai', 'microclimates', 'nox', 'sgready']);
  });

  it.each(vendorModules.map((module) => [module.manifest.vendor, module] as const))(
    '%s has a manifest that holds, and settings that need nothing',
    (vendor, module) => {
      expect(manifestSchema.safeParse(module.manifest).error).toBeUndefined();
      expect(module.settingsSchema.safeParse({}).error).toBeUndefined();
      expect(module.credentialsSchema.safeParse({}).success).toBe(false);
      expect(vendorModule(vendor)).toBe(module);
    },
  );

  it.each(vendorModules.map((module) => [module.manifest.vendor, module] as const))(
    '%s marks every secret of its credentials',
    (_vendor, { credentialsSchema }) => {
      for (const [name, field] of Object.entries(credentialsSchema.shape)) {
        if (/secret|password|token|key/i.test(name)) expect(field.meta()).toMatchObject({ secret: true });
      }
    },
  );
});

describe('vendorModule', () => {
  it('names the known vendors when asked for another', () => {
    expect(() => vendorModule('acme')).toThrow(
      'Unknown vendor "acme". Known vendors: heatingcontrol, istabai, nox, microclimates, sgready.',
    );
  });
});
