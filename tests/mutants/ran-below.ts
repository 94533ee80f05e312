import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placesOf } from './draw.ts';

/** The part of V8's coverage that is read. Offsets are those of the file: types are stripped in place. */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly Range[] }[];
  }[];
}

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** `file:offset` of every place that the programs ran whose coverage lies in this folder, which is removed. */
export function ranBelow(root: string, folder: string): ReadonlySet<string> {
  const ran = new Set<string>();
  if (!existsSync(folder)) return ran;
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage;
    for (const { url, functions } of result) {
      const file = url.startsWith('file:') ? relative(root, fileURLToPath(url)) : '';
      if (!/^src-(?:main|shared)\/.*\.ts$/.test(file)) continue;
      const ranges = functions.flatMap((one) => one.ranges);
      for (const { start } of placesOf(file, readFileSync(join(root, file), 'utf8'))) if (isRun(ranges, start)) ran.add(`${file}:${start}`);
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return ran;
}

/** Whether the innermost range around this place was entered. */
function isRun(ranges: readonly Range[], at: number): boolean {
  let inner: Range | undefined;
  for (const range of ranges)
    if (range.startOffset <= at && at < range.endOffset && (inner === undefined || size(range) <= size(inner))) inner = range;
  return inner !== undefined && inner.count > 0;
}

function size({ startOffset, endOffset }: Range): number {
  return endOffset - startOffset;
}
