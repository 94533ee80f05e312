/** Fields of a few messages at server version 178, for the scripted peer. */

export function orderStatus(
  orderId: number,
  status: string,
  figures: { readonly filled?: string; readonly remaining?: string; readonly clientId?: number } = {},
): (string | number)[] {
  return [
    3,
    orderId,
    status,
    figures.filled ?? '0',
    figures.remaining ?? '100',
    '0.0',
    700 + orderId,
    0,
    '0.0',
    figures.clientId ?? 2,
    '',
    '0.0',
  ];
}

export function execution(
  orderId: number,
  figures: { readonly execId?: string; readonly shares?: string; readonly price?: string; readonly reqId?: number } = {},
): (string | number)[] {
  const shares = figures.shares ?? '100';
  const price = figures.price ?? '185.27';
  const contract = [8314, 'IBM', 'STK', '', '0.0', '', '', 'NYSE', 'USD', 'IBM', 'IBM'];
  const fill = [figures.execId ?? `0001.${String(orderId)}.01`, '20131008 10:30:01 US/Eastern', 'DU1234567', 'NYSE', 'BOT', shares, price];
  return [11, figures.reqId ?? -1, orderId, ...contract, ...fill, 700 + orderId, 2, 0, shares, price, '', '', '1.0', '', 1, 0];
}

export function errorMessage(id: number, code: number, text: string, json = ''): (string | number)[] {
  return [4, 2, id, code, text, json];
}

export function tickPrice(reqId: number | string, type: number, price: string, size = '300'): (string | number)[] {
  return [1, 6, reqId, type, price, size, 1];
}

export function tickSize(reqId: number | string, type: number, size: string): (string | number)[] {
  return [2, 6, reqId, type, size];
}
