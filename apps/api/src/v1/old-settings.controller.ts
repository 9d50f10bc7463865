import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { InvalidInput } from '@warmshift/domain';
import type { Caller } from '@warmshift/suppliers';
import { ZodResponse } from 'nestjs-zod';
import { CurrentCaller, RequireRole } from '../auth/access';
import { Examples } from '../openapi/examples';
import { submitSettings } from './settings.examples';
import { OldSettingsAnswer, OldSettingsBody } from './settings.dto';
import { SettingsChanges } from './settings-changes.service';

/** NOX's older way to change settings, which it phases out. For clients that still use it. */
@ApiTags('NOX-compatible')
@Controller('v1/device/thermal-control')
export class OldSettingsController {
  constructor(@Inject(SettingsChanges) private readonly changes: SettingsChanges) {}

  @Post('settings')
  @RequireRole('operator')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Change the limits within which devices are steered, the older way',
    description: 'Use `PATCH /v1/devices/settings`. `steering_enabled.heat_pump` is its `flex_trading`.',
    deprecated: true,
  })
  @ZodResponse({ status: 200, type: OldSettingsAnswer })
  @Examples(submitSettings)
  async submit(@CurrentCaller() caller: Caller, @Body() body: OldSettingsBody) {
    const { steering_enabled: enabled, ...rest } = body;
    if ('optimization_settings' in rest)
      throw InvalidInput.because('optimization_settings', 'is not known here: give steering_enabled');
    const optimization = enabled && { optimization_settings: { flex_trading: enabled.heat_pump } };
    await this.changes.apply(caller, { ...rest, ...optimization });
    return {
      status: 'success' as const,
      message: 'Settings updated successfully.',
      meta: { energy_supplier: caller.supplierName },
    };
  }
}
