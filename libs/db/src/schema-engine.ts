import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type EngineModule = typeof import('@prisma/schema-engine-wasm/schema_engine_bg') & {
  __wbg_set_wasm(exports: object): void;
};

/** The part of the WebAssembly API used here; Node's types do not declare it. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: object } }>;
};

let loaded: Promise<EngineModule> | undefined;

/**
 * Prisma's schema engine in its WebAssembly build, once per process: its JavaScript part keeps views of one instance's
 * memory, so a second instance would read the first one's.
 */
export function loadSchemaEngine(): Promise<EngineModule> {
  loaded ??= load();
  return loaded;
}

/** The package's own entry imports a `.wasm` file, which plain Node cannot; its parts are joined here instead. */
async function load(): Promise<EngineModule> {
  const engine = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as EngineModule;
  const bytes = readFileSync(
    join(dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg')), 'schema_engine_bg.wasm'),
  );
  const { instance } = await WebAssembly.instantiate(bytes, {
    './schema_engine_bg.js': engine,
  });
  engine.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start(): void }).__wbindgen_start();
  return engine;
}
