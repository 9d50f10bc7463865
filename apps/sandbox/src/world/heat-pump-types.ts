import type { Instant } from '@warmshift/domain';
import type { Disinfection } from './disinfection';
import type { RoomParams } from './room';
import type { TankParams } from './tank';

/** A heat pump that heats a house and a tank with one compressor; hot water goes first. */
export interface HeatPumpParams {
  readonly room: RoomParams;
  readonly tank: TankParams;
  /** Thermostat switches on half of it below and off half of it above the setpoint. */
  readonly roomBandK: number;
  /** Most heat it can give the house, W. */
  readonly roomDesignHeatW: number;
  readonly dhwPowerW: number;
  /** Hot water starts this far below its setpoint. */
  readonly dhwHysteresisK: number;
  /** It never heats the tank beyond this. */
  readonly tankMaxC: number;
  /** Helps the compressor during a disinfection run, W. */
  readonly backupElementW: number;
  /** How long a disinfection run holds its temperature. */
  readonly disinfectionHoldMs: number;
}

export type SlotWord = 'auto' | 'off' | 'on';
export const slotWords: readonly SlotWord[] = ['auto', 'off', 'on'];

/** What the machine is to do in one step. */
export interface HeatPumpOrders {
  readonly roomWord: SlotWord;
  readonly roomTargetC: number;
  /** Comfort bounds: left only against the machine's will. */
  readonly roomLowC: number;
  readonly roomHighC: number;
  readonly dhwWord: SlotWord;
  readonly dhwTargetC: number;
  /** Where the vendor's failsafe heats although the schedule says off. */
  readonly dhwFailsafeC: number;
  readonly dhwHighC: number;
  /** Hot-water heating can only be triggered below it. */
  readonly dhwActivationC: number;
  readonly drawW: number;
  /** The machine's own disinfection programme begins in this step. */
  readonly disinfectionDue: boolean;
}

export interface HeatPumpState {
  roomC: number;
  tankC: number;
  circuit: 'off' | 'room' | 'DHW';
  switchedAt: Instant;
  wantsRoom: boolean;
  wantsDhw: boolean;
  /** The vendor's failsafe has taken over although the schedule says off. */
  roomFailsafe: boolean;
  dhwFailsafe: boolean;
  /** Electric power of the last step by circuit, W. */
  roomPowerW: number;
  dhwPowerW: number;
  /** The compressor started in the last step. */
  started: boolean;
  disinfection: Disinfection;
}
