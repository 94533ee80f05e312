import type { Frame } from '#protocol/stream';
import type { PanelId, Place } from '#protocol/panels';
import type { Scope, SessionRow } from '#protocol/session';
import type { EngineStateName, StatusValue, TopicName } from '#protocol/topics';

/** The end of one stream as the screen's own calls reach it. */
export interface StreamHandle {
  /** The screen has applied every frame up to `number`. */
  ack(number: number): void;
  /** The screen asks for snapshots of these topics; it has dealt with everything sent so far. */
  resync(topics: readonly TopicName[]): void;
}

export interface Subscriber extends StreamHandle {
  /** While paused nothing is sent and only row versions are kept. */
  setPaused(paused: boolean): void;
  close(): void;
}

/** The windows of the program, for a console that stands in one. */
export interface WindowsPort {
  /** Opens the panel in a window of its own, or brings forward the window that shows it already: one window a panel, never more. */
  open(panel: PanelId | 'console', place: Place | undefined): void;
  closePanels(): void;
}

/** Whoever speaks through a door. One object per window or connection: rate limits hang on its identity. */
export interface Caller {
  readonly id: string;
  /** Words for the journal: `console window`, `browser console`. */
  readonly by: string;
  readonly scope: Scope;
  /** Sits where the desk runs: the window. What only such a person may allow, others ask for at the terminal. */
  readonly atDesk: boolean;
  /** The session that it speaks for; null in the window. */
  readonly session: number | null;
  /** Left out in a browser, whose pages open their windows themselves. */
  readonly windows?: WindowsPort | undefined;
  /** It is gone and speaks no more. */
  readonly closed: boolean;
  /** The stream this caller follows now. */
  stream(): StreamHandle | null;
}

/** Time as doors need it: monotonic ms, and a timer that can be called off. */
export interface DoorClock {
  monotonic(): number;
  after(ms: number, run: () => void): () => void;
}

/** The sessions of the control door, for whoever lists and ends them. */
export interface SessionsPort {
  list(): readonly SessionRow[];
  /** False: there is no such session. */
  revoke(id: number): boolean;
}

/** What consoles ask for and only a person at the desk's terminal may allow. */
export interface TerminalDoor {
  /** A terminal reads and writes until the returned function is called. */
  attach(say: (line: string) => void): () => void;
  /** Lets happen what `code` stands for. What came of it, as a sentence. */
  confirm(code: string): Promise<string>;
  /** Drops everything that was asked. */
  refuse(): string;
}

/** What tray, menu and power management need to know. */
export interface DoorStatus {
  readonly engine: EngineStateName;
  readonly account: string | null;
  readonly paper: boolean | null;
  /** Something may still send an order by itself. */
  readonly armed: boolean;
}

export interface QuitSummary {
  /** What the broker goes on with, one line each: working orders, protective stops. */
  readonly continues: readonly string[];
  /** What ends with this program: armed triggers, plans not yet at the broker. */
  readonly stops: readonly string[];
}

/** `as-set` is the scope of the settings. */
export type KillScope = 'own' | 'all' | 'as-set';

/** What becomes of stops and targets of open positions; they stay when nothing is said. */
export type KillExits = 'keep' | 'cancel';

export type HotkeyReport = StatusValue['hotkeys'][number];

/** All that a door (window, browser, tray) can ask of the desk. What one door can do the other can. */
export interface DeskDoor {
  /** Answers a `Reply`, always: refusals and defects are values. */
  call(name: unknown, input: unknown, caller: Caller): Promise<unknown>;
  subscribe(topics: readonly TopicName[], send: (frame: Frame) => void): Subscriber;
  armed(): boolean;
  quitSummary(): QuitSummary;
  /** The gate for new orders is shut when this returns. Never refused. */
  kill(scope: KillScope, by: string, exits?: KillExits): void;
  pause(by: string): void;
  reportHotkeys(list: readonly HotkeyReport[]): void;
  /** Something a door saw that the operator must know: an alarm of the log. */
  alarm(text: string): void;
  readonly terminal: TerminalDoor;
  /** Calls at once with the present status, then on each change. The returned function ends it. */
  onStatus(listener: (status: DoorStatus) => void): () => void;
}

export interface DoorLog {
  info(text: string, detail?: Readonly<Record<string, unknown>>): void;
  warn(text: string, detail?: Readonly<Record<string, unknown>>): void;
  error(text: string, detail?: Readonly<Record<string, unknown>>): void;
}
