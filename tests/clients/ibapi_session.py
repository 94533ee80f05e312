"""A whole session of IB's Python client against the simulator. Arguments: port, server version. The client's folder is on PYTHONPATH."""

import logging
import os
import sys
import threading
import time
import traceback
from decimal import Decimal

from ibapi import client as ibapi_client
from ibapi import decoder as ibapi_decoder
from ibapi import scanner
from ibapi.client import EClient
from ibapi.common import WshEventData
from ibapi.contract import ComboLeg, Contract, DeltaNeutralContract
from ibapi.execution import ExecutionFilter
from ibapi.order import Order, OrderComboLeg, COMPETE_AGAINST_BEST_OFFSET_UP_TO_MID
from ibapi.order_cancel import OrderCancel
from ibapi.order_condition import ExecutionCondition, MarginCondition, PercentChangeCondition, PriceCondition, TimeCondition, VolumeCondition
from ibapi.tag_value import TagValue
from ibapi.wrapper import EWrapper

from talk import Report, runner

PORT, VERSION = int(sys.argv[1]), int(sys.argv[2])
ACCOUNT = "DU1234567"
GENERIC = "100,101,104,106,165,221,225,233,236,258,293,294,295,318,411,456,586,587,588"
report = Report()
NAMES = {number: name for name, number in vars(ibapi_decoder.IN).items() if isinstance(number, int)}


class Watched(tuple):
    """The fields of one message, which know how many of them were taken."""

    walks = ()

    def __iter__(self):
        walk = super().__iter__()
        self.walks = (*self.walks, walk)
        return walk


plain_interpret = ibapi_decoder.Decoder.interpret


def strict_interpret(self, fields, msgId):
    if msgId == 0:
        return
    watched = Watched(fields)
    name = NAMES.get(msgId, str(msgId))
    report.messages[name] += 1
    try:
        plain_interpret(self, watched, msgId)
    except Exception as error:  # the client's own loop would end, or go on and say nothing
        report.errors.append(f"{name}: {type(error).__name__} {error} in {fields}")
        return
    left = watched.walks[0].__length_hint__() if watched.walks else 0
    if left:
        report.surplus.append(f"{name}: {left} of {len(fields)} fields left, {fields}")


ibapi_decoder.Decoder.interpret = strict_interpret


class Complaints(logging.Handler):
    def emit(self, record):
        report.errors.append(f"log: {record.getMessage()[:300]}")


logging.getLogger("ibapi").addHandler(Complaints(level=logging.WARNING))


class Desk(EWrapper, EClient):
    """Keeps everything it hears."""

    def __init__(self, clientId):
        EClient.__init__(self, self)
        self.heard = []
        self.news = threading.Condition()
        self.reqId = 1000
        self.connect("127.0.0.1", PORT, clientId)
        report.equal(self.serverVersion(), VERSION, "negotiated version")
        self.loop = threading.Thread(target=self.run, daemon=True)
        self.loop.start()
        (self.nextId,) = self.wait("nextValidId")
        report.equal(self.wait("managedAccounts"), (ACCOUNT,), "managed accounts")

    def next(self):
        self.reqId += 1
        return self.reqId

    def order(self):
        self.nextId += 1
        return self.nextId - 1

    def all(self, name, fits=lambda *_: True):
        with self.news:
            return [args for one, args in self.heard if one == name and fits(*args)]

    def wait(self, name, fits=lambda *_: True, since=0, seconds=15):
        """The first that fits, past or to come; None, and a failure in the report, when none comes."""
        until = time.monotonic() + seconds
        at = since
        with self.news:
            while True:
                while at < len(self.heard):
                    one, args = self.heard[at]
                    at += 1
                    if one == name and fits(*args):
                        report.checks += 1
                        return args
                if not self.news.wait(until - time.monotonic() if until > time.monotonic() else 0.001) and time.monotonic() > until:
                    lines = [frame.lineno for frame in traceback.extract_stack()]
                    report.failed.append(f"no {name} in {seconds} s (lines {lines[-4:-1]})")
                    return None

    def error_of(self, reqId, code, seconds=15):
        return self.wait("error", lambda id_, _at, code_, *_: id_ == reqId and code_ == code, seconds=seconds)

    def mark(self):
        with self.news:
            return len(self.heard)

    def settle(self):
        """Everything asked so far has been answered."""
        since = self.mark()
        self.reqCurrentTime()
        self.wait("currentTime", since=since)


def keep(name):
    def method(self, *args):
        with self.news:
            self.heard.append((name, args))
            self.news.notify_all()

    return method


for name in dir(EWrapper):
    if not name.startswith("_") and callable(getattr(EWrapper, name)) and name not in ("logAnswer",):
        setattr(Desk, name, keep(name))


def stock(symbol, conId=0):
    contract = Contract()
    contract.symbol, contract.secType, contract.exchange, contract.currency, contract.conId = symbol, "STK", "SMART", "USD", conId
    return contract


def of_type(secType, symbol="IBM", **more):
    contract = stock(symbol)
    contract.secType = secType
    for field, value in more.items():
        setattr(contract, field, value)
    return contract


def bag():
    contract = of_type("BAG", "IBM,MSFT")
    legs = []
    for conId, action in ((8314, "BUY"), (272093, "SELL")):
        leg = ComboLeg()
        leg.conId, leg.ratio, leg.action, leg.exchange = conId, 1, action, "SMART"
        legs.append(leg)
    contract.comboLegs = legs
    return contract


def order(action, orderType, quantity, ref="", **more):
    one = Order()
    one.action, one.orderType, one.totalQuantity, one.orderRef = action, orderType, Decimal(quantity), ref
    one.tif, one.account = "DAY", ACCOUNT
    for field, value in more.items():
        if not hasattr(one, field):
            raise AttributeError(field)
        setattr(one, field, value)
    return one


IBM, SPY, BAC, MSFT = stock("IBM"), stock("SPY"), stock("BAC"), stock("MSFT")


def reference(desk):
    desk.setServerLogLevel(3)
    desk.reqManagedAccts()
    desk.reqIds(1)
    desk.reqCurrentTime()
    desk.reqContractDetails(1, IBM)
    _, details = desk.wait("contractDetails", lambda id_, _: id_ == 1)
    report.equal((details.contract.conId, details.contract.symbol, details.contract.secType, details.contract.primaryExchange,
                  details.contract.currency, details.minTick, details.longName, details.timeZoneId, details.marketRuleIds),
                 (8314, "IBM", "STK", "NYSE", "USD", 0.01, "INTL BUSINESS MACHINES CORP", "US/Eastern", "26,26"), "contract details")
    report.equal((details.minSize, details.stockType, details.validExchanges), (Decimal("0.0001"), "COMMON", "SMART,NYSE"), "size rules")
    desk.wait("contractDetailsEnd", lambda id_: id_ == 1)
    desk.reqContractDetails(2, of_type("STK", "", conId=756733, exchange="SMART"))
    report.equal(desk.wait("contractDetails", lambda id_, _: id_ == 2)[1].contract.symbol, "SPY", "details by contract id")
    for reqId, contract in ((3, stock("NOSUCH")),
                            (4, of_type("OPT", lastTradeDateOrContractMonth="20261218", strike=280.0, right="C", multiplier="100")),
                            (5, of_type("FUT", "ES", exchange="CME", lastTradeDateOrContractMonth="202612")),
                            (6, of_type("CASH", "EUR", exchange="IDEALPRO")), (7, of_type("BOND", "912828C57", secIdType="CUSIP", secId="912828C57")),
                            (8, of_type("CFD")), (9, of_type("FUND", "VINIX"))):
        desk.reqContractDetails(reqId, contract)
        desk.error_of(reqId, 200)
    desk.reqMatchingSymbols(10, "IB")
    _, found = desk.wait("symbolSamples")
    report.equal([(one.contract.conId, one.contract.symbol, one.contract.primaryExchange, list(one.derivativeSecTypes), one.contract.description)
                  for one in found], [(8314, "IBM", "NYSE", ["OPT"], "INTL BUSINESS MACHINES CORP")], "matching symbols")
    desk.reqMarketRule(26)
    rule, steps = desk.wait("marketRule")
    report.equal((rule, [(one.lowEdge, one.increment) for one in steps]), (26, [(0.0, 0.01)]), "market rule")
    desk.reqFamilyCodes()
    report.equal([(one.accountID, one.familyCodeStr) for one in desk.wait("familyCodes")[0]], [(ACCOUNT, "")], "family codes")
    desk.reqMktDepthExchanges()
    desk.wait("mktDepthExchanges")
    desk.reqNewsProviders()
    desk.wait("newsProviders")
    desk.reqSoftDollarTiers(11)
    desk.wait("softDollarTiers", lambda id_, _: id_ == 11)
    desk.reqSecDefOptParams(12, "IBM", "", "STK", 8314)
    desk.wait("securityDefinitionOptionParameterEnd", lambda id_: id_ == 12)
    desk.queryDisplayGroups(13)
    report.equal(desk.wait("displayGroupList"), (13, "1"), "display groups")
    desk.reqUserInfo(14)
    desk.wait("userInfo", lambda id_, _: id_ == 14)


def refused(desk):
    """Requests that the simulator does not serve are refused under the id that they carry."""
    option = of_type("OPT", lastTradeDateOrContractMonth="20261218", strike=280.0, right="C", multiplier="100")
    wsh = WshEventData()
    wsh.conId = 8314
    subscription = scanner.ScannerSubscription()
    subscription.instrument, subscription.locationCode, subscription.scanCode = "STK", "STK.US.MAJOR", "TOP_PERC_GAIN"
    desk.reqMktDepth(100, IBM, 5, True, [])
    desk.cancelMktDepth(101, True)
    desk.reqScannerSubscription(102, subscription, [], [TagValue("changePercAbove", "20")])
    desk.cancelScannerSubscription(103)
    desk.reqFundamentalData(104, IBM, "ReportSnapshot", [])
    desk.cancelFundamentalData(105)
    desk.calculateImpliedVolatility(106, option, 5.5, 280.0, [])
    desk.cancelCalculateImpliedVolatility(107)
    desk.calculateOptionPrice(108, option, 0.3, 280.0, [])
    desk.cancelCalculateOptionPrice(109)
    desk.exerciseOptions(110, option, 1, 1, ACCOUNT, 0, "", "" if VERSION < 183 else "C1", VERSION >= 184)
    desk.subscribeToGroupEvents(111, 1)
    desk.updateDisplayGroup(112, "8314@SMART")
    desk.unsubscribeFromGroupEvents(113)
    desk.reqSmartComponents(114, "9c0001")
    desk.reqNewsArticle(115, "BRFG", "BRFG$1", [])
    desk.reqHistoricalNews(116, 8314, "BRFG", "", "", 10, [])
    desk.reqHeadTimeStamp(117, IBM, "TRADES", 1, 1)
    desk.cancelHeadTimeStamp(118)
    desk.reqHistogramData(119, IBM, True, "3 days")
    desk.cancelHistogramData(120)
    desk.reqHistoricalTicks(121, IBM, "20261006 09:39:33 US/Eastern", "", 10, "TRADES", 1, True, [])
    desk.reqTickByTickData(122, IBM, "AllLast", 0, False)
    desk.cancelTickByTickData(123)
    desk.reqWshMetaData(124)
    desk.cancelWshMetaData(125)
    desk.reqWshEventData(126, wsh)
    desk.cancelWshEventData(127)
    for reqId in range(100, 128):
        desk.wait("error", lambda id_, *_: id_ == reqId)
    for ask in (lambda: desk.reqScannerParameters(), lambda: desk.reqNewsBulletins(True), lambda: desk.cancelNewsBulletins(),
                lambda: desk.requestFA(1)):
        since = desk.mark()
        ask()
        desk.wait("error", lambda id_, *_: id_ == -1, since=since)
    desk.replaceFA(130, 1, "<xml/>")
    desk.wait("error", lambda id_, *_: id_ == 130)


def market_data(desk):
    for kind in (4, 3, 2, 1):
        desk.reqMarketDataType(kind)
    desk.reqMktData(200, IBM, GENERIC, False, False, [])
    report.equal(desk.wait("marketDataType", lambda id_, _: id_ == 200), (200, 1), "market data type")
    report.equal(desk.wait("tickReqParams", lambda id_, *_: id_ == 200), (200, 0.01, "9c0001", 3), "tick parameters")
    for kind in (1, 2, 4, 6, 7, 9, 14):
        _, _, price, attrib = desk.wait("tickPrice", lambda id_, kind_, *_: id_ == 200 and kind_ == kind)
        report.check(200 < price < 400, f"tick {kind} of IBM at {price}")
        report.equal(attrib.canAutoExecute, kind != 4 and kind < 6, f"tick {kind} can auto-execute")
    for kind in (0, 3, 5, 8):
        _, _, size = desk.wait("tickSize", lambda id_, kind_, *_: id_ == 200 and kind_ == kind)
        report.check(size > 0 and size % 100 == 0, f"tick {kind} of IBM of {size}")
    _, _, text = desk.wait("tickString", lambda id_, kind_, *_: id_ == 200 and kind_ == 45)
    report.check(1_790_000_000 < int(text) < 1_800_000_000, f"last time {text}")
    report.equal(desk.wait("tickGeneric", lambda id_, kind_, *_: id_ == 200 and kind_ == 49)[2], 0.0, "halted")
    desk.reqMktData(201, SPY, "", True, False, [])
    desk.wait("tickSnapshotEnd", lambda id_: id_ == 201)
    desk.reqMktData(202, MSFT, "", False, True, [])
    desk.wait("tickSnapshotEnd", lambda id_: id_ == 202)
    desk.reqMktData(200, SPY, "", False, False, [])
    desk.error_of(200, 102)
    desk.reqMktData(203, bag(), "", False, False, [])
    desk.error_of(203, 200)
    hedged = stock("SPY")
    hedged.deltaNeutralContract = DeltaNeutralContract()
    hedged.deltaNeutralContract.conId, hedged.deltaNeutralContract.delta, hedged.deltaNeutralContract.price = 8314, 0.5, 280.0
    desk.reqMktData(204, hedged, "", True, False, [])
    desk.wait("tickSnapshotEnd", lambda id_: id_ == 204)
    desk.cancelMktData(205)
    desk.error_of(205, 300)
    runner(call=["marketDataType", 3])
    desk.reqMktData(206, BAC, "", False, False, [])
    report.equal(desk.wait("marketDataType", lambda id_, _: id_ == 206), (206, 3), "type of delayed data")
    for kind in (66, 67, 68, 72, 73, 75, 76):
        _, _, price, _ = desk.wait("tickPrice", lambda id_, kind_, *_: id_ == 206 and kind_ == kind)
        report.check(40 < price < 60, f"delayed tick {kind} of BAC at {price}")
    for kind in (69, 70, 71, 74):
        desk.wait("tickSize", lambda id_, kind_, *_: id_ == 206 and kind_ == kind)
    desk.wait("tickString", lambda id_, kind_, _: id_ == 206 and kind_ == 88)
    desk.cancelMktData(206)
    runner(call=["marketDataType", 1])
    runner(fault={"do": "halt", "symbol": "IBM", "ms": 4000})
    desk.wait("tickGeneric", lambda id_, kind_, value: id_ == 200 and kind_ == 49 and value == 1.0)
    desk.wait("tickGeneric", lambda id_, kind_, value: id_ == 200 and kind_ == 49 and value == 0.0, since=desk.mark())


def history(desk):
    desk.reqHistoricalData(300, IBM, "", "2 D", "1 min", "TRADES", 1, 1, False, [])
    desk.wait("historicalDataEnd", lambda id_, *_: id_ == 300)
    bars = [bar for _, bar in desk.all("historicalData", lambda id_, _: id_ == 300)]
    report.check(len(bars) > 389, f"{len(bars)} bars of a minute")
    strange = [str(bar) for bar in bars if not (bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
                                                and bar.low <= float(bar.wap) <= bar.high and bar.volume >= 0 and bar.date.endswith("US/Eastern"))]
    report.equal(strange[:3], [], "bars that make no sense")
    desk.reqHistoricalData(301, IBM, "", "10 D", "1 day", "MIDPOINT", 0, 2, False, [])
    desk.wait("historicalDataEnd", lambda id_, *_: id_ == 301)
    report.equal([len(bar.date) for _, bar in desk.all("historicalData", lambda id_, _: id_ == 301)], [8] * 10, "bars of a day")
    desk.reqHistoricalData(302, SPY, "", "3600 S", "5 mins", "TRADES", 0, 2, True, [])
    desk.wait("historicalDataEnd", lambda id_, *_: id_ == 302)
    _, bar = desk.wait("historicalDataUpdate", lambda id_, _: id_ == 302)
    report.check(600 < bar.low <= bar.close <= bar.high < 750 and bar.low <= float(bar.wap) <= bar.high and bar.barCount > 0, f"updated bar {bar}")
    desk.cancelHistoricalData(302)
    desk.reqHistoricalData(303, IBM, "", "1 D", "1 min", "BID_ASK", 0, 1, False, [])
    desk.error_of(303, 162)
    desk.reqHistoricalData(304, bag(), "20261006 09:31:00 US/Eastern", "1 D", "1 min", "TRADES", 0, 1, False, [TagValue("x", "y")])
    desk.error_of(304, 200)
    desk.reqRealTimeBars(305, SPY, 5, "TRADES", False, [])
    _, at, open_, high, low, close, volume, wap, count = desk.wait("realtimeBar", lambda id_, *_: id_ == 305)
    report.check(at % 5 == 0 and 600 < low <= min(open_, close) and max(open_, close) <= high < 750 and low <= float(wap) <= high and volume > 0 and count > 0,
                 "five-second bar makes sense")
    desk.cancelRealTimeBars(305)


def account(desk):
    tags = "AccountType,NetLiquidation,TotalCashValue,BuyingPower,Cushion"
    desk.reqAccountSummary(400, "All", tags)
    desk.wait("accountSummaryEnd", lambda id_: id_ == 400)
    summary = {tag: (value, currency) for _, acct, tag, value, currency in desk.all("accountSummary") if acct == ACCOUNT}
    report.equal(sorted(summary), sorted(tags.split(",")), "summary tags")
    report.check(float(summary["NetLiquidation"][0]) > 900_000 and summary["NetLiquidation"][1] == "USD", "net liquidation")
    desk.cancelAccountSummary(400)
    desk.reqAccountUpdates(True, ACCOUNT)
    desk.wait("accountDownloadEnd", lambda acct: acct == ACCOUNT)
    report.check(any(key == "NetLiquidation" and acct == ACCOUNT for key, _, _, acct in desk.all("updateAccountValue")), "account value")
    contract, position, price, value, cost, unrealized, realized, name = desk.wait("updatePortfolio", lambda contract, *_: contract.symbol == "MSFT")
    report.check(position == 300 and cost == 500.125 and abs(value - price * 300) < 0.01 and abs(unrealized - value + 150037.5) < 0.01
                 and realized == 0 and name == ACCOUNT and contract.conId == 272093, "portfolio line")
    desk.wait("updateAccountTime")
    desk.reqAccountUpdates(False, "")
    desk.reqAccountUpdatesMulti(401, ACCOUNT, "", False)
    desk.wait("accountUpdateMultiEnd", lambda id_: id_ == 401)
    report.check(any(key == "BuyingPower" and currency == "USD" for _, _, _, key, _, currency in desk.all("accountUpdateMulti")), "multi values")
    desk.cancelAccountUpdatesMulti(401)
    desk.reqPositions()
    desk.wait("positionEnd")
    report.equal([(acct, contract.symbol, contract.secType, contract.currency, size, cost) for acct, contract, size, cost in desk.all("position")],
                 [(ACCOUNT, "MSFT", "STK", "USD", Decimal(300), 500.125)], "positions")
    desk.reqPositionsMulti(402, ACCOUNT, "")
    desk.wait("positionMultiEnd", lambda id_: id_ == 402)
    report.equal([(id_, acct, model, contract.conId, size, cost) for id_, acct, model, contract, size, cost in desk.all("positionMulti")],
                 [(402, ACCOUNT, "", 272093, Decimal(300), 500.125)], "positions multi")
    desk.reqPnL(403, ACCOUNT, "")
    desk.reqPnLSingle(404, ACCOUNT, "", 272093)
    _, daily, unrealized, realized = desk.wait("pnl", lambda id_, *_: id_ == 403)
    report.check(abs(unrealized) < 100_000 and realized == 0 and abs(daily) < 100_000, "profit and loss")
    _, size, daily, unrealized, realized, value = desk.wait("pnlSingle", lambda id_, *_: id_ == 404)
    report.check(size == 300 and abs(value - unrealized - 150037.5) < 0.01 and realized == 0, "profit and loss of a position")
    desk.cancelPnLSingle(404)


def place(desk, contract, one):
    orderId = desk.order()
    desk.placeOrder(orderId, contract, one)
    return orderId


def status(desk, orderId, wanted, since=0):
    return desk.wait("orderStatus", lambda id_, state, *_: id_ == orderId and state == wanted, since)


def opened(desk, orderId, state=None, since=0):
    return desk.wait("openOrder", lambda id_, _, __, is_: id_ == orderId and (state is None or is_.status == state), since)


def last_price(desk):
    return desk.all("tickPrice", lambda id_, kind, *_: id_ == 200 and kind == 4)[-1][2]


def round_trip(desk, orderId, contract, sent):
    """What TWS says of an order is what was asked for."""
    told = opened(desk, orderId)
    if told is None:
        return
    _, told_contract, is_, state = told
    wanted = {"action": sent.action, "orderType": sent.orderType, "totalQuantity": sent.totalQuantity, "orderRef": sent.orderRef, "tif": sent.tif,
              "account": ACCOUNT, "clientId": desk.clientId, "outsideRth": sent.outsideRth, "parentId": sent.parentId, "ocaGroup": sent.ocaGroup,
              "triggerMethod": sent.triggerMethod, "ocaType": sent.ocaType or 3, "whatIf": sent.whatIf, "transmit": True}
    if sent.orderType in ("LMT", "STP LMT"):
        wanted["lmtPrice"] = sent.lmtPrice
    if sent.orderType in ("STP", "STP LMT") or (sent.orderType == "TRAIL" and sent.auxPrice < 1e300):
        wanted["auxPrice"] = sent.auxPrice
    if sent.trailingPercent < 1e300:
        wanted["trailingPercent"] = sent.trailingPercent
    report.equal({field: getattr(is_, field) for field in wanted}, wanted, f"order {orderId} ({sent.orderRef})")
    report.equal((told_contract.symbol, told_contract.secType, told_contract.currency, told_contract.exchange),
                 (contract.symbol, "STK", "USD", "SMART"), f"contract of order {orderId}")
    report.check(is_.permId > 1_000_000_000, f"perm id {is_.permId}")
    report.check(len(is_.conditions) == len(sent.conditions), f"conditions of order {orderId}")
    for told_, sent_ in zip(is_.conditions, sent.conditions):
        report.equal(vars(told_), vars(sent_), f"condition of order {orderId}")
    if sent.conditions:
        report.equal((is_.conditionsCancelOrder, is_.conditionsIgnoreRth), (sent.conditionsCancelOrder, sent.conditionsIgnoreRth), "condition flags")


def orders(desk):
    price = last_price(desk)
    market = order("BUY", "MKT", 200, "market entry")
    one = place(desk, IBM, market)
    round_trip(desk, one, IBM, market)
    _, _, filled, remaining, average, permId, parentId, lastPrice, clientId, why, cap = status(desk, one, "Filled")
    report.check(filled == 200 and remaining == 0 and abs(average - price) < 5 and abs(lastPrice - price) < 5 and permId > 0 and parentId == 0
                 and clientId == desk.clientId and why == "" and cap == 0, "status of a filled order")
    id_, contract, execution = desk.wait("execDetails", lambda _, __, ex: ex.orderId == one)
    report.check(id_ == -1 and contract.symbol == "IBM" and execution.side == "BOT" and execution.permId == permId and execution.orderRef == "market entry"
                 and execution.acctNumber == ACCOUNT and execution.clientId == desk.clientId and execution.exchange == "NYSE"
                 and execution.time.endswith("US/Eastern") and abs(execution.price - price) < 5, f"execution {execution}")
    (charge,) = desk.wait("commissionAndFeesReport", lambda one_: one_.execId == execution.execId)
    report.check(charge.commissionAndFees > 0 and charge.currency == "USD" and charge.realizedPNL > 1e300, f"commission {charge}")
    final = opened(desk, one, "Filled")
    report.check(final is not None, "a filled order is told once more")

    low = round(price * 0.9, 2)
    high = round(price * 1.1, 2)
    limit = order("BUY", "LMT", 100, "resting", lmtPrice=low, tif="GTC", outsideRth=True)
    resting = place(desk, IBM, limit)
    round_trip(desk, resting, IBM, limit)
    status(desk, resting, "Submitted")
    limit.lmtPrice, limit.totalQuantity = round(low + 0.5, 2), Decimal(150)
    since = desk.mark()
    desk.placeOrder(resting, IBM, limit)
    _, _, is_, _ = opened(desk, resting, since=since)
    report.equal((is_.lmtPrice, is_.totalQuantity), (limit.lmtPrice, Decimal(150)), "modified order")
    kinds = (order("SELL", "STP", 200, "stop", auxPrice=low, triggerMethod=2), order("BUY", "STP LMT", 100, "stop limit", auxPrice=high, lmtPrice=round(high + 1, 2)),
             order("SELL", "TRAIL", 100, "trail by amount", auxPrice=12.5), order("SELL", "TRAIL", 100, "trail by percent", trailingPercent=2.5),
             order("SELL", "TRAIL", 100, "trail from", auxPrice=3.0, trailStopPrice=low))
    for one in kinds:
        orderId = place(desk, IBM, one)
        round_trip(desk, orderId, IBM, one)
        state = status(desk, orderId, "PreSubmitted")
        report.equal(state[9], "trigger", "a stop is held for its trigger")
        desk.cancelOrder(orderId, OrderCancel())
        status(desk, orderId, "PendingCancel")
        status(desk, orderId, "Cancelled")
        desk.error_of(orderId, 202)
    trail_told = desk.all("openOrder", lambda _, __, is_, ___: is_.orderRef == "trail from")[0][2]
    report.check(abs(trail_told.trailStopPrice) < price, f"trail stop price {trail_told.trailStopPrice}")

    parent = order("BUY", "LMT", 100, "parent", lmtPrice=high, transmit=False)
    parentId = place(desk, IBM, parent)
    target = order("SELL", "LMT", 100, "target", lmtPrice=high, parentId=parentId, transmit=False, ocaType=1)
    targetId = place(desk, IBM, target)
    stop = order("SELL", "STP", 100, "child stop", auxPrice=low, parentId=parentId)
    stopId = place(desk, IBM, stop)
    for orderId, one in ((parentId, parent), (targetId, target), (stopId, stop)):
        round_trip(desk, orderId, IBM, one)
    status(desk, parentId, "Filled")
    status(desk, targetId, "Submitted")
    desk.cancelOrder(stopId, OrderCancel())
    status(desk, stopId, "Cancelled")

    oca = [order("BUY", "LMT", 50, f"oca {n}", lmtPrice=low + n, ocaGroup="pair", ocaType=2) for n in (0, 1)]
    pair = [place(desk, SPY if False else IBM, one) for one in oca]
    for orderId, one in zip(pair, oca):
        round_trip(desk, orderId, IBM, one)
    oca[0].lmtPrice = high
    desk.placeOrder(pair[0], IBM, oca[0])
    status(desk, pair[0], "Filled")
    status(desk, pair[1], "Cancelled")
    desk.error_of(pair[1], 202)

    preview = order("BUY", "LMT", 100, "preview", lmtPrice=price, whatIf=True)
    previewId = place(desk, SPY, preview)
    _, _, is_, state = opened(desk, previewId)
    figures = [float(getattr(state, f"{kind}{when}")) for kind in ("initMargin", "maintMargin", "equityWithLoan") for when in ("Before", "Change", "After")]
    report.check(all(abs(figure) < 1e8 for figure in figures) and abs(figures[0] + figures[1] - figures[2]) < 0.02 and is_.whatIf
                 and state.commissionAndFees > 0 and state.commissionAndFeesCurrency == "USD", f"what-if {figures}")
    desk.settle()
    report.equal(desk.all("orderStatus", lambda id_, *_: id_ == previewId), [], "a what-if has no status")

    runner(fault={"do": "reject", "reason": "by the harness"})
    rejected = place(desk, IBM, order("BUY", "LMT", 10, "rejected", lmtPrice=low))
    desk.error_of(rejected, 201)
    status(desk, rejected, "Inactive")
    desk.error_of(place(desk, IBM, order("BUY", "LMT", 10, "off tick", lmtPrice=180.001)), 110)
    used = order("BUY", "MKT", 1, "duplicate")
    desk.placeOrder(rejected, IBM, used)
    desk.error_of(rejected, 103)
    desk.cancelOrder(999_999, OrderCancel())
    desk.error_of(999_999, 10147)
    desk.cancelOrder(rejected, OrderCancel())
    desk.error_of(rejected, 10148)
    desk.error_of(place(desk, stock("NOSUCH"), order("BUY", "MKT", 1, "nowhere")), 200)
    desk.error_of(place(desk, IBM, order("BUY", "PEG MKT", 1, "pegged")), 387)

    big = order("BUY", "LMT", 4000, "partly filled", lmtPrice=round(price + 3, 2))
    bigId = place(desk, IBM, big)
    status(desk, bigId, "Filled", 0)
    fills = [ex for _, _, ex in desk.all("execDetails", lambda _, __, ex: ex.orderId == bigId)]
    report.check(len(fills) > 1, f"{len(fills)} fills")
    report.equal(sum(ex.shares for ex in fills), Decimal(4000), "shares filled")
    report.equal([ex.cumQty for ex in fills][-1], Decimal(4000), "cumulated quantity")
    report.check(all(0 <= ex.lastLiquidity <= 3 for ex in fills), "liquidity")
    runner(fault={"do": "correct", "ticks": 3})
    desk.wait("execDetails", lambda _, __, ex: ex.execId.endswith(".02"))
    runner(fault={"do": "bust", "silent": False})
    desk.wait("execDetails", lambda _, __, ex: ex.shares == 0)


def held(desk):
    """What is said of orders beyond their state: held for shares, warned about, refused with reasons for machines."""
    runner(call=["hardToBorrow", "AMZN", True])
    short = place(desk, stock("AMZN"), order("SELL", "MKT", 100, "short"))
    desk.error_of(short, 404)
    report.equal(desk.wait("orderStatus", lambda id_, *_: id_ == short)[9], "locate", "held for shares")
    runner(call=["hardToBorrow", "AMZN", False])
    status(desk, short, "Filled")
    report.equal(desk.wait("execDetails", lambda _, __, ex: ex.orderId == short)[2].side, "SLD", "a short sale")
    runner(call=["previewWarning", "Vorsicht, große Order"])
    warned = place(desk, SPY, order("BUY", "LMT", 100, "warned", lmtPrice=600.0, whatIf=True))
    _, _, _, state = opened(desk, warned)
    report.check(float(state.initMarginAfter) > 1e300 and state.warningText == "Vorsicht, gro\\u00dfe Order", f"warning {state.warningText!r}")
    desk.wait("openOrder", lambda id_, _, __, is_: id_ == warned and float(is_.initMarginAfter) < 1e300)
    runner(call=["previewWarning", ""])
    runner(call=["orderError", 7, short, 201, "Abgelehnt – für Sie", '{"8229":"Größe"}'])
    said = desk.error_of(short, 201)
    report.equal(said[3:], ("Abgelehnt – für Sie", '{"8229":"Größe"}'), "letters beyond ASCII")


def conditions(desk):
    price = last_price(desk)
    every = [PriceCondition(2, 756733, "SMART", True, 9000.0), TimeCondition(True, "20301231 09:30:00 US/Eastern").Or(), MarginCondition(False, 5),
             ExecutionCondition("STK", "SMART", "AMD"), VolumeCondition(756733, "SMART", True, 2_000_000_000), PercentChangeCondition(756733, "SMART", True, 55.5)]
    every[2].percent = 5.0
    waiting = order("BUY", "LMT", 10, "conditional", lmtPrice=round(price * 0.9, 2), conditions=every, conditionsIgnoreRth=True)
    waitingId = place(desk, IBM, waiting)
    round_trip(desk, waitingId, IBM, waiting)
    desk.settle()
    report.equal(desk.all("orderStatus", lambda id_, state, *_: id_ == waitingId and state == "Submitted"), [], "an order waits for its conditions")
    desk.cancelOrder(waitingId, OrderCancel())
    status(desk, waitingId, "Cancelled")
    soon = order("BUY", "MKT", 10, "condition met", conditions=[PriceCondition(0, 756733, "SMART", True, 100.0)])
    soonId = place(desk, IBM, soon)
    round_trip(desk, soonId, IBM, soon)
    status(desk, soonId, "Filled")
    never = order("BUY", "LMT", 10, "condition cancels", lmtPrice=round(price * 0.9, 2), conditions=[PriceCondition(0, 756733, "SMART", True, 100.0)],
                  conditionsCancelOrder=True)
    neverId = place(desk, IBM, never)
    round_trip(desk, neverId, IBM, never)
    status(desk, neverId, "Cancelled")


def exotic(desk):
    """Orders with everything that a client can write: read to the last field, whatever becomes of them."""
    everything = dict(
        lmtPrice=200.0, openClose="O", origin=0, blockOrder=True, sweepToFill=True, displaySize=10, hidden=True, goodAfterTime="20261006 10:00:00 US/Eastern",
        goodTillDate="20261006 15:00:00 US/Eastern", rule80A="I", allOrNone=True, minQty=5, percentOffset=0.1, overridePercentageConstraints=True,
        shortSaleSlot=0, exemptCode=-1, discretionaryAmt=0.05, optOutSmartRouting=True, auctionStrategy=1, startingPrice=1.0, stockRefPrice=2.0, delta=0.5,
        stockRangeLower=1.0, stockRangeUpper=2.0, volatility=0.3, volatilityType=2, deltaNeutralOrderType="LMT", deltaNeutralAuxPrice=1.0, deltaNeutralConId=8314,
        deltaNeutralSettlingFirm="F", deltaNeutralClearingAccount="A", deltaNeutralClearingIntent="I", deltaNeutralOpenClose="O", deltaNeutralShortSale=True,
        deltaNeutralShortSaleSlot=1, deltaNeutralDesignatedLocation="L", continuousUpdate=True, referencePriceType=1, scaleInitLevelSize=5,
        scaleSubsLevelSize=5, scalePriceIncrement=0.5, scalePriceAdjustValue=0.1, scalePriceAdjustInterval=60, scaleProfitOffset=0.2, scaleAutoReset=True,
        scaleInitPosition=0, scaleInitFillQty=0, scaleRandomPercent=True, scaleTable="", hedgeType="B", hedgeParam="beta=1", clearingAccount="CA",
        clearingIntent="IB", notHeld=True, algoStrategy="Adaptive", algoParams=[TagValue("adaptivePriority", "Normal")], algoId="id",
        orderMiscOptions=[TagValue("m", "1")], solicited=True, randomizeSize=True, randomizePrice=True, adjustedOrderType="STP", triggerPrice=1.0,
        lmtPriceOffset=0.1, adjustedStopPrice=1.0, adjustedStopLimitPrice=1.0, adjustedTrailingAmount=1.0, adjustableTrailingUnit=1, cashQty=1000.0,
        dontUseAutoPriceForHedge=True, isOmsContainer=False, discretionaryUpToLimitPrice=True, usePriceMgmtAlgo=True, duration=60, postToAts=1,
        autoCancelParent=True, advancedErrorOverride="8229", manualOrderTime="20261006 10:00:00 US/Eastern", mifid2DecisionMaker="D", mifid2ExecutionTrader="T",
        faGroup="", modelCode="", settlingFirm="", transmit=True)
    if VERSION >= 183:
        everything["customerAccount"] = "C1"
    if VERSION >= 184:
        everything["professionalCustomer"] = True
    if VERSION >= 189:
        everything["includeOvernight"] = True
    if VERSION >= 192:
        everything["manualOrderIndicator"] = 1
        everything["extOperator"] = "op"
    hedged = stock("IBM")
    hedged.deltaNeutralContract = DeltaNeutralContract()
    hedged.deltaNeutralContract.conId, hedged.deltaNeutralContract.delta, hedged.deltaNeutralContract.price = 8314, 0.5, 280.0
    one = order("BUY", "LMT", 10, "everything", **everything)
    everyId = place(desk, hedged, one)
    opened(desk, everyId)
    combo = order("BUY", "LMT", 1, "combo", lmtPrice=1.0, smartComboRoutingParams=[TagValue("NonGuaranteed", "1")])
    leg = OrderComboLeg()
    leg.price = 1.5
    combo.orderComboLegs = [leg, OrderComboLeg()]
    desk.error_of(place(desk, bag(), combo), 200)
    pegs = (order("BUY", "PEG BENCH", 1, "bench", referenceContractId=8314, peggedChangeAmount=0.1, referenceChangeAmount=0.2, referenceExchangeId="NYSE",
                  isPeggedChangeAmountDecrease=True, startingPrice=1.0, stockRefPrice=2.0),
            order("BUY", "PEG MID", 1, "mid", midOffsetAtWhole=0.01, midOffsetAtHalf=0.02),
            order("BUY", "PEG BEST", 1, "best", minCompeteSize=100, competeAgainstBestOffset=0.02),
            order("BUY", "PEG BEST", 1, "best to mid", minCompeteSize=100, competeAgainstBestOffset=COMPETE_AGAINST_BEST_OFFSET_UP_TO_MID,
                  midOffsetAtWhole=0.01, midOffsetAtHalf=0.02))
    ats = stock("IBM")
    ats.exchange = "IBKRATS"
    for one in pegs:
        desk.error_of(place(desk, IBM, one), 387)
        one.minTradeQty = 10
        desk.error_of(place(desk, ats, one), 387)
    cancel = OrderCancel()
    cancel.manualOrderCancelTime = "20261006 10:00:00 US/Eastern"
    if VERSION >= 192:
        cancel.extOperator, cancel.manualOrderIndicator = "op", 1
    desk.cancelOrder(everyId, cancel)
    status(desk, everyId, "Cancelled")


def questions(desk):
    desk.reqOpenOrders()
    desk.wait("openOrderEnd")
    since = desk.mark()
    desk.reqAllOpenOrders()
    desk.wait("openOrderEnd", since=since)
    report.check(len(desk.all("openOrder")) > 20, "open orders")
    for apiOnly in (True, False):
        since = desk.mark()
        desk.reqCompletedOrders(apiOnly)
        desk.wait("completedOrdersEnd", since=since)
    done = desk.all("completedOrder", lambda _, is_, __: is_.orderRef == "market entry")
    contract, is_, state = done[-1]
    report.check(contract.symbol == "IBM" and is_.totalQuantity == 200 and is_.filledQuantity == 200 and is_.permId > 0 and is_.orderType == "MKT"
                 and is_.action == "BUY" and is_.account == ACCOUNT and state.status == "Filled" and state.completedTime.endswith("US/Eastern")
                 and state.completedStatus == "Filled Size: 200" and is_.parentPermId == 0, f"completed order {is_} {vars(state)}")
    child = desk.all("completedOrder", lambda _, is_, __: is_.orderRef == "child stop")[-1][1]
    report.check(child.parentPermId > 0 and child.auxPrice > 0, f"completed child, parent {child.parentPermId}")
    told = desk.all("completedOrder", lambda _, is_, __: is_.orderRef == "conditional")[-1][1]
    report.equal([condition.type() for condition in told.conditions], [1, 3, 4, 5, 6, 7], "conditions of a completed order")
    trailed = desk.all("completedOrder", lambda _, is_, __: is_.orderRef == "trail by percent")[-1][1]
    report.check(trailed.trailingPercent == 2.5 and 0 < trailed.trailStopPrice < 1e6, f"completed trail {trailed.trailStopPrice}")
    desk.reqExecutions(500, ExecutionFilter())
    desk.wait("execDetailsEnd", lambda id_: id_ == 500)
    mine = desk.all("execDetails", lambda id_, *_: id_ == 500)
    report.check(len(mine) >= 5 and all(contract.secType == "STK" for _, contract, _ in mine), "executions")
    filter_ = ExecutionFilter()
    filter_.clientId, filter_.acctCode, filter_.time, filter_.symbol = desk.clientId, ACCOUNT, "20261006-09:30:00", "IBM"
    filter_.secType, filter_.exchange, filter_.side = "STK", "SMART", "BUY"
    desk.reqExecutions(501, filter_)
    desk.wait("execDetailsEnd", lambda id_: id_ == 501)
    report.check(all(ex.side == "BOT" for _, _, ex in desk.all("execDetails", lambda id_, *_: id_ == 501)), "filtered executions")


def by_hand(desk):
    """Orders typed into TWS, as client 0 hears of them."""
    zero = Desk(0)
    runner(manual={"do": "place", "order": {"symbol": "BAC", "action": "BUY", "type": "LMT", "quantity": 1_000_000, "limit": 45_000_000}})
    zero.wait("openOrder", lambda id_, *_: id_ == 0)
    zero.reqOpenOrders()
    permId, clientId, orderId = zero.wait("orderBound")
    report.check(orderId < 0 and clientId == 0 and permId > 0, "a bound order has a negative id")
    zero.wait("openOrderEnd")
    bound = order("BUY", "LMT", 120, "", lmtPrice=45.5)
    since = zero.mark()
    zero.placeOrder(orderId, BAC, bound)
    _, _, is_, _ = opened(zero, orderId, since=since)
    report.equal((is_.totalQuantity, is_.lmtPrice, is_.permId), (Decimal(120), 45.5, permId), "client 0 changes a bound order")
    zero.cancelOrder(orderId, OrderCancel())
    status(zero, orderId, "Cancelled")
    zero.reqAutoOpenOrders(True)
    since = zero.mark()
    runner(manual={"do": "place", "order": {"symbol": "BAC", "action": "BUY", "type": "LMT", "quantity": 1_000_000, "limit": 45_000_000}})
    zero.wait("orderBound", since=since)
    runner(manual={"do": "place", "order": {"symbol": "BAC", "action": "BUY", "type": "MKT", "quantity": 2_000_000}})
    zero.wait("execDetails", lambda _, contract, ex: contract.symbol == "BAC" and ex.clientId == 0, since=since)
    runner(manual={"do": "place", "order": {"symbol": "BAC", "action": "SELL", "type": "TRAIL", "quantity": 500_000, "trailBy": 1_000_000}})
    runner(manual={"do": "resize", "which": {"by": "hand", "newest": 0}, "units": 80})
    runner(manual={"do": "move", "which": {"by": "api", "newest": 0}, "cents": -5})
    runner(manual={"do": "close", "symbol": "BAC", "percent": 50})
    zero.wait("execDetails", lambda _, contract, ex: contract.symbol == "BAC" and ex.side == "SLD")
    runner(manual={"do": "cancel", "which": {"by": "hand", "newest": 0}})
    since = desk.mark()
    desk.reqAllOpenOrders()
    desk.wait("openOrderEnd", since=since)
    since = desk.mark()
    desk.reqCompletedOrders(False)
    desk.wait("completedOrdersEnd", since=since)
    zero.reqAutoOpenOrders(False)
    return zero


def faulty(desk):
    """What a fault plan makes TWS say."""
    price = last_price(desk)
    low = round(price * 0.9, 2)
    for code in (1100, 1102, 2103, 2104, 2105, 2106, 2107, 2108, 2110, 2119, 2158, 1101, 1300, 10197):
        since = desk.mark()
        runner(fault={"do": "notice", "code": code})
        desk.wait("error", lambda id_, _at, code_, *_: id_ == -1 and code_ == code, since=since)
    for action in ({"do": "duplicate", "what": "openOrder", "client": "all", "count": 3, "times": 3}, {"do": "tif-preset", "tif": "GTC"},
                   {"do": "perm-ids-late", "ms": 2000}, {"do": "fills-told", "order": "state first"}):
        runner(fault=action)
    early = place(desk, IBM, order("BUY", "LMT", 10, "preset", lmtPrice=low))
    desk.error_of(early, 10349)
    report.equal(opened(desk, early)[2].permId, 0, "perm ids may come late")
    status(desk, early, "Submitted")
    for action in ({"do": "tif-preset", "tif": "none"}, {"do": "perm-ids-late", "ms": 0}, {"do": "commissions-unset", "on": True}):
        runner(fault=action)
    unknown = place(desk, IBM, order("BUY", "MKT", 10, "commission unknown"))
    _, _, execution = desk.wait("execDetails", lambda _, __, ex: ex.orderId == unknown)
    (charge,) = desk.wait("commissionAndFeesReport", lambda one: one.execId == execution.execId)
    report.check(charge.commissionAndFees > 1e300, f"unset commission {charge.commissionAndFees}")
    for refs in ("empty", 4):
        runner(fault={"do": "listed-refs", "refs": refs})
        since = desk.mark()
        desk.reqAllOpenOrders()
        desk.wait("openOrderEnd", since=since)
    for action in ({"do": "listed-refs", "refs": "whole"}, {"do": "commissions-unset", "on": False}, {"do": "foreign-ids-zero", "on": True}):
        runner(fault=action)
    since = desk.mark()
    desk.reqAllOpenOrders()
    desk.wait("openOrderEnd", since=since)
    runner(fault={"do": "foreign-ids-zero", "on": False})
    for what, code in (("new", 203), ("new", 321)):
        runner(fault={"do": "refuse", "what": what, "code": code})
        desk.error_of(place(desk, IBM, order("BUY", "LMT", 10, "refused", lmtPrice=low)), code)
    runner(fault={"do": "park"})
    parked = place(desk, IBM, order("BUY", "LMT", 10, "parked", lmtPrice=low))
    status(desk, parked, "Inactive")
    runner(manual={"do": "confirm", "which": {"by": "api", "newest": 0}})
    status(desk, parked, "Submitted")
    runner(fault={"do": "hold-cancels", "until": 1000})
    desk.cancelOrder(parked, OrderCancel())
    status(desk, parked, "PendingCancel")
    desk.cancelOrder(parked, OrderCancel())
    status(desk, parked, "Cancelled")
    runner(fault={"do": "late-fill", "ms": 500, "part": "half"})
    late = place(desk, IBM, order("BUY", "LMT", 100, "late fill", lmtPrice=low))
    status(desk, late, "Submitted")
    desk.cancelOrder(late, OrderCancel())
    status(desk, late, "Cancelled")
    desk.wait("execDetails", lambda _, __, ex: ex.orderId == late)
    runner(fault={"do": "fills-told", "order": "execution only"})
    alone = place(desk, IBM, order("BUY", "MKT", 10, "execution only"))
    desk.wait("execDetails", lambda _, __, ex: ex.orderId == alone)
    runner(fault={"do": "fills-told", "order": "execution first"})
    since = desk.mark()
    runner(fault={"do": "outage", "ms": 3000, "fills": "late", "orders": "kept", "back": 1101})
    desk.wait("error", lambda id_, _at, code, *_: code == 1100, since=since)
    during = place(desk, IBM, order("BUY", "LMT", 10, "during the outage", lmtPrice=low))
    desk.wait("error", lambda id_, _at, code, *_: code == 1101, since=since)
    status(desk, during, "Submitted")
    runner(fault={"do": "calm"})


def goodbye(desk, zero):
    taken = EClient(Ear())
    taken.connect("127.0.0.1", PORT, desk.clientId)
    threading.Thread(target=taken.run, daemon=True).start()
    until = time.monotonic() + 10
    while not taken.wrapper.codes and time.monotonic() < until:
        time.sleep(0.01)
    report.check(326 in taken.wrapper.codes, f"a taken id is refused with {taken.wrapper.codes}")
    since = desk.mark()
    desk.reqGlobalCancel(OrderCancel())
    status(desk, desk.all("openOrder", lambda *args: args[3].status == "Submitted")[-1][0], "Cancelled", since)
    desk.settle()
    zero.disconnect()
    desk.disconnect()
    time.sleep(1.5)  # its reader holds the socket for up to a second
    again = Desk(7)
    again.reqOpenOrders()
    again.wait("openOrderEnd")
    again.disconnect()


class Ear(EWrapper):
    def __init__(self):
        EWrapper.__init__(self)
        self.codes = []

    def error(self, reqId, errorTime, errorCode, *_):
        self.codes.append(errorCode)


def main():
    desk = Desk(7)
    for part in (reference, refused, market_data, history, account, orders, held, conditions, exotic, questions):
        part(desk)
    zero = by_hand(desk)
    faulty(desk)
    goodbye(desk, zero)
    for code in (501, 502, 503, 504, 505, 506, 507, 509, 320, 322):
        report.equal(desk.all("error", lambda _, __, code_, *___: code_ == code), [], f"errors {code}")


try:
    main()
except Exception as error:
    report.failed.append("".join(traceback.format_exception(error))[-1500:])
report.tell()
sys.stdout.flush()
os._exit(0)  # the client's reader threads would linger
