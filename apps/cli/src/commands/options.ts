import { Option } from 'commander';
import { UsageError } from '../errors';

/** How many entries of a list are shown. */
export const limitOption = () =>
  new Option('--limit <n>', 'show at most so many (default: all of them)').argParser((text: string) => {
    if (!/^[1-9]\d{0,6}$/.test(text))
      throw new UsageError('--limit must be a whole number from 1 to 9999999.');
    return Number(text);
  });

export const yesOption = () => new Option('--yes', 'do not ask whether it is meant');

/** The entries of a list, up to a limit. */
export async function taken<Item>(items: AsyncIterable<Item>, limit = Infinity): Promise<Item[]> {
  const some: Item[] = [];
  for await (const item of items) {
    some.push(item);
    if (some.length >= limit) break;
  }
  return some;
}

/** A page as large as is needed, and as the service gives. */
export const pageSize = (limit: number | undefined): number => Math.min(limit ?? 1000, 1000);
