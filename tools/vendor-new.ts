import { CannotGenerate, generateVendor } from './vendor-new/generate';
import { camelOf, help, vendorNewOptions, type VendorNewOptions } from './vendor-new/options';

/** `npm run vendor:new`: the files of a new vendor, to start from. */
function main(args: readonly string[]): number {
  const options = vendorNewOptions(args);
  if (options === 'help') {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  if ('problem' in options) {
    process.stderr.write(`${options.problem}\n`);
    return 1;
  }
  try {
    const files = generateVendor(process.cwd(), options);
    process.stdout.write(`${files.join('\n')}\n\n${nextSteps(options)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof CannotGenerate)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function nextSteps({ name }: VendorNewOptions): string {
  return `Next (docs/adding-a-vendor.md says how):
 1. Run what is there:  npx jest --selectProjects unit --testPathPatterns libs/vendors/${name}/
 2. Put the vendor's own examples into libs/vendors/${name}/fixtures, and make src/wire.ts and src/mapping.ts read them.
 3. Say in src/manifest.ts what the vendor can do and how fast it may be asked, each with its source.
 4. Write every silence and contradiction of its document into README.md, with an id and a test that carries it.
 5. Write a double of its cloud in libs/vendors/${name}/testing and run the conformance suite on it.
 6. Answer every rule in quality.yaml.
 7. Register it: add ${camelOf(name)} to libs/vendors/src/index.ts.`;
}

process.exitCode = main(process.argv.slice(2));
