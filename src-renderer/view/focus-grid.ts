/** Brings the keyboard to a table, once the page has been drawn: what was just shown there may not exist before. */
export function focusGrid(label: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[role="grid"][aria-label="${label}"]`)?.focus());
}
