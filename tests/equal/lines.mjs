// What two recordings differ in.

/**
 * The first line in which two sequences differ, from 0; undefined when they are equal. A sequence that ends early differs there.
 * @param {readonly string[]} older @param {readonly string[]} newer
 */
export function firstDifference(older, newer) {
  const length = Math.max(older.length, newer.length);
  for (let at = 0; at < length; at += 1) if (older[at] !== newer[at]) return at;
  return undefined;
}

/**
 * The first differing line with the lines around it, first of the older side, then of the newer.
 * @param {readonly string[]} older @param {readonly string[]} newer @param {number} [around] lines before and after
 */
export function tellDifference(older, newer, around = 5) {
  const at = firstDifference(older, newer);
  if (at === undefined) return 'The sequences are equal.';
  const column = [...(older[at] ?? '')].findIndex((letter, index) => letter !== [...(newer[at] ?? '')][index]);
  const told = [`The first difference is in line ${at + 1}${column > 0 ? `, from letter ${column + 1}` : ''}.`];
  for (const [name, lines] of /** @type {const} */ ([
    ['older', older],
    ['newer', newer],
  ])) {
    told.push(`  ${name}:`);
    for (let line = Math.max(0, at - around); line <= at + around; line += 1) {
      const text = lines[line];
      if (text === undefined && line !== at) continue;
      told.push(
        `  ${line === at ? '→' : ' '} ${String(line + 1).padStart(6)}  ${line === at ? (text ?? '(the sequence ends)') : short(text ?? '')}`,
      );
    }
  }
  return told.join('\n');
}

/** @param {string} text */
function short(text) {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
