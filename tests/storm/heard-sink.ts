import type { MarketSink } from '#core/ports/market-data';
import type { Bench } from './judge.ts';
import type { JudgedLife } from './judged.ts';

/** The desk's market sink, of which the judges hear first. */
export function heardSink(sink: MarketSink, bench: Bench, life: JudgedLife): MarketSink {
  return {
    tick: (tick) => {
      bench.tick(life, tick);
      sink.tick(tick);
    },
    info: (conId, info, at) => {
      bench.info(life, conId, info);
      sink.info(conId, info, at);
    },
    malformed: (conId, raw) => {
      sink.malformed(conId, raw);
    },
    baseline: (conId, again) => {
      bench.baseline(life, conId, again);
      sink.baseline(conId, again);
    },
    subscriptionFailed: (conId, code, text) => {
      sink.subscriptionFailed(conId, code, text);
    },
    chunkEnd: () => {
      sink.chunkEnd();
    },
  };
}
