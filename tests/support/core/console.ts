import type { Caller } from '#desk/entrance/door';
import { createHandlers } from '#desk/handlers/handlers';
import { Projector } from '#desk/projection/projector';
import { createRouter } from '#desk/entrance/router';
import { createPublisher } from '#desk/stream/publisher';
import type { CallName, Input, Reply } from '#protocol/commands';
import { DEFAULT_SETTINGS, type SettingsView } from '#protocol/settings';
import type { Frame } from '#protocol/stream';
import type { DiagnosticsValue, TopicName } from '#protocol/topics';
import { err, ok } from '#domain/result';
import { CoreDesk } from './desk.ts';

/** A desk with the operator's side of it: the router as the doors use it, and a screen that follows topics. */
export class CoreConsole {
  readonly desk: CoreDesk;
  readonly faults: string[] = [];
  readonly caller: Caller = { id: 'w1', by: 'console window', stream: () => null };
  readonly #router: ReturnType<typeof createRouter>;
  readonly #publisher = createPublisher();
  readonly projector: Projector;
  patches: unknown[] = [];

  constructor(desk = new CoreDesk()) {
    this.desk = desk;
    const view: SettingsView = { settings: DEFAULT_SETTINGS, file: 'settings.json', fault: null };
    // The desk tells its log to one listener; here the test reads along.
    const listen = desk.core.onLog.bind(desk.core);
    desk.core.onLog = (listener) => {
      listen((line, seq) => {
        desk.logs.push({ level: line.level, text: line.text });
        listener(line, seq);
      });
    };
    this.projector = new Projector({
      core: desk.core,
      publisher: this.#publisher,
      around: {
        simulated: true,
        build: 'test',
        holds: () => [],
        liveConfirmed: () => false,
        settings: () => view,
        hotkeys: () => [],
        loopDelayMs: () => null,
        journalLagMs: () => null,
      },
      diagnostics: () => ({}) as DiagnosticsValue,
    });
    const handlers = createHandlers({
      core: desk.core,
      projector: this.projector,
      settings: {
        view: () => view,
        update: (patch) => {
          this.patches.push(patch);
          return ok(undefined);
        },
      },
      watchList: { added: () => undefined, removed: () => undefined },
      audit: {
        export: () => Promise.resolve(err('no audit trail here')),
        history: () => Promise.resolve(ok({ steps: [], complete: true })),
      },
      journal: { acknowledge: () => err('nothing to acknowledge') },
      live: { confirm: (account, phrase) => (account === phrase ? ok(undefined) : err(`Type exactly: ${account}`)) },
    });
    this.#router = createRouter(handlers, {
      monotonic: () => desk.clock.monotonic(),
      fault: (name, error) => {
        this.faults.push(`${name}: ${String(error)}`);
        return 'F-1';
      },
    });
  }

  call<N extends CallName>(name: N, input: Input<N> | Record<string, never>): Promise<Reply<N>> {
    return this.#router.call(name, structuredClone(input), this.caller) as Promise<Reply<N>>;
  }

  /** What a screen that subscribes now is sent. */
  screen(topics: readonly TopicName[]): readonly Frame[] {
    const frames: Frame[] = [];
    const subscriber = this.#publisher.subscribe(topics, (frame) => frames.push(frame));
    this.desk.clock.advance(1_100);
    this.projector.flush(this.desk.clock.now());
    subscriber.close();
    return frames;
  }
}
