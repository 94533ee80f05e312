import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WatchList } from '../../../src-main/app/watch-list.ts';
import { CoreDesk } from '../../support/core/desk.ts';
import { detailsOf } from '../../support/core/fixtures.ts';
import { AIG, BAC, IBM } from '../../support/core/trigger-fixtures.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

/** A desk that begins with IBM and BAC on its list, of which TWS knows IBM alone. */
function begun() {
  const folder = temporaryDirectory();
  const path = join(folder, 'watch-list.json');
  writeFileSync(path, JSON.stringify([IBM, BAC]));
  const desk = new CoreDesk();
  desk.core.start();
  desk.market.known.set(IBM.conId, detailsOf(IBM));
  const list = new WatchList(desk.core, folder, []);
  const read = (): readonly string[] =>
    (JSON.parse(readFileSync(path, 'utf8')) as readonly { readonly symbol: string }[]).map(({ symbol }) => symbol);
  return { desk, list, read, follows: () => [...desk.market.subscribed] };
}

test('a symbol that could not be followed, because the connection went in between, is tried again with the next one', async () => {
  const { desk, list, follows } = begun();
  await list.restore();
  expect(follows()).toEqual([]);
  desk.connect();
  await list.restore();
  expect(follows()).toEqual([IBM.conId]);
  desk.market.known.set(BAC.conId, detailsOf(BAC));
  // The same connection has said no; it is not asked for ever.
  await list.restore();
  expect(follows()).toEqual([IBM.conId]);
  desk.disconnect();
  await list.restore();
  desk.connect();
  await list.restore();
  await list.restore();
  expect(follows()).toEqual([IBM.conId, BAC.conId]);
});

test('what is not followed yet stays on the list when another symbol is put on it, and goes when it is taken off', async () => {
  const { desk, list, read, follows } = begun();
  list.added(AIG);
  expect(read()).toEqual(['IBM', 'BAC', 'AIG']);
  desk.connect();
  await list.restore();
  list.removed(BAC.conId);
  expect(read()).toEqual(['IBM', 'AIG']);
  desk.market.known.set(BAC.conId, detailsOf(BAC));
  desk.disconnect();
  desk.connect();
  await list.restore();
  expect(follows()).toEqual([IBM.conId]);
});

test('a symbol that is taken off the list while TWS is asked about it does not come back', async () => {
  const { desk, list, read, follows } = begun();
  desk.market.known.set(BAC.conId, detailsOf(BAC));
  desk.connect();
  const restored = list.restore();
  list.removed(IBM.conId);
  await restored;
  expect([read(), follows()]).toEqual([['BAC'], [BAC.conId]]);
});
