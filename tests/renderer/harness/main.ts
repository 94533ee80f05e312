import type { Bridge } from '#protocol/commands';
import { FakeDesk } from './fake-desk.ts';
import { cutField, cutInHeader, hiddenActions, overprints } from './layout-faults.ts';
import { SCENES, type Scene } from './scenes.ts';

/**
 * Puts an invented desk where the preload would put the true one. `?scene=` chooses the moment, `hz` the rate of frames, `share`
 * how much of it changes each time, `still` stops the market so that two pictures can be compared, `worker` moves the desk off
 * this page's thread for measuring.
 */
const query = new URLSearchParams(location.search);
const wanted = query.get('scene') ?? 'busy';
const scene: Scene = SCENES.find((name) => name === wanted) ?? 'busy';
const hz = Number(query.get('hz') ?? '10');
const share = Number(query.get('share') ?? '0.4');
const tenThirtyTwo = Date.UTC(2013, 9, 8, 14, 32, 5);

function pageDesk(): void {
  const started = performance.now();
  const desk = new FakeDesk(scene, () => tenThirtyTwo + performance.now() - started);
  Object.assign(window, { desk, fakeDesk: desk, faults: { cutField, cutInHeader, hiddenActions, overprints } });
  const still = query.has('still');
  setInterval(() => {
    if (!still) desk.tick(share);
    desk.flush();
  }, 1_000 / hz);
}

/** Read by the measuring script. */
const counted = window as { __pushes?: number };

function workerBridge(): Bridge {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, (reply: unknown) => void>();
  let listener: ((frame: unknown) => void) | undefined;
  let lastId = 0;
  worker.addEventListener(
    'message',
    (event: MessageEvent<{ readonly id?: number; readonly reply?: unknown; readonly frame?: unknown }>) => {
      const { id, reply, frame } = event.data;
      if (frame !== undefined) {
        counted.__pushes = (counted.__pushes ?? 0) + 1;
        listener?.(frame);
      }
      if (id === undefined) return;
      waiting.get(id)?.(reply);
      waiting.delete(id);
    },
  );
  worker.postMessage({ start: { scene, hz, share, epoch: tenThirtyTwo } });
  return {
    call: (name, input) =>
      new Promise((resolve) => {
        lastId += 1;
        waiting.set(lastId, resolve);
        worker.postMessage({ id: lastId, name, input });
      }),
    subscribe: (topics, told) => {
      listener = told;
      worker.postMessage({ topics });
      return () => {
        listener = undefined;
      };
    },
  };
}

if (query.has('worker')) Object.assign(window, { desk: workerBridge() });
else pageDesk();
