import { resolve } from 'node:path';
import { startSimulator } from '#simulator/simulator';

/**
 * The gateway of `bench:tick-to-order`, in a process of its own so that it shares no event loop with the clients it measures. It sends
 * a tick and notes when the order frame that answers it arrives: one clock for both ends.
 */
export type ToGateway =
  | { readonly kind: 'tick'; readonly symbol: string; readonly price: string; readonly clientId: number }
  | { readonly kind: 'burst'; readonly clientId: number; readonly bytes: string; readonly times: number };

export type FromGateway =
  { readonly kind: 'ready'; readonly port: number } | { readonly kind: 'latency'; readonly us: number } | { readonly kind: 'sent' };

const PLACE_ORDER = 3;
const simulator = await startSimulator({
  port: 0,
  market: { kind: 'tapes', tapes: [{ path: resolve(import.meta.dirname, '../../resources/demo-tape.csv.gz') }] },
  speed: 1,
  autostart: false,
  sessions: 'ignored',
  duplicates: 0,
});
let waiting: { readonly clientId: number; readonly since: bigint } | undefined;
const { ledger } = simulator;
const record = ledger.recordInbound.bind(ledger);
ledger.recordInbound = (clientId, messageId) => {
  if (messageId === PLACE_ORDER && waiting?.clientId === clientId) {
    const us = Number(process.hrtime.bigint() - waiting.since) / 1_000;
    waiting = undefined;
    answer({ kind: 'latency', us });
  }
  record(clientId, messageId);
};

function answer(message: FromGateway): void {
  process.send?.(message);
}

process.on('message', (message: ToGateway) => {
  if (message.kind === 'tick') {
    waiting = { clientId: message.clientId, since: process.hrtime.bigint() };
    simulator.faults.injectTick(message.symbol, 'last', message.price);
    return;
  }
  const bytes = Buffer.from(message.bytes, 'base64');
  for (let at = 0; at < message.times; at += 1) simulator.faults.injectBytes(message.clientId, bytes);
  answer({ kind: 'sent' });
});
process.on('disconnect', () => process.exit(0));
await simulator.market.step(2_000);
answer({ kind: 'ready', port: simulator.port });
