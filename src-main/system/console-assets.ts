import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { err, ok, type Result } from '#domain/result';

export interface LoadedAsset {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

export interface LoadedAssets {
  find(path: string): LoadedAsset | null;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

/**
 * Reads the built console into memory, once. What is not found then does not exist for a request, and no request is ever turned
 * into a path of the file system. Files of unknown kind (source maps, say) are left out.
 */
export function loadConsoleAssets(folder: string): Result<LoadedAssets> {
  const files = new Map<string, LoadedAsset>();
  try {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined) continue;
      const file = join(entry.parentPath, entry.name);
      const path = file
        .slice(folder.length)
        .split(/[/\\]+/)
        .filter((part) => part !== '')
        .join('/');
      files.set(`/${path}`, { body: new Uint8Array(readFileSync(file)), type });
    }
  } catch (error) {
    return err(notBuilt(folder, error instanceof Error ? error.message : String(error)));
  }
  const page = files.get('/index.html');
  if (page === undefined) return err(notBuilt(folder, 'there is no index.html'));
  files.set('/', page);
  return ok({ find: (path) => files.get(path) ?? null });
}

function notBuilt(folder: string, why: string): string {
  return `The console's files cannot be read from ${folder} (${why}). Build them: npm run build.`;
}
