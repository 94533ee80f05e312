import type { Mutant } from './mutant.ts';

const SOCKET_STORM = ['tests/storm/socket-storm.test.ts'];

/** Faults of the line that the whole desk on real sockets must show. */
export const MUTANTS: readonly Mutant[] = [
  {
    id: 'storm-socket/farm-ends-an-outage',
    file: 'src-main/tws/link/link-state.ts',
    old: "rule.state === 'ok' && this.#upstream.get(clientId) !== 'down'",
    new: "rule.state === 'ok'",
    does: 'A farm that answers during a 1100 opens the gate, and orders go to a TWS that has no line to IB.',
    tests: SOCKET_STORM,
  },
  {
    id: 'storm-socket/split-frame-lost',
    file: 'src-main/tws/socket/byte-guard.ts',
    old: 'this.#hold(data.subarray(at), PREFIX + length);',
    new: 'this.#hold(undefined, PREFIX);',
    does: 'A message that comes in two pieces of the stream is lost, and with it a fill.',
    tests: SOCKET_STORM,
  },
  {
    id: 'storm-socket/lost-connection-not-built-anew',
    file: 'src-main/tws/session/session.ts',
    old: 'if (this.#running) {\n      const delay',
    new: 'if (this.#running && !wasOpen) {\n      const delay',
    does: 'A connection that was open and ended is never built anew: the desk stands with a position until somebody starts it again.',
    tests: SOCKET_STORM,
  },
  {
    id: 'storm-socket/old-lists-wait-on-the-new-socket',
    file: 'src-main/tws/order/list-ends.ts',
    old: 'for (const list of Object.values(this.#waiting)) list.length = 0;',
    new: 'void this.#waiting;',
    does: 'Questions of the old socket are taken for answered by the lists of the new one, and the book opens on the wrong list or never.',
    tests: SOCKET_STORM,
  },
];
