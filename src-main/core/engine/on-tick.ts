import type { MarketSink, QuoteInfo } from '#core/ports/market-data';
import type { ConId } from '#domain/ids';
import { priceOf } from '#domain/price';
import type { Tick } from '#domain/quote';
import { count, type Slice, logLine } from '#core/state/desk-state';

type Desk = Slice<'board' | 'clock' | 'coordinator' | 'counters' | 'exchange' | 'registry'>;

/** The chunk of bytes that is being read: on the monotonic clock, when its first tick came. */
export interface Chunk {
  startedAt: number | undefined;
}

/** Where market data enters the desk. `drain` lets out what fired, at the end of each chunk. */
export function marketSink(desk: Desk, chunk: Chunk, drain: () => void): MarketSink {
  const { exchange } = desk;
  return {
    tick: (tick: Tick) => {
      chunk.startedAt ??= desk.clock.monotonic();
      // Ages, sessions and windows are all read on the exchange's clock; a simulated one may run faster than ours.
      const { conId, field, price, size } = tick;
      const at = exchange.now();
      desk.registry.onTick(size === undefined ? { conId, field, price, at } : { conId, field, price, size, at });
    },
    info: (conId: ConId, info: QuoteInfo) => onInfo(desk, conId, info),
    malformed: () => count(desk, 'malformed ticks'),
    baseline: (conId: ConId, again: boolean) => {
      if (again) desk.registry.rebaseline('market data was interrupted', conId);
    },
    subscriptionFailed: (conId: ConId, code: number, text: string) => {
      const symbol = desk.board.contract(conId)?.symbol ?? String(conId);
      logLine(desk, 'alarm', `No market data for ${symbol}: IB ${code} ${text}`, { kind: 'contract', key: String(conId) });
    },
    chunkEnd: () => {
      drain();
      chunk.startedAt = undefined;
    },
  };
}

function onInfo({ board, registry, exchange }: Desk, conId: ConId, info: QuoteInfo): void {
  switch (info.kind) {
    case 'size':
      board.onSize(conId, info.field, info.size, exchange.now());
      break;
    case 'close':
      registry.onClose(conId, info.price);
      break;
    case 'open':
    case 'high':
    case 'low':
      board.onFigure(conId, info.kind, info.price);
      break;
    case 'volume':
      board.onVolume(conId, info.volume);
      break;
    case 'halted':
      board.onHalted(conId, info.halted);
      break;
    case 'live-type':
      board.onLiveType(conId, info.liveType);
      break;
    case 'last-time':
      exchange.trade(info.time);
      break;
    case 'no-data':
      // −1 is how the board spells "unknown now": an old side of the market must not stand in for a missing one.
      board.onTick({ conId, field: info.field, price: priceOf(-1), at: exchange.now() });
      break;
  }
}
