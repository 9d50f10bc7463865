import { masked, SecretRegister } from './secret-masking';

const register = new SecretRegister();

/** From now on no line of this process shows the value, in any of its usual encodings. */
export function registerSecret(value: string): void {
  register.add(value);
}

/** Text without registered secrets and without `password=…` and the like. For text that leaves by another way than the log. */
export function withoutSecrets(text: string): string {
  return register.mask(text).replace(assignments, `$1$2${masked}`);
}

/** Names whose values are never shown, compared without case, `-` and `_`. */
const secretNames = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'setcookie',
  'apikey',
  'xapikey',
  'adminkey',
  'bootstrapadminkey',
  'secretskey',
  'privatekey',
  'password',
  'passwd',
  'clientsecret',
  'secret',
  'secrets',
  'webhooksecret',
  'token',
  'accesstoken',
  'refreshtoken',
  'sessiontoken',
  'credentials',
]);

const suspects = /authorization|cookie|key|passw|secret|token|credential/i;
const assignments =
  /\b((?:x[-_]?)?api[-_]?key|password|passwd|client[-_]?secret|secret|(?:access[-_]?|refresh[-_]?)?token)(=|%3D)[^&\s"',;]+/gi;

/**
 * One line of the log without secrets: by name at any depth, by registered value anywhere. Lines that hold nothing
 * suspicious are passed on as they are, without being parsed.
 */
export function redactLine(line: string): string {
  if (!suspects.test(line) && register.mask(line) === line) return line;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return withoutSecrets(line);
  }
  return `${JSON.stringify(redactValue(parsed))}\n`;
}

function redactValue(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (typeof value === 'number') return withoutSecrets(String(value)) === String(value) ? value : masked;
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      register.mask(name),
      isSecretName(name) && inner !== null ? masked : redactValue(inner),
    ]),
  );
}

function isSecretName(name: string): boolean {
  return secretNames.has(name.replace(/[-_]/g, '').toLowerCase());
}
