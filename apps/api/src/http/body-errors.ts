import { CallerError, InvalidInput } from '@warmshift/domain';
import type { ErrorRequestHandler } from 'express';

export class BodyTooLarge extends CallerError {}

export class UnsupportedBody extends CallerError {}

/** Makes our errors of those of the body parser, whose messages repeat parts of the body. */
export const translateBodyErrors: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  next(translated(error));
};

function translated(error: unknown): unknown {
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  switch (type) {
    case 'entity.parse.failed':
      return InvalidInput.because('body', 'is not valid JSON');
    case 'entity.too.large':
      return new BodyTooLarge('The body must be smaller.');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new UnsupportedBody('Send the body as UTF-8, not compressed or with gzip.');
    case 'request.aborted':
    case 'request.size.invalid':
      return InvalidInput.because('body', 'was cut short');
    default:
      return isUnpackingError(error)
        ? InvalidInput.because('body', 'is not what its content-encoding says')
        : error;
  }
}

/** Of zlib, which the body parser passes on as they are. */
function isUnpackingError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(Z_|ERR_(_ERROR|BROTLI))/.test(code);
}
