import { once } from 'node:events';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sessions } from '#control/sessions';
import { startControl, type Control } from '#control/start-control';
import type { DeskDoor } from '#desk/entrance/door';
import { onlyAtDesk } from '#desk/entrance/only-at-desk';
import { createRouter, type Handlers, type RouterPorts } from '#desk/entrance/router';
import { createPublisher } from '#desk/stream/publisher';
import { streamHandlers } from '#desk/stream/stream-handlers';
import { COMMANDS, QUERIES } from '#protocol/commands';
import type { Scope } from '#protocol/session';
import { DEFAULT_SETTINGS } from '#protocol/settings';
import { loadConsoleAssets } from '#system/console-assets';
import { FakeClock } from '../support/fake-clock.ts';
import { get, RawSocket } from './control-raw-client.ts';

export const PAGE =
  '<!doctype html><html><head><title>TriggerDesk</title></head><body><script src="/assets/app.js"></script></body></html>';

export const tokenOf = (url: string): string => new URL(url).searchParams.get('token') ?? '';

/** The control door on real sockets and a clock of the test, before a desk that only writes down what it is asked. */
export class ControlBench {
  readonly folder: string;
  readonly publisher = createPublisher();
  readonly clock = new FakeClock();
  readonly sessions = new Sessions(this.clock);
  readonly calls: { readonly name: string; readonly by: string }[] = [];
  readonly logged: string[] = [];
  /** What the terminal was told, and the alarms of the desk. */
  readonly said: string[] = [];
  readonly alarms: string[] = [];
  /** What a person at the desk was asked to allow. */
  readonly asked: string[] = [];
  armed = false;
  #control: Control | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  static async open(maxBuffered?: number): Promise<ControlBench> {
    const folder = mkdtempSync(join(tmpdir(), 'console-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), PAGE);
    writeFileSync(join(folder, 'assets', 'app.js'), 'export {};');
    writeFileSync(join(folder, 'assets', 'app.js.map'), '{}');
    const bench = new ControlBench(folder);
    const log = (text: string, detail?: unknown) => void bench.logged.push(`${text} ${JSON.stringify(detail)}`);
    const started = await startControl({
      door: bench.#door(),
      assets: bench.assets(),
      port: 0,
      log: { info: log, warn: log, error: log },
      clock: bench.clock,
      sessions: bench.sessions,
      say: (line) => bench.said.push(line),
      ...(maxBuffered === undefined ? {} : { maxBuffered }),
    });
    if (!started.ok) throw new Error(started.error);
    bench.#control = started.value;
    return bench;
  }

  get control(): Control {
    if (this.#control === undefined) throw new Error('not open');
    return this.#control;
  }

  get port(): number {
    return this.control.port;
  }

  /** What the built console is. */
  assets() {
    const assets = loadConsoleAssets(this.folder);
    if (!assets.ok) throw new Error(assets.error);
    return assets.value;
  }

  /** The secret of a fresh session. */
  async session(scope: Scope = 'operate'): Promise<string> {
    const answer = await get(this.port, `/?token=${tokenOf(this.control.issueUrl(scope))}`);
    return /<meta name="desk-session" content="([A-Za-z0-9_-]{43})">/.exec(answer.body)![1]!;
  }

  /** A screen of a fresh session. */
  async screen(scope: Scope = 'operate'): Promise<RawSocket> {
    return this.connect(await this.session(scope));
  }

  async connect(session: string): Promise<RawSocket> {
    const socket = await RawSocket.open(this.port, `desk.${session}`);
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
    return socket;
  }

  /** Screens that the door knows of. */
  screens(): number {
    return this.sessions.list().reduce((sum, { screens }) => sum + screens, 0);
  }

  /** Breaks off screens, and waits until the door has seen it. */
  async gone(...sockets: readonly RawSocket[]): Promise<void> {
    const left = this.screens() - sockets.length;
    for (const { socket } of sockets) socket.destroy();
    while (this.screens() > left) await get(this.port, '/');
  }

  /** Sockets of programs that have begun a request and never end it. */
  hanging(count: number): Promise<readonly Socket[]> {
    return Promise.all(
      Array.from({ length: count }, async () => {
        const socket = connect(this.port, '127.0.0.1');
        socket.on('error', () => undefined);
        await once(socket, 'connect');
        socket.write('GET / HTTP/1.1\r\nHost:');
        return socket;
      }),
    );
  }

  async close(): Promise<void> {
    this.sessions.close();
    await this.control.close();
    rmSync(this.folder, { recursive: true });
  }

  #door(): DeskDoor {
    const names = [...Object.keys(COMMANDS), ...Object.keys(QUERIES)];
    const record = (name: string) => (_input: unknown, caller: { readonly by: string }) => {
      this.calls.push({ name, by: caller.by });
      return { ok: true, value: name === 'chart.bars' ? { bars: 'x'.repeat(100_000) } : { seq: this.calls.length } };
    };
    const handlers = { ...Object.fromEntries(names.map((name) => [name, record(name)])), ...streamHandlers } as unknown as Handlers;
    const ports: RouterPorts = {
      monotonic: () => performance.now(),
      fault: () => 'F-1',
      onlyAtDesk: (name, input) => onlyAtDesk(name, input, DEFAULT_SETTINGS),
      askTerminal: ({ what }) => {
        this.asked.push(what);
        return 'Confirm at the terminal.';
      },
    };
    const router = createRouter(handlers, ports);
    return {
      call: (name, input, caller) => router.call(name, input, caller),
      subscribe: (topics, send) => this.publisher.subscribe(topics, send),
      armed: () => this.armed,
      quitSummary: () => ({ continues: [], stops: [] }),
      kill: () => undefined,
      pause: () => undefined,
      reportHotkeys: () => undefined,
      alarm: (text) => this.alarms.push(text),
      terminal: { attach: () => () => undefined, confirm: () => Promise.resolve(''), refuse: () => '' },
      onStatus: () => () => undefined,
    };
  }
}
