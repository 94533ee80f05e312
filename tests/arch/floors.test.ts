import { createRequire } from 'node:module';
import { afterAll, describe, expect, it } from 'vitest';
import { cruised, house, removeHouses } from './cruise.ts';

interface House {
  readonly name: string;
  readonly folder: string;
  readonly floors: readonly (readonly { readonly room: string; readonly why: string }[])[];
}
const { HOUSES } = createRequire(import.meta.url)('../../.dependency-cruiser.floors.cjs') as { readonly HOUSES: readonly House[] };

afterAll(removeHouses);

const ruleOf = (name: string, room: string): string => `floor-${name}-${room.replace('/', '-')}`;

/** One file for every pair of rooms, so that each arrow stands alone; `may` says which of them the drawing allows. */
function pairsOf({ floors }: House): readonly { readonly from: string; readonly to: string; readonly may: boolean }[] {
  const rooms = floors.flatMap((floor, level) => floor.map(({ room }) => ({ room, level })));
  return rooms.flatMap((from) =>
    rooms.filter((to) => to !== from).map((to) => ({ from: from.room, to: to.room, may: to.level < from.level })),
  );
}

describe.each(HOUSES)('the floors of $name', ({ name, folder, floors }) => {
  const pairs = pairsOf({ name, folder, floors });
  const flat = (room: string): string => room.replace('/', '-');
  const fileOf = (from: string, to: string): string => `${folder}/${from}/to-${flat(to)}.ts`;

  it('refuse every arrow up or aside and no arrow down', async () => {
    const rooms = floors.flat().map(({ room }) => [`${folder}/${room}/noun.ts`, 'export const noun = 1;'] as const);
    const arrows = pairs.map(
      ({ from, to }) =>
        [fileOf(from, to), `import { noun } from '#${folder.replace('src-main/', '')}/${to}/noun'; export const arrow = noun;`] as const,
    );
    const { faults } = await cruised(house(Object.fromEntries([...rooms, ...arrows])));
    const expected = pairs
      .filter(({ may }) => !may)
      .map(({ from, to }) => `${ruleOf(name, from)}: ${fileOf(from, to)} -> ${folder}/${to}/noun.ts`);
    expect(faults.filter((fault) => fault.startsWith('floor-'))).toEqual(expected.sort());
    expect(expected.length).toBeGreaterThan(3);
  });

  it('refuse a room that stands on none of them', async () => {
    const first = floors[0]![0]!.room;
    const { faults } = await cruised(
      house({
        [`${folder}/${first}/noun.ts`]: 'export const noun = 1;',
        [`${folder}/attic/old.ts`]: `import { noun } from '#${folder.replace('src-main/', '')}/${first}/noun'; export const old = noun;`,
      }),
    );
    expect(faults).toContain(`floor-${name}-has-no-other-room: ${folder}/attic/old.ts -> ${folder}/${first}/noun.ts`);
  });
});
