import type { Subject } from '#core/state/records';
import type { DeskView } from '#core/state/desk-view';
import { contractLabel } from '#domain/contract';
import { conIdOf, orderKeyOf, type TriggerId, triggerIdOf } from '#domain/ids';
import type { LogRow } from '#protocol/log-row';

type Cells = Pick<LogRow, 'symbol' | 'watcher' | 'order'>;

const NONE: Cells = { symbol: null, watcher: null, order: null };

/** What a line is about, in the words that a filter knows; null where that is not known any more. */
export function subjectCells(view: DeskView, subject: Subject | undefined): Cells {
  switch (subject?.kind) {
    case undefined:
      return NONE;
    case 'order': {
      const order = view.stores.orders.get(orderKeyOf(subject.key));
      if (order === undefined) return NONE;
      const watcher = order.triggerId === undefined ? null : nameOf(view, order.triggerId);
      return { symbol: contractLabel(order.contract), watcher, order: order.key };
    }
    case 'trigger': {
      const id = triggerIdOf(subject.key);
      const spec = view.stores.triggers.get(id)?.spec;
      return { symbol: spec === undefined ? null : contractLabel(spec.action.contract), watcher: nameOf(view, id), order: null };
    }
    case 'position': {
      const position = view.stores.positions.get(subject.key);
      return { ...NONE, symbol: position === undefined ? null : contractLabel(position.contract) };
    }
    case 'contract': {
      const contract = view.board.contract(conIdOf(Number(subject.key)));
      return { ...NONE, symbol: contract === undefined ? null : contractLabel(contract) };
    }
  }
}

function nameOf(view: DeskView, id: TriggerId): string | null {
  return view.stores.triggers.get(id)?.spec.name ?? view.earlierOrders.nameOf(id) ?? null;
}
