import { onTestFinished } from 'vitest';
import type { TwsOptions } from '#tws/tws-options';
import { FakeClock } from '../fake-clock.ts';
import { type MemoryHighWater, TwsDesk } from './desk.ts';
import { FakeGateway, type GatewayManners } from './fake-gateway.ts';

/** A gateway and a desk before it, both with sockets; the desk's time is in the test's hands. */
export interface GatewayLine {
  readonly gateway: FakeGateway;
  readonly desk: TwsDesk;
  readonly clock: FakeClock;
}

/** A gateway that listens until the running test ends; at a port of its own unless told. */
export async function listening(manners: GatewayManners = {}, port = 0): Promise<FakeGateway> {
  const gateway = await new FakeGateway(manners).listen(port);
  onTestFinished(() => gateway.close());
  return gateway;
}

/** A desk for the gateway at this port, not started; it is stopped when the running test ends, before the gateway. */
export function deskAt(port: number, clock = new FakeClock(), options: Partial<TwsOptions> = {}, ids?: MemoryHighWater): TwsDesk {
  const desk = new TwsDesk(port, clock, options, ids);
  onTestFinished(() => desk.stop());
  return desk;
}

/** Ready on all three connections, and the opening requests have left. */
export async function readyLine(clock = new FakeClock()): Promise<GatewayLine> {
  const gateway = await listening();
  return { gateway, desk: await deskAt(gateway.port, clock).ready(), clock };
}

/** As `readyLine`, and settled. */
export async function settledLine(clock = new FakeClock()): Promise<GatewayLine> {
  const line = await readyLine(clock);
  await settle(line.desk, clock);
  return line;
}

/** The first heartbeats are answered, the opening requests have left and their places in the message rate are free again: one second on. */
export async function settle(desk: TwsDesk, clock: FakeClock): Promise<void> {
  await heartbeatsAnswered(desk);
  clock.advance(1_000);
}

/** Resolves when each connection is ready and has had the answer to its first heartbeat. */
export async function heartbeatsAnswered(desk: TwsDesk): Promise<void> {
  await desk.until(() => desk.link.ready && desk.link.connections.every(({ roundTripMs }) => roundTripMs !== undefined));
}
