import type { CallName } from './commands.ts';
import { SCOPES, type Scope } from './session.ts';

/** The least scope that may make a call. The only table: the desk judges by it, and the page shows by it what it may not do. */
export const LEAST_SCOPE: Readonly<Record<CallName, Scope>> = {
  'engine.start': 'operate',
  'engine.pause': 'operate',
  'engine.resume': 'operate',
  'engine.stop': 'operate',
  'engine.recover': 'operate',
  'engine.acknowledge': 'operate',
  'journal.acknowledge': 'operate',
  'engine.rearm.request': 'operate',
  'engine.rearm.confirm': 'operate',
  kill: 'kill',
  'orders.cancel-all': 'operate',
  'order.cancel': 'operate',
  'order.modify': 'operate',
  'order.settle': 'operate',
  'adoption.decide': 'operate',
  'trigger.arm': 'operate',
  'trigger.rearm': 'operate',
  'trigger.pause': 'operate',
  'trigger.resume': 'operate',
  'trigger.disarm': 'operate',
  'trigger.edit': 'operate',
  'trigger.fire-now': 'operate',
  'position.flatten': 'operate',
  'position.close': 'operate',
  'position.protect': 'operate',
  'position.trail': 'operate',
  'position.resize-exits': 'operate',
  'position.breakeven': 'operate',
  'position.acknowledge': 'operate',
  'positions.flatten-all': 'operate',
  'audit.export': 'operate',
  'quote.watch': 'operate',
  'quote.unwatch': 'operate',
  'live.confirm': 'operate',
  'settings.update': 'operate',
  'log.acknowledge': 'operate',
  'log.export': 'operate',
  'session.revoke': 'operate',
  'symbols.search': 'read',
  'contract.details': 'read',
  'trigger.preview': 'read',
  'order.why': 'read',
  'chart.bars': 'read',
  'diagnostics.execution': 'read',
  'kill.preview': 'read',
  'sessions.list': 'operate',
  'window.open': 'read',
  'window.close-panels': 'read',
  'stream.ack': 'read',
  'stream.resync': 'read',
};

export function allows(scope: Scope, name: CallName): boolean {
  return holds(scope, LEAST_SCOPE[name]);
}

/** Whether `scope` holds everything that `least` may do. */
function holds(scope: Scope, least: Scope): boolean {
  return SCOPES.indexOf(scope) >= SCOPES.indexOf(least);
}

/** Why a console may not; a sentence for the operator. */
export function scopeRefusal(scope: Scope): string {
  const may = {
    read: 'read only: it may look and change nothing',
    kill: 'kill only: it may look and kill, and nothing else',
    operate: 'whole',
  };
  return `This console is ${may[scope]}. An address that may operate is printed in the desk's terminal on Enter.`;
}
