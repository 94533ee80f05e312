import { readFile } from 'node:fs/promises';
import { err, type Result } from '#domain/result';
import { HELP, readCommandLine } from './command-line.ts';
import { type FaultPlan, readFaultPlan } from '#simulator/fault/fault-plan';
import { openSimulator } from './simulator.ts';

/** The simulator as a program of its own. Exit code 2 for a command line that makes no sense, 1 when it cannot start. */
async function main(): Promise<number | undefined> {
  const command = readCommandLine(process.argv.slice(2));
  if (!command.ok) return complain(command.error, 2);
  if (command.value.kind === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const plan = await openPlan(command.value.faults);
  if (plan?.ok === false) return complain(plan.error, 1);
  const opened = await openSimulator(command.value.options);
  if (!opened.ok) return complain(opened.error, 1);
  const simulator = opened.value;
  process.stdout.write(
    `Simulator listens on ${simulator.host}:${simulator.port}, account ${simulator.account}, trades ${simulator.symbols.join(' ')}.\n`,
  );
  if (plan !== undefined) simulator.faults.run(plan.value);
  simulator.ledger.onOdd = ({ clientId, messageId, version, surplus }) =>
    void process.stdout.write(`Client ${clientId} sent request ${messageId} with ${oddity(surplus)} than version ${version} has.\n`);
  const stop = (): void => {
    process.stdout.write('Simulator stops.\n');
    void simulator.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  void simulator.market.ended.then(() => {
    if (simulator.market.state === 'ended') process.stdout.write('The tape has ended; orders and positions stay. Ctrl-C stops.\n');
  });
  return undefined;
}

function oddity(surplus: number): string {
  const count = Math.abs(surplus);
  return `${count} ${count === 1 ? 'field' : 'fields'} ${surplus > 0 ? 'more' : 'fewer'}`;
}

async function openPlan(path: string | undefined): Promise<Result<FaultPlan> | undefined> {
  if (path === undefined) return undefined;
  try {
    return readFaultPlan(await readFile(path, 'utf8'));
  } catch (error) {
    return err(`The fault plan ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function complain(sentence: string, code: number): number {
  process.stderr.write(`${sentence}\n`);
  return code;
}

const code = await main();
if (code !== undefined) process.exitCode = code;
