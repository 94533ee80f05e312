import type { TriggerLife } from './trigger.ts';

/**
 * What can happen to a trigger. `sent`: its order left; `fail`: denied, refused or lost before it left; `lock`: the
 * repeated-execution throttle took it away from the operator until `unlock`. `found-sent`: offered again after a restart, but its order of
 * this generation had left before the end of the last run. `refused`: its order had gone, and was not sent after all or refused by IB.
 * `break`: a defect of this program stopped the firing.
 */
export type TriggerEvent =
  | 'arm'
  | 'pause'
  | 'resume'
  | 'edit'
  | 'disarm'
  | 'cancel'
  | 'fire'
  | 'sent'
  | 'fail'
  | 'expire'
  | 'lock'
  | 'unlock'
  | 'found-sent'
  | 'refused'
  | 'break';

type Row = Readonly<Partial<Record<TriggerEvent, TriggerLife>>>;

/**
 * The whole life; what is not written is illegal. A spent trigger comes back only by `arm`, which is a new generation, or by
 * `edit`, which makes it a draft again. `firing` cannot be paused or edited: its token is spent.
 */
const LIFE: Readonly<Record<TriggerLife, Row>> = {
  draft: { arm: 'armed', edit: 'draft', cancel: 'cancelled', lock: 'locked', 'found-sent': 'fired' },
  armed: {
    pause: 'paused',
    edit: 'armed',
    disarm: 'draft',
    cancel: 'cancelled',
    fire: 'firing',
    expire: 'expired',
    lock: 'locked',
    break: 'failed',
  },
  paused: { resume: 'armed', edit: 'paused', disarm: 'draft', cancel: 'cancelled', expire: 'expired', lock: 'locked' },
  firing: { sent: 'fired', fail: 'failed', lock: 'locked' },
  fired: { arm: 'armed', edit: 'draft', cancel: 'cancelled', lock: 'locked', refused: 'failed' },
  failed: { arm: 'armed', edit: 'draft', cancel: 'cancelled', lock: 'locked' },
  expired: { edit: 'draft', cancel: 'cancelled' },
  cancelled: {},
  // Being armed unlocks it.
  locked: { arm: 'armed', unlock: 'draft', cancel: 'cancelled' },
};

/** Undefined when the event is illegal in this life: refuse it and count it. */
export function nextTriggerLife(life: TriggerLife, event: TriggerEvent): TriggerLife | undefined {
  return LIFE[life][event];
}

/** What is legal now, in the table's order: the commands to offer. */
export function triggerEvents(life: TriggerLife): readonly TriggerEvent[] {
  return Object.keys(LIFE[life]) as TriggerEvent[];
}
