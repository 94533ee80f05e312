import type { WebSocket } from '@fastify/websocket';
import type { DeskDoor, DoorLog } from '#desk/entrance/door';
import { type OwnSession, SESSION_ENDS, type SessionEnd } from '#protocol/session';
import { DeskClient } from '#desk/stream/desk-client';
import { jsonFrame } from '#desk/stream/json-frame';
import { TokenBucket } from '#desk/entrance/token-bucket';
import { readMessage } from './wire-message.ts';

/** Close codes of RFC 6455: policy, and "try again later" for who does not read. */
const POLICY = 1008;
const TOO_SLOW = 1013;

const MESSAGES_PER_SECOND = 200;
const MESSAGES_BURST = 400;
const HANDSHAKE_MS = 1_000;

export interface SocketLimits {
  /** Bytes that may wait for a screen that does not read. */
  readonly maxBuffered: number;
}

export interface Screen {
  readonly id: string;
  readonly session: OwnSession;
  /** A word of it has come. */
  readonly onWord: () => void;
  readonly onClose: () => void;
}

/** Ends a screen whose session has ended. */
export type ScreenEnd = (how: SessionEnd) => void;

/**
 * One browser screen. The stream waits for its acknowledgements, so what waits in the socket is two frames and the replies; who
 * lets even that pile up is cut off.
 */
export function attachScreen(socket: WebSocket, door: DeskDoor, screen: Screen, limits: SocketLimits, log: DoorLog): ScreenEnd {
  const { id, session } = screen;
  const by = `browser console ${session.id}`;
  const client = new DeskClient(door, { id, by, scope: session.scope, atDesk: false, session: session.id });
  const rate = new TokenBucket(MESSAGES_PER_SECOND, MESSAGES_BURST, performance.now());
  let closed = false;

  function end(code: number, reason: string): void {
    if (closed) return;
    closed = true;
    client.close();
    log.warn('a browser console was cut off', { id, code, reason });
    socket.close(code, reason);
    // A peer that does not read does not answer the closing handshake either.
    setTimeout(() => socket.terminate(), HANDSHAKE_MS).unref();
  }

  function send(message: object): void {
    if (closed || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > limits.maxBuffered) {
      end(TOO_SLOW, 'too slow');
      return;
    }
    socket.send(JSON.stringify(message));
  }

  socket.on('close', () => {
    closed = true;
    client.close();
    screen.onClose();
  });
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (closed) return;
    if (!rate.take(performance.now())) {
      end(POLICY, 'too many messages');
      return;
    }
    screen.onWord();
    const message = isBinary ? null : readMessage(data.toString('utf8'));
    switch (message?.t) {
      case 'call': {
        const call = message;
        void client.call(call.name, call.input).then((reply) => send({ t: 'reply', id: call.id, reply }));
        return;
      }
      case 'subscribe':
        if (!client.subscribe(message.topics, (frame) => send({ t: 'frame', frame: jsonFrame(frame) }))) end(POLICY, 'no such topics');
        return;
      case 'unsubscribe':
        client.unsubscribe();
        return;
      case undefined:
        end(POLICY, 'not a message of this desk');
    }
  });
  send({ t: 'session', session });
  return (how) => end(SESSION_ENDS[how], `session ${how}`);
}
