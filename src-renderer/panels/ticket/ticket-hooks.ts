import { useEffect } from 'react';
import { useDesk } from '../../hook/desk-context.ts';
import { select, useView } from '../../view/view-store.ts';
import type { Draft } from '../../draft/draft.ts';
import { followContract, learnDetails } from '../../draft/draft-store.ts';

/** One selection drives chart, ticket and quotes. */
export function useFollowSelection(): void {
  const conId = useView((state) => state.selection?.conId ?? null);
  const symbol = useView((state) => state.selection?.symbol ?? '');
  const { contracts } = useDesk();
  useEffect(() => {
    if (conId === null) return undefined;
    let alive = true;
    void contracts.find(conId, symbol).then((contract) => {
      if (!alive || contract === undefined) return;
      followContract(contract);
      select({ conId, symbol, contract });
    });
    return () => {
      alive = false;
    };
  }, [conId, symbol, contracts]);
}

/** Price step and long name. */
export function useDetails(draft: Draft): void {
  const { link } = useDesk();
  const { contract } = draft;
  const known = draft.minTick !== null;
  useEffect(() => {
    if (contract === null || known) return undefined;
    let alive = true;
    void link.call('contract.details', { contract }).then((reply) => {
      if (alive && reply.ok) learnDetails(contract.conId, reply.value.details.minTick, reply.value.details.longName);
    });
    return () => {
      alive = false;
    };
  }, [link, contract, known]);
}
