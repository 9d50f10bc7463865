import type { SimDevice } from '../../world/device';
import type { HeaterHome } from '../../world/fleet-heatingcontrol';
import { HeaterDevice } from '../../world/heater-device';
import { oneDecimal } from '../cloud-context';

export function homeView(home: HeaterHome, deviceCount: number): Record<string, unknown> {
  return { id: home.id, name: home.name, deviceCount, location: home.location };
}

export function deviceView(device: SimDevice): Record<string, unknown> {
  const { vendorDeviceId, name, homeId } = device.identity;
  const heater = device instanceof HeaterDevice ? device : undefined;
  return {
    id: vendorDeviceId,
    name,
    type: heater ? 'heater' : 'gateway',
    subtype: heater?.traits.subtype ?? 'wifi_gateway',
    homeId,
    online: device.reachable,
    fwVersion: '2.1.0',
    hwVersion: '1.0',
    gatewayId: heater?.traits.gatewayId ?? null,
  };
}

export function stateView(device: SimDevice): Record<string, unknown> {
  if (!(device instanceof HeaterDevice)) return { type: 'gateway', online: device.reachable, indicators: [] };
  const { steered, traits, params } = device;
  const charge = device.chargePercent;
  return {
    type: 'heater',
    online: device.reachable,
    mode: device.setting.mode,
    indicators: steered.powerW > 0 ? ['active'] : [],
    currentTemperature: inUnit(steered.roomC, traits.unit),
    targetTemperature: inUnit(device.currentTargetC, traits.unit),
    temperatureUnits: traits.unit,
    ...(charge === undefined ? {} : { chargeLevel: charge }),
    power: Math.round(steered.powerW),
    maxPower: params.ratedPowerW,
  };
}

export function settingsView(heater: HeaterDevice): Record<string, unknown> {
  return {
    temperature_units: {
      key: 'temperature_units',
      type: 'enum',
      label: 'Temperature Units',
      value: heater.traits.unit,
      editable: false,
      options: ['C', 'F'],
    },
    keyboard_locked: {
      key: 'keyboard_locked',
      type: 'boolean',
      label: 'Keyboard Lock',
      value: heater.keyboardLocked,
      editable: true,
    },
  };
}

export function inUnit(celsius: number, unit: 'C' | 'F'): number {
  return oneDecimal(unit === 'F' ? (celsius * 9) / 5 + 32 : celsius);
}
