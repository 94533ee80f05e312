import type { Frame, TablePatch, TableSnapshot, Update, ValuePatch, ValueSnapshot } from '#protocol/stream';
import { TABLES, VALUES, type TableName, type TableTopics, type TopicName, type ValueName, type ValueTopics } from '#protocol/topics';
import { Listeners } from './listeners.ts';
import { TableReplica } from './table-replica.ts';
import { ValueReplica } from './value-replica.ts';

type Tables = { readonly [T in TableName]: TableReplica<TableTopics[T]> };
type Values = { readonly [V in ValueName]: ValueReplica<ValueTopics[V]> };

function isTableUpdate(update: Update): update is TableSnapshot | TablePatch {
  return update.kind === 'table' || update.kind === 'table-patch';
}

function isValueUpdate(update: Update): update is ValueSnapshot | ValuePatch {
  return update.kind === 'value' || update.kind === 'value-patch';
}

/** All topics of the desk as this screen knows them, and the newest commit they contain. */
export class ReplicaSet {
  readonly tables: Tables;
  readonly values: Values;
  #commitSeq = 0;
  readonly #commitListeners = new Listeners();

  constructor() {
    const table = <T extends TableName>(name: T): TableReplica<TableTopics[T]> => new TableReplica<TableTopics[T]>(TABLES[name].key);
    const value = <V extends ValueName>(_name: V): ValueReplica<ValueTopics[V]> => new ValueReplica<ValueTopics[V]>();
    this.tables = {
      watchers: table('watchers'),
      quotes: table('quotes'),
      orders: table('orders'),
      positions: table('positions'),
      fills: table('fills'),
      log: table('log'),
      pnl: table('pnl'),
      adoptions: table('adoptions'),
    };
    this.values = { status: value('status'), diagnostics: value('diagnostics'), settings: value('settings') };
  }

  get commitSeq(): number {
    return this.#commitSeq;
  }

  onCommit(listener: () => void): () => void {
    return this.#commitListeners.add(listener);
  }

  /** Applies a whole frame, then tells listeners. Answers with the topics that refused their update and need a snapshot. */
  apply(frame: Frame): readonly TopicName[] {
    const gaps = new Set<TopicName>();
    for (const update of frame.updates) if (this.#applyOne(update) === 'gap') gaps.add(update.topic);
    const advanced = frame.commitSeq !== this.#commitSeq;
    this.#commitSeq = frame.commitSeq;
    for (const name of Object.keys(TABLES) as TableName[]) this.tables[name].publish();
    for (const name of Object.keys(VALUES) as ValueName[]) this.values[name].publish();
    if (advanced) this.#commitListeners.call();
    return [...gaps];
  }

  #applyOne(update: Update): 'applied' | 'gap' | 'ignored' {
    // A newer desk may speak of a topic this console does not know; that is no reason to stop showing the others.
    if (isTableUpdate(update)) return update.topic in this.tables ? this.tables[update.topic].apply(update) : 'ignored';
    if (isValueUpdate(update)) return update.topic in this.values ? this.values[update.topic].apply(update) : 'ignored';
    return 'ignored';
  }
}
