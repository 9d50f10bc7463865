import { Inject, Injectable } from '@nestjs/common';
import { InvalidInput, NotFound } from '@warmshift/domain';
import { FleetSettings, ThermalDevices, type DeviceChange, type ThermalDevice } from '@warmshift/fleet-sync';
import type { Caller } from '@warmshift/suppliers';
import { patchOf } from './device-settings';
import type { SettingsBody } from './settings.dto';

/** More devices than any user has. */
const mostDevices = 100;

/** Changes of settings in NOX's words: of one device, or of all devices of a user, all or none. */
@Injectable()
export class SettingsChanges {
  constructor(
    @Inject(ThermalDevices) private readonly devices: ThermalDevices,
    @Inject(FleetSettings) private readonly settings: FleetSettings,
  ) {}

  /** @throws NotFound, InvalidInput naming every field that cannot be written. */
  async apply(caller: Caller, body: SettingsBody): Promise<void> {
    const changes: DeviceChange[] = [];
    for (const { deviceId } of await this.meant(caller, body)) {
      // Taken before reading: a change in between is found by its version and refused.
      const version = await this.settings.version(caller.supplierId, 'device', deviceId);
      const device = await this.devices.get(caller.supplierId, deviceId);
      changes.push({ deviceId, patch: patchOf(body, device), versions: [version] });
    }
    await this.settings.updateEach(caller, changes);
  }

  private async meant({ supplierId }: Caller, body: SettingsBody): Promise<readonly ThermalDevice[]> {
    const deviceId = body.device_id ?? undefined;
    const userId = body.user_id ?? undefined;
    if (deviceId === undefined && userId === undefined)
      throw InvalidInput.because('user_id', 'is required, unless device_id is given');
    const found = await this.devices.list(supplierId, { deviceId, userId }, { limit: mostDevices + 1 });
    if (found.length === 0 && deviceId !== undefined)
      throw new NotFound(userId === undefined ? 'device' : 'device of this user', deviceId);
    if (found.length === 0) throw new NotFound('user', userId ?? '');
    if (found.length > mostDevices)
      throw InvalidInput.because('user_id', `has more than ${mostDevices} devices: name each`);
    return found;
  }
}
