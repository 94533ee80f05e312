/**
 * Every key of the console and of the window around it, once. Panels ask this table what a press means, the cheat sheet and the
 * menus are made from it, and the README is checked against it. A test holds that no two places that hear the same press share a key.
 */
export interface KeyWord {
  /**
   * Presses that do it: `F5`, `w`, `Shift+Delete`, `g w` for two presses after each other. Letters are written small; a capital with
   * Shift is `Shift+w`. The menus' and the system's own are in Electron's spelling.
   */
  readonly keys: readonly string[];
  /** What it does, as the cheat sheet says it. */
  readonly text: string;
}

export const KEYS = {
  /** In every focus, also while typing and over a dialog. */
  everywhere: {
    engine: { keys: ['F5'], text: 'Start, pause or resume: what the first button at the top right says' },
    'cancel-all': { keys: ['F7'], text: 'Hold 0.8 s: cancel the entries of this program; protective exits stay' },
    'cancel-everything': { keys: ['Shift+F7'], text: 'Hold 0.8 s: cancel everything of this program, protective exits too' },
    kill: { keys: ['F12'], text: 'Hold 1.5 s: KILL; protective exits stay' },
    'kill-everything': { keys: ['Shift+F12'], text: 'Hold 1.5 s: KILL that cancels everything, protective exits too' },
  },
  /** Wherever nothing is typed and no dialog is open. */
  view: {
    new: { keys: ['n'], text: 'New trigger: to the symbol' },
    orders: { keys: ['1', 'g o'], text: 'To the orders' },
    positions: { keys: ['2', 'g p'], text: 'To the positions' },
    fills: { keys: ['3', 'g f'], text: 'To the fills' },
    pnl: { keys: ['4'], text: 'To the P&L over the day' },
    system: { keys: ['5'], text: 'To the system: scheduler and diagnostics' },
    watchers: { keys: ['6', 'g w'], text: 'To the watchers' },
    quotes: { keys: ['7', 'g q'], text: 'To the quotes' },
    alarms: { keys: ['a'], text: 'To the alarms' },
    log: { keys: ['l'], text: 'To the log' },
    banner: { keys: ['g b'], text: 'To the banners below the header' },
    windows: { keys: ['Shift+w'], text: 'A panel in a window of its own' },
    settings: { keys: [','], text: 'Settings' },
    help: { keys: ['?'], text: 'This sheet' },
  },
  ticket: {
    'tick-up': { keys: ['ArrowUp'], text: 'In a price: one tick up' },
    'tick-down': { keys: ['ArrowDown'], text: 'In a price: one tick down' },
    'ten-up': { keys: ['Shift+ArrowUp'], text: 'In a price: ten ticks up' },
    'ten-down': { keys: ['Shift+ArrowDown'], text: 'In a price: ten ticks down' },
    next: { keys: ['Enter'], text: 'In a figure: to the next figure' },
    arm: { keys: ['Ctrl+Enter'], text: 'Arm the trigger, or save the edit' },
    leave: { keys: ['Escape'], text: 'Leave the ticket, or the edit of a watcher' },
  },
  table: {
    up: { keys: ['ArrowUp'], text: 'Up' },
    down: { keys: ['ArrowDown'], text: 'Down' },
    first: { keys: ['Home'], text: 'First row' },
    last: { keys: ['End'], text: 'Last row' },
    'page-up': { keys: ['PageUp'], text: 'A page up' },
    'page-down': { keys: ['PageDown'], text: 'A page down' },
    sort: { keys: ['z'], text: 'Sort by the next column' },
    turn: { keys: ['Shift+z'], text: 'Turn the order round' },
  },
  /** In a table whose rows open. */
  opens: {
    open: { keys: ['Enter'], text: 'Details, or Why?' },
  },
  watchers: {
    pause: { keys: ['p'], text: 'Pause and resume' },
    edit: { keys: ['e'], text: 'Edit' },
    duplicate: { keys: ['d'], text: 'Duplicate: the same rule in the ticket, under a new name' },
    rearm: { keys: ['r'], text: 'Arm it again' },
    disarm: { keys: ['Delete', 'Backspace'], text: 'Disarm: asks first' },
    'pause-all': { keys: ['Shift+p'], text: 'Pause or resume all, or all of the symbol: asks first' },
    'disarm-all': { keys: ['Shift+Delete', 'Shift+Backspace'], text: 'Disarm all, or all of the symbol: asks first' },
  },
  orders: {
    why: { keys: ['w'], text: 'Why?' },
    change: { keys: ['m'], text: 'Change price or quantity' },
    'tick-up': { keys: ['+'], text: 'Move the price one tick up, at once' },
    'tick-down': { keys: ['-'], text: 'Move the price one tick down, at once' },
    settle: { keys: ['s'], text: 'Settle an UNKNOWN order that IB does not have' },
    cancel: { keys: ['Delete', 'Backspace'], text: 'Cancel: asks first' },
  },
  /** In the line below a table where an order or a stop is changed. */
  strip: {
    send: { keys: ['Enter'], text: 'Send it' },
    leave: { keys: ['Escape'], text: 'Leave it: nothing is sent' },
  },
  positions: {
    protect: { keys: ['p'], text: 'Protect what no stop covers' },
    breakeven: { keys: ['b'], text: 'Stops to breakeven' },
    trail: { keys: ['t'], text: 'Let the stop trail behind the market' },
    offer: { keys: ['o'], text: 'Take what is offered: protect again, mend, flatten' },
    close: { keys: ['c', 'Delete', 'Backspace'], text: 'Close all of it: asks first' },
    half: { keys: ['h'], text: 'Close half of it: asks first' },
    quarter: { keys: ['q'], text: 'Close a quarter of it: asks first' },
    'flatten-all': { keys: ['Shift+Delete', 'Shift+Backspace'], text: 'Flatten all positions: asks first' },
  },
  quotes: {
    unwatch: { keys: ['Delete', 'Backspace'], text: 'Stop following the quote' },
  },
  fills: {},
  logs: {},
  adopt: {
    adopt: { keys: ['a', 'Enter'], text: 'Adopt' },
    ignore: { keys: ['i'], text: 'Ignore' },
    cancel: { keys: ['c'], text: 'Cancel the order' },
  },
  dialog: {
    close: { keys: ['Escape'], text: 'Close the dialog' },
  },
  /** The application's menu, while the window is in front. */
  menu: {
    kill: { keys: ['CommandOrControl+Shift+K'], text: 'Kill: stop and cancel entries, keep protective exits' },
    quit: { keys: ['CommandOrControl+Q'], text: 'Quit TriggerDesk' },
  },
  /** While any other program has the keyboard: three modifiers. */
  system: {
    kill: { keys: ['CommandOrControl+Alt+Shift+K'], text: 'Kill' },
    pause: { keys: ['CommandOrControl+Alt+Shift+P'], text: 'Pause' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, KeyWord>>>>;

export type KeyPlace = keyof typeof KEYS;
export type KeyAct<P extends KeyPlace> = keyof (typeof KEYS)[P] & string;

/** Places that hear one and the same press, by where the keyboard stands. */
export const HEARD_TOGETHER: Readonly<Record<string, readonly KeyPlace[]>> = {
  'the watchers': ['everywhere', 'view', 'table', 'opens', 'watchers', 'menu'],
  'the orders': ['everywhere', 'view', 'table', 'opens', 'orders', 'menu'],
  'the positions': ['everywhere', 'view', 'table', 'positions', 'menu'],
  'the quotes': ['everywhere', 'view', 'table', 'quotes', 'menu'],
  'the fills': ['everywhere', 'view', 'table', 'opens', 'fills', 'menu'],
  'the log': ['everywhere', 'view', 'table', 'opens', 'logs', 'menu'],
  'what was found at the broker': ['everywhere', 'table', 'adopt', 'dialog', 'menu'],
  'the ticket': ['everywhere', 'ticket', 'menu'],
  'a change below a table': ['everywhere', 'strip', 'menu'],
  'a dialog': ['everywhere', 'dialog', 'menu'],
};

/** What a keyboard event tells of a press. */
export interface Press {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** A press as the table spells it. Shift is part of a sign such as `?`; it is named with letters and with keys that have a name. */
export function spelled({ key, shiftKey, ctrlKey, metaKey, altKey }: Press): string {
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  const marks = [ctrlKey || metaKey ? 'Ctrl+' : '', altKey ? 'Alt+' : '', shiftKey && !isSign ? 'Shift+' : ''];
  return `${marks.join('')}${key.length === 1 ? key.toLowerCase() : key}`;
}

/** What a press, or two after each other, means in a place; undefined when it means nothing there. */
export function keyAct<P extends KeyPlace>(place: P, press: Press, before?: string): KeyAct<P> | undefined {
  const said = before === undefined ? spelled(press) : `${before} ${spelled(press)}`;
  const words: Readonly<Record<string, KeyWord>> = KEYS[place];
  return Object.keys(words).find((act): act is KeyAct<P> => words[act]?.keys.includes(said) === true);
}

/** First presses of the pairs in a place, such as `g`. */
export function leads(place: KeyPlace): readonly string[] {
  const words: readonly KeyWord[] = Object.values(KEYS[place]);
  return [...new Set(words.flatMap(({ keys }) => keys.flatMap((key) => (key.includes(' ') ? [key.slice(0, key.indexOf(' '))] : []))))];
}

const CAPS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  Delete: 'Del',
  Escape: 'Esc',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
};

/** A press as it is printed on the caps of the keys: `Shift+Delete` is Shift and Del, `g w` is G and W. */
export function keyCaps(key: string): readonly string[] {
  const parts = key === '+' ? [key] : key.split(/[+ ]/);
  return parts.map((part) => CAPS[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}
