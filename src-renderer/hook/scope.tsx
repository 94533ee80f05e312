import { useCallback, useSyncExternalStore, type ReactNode } from 'react';
import { allows, scopeRefusal } from '#protocol/access';
import type { CallName } from '#protocol/commands';
import type { Scope } from '#protocol/session';
import { useDesk } from './desk-context.ts';

/** What this page may do. */
export function useScope(): Scope {
  const { link } = useDesk();
  return useSyncExternalStore(
    useCallback((listener) => link.onState(listener), [link]),
    () => link.scope,
  );
}

/** Why this page may not make the call, as a sentence; null: it may. */
export function useScopeRefusal(name: CallName): string | null {
  const scope = useScope();
  return allows(scope, name) ? null : scopeRefusal(scope);
}

/** Buttons and fields that end in `call`: switched off as one, with the reason, on a page that may not make it. */
export function ByScope({ call, children }: { readonly call: CallName; readonly children: ReactNode }): ReactNode {
  const refusal = useScopeRefusal(call);
  if (refusal === null) return children;
  return (
    <fieldset className="by-scope" disabled title={refusal} aria-label={refusal}>
      {children}
    </fieldset>
  );
}
