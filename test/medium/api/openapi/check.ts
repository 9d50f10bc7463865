import { isDeepStrictEqual } from 'node:util';
import { resolved, type Schema, type Schemas } from './operations';

const ignored = new Set(['description', 'examples', 'default', 'title', 'deprecated', '$ref']);
const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d/,
  uri: /^[a-z][a-z0-9+.-]*:/i,
};

type Problems = string[];
type Check = (argument: unknown, value: unknown, place: string, schema: Schema) => Problems;

/** What in `value` is not as the schema says, with places. An object that allows no more is not told of fields it does not know. */
export function problemsOf(schema: Schema, value: unknown, schemas: Schemas, place = '$'): Problems {
  const inner = (part: Schema, at: unknown, where: string) => problemsOf(part, at, schemas, where);
  const when = (isMeant: boolean, isFine: () => boolean, what: string, where: string) =>
    isMeant && !isFine() ? [`${where} ${what}`] : [];
  const number = (value: unknown) => typeof value === 'number';
  const variants = (list: unknown, at: unknown, where: string) =>
    (list as Schema[]).map((part) => inner(part, at, where));
  const checks: Readonly<Record<string, Check>> = {
    type: (types, at, where) => {
      const wanted = [types].flat() as string[];
      return when(
        true,
        () => wanted.some((type) => isOfType(type, at)),
        `is not ${wanted.join(' or ')}`,
        where,
      );
    },
    properties: (properties, at, where) =>
      isObject(at)
        ? Object.entries(properties as Schemas).flatMap(([name, part]) =>
            name in at ? inner(part, at[name], `${where}.${name}`) : [],
          )
        : [],
    required: (names, at, where) =>
      isObject(at)
        ? (names as string[]).filter((name) => !(name in at)).map((name) => `${where}.${name} is missing`)
        : [],
    additionalProperties: (rest, at, where, { properties = {} }) => {
      if (!isObject(at) || rest === true) return [];
      const more = Object.keys(at).filter((name) => !(name in properties));
      if (rest === false) return more.map((name) => `${where}.${name} is not described`);
      return more.flatMap((name) => inner(rest as Schema, at[name], `${where}.${name}`));
    },
    propertyNames: (names, at, where) =>
      isObject(at)
        ? Object.keys(at).flatMap((name) => inner(names as Schema, name, `${where} key ${name}`))
        : [],
    items: (items, at, where) =>
      Array.isArray(at)
        ? at.flatMap((item, index) => inner(items as Schema, item, `${where}[${index}]`))
        : [],
    enum: (values, at, where) =>
      when(
        true,
        () => (values as unknown[]).some((one) => isDeepStrictEqual(one, at)),
        'is no listed value',
        where,
      ),
    const: (one, at, where) =>
      when(true, () => isDeepStrictEqual(one, at), `is not ${JSON.stringify(one)}`, where),
    anyOf: (list, at, where) =>
      when(true, () => variants(list, at, where).some((all) => all.length === 0), 'fits no variant', where),
    oneOf: (list, at, where) =>
      when(
        true,
        () => variants(list, at, where).filter((all) => all.length === 0).length === 1,
        'does not fit exactly one variant',
        where,
      ),
    allOf: (list, at, where) => variants(list, at, where).flat(),
    format: (name, at, where) => {
      const format = formats[String(name)];
      if (format === undefined) return [`${where}: no check for the format ${String(name)}`];
      return when(typeof at === 'string', () => format.test(at as string), `is no ${String(name)}`, where);
    },
    pattern: (text, at, where) =>
      when(
        typeof at === 'string',
        () => new RegExp(text as string, 'u').test(at as string),
        'has another form',
        where,
      ),
    minLength: (least, at, where) =>
      when(
        typeof at === 'string',
        () => [...(at as string)].length >= (least as number),
        'is too short',
        where,
      ),
    maxLength: (most, at, where) =>
      when(
        typeof at === 'string',
        () => [...(at as string)].length <= (most as number),
        'is too long',
        where,
      ),
    minItems: (least, at, where) =>
      when(
        Array.isArray(at),
        () => (at as unknown[]).length >= (least as number),
        'has too few items',
        where,
      ),
    maxItems: (most, at, where) =>
      when(
        Array.isArray(at),
        () => (at as unknown[]).length <= (most as number),
        'has too many items',
        where,
      ),
    minimum: (least, at, where) =>
      when(number(at), () => (at as number) >= (least as number), 'is too small', where),
    maximum: (most, at, where) =>
      when(number(at), () => (at as number) <= (most as number), 'is too large', where),
    exclusiveMinimum: (least, at, where) =>
      when(number(at), () => (at as number) > (least as number), 'is too small', where),
    exclusiveMaximum: (most, at, where) =>
      when(number(at), () => (at as number) < (most as number), 'is too large', where),
  };
  const whole = resolved(schema, schemas);
  return Object.entries(whole).flatMap(([keyword, argument]) => {
    if (ignored.has(keyword) || keyword.startsWith('x-')) return [];
    const check = checks[keyword];
    return check ? check(argument, value, place, whole) : [`${place}: no check for the keyword ${keyword}`];
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
