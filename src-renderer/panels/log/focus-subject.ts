import type { LogRow } from '#protocol/log-row';
import type { PanelId } from '#protocol/panels';
import { isElsewhere } from '../../view/shown-panel.ts';
import { setActive, showTab } from '../../view/view-store.ts';

export type Subject = NonNullable<LogRow['subject']>;

const PLACES: Readonly<Record<Subject['kind'], PanelId>> = {
  order: 'orders',
  position: 'positions',
  trigger: 'watchers',
  contract: 'quotes',
};

/** Leads to the row that a line speaks of. */
export function focusSubject(subject: Subject): void {
  if (isElsewhere(PLACES[subject.kind])) return;
  switch (subject.kind) {
    case 'order':
      showTab('orders');
      setActive('orders', subject.key);
      return;
    case 'position':
      showTab('positions');
      setActive('positions', subject.key);
      return;
    case 'trigger':
      setActive('watchers', subject.key);
      return;
    case 'contract':
      setActive('quotes', Number(subject.key));
      return;
  }
}
