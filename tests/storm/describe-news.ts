import type { BrokerNews, LinkState, OrderStatusNews } from '#core/ports/broker';

/** For the trace of a failing storm; undefined for what comes too often. */
export function describeNews(news: BrokerNews): string | undefined {
  switch (news.kind) {
    case 'link':
      return linkText(news.link);
    case 'open-order':
    case 'completed-order':
      return orderText(news);
    case 'order-status':
      return statusText(news.status);
    case 'execution':
      return executionText(news);
    case 'position':
      return `position ${news.contract.symbol} ${news.quantity / 10_000}`;
    case 'end':
      return `end of ${news.of}, epoch ${news.epoch}`;
    case 'notice':
      return `notice ${news.notice.code} ${news.notice.orderId ?? ''} ${news.notice.text}`;
    case 'order-not-sent':
      return `order-not-sent ${news.refs.join(' ')} ${news.reason}`;
    default:
      return undefined;
  }
}

function linkText({ ready, problem, upstream, epoch }: LinkState): string {
  return `link: ${ready ? 'ready' : (problem?.code ?? 'not ready')}, upstream ${upstream}, epoch ${epoch}`;
}

function orderText({ kind, order }: Extract<BrokerNews, { kind: 'open-order' | 'completed-order' }>): string {
  const { orderRef, permId, ibStatus, quantity, clientId, orderId } = order;
  return `${kind} ${orderRef ?? ''} ${clientId}:${orderId} perm ${permId} ${ibStatus} of ${quantity / 10_000}`;
}

function statusText({ clientId, orderId, permId, ibStatus, filled }: OrderStatusNews): string {
  return `order-status ${clientId}:${orderId} perm ${permId} ${ibStatus} filled ${(filled ?? 0) / 10_000}`;
}

function executionText({ execution, contract, live }: Extract<BrokerNews, { kind: 'execution' }>): string {
  const { execId, side, quantity, orderRef, permId } = execution;
  return `execution ${execId} ${side} ${quantity / 10_000} ${contract.symbol} ${orderRef ?? ''} perm ${permId}${live ? '' : ' (listed)'}`;
}
