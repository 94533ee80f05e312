import { ipcMain, type WebContents } from 'electron';
import type { Reply, CallName } from '#protocol/commands';
import type { DeskDoor, DoorLog } from '#desk/entrance/door';
import { DeskClient } from '#desk/stream/desk-client';
import { isConsole } from './origin.ts';

/** Longest id of a subscription; the preload's are shorter. */
const MAX_ID = 64;

const FOREIGN: Reply<CallName> = {
  ok: false,
  error: { code: 'foreign-sender', text: 'The request did not come from the console window.' },
};

const CLOSING: Reply<CallName> = { ok: false, error: { code: 'unavailable', text: 'TriggerDesk is closing.' } };

export interface IpcDoor {
  /** Ends the stream of the page that was there. */
  pageGone(): void;
  /** Later calls are answered that the program is closing: the page outlives the desk by a moment. */
  close(): void;
}

/** The window's way to the desk: three channels in, one out, each message checked for who sent it. */
export function openIpcDoor(door: DeskDoor, contents: WebContents, log: DoorLog): IpcDoor {
  const client = new DeskClient(door, {
    id: `window-${contents.id}`,
    by: 'console window',
    scope: 'operate',
    atDesk: true,
    session: null,
  });
  let subscription: string | null = null;
  let closed = false;

  ipcMain.handle('desk:call', (event, name: unknown, input: unknown) => {
    if (!isConsole(event, contents.id)) {
      log.warn('call from a foreign sender', { sender: event.sender.id, url: event.senderFrame?.url });
      return FOREIGN;
    }
    return closed ? CLOSING : client.call(name, input);
  });
  ipcMain.on('desk:subscribe', (event, id: unknown, topics: unknown) => {
    if (!isConsole(event, contents.id) || typeof id !== 'string' || id.length > MAX_ID) return;
    const taken = client.subscribe(topics, (frame) => {
      if (!contents.isDestroyed()) contents.send('desk:frame', id, frame);
    });
    if (taken) subscription = id;
    else log.warn('a subscription without sound topics was refused');
  });
  ipcMain.on('desk:unsubscribe', (event, id: unknown) => {
    if (isConsole(event, contents.id) && id === subscription) pageGone();
  });

  function pageGone(): void {
    subscription = null;
    client.unsubscribe();
  }

  return {
    pageGone,
    close() {
      closed = true;
      client.close();
    },
  };
}
