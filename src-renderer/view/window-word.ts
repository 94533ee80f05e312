import { conIdOf, type ConId } from '#domain/ids';
import { isPanel, type PanelId } from '#protocol/panels';

/** What windows of one console say to each other. None of it is about the desk: each hears that for itself. */
export type WindowWord =
  /** Whoever shows a panel alone answers `here`; the whole console answers with its selection. */
  | { readonly kind: 'who' }
  | { readonly kind: 'here' | 'gone'; readonly panel: PanelId }
  /** The layout was reset: panel windows close. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'selection'; readonly conId: ConId; readonly symbol: string };

const LONGEST_SYMBOL = 40;

/** Null for what is no word of these. */
export function wordOf(value: unknown): WindowWord | null {
  if (typeof value !== 'object' || value === null) return null;
  const { kind, panel, conId, symbol } = value as Partial<Record<'kind' | 'panel' | 'conId' | 'symbol', unknown>>;
  if (kind === 'who' || kind === 'reset') return { kind };
  if ((kind === 'here' || kind === 'gone') && isPanel(panel)) return { kind, panel };
  if (kind !== 'selection' || typeof conId !== 'number' || !Number.isSafeInteger(conId) || conId <= 0) return null;
  return typeof symbol === 'string' && symbol.length <= LONGEST_SYMBOL ? { kind, conId: conIdOf(conId), symbol } : null;
}
