package com.ib.client; // the client's decoder is visible to its own package only

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A whole session of IB's Java client against the simulator. Arguments: port, server version. */
public final class JavaSession {
    static final String ACCOUNT = "DU1234567";
    static final String GENERIC = "100,101,104,106,165,221,225,233,236,258,293,294,295,318,411,456";
    static final Map<String, Integer> messages = new LinkedHashMap<>();
    static final List<String> surplus = new ArrayList<>();
    static final List<String> errors = new ArrayList<>();
    static final List<String> failed = new ArrayList<>();
    static final BufferedReader answers = new BufferedReader(new InputStreamReader(System.in));
    static int checks;
    static int port;
    static int version;

    // —— the report and the runner ——————————————————————————————————————————————————————————

    static synchronized boolean check(boolean fits, String what) {
        checks++;
        if (!fits) failed.add(what);
        return fits;
    }

    static void equal(Object is, Object wanted, String what) {
        check(String.valueOf(is).equals(String.valueOf(wanted)), what + ": " + is + " instead of " + wanted);
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char letter : text.toCharArray())
            quoted.append(letter == '"' || letter == '\\' ? "\\" + letter : letter < 32 || letter > 126 ? String.format("\\u%04x", (int) letter) : String.valueOf(letter));
        return quoted.append('"').toString();
    }

    static String list(List<String> lines) {
        return lines.stream().limit(50).map(JavaSession::quoted).collect(Collectors.joining(",", "[", "]"));
    }

    /** Has the runner do something to the simulator; returns when it is done. */
    static void runner(String what, String action) throws Exception {
        System.out.println("{\"" + what + "\":" + action.replace('\'', '"') + "}");
        String answer = answers.readLine();
        if (!"ok".equals(answer)) throw new IllegalStateException("the runner says " + answer);
    }

    // —— one connection ———————————————————————————————————————————————————————————————————————

    static final class Said {
        final String name;
        final Object[] args;

        Said(String name, Object[] args) {
            this.name = name;
            this.args = args;
        }

        int number(int at) {
            return ((Number) args[at]).intValue();
        }

        double real(int at) {
            return args[at] instanceof Decimal ? ((Decimal) args[at]).value().doubleValue() : ((Number) args[at]).doubleValue();
        }

        String text(int at) {
            return String.valueOf(args[at]);
        }

        @SuppressWarnings("unchecked")
        <T> T at(int index) {
            return (T) args[index];
        }
    }

    static final class Desk {
        final EClientSocket client;
        final List<Said> heard = new ArrayList<>();
        final int clientId;
        int nextId;

        Desk(int clientId) throws Exception {
            this.clientId = clientId;
            EWrapper wrapper = (EWrapper) Proxy.newProxyInstance(EWrapper.class.getClassLoader(), new Class<?>[] {EWrapper.class}, (proxy, method, args) -> {
                hear(new Said(method.getName(), args == null ? new Object[0] : args));
                return null;
            });
            EJavaSignal signal = new EJavaSignal();
            client = new EClientSocket(wrapper, signal);
            client.eConnect("127.0.0.1", port, clientId);
            equal(client.serverVersion(), version, "negotiated version");
            EReader reader = new EReader(client, signal);
            EDecoder decoder = new EDecoder(client.serverVersion(), wrapper, client);
            reader.setDaemon(true);
            reader.start();
            Thread thread = new Thread(() -> {
                while (true) {
                    signal.waitForSignal();
                    for (EMessage message = reader.getMsg(); message != null; message = reader.getMsg()) decode(decoder, message.getRawData());
                }
            });
            thread.setDaemon(true);
            thread.start();
            Said first = when("nextValidId", said -> true);
            nextId = first == null ? 1 : first.number(0);
            equal(when("managedAccounts", said -> true).text(0), ACCOUNT, "managed accounts");
        }

        /** The client's own decoder says how many bytes it has read; it never looks whether there were more. */
        void decode(EDecoder decoder, byte[] raw) {
            String fields = new String(raw, java.nio.charset.StandardCharsets.UTF_8).replace('\0', '|');
            String id = fields.substring(0, fields.indexOf('|'));
            synchronized (JavaSession.class) {
                messages.merge(id, 1, Integer::sum);
            }
            try {
                int read = decoder.processMsg(new EMessage(raw, raw.length));
                if (read != raw.length) surplus.add(id + ": " + (raw.length - read) + " of " + raw.length + " bytes left, " + fields);
            } catch (Exception error) {
                errors.add(id + ": " + error + " at " + Arrays.stream(error.getStackTrace()).filter(line -> line.getClassName().contains("Decoder")).findFirst().orElse(null) + " in " + fields);
            }
        }

        void hear(Said said) {
            synchronized (heard) {
                heard.add(said);
                heard.notifyAll();
            }
            if (said.name.equals("error") && said.args.length == 1) errors.add("error: " + said.args[0]);
        }

        int mark() {
            synchronized (heard) {
                return heard.size();
            }
        }

        List<Said> all(String name, Predicate<Said> fits) {
            synchronized (heard) {
                return heard.stream().filter(said -> said.name.equals(name) && fits.test(said)).collect(Collectors.toList());
            }
        }

        Said when(String name, Predicate<Said> fits) throws InterruptedException {
            return when(name, fits, 0);
        }

        /** The first that fits, past or to come; null, and a failure in the report, when none comes. */
        Said when(String name, Predicate<Said> fits, int since) throws InterruptedException {
            long until = System.currentTimeMillis() + 15_000;
            int at = since;
            synchronized (heard) {
                while (true) {
                    for (; at < heard.size(); at++) {
                        Said said = heard.get(at);
                        if (said.name.equals(name) && fits.test(said)) {
                            check(true, "");
                            return said;
                        }
                    }
                    long left = until - System.currentTimeMillis();
                    if (left <= 0) break;
                    heard.wait(left);
                }
            }
            check(false, "no " + name + " in 15 s " + Arrays.stream(Thread.currentThread().getStackTrace()).filter(line -> line.getClassName().contains("JavaSession")).map(line -> line.getMethodName() + ":" + line.getLineNumber()).limit(4).collect(Collectors.toList()));
            return null;
        }

        Said errorOf(int id, int code) throws InterruptedException {
            return when("error", said -> said.args.length == 4 && said.number(0) == id && said.number(1) == code);
        }

        Said anyErrorOf(int id, int since) throws InterruptedException {
            return when("error", said -> said.args.length == 4 && said.number(0) == id, since);
        }

        Said of(String name, int id) throws InterruptedException {
            return when(name, said -> said.number(0) == id);
        }

        int place(Contract contract, Order order) {
            int id = nextId++;
            client.placeOrder(id, contract, order);
            return id;
        }

        Said status(int id, String wanted, int since) throws InterruptedException {
            return when("orderStatus", said -> said.number(0) == id && said.text(1).equals(wanted), since);
        }

        Said status(int id, String wanted) throws InterruptedException {
            return status(id, wanted, 0);
        }

        Said opened(int id, int since) throws InterruptedException {
            return when("openOrder", said -> said.number(0) == id, since);
        }

        double lastPrice() {
            List<Said> ticks = all("tickPrice", said -> said.number(0) == 200 && said.number(1) == 4);
            return ticks.get(ticks.size() - 1).real(2);
        }

        void settle() throws InterruptedException {
            int since = mark();
            client.reqCurrentTime();
            when("currentTime", said -> true, since);
        }
    }

    // —— what is asked for ————————————————————————————————————————————————————————————————————

    static Contract contract(String symbol, String secType, String exchange) {
        Contract contract = new Contract();
        contract.symbol(symbol);
        contract.secType(secType);
        contract.exchange(exchange);
        contract.currency("USD");
        return contract;
    }

    static Contract stock(String symbol) {
        return contract(symbol, "STK", "SMART");
    }

    static Contract option() {
        Contract option = contract("IBM", "OPT", "SMART");
        option.lastTradeDateOrContractMonth("20261218");
        option.strike(280);
        option.right("C");
        option.multiplier("100");
        return option;
    }

    static Contract bag() {
        Contract bag = contract("IBM,MSFT", "BAG", "SMART");
        bag.comboLegs(new ArrayList<>(List.of(new ComboLeg(8314, 1, "BUY", "SMART", 0), new ComboLeg(272093, 1, "SELL", "SMART", 0))));
        return bag;
    }

    static Order order(String action, String type, long quantity, String ref) {
        Order order = new Order();
        order.action(action);
        order.orderType(type);
        order.totalQuantity(Decimal.get(quantity));
        order.orderRef(ref);
        order.tif("DAY");
        order.account(ACCOUNT);
        return order;
    }

    static Order limit(String action, long quantity, double price, String ref) {
        Order order = order(action, "LMT", quantity, ref);
        order.lmtPrice(price);
        return order;
    }

    static double cents(double price) {
        return Math.round(price * 100) / 100.0;
    }

    static final Contract IBM = stock("IBM");
    static final Contract SPY = stock("SPY");
    static final Contract BAC = stock("BAC");
    static final Contract MSFT = stock("MSFT");

    /** What TWS says of an order is what was asked for. */
    static void roundTrip(Desk desk, int id, Contract contract, Order sent) throws Exception {
        Said said = desk.opened(id, 0);
        if (said == null) return;
        Contract where = said.at(1);
        Order is = said.at(2);
        String what = "order " + id + " (" + sent.orderRef() + ") ";
        equal(is.getAction(), sent.getAction(), what + "action");
        equal(is.getOrderType(), sent.getOrderType(), what + "type");
        equal(is.totalQuantity(), sent.totalQuantity(), what + "quantity");
        equal(is.orderRef(), sent.orderRef(), what + "ref");
        equal(is.getTif(), sent.getTif(), what + "tif");
        equal(is.account(), ACCOUNT, what + "account");
        equal(is.clientId(), desk.clientId, what + "client");
        equal(is.outsideRth(), sent.outsideRth(), what + "outside");
        equal(is.parentId(), sent.parentId(), what + "parent");
        equal(is.ocaGroup() == null ? "" : is.ocaGroup(), sent.ocaGroup() == null ? "" : sent.ocaGroup(), what + "oca group");
        equal(is.getOcaType(), sent.getOcaType() == 0 ? 3 : sent.getOcaType(), what + "oca type");
        equal(is.getTriggerMethod(), sent.getTriggerMethod(), what + "trigger method");
        equal(is.whatIf(), sent.whatIf(), what + "what-if");
        if (sent.getOrderType().contains("LMT")) equal(is.lmtPrice(), sent.lmtPrice(), what + "limit");
        if (sent.getOrderType().startsWith("STP") || (sent.getOrderType().equals("TRAIL") && sent.auxPrice() < 1e300)) equal(is.auxPrice(), sent.auxPrice(), what + "stop");
        if (sent.trailingPercent() < 1e300) equal(is.trailingPercent(), sent.trailingPercent(), what + "percent");
        equal(is.conditions(), sent.conditions(), what + "conditions");
        if (!sent.conditions().isEmpty())
            equal(is.conditionsIgnoreRth() + " " + is.conditionsCancelOrder(), sent.conditionsIgnoreRth() + " " + sent.conditionsCancelOrder(), what + "condition flags");
        equal(where.symbol() + where.getSecType() + where.currency() + where.exchange(), contract.symbol() + "STKUSDSMART", what + "contract");
        check(is.permId() > 1_000_000_000, what + "perm id " + is.permId());
    }

    // —— the session ——————————————————————————————————————————————————————————————————————————

    static void reference(Desk desk) throws Exception {
        EClientSocket client = desk.client;
        client.setServerLogLevel(3);
        client.reqManagedAccts();
        client.reqIds(1);
        desk.settle();
        client.reqContractDetails(1, IBM);
        ContractDetails details = desk.of("contractDetails", 1).at(1);
        equal(List.of(details.conid(), details.contract().symbol(), details.contract().primaryExch(), details.minTick(), details.longName(), details.timeZoneId(),
                details.marketRuleIds(), details.minSize(), details.stockType(), details.validExchanges()),
            List.of(8314, "IBM", "NYSE", 0.01, "INTL BUSINESS MACHINES CORP", "US/Eastern", "26,26", "0.0001", "COMMON", "SMART,NYSE"), "contract details");
        desk.of("contractDetailsEnd", 1);
        Contract byId = new Contract();
        byId.conid(756733);
        byId.exchange("SMART");
        client.reqContractDetails(2, byId);
        equal(desk.of("contractDetails", 2).<ContractDetails>at(1).contract().symbol(), "SPY", "details by contract id");
        Contract bond = contract("912828C57", "BOND", "SMART");
        bond.secIdType("CUSIP");
        bond.secId("912828C57");
        int reqId = 3;
        for (Contract unknown : List.of(stock("NOSUCH"), option(), contract("ES", "FUT", "CME"), contract("EUR", "CASH", "IDEALPRO"), bond, contract("IBM", "CFD", "SMART"))) {
            client.reqContractDetails(reqId, unknown);
            desk.errorOf(reqId++, 200);
        }
        client.reqMatchingSymbols(10, "IB");
        ContractDescription[] found = desk.of("symbolSamples", 10).at(1);
        equal(found.length + found[0].contract().symbol() + found[0].contract().conid() + found[0].contract().description() + Arrays.toString(found[0].derivativeSecTypes()),
            "1IBM8314INTL BUSINESS MACHINES CORP[OPT]", "matching symbols");
        client.reqMarketRule(26);
        PriceIncrement[] steps = desk.of("marketRule", 26).at(1);
        equal(steps.length + " " + steps[0].lowEdge() + " " + steps[0].increment(), "1 0.0 0.01", "market rule");
        client.reqFamilyCodes();
        equal(desk.when("familyCodes", said -> true).<FamilyCode[]>at(0)[0].accountID(), ACCOUNT, "family codes");
        client.reqMktDepthExchanges();
        desk.when("mktDepthExchanges", said -> true);
        client.reqNewsProviders();
        desk.when("newsProviders", said -> true);
        client.reqSoftDollarTiers(11);
        desk.of("softDollarTiers", 11);
        client.reqSecDefOptParams(12, "IBM", "", "STK", 8314);
        desk.of("securityDefinitionOptionalParameterEnd", 12);
        client.queryDisplayGroups(13);
        equal(desk.of("displayGroupList", 13).text(1), "1", "display groups");
        client.reqUserInfo(14);
        desk.of("userInfo", 14);
    }

    /** Requests that the simulator does not serve are refused under the id that they carry. */
    static void refused(Desk desk) throws Exception {
        EClientSocket client = desk.client;
        ScannerSubscription subscription = new ScannerSubscription();
        subscription.instrument("STK");
        subscription.locationCode("STK.US.MAJOR");
        subscription.scanCode("TOP_PERC_GAIN");
        client.reqMktDepth(100, IBM, 5, true, null);
        client.cancelMktDepth(101, true);
        client.reqScannerSubscription(102, subscription, null, List.of(new TagValue("changePercAbove", "20")));
        client.cancelScannerSubscription(103);
        client.reqFundamentalData(104, IBM, "ReportSnapshot", null);
        client.cancelFundamentalData(105);
        client.calculateImpliedVolatility(106, option(), 5.5, 280, null);
        client.cancelCalculateImpliedVolatility(107);
        client.calculateOptionPrice(108, option(), 0.3, 280, null);
        client.cancelCalculateOptionPrice(109);
        client.exerciseOptions(110, option(), 1, 1, ACCOUNT, 0, "", version < 183 ? "" : "C1", version >= 184);
        client.subscribeToGroupEvents(111, 1);
        client.updateDisplayGroup(112, "8314@SMART");
        client.unsubscribeFromGroupEvents(113);
        client.reqSmartComponents(114, "9c0001");
        client.reqNewsArticle(115, "BRFG", "BRFG$1", null);
        client.reqHistoricalNews(116, 8314, "BRFG", "", "", 10, null);
        client.reqHeadTimestamp(117, IBM, "TRADES", 1, 1);
        client.cancelHeadTimestamp(118);
        client.reqHistogramData(119, IBM, true, "3 days");
        client.cancelHistogramData(120);
        client.reqHistoricalTicks(121, IBM, "20261006 09:39:33 US/Eastern", "", 10, "TRADES", 1, true, null);
        client.reqTickByTickData(122, IBM, "AllLast", 0, false);
        client.cancelTickByTickData(123);
        client.reqWshMetaData(124);
        client.cancelWshMetaData(125);
        client.reqWshEventData(126, new WshEventData(8314, false, false, false, "", "", 1));
        client.cancelWshEventData(127);
        client.replaceFA(128, 1, "<xml/>");
        for (int id = 100; id <= 128; id++) desk.anyErrorOf(id, 0);
        for (Runnable ask : List.<Runnable>of(client::reqScannerParameters, () -> client.reqNewsBulletins(true), client::cancelNewsBulletins, () -> client.requestFA(1))) {
            int since = desk.mark();
            ask.run();
            desk.anyErrorOf(-1, since);
        }
    }

    static void marketData(Desk desk) throws Exception {
        EClientSocket client = desk.client;
        for (int type : new int[] {4, 3, 2, 1}) client.reqMarketDataType(type);
        client.reqMktData(200, IBM, GENERIC, false, false, null);
        equal(desk.of("marketDataType", 200).number(1), 1, "market data type");
        Said terms = desk.of("tickReqParams", 200);
        equal(terms.real(1) + terms.text(2) + terms.number(3), "0.019c00013", "tick parameters");
        for (int kind : new int[] {1, 2, 4, 6, 7, 9, 14}) {
            Said tick = desk.when("tickPrice", said -> said.number(0) == 200 && said.number(1) == kind);
            check(tick.real(2) > 200 && tick.real(2) < 400, "tick " + kind + " at " + tick.real(2));
            equal(tick.<TickAttrib>at(3).canAutoExecute(), kind <= 2, "tick " + kind + " can auto-execute");
        }
        for (int kind : new int[] {0, 3, 5, 8}) {
            Said tick = desk.when("tickSize", said -> said.number(0) == 200 && said.number(1) == kind);
            check(tick.real(2) > 0 && tick.real(2) % 100 == 0, "tick " + kind + " of " + tick.real(2));
        }
        desk.when("tickString", said -> said.number(0) == 200 && said.number(1) == 45);
        equal(desk.when("tickGeneric", said -> said.number(0) == 200 && said.number(1) == 49).real(2), 0.0, "halted");
        client.reqMktData(201, SPY, "", true, false, null);
        desk.of("tickSnapshotEnd", 201);
        client.reqMktData(202, MSFT, "", false, true, null);
        desk.of("tickSnapshotEnd", 202);
        client.reqMktData(200, SPY, "", false, false, List.of(new TagValue("a", "b")));
        desk.errorOf(200, 102);
        client.reqMktData(203, bag(), "", false, false, null);
        desk.errorOf(203, 200);
        Contract hedged = stock("SPY");
        hedged.deltaNeutralContract(new DeltaNeutralContract(8314, 0.5, 280));
        client.reqMktData(204, hedged, "", true, false, null);
        desk.of("tickSnapshotEnd", 204);
        client.cancelMktData(205);
        desk.errorOf(205, 300);
        runner("call", "['marketDataType',3]");
        client.reqMktData(206, BAC, "", false, false, null);
        equal(desk.of("marketDataType", 206).number(1), 3, "type of delayed data");
        for (int kind : new int[] {66, 67, 68, 72, 73, 75, 76}) {
            Said tick = desk.when("tickPrice", said -> said.number(0) == 206 && said.number(1) == kind);
            check(tick.real(2) > 40 && tick.real(2) < 60, "delayed tick " + kind);
        }
        for (int kind : new int[] {69, 70, 71, 74}) desk.when("tickSize", said -> said.number(0) == 206 && said.number(1) == kind);
        desk.when("tickString", said -> said.number(0) == 206 && said.number(1) == 88);
        client.cancelMktData(206);
        runner("call", "['marketDataType',1]");
        runner("fault", "{'do':'halt','symbol':'IBM','ms':4000}");
        desk.when("tickGeneric", said -> said.number(1) == 49 && said.real(2) == 1);
        desk.when("tickGeneric", said -> said.number(1) == 49 && said.real(2) == 0, desk.mark());
    }

    static void history(Desk desk) throws Exception {
        EClientSocket client = desk.client;
        client.reqHistoricalData(300, IBM, "", "2 D", "1 min", "TRADES", 1, 1, false, null);
        desk.of("historicalDataEnd", 300);
        List<Said> bars = desk.all("historicalData", said -> said.number(0) == 300);
        check(bars.size() > 389, bars.size() + " bars of a minute");
        for (Said said : bars) {
            Bar bar = said.at(1);
            double wap = bar.wap().value().doubleValue();
            if (!(bar.low() <= Math.min(bar.open(), bar.close()) && Math.max(bar.open(), bar.close()) <= bar.high() && bar.low() <= wap && wap <= bar.high()
                && bar.time().endsWith("US/Eastern") && bar.count() >= 0)) check(false, "bar " + bar.time());
        }
        client.reqHistoricalData(301, IBM, "", "10 D", "1 day", "MIDPOINT", 0, 2, false, null);
        desk.of("historicalDataEnd", 301);
        equal(desk.all("historicalData", said -> said.number(0) == 301).size(), 10, "bars of a day");
        client.reqHistoricalData(302, SPY, "", "3600 S", "5 mins", "TRADES", 0, 2, true, null);
        Bar bar = desk.of("historicalDataUpdate", 302).at(1);
        check(bar.low() > 600 && bar.low() <= bar.close() && bar.close() <= bar.high() && bar.high() < 750 && bar.count() > 0, "updated bar");
        client.cancelHistoricalData(302);
        client.reqHistoricalData(303, IBM, "", "1 D", "1 min", "BID_ASK", 0, 1, false, null);
        desk.errorOf(303, 162);
        client.reqHistoricalData(304, bag(), "20261006 09:31:00 US/Eastern", "1 D", "1 min", "TRADES", 0, 1, false, List.of(new TagValue("x", "y")));
        desk.errorOf(304, 200);
        client.reqRealTimeBars(305, SPY, 5, "TRADES", false, null);
        Said five = desk.of("realtimeBar", 305);
        check(((Long) five.args[1]) % 5 == 0 && five.real(4) <= five.real(2) && five.real(5) <= five.real(3) && five.real(4) <= five.real(7) && five.real(7) <= five.real(3)
            && five.real(6) > 0 && five.number(8) > 0, "five-second bar");
        client.cancelRealTimeBars(305);
    }

    static void account(Desk desk) throws Exception {
        EClientSocket client = desk.client;
        client.reqAccountSummary(400, "All", "AccountType,NetLiquidation,TotalCashValue,BuyingPower,Cushion");
        desk.of("accountSummaryEnd", 400);
        equal(desk.all("accountSummary", said -> said.text(1).equals(ACCOUNT)).stream().map(said -> said.text(2)).sorted().collect(Collectors.joining(",")),
            "AccountType,BuyingPower,Cushion,NetLiquidation,TotalCashValue", "summary tags");
        client.cancelAccountSummary(400);
        client.reqAccountUpdates(true, ACCOUNT);
        equal(desk.when("accountDownloadEnd", said -> true).text(0), ACCOUNT, "download end");
        Said value = desk.when("updateAccountValue", said -> said.text(0).equals("NetLiquidation"));
        check(Double.parseDouble(value.text(1)) > 900_000 && value.text(2).equals("USD") && value.text(3).equals(ACCOUNT), "account value");
        Said line = desk.when("updatePortfolio", said -> said.<Contract>at(0).symbol().equals("MSFT"));
        check(line.real(1) == 300 && line.real(4) == 500.125 && Math.abs(line.real(3) - line.real(2) * 300) < 0.01
            && Math.abs(line.real(5) - line.real(3) + 150037.5) < 0.01 && line.real(6) == 0 && line.text(7).equals(ACCOUNT), "portfolio line");
        client.reqAccountUpdates(false, "");
        client.reqAccountUpdatesMulti(401, ACCOUNT, "", false);
        desk.of("accountUpdateMultiEnd", 401);
        client.cancelAccountUpdatesMulti(401);
        client.reqPositions();
        desk.when("positionEnd", said -> true);
        Said position = desk.when("position", said -> true);
        equal(position.text(0) + position.<Contract>at(1).symbol() + position.real(2) + " " + position.real(3), ACCOUNT + "MSFT300.0 500.125", "position");
        client.reqPositionsMulti(402, ACCOUNT, "");
        desk.of("positionMultiEnd", 402);
        Said multi = desk.of("positionMulti", 402);
        equal(multi.text(1) + multi.<Contract>at(3).conid() + " " + multi.real(4) + " " + multi.real(5), ACCOUNT + "272093 300.0 500.125", "position multi");
        client.cancelPositionsMulti(402);
        client.reqPnL(403, ACCOUNT, "");
        client.reqPnLSingle(404, ACCOUNT, "", 272093);
        Said pnl = desk.of("pnl", 403);
        check(Math.abs(pnl.real(1)) < 100_000 && Math.abs(pnl.real(2)) < 100_000 && pnl.real(3) == 0, "profit and loss");
        Said single = desk.of("pnlSingle", 404);
        check(single.real(1) == 300 && Math.abs(single.real(5) - single.real(3) - 150037.5) < 0.01 && single.real(4) == 0, "profit and loss of a position");
        client.cancelPnLSingle(404);
        client.cancelPositions();
        client.reqPositions();
    }

    static void orders(Desk desk) throws Exception {
        EClientSocket client = desk.client;
        double price = desk.lastPrice();
        double low = cents(price * 0.9);
        double high = cents(price * 1.1);
        Order market = order("BUY", "MKT", 200, "market entry");
        int first = desk.place(IBM, market);
        roundTrip(desk, first, IBM, market);
        Said filled = desk.status(first, "Filled");
        check(filled.real(2) == 200 && filled.real(3) == 0 && Math.abs(filled.real(4) - price) < 5 && filled.number(6) == 0 && filled.number(8) == desk.clientId, "filled status");
        Said told = desk.when("execDetails", said -> said.<Execution>at(2).orderId() == first);
        Execution execution = told.at(2);
        check(told.number(0) == -1 && execution.side().equals("BOT") && execution.orderRef().equals("market entry") && execution.acctNumber().equals(ACCOUNT)
            && execution.permId() == ((Number) filled.args[5]).longValue() && Math.abs(execution.price() - price) < 5 && execution.time().endsWith("US/Eastern"), "execution");
        CommissionReport charge = desk.when("commissionReport", said -> said.<CommissionReport>at(0).execId().equals(execution.execId())).at(0);
        check(charge.commission() > 0 && charge.currency().equals("USD") && charge.realizedPNL() > 1e300, "commission");

        Order resting = limit("BUY", 100, low, "resting");
        resting.tif("GTC");
        resting.outsideRth(true);
        int restingId = desk.place(IBM, resting);
        roundTrip(desk, restingId, IBM, resting);
        desk.status(restingId, "Submitted");
        resting.lmtPrice(cents(low + 0.5));
        resting.totalQuantity(Decimal.get(150));
        int since = desk.mark();
        client.placeOrder(restingId, IBM, resting);
        Order changed = desk.opened(restingId, since).at(2);
        equal(changed.lmtPrice() + " " + changed.totalQuantity(), cents(low + 0.5) + " 150", "modified order");

        Order stop = order("SELL", "STP", 200, "stop");
        stop.auxPrice(low);
        stop.triggerMethod(2);
        Order stopLimit = limit("BUY", 100, cents(high + 1), "stop limit");
        stopLimit.orderType("STP LMT");
        stopLimit.auxPrice(high);
        Order byAmount = order("SELL", "TRAIL", 100, "trail by amount");
        byAmount.auxPrice(12.5);
        Order byPercent = order("SELL", "TRAIL", 100, "trail by percent");
        byPercent.trailingPercent(2.5);
        Order from = order("SELL", "TRAIL", 100, "trail from");
        from.auxPrice(3);
        from.trailStopPrice(low);
        for (Order one : List.of(stop, stopLimit, byAmount, byPercent, from)) {
            int id = desk.place(IBM, one);
            roundTrip(desk, id, IBM, one);
            equal(desk.status(id, "PreSubmitted").text(9), "trigger", "a stop is held for its trigger");
            client.cancelOrder(id, new OrderCancel());
            desk.status(id, "PendingCancel");
            desk.status(id, "Cancelled");
            desk.errorOf(id, 202);
        }

        Order parent = limit("BUY", 100, high, "parent");
        parent.transmit(false);
        int parentId = desk.place(IBM, parent);
        Order target = limit("SELL", 100, high, "target");
        target.parentId(parentId);
        target.transmit(false);
        target.ocaType(1);
        int targetId = desk.place(IBM, target);
        Order childStop = order("SELL", "STP", 100, "child stop");
        childStop.auxPrice(low);
        childStop.parentId(parentId);
        int stopId = desk.place(IBM, childStop);
        roundTrip(desk, parentId, IBM, parent);
        roundTrip(desk, targetId, IBM, target);
        roundTrip(desk, stopId, IBM, childStop);
        desk.status(parentId, "Filled");
        desk.status(targetId, "Submitted");
        client.cancelOrder(stopId, new OrderCancel());
        desk.status(stopId, "Cancelled");

        Order[] pair = {limit("BUY", 50, low, "oca 0"), limit("BUY", 50, low + 1, "oca 1")};
        int[] ids = new int[2];
        for (int i = 0; i < 2; i++) {
            pair[i].ocaGroup("pair");
            pair[i].ocaType(2);
            ids[i] = desk.place(IBM, pair[i]);
            roundTrip(desk, ids[i], IBM, pair[i]);
        }
        pair[0].lmtPrice(high);
        client.placeOrder(ids[0], IBM, pair[0]);
        desk.status(ids[0], "Filled");
        desk.status(ids[1], "Cancelled");

        Order preview = limit("BUY", 100, price, "preview");
        preview.whatIf(true);
        int previewId = desk.place(SPY, preview);
        OrderState state = desk.opened(previewId, 0).at(3);
        check(Math.abs(Double.parseDouble(state.initMarginBefore()) + Double.parseDouble(state.initMarginChange()) - Double.parseDouble(state.initMarginAfter())) < 0.02
            && Math.abs(Double.parseDouble(state.equityWithLoanAfter())) < 1e8 && state.commission() > 0 && state.commissionCurrency().equals("USD"), "what-if");
        desk.settle();
        equal(desk.all("orderStatus", said -> said.number(0) == previewId).size(), 0, "a what-if has no status");

        runner("fault", "{'do':'reject','reason':'by the harness'}");
        int rejected = desk.place(IBM, limit("BUY", 10, low, "rejected"));
        desk.errorOf(rejected, 201);
        desk.status(rejected, "Inactive");
        desk.errorOf(desk.place(IBM, limit("BUY", 10, 180.001, "off tick")), 110);
        client.placeOrder(rejected, IBM, order("BUY", "MKT", 1, "duplicate"));
        desk.errorOf(rejected, 103);
        client.cancelOrder(999_999, new OrderCancel());
        desk.errorOf(999_999, 10147);
        client.cancelOrder(rejected, new OrderCancel());
        desk.errorOf(rejected, 10148);
        desk.errorOf(desk.place(stock("NOSUCH"), order("BUY", "MKT", 1, "nowhere")), 200);

        int big = desk.place(IBM, limit("BUY", 4000, cents(price + 3), "partly filled"));
        desk.status(big, "Filled");
        List<Said> fills = desk.all("execDetails", said -> said.<Execution>at(2).orderId() == big);
        check(fills.size() > 1, fills.size() + " fills");
        equal(fills.get(fills.size() - 1).<Execution>at(2).cumQty(), "4000", "cumulated quantity");
        runner("fault", "{'do':'correct','ticks':3}");
        desk.when("execDetails", said -> said.<Execution>at(2).execId().endsWith(".02"));
        runner("fault", "{'do':'bust','silent':false}");
        desk.when("execDetails", said -> said.<Execution>at(2).shares().isZero());
    }

    /** What is said of orders beyond their state: held for shares, warned about, refused with reasons for machines. */
    static void held(Desk desk) throws Exception {
        runner("call", "['hardToBorrow','AMZN',true]");
        int sold = desk.place(stock("AMZN"), order("SELL", "MKT", 100, "short"));
        desk.errorOf(sold, 404);
        equal(desk.of("orderStatus", sold).text(9), "locate", "held for shares");
        runner("call", "['hardToBorrow','AMZN',false]");
        desk.status(sold, "Filled");
        runner("call", "['previewWarning','Vorsicht, gro\\u00dfe Order']");
        Order order = limit("BUY", 100, 600, "warned");
        order.whatIf(true);
        int warned = desk.place(SPY, order);
        OrderState state = desk.opened(warned, 0).at(3);
        check(Double.parseDouble(state.initMarginAfter()) > 1e300 && state.warningText().equals("Vorsicht, gro\\u00dfe Order"), "warning " + state.warningText());
        desk.when("openOrder", said -> said.number(0) == warned && Double.parseDouble(said.<OrderState>at(3).initMarginAfter()) < 1e300);
        runner("call", "['previewWarning','']");
        runner("call", "['orderError',7," + sold + ",201,'Abgelehnt \\u2013 f\\u00fcr Sie','8229: Gr\\u00f6\\u00dfe']");
        Said said = desk.errorOf(sold, 201);
        equal(said.text(2) + said.text(3), "Abgelehnt \u2013 f\u00fcr Sie8229: Gr\u00f6\u00dfe", "letters beyond ASCII");
    }

    static PriceCondition priceCondition(double price, int method) {
        PriceCondition condition = (PriceCondition) OrderCondition.create(OrderConditionType.Price);
        condition.conId(756733);
        condition.exchange("SMART");
        condition.isMore(true);
        condition.price(price);
        condition.triggerMethod(method);
        condition.conjunctionConnection(true);
        return condition;
    }

    static void conditions(Desk desk) throws Exception {
        double low = cents(desk.lastPrice() * 0.9);
        TimeCondition time = (TimeCondition) OrderCondition.create(OrderConditionType.Time);
        time.isMore(true);
        time.time("20301231 09:30:00 US/Eastern");
        MarginCondition margin = (MarginCondition) OrderCondition.create(OrderConditionType.Margin);
        margin.isMore(false);
        margin.percent(5);
        margin.conjunctionConnection(true);
        ExecutionCondition execution = (ExecutionCondition) OrderCondition.create(OrderConditionType.Execution);
        execution.secType("STK");
        execution.exchange("SMART");
        execution.symbol("AMD");
        execution.conjunctionConnection(true);
        VolumeCondition volume = (VolumeCondition) OrderCondition.create(OrderConditionType.Volume);
        volume.conId(756733);
        volume.exchange("SMART");
        volume.isMore(true);
        volume.volume(2_000_000_000);
        volume.conjunctionConnection(true);
        PercentChangeCondition percent = (PercentChangeCondition) OrderCondition.create(OrderConditionType.PercentChange);
        percent.conId(756733);
        percent.exchange("SMART");
        percent.isMore(true);
        percent.changePercent(55.5);
        percent.conjunctionConnection(true);
        Order waiting = limit("BUY", 10, low, "conditional");
        waiting.conditions(List.of(priceCondition(9000, 2), time, margin, execution, volume, percent));
        waiting.conditionsIgnoreRth(true);
        int waitingId = desk.place(IBM, waiting);
        roundTrip(desk, waitingId, IBM, waiting);
        desk.settle();
        equal(desk.all("orderStatus", said -> said.number(0) == waitingId && said.text(1).equals("Submitted")).size(), 0, "an order waits for its conditions");
        desk.client.cancelOrder(waitingId, new OrderCancel());
        desk.status(waitingId, "Cancelled");
        Order soon = order("BUY", "MKT", 10, "condition met");
        soon.conditions(List.of(priceCondition(100, 0)));
        int soonId = desk.place(IBM, soon);
        roundTrip(desk, soonId, IBM, soon);
        desk.status(soonId, "Filled");
        Order never = limit("BUY", 10, low, "condition cancels");
        never.conditions(List.of(priceCondition(100, 0)));
        never.conditionsCancelOrder(true);
        int neverId = desk.place(IBM, never);
        roundTrip(desk, neverId, IBM, never);
        desk.status(neverId, "Cancelled");
    }

    /** Orders with everything that a client can write: read to the last field, whatever becomes of them. */
    static void exotic(Desk desk) throws Exception {
        Order order = limit("BUY", 10, 200, "everything");
        order.openClose("O");
        order.blockOrder(true);
        order.sweepToFill(true);
        order.displaySize(10);
        order.hidden(true);
        order.goodAfterTime("20261006 10:00:00 US/Eastern");
        order.goodTillDate("20261006 15:00:00 US/Eastern");
        order.rule80A("I");
        order.allOrNone(true);
        order.minQty(5);
        order.percentOffset(0.1);
        order.overridePercentageConstraints(true);
        order.discretionaryAmt(0.05);
        order.optOutSmartRouting(true);
        order.auctionStrategy(1);
        order.startingPrice(1);
        order.stockRefPrice(2);
        order.delta(0.5);
        order.stockRangeLower(1);
        order.stockRangeUpper(2);
        order.volatility(0.3);
        order.volatilityType(2);
        order.deltaNeutralOrderType("LMT");
        order.deltaNeutralAuxPrice(1);
        order.deltaNeutralConId(8314);
        order.deltaNeutralOpenClose("O");
        order.deltaNeutralShortSale(true);
        order.deltaNeutralShortSaleSlot(1);
        order.deltaNeutralDesignatedLocation("L");
        order.continuousUpdate(1);
        order.referencePriceType(1);
        order.scaleInitLevelSize(5);
        order.scaleSubsLevelSize(5);
        order.scalePriceIncrement(0.5);
        order.scalePriceAdjustValue(0.1);
        order.scalePriceAdjustInterval(60);
        order.scaleProfitOffset(0.2);
        order.scaleAutoReset(true);
        order.scaleInitPosition(0);
        order.scaleInitFillQty(0);
        order.scaleRandomPercent(true);
        order.hedgeType("B");
        order.hedgeParam("beta=1");
        order.clearingAccount("CA");
        order.clearingIntent("IB");
        order.notHeld(true);
        order.algoStrategy("Adaptive");
        order.algoParams(List.of(new TagValue("adaptivePriority", "Normal")));
        order.algoId("id");
        order.orderMiscOptions(List.of(new TagValue("m", "1")));
        order.solicited(true);
        order.randomizeSize(true);
        order.randomizePrice(true);
        order.adjustedOrderType(OrderType.STP);
        order.triggerPrice(1);
        order.lmtPriceOffset(0.1);
        order.adjustedStopPrice(1);
        order.adjustedStopLimitPrice(1);
        order.adjustedTrailingAmount(1);
        order.adjustableTrailingUnit(1);
        order.cashQty(1000);
        order.mifid2DecisionMaker("D");
        order.mifid2ExecutionTrader("T");
        order.dontUseAutoPriceForHedge(true);
        order.discretionaryUpToLimitPrice(true);
        order.usePriceMgmtAlgo(true);
        order.duration(60);
        order.postToAts(1);
        order.autoCancelParent(true);
        order.advancedErrorOverride("8229");
        order.manualOrderTime("20261006 10:00:00 US/Eastern");
        if (version >= 183) order.customerAccount("C1");
        if (version >= 184) order.professionalCustomer(true);
        if (version >= 189) order.includeOvernight(true);
        if (version >= 192) {
            order.manualOrderIndicator(1);
            order.extOperator("op");
        }
        Contract hedged = stock("IBM");
        hedged.deltaNeutralContract(new DeltaNeutralContract(8314, 0.5, 280));
        int everyId = desk.place(hedged, order);
        desk.opened(everyId, 0);
        Order combo = limit("BUY", 1, 1, "combo");
        combo.orderComboLegs(new ArrayList<>(List.of(new OrderComboLeg(1.5), new OrderComboLeg())));
        combo.smartComboRoutingParams(List.of(new TagValue("NonGuaranteed", "1")));
        desk.errorOf(desk.place(bag(), combo), 200);
        Order bench = order("BUY", "PEG BENCH", 1, "bench");
        bench.referenceContractId(8314);
        bench.peggedChangeAmount(0.1);
        bench.referenceChangeAmount(0.2);
        bench.referenceExchangeId("NYSE");
        Order mid = order("BUY", "PEG MID", 1, "mid");
        mid.midOffsetAtWhole(0.01);
        mid.midOffsetAtHalf(0.02);
        Order best = order("BUY", "PEG BEST", 1, "best");
        best.minCompeteSize(100);
        best.competeAgainstBestOffset(0.02);
        Order toMid = order("BUY", "PEG BEST", 1, "best to mid");
        toMid.minCompeteSize(100);
        toMid.setCompeteAgainstBestOffsetUpToMid();
        toMid.midOffsetAtWhole(0.01);
        toMid.midOffsetAtHalf(0.02);
        for (Order one : List.of(bench, mid, best, toMid)) {
            desk.errorOf(desk.place(IBM, one), 387);
            one.minTradeQty(10);
            desk.errorOf(desk.place(contract("IBM", "STK", "IBKRATS"), one), 387);
        }
        OrderCancel cancel = version >= 192 ? new OrderCancel("20261006 10:00:00 US/Eastern", "op", 1) : new OrderCancel("20261006 10:00:00 US/Eastern");
        desk.client.cancelOrder(everyId, cancel);
        desk.status(everyId, "Cancelled");
    }

    static void questions(Desk desk) throws Exception {
        EClientSocket client = desk.client;
        client.reqOpenOrders();
        desk.when("openOrderEnd", said -> true);
        int since = desk.mark();
        client.reqAllOpenOrders();
        desk.when("openOrderEnd", said -> true, since);
        for (boolean apiOnly : new boolean[] {true, false}) {
            since = desk.mark();
            client.reqCompletedOrders(apiOnly);
            desk.when("completedOrdersEnd", said -> true, since);
        }
        Said done = desk.when("completedOrder", said -> said.<Order>at(1).orderRef().equals("market entry"));
        Order is = done.at(1);
        OrderState state = done.at(2);
        check(done.<Contract>at(0).symbol().equals("IBM") && is.totalQuantity().longValue() == 200 && is.filledQuantity().longValue() == 200 && is.permId() > 0
            && is.getOrderType().equals("MKT") && is.getAction().equals("BUY") && is.account().equals(ACCOUNT) && state.getStatus().equals("Filled")
            && state.completedTime().endsWith("US/Eastern") && state.completedStatus().equals("Filled Size: 200"), "completed order");
        Order child = desk.when("completedOrder", said -> said.<Order>at(1).orderRef().equals("child stop")).at(1);
        check(child.parentPermId() > 0 && child.auxPrice() > 0, "completed child");
        Order conditional = desk.when("completedOrder", said -> said.<Order>at(1).orderRef().equals("conditional")).at(1);
        equal(conditional.conditions().stream().map(one -> String.valueOf(one.type().val())).collect(Collectors.joining(",")), "1,3,4,5,6,7", "completed conditions");
        Order trailed = desk.when("completedOrder", said -> said.<Order>at(1).orderRef().equals("trail by percent")).at(1);
        check(trailed.trailingPercent() == 2.5 && trailed.trailStopPrice() > 0 && trailed.trailStopPrice() < 1e6, "completed trail");
        client.reqExecutions(500, new ExecutionFilter());
        desk.of("execDetailsEnd", 500);
        check(desk.all("execDetails", said -> said.number(0) == 500).size() >= 5, "executions");
        client.reqExecutions(501, new ExecutionFilter(desk.clientId, ACCOUNT, "20261006-09:30:00", "IBM", "STK", "SMART", "BUY"));
        desk.of("execDetailsEnd", 501);
        List<Said> filtered = desk.all("execDetails", said -> said.number(0) == 501);
        check(!filtered.isEmpty() && filtered.stream().allMatch(said -> said.<Execution>at(2).side().equals("BOT")), "filtered executions");
    }

    static Desk byHand(Desk desk) throws Exception {
        Desk zero = new Desk(0);
        runner("manual", "{'do':'place','order':{'symbol':'BAC','action':'BUY','type':'LMT','quantity':1000000,'limit':45000000}}");
        zero.opened(0, 0);
        zero.client.reqOpenOrders();
        Said bound = zero.when("orderBound", said -> true);
        int id = bound.number(2);
        check(id < 0 && bound.number(1) == 0 && ((Number) bound.args[0]).longValue() > 0, "a bound order has a negative id");
        zero.when("openOrderEnd", said -> true);
        int since = zero.mark();
        zero.client.placeOrder(id, BAC, limit("BUY", 120, 45.5, ""));
        Order changed = zero.opened(id, since).at(2);
        equal(changed.totalQuantity() + " " + changed.lmtPrice(), "120 45.5", "client 0 changes a bound order");
        zero.client.cancelOrder(id, new OrderCancel());
        zero.status(id, "Cancelled");
        zero.client.reqAutoOpenOrders(true);
        since = zero.mark();
        runner("manual", "{'do':'place','order':{'symbol':'BAC','action':'BUY','type':'LMT','quantity':1000000,'limit':45000000}}");
        zero.when("orderBound", said -> true, since);
        runner("manual", "{'do':'place','order':{'symbol':'BAC','action':'BUY','type':'MKT','quantity':2000000}}");
        zero.when("execDetails", said -> said.<Contract>at(1).symbol().equals("BAC"), since);
        runner("manual", "{'do':'place','order':{'symbol':'BAC','action':'SELL','type':'TRAIL','quantity':500000,'trailBy':1000000}}");
        runner("manual", "{'do':'resize','which':{'by':'hand','newest':0},'units':80}");
        runner("manual", "{'do':'move','which':{'by':'api','newest':0},'cents':-5}");
        runner("manual", "{'do':'close','symbol':'BAC','percent':50}");
        zero.when("execDetails", said -> said.<Contract>at(1).symbol().equals("BAC") && said.<Execution>at(2).side().equals("SLD"));
        runner("manual", "{'do':'cancel','which':{'by':'hand','newest':0}}");
        for (boolean completed : new boolean[] {false, true}) {
            since = desk.mark();
            if (completed) desk.client.reqCompletedOrders(false);
            else desk.client.reqAllOpenOrders();
            desk.when(completed ? "completedOrdersEnd" : "openOrderEnd", said -> true, since);
        }
        return zero;
    }

    static void faulty(Desk desk) throws Exception {
        EClientSocket client = desk.client;
        double low = cents(desk.lastPrice() * 0.9);
        for (int code : new int[] {1100, 1102, 2103, 2104, 2105, 2106, 2107, 2108, 2110, 2119, 2158, 1101, 1300, 10197}) {
            int since = desk.mark();
            runner("fault", "{'do':'notice','code':" + code + "}");
            desk.when("error", said -> said.args.length == 4 && said.number(1) == code, since);
        }
        for (String action : List.of("{'do':'duplicate','what':'openOrder','client':'all','count':3,'times':3}", "{'do':'tif-preset','tif':'GTC'}",
            "{'do':'perm-ids-late','ms':2000}", "{'do':'fills-told','order':'state first'}")) runner("fault", action);
        int early = desk.place(IBM, limit("BUY", 10, low, "preset"));
        desk.errorOf(early, 10349);
        equal(desk.opened(early, 0).<Order>at(2).permId(), 0, "perm ids may come late");
        desk.status(early, "Submitted");
        for (String action : List.of("{'do':'tif-preset','tif':'none'}", "{'do':'perm-ids-late','ms':0}", "{'do':'commissions-unset','on':true}")) runner("fault", action);
        int unknown = desk.place(IBM, order("BUY", "MKT", 10, "commission unknown"));
        Execution execution = desk.when("execDetails", said -> said.<Execution>at(2).orderId() == unknown).at(2);
        CommissionReport charge = desk.when("commissionReport", said -> said.<CommissionReport>at(0).execId().equals(execution.execId())).at(0);
        check(charge.commission() > 1e300, "unset commission");
        for (String action : List.of("{'do':'listed-refs','refs':'empty'}", "{'do':'commissions-unset','on':false}", "{'do':'foreign-ids-zero','on':true}")) runner("fault", action);
        int since = desk.mark();
        client.reqAllOpenOrders();
        desk.when("openOrderEnd", said -> true, since);
        for (String action : List.of("{'do':'listed-refs','refs':'whole'}", "{'do':'foreign-ids-zero','on':false}", "{'do':'refuse','what':'new','code':203}")) runner("fault", action);
        desk.errorOf(desk.place(IBM, limit("BUY", 10, low, "refused")), 203);
        runner("fault", "{'do':'park'}");
        int parked = desk.place(IBM, limit("BUY", 10, low, "parked"));
        desk.status(parked, "Inactive");
        runner("manual", "{'do':'confirm','which':{'by':'api','newest':0}}");
        desk.status(parked, "Submitted");
        runner("fault", "{'do':'hold-cancels','until':1000}");
        client.cancelOrder(parked, new OrderCancel());
        desk.status(parked, "Cancelled");
        runner("fault", "{'do':'late-fill','ms':500,'part':'half'}");
        int late = desk.place(IBM, limit("BUY", 100, low, "late fill"));
        desk.status(late, "Submitted");
        client.cancelOrder(late, new OrderCancel());
        desk.status(late, "Cancelled");
        desk.when("execDetails", said -> said.<Execution>at(2).orderId() == late);
        since = desk.mark();
        runner("fault", "{'do':'outage','ms':3000,'fills':'late','orders':'kept','back':1101}");
        int during = desk.place(IBM, limit("BUY", 10, low, "during the outage"));
        desk.when("error", said -> said.args.length == 4 && said.number(1) == 1101, since);
        desk.status(during, "Submitted");
        runner("fault", "{'do':'calm'}");
    }

    static void session() throws Exception {
        Desk desk = new Desk(7);
        reference(desk);
        refused(desk);
        marketData(desk);
        history(desk);
        account(desk);
        orders(desk);
        held(desk);
        conditions(desk);
        exotic(desk);
        questions(desk);
        Desk zero = byHand(desk);
        faulty(desk);
        int since = desk.mark();
        desk.client.reqGlobalCancel(new OrderCancel());
        desk.when("orderStatus", said -> said.text(1).equals("Cancelled"), since);
        desk.settle();
        for (int code : new int[] {501, 502, 503, 504, 505, 506, 507, 509, 320, 322})
            equal(desk.all("error", said -> said.args.length == 4 && said.number(1) == code).size(), 0, "errors " + code);
        zero.client.eDisconnect();
        desk.client.eDisconnect();
        Thread.sleep(300);
        Desk again = new Desk(7);
        again.client.reqOpenOrders();
        again.when("openOrderEnd", said -> true);
    }

    public static void main(String[] args) {
        port = Integer.parseInt(args[0]);
        version = Integer.parseInt(args[1]);
        try {
            session();
        } catch (Throwable error) {
            failed.add(error + " " + Arrays.stream(error.getStackTrace()).limit(6).map(String::valueOf).collect(Collectors.joining(" ")));
        }
        System.out.println("{\"report\":{\"messages\":" + messages.entrySet().stream().map(entry -> quoted(entry.getKey()) + ":" + entry.getValue()).collect(Collectors.joining(",", "{", "}"))
            + ",\"surplus\":" + list(surplus) + ",\"errors\":" + list(errors) + ",\"failed\":" + list(failed) + ",\"checks\":" + checks + "}}");
        System.out.flush();
        System.exit(0);
    }
}
