/** Where the keyboard stands, and where it goes when what it stood on is gone. It never ends at the page's body. */

const FOCUSABLE = 'button, input, select, textarea, a[href], [tabindex]';

/** It can take the keyboard now: on the page, not switched off, not below a dialog, and drawn. */
export function canTake(element: HTMLElement): boolean {
  return (
    element.isConnected &&
    element !== document.body &&
    !element.matches(':disabled') &&
    element.closest('[inert]') === null &&
    element.checkVisibility()
  );
}

/** Gives the keyboard to an element, or to the first place inside of it that takes it; false when there is none. */
function give(element: HTMLElement | null): boolean {
  if (element === null || !element.isConnected) return false;
  const places = [element, ...element.querySelectorAll<HTMLElement>(FOCUSABLE)];
  const place =
    places.find((one) => one.matches(FOCUSABLE) && one.tabIndex >= 0 && canTake(one)) ??
    places.find((one) => one.matches(FOCUSABLE) && canTake(one));
  place?.focus();
  if (place instanceof HTMLInputElement && place.type === 'text') place.select();
  return place !== undefined && document.activeElement === place;
}

/**
 * Now, else when React has drawn what was just asked for, else with the next picture: the key that follows may already belong to the
 * new place, and it may come within the same frame.
 */
function soon(act: () => boolean): void {
  if (act()) return;
  queueMicrotask(() => {
    if (!act()) requestAnimationFrame(act);
  });
}

/** Brings the keyboard to a table: what was just shown there may not exist before the page has been drawn. */
export function focusGrid(label: string): void {
  soon(() => {
    const grid = document.querySelector<HTMLElement>(`[role="grid"][aria-label="${label}"]`);
    grid?.focus();
    return grid !== null && document.activeElement === grid;
  });
}

/** Brings the keyboard into a part of the page: to its table, or to the first thing in it that takes it. */
export function focusPart(selector: string): void {
  soon(() => {
    const part = document.querySelector<HTMLElement>(selector);
    const grid = part?.querySelector<HTMLElement>('[role="grid"]') ?? null;
    return give(grid) || give(part);
  });
}

/** What surrounds a place, from the inside out: where to go when the place itself is gone. */
const HOMES = '[role="grid"], form, .strip, .dialog, [role="tabpanel"], .banner, .banners, [role="group"], section, header, footer';

/** The last places, newest first; each with what surrounded it then, because a thing that is gone has no surroundings. */
let trail: readonly { readonly element: HTMLElement; readonly homes: readonly HTMLElement[] }[] = [];
const LONGEST_TRAIL = 8;

function note(element: HTMLElement): void {
  const homes: HTMLElement[] = [];
  for (let home = element.parentElement?.closest<HTMLElement>(HOMES) ?? null; home !== null;) {
    homes.push(home);
    home = home.parentElement?.closest<HTMLElement>(HOMES) ?? null;
  }
  trail = [{ element, homes }, ...trail.filter((other) => other.element !== element && other.element.isConnected)].slice(0, LONGEST_TRAIL);
}

/** Cheap, because it is asked after each change of the page. */
function isLost(element: HTMLElement | undefined): boolean {
  return element !== undefined && (!element.isConnected || element.matches(':disabled') || element.closest('[inert]') !== null);
}

/** The keyboard is nowhere although it was somewhere: back to the place, to what surrounds it, to the place before it, to the watchers. */
function bringBack(): void {
  const { activeElement } = document;
  const last = trail[0];
  if (last === undefined || (activeElement !== null && activeElement !== document.body)) return;
  // The operator has clicked beside everything: the place is still there, and nothing was lost.
  if (canTake(last.element)) return;
  const dialog = document.querySelector<HTMLElement>('.dialog');
  if (give(dialog)) return;
  for (const { element, homes } of trail) {
    if (canTake(element) && give(element)) return;
    if (homes.some((home) => give(home))) return;
  }
  give(document.querySelector<HTMLElement>('[role="grid"]'));
}

/**
 * Watches over the keyboard for as long as the page lives. A place is lost when it leaves the page, is switched off, or comes below a
 * dialog; the browser says nothing of it and lets the keyboard fall to the body.
 */
export function keepFocus(): () => void {
  const onFocus = (event: FocusEvent): void => {
    if (event.target instanceof HTMLElement && event.target !== document.body) note(event.target);
  };
  let frame = 0;
  // One check for all the changes of a frame, after whoever closes something has had the time to put the keyboard where it belongs.
  const later = (): void => {
    if (frame !== 0 || !isLost(trail[0]?.element)) return;
    frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        frame = 0;
        bringBack();
      });
    });
  };
  const changes = new MutationObserver(later);
  document.addEventListener('focusin', onFocus);
  changes.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['disabled', 'inert'] });
  return () => {
    document.removeEventListener('focusin', onFocus);
    changes.disconnect();
    cancelAnimationFrame(frame);
    trail = [];
  };
}
