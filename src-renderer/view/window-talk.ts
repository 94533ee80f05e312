import { wordOf, type WindowWord } from './window-word.ts';

const CHANNEL = 'triggerdesk.windows';

/** Null where the page's surroundings have no such thing. */
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);

export function tellWindows(word: WindowWord): void {
  channel?.postMessage(word);
}

/** Hears the other windows until the returned function is called. */
export function hearWindows(listener: (word: WindowWord) => void): () => void {
  const take = (event: MessageEvent<unknown>): void => {
    const word = wordOf(event.data);
    if (word !== null) listener(word);
  };
  channel?.addEventListener('message', take);
  return () => channel?.removeEventListener('message', take);
}
