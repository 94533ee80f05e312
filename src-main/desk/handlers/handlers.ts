import type { DeskAccess } from '#core/engine/desk-commands';
import type { SessionsPort } from '#desk/entrance/door';
import type { Handlers } from '#desk/entrance/router';
import type { Projector } from '../projection/projector.ts';
import { streamHandlers } from '../stream/stream-handlers.ts';
import { type AuditPort, diagnosticsQueries } from './diagnostics-queries.ts';
import { engineCommands, type EnginePorts } from './engine-commands.ts';
import { marketQueries, type WatchListPort } from './market-queries.ts';
import { orderCommands } from './order-commands.ts';
import { positionCommands } from './position-commands.ts';
import { requiredDetails } from './require-details.ts';
import { sessionCommands } from './session-commands.ts';
import { triggerCommands } from './trigger-commands.ts';
import { windowQueries } from './window-queries.ts';

export interface HandlerPorts {
  readonly core: DeskAccess;
  readonly projector: Projector;
  readonly settings: EnginePorts['settings'];
  readonly watchList: WatchListPort;
  readonly live: EnginePorts['live'];
  readonly journal: EnginePorts['journal'];
  readonly audit: AuditPort;
  readonly sessions: SessionsPort;
}

/** What an operator can ask, one function a name; `satisfies` holds the table complete. Handlers translate words: whether something is done is decided in the core. */
export function createHandlers({ core, projector, settings, watchList, live, journal, audit, sessions }: HandlerPorts): Handlers {
  const { view, commands } = core;
  const details = requiredDetails(core);
  return {
    ...streamHandlers,
    ...engineCommands({ view, commands, settings, live, journal, screen: projector }),
    ...orderCommands(core, details),
    ...positionCommands(core, details),
    ...triggerCommands(core, details),
    ...marketQueries(core, details, watchList),
    ...diagnosticsQueries(view, audit, projector),
    ...sessionCommands(core, sessions),
    ...windowQueries,
  } satisfies Handlers;
}
