import { WarmshiftProblem } from '@warmshift/client';
import { UsageError } from '../errors';
import type { Screen } from '../screen';
import { textOfFile } from '../settings';
import { optionOfField, orderOf, type Order, type OrderOptions } from './order-options';

/** The order of the command line. @throws UsageError */
export async function readOrder(
  options: OrderOptions & { readonly file?: string },
  screen: Screen,
): Promise<Order> {
  const { file, ...rest } = options;
  const text =
    file === undefined
      ? undefined
      : file === '-'
        ? await screen.everythingTyped('--file -')
        : textOfFile(file, '--file');
  return orderOf(rest, text === undefined ? undefined : jsonOf(text, '--file'), Date.now());
}

/** @throws UsageError that says where the JSON ends to be JSON, and nothing of what it holds. */
export function jsonOf(text: string, option: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${option} does not hold JSON.`);
  }
}

/** Says with each field of a refused order by which option it was given. */
export async function namingOptions<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof WarmshiftProblem) || error.errors.length === 0) throw error;
    const errors = error.errors.map(({ field, reason }) => {
      const option = optionOfField[field.replace(/\[\d+\]$/, '')];
      return { field: option === undefined ? field : `${field} (${option})`, reason };
    });
    const { detail, reference, retryAfterMs, status, title, type } = error;
    throw new WarmshiftProblem({ detail, errors, reference, retryAfterMs, status, title, type });
  }
}
