import { InvalidInput } from '@warmshift/domain';
import { versionsOf } from './entity-tag';

describe('versionsOf', () => {
  it.each([
    [undefined, undefined],
    ['*', undefined],
    ['"abc"', ['abc']],
    ['"abc", "d-e"', ['abc', 'd-e']],
  ])('reads %j as %j', (header, versions) => expect(versionsOf(header)).toEqual(versions));

  it.each(['abc', 'W/"abc"', '"abc", x', '""', ''])('refuses %j', (header) =>
    expect(() => versionsOf(header)).toThrow(InvalidInput),
  );
});
