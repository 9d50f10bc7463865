import { camelOf, pascalOf, vendorNewOptions } from './options';

describe('vendorNewOptions', () => {
  it('takes a name and a title', () => {
    expect(vendorNewOptions(['--name', 'acme', '--title', 'Acme Heat (v2)'])).toEqual({
      name: 'acme',
      title: 'Acme Heat (v2)',
    });
  });

  it('makes a title of the name', () => {
    expect(vendorNewOptions(['--name=acme-heat'])).toEqual({ name: 'acme-heat', title: 'Acme Heat' });
  });

  it('shows the help before it complains', () => {
    expect(vendorNewOptions(['--nonsense', '--help'])).toBe('help');
  });

  it.each([
    [[], 'A name is needed: --name acme. See --help.'],
    [['acme'], 'There is no option acme. See --help.'],
    [['--vendor', 'acme'], 'There is no option --vendor. See --help.'],
    [['--name'], '--name needs a value. See --help.'],
    [['--name', '--title', 'x'], '--name needs a value. See --help.'],
    [['--name', 'a'.repeat(33)], "a vendor's name: 32 characters at most, it has 33."],
    [['--name', 'delete'], '"delete" cannot be a vendor\'s name: it is a word of the language.'],
    [['--name', 'acme', '--title', "Acme's"], 'The title "Acme\'s" cannot be used'],
    [['--name', 'acme', '--title', ''], 'The title "" cannot be used'],
  ])('%j: %s', (args, problem) => {
    expect(vendorNewOptions(args)).toEqual({ problem: expect.stringContaining(problem) as string });
  });

  it.each(['Acme', '7acme', 'acme_heat', 'acme--heat', '-acme', 'acme-', '../nox', 'äcme', 'acme heat', ''])(
    'says what a name looks like when it is "%s"',
    (name) => {
      expect(vendorNewOptions([`--name=${name}`])).toEqual({
        problem: expect.stringMatching(/cannot be a vendor's name: use lower-case letters/) as string,
      });
    },
  );
});

describe('camelOf and pascalOf', () => {
  it.each([
    ['acme', 'acme', 'Acme'],
    ['acme-heat-2', 'acmeHeat2', 'AcmeHeat2'],
    ['a-1b', 'a1b', 'A1b'],
  ])('%s is %s and %s', (name, camel, pascal) => {
    expect([camelOf(name), pascalOf(name)]).toEqual([camel, pascal]);
  });
});
