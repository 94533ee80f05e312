import { expect, test } from 'vitest';
import { ok } from '#domain/result';
import { readEarlierOrders } from '#journal/earlier-orders';
import type { OrderKey, OrderRef } from '#domain/ids';
import type { WhyStep } from '#protocol/commands';
import { heldBracket } from '../support/core/bracket.ts';
import { CoreConsole } from '../support/core/console.ts';
import { CoreDesk } from '../support/core/desk.ts';
import { IBM } from '../support/core/trigger-fixtures.ts';
import { journalDirectory } from '../support/journal/journal-directory.ts';
import { auditOf, writeRuns } from '../support/journal/written-journal.ts';

const TAPE = Date.UTC(2013, 9, 8, 14, 30);
const MACHINE = Date.UTC(2026, 10, 30, 17, 0);
/** The program is away for so long, and its gateway's tape begins anew. */
const AWAY_MS = 3_600_000;

async function whyOf(made: CoreConsole, key: string): Promise<readonly WhyStep[]> {
  const why = await made.call('order.why', { key: key as OrderKey });
  if (!why.ok) throw new Error(why.error.text);
  return why.value.steps;
}

/** A bracket whose entry filled and whose exits work, on a desk that then dies; and the next run, which reads its files. */
async function restarted() {
  const directory = journalDirectory();
  const desk = new CoreDesk({ startAt: MACHINE, simulated: true });
  desk.clock.advance(1_000);
  desk.core.onServerTime(TAPE / 1_000, 0);
  const before = new CoreConsole(desk);
  const held = heldBracket(desk);
  await writeRuns(directory, [desk]);
  const read = readEarlierOrders(directory);
  if (!read.ok) throw new Error(read.error);
  const next = new CoreDesk({
    startAt: desk.clock.now() + AWAY_MS,
    simulated: true,
    earlier: read.value.orders,
    earlierRead: read.value,
    startAfter: (desk.journal.records.at(-1)?.seq ?? 0) + 1,
  });
  next.core.start();
  next.know(IBM);
  next.core.onServerTime((TAPE + 60_000) / 1_000, 0);
  return {
    ...held,
    before,
    directory,
    next,
    after: new CoreConsole(
      next,
      auditOf(directory, () => next.clock.now()),
    ),
  };
}

/** The broker lists the exits as open, the entry as completed and its execution again. */
function compared({ desk, next, entry, target, stop }: Awaited<ReturnType<typeof restarted>>): void {
  next.connect();
  for (const ref of [target, stop]) next.news({ kind: 'open-order', order: desk.openOrderOf(ref, 'PreSubmitted', parented(desk, ref)) });
  next.news({ kind: 'completed-order', order: desk.completedOf(entry, 'Filled'), completedStatus: 'Filled Size: 100' });
  for (const fill of desk.fillsBooked())
    next.news({ kind: 'execution', execution: { ...fill, at: next.clock.now() }, contract: IBM, live: false });
  next.position(100);
  next.ends();
}

function parented(desk: CoreDesk, ref: OrderRef) {
  const { ocaGroup } = desk.broker.frameOf(ref).leg;
  return ocaGroup === undefined ? {} : { ocaGroup };
}

test('the chain of a bracket is the same, word for word and time for time, before and after a restart', async () => {
  const scene = await restarted();
  const { before, after, directory, desk, next, entry, target, stop } = scene;
  const chains = new Map<string, readonly WhyStep[]>();
  for (const ref of [entry, target, stop]) chains.set(ref, await whyOf(before, ref));
  expect(chains.get(stop)?.map(({ title }) => title)).toEqual([
    'Tick',
    'Rule IBM-1',
    'Risk approved',
    'Sent',
    'Acknowledged',
    `Now ${desk.order(stop).state}`,
  ]);
  // Before the broker has answered, only the journal knows them.
  for (const ref of [entry, target, stop]) expect(await whyOf(after, ref)).toEqual(chains.get(ref));
  compared(scene);
  await writeRuns(directory, [next]);
  for (const ref of [entry, target, stop]) expect(await whyOf(after, ref)).toEqual(chains.get(ref));
});

test('a restart changes neither the name of the trigger in the origin nor the time of an order', async () => {
  const scene = await restarted();
  const { before, after, entry, stop } = scene;
  const rowOf = (made: CoreConsole, ref: OrderRef) => made.table('orders').find(({ key }) => (key as string) === (ref as string));
  const [wasStop, wasEntry] = [rowOf(before, stop), rowOf(before, entry)];
  const [wasFill] = before.table('fills');
  expect([wasStop?.originText, wasEntry?.originText, wasFill?.originText]).toEqual(['stop of IBM-1', 'IBM-1', 'IBM-1']);
  compared(scene);
  expect([rowOf(after, stop)?.originText, rowOf(after, entry)?.originText]).toEqual(['stop of IBM-1', 'IBM-1']);
  expect(rowOf(after, stop)?.createdTime).toBe(wasStop?.createdTime);
  expect(wasStop?.createdTime).toBeGreaterThanOrEqual(TAPE);
  expect(after.table('fills').map(({ originText }) => originText)).toEqual(['IBM-1']);
});

test('messages come only when they are asked for, and what happens in the new run is told', async () => {
  const scene = await restarted();
  const { after, directory, next, stop } = scene;
  compared(scene);
  next.news({ kind: 'order-status', status: scene.desk.statusOf(stop, 'Cancelled') });
  await writeRuns(directory, [next]);
  const plain = await after.call('order.why', { key: stop as string as OrderKey });
  const full = await after.call('order.why', { key: stop as string as OrderKey, messages: true });
  expect(plain).toEqual(ok({ steps: expect.anything() as unknown, messages: [] }));
  if (!plain.ok || !full.ok) throw new Error('no answer');
  expect(plain.value.steps.at(-1)?.title).toBe('Now CANCELLED');
  expect(full.value.steps).toEqual(plain.value.steps);
  expect(full.value.messages.length).toBeGreaterThan(5);
});
