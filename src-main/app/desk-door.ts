import type { DeskAccess } from '#core/engine/desk-commands';
import { engineState } from '#core/state/desk-state';
import { isArmedState } from '#core/state/engine-state';
import type { DeskDoor, DoorStatus, TerminalDoor } from '#desk/entrance/door';
import { orderLine } from '#desk/projection/order-row';
import type { Router } from '#desk/entrance/router';
import type { Publisher } from '#desk/stream/publisher';
import type { StatusValue } from '#protocol/topics';
import type { SettingsStore } from './settings-store.ts';

export interface DoorParts {
  readonly core: DeskAccess;
  readonly router: Router;
  readonly publisher: Publisher;
  readonly settings: SettingsStore;
  readonly hotkeys: (list: StatusValue['hotkeys']) => void;
  readonly terminal: TerminalDoor;
}

/** The one door of the desk, for the window and for the browser alike. */
export function deskDoor({ core, router, publisher, settings, hotkeys, terminal }: DoorParts): DeskDoor {
  const { view, commands } = core;
  const listeners = new Set<(status: DoorStatus) => void>();
  let last = '';

  function status(): DoorStatus {
    const account = view.accounts.current();
    return {
      engine: engineState(view),
      account: account?.id ?? null,
      paper: account?.paper ?? null,
      armed: isArmedState(engineState(view)),
    };
  }

  view.coordinator.subscribe(() => {
    const now = status();
    const text = JSON.stringify(now);
    if (text === last) return;
    last = text;
    for (const listener of listeners) listener(now);
  });

  return {
    call: (name, input, caller) => router.call(name, input, caller),
    subscribe: (topics, send) => publisher.subscribe(topics, send),
    armed: () => isArmedState(engineState(view)),
    quitSummary: () => ({
      continues: view.index.working().map((order) => orderLine(view, order)),
      stops: [...view.stores.triggers.values()]
        .filter((trigger) => trigger.life === 'armed' || trigger.life === 'paused')
        .map((trigger) => `${trigger.spec.name}: ${view.registry.row(trigger.id)?.rule ?? 'watcher'}`),
    }),
    kill: (scope, by, exits) => commands.kill(scope === 'as-set' ? settings.current.killScope : scope, by, 'kill switch', exits),
    pause: (by) => void commands.halt('paused by hand', by),
    reportHotkeys: (list) => hotkeys(list),
    alarm: (text) => commands.log('alarm', text),
    terminal,
    onStatus: (listener) => {
      listeners.add(listener);
      listener(status());
      return () => listeners.delete(listener);
    },
  };
}
