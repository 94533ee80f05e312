import type { FarmState } from '#core/ports/broker';

/** Upstream (TWS to IB) and data farms: lamps beside the socket. Their trouble never closes a connection. */
export type Upstream = 'unknown' | 'up' | 'down';

/** What a system notice did to the lamps. */
export type LampEvent = 'none' | 'changed' | 'data-lost' | 'data-kept' | 'farm-back';

interface FarmRule {
  readonly kind: FarmState['kind'];
  readonly state: FarmState['state'];
}

const FARM_RULES: ReadonlyMap<number, FarmRule> = new Map<number, FarmRule>([
  [2103, { kind: 'market', state: 'broken' }],
  [2104, { kind: 'market', state: 'ok' }],
  [2105, { kind: 'history', state: 'broken' }],
  [2106, { kind: 'history', state: 'ok' }],
  [2107, { kind: 'history', state: 'idle' }],
  [2108, { kind: 'market', state: 'idle' }],
  [2119, { kind: 'market', state: 'connecting' }],
  [2157, { kind: 'secdef', state: 'broken' }],
  [2158, { kind: 'secdef', state: 'ok' }],
]);

const MAX_FARMS = 64;

export class LinkLamps {
  /** Each connection tells its own story, so that an old sentence of a slow one cannot undo a newer one of another. */
  readonly #upstream = new Map<number, 'up' | 'down' | 'offline'>();
  readonly #farms = new Map<string, FarmState>();
  #since = 0;
  #restored = 0;

  get upstream(): Upstream {
    let seen: Upstream = 'unknown';
    for (const state of this.#upstream.values()) {
      if (state !== 'up') return 'down';
      seen = 'up';
    }
    return seen;
  }

  /** Epoch ms of the last change. */
  get upstreamSince(): number {
    return this.#since;
  }

  /** How often 1101 or 1102 was said. */
  get restored(): number {
    return this.#restored;
  }

  get farms(): readonly FarmState[] {
    return [...this.#farms.values()];
  }

  /** `now` in epoch ms. */
  notice(clientId: number, code: number, text: string, now: number): LampEvent {
    switch (code) {
      case 1100:
        return this.#setUpstream(clientId, 'down', now) ? 'changed' : 'none';
      case 2110:
        return this.#setUpstream(clientId, 'offline', now) ? 'changed' : 'none';
      case 1101:
        this.#restored += 1;
        this.#setUpstream(clientId, 'up', now);
        return 'data-lost';
      case 1102:
        this.#restored += 1;
        this.#setUpstream(clientId, 'up', now);
        return 'data-kept';
      default:
        return this.#farm(clientId, code, text, now);
    }
  }

  /** What a closed connection said no longer counts. */
  closed(clientId: number, now: number): void {
    const before = this.upstream;
    this.#upstream.delete(clientId);
    if (before !== this.upstream) this.#since = now;
  }

  /** No connection is left that could tell. */
  forgetFarms(): void {
    this.#farms.clear();
  }

  #setUpstream(clientId: number, state: 'up' | 'down' | 'offline', now: number): boolean {
    const before = this.upstream;
    this.#upstream.set(clientId, state);
    const changed = before !== this.upstream;
    if (changed) this.#since = now;
    return changed;
  }

  #farm(clientId: number, code: number, text: string, now: number): LampEvent {
    const rule = FARM_RULES.get(code);
    if (rule === undefined) return 'none';
    // A farm that answers proves the line to IB and ends a 2110; after 1100 only 1101 or 1102 end the outage.
    if (rule.state === 'ok' && this.#upstream.get(clientId) !== 'down') this.#setUpstream(clientId, 'up', now);
    const name = farmName(text);
    const key = `${rule.kind} ${name}`;
    const before = this.#farms.get(key);
    if (before?.state === rule.state) return 'none';
    if (before === undefined && this.#farms.size >= MAX_FARMS) return 'none';
    this.#farms.set(key, { name, ...rule, since: now });
    return rule.kind === 'market' && rule.state === 'ok' && before?.state === 'broken' ? 'farm-back' : 'changed';
  }
}

/** `Market data farm connection is OK:usfarm` → `usfarm`; also `… upon demand.usfarm`. */
function farmName(text: string): string {
  const at = Math.max(text.lastIndexOf(':'), text.lastIndexOf('.'));
  const name = at < 0 ? '' : text.slice(at + 1).trim();
  return name === '' ? 'unnamed' : name.slice(0, 40);
}
