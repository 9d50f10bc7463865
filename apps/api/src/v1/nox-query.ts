import { z } from 'zod';
import { queryText } from '../http/query';

/** How clients of other languages spell "not given": an empty parameter, or the word. */
const noStatement = (value: unknown) =>
  value === '' || value === 'null' || value === 'None' ? undefined : value;

/** A parameter that NOX documents as nullable. */
export const orNothing = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(noStatement, schema.optional());

export const nextToken = orNothing(queryText(2000)).meta({
  type: 'string',
  description: '`meta.next_token` of the page before; null there means that this was the last page.',
});
