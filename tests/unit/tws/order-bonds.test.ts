import { expect, test } from 'vitest';
import type { OpenOrderNews } from '#core/ports/broker';
import type { ClientId, OrderId } from '#domain/ids';
import { OpenOrderBook } from '#tws/order/order-bonds';
import { manualOrder } from '../../support/core/fixtures.ts';

const CLIENT = 2 as ClientId;
const [PARENT, CHILD] = [20 as OrderId, 22 as OrderId];

function listed(book: OpenOrderBook, more: Partial<OpenOrderNews>): void {
  book.openOrder({ ...manualOrder({ clientId: CLIENT }), ...more });
}

/** A bracket as IB lists it, its entry in this state. */
function bracket(ibStatus: string): OpenOrderBook {
  const book = new OpenOrderBook();
  listed(book, { orderId: PARENT, ibStatus });
  listed(book, { orderId: CHILD, parentId: PARENT, ibStatus: 'PreSubmitted' });
  return book;
}

test('a change of a child names its parent as long as that is open', () => {
  expect(bracket('Submitted').bonds(CLIENT, CHILD)).toMatchObject({ parentId: PARENT });
  expect(bracket('Filled').bonds(CLIENT, CHILD)).not.toHaveProperty('parentId');
});

test('a list that was made before the parent ended and comes later does not open it again', () => {
  const book = bracket('Filled');
  listed(book, { orderId: PARENT, ibStatus: 'Submitted' });
  expect(book.bonds(CLIENT, CHILD)).not.toHaveProperty('parentId');
});

test('a parent that IB held as Inactive may come back, and so may one that another connection names', () => {
  const held = bracket('Inactive');
  expect(held.bonds(CLIENT, CHILD)).not.toHaveProperty('parentId');
  listed(held, { orderId: PARENT, ibStatus: 'Submitted' });
  expect(held.bonds(CLIENT, CHILD)).toMatchObject({ parentId: PARENT });

  const cut = bracket('Cancelled');
  cut.closed(CLIENT);
  listed(cut, { orderId: PARENT, ibStatus: 'Submitted' });
  expect(cut.bonds(CLIENT, CHILD)).toMatchObject({ parentId: PARENT });
});
