import type { LogRow } from '#protocol/log-row';
import { setActive, showTab } from '../../view/view-store.ts';

export type Subject = NonNullable<LogRow['subject']>;

/** Leads to the row that a line speaks of. */
export function focusSubject(subject: Subject): void {
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
