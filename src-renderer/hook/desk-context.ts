import { createContext, useContext } from 'react';
import type { ContractBook } from '../link/contract-book.ts';
import type { DeskLink } from '../link/desk-link.ts';

export interface Desk {
  readonly link: DeskLink;
  readonly contracts: ContractBook;
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error('A panel is used outside of the shell.');
  return desk;
}
