import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TriggerDraft, TriggerDrafts } from '#core/ports/desk-files';
import type { TriggerId } from '#domain/ids';
import { openDrafts } from '#app/desk-files';
import { CoreDesk } from '../../support/core/desk.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

const SPEC = new CoreDesk().spec(180);
const DRAFT: TriggerDraft = { id: 'AAAAAAAA' as TriggerId, gen: 3, spec: SPEC };

/** The file as a process of its own has it; what is not flushed dies with it. */
function life(directory: string): { readonly drafts: TriggerDrafts; readonly flush: () => void } {
  const waiting: (() => void)[] = [];
  const drafts = openDrafts(
    directory,
    (fn) => void waiting.push(fn),
    (text) => {
      throw new Error(text);
    },
  );
  return { drafts, flush: () => waiting.splice(0).forEach((fn) => fn()) };
}

function genOf(drafts: TriggerDrafts): number {
  const loaded = drafts.load();
  return (loaded.ok ? loaded.value[0]?.gen : undefined) ?? Number.NaN;
}

test('no generation comes back, though each run dies before its last arming is written (found by chaos 20261, cycle 67)', () => {
  const directory = temporaryDirectory();
  const first = life(directory);
  first.drafts.save(() => [DRAFT]);
  first.flush();
  let newest = DRAFT.gen + 1;
  for (let run = 0; run < 5; run += 1) {
    const { drafts } = life(directory);
    const offered = genOf(drafts);
    expect(offered).toBeGreaterThan(newest);
    // It is armed, fires with this generation, and the process dies before the file has it.
    newest = offered + 1;
    drafts.save(() => [{ ...DRAFT, gen: newest }]);
  }
});

test('without triggers there is nothing to write, and the spec comes back as it was', () => {
  const directory = temporaryDirectory();
  expect(life(directory).drafts.load()).toEqual({ ok: true, value: [] });
  const { drafts, flush } = life(directory);
  drafts.save(() => [DRAFT]);
  flush();
  expect(life(directory).drafts.load()).toMatchObject({ ok: true, value: [{ id: DRAFT.id, spec: SPEC }] });
  expect(JSON.parse(readFileSync(join(directory, 'triggers.json'), 'utf8'))).toMatchObject([{ gen: 103 }]);
});
