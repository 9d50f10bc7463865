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

/** Lets a request through when its key is valid and its role suffices. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(ApiKeysService) private readonly keys: Pick<ApiKeysService, 'authenticate'>,
  ) {}

  /** @throws Unauthenticated, Forbidden */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const places = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessMetadata, places) ?? 'admin';
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<CallerRequest>();
    const caller = await this.keys.authenticate(request.get(apiKeyHeader));
    if (!allows(caller.role, access)) throw new Forbidden(sayings[access]);
    enterTenant(caller.supplierId);
    request.caller = caller;
    return true;
  }
}
