import type { DeskCore } from '#core/engine/desk-core';
import { engineState } from '#core/engine/hall';
import { isArmedState } from '#core/engine/engine-table';
import { kill } from '#core/engine/kill';
import { pauseDesk } from '#core/engine/life';
import type { DeskDoor, DoorStatus } from '#desk/door';
import { orderLine } from '#desk/projection/rows';
import type { Router } from '#desk/router';
import type { Publisher } from '#desk/stream/publisher';
import type { StatusValue } from '#protocol/topics';
import type { SettingsStore } from './settings-store.ts';

export interface DoorParts {
  readonly core: DeskCore;
  readonly router: Router;
  readonly publisher: Publisher;
  readonly settings: SettingsStore;
  readonly hotkeys: (list: StatusValue['hotkeys']) => void;
}

/** The one door of the desk, for the window and for the browser alike. */
export function deskDoor({ core, router, publisher, settings, hotkeys }: DoorParts): DeskDoor {
  const { hall } = core;
  const listeners = new Set<(status: DoorStatus) => void>();
  let last = '';

  function status(): DoorStatus {
    const account = hall.accounts.current();
    return {
      engine: engineState(hall),
      account: account?.id ?? null,
      paper: account?.paper ?? null,
      armed: isArmedState(engineState(hall)),
    };
  }

  hall.coordinator.subscribe(() => {
    const now = status();
    const text = JSON.stringify(now);
    if (text === last) return;
    last = text;
    for (const listener of listeners) listener(now);
  });

  return {
    call: (name, input, caller) => router.call(name, input, caller),
    subscribe: (topics, send) => publisher.subscribe(topics, send),
    armed: () => isArmedState(engineState(hall)),
    quitSummary: () => ({
      continues: hall.index.working().map((order) => orderLine(hall, order)),
      stops: [...hall.stores.triggers.values()]
        .filter((trigger) => trigger.life === 'armed' || trigger.life === 'paused')
        .map((trigger) => `${trigger.spec.name}: ${hall.registry.row(trigger.id)?.rule ?? 'watcher'}`),
    }),
    kill: (scope, by) => kill(hall, scope === 'as-set' ? settings.current.killScope : scope, by, 'kill switch'),
    pause: (by) => void pauseDesk(hall, 'paused by hand', by),
    reportHotkeys: (list) => hotkeys(list),
    onStatus: (listener) => {
      listeners.add(listener);
      listener(status());
      return () => listeners.delete(listener);
    },
  };
}
