import { OptionType, SecType as IbSecType, type Contract as IbContract, type ContractDetails as IbContractDetails } from '@stoqey/ib';
import type { Contract, ContractDetails, SecType } from '#domain/contract';
import { type ConId, conIdOf } from '#domain/ids';
import { formatPrice, priceFromNumber } from '#domain/price';
import { err, ok, type Result } from '#domain/result';
import { isWireSafe } from '#tws/socket/wire-text';

/** The library writes what it is given between two NULs, so a number can be given as its exact decimal text. */
export function wireDecimal(text: string): number {
  return text as unknown as number;
}

const IB_SEC_TYPES: readonly IbSecType[] = Object.values(IbSecType);

/** Contracts are frozen nouns: each is translated once. */
const translated = new WeakMap<Contract, Result<IbContract>>();

/** Contract → wire. Refuses any text that could add fields to the frame. */
export function toIbContract(contract: Contract): Result<IbContract> {
  const known = translated.get(contract);
  if (known !== undefined) return known;
  const result = translate(contract);
  if (Object.isFrozen(contract)) translated.set(contract, result);
  return result;
}

function translate(contract: Contract): Result<IbContract> {
  const refusal = contractRefusal(contract);
  if (refusal !== undefined) return err(refusal);
  const { conId, symbol, secType, exchange, currency, strike, right, multiplier } = contract;
  const ibSecType = IB_SEC_TYPES.find((known) => (known as string) === secType);
  if (ibSecType === undefined) return err(`TWS knows no security type ${JSON.stringify(secType)}.`);
  return ok({
    conId,
    symbol,
    secType: ibSecType,
    exchange: exchange === '' ? 'SMART' : exchange,
    currency,
    ...given('primaryExch', contract.primaryExchange),
    ...given('localSymbol', contract.localSymbol),
    ...given('tradingClass', contract.tradingClass),
    ...given('lastTradeDateOrContractMonth', contract.expiry),
    ...(strike === undefined ? {} : { strike: wireDecimal(formatPrice(strike, 0)) }),
    ...(right === undefined ? {} : { right: right === 'C' ? OptionType.Call : OptionType.Put }),
    // IB spells "one share" as an empty multiplier.
    ...(multiplier === 1 ? {} : { multiplier }),
  });
}

/** Values can be wrong in spite of their types: they crossed a boundary once. */
function contractRefusal(contract: Contract): string | undefined {
  const { conId, symbol, secType, exchange, currency, primaryExchange, localSymbol, tradingClass, expiry, strike, right, multiplier } =
    contract;
  for (const text of [symbol, secType, exchange, currency, primaryExchange, localSymbol, tradingClass, expiry, right]) {
    if (text !== undefined && !isWireSafe(text)) return 'The contract carries characters that must not reach the wire.';
  }
  if (!Number.isSafeInteger(conId) || conId < 0) return 'The contract has no valid contract id.';
  if (strike !== undefined && !Number.isSafeInteger(strike)) return 'The strike of the contract is not a number.';
  if (!Number.isFinite(multiplier) || multiplier <= 0) return 'The multiplier of the contract is not a positive number.';
  return undefined;
}

/** Wire → contract. Undefined when it has no usable id. Security types the desk does not trade keep IB's word. */
export function fromIbContract(ib: IbContract): Contract | undefined {
  const { conId } = ib;
  if (conId === undefined || !Number.isSafeInteger(conId) || conId <= 0) return undefined;
  const strike = ib.strike === undefined || ib.strike === 0 ? undefined : priceFromNumber(ib.strike);
  const right = ib.right as string | undefined;
  const expiry = ib.lastTradeDateOrContractMonth?.split(' ')[0];
  return {
    conId: conIdOf(conId),
    symbol: ib.symbol ?? '',
    secType: (ib.secType ?? 'STK') as string as SecType,
    exchange: ib.exchange ?? '',
    ...text('primaryExchange', ib.primaryExch),
    currency: ib.currency ?? '',
    ...text('localSymbol', ib.localSymbol),
    ...text('tradingClass', ib.tradingClass),
    ...text('expiry', expiry),
    ...(strike === undefined ? {} : { strike }),
    ...(right === 'C' || right === 'P' ? { right } : {}),
    multiplier: multiplierOf(ib),
  };
}

/** IB leaves out a multiplier of one. */
function multiplierOf({ multiplier }: Pick<IbContract, 'multiplier'>): number {
  return multiplier !== undefined && Number.isFinite(multiplier) && multiplier > 0 ? multiplier : 1;
}

export function fromIbDetails(ib: IbContractDetails): ContractDetails | undefined {
  const contract = fromIbContract(ib.contract);
  const minTick = priceFromNumber(ib.minTick);
  if (contract === undefined || minTick === undefined || minTick <= 0) return undefined;
  return {
    contract,
    longName: ib.longName ?? '',
    minTick,
    timeZoneId: ib.timeZoneId ?? '',
    tradingHours: ib.tradingHours ?? '',
    liquidHours: ib.liquidHours ?? '',
  };
}

function text<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === '' ? {} : given(key, value);
}

function given<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>);
}

/**
 * Fullest description known of each contract. Positions and executions name no routing exchange; an order made from them
 * needs one.
 */
export class ContractBook {
  readonly #known = new Map<ConId, Contract>();

  /** From a request of the desk; IB's own details are not overwritten by it. */
  learn(contract: Contract): void {
    if (contract.conId > 0 && !this.#known.has(contract.conId)) this.#known.set(contract.conId, contract);
  }

  /** From IB's contract details, which know everything. */
  learnDetails(contract: Contract): void {
    this.#known.set(contract.conId, contract);
  }

  get(conId: ConId): Contract | undefined {
    return this.#known.get(conId);
  }

  /** The wire's contract completed by what is known of it. */
  resolve(ib: IbContract): Contract | undefined {
    const known = ib.conId === undefined ? undefined : this.#known.get(conIdOf(ib.conId));
    if (known !== undefined) return known;
    const contract = fromIbContract(ib);
    if (contract === undefined || contract.exchange !== '') return contract;
    return {
      ...contract,
      exchange: ib.primaryExch ?? (contract.secType === 'CASH' ? 'IDEALPRO' : contract.secType === 'FUT' ? '' : 'SMART'),
    };
  }
}
