"""A whole session of ib_async against the simulator. Arguments: port, server version. Its folder and eventkit's are on PYTHONPATH."""

import asyncio
import importlib.metadata
import logging
import math
import os
import sys
import traceback

plain_version = importlib.metadata.version


def version_or_none(name):
    """eventkit asks its installer for its version; nobody installed it."""
    try:
        return plain_version(name)
    except importlib.metadata.PackageNotFoundError:
        return "0"


importlib.metadata.version = version_or_none

from ib_async import (IB, ComboLeg, Contract, DeltaNeutralContract, ExecutionCondition, ExecutionFilter, MarginCondition, Order,  # noqa: E402
                      OrderComboLeg, PercentChangeCondition, PriceCondition, ScannerSubscription, TagValue, TimeCondition, VolumeCondition,
                      WshEventData)
from ib_async import client as ib_client  # noqa: E402
from ib_async.decoder import Decoder  # noqa: E402

from talk import Report, runner  # noqa: E402

PORT, VERSION = int(sys.argv[1]), int(sys.argv[2])
ACCOUNT = "DU1234567"
GENERIC = "100,101,104,106,165,221,225,233,236,258,293,294,295,318,411,456"
report = Report()
ib_client.Client.MaxRequests = 0  # its own throttle would only make the session long


class Complaints(logging.Handler):
    """The decoder says in the log what it could not read; errors that TWS reports are no complaints."""

    def emit(self, record):
        text = record.getMessage()
        if record.name == "ib_async.wrapper" and text.startswith(("Error ", "Warning ", "Canceled order", "IBKR API validation warning")):
            return
        if "tickString with tickType 88" in text:  # the time of a delayed trade, which IB's clients know and it does not
            return
        if record.exc_info:
            text += " " + repr(record.exc_info[1])
        report.errors.append(f"{record.name}: {text[:400]}")


for name in ("ib_async", "eventkit"):
    logging.getLogger(name).addHandler(Complaints(level=logging.WARNING))
logging.getLogger("ib_async.wrapper").setLevel(logging.WARNING)


def left_over(handler, fields, scope):
    """How many fields the handler had not used when it returned; `scope` holds its variables then."""
    free = dict(zip(handler.__code__.co_freevars, (cell.cell_contents for cell in handler.__closure__ or ())))
    if "types" in free:  # fields are paired with types, and what has no partner is dropped without a word
        return len(fields) - free["skip"] - len(free["types"])
    if "get" in scope:
        return scope["get"].__self__.__length_hint__()
    rest = scope.get("fields")
    # Fields taken apart all at once are too many or too few with an exception.
    return 0 if rest is fields or rest is None else len(rest)


plain_init = Decoder.__init__


def strict_init(self, *args):
    plain_init(self, *args)
    self.handlers = {number: strict(handler, number) for number, handler in self.handlers.items()}


def strict(handler, number):
    code = getattr(handler, "__func__", handler).__code__
    plain = getattr(handler, "__func__", handler)
    name = code.co_name if code.co_name != "handler" else plain.__closure__[code.co_freevars.index("methodName")].cell_contents

    def run(fields):
        report.messages[name] += 1
        scopes = []

        def watch(frame, event, _):
            if event == "return" and frame.f_code is code:
                scopes.append(dict(frame.f_locals))

        original = list(fields)
        sys.setprofile(watch)
        try:
            handler(fields)
        finally:
            sys.setprofile(None)
        if name == "securityDefinitionOptionParameter" or number == 99 or not scopes:
            return
        left = left_over(plain, fields, scopes[-1])
        if left != 0:
            report.surplus.append(f"{name}: {left} of {len(original)} fields left, {original}")

    return run


Decoder.__init__ = strict_init


def stock(symbol, **more):
    return Contract(symbol=symbol, secType="STK", exchange="SMART", currency="USD", **more)


IBM, SPY, BAC, MSFT = stock("IBM"), stock("SPY"), stock("BAC"), stock("MSFT")


def bag():
    legs = [ComboLeg(conId=8314, ratio=1, action="BUY", exchange="SMART"), ComboLeg(conId=272093, ratio=1, action="SELL", exchange="SMART")]
    return Contract(symbol="IBM,MSFT", secType="BAG", exchange="SMART", currency="USD", comboLegs=legs)


def order(action, orderType, quantity, ref="", **more):
    return Order(action=action, orderType=orderType, totalQuantity=quantity, orderRef=ref, tif=more.pop("tif", "DAY"), account=ACCOUNT, **more)


class Desk:
    def __init__(self):
        self.ib = IB()
        self.errors = []
        self.ib.errorEvent += lambda *args: self.errors.append(args[:3])
        # The library keeps its own picture of an order; what TWS says of it is heard here.
        self.orders = []
        self.bound = []
        plain = self.ib.wrapper.openOrder
        self.ib.wrapper.openOrder = lambda *args: (self.orders.append(args), plain(*args))
        self.ib.wrapper.orderBound = lambda *args: self.bound.append(args)

    async def connect(self, clientId):
        await self.ib.connectAsync("127.0.0.1", PORT, clientId=clientId, timeout=15)
        report.equal(self.ib.client.serverVersion(), VERSION, "negotiated version")
        report.equal(self.ib.managedAccounts(), [ACCOUNT], "managed accounts")
        return self

    async def until(self, true, what, seconds=15):
        for _ in range(seconds * 200):
            if true():
                report.checks += 1
                return True
            await asyncio.sleep(0.005)
        lines = [frame.lineno for frame in traceback.extract_stack()]
        report.failed.append(f"{what} did not happen in {seconds} s (lines {lines[-4:-1]})")
        return False

    async def error_of(self, reqId, *codes):
        await self.until(lambda: any(id_ == reqId and (not codes or code in codes) for id_, code, _ in self.errors), f"error {codes} of {reqId}")

    async def asked(self, request, what):
        """The answer to a request, or a failure in the report."""
        try:
            answer = await asyncio.wait_for(request, 15)
            report.checks += 1
            return answer
        except Exception as error:
            report.failed.append(f"{what}: {error!r}")
            return None


async def reference(desk):
    ib = desk.ib
    await desk.asked(ib.reqCurrentTimeAsync(), "current time")
    ib.client.reqManagedAccts()
    ib.client.reqIds(1)
    ib.client.setServerLogLevel(3)
    (details,) = await desk.asked(ib.reqContractDetailsAsync(IBM), "details")
    report.equal((details.contract.conId, details.contract.primaryExchange, details.minTick, details.longName, details.marketRuleIds, details.minSize,
                  details.stockType, details.timeZoneId), (8314, "NYSE", 0.01, "INTL BUSINESS MACHINES CORP", "26,26", 0.0001, "COMMON", "US/Eastern"),
                 "contract details")
    qualified = await desk.asked(ib.qualifyContractsAsync(stock("AAPL")), "qualified")
    report.equal(qualified[0].conId, 265598, "qualified contract")
    for contract in (stock("NOSUCH"), Contract(symbol="IBM", secType="OPT", lastTradeDateOrContractMonth="20261218", strike=280.0, right="C", exchange="SMART"),
                     Contract(symbol="ES", secType="FUT", exchange="CME"), Contract(symbol="EUR", secType="CASH", exchange="IDEALPRO", currency="USD"),
                     Contract(secIdType="CUSIP", secId="912828C57", secType="BOND")):
        await desk.asked(ib.reqContractDetailsAsync(contract), "no details")
    report.equal(len([1 for _, code, _ in desk.errors if code == 200]), 5, "unknown contracts")
    found = await desk.asked(ib.reqMatchingSymbolsAsync("IB"), "symbols")
    report.equal([(one.contract.conId, one.contract.symbol, one.derivativeSecTypes) for one in found], [(8314, "IBM", ["OPT"])], "matching symbols")
    (step,) = await desk.asked(ib.reqMarketRuleAsync(26), "market rule")
    report.equal((step.lowEdge, step.increment), (0.0, 0.01), "market rule")
    report.equal(await desk.asked(ib.reqMktDepthExchangesAsync(), "depth exchanges"), [], "depth exchanges")
    report.equal(await desk.asked(ib.reqNewsProvidersAsync(), "news providers"), [], "news providers")
    report.equal(await desk.asked(ib.reqSecDefOptParamsAsync("IBM", "", "STK", 8314), "option parameters"), [], "option parameters")
    await desk.asked(ib.reqUserInfoAsync(), "user info")
    for ask in (lambda: ib.client.reqFamilyCodes(), lambda: ib.client.reqSoftDollarTiers(50), lambda: ib.client.queryDisplayGroups(51)):
        ask()
    await desk.until(lambda: report.messages["familyCodes"] and report.messages["softDollarTiers"] and report.messages["displayGroupList"], "catalogues")


async def refused(desk):
    client = desk.ib.client
    option = Contract(symbol="IBM", secType="OPT", lastTradeDateOrContractMonth="20261218", strike=280.0, right="C", multiplier="100", exchange="SMART")
    asks = [lambda i: client.reqMktDepth(i, IBM, 5, True, None), lambda i: client.cancelMktDepth(i, True),
            lambda i: client.reqScannerSubscription(i, ScannerSubscription(instrument="STK", locationCode="STK.US", scanCode="TOP_PERC_GAIN"), [], [TagValue("a", "1")]),
            lambda i: client.cancelScannerSubscription(i), lambda i: client.reqFundamentalData(i, IBM, "ReportSnapshot", []),
            lambda i: client.cancelFundamentalData(i), lambda i: client.calculateImpliedVolatility(i, option, 5.5, 280.0, []),
            lambda i: client.cancelCalculateImpliedVolatility(i), lambda i: client.calculateOptionPrice(i, option, 0.3, 280.0, []),
            lambda i: client.cancelCalculateOptionPrice(i), lambda i: client.exerciseOptions(i, option, 1, 1, ACCOUNT, 0),
            lambda i: client.subscribeToGroupEvents(i, 1), lambda i: client.updateDisplayGroup(i, "8314@SMART"), lambda i: client.unsubscribeFromGroupEvents(i),
            lambda i: client.reqSmartComponents(i, "9c0001"), lambda i: client.reqNewsArticle(i, "BRFG", "BRFG$1", []),
            lambda i: client.reqHistoricalNews(i, 8314, "BRFG", "", "", 10, []), lambda i: client.reqHeadTimeStamp(i, IBM, "TRADES", True, 1),
            lambda i: client.cancelHeadTimeStamp(i), lambda i: client.reqHistogramData(i, IBM, True, "3 days"), lambda i: client.cancelHistogramData(i),
            lambda i: client.reqHistoricalTicks(i, IBM, "20261006 09:39:33 US/Eastern", "", 10, "TRADES", True, True, []),
            lambda i: client.reqTickByTickData(i, IBM, "AllLast", 0, False), lambda i: client.cancelTickByTickData(i), lambda i: client.reqWshMetaData(i),
            lambda i: client.cancelWshMetaData(i), lambda i: client.reqWshEventData(i, WshEventData(conId=8314)), lambda i: client.cancelWshEventData(i),
            lambda i: client.replaceFA(i, 1, "<xml/>")]
    for n, ask in enumerate(asks):
        ask(7000 + n)
        await desk.error_of(7000 + n)
    for ask in (client.reqScannerParameters, lambda: client.reqNewsBulletins(True), client.cancelNewsBulletins, lambda: client.requestFA(1)):
        before = len(desk.errors)
        ask()
        await desk.until(lambda: any(id_ == -1 for id_, *_ in desk.errors[before:]), "refusal without an id")


async def market_data(desk):
    ib = desk.ib
    await desk.asked(ib.qualifyContractsAsync(IBM, SPY, BAC, MSFT), "contracts")
    for kind in (4, 3, 2, 1):
        ib.reqMarketDataType(kind)
    ticker = ib.reqMktData(IBM, GENERIC, False, False, [])
    await desk.until(lambda: not any(math.isnan(value) for value in (ticker.bid, ticker.ask, ticker.last, ticker.close, ticker.open, ticker.high, ticker.low,
                                                                     ticker.bidSize, ticker.askSize, ticker.lastSize, ticker.volume)), "ticks of IBM")
    report.check(200 < ticker.low <= ticker.last <= ticker.high < 400 and ticker.bid < ticker.ask and ticker.marketDataType == 1 and ticker.halted == 0
                 and ticker.minTick == 0.01 and ticker.bidSize % 100 == 0, f"ticker {ticker}")
    await desk.asked(ib.reqTickersAsync(SPY), "snapshot")
    ib.reqMktData(MSFT, "", False, True)
    await desk.until(lambda: report.messages["tickSnapshotEnd"] == 2, "regulatory snapshot")
    ib.client.reqMktData(7100, bag(), "", False, False, None)
    await desk.error_of(7100, 200)
    ib.reqMktData(stock("AAPL", conId=265598, deltaNeutralContract=DeltaNeutralContract(8314, 0.5, 280.0)), "", True, False, [TagValue("a", "b")])
    await desk.until(lambda: report.messages["tickSnapshotEnd"] == 3, "snapshot with a delta neutral contract")
    ib.client.cancelMktData(7102)
    await desk.error_of(7102, 300)
    runner(call=["marketDataType", 3])
    delayed = ib.reqMktData(BAC, "", False, False)
    await desk.until(lambda: not any(math.isnan(value) for value in (delayed.bid, delayed.ask, delayed.last, delayed.close, delayed.open, delayed.high,
                                                                     delayed.low, delayed.bidSize, delayed.lastSize, delayed.volume)), "delayed ticks")
    report.check(delayed.marketDataType == 3 and 40 < delayed.low <= delayed.last <= delayed.high < 60, f"delayed ticker {delayed}")
    ib.cancelMktData(BAC)
    runner(call=["marketDataType", 1])
    runner(fault={"do": "halt", "symbol": "IBM", "ms": 3000})
    await desk.until(lambda: ticker.halted == 1, "halted")
    await desk.until(lambda: ticker.halted == 0, "not halted")
    return ticker


async def history(desk):
    ib = desk.ib
    bars = await desk.asked(ib.reqHistoricalDataAsync(IBM, "", "2 D", "1 min", "TRADES", True, 1), "bars")
    report.check(len(bars) > 389 and all(bar.low <= bar.open <= bar.high and bar.low <= bar.close <= bar.high and bar.low <= bar.average <= bar.high
                                         and bar.volume >= 0 for bar in bars), "bars of a minute make sense")
    bars = await desk.asked(ib.reqHistoricalDataAsync(IBM, "", "10 D", "1 day", "MIDPOINT", False, 2), "days")
    report.equal(len(bars), 10, "bars of a day")
    live = await desk.asked(ib.reqHistoricalDataAsync(SPY, "", "3600 S", "5 mins", "TRADES", False, 2, keepUpToDate=True), "live bars")
    updates = []
    live.updateEvent += lambda *_: updates.append(live[-1])
    await desk.until(lambda: updates, "bar update")
    report.check(600 < updates[-1].low <= updates[-1].close <= updates[-1].high < 750 and updates[-1].barCount > 0, f"updated bar {updates[-1]}")
    ib.cancelHistoricalData(live)
    await desk.asked(ib.reqHistoricalDataAsync(IBM, "", "1 D", "1 min", "BID_ASK", False, 1), "refused bars")
    await desk.asked(ib.reqHistoricalDataAsync(bag(), "", "1 D", "1 min", "TRADES", False, 1, chartOptions=[TagValue("x", "y")]), "bars of a combo")
    five = ib.reqRealTimeBars(SPY, 5, "TRADES", False, [])
    await desk.until(lambda: len(five) > 0, "five-second bar")
    report.check(600 < five[0].low <= five[0].close <= five[0].high < 750 and five[0].low <= five[0].wap <= five[0].high and five[0].count > 0, f"bar {five[0]}")
    ib.cancelRealTimeBars(five)


async def account(desk):
    ib = desk.ib
    report.equal([(one.contract.symbol, one.position, one.avgCost) for one in ib.positions()], [("MSFT", 300, 500.125)], "positions")
    (line,) = ib.portfolio()
    report.check(line.contract.conId == 272093 and line.position == 300 and line.averageCost == 500.125 and abs(line.marketValue - 300 * line.marketPrice) < 0.01
                 and abs(line.unrealizedPNL - line.marketValue + 150037.5) < 0.01 and line.account == ACCOUNT, f"portfolio {line}")
    values = {value.tag: value for value in ib.accountValues()}
    report.check(float(values["NetLiquidation"].value) > 900_000 and values["NetLiquidation"].currency == "USD", "account values")
    summary = {one.tag: one.value for one in await desk.asked(ib.accountSummaryAsync(), "summary")}
    report.check(float(summary["NetLiquidation"]) > 900_000 and summary["AccountType"] == "INDIVIDUAL", "summary")
    pnl = ib.reqPnL(ACCOUNT, "")
    single = ib.reqPnLSingle(ACCOUNT, "", 272093)
    await desk.until(lambda: not math.isnan(pnl.unrealizedPnL) and not math.isnan(single.value), "profit and loss")
    report.check(single.position == 300 and abs(single.value - single.unrealizedPnL - 150037.5) < 0.01 and single.realizedPnL == 0, f"profit and loss {single}")
    ib.cancelPnL(ACCOUNT)
    ib.cancelPnLSingle(ACCOUNT, "", 272093)
    ib.client.reqPositionsMulti(7200, ACCOUNT, "")
    ib.client.reqAccountUpdatesMulti(7201, ACCOUNT, "", False)
    await desk.until(lambda: report.messages["positionMultiEnd"] == 1 and report.messages["accountUpdateMultiEnd"] >= 1, "multi")
    ib.client.cancelPositionsMulti(7200)
    ib.client.cancelAccountUpdatesMulti(7201)
    ib.client.cancelPositions()
    ib.client.reqPositions()


def told(desk, sent, contract=IBM):
    """What TWS says of an order is what was asked for."""
    said = [args for args in desk.orders if args[2].orderRef == sent.orderRef]
    if not report.check(said, f"nothing said of {sent.orderRef}"):
        return
    _, is_contract, is_, _ = said[-1]
    fields = ["action", "orderType", "totalQuantity", "orderRef", "tif", "account", "ocaGroup", "parentId", "outsideRth", "triggerMethod", "conditions"]
    fields += {"LMT": ["lmtPrice"], "STP": ["auxPrice"], "STP LMT": ["lmtPrice", "auxPrice"]}.get(sent.orderType, [])
    if sent.orderType == "TRAIL":
        fields += ["auxPrice"] if sent.trailingPercent > 1e300 else ["trailingPercent"]
    report.equal({field: getattr(is_, field) for field in fields}, {field: getattr(sent, field) for field in fields}, f"order {sent.orderRef}")
    report.equal((is_contract.conId, is_contract.symbol, is_contract.secType, is_.clientId), (contract.conId, contract.symbol, "STK", desk.ib.client.clientId),
                 f"contract of {sent.orderRef}")
    report.check(is_.permId > 1_000_000_000, f"perm id of {sent.orderRef}")


async def place(desk, contract, one):
    return desk.ib.placeOrder(contract, one)


async def orders(desk, ticker):
    ib = desk.ib
    price = ticker.last
    low, high = round(price * 0.9, 2), round(price * 1.1, 2)
    trade = await place(desk, IBM, order("BUY", "MKT", 200, "market entry"))
    await desk.until(lambda: trade.orderStatus.status == "Filled" and trade.fills and trade.fills[-1].commissionReport.execId, "filled")
    told(desk, order("BUY", "MKT", 200, "market entry"))
    fill = trade.fills[0]
    report.check(trade.orderStatus.filled == 200 and trade.orderStatus.remaining == 0 and abs(trade.orderStatus.avgFillPrice - price) < 5
                 and trade.orderStatus.permId == trade.order.permId and fill.execution.orderRef == "market entry" and fill.execution.side == "BOT"
                 and fill.execution.acctNumber == ACCOUNT and fill.commissionReport.commission > 0 and fill.commissionReport.currency == "USD", f"trade {trade}")
    limit = order("BUY", "LMT", 100, "resting", lmtPrice=low, tif="GTC", outsideRth=True)
    resting = await place(desk, IBM, limit)
    await desk.until(lambda: resting.orderStatus.status == "Submitted", "submitted")
    told(desk, limit)
    limit.lmtPrice, limit.totalQuantity = round(low + 0.5, 2), 150
    ib.placeOrder(IBM, limit)
    await desk.until(lambda: resting.orderStatus.remaining == 150, "modified")
    for one in (order("SELL", "STP", 200, "stop", auxPrice=low, triggerMethod=2), order("BUY", "STP LMT", 100, "stop limit", auxPrice=high, lmtPrice=high),
                order("SELL", "TRAIL", 100, "trail by amount", auxPrice=12.5), order("SELL", "TRAIL", 100, "trail by percent", trailingPercent=2.5),
                order("SELL", "TRAIL", 100, "trail from", auxPrice=3.0, trailStopPrice=low)):
        held = await place(desk, IBM, one)
        await desk.until(lambda: held.orderStatus.status == "PreSubmitted" and held.orderStatus.whyHeld == "trigger", f"{one.orderRef} held")
        told(desk, one)
        ib.cancelOrder(one)
        await desk.until(lambda: held.orderStatus.status == "Cancelled", f"{one.orderRef} cancelled")
        await desk.error_of(one.orderId, 202)
    bracket = ib.bracketOrder("BUY", 100, high, high, low)
    trades = [ib.placeOrder(IBM, one) for one in bracket]
    await desk.until(lambda: [trade.orderStatus.status for trade in trades] == ["Filled", "Submitted", "PreSubmitted"], "bracket")
    report.equal([trade.order.parentId for trade in trades], [0, bracket.parent.orderId, bracket.parent.orderId], "parents")
    ib.cancelOrder(bracket.stopLoss)
    await desk.until(lambda: trades[2].isDone(), "child cancelled")
    pair = ib.oneCancelsAll([order("BUY", "LMT", 50, f"oca {n}", lmtPrice=low + n) for n in (0, 1)], "pair", 2)
    trades = [ib.placeOrder(IBM, one) for one in pair]
    await desk.until(lambda: all(trade.orderStatus.status == "Submitted" for trade in trades), "oca")
    for one in pair:
        told(desk, one)
    pair[0].lmtPrice = high
    ib.placeOrder(IBM, pair[0])
    await desk.until(lambda: [trade.orderStatus.status for trade in trades] == ["Filled", "Cancelled"], "one cancels all")
    state = await desk.asked(ib.whatIfOrderAsync(SPY, order("BUY", "LMT", 100, "preview", lmtPrice=round(price, 2))), "what-if")
    report.check(abs(float(state.initMarginBefore) + float(state.initMarginChange) - float(state.initMarginAfter)) < 0.02 and state.commission > 0
                 and state.commissionCurrency == "USD", f"what-if {state}")
    runner(fault={"do": "reject", "reason": "by the harness"})
    rejected = await place(desk, IBM, order("BUY", "LMT", 10, "rejected", lmtPrice=low))
    await desk.error_of(rejected.order.orderId, 201)
    await desk.until(lambda: rejected.orderStatus.status == "Inactive", "inactive")
    off = await place(desk, IBM, order("BUY", "LMT", 10, "off tick", lmtPrice=180.001))
    await desk.error_of(off.order.orderId, 110)
    ib.client.placeOrder(rejected.order.orderId, IBM, order("BUY", "MKT", 1, "duplicate"))
    await desk.error_of(rejected.order.orderId, 103)
    ib.client.cancelOrder(999_999)
    await desk.error_of(999_999, 10147)
    ib.client.cancelOrder(rejected.order.orderId)
    await desk.error_of(rejected.order.orderId, 10148)
    big = await place(desk, IBM, order("BUY", "LMT", 4000, "partly filled", lmtPrice=round(price + 3, 2)))
    await desk.until(lambda: big.orderStatus.status == "Filled", "partly filled")
    report.check(len(big.fills) > 1 and sum(fill.execution.shares for fill in big.fills) == 4000, "partial fills")
    before = report.messages["execDetails"]
    runner(fault={"do": "correct", "ticks": 3})
    runner(fault={"do": "bust", "silent": False})
    await desk.until(lambda: report.messages["execDetails"] >= before + 2, "correction and bust")


async def held(desk):
    (amazon,) = await desk.asked(desk.ib.qualifyContractsAsync(stock("AMZN")), "contract")
    runner(call=["hardToBorrow", "AMZN", True])
    short = await place(desk, amazon, order("SELL", "MKT", 100, "short"))
    await desk.error_of(short.order.orderId, 404)
    await desk.until(lambda: short.orderStatus.whyHeld == "locate", "held for shares")
    runner(call=["hardToBorrow", "AMZN", False])
    await desk.until(lambda: short.orderStatus.status == "Filled", "short sale")
    runner(call=["previewWarning", "careful"])
    warned = order("BUY", "LMT", 100, "warned", lmtPrice=600.0, whatIf=True)
    await desk.asked(desk.ib.whatIfOrderAsync(SPY, warned), "what-if with a warning")
    states = [args[3] for args in desk.orders if args[2].orderRef == "warned"]
    report.check(len(states) == 2 and states[0].warningText == "careful" and float(states[0].initMarginAfter) > 1e300 > float(states[1].initMarginAfter), f"{states}")
    runner(call=["previewWarning", ""])
    runner(call=["orderError", 7, short.order.orderId, 110, "refused", '{"8229":"size"}'])
    await desk.error_of(short.order.orderId, 110)


async def conditions(desk, price):
    every = [PriceCondition(conId=756733, exch="SMART", isMore=True, price=9000.0, triggerMethod=2),
             TimeCondition(isMore=True, time="20301231 09:30:00 US/Eastern", conjunction="o"), MarginCondition(isMore=False, percent=5),
             ExecutionCondition(secType="STK", exch="SMART", symbol="AMD"), VolumeCondition(isMore=True, volume=2_000_000_000, conId=756733, exch="SMART"),
             PercentChangeCondition(isMore=True, changePercent=55.5, conId=756733, exch="SMART")]
    one = order("BUY", "LMT", 10, "conditional", lmtPrice=round(price * 0.9, 2), conditions=every, conditionsIgnoreRth=True)
    desk.ib.placeOrder(IBM, one)
    await desk.until(lambda: any(trade.order.orderRef == "conditional" and trade.order.permId for trade in desk.ib.trades()), "conditional")
    # What another desk hears is built from the message alone.
    other = await Desk().connect(8)
    (listed,) = [trade for trade in await desk.asked(other.ib.reqAllOpenOrdersAsync(), "open orders") if trade.order.orderRef == "conditional"]
    report.equal(listed.order.conditions, every, "conditions as told")
    report.equal((listed.order.conditionsIgnoreRth, listed.order.conditionsCancelOrder), (True, False), "condition flags as told")
    report.equal((listed.order.totalQuantity, listed.order.lmtPrice, listed.order.clientId, listed.contract.conId), (10, round(price * 0.9, 2), 7, 8314), "order as told")
    report.equal(listed.orderStatus.status, "PreSubmitted", "an order waits for its conditions")
    desk.ib.cancelOrder(one)
    await desk.until(lambda: report.messages["orderStatus"] and any(trade.order.orderRef == "conditional" and trade.isDone() for trade in desk.ib.trades()), "done")
    other.ib.disconnect()


async def exotic(desk):
    everything = dict(
        lmtPrice=200.0, openClose="O", blockOrder=True, sweepToFill=True, displaySize=10, hidden=True, goodAfterTime="20261006 10:00:00 US/Eastern",
        goodTillDate="20261006 15:00:00 US/Eastern", rule80A="I", allOrNone=True, minQty=5, percentOffset=0.1, overridePercentageConstraints=True,
        discretionaryAmt=0.05, optOutSmartRouting=True, auctionStrategy=1, startingPrice=1.0, stockRefPrice=2.0, delta=0.5, stockRangeLower=1.0,
        stockRangeUpper=2.0, volatilityType=2, deltaNeutralOrderType="LMT", deltaNeutralAuxPrice=1.0, deltaNeutralConId=8314, deltaNeutralSettlingFirm="F",
        deltaNeutralClearingAccount="A", deltaNeutralClearingIntent="I", deltaNeutralOpenClose="O", deltaNeutralShortSale=True, deltaNeutralShortSaleSlot=1,
        deltaNeutralDesignatedLocation="L", continuousUpdate=True, referencePriceType=1, scaleInitLevelSize=5, scaleSubsLevelSize=5, scalePriceIncrement=0.5,
        scalePriceAdjustValue=0.1, scalePriceAdjustInterval=60, scaleProfitOffset=0.2, scaleAutoReset=True, scaleInitPosition=0, scaleInitFillQty=0,
        scaleRandomPercent=True, hedgeType="B", hedgeParam="beta=1", clearingAccount="CA", clearingIntent="IB", notHeld=True, algoStrategy="Adaptive",
        algoParams=[TagValue("adaptivePriority", "Normal")], algoId="id", orderMiscOptions=[TagValue("m", "1")], solicited=True, randomizeSize=True,
        randomizePrice=True, adjustedOrderType="STP", triggerPrice=1.0, lmtPriceOffset=0.1, adjustedStopPrice=1.0, adjustedStopLimitPrice=1.0,
        adjustedTrailingAmount=1.0, adjustableTrailingUnit=1, cashQty=1000.0, dontUseAutoPriceForHedge=True, discretionaryUpToLimitPrice=True,
        usePriceMgmtAlgo=True, duration=60, postToAts=1, autoCancelParent=True, advancedErrorOverride="8229", manualOrderTime="20261006 10:00:00 US/Eastern")
    client = desk.ib.client
    one = order("BUY", "LMT", 10, "everything", **everything)
    orderId = client.getReqId()
    client.placeOrder(orderId, stock("IBM", deltaNeutralContract=DeltaNeutralContract(8314, 0.5, 280.0)), one)
    await desk.until(lambda: any(trade.order.orderRef == "everything" for trade in desk.ib.trades()), "everything")
    client.cancelOrder(orderId, "20261006 10:00:00 US/Eastern")
    await desk.error_of(orderId, 202)
    combo = order("BUY", "LMT", 1, "combo", lmtPrice=1.0, smartComboRoutingParams=[TagValue("NonGuaranteed", "1")],
                  orderComboLegs=[OrderComboLeg(price=1.5), OrderComboLeg()])
    orderId = client.getReqId()
    client.placeOrder(orderId, bag(), combo)
    await desk.error_of(orderId, 200)
    for more in (dict(orderType="PEG BENCH", referenceContractId=8314, peggedChangeAmount=0.1, referenceChangeAmount=0.2, referenceExchangeId="NYSE",
                      isPeggedChangeAmountDecrease=True, startingPrice=1.0, stockRefPrice=2.0), dict(orderType="PEG MID", midOffsetAtWhole=0.01, midOffsetAtHalf=0.02),
                 dict(orderType="PEG BEST", minCompeteSize=100, competeAgainstBestOffset=0.02),
                 dict(orderType="PEG BEST", minCompeteSize=100, competeAgainstBestOffset=math.inf, midOffsetAtWhole=0.01, midOffsetAtHalf=0.02)):
        kind = more.pop("orderType")
        for contract in (IBM, Contract(symbol="IBM", secType="STK", exchange="IBKRATS", currency="USD")):
            orderId = client.getReqId()
            client.placeOrder(orderId, contract, order("BUY", kind, 1, kind, minTradeQty=10, **more))
            await desk.error_of(orderId, 387)


async def questions(desk):
    ib = desk.ib
    await desk.asked(ib.reqOpenOrdersAsync(), "open orders")
    other = await Desk().connect(9)
    for apiOnly in (True, False):
        done = await desk.asked(other.ib.reqCompletedOrdersAsync(apiOnly), "completed orders")
    (entry,) = [trade for trade in other.ib.trades() if trade.order.orderRef == "market entry"][:1]
    report.check(entry.order.totalQuantity == 200 and entry.order.filledQuantity == 200 and entry.order.action == "BUY" and entry.orderStatus.status == "Filled"
                 and entry.order.account == ACCOUNT and entry.order.permId > 0, f"completed {entry}")
    report.check(len(done) > 8, f"{len(done)} completed orders")
    fills = await desk.asked(other.ib.reqExecutionsAsync(), "executions")
    report.check(len(fills) >= 4 and all(fill.contract.secType == "STK" and fill.execution.shares > 0 for fill in fills), "executions")
    filtered = await desk.asked(other.ib.reqExecutionsAsync(ExecutionFilter(clientId=7, acctCode=ACCOUNT, time="20261006-09:30:00", symbol="IBM", secType="STK",
                                                                            exchange="SMART", side="BUY")), "filtered executions")
    report.check(filtered and all(fill.execution.side == "BOT" for fill in filtered), "filtered executions")
    other.ib.disconnect()


async def by_hand(desk):
    zero = await Desk().connect(0)  # asks for automatic binding itself
    runner(manual={"do": "place", "order": {"symbol": "BAC", "action": "BUY", "type": "LMT", "quantity": 1_000_000, "limit": 45_000_000}})
    await desk.until(lambda: zero.bound and zero.orders and zero.orders[-1][0] < 0, "bound")
    permId, clientId, orderId = zero.bound[0]
    _, contract, is_, _ = zero.orders[-1]
    report.check(orderId == is_.orderId and permId == is_.permId and clientId == is_.clientId == 0 and contract.symbol == "BAC" and is_.lmtPrice == 45
                 and is_.totalQuantity == 100, f"bound order {is_}")
    (trade,) = [one for one in zero.ib.trades() if one.order.permId == permId]
    zero.ib.client.placeOrder(orderId, BAC, order("BUY", "LMT", 120, "", lmtPrice=45.5))
    await desk.until(lambda: trade.orderStatus.remaining == 120, "changed")
    zero.ib.client.cancelOrder(orderId)
    await desk.until(lambda: trade.orderStatus.status == "Cancelled", "cancelled")
    runner(manual={"do": "place", "order": {"symbol": "BAC", "action": "BUY", "type": "MKT", "quantity": 2_000_000}})
    await desk.until(lambda: any(position.contract.symbol == "BAC" for position in zero.ib.positions()), "position by hand")
    runner(manual={"do": "close", "symbol": "BAC", "percent": 50})
    runner(manual={"do": "move", "which": {"by": "api", "newest": 0}, "cents": -5})
    await desk.until(lambda: any(fill.execution.side == "SLD" for fill in zero.ib.fills()), "closed by hand")
    await desk.asked(zero.ib.reqAllOpenOrdersAsync(), "all open orders")
    return zero


async def faulty(desk, price):
    low = round(price * 0.9, 2)
    for code in (1100, 1102, 2103, 2104, 2105, 2106, 2107, 2108, 2110, 2119, 2158, 1300, 10197):
        before = len(desk.errors)
        runner(fault={"do": "notice", "code": code})
        await desk.until(lambda: any(told_ == code for _, told_, _ in desk.errors[before:]), f"notice {code}")
    for action in ({"do": "duplicate", "what": "openOrder", "client": "all", "count": 3, "times": 3}, {"do": "tif-preset", "tif": "GTC"},
                   {"do": "perm-ids-late", "ms": 2000}, {"do": "fills-told", "order": "state first"}):
        runner(fault=action)
    early = await place(desk, IBM, order("BUY", "LMT", 10, "preset", lmtPrice=low))
    await desk.error_of(early.order.orderId, 10349)
    for action in ({"do": "tif-preset", "tif": "none"}, {"do": "perm-ids-late", "ms": 0}, {"do": "commissions-unset", "on": True}):
        runner(fault=action)
    unknown = await place(desk, IBM, order("BUY", "MKT", 10, "commission unknown"))
    await desk.until(lambda: unknown.orderStatus.status == "Filled" and unknown.fills and unknown.fills[0].commissionReport.execId, "filled")
    for action in ({"do": "listed-refs", "refs": "empty"}, {"do": "commissions-unset", "on": False}, {"do": "foreign-ids-zero", "on": True}):
        runner(fault=action)
    await desk.asked(desk.ib.reqAllOpenOrdersAsync(), "all open orders")
    for action in ({"do": "listed-refs", "refs": "whole"}, {"do": "foreign-ids-zero", "on": False}, {"do": "refuse", "what": "new", "code": 203}):
        runner(fault=action)
    refused_ = await place(desk, IBM, order("BUY", "LMT", 10, "refused", lmtPrice=low))
    await desk.error_of(refused_.order.orderId, 203)
    runner(fault={"do": "park"})
    parked = await place(desk, IBM, order("BUY", "LMT", 10, "parked", lmtPrice=low))
    await desk.until(lambda: parked.orderStatus.status == "Inactive", "parked")
    runner(manual={"do": "confirm", "which": {"by": "api", "newest": 0}})
    await desk.until(lambda: report.messages["orderStatus"] > 0, "confirmed")
    runner(fault={"do": "late-fill", "ms": 500, "part": "half"})
    late = await place(desk, IBM, order("BUY", "LMT", 100, "late fill", lmtPrice=low))
    await desk.until(lambda: late.orderStatus.status == "Submitted", "submitted")
    desk.ib.cancelOrder(late.order)
    await desk.until(lambda: late.fills, "late fill")
    runner(fault={"do": "outage", "ms": 3000, "fills": "late", "orders": "kept", "back": 1101})
    await desk.until(lambda: any(code == 1101 for _, code, _ in desk.errors), "restored")
    runner(fault={"do": "calm"})


async def main():
    desk = await Desk().connect(7)
    await reference(desk)
    await refused(desk)
    ticker = await market_data(desk)
    await history(desk)
    await account(desk)
    await orders(desk, ticker)
    await held(desk)
    await conditions(desk, ticker.last)
    await exotic(desk)
    await questions(desk)
    zero = await by_hand(desk)
    await faulty(desk, ticker.last)
    taken = Desk()
    try:
        await taken.ib.connectAsync("127.0.0.1", PORT, clientId=7, timeout=3)
        report.failed.append("a taken id is let in")
    except Exception:
        report.check(any(code == 326 for _, code, _ in taken.errors), f"a taken id is refused with {taken.errors}")
    before = report.messages["orderStatus"]
    desk.ib.reqGlobalCancel()
    await desk.until(lambda: report.messages["orderStatus"] > before, "cancelled")
    await desk.asked(desk.ib.reqCurrentTimeAsync(), "current time")
    zero.ib.disconnect()
    desk.ib.disconnect()
    await asyncio.sleep(0.2)
    again = await Desk().connect(7)
    await desk.asked(again.ib.reqOpenOrdersAsync(), "open orders")
    for code in (320, 322, 504):
        report.equal([one for one in desk.errors if one[1] == code], [], f"errors {code}")
    again.ib.disconnect()


try:
    asyncio.run(asyncio.wait_for(main(), 150))
except BaseException as error:
    report.failed.append("".join(traceback.format_exception(error))[-1500:])
# It complains of connections that end, which the session does on purpose.
report.errors = [line for line in report.errors if "already in use" not in line and "API connection failed" not in line]
report.tell()
os._exit(0)
