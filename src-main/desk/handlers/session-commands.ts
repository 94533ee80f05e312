import type { DeskAccess } from '#core/engine/desk-commands';
import type { SessionsPort } from '#desk/entrance/door';
import type { Handlers } from '#desk/entrance/router';
import { doneAt, failure } from './reply.ts';

type Names = 'session.revoke' | 'sessions.list';

/** Who else may see or steer this desk. */
export function sessionCommands({ view, commands }: DeskAccess, sessions: SessionsPort): Pick<Handlers, Names> {
  return {
    'session.revoke': ({ id }, caller) => {
      if (!sessions.revoke(id)) return failure('not-found', `There is no session ${id} any more.`);
      commands.log('warning', `Session ${id} was revoked by ${caller.by}`);
      return doneAt(view.coordinator.seq);
    },
    'sessions.list': (_input, caller) => ({ ok: true, value: { sessions: sessions.list(), own: caller.session } }),
  };
}
