/** The life of the desk as one pure table. What is not in it is illegal: refused, counted, never forced. */
export const ENGINE_STATES = [
  'IDLE',
  'INITIALIZING',
  'SCANNING',
  'LEVEL_BUILDING',
  'SIGNAL_WAIT',
  'SIZING',
  'EXECUTION',
  'MANAGING',
  'PAUSED',
  'ERROR',
  'EMERGENCY',
  'STOPPED',
] as const;

export type EngineState = (typeof ENGINE_STATES)[number];

export const ENGINE_EVENTS = [
  'start',
  'ready',
  'build',
  'levels-built',
  'no-watchers',
  'fired',
  'sized',
  'denied',
  'sent',
  'orders-working',
  'orders-done',
  'pause',
  'resume',
  'stop',
  'fault',
  'recover',
  'kill',
  'acknowledge',
  'rearm',
] as const;

export type EngineEvent = (typeof ENGINE_EVENTS)[number];

type Row = Partial<Readonly<Record<EngineEvent, EngineState>>>;

/** Legal from every state, also from EMERGENCY itself (which it does not leave). */
const KILL: Row = { kill: 'EMERGENCY' };
/** What every state of a running desk answers to. */
const RUNNING: Row = { pause: 'PAUSED', stop: 'IDLE', fault: 'ERROR', ...KILL };

const TABLE: Readonly<Record<EngineState, Row>> = {
  IDLE: { start: 'INITIALIZING', fault: 'ERROR', ...KILL },
  INITIALIZING: { ready: 'SCANNING', ...RUNNING },
  SCANNING: { build: 'LEVEL_BUILDING', 'orders-working': 'MANAGING', ...RUNNING },
  LEVEL_BUILDING: { 'levels-built': 'SIGNAL_WAIT', 'no-watchers': 'SCANNING', ...RUNNING },
  SIGNAL_WAIT: { build: 'LEVEL_BUILDING', fired: 'SIZING', 'orders-working': 'MANAGING', 'no-watchers': 'SCANNING', ...RUNNING },
  SIZING: { sized: 'EXECUTION', denied: 'SIGNAL_WAIT', ...RUNNING },
  EXECUTION: { sent: 'MANAGING', denied: 'SIGNAL_WAIT', ...RUNNING },
  MANAGING: { build: 'LEVEL_BUILDING', fired: 'SIZING', 'orders-done': 'SIGNAL_WAIT', ...RUNNING },
  PAUSED: { resume: 'INITIALIZING', stop: 'IDLE', fault: 'ERROR', ...KILL },
  ERROR: { recover: 'IDLE', ...KILL },
  EMERGENCY: { acknowledge: 'STOPPED', ...KILL },
  STOPPED: { rearm: 'IDLE', ...KILL },
};

/** The next state, or undefined when the event is illegal in this one. */
export function nextEngineState(state: EngineState, event: EngineEvent): EngineState | undefined {
  return TABLE[state][event];
}

/** What may leave: an entry of a trigger or of the operator's hand, or what only lowers exposure. */
export type Leaving = 'trigger-entry' | 'operator-entry' | 'reduce';

/** Where an entry may leave (I-03). */
const ENTRIES: Readonly<Record<EngineState, readonly Leaving[]>> = {
  IDLE: [],
  INITIALIZING: [],
  SCANNING: ['operator-entry'],
  LEVEL_BUILDING: [],
  SIGNAL_WAIT: ['operator-entry'],
  SIZING: [],
  EXECUTION: ['trigger-entry', 'operator-entry'],
  MANAGING: ['trigger-entry', 'operator-entry'],
  PAUSED: [],
  ERROR: [],
  EMERGENCY: [],
  STOPPED: [],
};

/** The way out is open in every state, as it is for cancels: the link, the book, the journal and risk alone hold back what only lowers exposure. */
export function mayTransmit(state: EngineState, order: Leaving): boolean {
  return order === 'reduce' || ENTRIES[state].includes(order);
}

/** A kill has been written down, and the desk has not been re-armed since. */
export function isKilled(state: EngineState): boolean {
  return state === 'EMERGENCY' || state === 'STOPPED';
}

/** Triggers are tested for firing only while the desk waits for signals. */
export function mayFire(state: EngineState): boolean {
  return state === 'SIGNAL_WAIT' || state === 'MANAGING';
}

/** Arming a trigger raises possible exposure: only a started, unpaused desk does it. */
export function mayArm(state: EngineState): boolean {
  return state === 'SCANNING' || state === 'SIGNAL_WAIT' || state === 'MANAGING';
}

/** Started and able to reach the market without a further act of the operator. */
export function isArmedState(state: EngineState): boolean {
  return (
    state === 'SCANNING' ||
    state === 'LEVEL_BUILDING' ||
    state === 'SIGNAL_WAIT' ||
    state === 'SIZING' ||
    state === 'EXECUTION' ||
    state === 'MANAGING'
  );
}

const ENGINE_COMMANDS = {
  'engine.start': 'start',
  'engine.pause': 'pause',
  'engine.resume': 'resume',
  'engine.stop': 'stop',
  'engine.recover': 'recover',
  'engine.acknowledge': 'acknowledge',
  'engine.rearm.request': 'rearm',
  'engine.rearm.confirm': 'rearm',
} as const satisfies Readonly<Record<string, EngineEvent>>;

/** What only lowers exposure. A change of an entry does not: that is refused by its own reason. */
const REDUCING = [
  'position.close',
  'position.flatten',
  'positions.flatten-all',
  'position.protect',
  'position.breakeven',
  'position.trail',
  'position.resize-exits',
  'order.modify',
] as const;

/**
 * Commands the screen offers in a state, read from the same tables as what is allowed; everything else is refused with `not-allowed-now`. Kill
 * and cancels are always there. `reduceRefusal`: why nothing that lowers exposure may leave now, undefined when it may.
 */
export function offers(state: EngineState, reduceRefusal: string | undefined): readonly string[] {
  const engine = Object.entries(ENGINE_COMMANDS).flatMap(([name, event]) => (nextEngineState(state, event) === undefined ? [] : [name]));
  return [
    ...engine,
    ...(mayArm(state) ? ['trigger.arm'] : []),
    ...(mayFire(state) ? ['trigger.fire-now'] : []),
    ...(isArmedState(state) || state === 'PAUSED' ? ['trigger.disarm'] : []),
    ...(mayTransmit(state, 'reduce') && reduceRefusal === undefined ? REDUCING : []),
    'kill',
    'order.cancel',
    'orders.cancel-all',
  ];
}
