import { crc32, deflateSync } from 'node:zlib';
import type { DoorStatus } from '#desk/entrance/door';

const SIZE = 32;

/** Told apart by shape as well as by colour: ring idle, disc armed, two bars paused, cross stopped. */
export type TrayShape = 'ring' | 'disc' | 'bars' | 'cross';

export function trayShape(status: DoorStatus): TrayShape {
  switch (status.engine) {
    case 'EMERGENCY':
    case 'STOPPED':
    case 'ERROR':
      return 'cross';
    case 'PAUSED':
      return 'bars';
    case 'IDLE':
    case 'INITIALIZING':
    case 'SCANNING':
    case 'LEVEL_BUILDING':
    case 'SIGNAL_WAIT':
    case 'SIZING':
    case 'EXECUTION':
    case 'MANAGING':
      return status.armed ? 'disc' : 'ring';
  }
}

const COLOURS: Readonly<Record<TrayShape, readonly [number, number, number]>> = {
  ring: [150, 160, 170],
  disc: [70, 150, 240],
  bars: [230, 170, 40],
  cross: [230, 70, 60],
};

function inside(shape: TrayShape, x: number, y: number): boolean {
  const dx = x - (SIZE - 1) / 2;
  const dy = y - (SIZE - 1) / 2;
  const r = Math.hypot(dx, dy);
  switch (shape) {
    case 'ring':
      return r <= 14 && r >= 10;
    case 'disc':
      return r <= 14;
    case 'bars':
      return Math.abs(dy) <= 12 && Math.abs(dx) >= 3 && Math.abs(dx) <= 9;
    case 'cross':
      return r <= 15 && (Math.abs(dx - dy) <= 5 || Math.abs(dx + dy) <= 5);
  }
}

/** A PNG, drawn here so that no state depends on a file being found. */
export function trayPng(shape: TrayShape): Buffer {
  const raw = Buffer.alloc(SIZE * (1 + SIZE * 4));
  const [red, green, blue] = COLOURS[shape];
  for (let y = 0; y < SIZE; y += 1) {
    for (let x = 0; x < SIZE; x += 1) {
      if (inside(shape, x, y)) raw.set([red, green, blue, 255], y * (1 + SIZE * 4) + 1 + x * 4);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** e.g. `TriggerDesk · PAPER DU1234567 · SCANNING · armed` */
export function trayText(status: DoorStatus): string {
  const account = status.account === null ? 'not connected' : `${status.paper === false ? 'LIVE' : 'PAPER'} ${status.account}`;
  return ['TriggerDesk', account, status.engine, status.armed ? 'armed' : 'disarmed'].join(' · ');
}
