import type { VendorContext } from '@warmshift/vendors/contract';
import { z } from 'zod';
import type { SetModeSpec } from './command-spec';
import { setModeSpecSchema } from './command-spec';
import { commandSpecLifeMs } from './manifest';

const rememberedSpecSchema = z.object({ at: z.number(), spec: setModeSpecSchema.optional() });
const idsSchema = z.array(z.string());
const storageHeatersKey = 'storage-heaters';

/** Facts about devices that are too dear to ask every time. Losing them costs requests, nothing else. */
export class DeviceMemory {
  constructor(private readonly context: Pick<VendorContext, 'memory' | 'clock'>) {}

  /** What `setMode` took when last asked, within a day; `spec` is absent where it was not offered. */
  async spec(deviceId: string): Promise<{ readonly spec?: SetModeSpec | undefined } | undefined> {
    const remembered = parsed(rememberedSpecSchema, await this.context.memory.get(specKey(deviceId)));
    if (remembered === undefined) return undefined;
    const ageMs = this.context.clock.now() - remembered.at;
    return ageMs >= 0 && ageMs < commandSpecLifeMs ? { spec: remembered.spec } : undefined;
  }

  async setSpec(deviceId: string, spec: SetModeSpec | undefined): Promise<void> {
    await this.context.memory.set(specKey(deviceId), JSON.stringify({ at: this.context.clock.now(), spec }));
  }

  async forgetSpec(deviceId: string): Promise<void> {
    await this.context.memory.set(specKey(deviceId), '');
  }

  /** Devices that have shown a charge level, which the listing does not tell (C13). */
  async storageHeaters(): Promise<ReadonlySet<string>> {
    return new Set(parsed(idsSchema, await this.context.memory.get(storageHeatersKey)) ?? []);
  }

  async addStorageHeater(deviceId: string): Promise<void> {
    const known = await this.storageHeaters();
    if (known.has(deviceId)) return;
    await this.context.memory.set(storageHeatersKey, JSON.stringify([...known, deviceId]));
  }
}

function specKey(deviceId: string): string {
  return `set-mode:${deviceId}`;
}

function parsed<S extends z.ZodType>(schema: S, text: string | undefined): z.output<S> | undefined {
  if (text === undefined || text === '') return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
