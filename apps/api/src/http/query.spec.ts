import { pageOf, pageQuery, queryBoolean, queryInteger } from './query';

describe('pageQuery', () => {
  const query = pageQuery({ default: 100, highest: 500 });

  it('has a default and takes both ends of the range', () => {
    expect(query.parse({})).toEqual({ limit: 100 });
    expect(query.parse({ limit: '1' }).limit).toBe(1);
    expect(query.parse({ limit: '500', cursor: 'abc' })).toEqual({ limit: 500, cursor: 'abc' });
  });

  it.each(['0', '501', '-1', '1.5', '1e2', '', ' 5', 'abc', '99999999999'])('refuses limit=%s', (limit) => {
    expect(query.safeParse({ limit }).error?.issues[0]?.message).toContain('1 to 500');
  });

  it('refuses a parameter that is given twice', () => {
    expect(query.safeParse({ limit: ['1', '2'] }).error?.issues[0]?.message).toBe('must be given once');
  });
});

describe('queryInteger', () => {
  it('says once what is wrong', () => {
    expect(queryInteger(1, 5).safeParse('x').error?.issues).toHaveLength(1);
    expect(queryInteger(1, 5).safeParse('9').error?.issues).toHaveLength(1);
  });
});

describe('queryBoolean', () => {
  it.each([
    ['true', true],
    ['True', true],
    ['1', true],
    ['false', false],
    ['False', false],
    ['0', false],
  ])('reads %s as %s', (text, expected) => expect(queryBoolean().parse(text)).toBe(expected));

  it.each(['', 'yes', 'on', 'null', '2'])('refuses %j', (text) => {
    expect(queryBoolean().safeParse(text).success).toBe(false);
  });
});

describe('pageOf', () => {
  const cursorOf = (item: number) => `after-${item}`;

  it.each([
    [[], 2, [], null],
    [[1, 2], 2, [1, 2], null],
    [[1, 2, 3], 2, [1, 2], 'after-2'],
  ])('makes of the rows %j with limit %i a page', (rows, limit, data, nextCursor) => {
    expect(pageOf<number>(rows, limit, cursorOf)).toEqual({ data, nextCursor });
  });
});
