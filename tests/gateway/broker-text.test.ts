import { expect, onTestFinished, test } from 'vitest';
import type { BrokerNews } from '#core/ports/broker';
import { orderRow } from '#desk/projection/order-row';
import { Random } from '#simulator/model/random';
import { startSimulator, type Simulator } from '#simulator/simulator';
import { MESSAGE_CLASSES } from '#simulator/wire/message-class';
import type { Contract } from '#domain/contract';
import { priceOf } from '#domain/price';
import { units } from '#domain/quantity';
import { approve, freshRef, intent, leg } from '../support/tws/approved.ts';
import { TwsDesk } from '../support/tws/desk.ts';
import { frame, type FakePeer } from '../support/tws/fake-gateway.ts';
import { errorMessage, execution, orderStatus } from '../support/tws/messages.ts';
import { settledLine } from '../support/tws/gateway-line.ts';
import { simulatedDesk } from '../support/simulator/simulated-desk.ts';

/** Nothing that a terminal, a file or a screen could take for anything but a character. */
const UNCLEAN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;
/** Longest text of a field of the news; all others are sentences at most. */
const LONGEST: Readonly<Record<string, number>> = {
  symbol: 64,
  account: 64,
  orderRef: 128,
  execId: 64,
  tradingHours: 8_192,
  liquidHours: 8_192,
};
const SENTENCE = 500;
const SYMBOL_OF_OPEN_ORDER = 3;

const HOSTILE: readonly string[] = [
  '\u001B[31mred\u001B[0m',
  '\u001B]0;title\u0007',
  'a\u202Eb',
  'A\u200BB',
  '\uD800',
  'x\u0085y\u2028z',
  '\u009B2J',
  'long '.repeat(300),
  '\u3164\u2800',
  '\uFEFF\u{E0041}',
];

/** Every text below a value, with the name of its field. */
function* texts(value: unknown, name = ''): Generator<readonly [name: string, text: string]> {
  if (typeof value === 'string') yield [name, value];
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) yield* texts(inner, Array.isArray(value) ? name : key);
}

function offences(values: readonly unknown[]): readonly string[] {
  return values.flatMap((value) =>
    [...texts(value)]
      .filter(([name, text]) => UNCLEAN.test(text) || text.length > (LONGEST[name] ?? SENTENCE))
      .map(([name, text]) => `${name}: ${JSON.stringify(text.slice(0, 60))} (${String(text.length)})`),
  );
}

async function adapterOn(serverVersion: number): Promise<{ simulator: Simulator; desk: TwsDesk }> {
  const simulator = await startSimulator({
    port: 0,
    market: { kind: 'synthetic' },
    speed: 'max',
    sessions: 'ignored',
    autostart: false,
    serverVersion,
  });
  onTestFinished(() => simulator.close());
  const desk = await new TwsDesk(simulator.port).ready();
  onTestFinished(() => desk.stop());
  return { simulator, desk };
}

/** Each text field by chance another; the messages that would end the line (its own numbers) stay. */
function garble(simulator: Simulator, chance: Random): void {
  for (const what of MESSAGE_CLASSES) {
    if (what === 'currentTime' || what === 'ticks') continue;
    simulator.faults.rewrite(
      what,
      (text, index) =>
        index > 1 && /[A-Za-z]/.test(text) && chance.chance(what === 'position' ? 0.5 : 0.12)
          ? text + (HOSTILE[chance.between(0, HOSTILE.length - 1)] ?? '')
          : text,
      'all',
      Infinity,
    );
  }
  // Prices too may be no figures.
  simulator.faults.rewrite(
    'ticks',
    (text, index) => (index === 4 && chance.chance(0.1) ? `12\u001B[31m${'9'.repeat(200)}` : text),
    'all',
    Infinity,
  );
}

async function trade(simulator: Simulator, desk: TwsDesk, contract: Contract): Promise<void> {
  for (let i = 0; i < 12; i += 1) {
    const limit =
      i % 3 === 0 ? leg({ ref: freshRef(), type: 'LMT', limit: priceOf(1 + i) }) : leg({ ref: freshRef(), quantity: units(10) });
    desk.adapter.broker.place(approve(intent({ contract, legs: [limit] })));
    await simulator.market.step(60);
  }
  // A list of which a message was lost has no end, so that its rows are waited for.
  for (let i = 0; i < 6; i += 1) desk.adapter.broker.reconcile();
  await desk.until(() => desk.of('completed-order').length > 5 && desk.of('position').length > 3);
  await desk.adapter.market.search('A');
  await desk.adapter.market.details({ ...contract, conId: contract.conId });
}

test.each([178, 193])(
  'whatever TWS writes into its texts, none leaves the adapter unclean or endless, server version %i',
  async (version) => {
    const { simulator, desk } = await adapterOn(version);
    const symbol = simulator.symbols[0]!;
    const found = await desk.adapter.market.search(symbol);
    const contract = found.ok ? found.value.find((one) => one.symbol === symbol)! : undefined!;
    desk.adapter.market.subscribe(contract);
    await desk.until(() => desk.sink.of('info').length > 0);
    await simulator.market.step(200);
    garble(simulator, new Random(version));
    await trade(simulator, desk, contract);
    const answers = [
      await desk.adapter.market.search('A'),
      await desk.adapter.market.details({ ...contract, conId: simulator.symbols.length as never }),
    ];
    expect(offences([...desk.news, ...desk.sink.events, ...answers])).toEqual([]);
    expect(offences([desk.link])).toEqual([]);
    const frames = [...desk.adapter.frames(), ...desk.orderFrames].map(({ text }) => text);
    expect(frames.filter((text) => UNCLEAN.test(text) || text.length > 8_192)).toEqual([]);
    // The faults did arrive: each kind of news that carries text was seen with a mark in it.
    const marked = new Set(desk.news.filter((news) => [...texts(news)].some(([, text]) => /[\uFFFD…]/.test(text))).map(({ kind }) => kind));
    const expected: readonly BrokerNews['kind'][] = [
      'open-order',
      'order-status',
      'execution',
      'completed-order',
      'position',
      'commission',
    ];
    expect(expected.filter((kind) => !marked.has(kind))).toEqual([]);
    expect(desk.sink.of('malformed').length).toBeGreaterThan(0);
  },
);

async function connected(): Promise<{ readonly desk: TwsDesk; readonly peer: FakePeer }> {
  const { desk, gateway } = await settledLine();
  return { desk, peer: gateway.client(2) };
}

test('an account, a reference or an execution that had to be cleaned is never one that the desk knows, and two of them differ', async () => {
  const { desk, peer } = await connected();
  const fill = (execId: string, account: string, ref: string): Buffer => {
    const fields = execution(7, { execId });
    return frame(...fields.map((field) => (field === 'DU1234567' ? account : field)).with(-6, ref));
  };
  const ours = 'TD1-TEST0001-1-1-E';
  peer.bytes(
    fill('0001.1.01', 'DU1234567', ours),
    fill('0001.1\u200B.01', 'DU1234567\u200B', `${ours}\u200B`),
    fill('0001.1\u200D.01', 'DU1234567\u200D', `${ours}\u200D`),
    frame(...orderStatus(7, 'Filled')),
  );
  await desk.first('order-status');
  const told = desk.of('execution').map(({ execution: { execId, account, orderRef } }) => ({ execId, account, orderRef }));
  expect(told[0]).toEqual({ execId: '0001.1.01', account: 'DU1234567', orderRef: ours });
  expect(told[1]?.account).toMatch(/^DU1234567\uFFFD#[0-9a-f]{8}$/u);
  for (const name of ['execId', 'account', 'orderRef'] as const) expect(new Set(told.map((one) => one[name])).size).toBe(3);
});

test('a long message about an order is cut and named, and the order is there; one of too many fields is not read and the book is compared', async () => {
  const { desk, peer } = await connected();
  const long = (orderId: number): (string | number)[] => execution(orderId).with(4, 'I'.repeat(3_500_000));
  peer.bytes(frame(...long(7)), frame(...orderStatus(7, 'Filled')));
  await desk.first('order-status');
  expect(desk.of('execution').map(({ execution: { quantity }, contract }) => ({ quantity, symbol: contract.symbol.length }))).toEqual([
    { quantity: units(100), symbol: 64 },
  ]);
  const { notice } = await desk.first('notice', (news) => news.notice.code === 90_005);
  expect(notice.text).toBe(
    'A message about orders (number 11) was longer than the 65536 bytes or the 2048 characters of one text that it may have; its long texts were cut.',
  );
  expect(desk.link.connections.find(({ clientId }) => clientId === 2)?.longFrames).toBe(1);
  const { epoch } = desk.link;
  peer.bytes(frame(...execution(8), ...Array.from({ length: 40_000 }, () => 'x')), frame(...orderStatus(8, 'Filled')));
  await desk.until(() => desk.of('order-status').length === 2);
  expect({ fills: desk.of('execution').length, epochs: desk.link.epoch - epoch, ready: desk.link.ready }).toEqual({
    fills: 1,
    epochs: 1,
    ready: true,
  });
});

test('a text that is long by its nature is read whole; an endless error is cut', async () => {
  const { desk, peer } = await connected();
  peer.bytes(frame(...errorMessage(7, 201, `Order rejected ${'x'.repeat(3_000_000)}`)), frame(...orderStatus(7, 'Inactive')));
  await desk.first('order-status');
  expect(desk.of('notice').find(({ notice }) => notice.code === 201)?.notice.text.length).toBe(500);
  expect(desk.orderFrames.every(({ text }) => text.length <= 8_192)).toBe(true);
});

test(
  'an order whose symbol has 3.5 MB is seen and cancelled; neither journal nor screen carries more than its cap',
  { timeout: 60_000 },
  async () => {
    const { simulator, live } = await simulatedDesk();
    const symbol = simulator.symbols[1]!;
    const long = `A\u202E${'A'.repeat(3_500_000)}`;
    simulator.faults.rewrite('openOrder', (text, index) => (index === SYMBOL_OF_OPEN_ORDER ? long : text), 'all', Infinity);
    const before = JSON.stringify(live.journal.records).length;
    const typed = simulator.manual.place({ symbol, action: 'BUY', type: 'LMT', quantity: units(10), limit: priceOf(1) });
    await live.until('the order is seen', () => live.core.view.index.working().some(({ permId }) => permId === typed.permId));
    await live.until('it has a number', () => (live.core.view.index.working()[0]?.orderId ?? 0) !== 0);
    const order = live.core.view.index.working()[0]!;
    expect(order.contract.symbol).toMatch(/^A\uFFFDA+…$/u);
    expect(JSON.stringify(orderRow(live.core.view, order)).length).toBeLessThan(2_000);
    expect(JSON.stringify(live.journal.records).length - before).toBeLessThan(60_000);
    const cancelled = live.core.commands.cancelOrder(order.key, 'test');
    expect(cancelled.ok).toBe(true);
    live.core.drainNow();
    await live.until('it is cancelled', () => live.core.view.index.working().length === 0);
    expect(typed.status).toBe('Cancelled');
  },
);
