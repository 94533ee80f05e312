/** What a screen may say over the WebSocket. `name`, `input` and `topics` are judged further in. */
export type ScreenMessage =
  | { readonly t: 'call'; readonly id: number; readonly name: unknown; readonly input: unknown }
  | { readonly t: 'subscribe'; readonly topics: unknown }
  | { readonly t: 'unsubscribe' };

export function readMessage(text: string): ScreenMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const fields = new Map<string, unknown>(Object.entries(value));
  switch (fields.get('t')) {
    case 'call': {
      const id = fields.get('id');
      return Number.isSafeInteger(id) ? { t: 'call', id: id as number, name: fields.get('name'), input: fields.get('input') } : null;
    }
    case 'subscribe':
      return { t: 'subscribe', topics: fields.get('topics') };
    case 'unsubscribe':
      return { t: 'unsubscribe' };
    default:
      return null;
  }
}
