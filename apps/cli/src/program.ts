import { Command } from 'commander';
import type { Cli } from './cli';
import { addActions } from './commands/actions';
import { addAudit } from './commands/audit';
import { addCampaigns } from './commands/campaigns';
import { addConnect } from './commands/connect';
import { addConnections } from './commands/connections';
import { addDevice } from './commands/device';
import { addDevices } from './commands/devices';
import { addPreview, addStart } from './commands/order';
import { addReport } from './commands/report';
import { addEmergencyStop, addLiftStop, addStop } from './commands/stop';
import { addVendors } from './commands/vendors';
import { addWatch } from './commands/watch';

const more = `
Where and who:
  WARMSHIFT_URL       address of the service (default http://127.0.0.1:3000); --url goes before it
  WARMSHIFT_API_KEY   the API key; --key-file goes before it
  DATABASE_URL        only of "audit verify"

Exit codes:
  0    done
  1    the service refused, or the outcome is not good: a campaign was cancelled, an audit does not
       hold
  2    the command line, a file or a setting cannot be used; nothing was sent that changes anything
  3    no answer from the service
  130  stopped by Ctrl-C

Results go to stdout, notes and errors to stderr. To begin with:
  warmshift vendors
  warmshift devices --code READY
  warmshift preview --from 17:00 --to +2h --target-kw 500`;

/** The whole command line. */
export function programOf(cli: Cli): Command {
  const program = new Command('warmshift')
    .description("Steers the electric heat of an energy supplier's customers, from the command line.")
    .option('--url <url>', 'address of the service')
    .option('--key-file <file>', 'file whose first line is the API key')
    .option('--timeout <seconds>', 'longest time to wait for an answer (default 30)')
    .option('--json', 'the answer as one JSON document, for programs')
    .configureHelp({ showGlobalOptions: true, helpWidth: 100 })
    .addHelpText('after', more);
  // Commands take these settings over from their program when they are made.
  program.exitOverride().configureOutput({
    writeOut: (text) => void cli.streams.out.write(text),
    writeErr: (text) => void cli.streams.err.write(text),
  });
  program.showHelpAfterError('Try --help.');
  program.commandsGroup('Vendors and devices:');
  addVendors(program, cli);
  addConnect(program, cli);
  addConnections(program, cli);
  addDevices(program, cli);
  addDevice(program, cli);
  program.commandsGroup('Campaigns:');
  addPreview(program, cli);
  addStart(program, cli);
  addCampaigns(program, cli);
  addWatch(program, cli);
  addReport(program, cli);
  addStop(program, cli);
  program.commandsGroup('Safety:');
  addActions(program, cli);
  addEmergencyStop(program, cli);
  addLiftStop(program, cli);
  addAudit(program, cli);
  return program;
}
