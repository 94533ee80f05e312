import { expect, test } from 'vitest';
import type { ContractDetails } from '#domain/contract';
import type { ConId } from '#domain/ids';
import { ok, type Result } from '#domain/result';
import { CoreConsole } from '../support/core/console.ts';
import { detailsOf, DU } from '../support/core/fixtures.ts';
import { AIG, IBM, price } from '../support/core/trigger-fixtures.ts';

test('details of another contract of the same name decide no price: the operator is told to search again', async () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.started();
  desk.market.details = () => Promise.resolve(ok(detailsOf({ ...AIG, conId: 99 as ConId })));
  expect(await made.call('quote.watch', { contract: AIG })).toMatchObject({
    ok: false,
    error: { code: 'unavailable', text: 'TWS answers with another contract for AIG; search for it again.' },
  });
  expect(desk.deskState.details.get(AIG.conId)).toBeUndefined();
});

test('what was wished before a kill is not done after it, however late TWS answers', async () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.started([]);
  let answer: (details: Result<ContractDetails>) => void = () => undefined;
  desk.market.details = () => new Promise((done) => (answer = done));
  desk.position(100);
  const reply = made.call('position.flatten', { account: DU, conId: IBM.conId, confirmed: true } as never);
  desk.killBy('own');
  desk.rearm();
  answer(ok(detailsOf(IBM)));
  expect(await reply).toMatchObject({ ok: false, error: { code: 'not-allowed-now' } });
  expect(desk.broker.frames).toEqual([]);
});

test('a trigger whose rule is true by now is resumed only by the word for that, not by another one', async () => {
  const made = new CoreConsole();
  const { desk } = made;
  desk.started();
  desk.quote(179.9);
  const id = desk.arm(desk.spec(180, { condition: price(IBM, 'last', 'at-or-above', 180) }));
  const version = (): number => desk.trigger(id).updatedAt;
  expect((await made.call('trigger.pause', { id, expectedVersion: version() })).ok).toBe(true);
  desk.quote(180.5);
  for (const confirmed of [undefined, [], ['denied' as const]]) {
    const input = { id, expectedVersion: version(), ...(confirmed === undefined ? {} : { confirmed }) };
    expect((await made.call('trigger.resume', input)).ok).toBe(false);
  }
  expect([desk.trigger(id).life, desk.broker.frames.length]).toEqual(['paused', 0]);
  expect((await made.call('trigger.resume', { id, expectedVersion: version(), confirmed: ['fires-at-once'] })).ok).toBe(true);
  expect(desk.trigger(id).life).not.toBe('paused');
});
