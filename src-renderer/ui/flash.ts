const FLASH_MS = 200;
const lit = new Map<HTMLElement, number>();
let sweep: ReturnType<typeof setTimeout> | undefined;

/**
 * Lights a cell's ground, for 200 ms unless told otherwise. On and off, without a fade: a fade would repaint sixty times a second for as long as any
 * price moves. One timer serves all cells.
 */
export function flash(cell: HTMLElement, ms: number = FLASH_MS): void {
  lit.set(cell, performance.now() + ms);
  cell.dataset['flash'] = 'on';
  sweep ??= setTimeout(darken, FLASH_MS);
}

function darken(): void {
  sweep = undefined;
  const now = performance.now();
  let next = Number.POSITIVE_INFINITY;
  for (const [cell, until] of lit) {
    if (until <= now + 8) {
      lit.delete(cell);
      delete cell.dataset['flash'];
    } else next = Math.min(next, until);
  }
  if (lit.size > 0) sweep = setTimeout(darken, Math.max(16, next - now));
}
