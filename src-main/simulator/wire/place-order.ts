import { type ContractQuery, readContract } from './contract-query.ts';
import type { OrderConditions } from '#simulator/model/condition';
import { readConditions } from './condition.ts';
import type { ExtraTerms } from '#simulator/model/extra-terms';
import type { FieldReader } from './field-reader.ts';

/** What the simulator needs of a placeOrder frame; the rest of its 114 to 118 fields is passed over by position. */
export interface PlaceOrder {
  readonly orderId: number;
  readonly contract: ContractQuery;
  readonly action: string;
  /** Decimal texts as sent; undefined when unset. */
  readonly quantity: string | undefined;
  readonly limit: string | undefined;
  readonly aux: string | undefined;
  readonly trailStop: string | undefined;
  readonly trailPercent: string | undefined;
  readonly orderType: string;
  readonly tif: string;
  readonly ocaGroup: string;
  readonly ocaType: number;
  readonly account: string;
  readonly orderRef: string;
  readonly transmit: boolean;
  readonly parentId: number;
  readonly triggerMethod: number;
  readonly outsideRth: boolean;
  readonly whatIf: boolean;
  /** None when absent. */
  readonly conditions?: OrderConditions;
  readonly extras?: ExtraTerms;
}

/** Reads a placeOrder frame after its message id to its end, in the layout of server versions 177 to 193. */
export function readPlaceOrder(fields: FieldReader, version: number): PlaceOrder {
  const orderId = fields.int() ?? 0;
  const contract = readContract(fields);
  fields.skip(2); // secIdType, secId
  const main = readMain(fields);
  const { hidden, displaySize } = main.extras;
  if (contract.secType.toUpperCase() === 'BAG') skipComboLegs(fields);
  const dated = readDatesAndGroup(fields, version);
  skipVolatility(fields);
  const trailStop = fields.decimal();
  const trailPercent = fields.decimal();
  skipScaleAndHedge(fields);
  const algo = readAlgo(fields);
  const whatIf = fields.flag();
  fields.skip(4); // orderMiscOptions, solicited, randomizeSize, randomizePrice
  const type = main.orderType.toUpperCase();
  if (type === 'PEG BENCH' || type === 'PEGBENCH') fields.skip(5);
  const conditions = readConditions(fields);
  const adjustedOrderType = fields.text() || 'None';
  fields.skip(6); // triggerPrice … adjustableTrailingUnit
  fields.skip(3); // extOperator, soft dollar tier
  fields.skip(5); // cashQty, MiFID decision maker and algo, execution trader and algo
  fields.skip(4); // dontUseAutoPriceForHedge, isOmsContainer, discretionaryUpToLimitPrice, usePriceMgmtAlgo
  fields.skip(5); // duration, postToAts, autoCancelParent, advancedErrorOverride, manualOrderTime
  skipPegOffsets(fields, contract.exchange, type);
  skipNewest(fields, version);
  return {
    ...main,
    orderId,
    contract,
    trailStop,
    trailPercent,
    ocaType: dated.ocaType,
    whatIf,
    conditions,
    extras: { hidden, displaySize, ...dated.extras, ...algo, adjustedOrderType },
  };
}

type MainTerms = Omit<PlaceOrder, 'orderId' | 'contract' | 'trailStop' | 'trailPercent' | 'ocaType' | 'whatIf' | 'conditions' | 'extras'>;

/** What every order says: side, size, prices, account and its bonds to other orders. */
function readMain(fields: FieldReader): MainTerms & { readonly extras: Pick<ExtraTerms, 'hidden' | 'displaySize'> } {
  const action = fields.text();
  const quantity = fields.decimal();
  const orderType = fields.text();
  const limit = fields.decimal();
  const aux = fields.decimal();
  const tif = fields.text();
  const ocaGroup = fields.text();
  const account = fields.text();
  fields.skip(2); // openClose, origin
  const orderRef = fields.text();
  const transmit = fields.flag();
  const parentId = fields.int() ?? 0;
  fields.skip(2); // blockOrder, sweepToFill
  const displaySize = setText(fields.int());
  const triggerMethod = fields.int() ?? 0;
  const outsideRth = fields.flag();
  const hidden = fields.flag();
  return {
    action,
    quantity,
    orderType,
    limit,
    aux,
    tif,
    ocaGroup,
    account,
    orderRef,
    transmit,
    parentId,
    triggerMethod,
    outsideRth,
    extras: { hidden, displaySize },
  };
}

function readDatesAndGroup(
  fields: FieldReader,
  version: number,
): { readonly ocaType: number; readonly extras: Pick<ExtraTerms, 'goodAfterTime' | 'goodTillDate' | 'allOrNone' | 'minQty'> } {
  fields.skip(2); // sharesAllocation, discretionaryAmt
  const [goodAfterTime, goodTillDate] = [fields.text(), fields.text()];
  fields.skip(3 + (version < 177 ? 1 : 0)); // faGroup, faMethod, faPercentage, faProfile
  fields.skip(4); // modelCode, shortSaleSlot, designatedLocation, exemptCode
  const ocaType = fields.int() ?? 0;
  fields.skip(2); // rule80A, settlingFirm
  const allOrNone = fields.flag();
  const minQty = setText(fields.int());
  return { ocaType, extras: { goodAfterTime, goodTillDate, allOrNone, minQty } };
}

function skipVolatility(fields: FieldReader): void {
  fields.skip(10); // percentOffset … stockRangeUpper
  fields.skip(3); // overridePercentageConstraints, volatility, volatilityType
  const deltaNeutral = fields.text();
  fields.skip(deltaNeutral === '' ? 1 : 9);
  fields.skip(2); // continuousUpdate, referencePriceType
}

function skipScaleAndHedge(fields: FieldReader): void {
  fields.skip(2); // scaleInitLevelSize, scaleSubsLevelSize
  if ((fields.number() ?? 0) > 0) fields.skip(7); // scalePriceIncrement and what hangs on it
  fields.skip(3); // scaleTable, activeStartTime, activeStopTime
  if (fields.text() !== '') fields.skip(); // hedgeType, hedgeParam
  fields.skip(4); // optOutSmartRouting, clearingAccount, clearingIntent, notHeld
  if (fields.flag()) fields.skip(3); // delta neutral contract
}

function readAlgo(fields: FieldReader): Pick<ExtraTerms, 'algoStrategy' | 'algoParams'> {
  const algoStrategy = fields.text();
  const algoParams = algoStrategy === '' ? [] : Array.from({ length: 2 * fields.count() }, () => fields.text());
  fields.skip(); // algoId
  return { algoStrategy, algoParams };
}

/** What later versions of TWS put at the end. */
function skipNewest(fields: FieldReader, version: number): void {
  if (version >= 183) fields.skip(); // customerAccount
  if (version >= 184) fields.skip(); // professionalCustomer
  if (version >= 187 && version < 190) fields.skip(2); // request for quote, for three versions only
  if (version >= 189) fields.skip(); // includeOvernight
  if (version >= 192) fields.skip(); // manualOrderIndicator
}

function setText(value: number | undefined): string {
  return value === undefined || value === 0 ? '' : String(value);
}

function skipComboLegs(fields: FieldReader): void {
  fields.skip(8 * fields.count());
  fields.skip(fields.count());
  fields.skip(2 * fields.count());
}

/** Sent only for the venue and the pegged types that know them; a best offset that may reach the midpoint brings the two of PEG MID. */
function skipPegOffsets(fields: FieldReader, exchange: string, type: string): void {
  if (exchange === 'IBKRATS') fields.skip(); // minTradeQty
  if (type === 'PEG BEST' || type === 'PEGBEST') {
    fields.skip(); // minCompeteSize
    if (/^inf/i.test(fields.text())) fields.skip(2);
  } else if (type === 'PEG MID' || type === 'PEGMID') fields.skip(2);
}
