/** Figures as they stand on the wire, read digit by digit: a judge that parsed as the desk formats would share its faults. */
function scaled(text: string, decimals: number): bigint | undefined {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = ''] = found;
  if (fraction.length > decimals) return undefined;
  const magnitude = BigInt(whole + fraction.padEnd(decimals, '0'));
  return sign === '-' ? -magnitude : magnitude;
}

/** A price in 1e-6; undefined for what is no plain decimal. */
export function millionths(text: string): bigint | undefined {
  return scaled(text, 6);
}

/** A quantity in 1e-4; undefined for what is no plain decimal. */
export function tenThousandths(text: string): bigint | undefined {
  return scaled(text, 4);
}

/** `tick` in 1e-6. */
export function isOnTick(price: bigint, tick: number): boolean {
  return price % BigInt(tick) === 0n;
}
