import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { BUGS, type BugName } from './bugs.ts';

/**
 * Loaded before the desk (`--import …/plant.ts?bug=NAME`): puts a known defect into the program's text as Node reads it, so that the chaos
 * can be seen to catch it. A text that is not there any more ends the program: a bug that is not planted proves nothing.
 */
const name = new URL(import.meta.url).searchParams.get('bug') as BugName;
const changes = BUGS[name];

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    const wanted = changes.filter(({ file }) => url.startsWith('file:') && fileURLToPath(url).endsWith(file));
    if (wanted.length === 0) return loaded;
    let source = typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
    for (const { file, from, to } of wanted) {
      if (source.split(from).length !== 2) throw new Error(`the bug ${name} cannot be planted: ${file} does not hold this once: ${from}`);
      source = source.replace(from, () => to);
    }
    return { ...loaded, source };
  },
});
