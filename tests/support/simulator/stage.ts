import { expect, onTestFinished } from 'vitest';
import type { Faults } from '#simulator/fault/faults';
import type { Simulator, SimulatorOptions } from '#simulator/simulator';
import { connectClient, type TestClient } from './client.ts';
import { OPEN, simulatorOn, type TapeLine } from './tape.ts';

/** Three lines of a tape: 180.00 × 180.02, 300 shares on each side, after a trade of 100 between them. */
export const QUOTE: readonly TapeLine[] = [
  ['IBM', 'bid', '180.00', 300],
  ['IBM', 'ask', '180.02', 300],
  ['IBM', 'last', '180.01', 100],
];

/** The simulator of one test, with the clients that have joined it. */
export class Stage {
  readonly simulator: Simulator;
  readonly #clients: TestClient[] = [];

  constructor(simulator: Simulator) {
    this.simulator = simulator;
  }

  get faults(): Faults {
    return this.simulator.faults;
  }

  /** A client of the library, connected and told its next order id. */
  async join(clientId: number): Promise<TestClient> {
    return this.add(await connectClient(this.simulator.port, clientId));
  }

  /** Closed with the others when the test ends. */
  add(client: TestClient): TestClient {
    this.#clients.push(client);
    return client;
  }

  /** The tape goes on by so many lines; resolves when every client has been answered after them. */
  async step(count = 1): Promise<void> {
    await this.simulator.market.step(count);
    for (const client of this.#clients) await settled(client);
  }

  /** Moves the tape's clock by so many milliseconds, without a tick. */
  async later(ms: number): Promise<void> {
    await this.simulator.market.advanceTo(this.simulator.clock.now() + ms);
  }

  /** Closes the clients. A message that the library could not decode fails the test. */
  async close(): Promise<void> {
    for (const client of this.#clients) await client.close();
    expect(this.#clients.flatMap(({ decodeErrors }) => decodeErrors)).toEqual([]);
  }
}

/** A simulator on these lines, of which none has been played. It ends with the running test, its clients before it. */
export async function stageOn(lines: readonly TapeLine[], more: Partial<SimulatorOptions> = {}, startAt = OPEN): Promise<Stage> {
  const run = await simulatorOn(lines, more, startAt);
  const stage = new Stage(run.simulator);
  onTestFinished(async () => {
    await stage.close().finally(() => run.stop());
  });
  return stage;
}

/** As `stageOn`, with a quote played before the test's own lines. `startAt` is the time of its first line in epoch ms. */
export async function quotedStage(lines: readonly TapeLine[] = [], more: Partial<SimulatorOptions> = {}, startAt = OPEN): Promise<Stage> {
  const stage = await stageOn([...QUOTE, ...lines], more, startAt);
  await stage.simulator.market.step(QUOTE.length);
  return stage;
}

/** Resolves when the server has answered everything that this client sent before. */
export async function settled(client: TestClient): Promise<void> {
  const before = client.all('currentTime').length;
  client.api.reqCurrentTime();
  await client.when('currentTime', () => client.all('currentTime').length > before);
}
