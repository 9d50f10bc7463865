import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { enterTenant } from '@warmshift/db';
import { Forbidden } from '@warmshift/domain';
import { allows, type Role } from '@warmshift/security';
import { ApiKeysService } from '@warmshift/suppliers';
import { accessMetadata, apiKeyHeader, type Access, type CallerRequest } from './access';

const sayings: Readonly<Record<Role, string>> = {
  viewer: 'A key of any role is needed.',
  operator: 'An operator or admin key is needed.',
  admin: 'An admin key is needed.',
};

function accessOf(reflector: Reflector, context: ExecutionContext): Access {
  const places = [context.getHandler(), context.getClass()];
  return reflector.getAllAndOverride<Access | undefined>(accessMetadata, places) ?? 'admin';
}

/** Lets a request through when its key is valid. Comes before the count of requests. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(ApiKeysService) private readonly keys: Pick<ApiKeysService, 'authenticate'>,
  ) {}

  /** @throws Unauthenticated */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (accessOf(this.reflector, context) === 'public') return true;
    const request = context.switchToHttp().getRequest<CallerRequest>();
    const caller = await this.keys.authenticate(request.get(apiKeyHeader));
    enterTenant(caller.supplierId);
    request.caller = caller;
    return true;
  }
}

/** Lets a request through when the role of its key suffices. Comes after the count of requests: refusals count too. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  /** @throws Forbidden */
  canActivate(context: ExecutionContext): boolean {
    const access = accessOf(this.reflector, context);
    if (access === 'public') return true;
    const { caller } = context.switchToHttp().getRequest<CallerRequest>();
    if (caller === undefined || !allows(caller.role, access)) throw new Forbidden(sayings[access]);
    return true;
  }
}
