import type { LinkProblem, LinkState } from '#core/ports/broker';
import type { Clock } from '#core/ports/clock';
import { type AccountId, accountIdOf, isPaperAccount } from '#domain/ids';
import { portMismatch } from './account-port-check.ts';
import type { LampEvent } from './link-state.ts';
import { LinkLamps } from './link-state.ts';
import type { PacingGate } from '#tws/pacing/pacing-gate';
import type { Session } from '#tws/session/session';
import { maskAccounts } from '#domain/account-text';

export interface Problem {
  readonly code: LinkProblem;
  readonly text: string;
}

export interface LinkPorts {
  readonly clock: Clock;
  readonly pacing: PacingGate;
  readonly allowLive: boolean;
  readonly liveConfirmed: () => boolean;
  readonly where: string;
  readonly port: number;
  /** The operator has confirmed an account that the port does not promise. */
  readonly portConfirmed: () => boolean;
}

/** Two unreadable order messages within this time are no accident. */
const DAMAGE_MEMORY = 60_000;

/** Everything the desk knows about its line to IB, folded into one state and one problem. */
export class LinkBoard {
  readonly lamps = new LinkLamps();
  readonly #ports: LinkPorts;
  #sessions: readonly Session[] = [];
  #accounts: readonly AccountId[] = [];
  /** What each open connection was told; they must agree with what the operator knows. */
  readonly #told = new Map<number, readonly AccountId[]>();
  #epoch = 0;
  #life: 'not-started' | 'started' | 'stopped' = 'not-started';
  #damagedAt = -Infinity;
  #damaged: string | undefined;

  constructor(ports: LinkPorts) {
    this.#ports = ports;
  }

  setSessions(sessions: readonly Session[]): void {
    this.#sessions = sessions;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get accounts(): readonly AccountId[] {
    return this.#accounts;
  }

  started(): void {
    this.#life = 'started';
  }

  stopped(): void {
    this.#life = 'stopped';
  }

  /** Paper, or live with both the start option and the operator's confirmation. Judged by the account, never by the port. */
  get liveAllowed(): boolean {
    return this.#accounts.every((account) => isPaperAccount(account)) || (this.#ports.allowLive && this.#ports.liveConfirmed());
  }

  opened(clientId: number, accounts: readonly string[]): void {
    this.#epoch += 1;
    const list = accounts.map(accountIdOf);
    if (this.#accounts.length === 0) this.#accounts = list;
    this.#told.set(clientId, list);
  }

  closed(clientId: number, wasOpen: boolean): void {
    if (wasOpen) this.#epoch += 1;
    this.#told.delete(clientId);
    this.lamps.closed(clientId, this.#ports.clock.now());
    if (this.#sessions.every((session) => !session.isOpen)) {
      this.lamps.forgetFarms();
      this.#damaged = undefined;
    }
  }

  notice(clientId: number, code: number, text: string): LampEvent {
    return this.lamps.notice(clientId, code, text, this.#ports.clock.now());
  }

  /** The operator says the new list of accounts is right. Returns the connections that were told another one. */
  acceptAccounts(): readonly number[] {
    const list = this.#otherAccounts();
    if (list === undefined) return [];
    this.#accounts = list;
    this.#epoch += 1;
    return [...this.#told].filter(([, told]) => !sameSet(told, list)).map(([clientId]) => clientId);
  }

  #otherAccounts(): readonly AccountId[] | undefined {
    for (const list of this.#told.values()) if (!sameSet(list, this.#accounts)) return list;
    return undefined;
  }

  /** An order message was lost: what the desk knows may be incomplete, so a new epoch asks for reconciliation. */
  orderMessageLost(what: string): void {
    const now = this.#ports.clock.monotonic();
    if (now - this.#damagedAt < DAMAGE_MEMORY) this.#damaged = what;
    this.#damagedAt = now;
    this.#epoch += 1;
  }

  /** What keeps orders from leaving; undefined when ready. First the causes the operator can act on. */
  problem(): Problem | undefined {
    if (this.#life === 'not-started') return { code: 'not-started', text: 'The connection to TWS has not been started.' };
    if (this.#life === 'stopped') return { code: 'stopped', text: 'The connection to TWS was stopped.' };
    const others = this.#otherAccounts();
    if (others !== undefined) {
      return {
        code: 'account-changed',
        text: `TWS now manages ${masked(others)}; before it was ${masked(this.#accounts)}. Confirm the account, or log in to TWS with the right user.`,
      };
    }
    if (!this.liveAllowed) return this.#liveProblem();
    const mismatch = portMismatch(this.#ports.port, this.#accounts);
    const confirmed = this.#accounts.every((account) => isPaperAccount(account))
      ? this.#ports.portConfirmed()
      : this.#ports.liveConfirmed();
    if (mismatch !== undefined && !confirmed)
      return { code: 'port-mismatch', text: `${mismatch} Nothing is sent until you have confirmed the account by typing its id.` };
    const down =
      this.#sessions.find((session) => !session.isOpen && session.reason !== undefined) ??
      this.#sessions.find((session) => !session.isOpen);
    if (down !== undefined) return down.reason ?? { code: 'not-started', text: `Connecting to TWS at ${this.#ports.where}.` };
    const mute = this.#sessions.find((session) => !session.isHealthy);
    if (mute !== undefined) {
      return {
        code: 'half-open',
        text: `TWS does not answer the heartbeat of client id ${String(mute.clientId)}. Orders wait; after a second miss the connection is built anew.`,
      };
    }
    if (this.#damaged !== undefined) {
      return {
        code: 'malformed-data',
        text: `Order messages of TWS cannot be read (${this.#damaged}). Use a TWS version this program supports and connect again.`,
      };
    }
    if (this.lamps.upstream === 'down') {
      return {
        code: 'upstream-down',
        text: 'TWS has lost its connection to IB. Orders at IB keep working; new ones wait until it is back, usually within minutes.',
      };
    }
    return undefined;
  }

  state(): LinkState {
    const problem = this.problem();
    const { lamps } = this;
    return {
      connections: this.#sessions.map((session) => session.state()),
      ready: problem === undefined,
      epoch: this.#epoch,
      upstream: lamps.upstream,
      upstreamSince: lamps.upstreamSince,
      restored: lamps.restored,
      farms: lamps.farms,
      accounts: this.#accounts,
      messageRate: this.#ports.pacing.rate,
      messageLimit: this.#ports.pacing.limit,
      ...(problem === undefined ? {} : { problem }),
    };
  }

  #liveProblem(): Problem {
    const live = masked(this.#accounts.filter((account) => !isPaperAccount(account)));
    const mismatch = portMismatch(this.#ports.port, this.#accounts);
    const warning = mismatch === undefined ? '' : ` ${mismatch}`;
    const text = this.#ports.allowLive
      ? `${live} is a live account. Confirm live trading in the console; until then the desk only watches.`
      : `${live} is a live account and the desk was started for paper trading. Log in to a paper account, or start with --live.`;
    return { code: 'live-not-allowed', text: `${text}${warning}` };
  }
}

function sameSet(a: readonly AccountId[], b: readonly AccountId[]): boolean {
  return a.length === b.length && a.every((account) => b.includes(account));
}

function masked(accounts: readonly AccountId[]): string {
  return accounts.map((account) => maskAccounts(account)).join(', ');
}
