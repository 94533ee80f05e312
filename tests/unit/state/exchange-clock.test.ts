import { expect, test } from 'vitest';
import { ExchangeClock } from '#core/state/exchange-clock';
import { FakeClock } from '../../support/fake-clock.ts';

test('the time of a trade moves the clock of a tape alone, and only forward', () => {
  for (const simulated of [true, false]) {
    const clock = new FakeClock();
    const exchange = new ExchangeClock(clock, simulated);
    exchange.trade(clock.now() + 60_000);
    expect([simulated, exchange.offset()]).toEqual([simulated, simulated ? 60_000 : 0]);
    exchange.trade(clock.now() - 60_000);
    expect([simulated, exchange.offset()]).toEqual([simulated, simulated ? 60_000 : 0]);
  }
});
