import type { Listing } from '#simulator/model/instrument';
import type { ContractQuery } from '../wire/contract-query.ts';
import { payload } from '../wire/figure.ts';
import { ASK, TELL } from '../wire/message-id.ts';
import { contractData, contractDataEnd, errorMessage, marketRule, symbolSamples } from '../wire/message.ts';
import type { Session, Sessions } from './session.ts';

const NO_DEFINITION = 'No security definition has been found for the request';

/** What TWS answers to requests that the simulator does not serve, where it has a code of its own for them. */
const REFUSALS: Readonly<Record<number, readonly [code: number, text: string]>> = {
  [ASK.depth]: [10_092, 'Deep market data is not supported for this combination of security type/exchange'],
  [ASK.cancelDepth]: [310, "Can't find the subscribed market depth with tickerId"],
  [ASK.scanner]: [162, 'Historical Market Data Service error message:Scanner subscriptions are not available'],
  [ASK.cancelScanner]: [365, 'No scanner subscription found for ticker id'],
  [ASK.scannerParameters]: [321, "Error validating request.-'bO' : cause - Scanner parameters are not available"],
  [ASK.fundamental]: [10_358, 'Fundamentals data is not allowed'],
  [ASK.tickByTick]: [10_189, 'Failed to request tick-by-tick data:No market data permissions'],
  [ASK.cancelTickByTick]: [300, "Can't find EId with tickerId"],
  [ASK.historicalTicks]: [10_187, 'Failed to request historical ticks:No market data permissions'],
  [ASK.headTimestamp]: [162, 'Historical Market Data Service error message:No head time stamp'],
  [ASK.histogram]: [162, 'Historical Market Data Service error message:No histogram data'],
  [ASK.newsArticle]: [10_172, 'Failed to request news article:News feed is not allowed'],
  [ASK.historicalNews]: [10_276, 'News feed is not allowed'],
  [ASK.newsBulletins]: [10_276, 'News feed is not allowed'],
  [ASK.exerciseOptions]: [321, "Error validating request.-'bP' : cause - Options cannot be exercised here"],
  [ASK.requestFa]: [321, "Error validating request.-'bS' : cause - FA data operations ignored for non FA customers"],
  [ASK.replaceFa]: [321, "Error validating request.-'bT' : cause - FA data operations ignored for non FA customers"],
};

/** Contract details, symbol search, and the small catalogues. */
export class ReferenceDesk {
  readonly #sessions: Pick<Sessions, 'send'>;
  readonly #listing: Listing;
  readonly #now: () => number;

  constructor(sessions: Pick<Sessions, 'send'>, listing: Listing, now: () => number) {
    this.#sessions = sessions;
    this.#listing = listing;
    this.#now = now;
  }

  details(session: Session, reqId: number, contract: ContractQuery): void {
    const found = this.#listing.find(contract);
    if (found === undefined) {
      this.#tell(session, errorMessage(reqId, 200, NO_DEFINITION));
      return;
    }
    this.#tell(session, contractData(reqId, found, this.#now(), session.version));
    this.#tell(session, contractDataEnd(reqId));
  }

  matching(session: Session, reqId: number, pattern: string): void {
    this.#tell(session, symbolSamples(reqId, this.#listing.matching(pattern)));
  }

  /** Requests whose honest answer is an empty or constant list. */
  catalogue(
    session: Session,
    kind:
      | 'familyCodes'
      | 'depthExchanges'
      | 'newsProviders'
      | 'softDollarTiers'
      | 'optionParameters'
      | 'displayGroups'
      | 'userInfo'
      | 'marketRule',
    reqId: number,
    account: string,
  ): void {
    switch (kind) {
      case 'familyCodes': {
        this.#tell(session, payload(TELL.familyCodes, 1, account, ''));
        return;
      }
      case 'depthExchanges': {
        this.#tell(session, payload(TELL.depthExchanges, 0));
        return;
      }
      case 'newsProviders': {
        this.#tell(session, payload(TELL.newsProviders, 0));
        return;
      }
      case 'softDollarTiers': {
        this.#tell(session, payload(TELL.softDollarTiers, reqId, 0));
        return;
      }
      case 'optionParameters': {
        this.#tell(session, payload(TELL.optionParametersEnd, reqId));
        return;
      }
      case 'displayGroups': {
        this.#tell(session, payload(TELL.displayGroups, 1, reqId, '1'));
        return;
      }
      case 'userInfo': {
        this.#tell(session, payload(TELL.userInfo, reqId, ''));
        return;
      }
      case 'marketRule': {
        this.#tell(session, marketRule(reqId));
        return;
      }
    }
  }

  /** Never silence: the code that TWS has for it, else 321, or 320 for a message that does not exist. */
  refuse(session: Session, messageId: number, reqId: number): void {
    const known = (Object.values(ASK) as readonly number[]).includes(messageId);
    const fallback = known
      ? ([321, `Error validating request.-'b' : cause - Request ${messageId} is not supported by the simulator`] as const)
      : ([320, `Error reading request. Unknown message id: ${messageId}`] as const);
    const [code, text] = REFUSALS[messageId] ?? fallback;
    this.#tell(session, errorMessage(reqId, code, text));
  }

  #tell(session: Session, text: string): void {
    this.#sessions.send(session.clientId, text);
  }
}
