import { ApiExtension } from '@nestjs/swagger';
import type { Response } from 'express';

/** How the description keeps what `@Located` says, until it is moved to the answers. */
export const locationExtension = 'x-location';

/** Documents the `location` header of answers. @param told by status, what is to be found there. */
export const Located = (told: Readonly<Record<number, string>>) => ApiExtension(locationExtension, told);

/** Where to find what was made, or to watch what goes on: a path of this service. */
export function setLocation(response: Response, path: string): void {
  response.setHeader('location', path);
}
