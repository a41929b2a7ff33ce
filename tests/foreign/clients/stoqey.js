// A session with @stoqey/ib: `node stoqey.js PORT ID`, with the package's node_modules on NODE_PATH.
// Writes what it saw to stdout as JSON.
"use strict";
const { IBApi, EventName } = require("@stoqey/ib");

const TIMEOUT = 10000;
const NOTICES = [2104, 2106, 2158];
const [port, clientId] = process.argv.slice(2).map(Number);
const ib = new IBApi({ host: "127.0.0.1", port });
const seen = [];
const waiting = new Set();

function note(name, values) {
  seen.push([name, values]);
  for (const check of [...waiting]) check();
}

function all(name, since = 0) {
  return seen.slice(since).filter((row) => row[0] === name).map((row) => row[1]);
}

function wait(name, wanted = () => true, since = 0) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${name}; the last were ${JSON.stringify(seen.slice(-5))}`)), TIMEOUT);
    const check = () => {
      const hit = all(name, since).find((values) => wanted(...values));
      if (hit === undefined) return;
      clearTimeout(timer);
      waiting.delete(check);
      resolve(hit);
    };
    waiting.add(check);
    check();
  });
}

for (const name of [
  "openOrder", "orderStatus", "openOrderEnd", "contractDetails", "contractDetailsEnd", "tickPrice", "position",
  "positionEnd", "accountSummary", "accountSummaryEnd", "execDetails", "execDetailsEnd", "commissionReport",
  "completedOrder", "completedOrdersEnd", "nextValidId", "managedAccounts",
]) ib.on(EventName[name], (...values) => note(name, values));
ib.on(EventName.error, (problem, code, requestId) => note("error", [requestId, code]));
ib.on(EventName.info, (text, code) => note("info", [code]));

const stock = (symbol) => ({ symbol, secType: "STK", exchange: "SMART", currency: "USD" });
const limit = (price, more = {}) => ({
  action: "BUY", totalQuantity: 100, orderType: "LMT", lmtPrice: price, tif: "DAY", account: "DU1234567", transmit: true,
  ...more,
});
const byText = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

async function lists() {
  const since = seen.length;
  ib.reqAllOpenOrders();
  await wait("openOrderEnd", undefined, since);
  ib.reqContractDetails(1, stock("AAPL"));
  await wait("contractDetailsEnd");
  const details = all("contractDetails")[0][1];
  ib.reqPositions();
  await wait("positionEnd");
  ib.reqAccountSummary(2, "All", "NetLiquidation,BuyingPower");
  await wait("accountSummaryEnd");
  ib.reqExecutions(3, {});
  await wait("execDetailsEnd");
  await wait("commissionReport");
  const summary = all("accountSummary").filter((row) => Number(row[3])).map((row) => `${row[1]}/${row[2]}`);
  return {
    open_orders: all("openOrder", since)
      .map(([id, contract, order]) => [order.clientId, id, String(order.permId), order.orderType, order.lmtPrice])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1] || byText(a[2], b[2])),
    details: [details.contract.conId, details.minTick, details.contract.primaryExch, details.longName],
    rules_match_exchanges: details.validExchanges.split(",").length === details.marketRuleIds.split(",").length,
    positions: all("position").map(([account, contract, size]) => [account, contract.localSymbol, size]).sort(byText),
    summary: [...new Set(summary)].sort().map((row) => row.split("/")),
    executions: all("execDetails").filter((row) => row[0] === 3).length,
  };
}

async function prices() {
  ib.reqMktData(5, stock("AAPL"), "", false, false);
  const [, , bid] = await wait("tickPrice", (id, kind) => kind === 1);
  const [, , ask] = await wait("tickPrice", (id, kind) => kind === 2);
  ib.cancelMktData(5);
  return [bid, ask];
}

async function trade(number, foreign) {
  ib.placeOrder(number, stock("AAPL"), limit(200, { whatIf: true }));
  const state = (await wait("openOrder", (id, contract, order) => order.whatIf))[3];
  ib.placeOrder(number, stock("AAPL"), limit(200));
  await wait("orderStatus", (id, status) => id === number && status === "Submitted");
  const since = seen.length;
  ib.placeOrder(number, stock("AAPL"), limit(201));
  const changed = (await wait("openOrder", (id, contract, order) => id === number && order.lmtPrice === 201, since))[2];
  ib.cancelOrder(foreign);
  const refusal = await wait("error", (id) => id === foreign);
  ib.cancelOrder(number);
  await wait("orderStatus", (id, status) => id === number && status === "Cancelled");
  const ack = await wait("error", (id) => id === number);
  return {
    preview: [Number(state.initMarginChange) > 0, state.commission],
    modified: changed.lmtPrice,
    foreign_cancel: refusal,
    cancelled: ack[1],
  };
}

// Parent and target staged, the stop sent; then the parent is cancelled and takes the others along.
async function bracket(number) {
  const since = seen.length;
  const stop = { action: "SELL", orderType: "STP", lmtPrice: undefined, auxPrice: 150, parentId: number };
  ib.placeOrder(number, stock("AAPL"), limit(200, { transmit: false }));
  ib.placeOrder(number + 1, stock("AAPL"), limit(300, { action: "SELL", parentId: number, transmit: false }));
  ib.placeOrder(number + 2, stock("AAPL"), limit(0, stop));
  await wait("orderStatus", (id, status) => id === number + 2 && status === "PreSubmitted", since);
  await wait("orderStatus", (id, status) => id === number && status === "Submitted", since);
  const rows = new Map(all("openOrder", since).map(([id, contract, order]) => [id, order]));
  const held = new Map(all("orderStatus", since).map((row) => [row[0], [row[6], row[9]]]));
  ib.cancelOrder(number);
  for (const id of [number, number + 1, number + 2]) {
    await wait("orderStatus", (other, status) => other === id && status === "Cancelled");
    await wait("error", (other, code) => other === id && code === 202);
  }
  const shown = [0, 1, 2].map((place) => {
    const [parent, why] = held.get(number + place);
    return [parent - (place > 0 ? number : 0), why];
  });
  const group = rows.get(number + 1);
  return {
    bracket_held: shown,
    bracket_group: [group.ocaGroup === String(rows.get(number).permId), group.ocaType],
  };
}

// A resting order and one that fills, in one group: the fill cancels the other. Then executions by filter.
async function groupAndFill(number) {
  const pair = { ocaGroup: `pair ${number}`, ocaType: 1, totalQuantity: 10 };
  ib.placeOrder(number, stock("AAPL"), limit(200, pair));
  await wait("orderStatus", (id, status) => id === number && status === "Submitted");
  ib.placeOrder(number + 1, stock("AAPL"), limit(10000, pair));
  await wait("orderStatus", (id, status) => id === number + 1 && status === "Filled");
  await wait("orderStatus", (id, status) => id === number && status === "Cancelled");
  const live = all("execDetails").filter((row) => row[0] === -1);
  const filter = { clientId: String(clientId), symbol: "AAPL", side: "BUY" };
  ib.reqExecutions(31, filter);
  await wait("execDetailsEnd", (id) => id === 31);
  ib.reqExecutions(32, { ...filter, symbol: "MSFT" });
  await wait("execDetailsEnd", (id) => id === 32);
  return {
    live_executions: live.map(([, contract, row]) => [contract.symbol, row.side, row.orderId === number + 1]),
    filtered: [31, 32].map((request) => all("execDetails").filter((row) => row[0] === request).length),
  };
}

async function finish() {
  ib.reqGlobalCancel();
  for (let left = 1; left > 0; ) {
    const since = seen.length;
    ib.reqAllOpenOrders();
    await wait("openOrderEnd", undefined, since);
    left = all("openOrder", since).length;
  }
  ib.reqCompletedOrders(false);
  await wait("completedOrdersEnd");
  const ended = all("completedOrder");
  const permIds = new Set(ended.map(([, order]) => String(order.permId)));
  const parents = ended.map(([, order]) => String(order.parentPermId)).filter((parent) => permIds.has(parent));
  return {
    completed: ended.map((row) => row[2].completedStatus).sort(),
    completed_children: parents.length,
    completed_parents: new Set(parents).size,
  };
}

async function main() {
  ib.connect(clientId);
  const [number] = await wait("nextValidId");
  const [accounts] = await wait("managedAccounts");
  const start = { server_version: ib.serverVersion, accounts, next_id: number };
  const found = await lists();
  const last = found.open_orders[found.open_orders.length - 1][1];
  const told = { ...start, ...found, prices: await prices(), ...(await trade(last + 100, last)) };
  Object.assign(told, await bracket(last + 110), await groupAndFill(last + 120), await finish());
  const codes = all("error").map((row) => row[1]).filter((code) => !NOTICES.includes(code));
  told.errors = [...new Set(codes)].sort((a, b) => a - b);
  return told;
}

main()
  .then((told) => process.stdout.write(JSON.stringify(told)))
  .catch((problem) => {
    process.stderr.write(`${problem.stack}\n`);
    process.exitCode = 1;
  })
  .finally(() => ib.disconnect());
