import { FakeDesk } from './fake-desk.ts';
import type { Scene } from './scenes.ts';
import type { TopicName } from '#protocol/topics';

/** The invented desk off the page's thread, as the true one is: for measuring only what the console itself costs. */
interface Ask {
  readonly id?: number;
  readonly name?: string;
  readonly input?: unknown;
  readonly start?: { readonly scene: Scene; readonly hz: number; readonly share: number; readonly epoch: number };
  readonly topics?: readonly TopicName[];
}

let desk: FakeDesk | undefined;

self.addEventListener('message', (event: MessageEvent<Ask>) => {
  const { id, name, input, start, topics } = event.data;
  if (start !== undefined) {
    const made = new FakeDesk(start.scene, () => start.epoch + performance.now());
    desk = made;
    let beat = 0;
    setInterval(() => {
      // As the desk does: quotes and watchers at 10 Hz, orders as often as it sends at all.
      beat += 1;
      if (beat % Math.max(1, Math.round(start.hz / 10)) === 0) made.tick(start.share);
      made.churn(start.share);
      made.flush();
    }, 1_000 / start.hz);
  }
  if (topics !== undefined) desk?.subscribe(topics, (frame) => self.postMessage({ frame }));
  if (id !== undefined && name !== undefined) void desk?.call(name, input).then((reply) => self.postMessage({ id, reply }));
});
