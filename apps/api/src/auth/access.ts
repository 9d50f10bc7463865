import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiExtension, ApiSecurity } from '@nestjs/swagger';
import type { Role } from '@warmshift/security';
import type { Caller } from '@warmshift/suppliers';
import type { Request } from 'express';

export const apiKeyHeader = 'x-api-key';
export const accessMetadata = 'warmshift:access';

/** Who may use a route: everybody, or keys of this role and above. A route that does not say is for admins. */
export type Access = Role | 'public';

export const RequireRole = (role: Role) =>
  applyDecorators(
    SetMetadata(accessMetadata, role satisfies Access),
    ApiSecurity(apiKeyHeader),
    ApiExtension('x-required-role', role),
  );

/** Needs no key: nothing of any supplier is told there. */
export const Public = () => SetMetadata(accessMetadata, 'public' satisfies Access);

/** A request that the guard has let through. */
export interface CallerRequest extends Request {
  caller?: Caller;
}

/** The caller of a route that needs a key. */
export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<CallerRequest>();
  if (caller === undefined) throw new Error('A public route asks who is calling.');
  return caller;
});
