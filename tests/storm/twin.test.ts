import { expect, test } from 'vitest';
import { ScreenGone } from './listener.ts';
import { storm } from './storm.ts';

test('a storm is the same to its last step when whoever looks on breaks in the middle of it (I-32)', () => {
  for (const seed of [3, 11]) {
    let seen = 0;
    const onlooker = (): void => {
      seen += 1;
      if (seen > 40) throw new ScreenGone('the screen is gone');
    };
    const alone = storm(seed, { traceLines: 400 });
    expect(storm(seed, { traceLines: 400, onlooker })).toEqual(alone);
    expect(seen).toBeGreaterThan(200);
  }
});
