import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { openTenantScope } from '@warmshift/db';
import { Forbidden, Unauthenticated } from '@warmshift/domain';
import { roles, type Role } from '@warmshift/security';
import type { Caller } from '@warmshift/suppliers';
import { Public, RequireRole, type CallerRequest } from './access';
import { ApiKeyGuard, RoleGuard } from './api-key.guard';

class Routes {
  @RequireRole('viewer')
  read() {}
  @RequireRole('operator')
  steer() {}
  @RequireRole('admin')
  connect() {}
  @Public()
  health() {}
  forgotten() {}
}

const caller = (role: Role): Caller => ({ supplierId: 's', supplierName: 'S', role, actor: 'key/abc' });
/** Keys are called by their roles here. */
const keys = {
  authenticate: (key: string | undefined) =>
    roles.includes(key as Role)
      ? Promise.resolve(caller(key as Role))
      : Promise.reject(new Unauthenticated('No.')),
};

describe('ApiKeyGuard and RoleGuard', () => {
  const guards = [new ApiKeyGuard(new Reflector(), keys), new RoleGuard(new Reflector())] as const;

  function ask(route: keyof Routes, key?: string) {
    const request = { get: (name: string) => (name === 'x-api-key' ? key : undefined) } as CallerRequest;
    const context = {
      getHandler: () => Routes.prototype[route],
      getClass: () => Routes,
      switchToHttp: () => ({ getRequest: () => request }),
    } as unknown as ExecutionContext;
    return openTenantScope(async () => {
      for (const guard of guards) await guard.canActivate(context);
      return request.caller;
    });
  }

  it.each<[keyof Routes, Role[]]>([
    ['read', ['viewer', 'operator', 'admin']],
    ['steer', ['operator', 'admin']],
    ['connect', ['admin']],
    ['forgotten', ['admin']],
  ])('lets to %s only %j', async (route, allowed) => {
    for (const role of roles) {
      if (allowed.includes(role)) expect(await ask(route, role)).toEqual(caller(role));
      else await expect(ask(route, role)).rejects.toThrow(Forbidden);
    }
  });

  it('asks nobody for a key at a public route', async () => {
    expect(await ask('health')).toBeUndefined();
    expect(await ask('health', 'wrong')).toBeUndefined();
  });

  it.each([undefined, 'wrong'])('refuses the key %p before it looks at roles', async (key) => {
    await expect(ask('read', key)).rejects.toThrow(Unauthenticated);
    await expect(ask('forgotten', key)).rejects.toThrow(Unauthenticated);
  });
});
