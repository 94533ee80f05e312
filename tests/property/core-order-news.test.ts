import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mayFollow } from '#core/order/order-life';
import type { BrokerNews } from '#core/ports/broker';
import type { ExecId } from '#domain/ids';
import { trustedAmount } from '#domain/money';
import type { Order, OrderState } from '#domain/order';
import { units } from '#domain/quantity';
import { CoreDesk } from '../support/core/desk.ts';
import { holds } from '../support/property.ts';
import { IBM, px } from '../support/core/trigger-fixtures.ts';

interface Story {
  readonly parts: readonly number[];
  readonly end: 'Filled' | 'Cancelled' | 'working';
}

/** One order of 100 and everything TWS tells about it, in TWS's own order. */
function newsOf(desk: CoreDesk, story: Story): readonly BrokerNews[] {
  const ref = desk.ref([...desk.stores.triggers.keys()][0] as never);
  const news: BrokerNews[] = [
    { kind: 'open-order', order: desk.openOrderOf(ref, 'PreSubmitted') },
    { kind: 'order-status', status: desk.statusOf(ref, 'PreSubmitted', 0) },
    { kind: 'open-order', order: desk.openOrderOf(ref, 'Submitted') },
    { kind: 'order-status', status: desk.statusOf(ref, 'Submitted', 0) },
  ];
  let filled = 0;
  for (const [index, part] of story.parts.entries()) {
    filled += part;
    const execution = desk.execution(ref, part, 180 + index / 100, {
      execId: `0e.${index}.01` as ExecId,
      cumQuantity: units(filled),
      avgPrice: px(180 + index / 100),
    });
    news.push(
      { kind: 'execution', execution, contract: IBM, live: index % 2 === 0 },
      { kind: 'order-status', status: desk.statusOf(ref, filled === 100 ? 'Filled' : 'Submitted', filled) },
      { kind: 'commission', execId: execution.execId, commission: trustedAmount(350_000 + index), currency: 'USD', realizedPnl: undefined },
    );
  }
  if (story.end === 'Cancelled') news.push({ kind: 'order-status', status: desk.statusOf(ref, 'Cancelled', filled) });
  return news;
}

/** What must not depend on the order of the news; IB's own last word may. */
function outcome(desk: CoreDesk) {
  const order = [...desk.stores.orders.values()][0] as Order;
  const { state, filled, avgFillPrice, permId, orderId, clientId, quantity } = order;
  return {
    order: { state, filled, avgFillPrice, permId, orderId, clientId, quantity },
    fills: desk
      .fillsBooked()
      .map(({ execId, quantity: size, commission, orderKey }) => ({ execId, size, commission, orderKey }))
      .toSorted((a, b) => a.execId.localeCompare(b.execId)),
    position: desk.held()?.quantity ?? 0,
    commission: desk.held()?.commission ?? 0,
  };
}

/** Plays the news and checks on the way that fills only grow and moves are legal (I-07, I-08). */
function play(story: Story, order: (news: readonly BrokerNews[]) => readonly BrokerNews[]): CoreDesk {
  const desk = new CoreDesk();
  desk.fired();
  const news = newsOf(desk, story);
  let before: Order | undefined;
  desk.coordinator.subscribe(({ changes }) => {
    for (const change of changes) {
      if (change.store !== 'orders') continue;
      const after = change.value as Order;
      const from: OrderState = before?.state ?? 'SUBMITTED';
      if (after.state !== from && !mayFollow(from, after.state)) throw new Error(`${from} became ${after.state}`);
      if (after.filled < (before?.filled ?? 0)) throw new Error('filled went back');
      if (after.filled > after.quantity) throw new Error('filled above the quantity');
      before = after;
    }
  });
  for (const item of order(news)) desk.news(item);
  if (desk.bugs.length > 0) throw new Error(String(desk.bugs[0]?.error));
  return desk;
}

const stories: fc.Arbitrary<Story> = fc
  .record({
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 4 }),
    end: fc.constantFrom('Filled', 'Cancelled', 'working'),
  })
  .map(({ cuts, end }) => {
    const points = [0, ...cuts.toSorted((a, b) => a - b), 100];
    const parts = points.slice(1).map((point, index) => point - (points[index] ?? 0));
    return { end, parts: end === 'Filled' ? parts : parts.slice(0, -1) };
  });

test('the news of an order in any order, with any repetitions, lead to the same order, fills and position (I-06 … I-09)', async () => {
  await holds(
    'order news commute',
    fc.property(stories, fc.infiniteStream(fc.nat()), (story, random) => {
      const draw = (below: number) => (random.next().value as number) % below;
      const shuffled = (news: readonly BrokerNews[]) => {
        const all = [...news, ...news.filter(() => draw(3) === 0)];
        for (let last = all.length - 1; last > 0; last -= 1) {
          const other = draw(last + 1);
          [all[last], all[other]] = [all[other] as BrokerNews, all[last] as BrokerNews];
        }
        return all;
      };
      const straight = play(story, (news) => news);
      const other = play(story, shuffled);
      const got = outcome(other);
      const wanted = outcome(straight);
      // A working order without fills is as far as the statuses that came; all of them came.
      expect(got).toEqual(wanted);
      const sum = story.parts.reduce((total, part) => total + part, 0);
      expect(wanted.position).toBe(units(sum));
      expect(wanted.order.state).toBe(
        sum === 100 ? 'FILLED' : story.end === 'Cancelled' ? 'CANCELLED' : sum > 0 ? 'PARTIALLY_FILLED' : 'ACCEPTED',
      );
    }),
  );
}, 300_000);

test('every prefix of the news, repeated from the start, changes nothing more', async () => {
  await holds(
    'order news are idempotent',
    fc.property(stories, fc.nat(20), (story, cut) => {
      const once = play(story, (news) => news);
      const again = play(story, (news) => [...news.slice(0, cut), ...news, ...news]);
      expect(outcome(again)).toEqual(outcome(once));
    }),
  );
}, 300_000);

test('corrections in any order: the highest revision of each execution counts, once', async () => {
  await holds(
    'corrections',
    fc.property(
      fc.array(
        fc.record({
          root: fc.integer({ min: 0, max: 3 }),
          revision: fc.integer({ min: 1, max: 4 }),
          quantity: fc.integer({ min: 1, max: 25 }),
        }),
        {
          minLength: 1,
          maxLength: 16,
        },
      ),
      (raw) => {
        // One execId says one thing.
        const executions = [...new Map(raw.map((item) => [`${item.root}.${item.revision}`, item])).values()];
        const desk = new CoreDesk();
        const { entry } = desk.fired();
        for (const { root, revision, quantity } of [...executions, ...executions])
          desk.fill(entry, quantity, 180, { execId: `r${root}.0${revision}` as ExecId });
        const newest = new Map<number, { revision: number; quantity: number }>();
        for (const item of executions) if (item.revision > (newest.get(item.root)?.revision ?? 0)) newest.set(item.root, item);
        const sum = [...newest.values()].reduce((total, item) => total + item.quantity, 0);
        expect(desk.held()?.quantity).toBe(units(sum));
        expect(desk.order(entry).filled).toBe(units(sum));
        expect(desk.fillsBooked().reduce((total, fill) => total + fill.quantity, 0)).toBe(units(sum));
      },
    ),
  );
}, 300_000);
