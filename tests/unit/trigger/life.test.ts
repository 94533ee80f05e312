import { expect, test } from 'vitest';
import type { TriggerLife } from '#domain/trigger';
import { nextTriggerLife, type TriggerEvent, triggerEvents } from '#domain/trigger-life';

const LIVES: readonly TriggerLife[] = ['draft', 'armed', 'paused', 'firing', 'fired', 'failed', 'expired', 'cancelled', 'locked'];
const EVENTS: readonly TriggerEvent[] = [
  'arm',
  'pause',
  'resume',
  'edit',
  'disarm',
  'cancel',
  'fire',
  'sent',
  'fail',
  'expire',
  'lock',
  'unlock',
  'found-sent',
  'refused',
  'break',
];

test('every pair of life and event is legal exactly as written here', () => {
  const legal = Object.fromEntries(
    LIVES.map((life) => [
      life,
      EVENTS.flatMap((event) => {
        const next = nextTriggerLife(life, event);
        return next === undefined ? [] : [`${event}→${next}`];
      }).join(' '),
    ]),
  );
  expect(legal).toEqual({
    draft: 'arm→armed edit→draft cancel→cancelled lock→locked found-sent→fired',
    armed: 'pause→paused edit→armed disarm→draft cancel→cancelled fire→firing expire→expired lock→locked break→failed',
    paused: 'resume→armed edit→paused disarm→draft cancel→cancelled expire→expired lock→locked',
    firing: 'sent→fired fail→failed lock→locked',
    fired: 'arm→armed edit→draft cancel→cancelled lock→locked refused→failed',
    failed: 'arm→armed edit→draft cancel→cancelled lock→locked',
    expired: 'edit→draft cancel→cancelled',
    cancelled: '',
    locked: 'arm→armed cancel→cancelled unlock→draft',
  });
});

test('only an armed trigger fires, and a firing one fires no second time', () => {
  expect(LIVES.filter((life) => nextTriggerLife(life, 'fire') !== undefined)).toEqual(['armed']);
});

test('the offered events are the legal ones', () => {
  for (const life of LIVES)
    expect(triggerEvents(life).toSorted()).toEqual(EVENTS.filter((event) => nextTriggerLife(life, event) !== undefined).toSorted());
});
