import { ipcMain, type WebContents } from 'electron';
import type { Reply, CallName } from '#protocol/commands';
import type { DeskDoor, DoorLog, WindowsPort } from '#desk/entrance/door';
import { DeskClient } from '#desk/stream/desk-client';
import { isConsole, type Sender } from './origin.ts';

/** Longest id of a subscription; the preload's are shorter. */
const MAX_ID = 64;

const FOREIGN: Reply<CallName> = {
  ok: false,
  error: { code: 'foreign-sender', text: 'The request did not come from the console window.' },
};

const CLOSING: Reply<CallName> = { ok: false, error: { code: 'unavailable', text: 'TriggerDesk is closing.' } };

/** One window's place at the desk. */
export interface Seat {
  /** Ends the stream of the page that was there. */
  pageGone(): void;
  /** The window is gone for good. */
  leave(): void;
}

export interface IpcDoor {
  /** From now on the page in `contents` is heard; `by` is its name in the journal. */
  admit(contents: WebContents, by: string, windows: WindowsPort): Seat;
  /** Later calls are answered that the program is closing: the pages outlive the desk by a moment. */
  close(): void;
}

interface Sitting {
  readonly contents: WebContents;
  readonly client: DeskClient;
  subscription: string | null;
}

/** The windows' way to the desk: three channels in, one out, each message checked for who sent it. */
export function openIpcDoor(door: DeskDoor, log: DoorLog): IpcDoor {
  const seats = new Map<number, Sitting>();
  let closed = false;

  function seatOf(event: Sender): Sitting | undefined {
    const { id } = event.sender;
    return isConsole(event, id) ? seats.get(id) : undefined;
  }

  function pageGone(seat: Sitting): void {
    seat.subscription = null;
    seat.client.unsubscribe();
  }

  ipcMain.handle('desk:call', (event, name: unknown, input: unknown) => {
    const seat = seatOf(event);
    if (seat === undefined) {
      log.warn('call from a foreign sender', { sender: event.sender.id, url: event.senderFrame?.url });
      return FOREIGN;
    }
    return closed ? CLOSING : seat.client.call(name, input);
  });
  ipcMain.on('desk:subscribe', (event, id: unknown, topics: unknown) => {
    const seat = seatOf(event);
    if (seat === undefined || typeof id !== 'string' || id.length > MAX_ID) return;
    const { contents, client } = seat;
    const taken = client.subscribe(topics, (frame) => {
      if (!contents.isDestroyed()) contents.send('desk:frame', id, frame);
    });
    if (taken) seat.subscription = id;
    else log.warn('a subscription without sound topics was refused');
  });
  ipcMain.on('desk:unsubscribe', (event, id: unknown) => {
    const seat = seatOf(event);
    if (seat !== undefined && id === seat.subscription) pageGone(seat);
  });

  return {
    admit(contents, by, windows) {
      const { id } = contents;
      const client = new DeskClient(door, { id: `window-${id}`, by, scope: 'operate', atDesk: true, session: null, windows });
      const seat: Sitting = { contents, client, subscription: null };
      seats.set(id, seat);
      return {
        pageGone: () => pageGone(seat),
        leave: () => {
          seats.delete(id);
          client.close();
        },
      };
    },
    close() {
      closed = true;
      for (const { client } of seats.values()) client.close();
    },
  };
}
