import { QueueUnavailable } from './errors';

/**
 * The result of `work`, or `QueueUnavailable` after `limitMs` real ms. The work itself is not cancelled, and its
 * late failure is swallowed: the caller has been told already.
 */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new QueueUnavailable(`${what} took longer than ${limitMs} ms.`)),
      limitMs,
    );
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
