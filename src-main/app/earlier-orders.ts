import type { EarlierOrders } from '#core/ports/desk-files';
import { readEarlierOrders } from '#journal/earlier-orders';

/** The core's port over the journal's reader. */
export function earlierOrders(directory: string): EarlierOrders {
  return () => {
    const read = readEarlierOrders(directory);
    if (!read.ok) return { orders: [], trouble: read.error };
    const { orders, unreadStates, names, times, complete, damaged, bytesRead } = read.value;
    const found = { orders, unreadStates, names, times };
    if (!complete)
      return {
        ...found,
        trouble: `The journal was read back for ${Math.round(bytesRead / 1024 ** 2)} MB only, not to the last complete start.`,
      };
    return damaged === 0 ? found : { ...found, trouble: `The journal of the last run has ${damaged} damaged lines about orders.` };
  };
}
