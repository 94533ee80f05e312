import type { DeskCore } from '#core/engine/desk-core';
import { engineState } from '#core/state/desk-state';
import { isArmedState } from '#core/state/engine-state';
import { kill } from '#core/safety/kill';
import { pauseDesk } from '#core/execution/halt';
import type { DeskDoor, DoorStatus } from '#desk/entrance/door';
import { orderLine } from '#desk/projection/order-row';
import type { Router } from '#desk/entrance/router';
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
  const { deskState } = core;
  const listeners = new Set<(status: DoorStatus) => void>();
  let last = '';

  function status(): DoorStatus {
    const account = deskState.accounts.current();
    return {
      engine: engineState(deskState),
      account: account?.id ?? null,
      paper: account?.paper ?? null,
      armed: isArmedState(engineState(deskState)),
    };
  }

  deskState.coordinator.subscribe(() => {
    const now = status();
    const text = JSON.stringify(now);
    if (text === last) return;
    last = text;
    for (const listener of listeners) listener(now);
  });

  return {
    call: (name, input, caller) => router.call(name, input, caller),
    subscribe: (topics, send) => publisher.subscribe(topics, send),
    armed: () => isArmedState(engineState(deskState)),
    quitSummary: () => ({
      continues: deskState.index.working().map((order) => orderLine(deskState, order)),
      stops: [...deskState.stores.triggers.values()]
        .filter((trigger) => trigger.life === 'armed' || trigger.life === 'paused')
        .map((trigger) => `${trigger.spec.name}: ${deskState.registry.row(trigger.id)?.rule ?? 'watcher'}`),
    }),
    kill: (scope, by) => kill(deskState, scope === 'as-set' ? settings.current.killScope : scope, by, 'kill switch'),
    pause: (by) => void pauseDesk(deskState, 'paused by hand', by),
    reportHotkeys: (list) => hotkeys(list),
    onStatus: (listener) => {
      listeners.add(listener);
      listener(status());
      return () => listeners.delete(listener);
    },
  };
}
