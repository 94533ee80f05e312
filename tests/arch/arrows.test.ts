import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { config, cruised, house, removeHouses, root } from './cruise.ts';

const { HOUSES, floorRules } = createRequire(import.meta.url)('../../.dependency-cruiser.floors.cjs') as {
  readonly HOUSES: readonly unknown[];
  readonly floorRules: (house: unknown) => readonly { readonly name: string }[];
};
const ruleNames = (config.forbidden ?? []).map((rule) => rule.name ?? '');
/** Proven by floors.test.ts, which plants every pair of rooms. */
const floorNames = HOUSES.flatMap((one) => floorRules(one).map((rule) => rule.name));

afterAll(removeHouses);

/** A small house that keeps every rule, with an arrow of each allowed kind. */
const upright: Readonly<Record<string, string>> = {
  'src-shared/domain/price.ts': `export const one = 1;`,
  'src-shared/domain/money.ts': `import { one } from './price.ts'; export const two = one + one;`,
  'src-shared/domain/three.ts': `import { two } from './money.ts'; export const three = two + 1;`,
  'src-shared/protocol/topic.ts': `import { z } from 'zod'; import { one } from '#domain/price'; export type Topic = number; export const topic = [z, one];`,
  'src-main/core/ports/broker.ts': `import type { one } from '#domain/price'; export type Broker = typeof one;`,
  'src-main/core/commit/commit.ts': `import { one } from '#domain/price'; export type Commit = number; export const commit = one;`,
  'src-main/core/risk/seal.ts': `export const seal = 1;`,
  'src-main/core/risk/check.ts': `import { seal } from './seal.ts'; import { one } from '#domain/price'; export const check = [seal, one];`,
  'src-main/desk/query.ts': `import { commit } from '#core/commit/commit'; import { topic } from '#protocol/topic'; export const query = [commit, topic];`,
  'src-main/tws/session.ts': `import { connect } from 'node:net'; import { IBApi } from '@stoqey/ib'; import type { Broker } from '#core/ports/broker'; export const session: [Broker, unknown, unknown] = [1, connect, IBApi];`,
  'src-main/simulator/server.ts': `import { connect } from 'node:net'; import { one } from '#domain/price'; export const server = [connect, one];`,
  'src-main/simulator/main.ts': `import { server } from './server.ts'; export const main = server;`,
  'src-main/journal/file.ts': `import { openSync } from 'node:fs'; import type { Commit } from '#core/commit/commit'; export const file: [Commit, unknown] = [1, openSync];`,
  'src-main/workers/pool.ts': `import { commit } from '#core/commit/commit'; import { file } from '#journal/file'; export const pool = [commit, file];`,
  'src-main/workers/worker.ts': `import { commit } from '#core/commit/commit'; export const worker = commit;`,
  'src-main/system/clock.ts': `import { pino } from 'pino'; import { topic } from '#protocol/topic'; export const clock = [pino, topic];`,
  'src-main/desktop/window.ts': `import { app } from 'electron'; import { query } from '#desk/query'; export const window = [app, query];`,
  'src-main/control/server.ts': `import { fastify } from 'fastify'; import { query } from '#desk/query'; export const control = [fastify, query];`,
  'src-main/app/build.ts': `import { session } from '#tws/session'; import { server } from '#simulator/server'; import { clock } from '#system/clock'; export const build = [session, server, clock];`,
  'src-main/app/electron-shell.ts': `import { window } from '#desktop/window'; export const shell = window;`,
  'src-main/index.ts': `import { build } from './app/build.ts'; import { shell } from './app/electron-shell.ts'; import { window } from './desktop/window.ts'; export const index = [build, shell, window];`,
  'src-main/daemon.ts': `import { build } from './app/build.ts'; import { control } from './control/server.ts'; export const daemon = [build, control];`,
  'src-preload/index.ts': `import { app } from 'electron'; import type { Topic } from '#protocol/topic'; export const preload: [unknown, Topic] = [app, 1];`,
  'tests/probe.ts': `import { seal } from '#core/risk/seal'; import { server } from '#simulator/server'; export const probe = [seal, server];`,
  'src-renderer/link/link.ts': `import { topic } from '#protocol/topic'; import { rows } from '../replica/rows.ts'; export const link = [topic, rows];`,
  'src-renderer/replica/rows.ts': `import { topic } from '#protocol/topic'; export const rows = topic;`,
  'src-renderer/format/price.ts': `import { one } from '#domain/price'; export const text = String(one);`,
  'src-renderer/ui/lamp.tsx': `import { createElement } from 'react'; import { text } from '../format/price.ts'; export const lamp = [createElement, text];`,
  'src-renderer/hook/use-rows.ts': `import { useState } from 'react'; import { rows } from '../replica/rows.ts'; import { link } from '../link/link.ts'; export const useRows = [useState, rows, link];`,
  'src-renderer/view/view-store.ts': `import { create } from 'zustand'; import { lamp } from '../ui/lamp.tsx'; export const view = [create, lamp];`,
  'src-renderer/draft/draft.ts': `import { view } from '../view/view-store.ts'; import { text } from '../format/price.ts'; export const draft = [view, text];`,
  'src-renderer/form/field.tsx': `import { useRows } from '../hook/use-rows.ts'; import { lamp } from '../ui/lamp.tsx'; export const field = [useRows, lamp];`,
  'src-renderer/panels/orders/panel.tsx': `import { lamp } from '../../ui/lamp.tsx'; import { useRows } from '../../hook/use-rows.ts'; import { draft } from '../../draft/draft.ts'; import { field } from '../../form/field.tsx'; import { part } from './part.tsx'; export const orders = [lamp, useRows, draft, field, part];`,
  'src-renderer/panels/orders/part.tsx': `import { view } from '../../view/view-store.ts'; export const part = view;`,
  'src-renderer/panels/quotes/panel.tsx': `import { lamp } from '../../ui/lamp.tsx'; export const quotes = lamp;`,
  'src-renderer/shell/layout.tsx': `import { orders } from '../panels/orders/panel.tsx'; import { view } from '../view/view-store.ts'; export const layout = [orders, view];`,
  'src-renderer/main.tsx': `import { link } from './link/link.ts'; import { layout } from './shell/layout.tsx'; export const page = [link, layout];`,
};

/** One fault per rule: which file gets which import, and which arrow the cruise must name (`from` is the file itself unless said). */
const planted: readonly (readonly [rule: string, file: string, statement: string, to: string, from?: string])[] = [
  ['domain-stands-alone', 'src-shared/domain/money.ts', `import { z } from 'zod';`, 'node_modules/zod/index.js'],
  ['protocol-on-domain', 'src-shared/protocol/topic.ts', `import { openSync } from 'node:fs';`, 'fs'],
  ['core-is-pure', 'src-main/core/commit/commit.ts', `import { z } from 'zod';`, 'node_modules/zod/index.js'],
  ['core-is-pure', 'src-main/core/ports/broker.ts', `import { session } from '#tws/session';`, 'src-main/tws/session.ts'],
  ['risk-holds-the-seal', 'src-main/app/build.ts', `import { seal } from '#core/risk/seal';`, 'src-main/core/risk/seal.ts'],
  ['desk-on-core', 'src-main/desk/query.ts', `import { connect } from 'node:net';`, 'net'],
  ['tws-behind-ports', 'src-main/tws/session.ts', `import { commit } from '#core/commit/commit';`, 'src-main/core/commit/commit.ts'],
  [
    'simulator-stands-alone',
    'src-main/simulator/server.ts',
    `import type { Broker } from '#core/ports/broker';`,
    'src-main/core/ports/broker.ts',
  ],
  ['simulator-started-by-app', 'src-main/daemon.ts', `import { server } from '#simulator/server';`, 'src-main/simulator/server.ts'],
  ['journal-behind-ports', 'src-main/journal/file.ts', `import { check } from '#core/risk/check';`, 'src-main/core/risk/check.ts'],
  [
    'journal-knows-commit-types',
    'src-main/journal/file.ts',
    `import { commit } from '#core/commit/commit';`,
    'src-main/core/commit/commit.ts',
  ],
  ['workers-on-commit', 'src-main/workers/pool.ts', `import { check } from '#core/risk/check';`, 'src-main/core/risk/check.ts'],
  ['system-behind-ports', 'src-main/system/clock.ts', `import { commit } from '#core/commit/commit';`, 'src-main/core/commit/commit.ts'],
  ['desktop-sees-desk', 'src-main/desktop/window.ts', `import { commit } from '#core/commit/commit';`, 'src-main/core/commit/commit.ts'],
  ['control-sees-desk', 'src-main/control/server.ts', `import { session } from '#tws/session';`, 'src-main/tws/session.ts'],
  ['electron-at-the-shell', 'src-main/app/build.ts', `import type { app } from 'electron';`, 'node_modules/electron/index.js'],
  ['app-free-of-doors-to-electron', 'src-main/app/build.ts', `import { window } from '#desktop/window';`, 'src-main/desktop/window.ts'],
  [
    'daemon-runs-without-electron',
    'src-main/app/build.ts',
    `import { shell } from './electron-shell.ts';`,
    'node_modules/electron/index.js',
    'src-main/daemon.ts',
  ],
  ['nobody-imports-app', 'src-main/system/clock.ts', `import { build } from '#app/build';`, 'src-main/app/build.ts'],
  ['index-is-a-step', 'src-main/index.ts', `import { query } from './desk/query.ts';`, 'src-main/desk/query.ts'],
  ['daemon-is-a-step', 'src-main/daemon.ts', `import { query } from './desk/query.ts';`, 'src-main/desk/query.ts'],
  ['nobody-imports-a-step', 'src-main/app/build.ts', `import { main } from '#simulator/main';`, 'src-main/simulator/main.ts'],
  ['glass', 'src-renderer/link/link.ts', `import type { query } from '#desk/query';`, 'src-main/desk/query.ts'],
  ['preload-carries', 'src-preload/index.ts', `import { one } from '#domain/price';`, 'src-shared/domain/price.ts'],
  ['preload-knows-types-only', 'src-preload/index.ts', `import { topic } from '#protocol/topic';`, 'src-shared/protocol/topic.ts'],
  ['page-without-node', 'src-renderer/shell/layout.tsx', `import { openSync } from 'node:fs';`, 'fs'],
  ['link-feeds-replicas', 'src-renderer/link/link.ts', `import { text } from '../format/price.ts';`, 'src-renderer/format/price.ts'],
  ['replica-on-protocol', 'src-renderer/replica/rows.ts', `import { link } from '../link/link.ts';`, 'src-renderer/link/link.ts'],
  ['format-is-pure', 'src-renderer/format/price.ts', `import { createElement } from 'react';`, 'node_modules/react/index.js'],
  ['ui-knows-no-stores', 'src-renderer/ui/lamp.tsx', `import { rows } from '../replica/rows.ts';`, 'src-renderer/replica/rows.ts'],
  ['ui-knows-no-stores', 'src-renderer/ui/lamp.tsx', `import { create } from 'zustand';`, 'node_modules/zustand/index.js'],
  ['program-free-of-tests', 'src-main/app/build.ts', `import { probe } from '../../tests/probe.ts';`, 'tests/probe.ts'],
  ['hook-on-link', 'src-renderer/hook/use-rows.ts', `import { view } from '../view/view-store.ts';`, 'src-renderer/view/view-store.ts'],
  ['view-is-the-operators', 'src-renderer/view/view-store.ts', `import { link } from '../link/link.ts';`, 'src-renderer/link/link.ts'],
  [
    'view-is-the-operators',
    'src-renderer/view/view-store.ts',
    `import { text } from '../format/price.ts';`,
    'src-renderer/format/price.ts',
  ],
  ['draft-is-text', 'src-renderer/draft/draft.ts', `import { field } from '../form/field.tsx';`, 'src-renderer/form/field.tsx'],
  ['draft-is-text', 'src-renderer/draft/draft.ts', `import { useRows } from '../hook/use-rows.ts';`, 'src-renderer/hook/use-rows.ts'],
  ['form-is-given-its-text', 'src-renderer/form/field.tsx', `import { draft } from '../draft/draft.ts';`, 'src-renderer/draft/draft.ts'],
  [
    'form-is-given-its-text',
    'src-renderer/form/field.tsx',
    `import { view } from '../view/view-store.ts';`,
    'src-renderer/view/view-store.ts',
  ],
  [
    'panels-through-hooks',
    'src-renderer/panels/quotes/panel.tsx',
    `import { layout } from '../../shell/layout.tsx';`,
    'src-renderer/shell/layout.tsx',
  ],
  [
    'panels-through-hooks',
    'src-renderer/panels/quotes/panel.tsx',
    `import { rows } from '../../replica/rows.ts';`,
    'src-renderer/replica/rows.ts',
  ],
  [
    'panels-know-no-neighbour',
    'src-renderer/panels/quotes/panel.tsx',
    `import { part } from '../orders/part.tsx';`,
    'src-renderer/panels/orders/part.tsx',
  ],
  ['shell-mounts', 'src-renderer/shell/layout.tsx', `import { draft } from '../draft/draft.ts';`, 'src-renderer/draft/draft.ts'],
  ['shell-mounts', 'src-renderer/shell/layout.tsx', `import type { link } from '../link/link.ts';`, 'src-renderer/link/link.ts'],
  [
    'page-is-a-step',
    'src-renderer/main.tsx',
    `import { orders } from './panels/orders/panel.tsx';`,
    'src-renderer/panels/orders/panel.tsx',
  ],
  ['page-rooms-have-rules', 'src-renderer/attic/old.ts', `import { lamp } from '../ui/lamp.tsx';`, 'src-renderer/ui/lamp.tsx'],
  ['rooms-by-name', 'src-main/core/risk/check.ts', `import { commit } from '../commit/commit.ts';`, 'src-main/core/commit/commit.ts'],
  [
    'rooms-by-name',
    'src-renderer/link/link.ts',
    `import { topic } from '../../src-shared/protocol/topic.ts';`,
    'src-shared/protocol/topic.ts',
  ],
  ['no-circles', 'src-shared/domain/money.ts', `import type { three } from './three.ts';`, 'src-shared/domain/three.ts'],
  ['everything-resolves', 'src-main/desk/query.ts', `import { gone } from '#core/gone';`, '#core/gone'],
];

describe('the arrows of the house', () => {
  it('hold in the whole tree', async () => {
    const { files, faults } = await cruised(root);
    expect(faults).toEqual([]);
    // A cruise that saw nothing finds nothing: TypeScript 7, for one, makes it read no file and still say "no violations".
    expect(files).toBeGreaterThan(600);
  });

  it('guard a seal that is where they look for it', () => {
    expect(readFileSync(join(root, 'src-main/core/risk/seal.ts'), 'utf8')).toMatch(/^export function seal\b/m);
  });

  it('allow a house that keeps them', async () => {
    const { files, faults } = await cruised(house(upright));
    expect(faults).toEqual([]);
    expect(files).toBeGreaterThanOrEqual(Object.keys(upright).length);
  });

  it.each(planted.map(([rule, file, statement, to, from = file]) => ({ rule, file, statement, arrow: `${from} -> ${to}` })))(
    '$rule refuses, in $file: $statement',
    async ({ rule, file, statement, arrow }) => {
      const { faults } = await cruised(house({ ...upright, [file]: `${statement}\n${upright[file] ?? ''}` }));
      expect(faults).toContain(`${rule}: ${arrow}`);
    },
  );

  it('are all proven by a planted fault, and each says why it is there', () => {
    expect([...new Set(planted.map(([rule]) => rule)), ...floorNames].sort()).toEqual([...ruleNames].sort());
    expect((config.forbidden ?? []).filter((rule) => (rule.comment ?? '').length < 30 || rule.severity !== 'error')).toEqual([]);
  });
});
