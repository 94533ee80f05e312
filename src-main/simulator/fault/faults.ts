import { perform } from './fault-actions.ts';
import type { FaultAction, FaultPlan } from './fault-plan.ts';
import type { Gateway } from '#simulator/gateway/gateway';
import type { Target } from '#simulator/gateway/message-faults';
import { GatewayFaults } from './gateway-faults.ts';
import { ScriptRun } from './script-run.ts';
import type { Connection, GatewayServer } from '#simulator/gateway/tcp-server';

/** What faults need of the wire: TCP, or a substitute for it in memory. */
export interface FaultyWire extends Pick<GatewayServer, 'clientIds' | 'greeting' | 'close' | 'listen'> {
  connection(clientId: number): FaultyConnection | undefined;
}

export interface FaultyConnection extends Pick<Connection, 'mute' | 'deaf'> {
  readonly socket: {
    pause(): unknown;
    resume(): unknown;
    resetAndDestroy(): unknown;
    end(): unknown;
    write(bytes: Uint8Array): unknown;
  };
}

/**
 * Everything a test may do to a gateway that behaves too well. Nothing here happens by itself: call the methods, or hand a
 * plan to `run`. This half is the wire; `GatewayFaults` has what goes wrong behind it.
 */
export class Faults extends GatewayFaults {
  readonly #server: FaultyWire;
  readonly #gateway: Gateway;
  readonly #port: number;
  readonly #host: string;
  #down = false;

  constructor(server: FaultyWire, gateway: Gateway, port: number, host: string) {
    super(gateway);
    this.#server = server;
    this.#gateway = gateway;
    this.#port = port;
    this.#host = host;
  }

  // —— plans ————————————————————————————————————————————————————————————————————————————————

  /** Plays a plan from now on; several may run beside each other. */
  run(plan: FaultPlan): ScriptRun<FaultAction> {
    return new ScriptRun(this.#gateway, plan.steps, (action) => perform(action, this));
  }

  /**
   * Everything works again: what was armed is disarmed, what waited happens, the port answers. What was lost stays lost, and
   * what plans still have before them stays theirs (`stop` them first).
   */
  async calm(): Promise<void> {
    this.recover();
    this.#server.greeting.takenIds.clear();
    this.#server.greeting.silent = false;
    this.#server.greeting.version = undefined;
    this.settle();
    if (this.#down) await this.comeBack();
  }

  // —— the connection ———————————————————————————————————————————————————————————————————————

  /** Half-open: TCP stays up, nothing is said any more; what the client sends still arrives and acts. */
  mute(target: Target = 'all'): void {
    this.#each(target, (one) => (one.mute = true));
  }

  /** What the client sends is lost; it still hears everything. */
  deafen(target: Target = 'all'): void {
    this.#each(target, (one) => (one.deaf = true));
  }

  /** Undoes `mute` and `deafen`. What was lost stays lost. */
  recover(target: Target = 'all'): void {
    this.#each(target, (one) => {
      one.mute = false;
      one.deaf = false;
    });
  }

  /** TCP stays up, bytes are accepted, nothing comes of them and nothing is answered; for so many ms, or until `recover`. */
  halfOpen(target: Target = 'all', ms?: number): void {
    this.mute(target);
    this.deafen(target);
    if (ms !== undefined) this.later(ms, () => this.recover(target));
  }

  /** A stopped process: bytes pile up unread and act after `resumeReading`. */
  pauseReading(target: Target = 'all'): void {
    this.#each(target, (one) => one.socket.pause());
  }

  resumeReading(target: Target = 'all'): void {
    this.#each(target, (one) => one.socket.resume());
  }

  rst(target: Target = 'all'): void {
    this.#each(target, (one) => one.socket.resetAndDestroy());
  }

  end(target: Target = 'all'): void {
    this.#each(target, (one) => one.socket.end());
  }

  /** The daily restart: everybody is cut off, the port refuses, orders that were never transmitted are gone. */
  async goDown(): Promise<void> {
    this.#down = true;
    this.#gateway.exchange.register.dropUntransmitted();
    this.#gateway.orders.forgetKept();
    await this.#server.close();
  }

  #isDown(): boolean {
    return this.#down;
  }

  /** Listens again on the port it had. */
  async comeBack(): Promise<void> {
    await this.#server.listen(this.#gateway, this.#port, this.#host);
    this.#down = false;
  }

  /**
   * Down, and back after so many ms of the tape. With `idsBack`, nextValidId is lower by so many than it was, for every
   * client, and TWS takes such ids again. Resolves when it listens again.
   */
  async restart(ms: number, idsBack = 0): Promise<void> {
    if (this.#down) return;
    const due = new Promise<void>((resolve) => this.later(ms, resolve));
    await this.goDown();
    if (idsBack > 0) this.#gateway.exchange.register.rewind(idsBack);
    await due;
    if (this.#isDown()) await this.comeBack();
  }

  /** Bytes as they are, without framing. */
  injectBytes(clientId: number, bytes: Uint8Array): void {
    this.#each(clientId, (one) => one.socket.write(bytes));
  }

  /** The next bracket of this client is transmitted without its children, and its connection is reset. */
  loseChildren(clientId: number): void {
    this.#gateway.orderFaults.loseChildren(clientId, () => this.rst(clientId));
  }

  // —— the greeting of connections to come ——————————————————————————————————————————————————

  set noHandshakeAnswer(on: boolean) {
    this.#server.greeting.silent = on;
  }

  set noNextValidId(on: boolean) {
    this.#gateway.nextIdFault = on ? 'withheld' : undefined;
  }

  /** Tell this id to whoever asks, even below ids that were used; undefined for the truth. */
  set nextValidId(id: number | undefined) {
    this.#gateway.nextIdFault = id;
  }

  /** Announce this server version, e.g. 99 or 222; undefined for the negotiated one. */
  set serverVersion(version: number | undefined) {
    this.#server.greeting.version = version;
  }

  /** As if a dead session still held the id: error 326 for it, for so many ms or until `releaseClientId`. */
  holdClientId(clientId: number, ms?: number): void {
    this.#server.greeting.takenIds.add(clientId);
    if (ms !== undefined) this.later(ms, () => this.releaseClientId(clientId));
  }

  releaseClientId(clientId: number): void {
    this.#server.greeting.takenIds.delete(clientId);
  }

  #each(target: Target, act: (connection: FaultyConnection) => void): void {
    const ids = target === 'all' ? this.#server.clientIds : [target];
    for (const id of ids) {
      const connection = this.#server.connection(id);
      if (connection !== undefined) act(connection);
    }
  }
}
