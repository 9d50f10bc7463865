import type { Request } from 'express';

/** What Express's router keeps of a route; its types do not say it. */
interface Layer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

/** The methods with which the address of a request is served, in capitals; empty where nothing is. */
export function allowedMethods({ app, path }: Pick<Request, 'app' | 'path'>): string[] {
  const { stack } = app.router as unknown as { readonly stack: readonly Layer[] };
  const served = stack.flatMap((layer) =>
    layer.route && layer.match(path) ? Object.keys(layer.route.methods) : [],
  );
  const methods = new Set(served.map((method) => method.toUpperCase()));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}
