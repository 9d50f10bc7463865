export { ScriptedDevice, ScriptedVendor, type Write } from './scripted-vendor';
export { evening, World } from './world';
export { WorldRows, type DeviceRow } from './world-rows';
export { CampaignWorld } from './campaign-world';
export { wishedAction } from './wished-action';
