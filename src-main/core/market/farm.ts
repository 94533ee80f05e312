import type { Contract } from '#domain/contract';

const NOT_MARKET_DATA = /hmds|secdef|fund/i;
const CURRENCY: readonly (readonly [RegExp, ReadonlySet<string>])[] = [
  [/^eu/, new Set(['EUR', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'HUF', 'CZK'])],
  [/^h/, new Set(['HKD', 'CNH', 'SGD', 'AUD'])],
  [/^j/, new Set(['JPY'])],
];

/**
 * Whether a market data farm named in 2103/2104 serves this contract. IB publishes no table; the names say it roughly
 * (`usfarm.nj`, `usopt`, `usfuture`, `cashfarm`, `eufarm`). A name that says nothing is taken to serve everything: better a
 * watcher that holds for a moment than one that trusts dead data. Historical and definition farms carry no quotes.
 */
export function farmServes(farm: string, contract: Contract): boolean {
  const name = farm.toLowerCase();
  if (NOT_MARKET_DATA.test(name)) return false;
  const { secType, currency } = contract;
  const derivative = secType === 'OPT' || secType === 'FUT' || secType === 'FOP';
  if (name.startsWith('usopt')) return secType === 'OPT' || secType === 'FOP' || secType === 'BAG';
  if (name.startsWith('usfuture') || name.startsWith('usfut')) return secType === 'FUT' || secType === 'FOP' || secType === 'BAG';
  if (name.startsWith('cash')) return secType === 'CASH' || secType === 'CRYPTO' || secType === 'CMDTY';
  if (name.startsWith('us')) return !derivative && secType !== 'CASH' && (currency === 'USD' || currency === 'CAD' || currency === 'MXN');
  for (const [pattern, currencies] of CURRENCY) if (pattern.test(name)) return secType !== 'CASH' && currencies.has(currency);
  return true;
}
