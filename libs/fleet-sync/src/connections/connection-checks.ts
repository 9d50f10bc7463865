import type { Clock } from '@warmshift/config';
import { InvalidInput, type FieldProblem } from '@warmshift/domain';
import { checkVendorBaseUrl, type BaseUrlCheck } from '@warmshift/security';
import { vendorModule, vendorModules } from '@warmshift/vendors';
import type { VendorModule } from '@warmshift/vendors/contract';
import type { NewConnection } from './connection';

/**
 * Everything that can be said about a wanted connection without asking its vendor.
 *
 * @throws InvalidInput naming every wrong field at once. Values are never repeated: they may be secrets.
 */
export function checkedConnection(
  wanted: NewConnection,
  clock: Clock,
  allowLocal: boolean,
): { readonly module: VendorModule; readonly baseUrl: string } {
  const known = vendorModules.map(({ manifest }) => manifest.vendor);
  if (!known.includes(wanted.vendor))
    throw InvalidInput.because('vendor', `must be one of ${known.join(', ')}`);
  const module = vendorModule(wanted.vendor);
  const url = checkBaseUrl(wanted.baseUrl, clock, allowLocal);
  const problems: FieldProblem[] = [
    ...(url.ok ? [] : [url.problem]),
    ...problemsOf('credentials', module.credentialsSchema.safeParse(wanted.credentials)),
    ...problemsOf('settings', module.settingsSchema.safeParse(wanted.settings)),
  ];
  if (problems.length > 0 || !url.ok) throw new InvalidInput(problems);
  return { module, baseUrl: url.url };
}

/** Asked again whenever a connection is opened: the policy may have changed since it was saved. */
export function allowedBaseUrl(
  baseUrl: string,
  clock: Clock,
  allowLocal: boolean,
): { url: string; local: boolean } {
  const checked = checkBaseUrl(baseUrl, clock, allowLocal);
  if (!checked.ok) throw new InvalidInput([checked.problem]);
  return checked;
}

/** Values of the fields that the vendor's schema marks as secret. */
export function secretValuesOf(module: VendorModule, credentials: Record<string, unknown>): string[] {
  return Object.entries(module.credentialsSchema.shape)
    .filter(([, schema]) => (schema as { meta(): { secret?: boolean } | undefined }).meta()?.secret === true)
    .map(([field]) => credentials[field])
    .filter((value): value is string => typeof value === 'string' && value !== '');
}

function checkBaseUrl(baseUrl: string, clock: Clock, allowLocal: boolean): BaseUrlCheck {
  return checkVendorBaseUrl(baseUrl, { allowLocal, localOnly: clock.scale !== 1 });
}

type Parsed = {
  success: boolean;
  error?: { issues: { path: PropertyKey[]; message: string }[] } | undefined;
};

/** zod's messages name types and limits, never the value. */
function problemsOf(field: string, parsed: Parsed): FieldProblem[] {
  return (parsed.error?.issues ?? []).map((issue) => ({
    field: [field, ...issue.path.map(String)].join('.'),
    reason: issue.message,
  }));
}
