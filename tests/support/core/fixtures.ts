import type { OpenOrderNews } from '#core/ports/broker';
import type { KillLatchFile, KillScope } from '#core/ports/desk-files';
import type { RiskLimits, RiskRules } from '#core/risk/risk-context';
import type { Contract, ContractDetails } from '#domain/contract';
import type { AccountId, ClientId, OrderId, PermId } from '#domain/ids';
import type { Price } from '#domain/price';
import { units } from '#domain/quantity';
import type { Quote } from '#domain/quote';
import { err, ok } from '#domain/result';
import { IBM, px } from './trigger-fixtures.ts';

export const DU = 'DU1234567' as AccountId;

export const LIMITS: RiskLimits = {
  maxOrderShares: 1_000,
  maxOrderContracts: 5,
  maxOrderNotional: 50_000,
  collarPercent: 3,
  collarTicks: 2_000,
  maxQuoteAgeMs: 2_000,
  ordersPerSecondPerSymbol: 2,
  ordersPerSecond: 10,
  firingsPerTenMinutes: 3,
  duplicateWindowSeconds: 10,
  maxWorkingPerSide: 15,
  maxWorkingTotal: 60,
  maxPositionShares: 1_000,
  maxPositionContracts: 10,
  maxDailyLoss: 2_500,
};

export function rulesOf(limits: Partial<RiskLimits> = {}): RiskRules {
  return { limits: { ...LIMITS, ...limits }, orderTypes: ['MKT', 'LMT', 'STP', 'STP LMT', 'TRAIL'], timesInForce: ['DAY', 'GTC', 'IOC'] };
}

export function detailsOf(contract: Contract, minTick = 0.01): ContractDetails {
  return { contract, longName: contract.symbol, minTick: px(minTick), timeZoneId: 'US/Eastern', tradingHours: '', liquidHours: '' };
}

export class MemoryLatchFile implements KillLatchFile {
  stored: string | undefined;
  scope: KillScope = 'own';
  exits: 'keep' | 'cancel' = 'keep';
  failing = false;
  throwing = false;
  /** Why nobody can tell what it says. */
  doubt: string | undefined;

  read(): ReturnType<KillLatchFile['read']> {
    if (this.doubt !== undefined) return { set: true, reason: this.doubt, scope: 'own', exits: 'keep', doubt: true };
    return { set: this.stored !== undefined, reason: this.stored ?? '', scope: this.scope, exits: this.exits };
  }

  set(reason: string, _at: number, scope: KillScope, exits: 'keep' | 'cancel') {
    if (this.throwing) throw new Error('disk gone');
    if (this.failing) return err('the disk is full');
    this.stored = reason;
    this.scope = scope;
    this.exits = exits;
    return ok(undefined);
  }

  clear() {
    if (this.failing) return err('the disk is read-only');
    this.stored = undefined;
    this.doubt = undefined;
    return ok(undefined);
  }
}

let manualIds = 0;

/** An order the desk did not make. */
export function manualOrder(more: Partial<OpenOrderNews> = {}): OpenOrderNews {
  manualIds += 1;
  return {
    orderId: -manualIds as OrderId,
    permId: (5_000_000 + manualIds) as PermId,
    clientId: 0 as ClientId,
    account: DU,
    contract: IBM,
    side: 'BUY',
    type: 'LMT',
    quantity: units(100),
    limit: px(170),
    tif: 'DAY',
    outsideRth: false,
    ibStatus: 'Submitted',
    whatIf: false,
    ...more,
  };
}

export function quoteOf(
  figures: { readonly bid?: number; readonly ask?: number; readonly last?: number },
  contract: Contract = IBM,
): Quote {
  const scaled: { bid?: Price; ask?: Price; last?: Price } = {};
  for (const field of ['bid', 'ask', 'last'] as const) {
    const value = figures[field];
    if (value !== undefined) scaled[field] = px(value);
  }
  return { conId: contract.conId, ...scaled, halted: false, liveType: 'live', updatedAt: 1 };
}
