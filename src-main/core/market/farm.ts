import type { Contract, SecType } from '#domain/contract';

const NOT_MARKET_DATA = /hmds|secdef|fund/i;
const US_LISTED: ReadonlySet<string> = new Set(['USD', 'CAD', 'MXN']);
const EUROPE: ReadonlySet<string> = new Set(['EUR', 'GBP', 'CHF', 'SEK', 'NOK', 'DKK', 'PLN', 'HUF', 'CZK']);
const HONG_KONG: ReadonlySet<string> = new Set(['HKD', 'CNH', 'SGD', 'AUD']);
const JAPAN: ReadonlySet<string> = new Set(['JPY']);
const OPTIONS: ReadonlySet<SecType> = new Set(['OPT', 'FOP', 'BAG']);
const FUTURES: ReadonlySet<SecType> = new Set(['FUT', 'FOP', 'BAG']);
const CASH: ReadonlySet<SecType> = new Set(['CASH', 'CRYPTO', 'CMDTY']);
const NOT_US_LISTED: ReadonlySet<SecType> = new Set(['OPT', 'FUT', 'FOP', 'CASH']);

/** How a farm's name begins, and what it then serves; the first that fits counts. */
const FARMS: readonly (readonly [prefix: string, serves: (contract: Contract) => boolean])[] = [
  ['usopt', ({ secType }) => OPTIONS.has(secType)],
  ['usfut', ({ secType }) => FUTURES.has(secType)],
  ['cash', ({ secType }) => CASH.has(secType)],
  ['us', ({ secType, currency }) => !NOT_US_LISTED.has(secType) && US_LISTED.has(currency)],
  ['eu', ({ secType, currency }) => secType !== 'CASH' && EUROPE.has(currency)],
  ['h', ({ secType, currency }) => secType !== 'CASH' && HONG_KONG.has(currency)],
  ['j', ({ secType, currency }) => secType !== 'CASH' && JAPAN.has(currency)],
];

/**
 * Whether a market data farm named in 2103/2104 serves this contract. IB publishes no table; the names say it roughly
 * (`usfarm.nj`, `usopt`, `usfuture`, `cashfarm`, `eufarm`). A name that says nothing is taken to serve everything: better a
 * watcher that holds for a moment than one that trusts dead data. Historical and definition farms carry no quotes.
 */
export function farmServes(farm: string, contract: Contract): boolean {
  const name = farm.toLowerCase();
  if (NOT_MARKET_DATA.test(name)) return false;
  for (const [prefix, serves] of FARMS) if (name.startsWith(prefix)) return serves(contract);
  return true;
}
