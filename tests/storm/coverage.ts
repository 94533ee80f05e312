import type { CommitNews } from '#core/commit/work';
import type { BrokerNews, LinkState } from '#core/ports/broker';
import { execIdRevision, execIdRoot } from '#domain/execution';
import { isTerminal, type Order } from '#domain/order';
import {
  cellName,
  deskEventOf,
  engineClassOf,
  type EventName,
  type LinkClass,
  noticeEventOf,
  ORDER_CLASS,
  outageEventOf,
  statusEventOf,
} from './cells.ts';
import type { JudgedLife } from './judged.ts';

/**
 * Which cells of order state × event × link × engine the storms have visited. Order and engine as they were before the event. Own orders alone: of others the desk knows what it is told.
 */
export class Coverage {
  /** How often each cell was visited. */
  readonly cells = new Map<string, number>();
  readonly #fail: (cell: string) => void;
  #life: JudgedLife | undefined;
  #engine: JudgedLife['state'] = 'IDLE';
  #before: LinkState | undefined;
  readonly #orders = new Map<string, Order>();

  /** `fail` is told of every visit; it knows what cannot be. */
  constructor(fail: (cell: string) => void) {
    this.#fail = fail;
  }

  /** Between two commits. */
  look(life: JudgedLife): void {
    this.#engine = life.state;
    if (this.#life !== life) {
      this.#life = life;
      this.#orders.clear();
      this.#before = undefined;
    }
  }

  /** Before the desk hears it. */
  heard(life: JudgedLife, news: BrokerNews): void {
    if (this.#life !== life) this.look(life);
    switch (news.kind) {
      case 'open-order':
        this.#order(life, find(life, news.order), 'open order');
        break;
      case 'completed-order':
        this.#order(life, find(life, news.order), 'completed order');
        break;
      case 'order-status':
        this.#order(life, find(life, news.status), statusEventOf(news.status.ibStatus));
        break;
      case 'execution':
        this.#execution(life, news);
        break;
      case 'notice':
        this.#notice(life, news.notice);
        break;
      case 'end':
        this.#desk(life, `end of ${news.of}` as EventName);
        break;
      case 'link':
        if (this.#before?.ready === true && !news.link.ready) this.#desk(life, 'link lost');
        if (this.#before?.ready !== true && news.link.ready) this.#desk(life, 'link ready');
        this.#before = news.link;
        break;
      default:
    }
  }

  /** After a commit of this life. */
  committed(life: JudgedLife, { name, changes }: CommitNews): void {
    if (this.#life !== life) this.look(life);
    const event = deskEventOf(name, this.#movesEngine(life, changes));
    if (event !== undefined) this.#desk(life, event);
    for (const { store, value } of changes) {
      if (store !== 'orders' || value === undefined) continue;
      const order = value as Order;
      const before = this.#orders.get(order.key);
      this.#orders.set(order.key, order);
      if (before !== undefined) for (const act of actsOf(before, order, name)) this.#order(life, before, act);
    }
    this.#engine = life.state;
  }

  #movesEngine({ state }: JudgedLife, changes: CommitNews['changes']): boolean {
    return changes.some(({ store }) => store === 'engine') && state !== this.#engine;
  }

  #execution(life: JudgedLife, { execution, live }: Extract<BrokerNews, { kind: 'execution' }>): void {
    const known = life.stores.fills.get(execIdRoot(execution.execId));
    const isRevised = known !== undefined && execIdRevision(execution.execId) > execIdRevision(known.execId);
    this.#order(life, find(life, execution), isRevised ? 'correction' : known !== undefined ? 'fill again' : live ? 'fill' : 'fill listed');
  }

  #notice(life: JudgedLife, { code, orderId, clientId, disposition }: Extract<BrokerNews, { kind: 'notice' }>['notice']): void {
    const outage = outageEventOf(code);
    if (outage !== undefined) this.#desk(life, outage);
    if (orderId === undefined) return;
    this.#order(life, find(life, { orderId, clientId, permId: 0 as Order['permId'] & number }), noticeEventOf(disposition));
  }

  #desk(life: JudgedLife, event: EventName): void {
    const states = new Set([...this.#orders.values()].filter(isOwn).map(({ state }) => (isTerminal(state) ? 'none' : ORDER_CLASS[state])));
    if (states.size === 0) states.add('none');
    for (const state of states) this.#visit(cellName(state, event, linkOf(life), engineClassOf(this.#engine)));
  }

  #order(life: JudgedLife, order: Order | undefined, event: EventName | undefined): void {
    if (order === undefined || event === undefined || !isOwn(order)) return;
    this.#visit(cellName(ORDER_CLASS[order.state], event, linkOf(life), engineClassOf(this.#engine)));
  }

  #visit(cell: string): void {
    this.cells.set(cell, (this.cells.get(cell) ?? 0) + 1);
    this.#fail(cell);
  }
}

function isOwn({ origin }: Order): boolean {
  return origin === 'trigger' || origin === 'operator';
}

function linkOf({ deskState: { link, reconciliation } }: JudgedLife): LinkClass {
  if (!link.ready || link.upstream === 'down') return 'lost';
  return reconciliation.done() ? 'open' : 'comparing';
}

type Identity = Parameters<JudgedLife['deskState']['index']['find']>[0];

function find(
  { deskState: { index } }: JudgedLife,
  news: Omit<Identity, 'ref'> & { readonly orderRef?: Identity['ref'] },
): Order | undefined {
  const key = index.find({ ...news, ref: news.orderRef });
  return key === undefined ? undefined : index.get(key);
}

/** What the desk itself did to an order, or concluded of it. */
function actsOf(before: Order, after: Order, name: string): readonly EventName[] {
  return ACTS.flatMap(({ act, isDone }) => (isDone(before, after, name) ? [act] : []));
}

type IsDone = (before: Order, after: Order, name: string) => boolean;

const ACTS: readonly { readonly act: EventName; readonly isDone: IsDone }[] = [
  { act: 'sent', isDone: (before, after) => before.state === 'QUEUED' && before.sentAt === undefined && after.sentAt !== undefined },
  { act: 'not sent', isDone: (before, after) => moves(before, after, 'DENIED') || moves(before, after, 'ABORTED_BY_KILL') },
  { act: 'cancel asked', isDone: (before, after) => after.cancelAskedAt !== before.cancelAskedAt },
  { act: 'change asked', isDone: (before, after) => before.change === undefined && after.change !== undefined },
  { act: 'lost sight', isDone: (before, after) => moves(before, after, 'UNKNOWN') },
  { act: 'absence proven', isDone: (before, after) => after.absence?.isProven === true && before.absence?.isProven !== true },
  { act: 'settled', isDone: (before, after, name) => name === 'order.settle' && before.state !== after.state },
];

function moves(before: Order, after: Order, to: Order['state']): boolean {
  return before.state !== to && after.state === to;
}
