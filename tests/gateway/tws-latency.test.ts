import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { IBM } from '../support/tws/approved.ts';
import type { BurstData } from '../support/tws/burst-gateway.ts';
import { TwsDesk } from '../support/tws/desk.ts';

let worker: Worker | undefined;
let desk: TwsDesk | undefined;

afterEach(async () => {
  await desk?.stop();
  worker?.postMessage('close');
  await worker?.terminate();
});

const BURST = 100_000;
/** Three reads of 64 KiB. One costs about 10 ms of decoding, so this stands for far less than the 300 ms allowed. */
const BOUND = 6_000;

test('a kill pressed during a burst of 100 000 ticks leaves after at most three more reads of the socket (M-07, F11)', async () => {
  const full = new Int32Array(new SharedArrayBuffer(4));
  worker = new Worker(new URL('../support/tws/burst-gateway.ts', import.meta.url), {
    workerData: { ticks: BURST, full } satisfies BurstData,
  });
  const [port] = (await once(worker, 'message')) as [number];
  const clock = new FakeClock();
  desk = await new TwsDesk(port, clock).ready();
  clock.advance(1_000);
  const subscribed = once(worker, 'message');
  desk.adapter.market.subscribe(IBM);
  await subscribed;

  const counts = { ticks: 0, pressed: -1, left: -1 };
  const { port1, port2 } = new MessageChannel();
  const left = new Promise<void>((done) => {
    port2.on('message', () => {
      desk!.adapter.broker.purge('kill');
      desk!.adapter.broker.cancel({ clientId: 2 as never, orderId: 7 as never });
      if (desk!.adapter.broker.globalCancel().kind === 'sent') counts.left = counts.ticks;
      done();
    });
  });
  desk.adapter.setSink({
    tick: () => {
      counts.ticks += 1;
      if (counts.ticks !== 1) return;
      // The loop stands still until the system's buffers are full of ticks; then the operator presses.
      Atomics.wait(full, 0, 0, 10_000);
      counts.pressed = counts.ticks;
      port1.postMessage('kill');
    },
    info: () => undefined,
    malformed: () => undefined,
    baseline: () => undefined,
    subscriptionFailed: () => undefined,
    chunkEnd: () => undefined,
  });
  worker.postMessage('burst');
  await left;
  port1.close();
  expect(counts.left - counts.pressed).toBeLessThanOrEqual(BOUND);
  const out = desk.adapter.frames().filter(({ direction, text }) => direction === 'out' && /^(?:4|58)\|/.test(text));
  expect(out.map(({ text }) => text.split('|')[0])).toEqual(['4', '58']);
});
