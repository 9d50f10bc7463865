import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { InvalidInput } from '@warmshift/domain';
import type { Request, Response } from 'express';

/** The version of what an operator has set, as a strong entity tag (RFC 9110). */
export function setEntityTag(response: Response, version: string): void {
  response.setHeader('etag', `"${version}"`);
}

/** Documents the header of a conditional change. */
export const Conditional = () =>
  applyDecorators(
    ApiHeader({
      name: 'if-match',
      required: false,
      description:
        '`etag` of the answer that the change is based on. When it has changed since: 412, and nothing is done.',
    }),
  );

/** The versions of `If-Match`; undefined without the header or with `*`: no condition. */
export const IfMatch = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  versionsOf(context.switchToHttp().getRequest<Request>().get('if-match')),
);

/** @throws InvalidInput for anything but strong entity tags or `*`. */
export function versionsOf(header: string | undefined): readonly string[] | undefined {
  const text = header?.trim();
  if (text === undefined || text === '*') return undefined;
  return text.split(',').map((tag) => {
    const version = /^"([\x21\x23-\x7e]{1,100})"$/.exec(tag.trim())?.[1];
    if (version === undefined)
      throw InvalidInput.because('If-Match', 'must be the etag of an answer, with its quotes, or *');
    return version;
  });
}
