import type { Mutant } from './mutant.ts';

const LAMPS = ['tests/unit/tws/parts.test.ts', 'tests/unit/tws/link-state.test.ts'];
const FILES = ['tests/unit/app/desk-files.test.ts', 'tests/unit/journal/data-folder.test.ts'];
const STORE = ['tests/unit/app/settings-store.test.ts', 'tests/unit/journal/data-folder.test.ts'];
const GATE = ['tests/gateway/control-door.test.ts', 'tests/unit/control/gate.test.ts'];

/** Survivors of the first planting: the link's lamps, the files, the door. */
export const MUTANTS: readonly Mutant[] = [
  {
    id: 'survivors/farm-ok-ends-outage',
    file: 'src-main/tws/link/link-state.ts',
    old: "if (rule.state === 'ok' && this.#upstream.get(clientId) !== 'down') this.#setUpstream",
    new: "if (rule.state === 'ok') this.#setUpstream",
    does: 'A data farm that answers ends an 1100: the gate opens while IB cannot be reached.',
    tests: LAMPS,
  },
  {
    id: 'survivors/farm-ok-ends-outage-only-of-2110',
    file: 'src-main/tws/link/link-state.ts',
    old: "this.#upstream.get(clientId) !== 'down') this.#setUpstream",
    new: "this.#upstream.get(clientId) !== 'offline') this.#setUpstream",
    does: 'A farm that answers ends the 1100 and not the 2110.',
    tests: LAMPS,
  },
  {
    id: 'survivors/farm-idle-ends-outage',
    file: 'src-main/tws/link/link-state.ts',
    old: "if (rule.state === 'ok' && this.#upstream",
    new: "if (rule.state !== 'broken' && this.#upstream",
    does: 'A farm that is only idle or being connected ends a 2110: it proves nothing.',
    tests: LAMPS,
  },
  {
    id: 'survivors/one-connection-up-is-all',
    file: 'src-main/tws/link/link-state.ts',
    old: "if (state !== 'up') return 'down';\n      seen = 'up';",
    new: "if (state === 'up') return 'up';\n      seen = 'down';",
    does: 'An outage that one connection was told of is over because another says nothing of it.',
    tests: LAMPS,
  },
  {
    id: 'survivors/high-water-without-block',
    file: 'src-main/app/desk-files.ts',
    old: 'file.write({ highest: id + BLOCK });',
    new: 'file.write({ highest: id });',
    does: 'After a crash the next run begins with an order number that was used: IB refuses it or changes the old order.',
    tests: FILES,
  },
  {
    id: 'survivors/high-water-never-again',
    file: 'src-main/app/desk-files.ts',
    old: 'if (id <= written) return;',
    new: 'if (written > 0) return;',
    does: 'The high-water mark is written for one block only; the next run uses numbers again.',
    tests: FILES,
  },
  {
    id: 'survivors/high-water-starts-anew',
    file: 'src-main/app/desk-files.ts',
    old: 'read.ok ? (read.value?.highest ?? 0) :',
    new: 'read.ok ? 0 :',
    does: 'What an earlier run used is not read.',
    tests: FILES,
  },
  {
    id: 'survivors/broken-settings-overwritten',
    file: 'src-main/app/settings-store.ts',
    old: '    if (this.#fault !== null) return err(this.#fault);\n',
    new: '',
    does: 'A change in the console writes the defaults over a settings file that the operator was to mend: his limits are gone.',
    tests: STORE,
  },
  {
    id: 'survivors/broken-settings-overwritten-at-start',
    file: 'src-main/app/settings-store.ts',
    old: 'else if (read.value === undefined) {',
    new: 'if (!read.ok || read.value === undefined) {',
    does: 'A settings file that cannot be read is replaced by the defaults at the start.',
    tests: STORE,
  },
  {
    id: 'survivors/broken-settings-mended-by-change',
    file: 'src-main/app/settings-store.ts',
    old: '    if (written.ok) this.#settings = next.data;\n',
    new: '    this.#settings = next.data;\n',
    does: 'A limit that could not be written is in force until the next start and then silently another one.',
    tests: STORE,
  },
  {
    id: 'survivors/origin-by-prefix',
    file: 'src-main/control/gate.ts',
    old: "return origin.startsWith('http://') && hosts.has(origin.slice('http://'.length));",
    new: 'return [...hosts].some((host) => origin.startsWith(`http://${host}`));',
    does: 'A page of port 40001 may talk to the desk of port 4000.',
    tests: GATE,
  },
  {
    id: 'survivors/origin-by-suffix',
    file: 'src-main/control/gate.ts',
    old: "return origin.startsWith('http://') && hosts.has(origin.slice('http://'.length));",
    new: 'return [...hosts].some((host) => origin.endsWith(host));',
    does: 'A page of http://evil.localhost:4000 may talk to the desk.',
    tests: GATE,
  },
];
