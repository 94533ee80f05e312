import { parentPort, workerData } from 'node:worker_threads';
import { FakeGateway, frame, type FakePeer } from './fake-gateway.ts';
import { tickPrice } from './messages.ts';

/**
 * A scripted gateway on a thread of its own, so that its burst really waits in the socket while the desk decodes. `full` is
 * set when the system takes no more of it.
 */
export interface BurstData {
  readonly ticks: number;
  readonly full: Int32Array;
}

if (parentPort !== null) {
  const { ticks, full } = workerData as BurstData;
  const port = parentPort;
  const gateway = await new FakeGateway().listen();

  const watch = (peer: FakePeer, length: number, still: number): void => {
    if (still > 200) {
      Atomics.store(full, 0, 1);
      Atomics.notify(full, 0);
      return;
    }
    const now = peer.socket.writableLength;
    setImmediate(() => {
      watch(peer, now, now === length ? still + 1 : 0);
    });
  };

  port.on('message', (message: 'burst' | 'fill' | 'close') => {
    if (message === 'burst') {
      const peer = gateway.client(1);
      const reqId = peer.of('1')[0]![2]!;
      peer.bytes(...Array.from({ length: ticks }, (_, i) => frame(...tickPrice(reqId, 4, (185 + (i % 100) / 100).toFixed(2)))));
      watch(peer, -1, 0);
    } else if (message === 'close') void gateway.close().then(() => port.close());
  });
  await new Promise((done) => setImmediate(done));
  port.postMessage(gateway.port);
  await gateway.until(() => gateway.clients(1).length === 1 && gateway.client(1).of('1').length === 1);
  port.postMessage('subscribed');
}
