/** What a picture of the console must not show; asked by the tests of its layout inside of the page. */

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface Piece {
  readonly node: Node;
  readonly text: string;
  readonly parent: Element;
  readonly box: Box;
}

/** Buttons of rows in sight that a pointer cannot reach: cut by the edge of their table, or below something else. */
export function hiddenActions(): readonly string[] {
  const faults: string[] = [];
  for (const grid of document.querySelectorAll<HTMLElement>('[role="grid"]')) {
    const view = grid.getBoundingClientRect();
    const head = grid.querySelector('.grid-head')?.getBoundingClientRect().bottom ?? view.top;
    for (const button of grid.querySelectorAll<HTMLElement>('.grid-cell.actions button')) {
      const box = button.getBoundingClientRect();
      const x = (box.left + box.right) / 2;
      const y = (box.top + box.bottom) / 2;
      if (y <= head || y >= view.top + grid.clientHeight) continue;
      const name = button.getAttribute('aria-label') ?? button.textContent;
      if (box.left < view.left || box.right > view.left + grid.clientWidth + 0.5) faults.push(`${name} is cut`);
      else if (document.elementFromPoint(x, y)?.closest('button') !== button) faults.push(`${name} is below something`);
    }
  }
  return faults;
}

/** Cuts the box to what its surroundings let through. */
function clip(element: Element, box: Box): void {
  for (let around: Element | null = element; around !== null && around !== document.body; around = around.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(around);
    const edge = around.getBoundingClientRect();
    if (overflowX !== 'visible') {
      box.left = Math.max(box.left, edge.left);
      box.right = Math.min(box.right, edge.right);
    }
    if (overflowY !== 'visible') {
      box.top = Math.max(box.top, edge.top);
      box.bottom = Math.min(box.bottom, edge.bottom);
    }
  }
}

/** The chart's own labels are its library's. */
const NOT_READ = '.unseen, [aria-label="Chart"], script, style, svg';

function pieces(): readonly Piece[] {
  const found: Piece[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = (node.textContent ?? '').trim();
    if (parent === null || text === '' || parent.closest(NOT_READ) !== null) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      const box = { left, right, top, bottom };
      clip(parent, box);
      if (box.right - box.left > 1 && box.bottom - box.top > 4) found.push({ node, text, parent, box });
    }
  }
  return found;
}

/** Something that lies over the rest and is opaque: what is below it is hidden, not overprinted. */
function lies(over: Piece, under: Piece, x: number, y: number): boolean {
  if (over.parent.closest('.actions, .grid-head, .notice, .dialog') === null) return false;
  const top = document.elementFromPoint(x, y);
  return top !== null && top !== under.parent && !top.contains(under.parent) && !under.parent.contains(top);
}

/** Pairs of texts that are drawn over each other. */
export function overprints(): readonly string[] {
  const all = pieces();
  const faults: string[] = [];
  for (const [i, a] of all.entries())
    for (const b of all.slice(i + 1)) {
      const left = Math.max(a.box.left, b.box.left);
      const top = Math.max(a.box.top, b.box.top);
      const width = Math.min(a.box.right, b.box.right) - left;
      const height = Math.min(a.box.bottom, b.box.bottom) - top;
      // A text that ends in an ellipsis has two boxes of its own.
      if (a.node === b.node || width <= 1.5 || height <= 5) continue;
      const [x, y] = [left + width / 2, top + height / 2];
      if (!lies(a, b, x, y) && !lies(b, a, x, y)) faults.push(`"${a.text.slice(0, 40)}" over "${b.text.slice(0, 40)}"`);
    }
  return faults;
}

/** Lamps and figures of the header that are not shown whole. A figure without room may be gone as a whole; a lamp may not. */
export function cutInHeader(): readonly string[] {
  const faults: string[] = [];
  for (const piece of document.querySelectorAll<HTMLElement>('.header .lamp, .header .band, .header .block')) {
    const whole = piece.getBoundingClientRect();
    if (whole.width === 0) continue;
    const box = { left: whole.left, right: whole.right, top: whole.top, bottom: whole.bottom };
    clip(piece, box);
    const gone = box.right - box.left < 1 || box.bottom - box.top < 1;
    const isCut = box.right - box.left < whole.width - 1 || box.bottom - box.top < whole.height - 1;
    if (isCut && !(gone && !piece.matches('.lamp'))) faults.push(`${piece.textContent} is cut`);
  }
  return faults;
}

/** What of a figure of the ticket, or of the words beside it that say what it means, is not shown whole. */
export function cutField(label: string): readonly string[] {
  const input = document.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`);
  const ticket = input?.closest('section')?.getBoundingClientRect();
  const view = input?.closest('.ticket-scroll')?.getBoundingClientRect();
  if (input === null || ticket === undefined || view === undefined) return [`${label} is not in the ticket`];
  const words = [...(input.parentElement?.querySelectorAll<HTMLElement>('.unit') ?? [])];
  const faults = words.length === 0 ? [`${input.value} says nothing of what it means`] : [];
  for (const piece of [input, ...words]) {
    const name = piece === input ? input.value : piece.textContent;
    faults.push(...hiddenIn(piece, ticket, view).map((how) => `${name} ${how}`));
  }
  return faults;
}

function hiddenIn(piece: HTMLElement, ticket: DOMRect, view: DOMRect): readonly string[] {
  const box = piece.getBoundingClientRect();
  const found: string[] = [];
  if (piece.scrollWidth > piece.clientWidth + 1 || box.width < 8) found.push('is cut');
  if (box.right > ticket.right + 0.5 || box.left < ticket.left - 0.5) found.push('is beside the ticket');
  if (box.bottom > view.bottom + 0.5 || box.top < view.top - 0.5) found.push('has to be scrolled to');
  return found;
}
