import { expect, test } from 'vitest';
import { nextGeneration } from '#core/strategy/trigger/generation';
import { changeTrigger } from '#core/strategy/trigger/change';
import { differences, fingerprintOf } from '#core/strategy/trigger/fingerprint';
import type { OrderRef } from '#domain/ids';
import { CoreDesk } from '../../support/core/desk.ts';
import { earlier, restartedWithDraft, TRIGGER } from '../../support/core/earlier-run.ts';
import { DU } from '../../support/core/fixtures.ts';
import { BAC, price, spec, IBM } from '../../support/core/trigger-fixtures.ts';

test('a trigger whose file is older than its orders never uses a reference of theirs again', () => {
  const desk = restartedWithDraft();
  desk.news({ kind: 'open-order', order: earlier('TD1-AAAAAAAA-5-1-S' as OrderRef, { side: 'SELL' }) });
  desk.ends();
  expect([desk.trigger(TRIGGER).gen, nextGeneration(desk.deskState, TRIGGER)]).toEqual([3, 6]);
});

test('what was read without extended hours is not what would be armed with them', () => {
  const seen = (outsideRth: boolean): string =>
    fingerprintOf({ account: DU, spec: new CoreDesk().spec(180, {}, { outsideRth }), truth: 'false', denial: '' });
  expect(differences(seen(false), seen(true))).toEqual(['quantity, order type or prices']);
});

test('a paused rule whose truth nobody knows is resumed only with the operator’s word that it may fire at once', () => {
  const desk = new CoreDesk().started([IBM, BAC]);
  desk.quote(179.9);
  const id = desk.arm(spec(price(BAC, 'last', 'at-or-above', 50)));
  expect(changeTrigger(desk.deskState, id, desk.trigger(id).updatedAt, 'pause', 'the test').ok).toBe(true);
  const version = desk.trigger(id).updatedAt;
  expect(changeTrigger(desk.deskState, id, version, 'resume', 'the test')).toMatchObject({ error: { code: 'confirmation-needed' } });
  expect(changeTrigger(desk.deskState, id, version, 'resume-although-true', 'the test').ok).toBe(true);
});

test('a paused trigger keeps its market data line: resumed, it would watch a price that does not move', () => {
  const desk = new CoreDesk();
  const id = desk.waiting();
  expect(changeTrigger(desk.deskState, id, desk.trigger(id).updatedAt, 'pause', 'the test').ok).toBe(true);
  desk.core.settle(id);
  expect(desk.core.view.subscriptions.linesOf(id)).toEqual([IBM.conId]);
});
