import type { Caller } from '#desk/entrance/door';
import type { AuditPort } from '#desk/handlers/diagnostics-queries';
import { createHandlers } from '#desk/handlers/handlers';
import { Projector } from '#desk/projection/projector';
import { createRouter } from '#desk/entrance/router';
import { createPublisher } from '#desk/stream/publisher';
import type { CallName, Input, Reply } from '#protocol/commands';
import { DEFAULT_SETTINGS, type SettingsView } from '#protocol/settings';
import type { Frame } from '#protocol/stream';
import type { DiagnosticsValue } from '#protocol/diagnostics';
import type { TableName, TableTopics, TopicName, ValueName, ValueTopics } from '#protocol/topics';
import type { TriggerId } from '#domain/ids';
import { err, ok } from '#domain/result';
import type { TriggerSpec } from '#domain/trigger';
import { CoreDesk } from './desk.ts';

const NO_AUDIT: AuditPort = {
  keep: () => err('no exports here'),
  export: () => Promise.resolve(err('no audit trail here')),
  history: () => Promise.resolve(ok({ messages: [], complete: true })),
};

/** A desk with the operator's side of it: the router as the doors use it, and a screen that follows topics. */
export class CoreConsole {
  readonly desk: CoreDesk;
  readonly faults: string[] = [];
  readonly caller: Caller = {
    id: 'w1',
    by: 'console window',
    scope: 'operate',
    atDesk: true,
    session: null,
    closed: false,
    stream: () => null,
  };
  readonly #router: ReturnType<typeof createRouter>;
  readonly #publisher = createPublisher();
  readonly projector: Projector;
  patches: unknown[] = [];

  constructor(desk = new CoreDesk(), audit: AuditPort = NO_AUDIT) {
    this.desk = desk;
    const view: SettingsView = { settings: DEFAULT_SETTINGS, file: 'settings.json', fault: null };
    // The desk tells its log to one listener; here the test reads along.
    const listen = desk.core.onLog.bind(desk.core);
    desk.core.onLog = (listener) => {
      listen((line, seq, of) => {
        desk.logs.push({ level: line.level, text: line.text });
        listener(line, seq, of);
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
      audit,
      sessions: { list: () => [], revoke: () => false },
      journal: { acknowledge: () => err('nothing to acknowledge') },
      live: { confirm: (account, phrase) => (account === phrase ? ok(undefined) : err(`Type exactly: ${account}`)) },
    });
    this.#router = createRouter(handlers, {
      monotonic: () => desk.clock.monotonic(),
      fault: (name, error) => {
        this.faults.push(`${name}: ${String(error)}`);
        return 'F-1';
      },
      onlyAtDesk: () => null,
      askTerminal: () => '',
    });
  }

  call<N extends CallName>(name: N, input: Input<N> | Record<string, never>): Promise<Reply<N>> {
    return this.#router.call(name, structuredClone(input), this.caller) as Promise<Reply<N>>;
  }

  /** The word of an operator who has read the preview and confirms whatever it asks for. */
  async seen(spec: TriggerSpec, id?: TriggerId): Promise<Pick<Input<'trigger.arm'>, 'fingerprint' | 'confirmed'>> {
    const preview = await this.call('trigger.preview', { spec, ...(id === undefined ? {} : { id }) });
    if (!preview.ok) return { fingerprint: 'there was no preview' };
    return { fingerprint: preview.value.fingerprint, confirmed: preview.value.needs.map(({ kind }) => kind) };
  }

  /** Reads the preview, then arms. */
  async arm(spec: TriggerSpec): Promise<Reply<'trigger.arm'>> {
    return this.call('trigger.arm', { spec, ...(await this.seen(spec)) });
  }

  /** Reads the preview, then saves. */
  async edit(id: TriggerId, expectedVersion: number, spec: TriggerSpec): Promise<Reply<'trigger.edit'>> {
    return this.call('trigger.edit', { id, expectedVersion, spec, ...(await this.seen(spec, id)) });
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

  /** The rows of a table as a screen that subscribes now has them. */
  table<T extends TableName>(topic: T): readonly TableTopics[T][] {
    const [update] = this.screen([topic]).flatMap(({ updates }) => updates);
    if (update?.kind !== 'table') throw new Error(`No rows of ${topic} came`);
    const { columns, rows } = update;
    return rows.map((cells) => Object.fromEntries(columns.map((column, index) => [column, cells[index]])) as unknown as TableTopics[T]);
  }

  value<T extends ValueName>(topic: T): ValueTopics[T] {
    const [update] = this.screen([topic]).flatMap(({ updates }) => updates);
    if (update?.kind !== 'value') throw new Error(`No value of ${topic} came`);
    return update.value as unknown as ValueTopics[T];
  }
}
