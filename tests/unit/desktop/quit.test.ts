import { expect, test } from 'vitest';
import { Quit, type QuitPorts } from '#desktop/quit';

function desk(over: Partial<QuitPorts> = {}) {
  const events: string[] = [];
  const quit: Quit = new Quit({
    armed: () => true,
    summary: () => ({ continues: ['SELL 100 IBM stop 178.00'], stops: ['IBM above 180.00'] }),
    ask: ({ detail }) => {
      events.push(`ask ${detail}`);
      return Promise.resolve(true);
    },
    stop: () => {
      events.push('stop');
      return Promise.resolve();
    },
    leave: () => events.push(`leave ${quit.mayQuit}`),
    failed: (error) => events.push(`failed ${String(error)}`),
    ...over,
  });
  return { quit, events };
}

const QUESTION = 'ask Continues at the broker:\n  • SELL 100 IBM stop 178.00\n\nStops with this program:\n  • IBM above 180.00';

test('armed: asks, names what continues and what stops, stops the desk, then leaves', async () => {
  const { quit, events } = desk();
  await quit.request();
  expect(events).toEqual([QUESTION, 'stop', 'leave true']);
});

test('disarmed, and nothing at the broker: stops the desk and leaves without a question', async () => {
  const { quit, events } = desk({ armed: () => false, summary: () => ({ continues: [], stops: [] }) });
  await quit.request();
  expect(events).toEqual(['stop', 'leave true']);
});

test('P-20: with orders at the broker and nothing armed it asks as well, and says what stays there', async () => {
  const asked: { readonly message: string; readonly detail: string }[] = [];
  const { quit, events } = desk({
    armed: () => false,
    summary: () => ({ continues: ['BUY 100 IBM LMT 178.00', 'SELL 50 IBM stop 170.00'], stops: [] }),
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(asked.length > 1);
    },
  });
  await quit.request();
  expect([events, quit.mayQuit]).toEqual([[], false]);
  expect(asked).toEqual([
    {
      message: 'Orders work at the broker. Quit TriggerDesk?',
      detail: 'Continues at the broker:\n  • BUY 100 IBM LMT 178.00\n  • SELL 50 IBM stop 170.00\n\nStops with this program:\n  nothing',
    },
  ]);
  await quit.request();
  expect(events).toEqual(['stop', 'leave true']);
});

test('"Stay" stays, and the next attempt asks again', async () => {
  const answers = [false, true];
  const { quit, events } = desk({ ask: () => Promise.resolve(answers.shift() ?? true) });
  await quit.request();
  expect([events, quit.mayQuit]).toEqual([[], false]);
  await quit.request();
  expect(events).toEqual(['stop', 'leave true']);
});

test('closing the window again while the question is open asks once', async () => {
  let answer: (yes: boolean) => void = () => undefined;
  let asked = 0;
  const { quit, events } = desk({
    ask: () => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    },
  });
  const first = quit.request();
  await quit.request();
  expect(asked).toBe(1);
  answer(true);
  await first;
  await quit.request();
  expect(events).toEqual(['stop', 'leave true']);
});

test('a system that shuts down does not wait for the answer, and the late answer does nothing', async () => {
  let answer: (yes: boolean) => void = () => undefined;
  const { quit, events } = desk({ ask: () => new Promise((resolve) => (answer = resolve)) });
  const asking = quit.request();
  await quit.request(false);
  answer(true);
  await asking;
  expect(events).toEqual(['stop', 'leave true']);
});

test('a desk that fails to stop in order is left all the same, and it is said', async () => {
  const { quit, events } = desk({
    armed: () => false,
    summary: () => ({ continues: [], stops: [] }),
    stop: () => Promise.reject(new Error('journal')),
  });
  await quit.request();
  expect(events).toEqual(['failed Error: journal', 'leave true']);
});
