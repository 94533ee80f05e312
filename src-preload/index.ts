import { contextBridge, ipcRenderer } from 'electron';
import type { Bridge } from '#protocol/commands';

/** The two functions that cross into the page. What they carry is checked on the other side, where it cannot be tampered with. */
const listeners = new Map<string, (frame: unknown) => void>();
let subscriptions = 0;

ipcRenderer.on('desk:frame', (_event, id: unknown, frame: unknown) => {
  if (typeof id === 'string') listeners.get(id)?.(frame);
});

const desk: Bridge = Object.freeze({
  call(name: string, input: unknown): Promise<unknown> {
    if (typeof name !== 'string') return Promise.reject(new TypeError('the name of a call is a string'));
    return ipcRenderer.invoke('desk:call', name, input);
  },
  subscribe(topics: Parameters<Bridge['subscribe']>[0], listener: (frame: unknown) => void): () => void {
    const given: readonly unknown[] | undefined = Array.isArray(topics) ? topics : undefined;
    if (given === undefined || typeof listener !== 'function') throw new TypeError('subscribe takes a list of topics and a function');
    subscriptions += 1;
    // The page's birth is part of the id: frames still under way to the page before a reload find no listener here.
    const id = `${performance.timeOrigin}-${subscriptions}`;
    listeners.set(id, listener);
    ipcRenderer.send('desk:subscribe', id, [...given]);
    return () => {
      if (listeners.delete(id)) ipcRenderer.send('desk:unsubscribe', id);
    };
  },
});

contextBridge.exposeInMainWorld('desk', desk);
