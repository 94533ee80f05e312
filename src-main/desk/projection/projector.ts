import type { CommitNews } from '#core/commit/work';
import { entryKeyOf } from '#core/order/oca-group';
import { undecided } from '#core/state/found-at-start';
import { contractsOf } from '#core/strategy/trigger/market-lines';
import { type ReportedFigures, reportedFigures } from '#core/portfolio/reported-figures';
import { adoptionRow } from './adoption-row.ts';
import { Agreement } from './agreement.ts';
import { fillRow } from './fill-row.ts';
import { orderRow } from './order-row.ts';
import { positionRow } from './position-row.ts';
import { quoteRow } from './quote-row.ts';
import { watcherRow } from './watcher-row.ts';
import type { DeskCore, LogListener } from '#core/engine/desk-core';
import { subjectCells } from './log-subject.ts';
import { positionKey } from '#core/state/records';
import { engineState } from '#core/state/desk-state';
import { mayFire } from '#core/state/engine-state';
import { embargo } from '#core/pretrade/trading-state';

import type { Fill } from '#domain/execution';
import { type ConId, type OrderKey, orderKeyOf, type TriggerId, triggerIdOf } from '#domain/ids';
import type { Order } from '#domain/order';
import type { Position } from '#domain/position';
import type { Trigger } from '#domain/trigger';
import type { FigureCheckView } from '#protocol/figures';
import type { LogRow } from '#protocol/log-row';
import type { DiagnosticsValue } from '#protocol/diagnostics';
import type { Publisher } from '../stream/publisher.ts';

import { statusValue, type StatusSurroundings } from './status.ts';

type LogLine = Parameters<LogListener>[0];

const QUOTES_MS = 100;
const STATUS_MS = 100;
const SLOW_MS = 1_000;
const PNL_MS = 5_000;

/** What is shown of the core, and the two streams that only one listener takes. */
export type ProjectedCore = Pick<DeskCore, 'view' | 'onLog' | 'takeChangedQuotes'>;

export interface ProjectorOptions {
  readonly core: ProjectedCore;
  readonly publisher: Publisher;
  readonly around: StatusSurroundings;
  readonly diagnostics: () => DiagnosticsValue;
}

/**
 * Commits and quotes → rows of the topics. Commits mark what they changed at once; quotes are read ten times a second; nothing here
 * runs on the order path.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #watching = new Map<ConId, Set<TriggerId>>();
  readonly #staleTriggers = new Set<TriggerId>();
  readonly #staleOrders = new Set<OrderKey>();
  readonly #stalePositions = new Set<string>();
  /** Shown, or to be shown, until decided. */
  readonly #found = new Set<string>();
  /** By position; forgotten with each fill of it. */
  readonly #reported = new Map<string, ReportedFigures>();
  readonly #agreement = new Agreement();
  #checks: readonly FigureCheckView[] = [];
  readonly #logRows = new Map<number, LogRow>();
  #logId = 0;
  #quotesAt = 0;
  #statusAt = 0;
  #slowAt = 0;
  #pnlAt = 0;
  #engine = '';
  #resets = false;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    const { core } = options;
    core.view.coordinator.subscribe((news) => this.#onCommit(news));
    core.onLog((line, seq, of) => this.#onLog(line, seq, of));
    this.#slow();
    this.#status();
    options.publisher.value('settings').set(options.around.settings());
  }

  /** Called by the app's timer about 30 times a second; `now` is epoch ms. */
  flush(now: number): void {
    const { core, publisher } = this.#options;
    const engine = engineState(core.view);
    if (engine !== this.#engine) {
      this.#engine = engine;
      for (const id of core.view.stores.triggers.keys()) this.#staleTriggers.add(id);
      this.#status();
    }
    if (now - this.#quotesAt >= QUOTES_MS) {
      this.#quotesAt = now;
      this.#quotes();
    }
    if (now - this.#statusAt >= STATUS_MS) {
      this.#statusAt = now;
      this.#status();
    }
    if (now - this.#slowAt >= SLOW_MS) {
      this.#slowAt = now;
      this.#slow();
    }
    if (now - this.#pnlAt >= PNL_MS) {
      this.#pnlAt = now;
      this.#pnl();
    }
    this.#rows();
    publisher.flush(now, core.view.coordinator.seq);
  }

  settingsChanged(): void {
    this.#options.publisher.value('settings').set(this.#options.around.settings());
  }

  /** Marks alarms as read; how many of them are still kept. */
  acknowledge(ids: readonly number[]): number {
    const rows = this.logLines(ids);
    for (const row of rows) if (!row.acknowledged) this.#log({ ...row, acknowledged: true });
    return rows.length;
  }

  /** Those that are still kept, in the order asked for. */
  logLines(ids: readonly number[]): readonly LogRow[] {
    return ids.flatMap((id) => this.#logRows.get(id) ?? []);
  }

  #onCommit(news: CommitNews): void {
    for (const { store, key, value } of news.changes) {
      switch (store) {
        case 'triggers':
          this.#triggerChanged(triggerIdOf(String(key)), value as Trigger | undefined);
          break;
        case 'orders':
          this.#orderChanged(orderKeyOf(String(key)), value as Order | undefined);
          break;
        case 'fills':
          if (value !== undefined) this.#filled(String(key), value as Fill);
          break;
        case 'positions':
        case 'closings':
        case 'offers':
          this.#stalePositions.add(String(key));
          break;
        case 'trailings':
          this.#allPositionsStale();
          break;
        case 'found-at-start':
          this.#found.add(String(key));
          break;
        default:
          break;
      }
    }
  }

  #triggerChanged(id: TriggerId, trigger: Trigger | undefined): void {
    this.#staleTriggers.add(id);
    if (trigger !== undefined) for (const contract of contractsOf(trigger.spec)) this.#watch(contract.conId, trigger.id);
  }

  #orderChanged(key: OrderKey, order: Order | undefined): void {
    this.#staleOrders.add(key);
    if (order === undefined) return;
    // What an exit can take depends on its entry, so its row does.
    if (order.leg === undefined || order.leg === 'E')
      for (const exit of this.#options.core.view.index.working()) if (entryKeyOf(exit) === key) this.#staleOrders.add(exit.key);
    if (order.triggerId !== undefined) this.#staleTriggers.add(order.triggerId);
    this.#stalePositions.add(positionKey(order.account, order.contract.conId));
  }

  #filled(root: string, fill: Fill): void {
    const key = positionKey(fill.account, fill.conId);
    this.#reported.delete(key);
    this.#stalePositions.add(key);
    this.#options.publisher.table('fills').set(root, fillRow(this.#options.core.view, root, fill));
  }

  #allPositionsStale(): void {
    for (const key of this.#options.core.view.stores.positions.keys()) this.#stalePositions.add(key);
  }

  #watch(conId: ConId, id: TriggerId): void {
    const ids = this.#watching.get(conId) ?? new Set<TriggerId>();
    ids.add(id);
    this.#watching.set(conId, ids);
  }

  #onLog(line: LogLine, seq: number, { brokerAt, cause }: Parameters<LogListener>[2]): void {
    this.#logId += 1;
    this.#log({
      id: this.#logId,
      at: brokerAt ?? null,
      level: line.level,
      text: line.text,
      detail: line.detail ?? null,
      subject: line.subject ?? null,
      ...subjectCells(this.#options.core.view, line.subject),
      seq,
      own: cause === 'command',
      acknowledged: line.level !== 'alarm',
    });
  }

  #log(row: LogRow): void {
    this.#logRows.set(row.id, row);
    this.#logRows.delete(row.id - 2_000);
    this.#options.publisher.table('log').set(row.id, row);
  }

  #quotes(): void {
    const { view } = this.#options.core;
    for (const conId of this.#options.core.takeChangedQuotes()) {
      this.#quote(conId);
      for (const id of this.#watching.get(conId) ?? []) this.#staleTriggers.add(id);
      for (const [key, position] of view.stores.positions.entries()) if (position.contract.conId === conId) this.#stalePositions.add(key);
    }
  }

  #quote(conId: ConId): void {
    const { core, publisher } = this.#options;
    const owners = core.view.subscriptions.wanted().find((line) => line.contract.conId === conId)?.owners ?? 0;
    const row = owners === 0 ? undefined : quoteRow(core.view, conId, owners);
    if (row === undefined) publisher.table('quotes').delete(conId);
    else publisher.table('quotes').set(conId, row);
  }

  #rows(): void {
    const { core, publisher } = this.#options;
    const { view } = core;
    const engine = engineState(view);
    const suspended = mayFire(engine) || engine === 'SIZING' || engine === 'EXECUTION' ? undefined : `the desk is ${engine}; nothing fires`;
    for (const id of this.#staleTriggers) {
      const trigger = view.stores.triggers.get(id);
      if (trigger === undefined) publisher.table('watchers').delete(id);
      else publisher.table('watchers').set(id, watcherRow(view, trigger, view.registry.row(id), suspended));
    }
    this.#staleTriggers.clear();
    for (const key of this.#staleOrders) {
      const order = view.stores.orders.get(key);
      if (order !== undefined) publisher.table('orders').set(key, orderRow(view, order));
    }
    this.#staleOrders.clear();
    for (const key of this.#stalePositions) {
      const position: Position | undefined = view.stores.positions.get(key);
      if (position !== undefined) publisher.table('positions').set(key, positionRow(view, key, position, this.#reportedOf(key, position)));
    }
    this.#stalePositions.clear();
    this.#adoptions();
  }

  #reportedOf(key: string, position: Position): ReportedFigures {
    const known = this.#reported.get(key) ?? reportedFigures(this.#options.core.view.stores.fills.values(), position);
    this.#reported.set(key, known);
    return known;
  }

  /** Few and short-lived: all of them are looked at, because they also go when their order ends or their position closes. */
  #adoptions(): void {
    if (this.#found.size === 0) return;
    const { core, publisher } = this.#options;
    const waiting = new Map(undecided(core.view).map((found) => [found.key, found]));
    for (const key of this.#found) {
      const found = waiting.get(key);
      const row = found === undefined ? undefined : adoptionRow(core.view, found);
      if (row !== undefined) publisher.table('adoptions').set(key, row);
      else {
        publisher.table('adoptions').delete(key);
        this.#found.delete(key);
      }
    }
  }

  #status(): void {
    this.#options.publisher.value('status').set(statusValue(this.#options.core.view, this.#options.around, this.#checks));
  }

  /** Once a second: what changes with time alone (stale quotes, holding watchers) and the diagnostics. */
  #slow(): void {
    const { core, publisher } = this.#options;
    for (const conId of core.view.board.conIds()) this.#quote(conId);
    for (const trigger of core.view.stores.triggers.values()) if (trigger.life === 'armed') this.#staleTriggers.add(trigger.id);
    // The beginning and the end of a reset change what protects; nothing else tells.
    const resets = embargo(core.view) !== undefined;
    if (resets !== this.#resets) this.#allPositionsStale();
    this.#resets = resets;
    publisher.value('diagnostics').set(this.#options.diagnostics());
    this.#checks = this.#agreement.checks(core.view, core.view.clock.now());
  }

  /** A point without a time has no place in the curve. */
  #pnl(): void {
    const { view } = this.#options.core;
    const account = view.accounts.current();
    if (account?.dailyPnl === undefined || !view.exchange.known()) return;
    const at = Math.round(view.exchange.now());
    this.#options.publisher.table('pnl').set(at, { at, day: account.dailyPnl });
  }
}
