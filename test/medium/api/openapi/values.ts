import fc from 'fast-check';
import { resolved, type Schema, type Schemas } from './operations';

/** Smallest valid values of a schema: one for each variant of a `oneOf`. Ids are the given one. */
export function examplesOf(schema: Schema, schemas: Schemas, id: string): unknown[] {
  const whole = resolved(schema, schemas);
  const variants = whole.oneOf ?? whole.anyOf;
  if (variants !== undefined) return variants.flatMap((part) => examplesOf(part, schemas, id));
  if (whole.const !== undefined) return [whole.const];
  if (whole.enum !== undefined) return [whole.enum[0]];
  switch ([whole.type].flat()[0]) {
    case 'object':
      return objectExamples(whole, schemas, id);
    case 'array':
      return whole.items ? examplesOf(whole.items, schemas, id).map((item) => [item]) : [[]];
    case 'integer':
    case 'number':
      return [whole['minimum'] ?? 1];
    case 'boolean':
      return [true];
    default:
      if (whole.format === 'uuid') return [id];
      if (whole.format === 'date-time') return ['2030-01-15T17:00:00Z'];
      return ['x'.repeat(Number(whole['minLength'] ?? 1))];
  }
}

/** What is required; where nothing is (a PATCH), each field by itself. */
function objectExamples(schema: Schema, schemas: Schemas, id: string): object[] {
  const { properties = {}, required = [] } = schema;
  const valuesOf = (name: string) => examplesOf(properties[name] ?? {}, schemas, id);
  if (required.length === 0)
    return Object.keys(properties).length === 0
      ? [{ apiKey: 'x' }]
      : Object.keys(properties).flatMap((name) => valuesOf(name).map((value) => ({ [name]: value })));
  return required.reduce<object[]>(
    (examples, name) =>
      examples.flatMap((example) => valuesOf(name).map((value) => ({ ...example, [name]: value }))),
    [{}],
  );
}

const nasty = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  '\ud800',
  '%',
  '%00',
  "'; DROP TABLE audit; --",
  '__proto__',
  'constructor',
  '../../etc',
  'NaN',
  '1e999',
  '-1',
  '9'.repeat(30),
  '2026-13-45T99:99:99Z',
  '+275760-09-13T00:00:00.001Z',
  'x'.repeat(5_000),
);
const junk: fc.Arbitrary<unknown> = fc.oneof(
  nasty,
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom<unknown>(null, true, false, [], {}, -0, 1e308, Number.MAX_SAFE_INTEGER, 2 ** 53),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values of a schema, most of them valid, now and then with something wrong at any depth. */
export function valuesOf(schema: Schema, schemas: Schemas, id: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const valid = validOf(resolved(schema, schemas), schemas, id);
  return fc.oneof({ weight: 14, arbitrary: valid }, { weight: 1, arbitrary: junk });
}

function validOf(schema: Schema, schemas: Schemas, id: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants !== undefined) return fc.oneof(...variants.map((part) => valuesOf(part, schemas, id)));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return objectsOf(schema, schemas, id);
    case 'array':
      return fc.array(valuesOf(schema.items ?? {}, schemas, id), {
        minLength: Number(schema['minItems'] ?? 0),
        maxLength: Math.max(Number(schema['minItems'] ?? 0), Math.min(4, Number(schema['maxItems'] ?? 4))),
      });
    case 'integer':
      return fc.integer(bounds(schema, -1_000, 2 ** 31));
    case 'number':
      return fc.double({ ...bounds(schema, -1e6, 1e7), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return textsOf(schema, id);
    default:
      return junk;
  }
}

function bounds(schema: Schema, least: number, most: number): { min: number; max: number } {
  return { min: Number(schema['minimum'] ?? least), max: Number(schema['maximum'] ?? most) };
}

function objectsOf(schema: Schema, schemas: Schemas, id: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const fields = Object.entries(properties).map(([name, part]) => [
    name,
    // A closed port of this machine: nothing that a test sends leaves it.
    name === 'baseUrl'
      ? fc.constantFrom('http://127.0.0.1:9', 'ftp://x', 'nowhere')
      : valuesOf(part, schemas, id),
  ]);
  const known = fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [...required],
  });
  if (additionalProperties === false && fields.length > 0) return known;
  const more = fc.dictionary(fc.string({ maxLength: 12 }), junk, { maxKeys: 3 });
  return fc.tuple(known, more).map(([own, others]) => ({ ...others, ...own }));
}

function textsOf(schema: Schema, id: fc.Arbitrary<string>): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.oneof({ weight: 4, arbitrary: id }, fc.uuid());
  if (schema.format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  const lengths = {
    minLength: Number(schema['minLength'] ?? 0),
    maxLength: Math.min(40, Number(schema['maxLength'] ?? 40)),
  };
  return fc.oneof(fc.string(lengths), fc.string({ ...lengths, unit: 'grapheme' }), nasty);
}
