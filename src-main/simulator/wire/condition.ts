import { NO_CONDITIONS, type OrderCondition, type OrderConditions } from '#simulator/model/condition';
import type { FieldReader } from './field-reader.ts';
import { ascii } from './figure.ts';

const NUMBERS = { price: 1, time: 3, margin: 4, execution: 5, volume: 6, percentChange: 7 } as const;

/** How many, then each as its number, `a` or `o`, and what its kind has; two flags follow only if there is one. An unknown kind is malformed. */
export function readConditions(fields: FieldReader): OrderConditions {
  const count = fields.count();
  if (count === 0) return NO_CONDITIONS;
  const list: OrderCondition[] = [];
  for (let i = 0; i < count; i++) {
    const one = readCondition(fields);
    if (one === undefined) return NO_CONDITIONS;
    list.push(one);
  }
  return { list, ignoreRth: fields.flag(), cancels: fields.flag() };
}

function readCondition(fields: FieldReader): OrderCondition | undefined {
  const type = fields.text();
  const kind = (Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]).find((name) => String(NUMBERS[name]) === type);
  if (kind === undefined) {
    fields.refuse(type);
    return undefined;
  }
  const join = fields.text().toLowerCase() === 'o' ? 'or' : 'and';
  if (kind === 'execution') return { join, kind, secType: fields.text(), exchange: fields.text(), symbol: fields.text() };
  const more = fields.flag();
  const value = kind === 'time' ? fields.text() : String((kind === 'margin' || kind === 'volume' ? fields.int() : fields.number()) ?? 0);
  const comparison = { more, value };
  if (kind === 'time' || kind === 'margin') return { join, kind, ...comparison };
  const contract = { conId: fields.int() ?? 0, exchange: fields.text() };
  return kind === 'price'
    ? { join, kind, ...comparison, ...contract, triggerMethod: fields.int() ?? 0 }
    : { join, kind, ...comparison, ...contract };
}

export function conditionFields({ list, ignoreRth, cancels }: OrderConditions): (string | number)[] {
  if (list.length === 0) return [0];
  const fields: (string | number)[] = [list.length];
  for (const one of list) {
    fields.push(NUMBERS[one.kind], one.join === 'and' ? 'a' : 'o');
    if (one.kind === 'execution') fields.push(ascii(one.secType), ascii(one.exchange), ascii(one.symbol));
    else fields.push(one.more ? 1 : 0, ascii(one.value));
    if ('conId' in one) fields.push(one.conId, ascii(one.exchange));
    if (one.kind === 'price') fields.push(one.triggerMethod);
  }
  return [...fields, ignoreRth ? 1 : 0, cancels ? 1 : 0];
}
