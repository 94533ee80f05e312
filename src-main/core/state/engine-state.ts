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

/** What may leave: an entry of a trigger or of the operator's hand, or what the operator has confirmed and only lowers exposure. */
export type Leaving = 'trigger-entry' | 'operator-entry' | 'confirmed-reduce' | 'confirmed-flatten';

/** Where an order may leave (I-03). Cancels leave everywhere. */
const LEAVES: Readonly<Record<EngineState, readonly Leaving[]>> = {
  IDLE: [],
  INITIALIZING: [],
  SCANNING: ['operator-entry', 'confirmed-reduce', 'confirmed-flatten'],
  LEVEL_BUILDING: [],
  SIGNAL_WAIT: ['operator-entry', 'confirmed-reduce', 'confirmed-flatten'],
  SIZING: [],
  EXECUTION: ['trigger-entry', 'operator-entry', 'confirmed-reduce', 'confirmed-flatten'],
  MANAGING: ['trigger-entry', 'operator-entry', 'confirmed-reduce', 'confirmed-flatten'],
  PAUSED: ['confirmed-reduce', 'confirmed-flatten'],
  ERROR: [],
  EMERGENCY: ['confirmed-flatten'],
  STOPPED: [],
};

export function mayTransmit(state: EngineState, order: Leaving): boolean {
  return LEAVES[state].includes(order);
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

/** Commands the screen offers in a state; everything else is refused with `not-allowed-now`. Kill and cancels are always there. */
export function offers(state: EngineState): readonly string[] {
  const always = ['kill', 'order.cancel', 'orders.cancel-all'];
  switch (state) {
    case 'IDLE':
      return ['engine.start', ...always];
    case 'PAUSED':
      return ['engine.resume', 'engine.stop', 'position.flatten', 'trigger.disarm', ...always];
    case 'ERROR':
      return ['engine.recover', ...always];
    case 'EMERGENCY':
      return ['engine.acknowledge', 'position.flatten', ...always];
    case 'STOPPED':
      return ['engine.rearm.request', 'engine.rearm.confirm', ...always];
    case 'INITIALIZING':
      return ['engine.pause', 'engine.stop', ...always];
    default:
      return ['engine.pause', 'engine.stop', 'trigger.arm', 'trigger.disarm', 'position.flatten', ...always];
  }
}
