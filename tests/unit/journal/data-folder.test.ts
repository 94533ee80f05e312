import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepareDataFolder } from '#journal/data-folder';
import { fileTrouble, NodeFiles, sweepTemporaries } from '#journal/files';
import { KillLatchFile } from '#journal/kill-latch-file';
import { StateFile } from '#journal/state-file';
import { ok } from '#domain/result';
import { temporaryDirectory } from '../../support/temporary.ts';

/** Windows has no owners, bits and links of this kind; what is tested here is not there. */
const posix = test.skipIf(process.platform === 'win32');

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

function troubleOf(act: () => unknown): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return fileTrouble(error);
  }
}

describe('a file of the data folder', () => {
  posix('that is a link is neither read nor written through', () => {
    const directory = temporaryDirectory();
    const outside = join(directory, '..', 'outside.json');
    const path = join(directory, 'kill-latch.json');
    writeFileSync(outside, '{"latched":false,"at":1,"reason":"","scope":"own"}');
    symlinkSync(outside, path);
    expect(new KillLatchFile(directory).load()).toMatchObject({
      latched: true,
      doubt: expect.stringContaining('links are not followed') as string,
    });
    for (const act of [() => new NodeFiles().open(path), () => new NodeFiles().openToRead(path), () => new NodeFiles().read(path)])
      expect(troubleOf(act)).toBe('it is a link, and links are not followed (ELOOP)');
    expect(readFileSync(outside, 'utf8')).toContain('"latched":false');
  });

  posix('that leads nowhere is not taken for a missing one', () => {
    const directory = temporaryDirectory();
    symlinkSync(join(directory, 'nowhere'), join(directory, 'kill-latch.json'));
    expect(new KillLatchFile(directory).load()).toMatchObject({ latched: true });
    expect(existsSync(join(directory, 'nowhere'))).toBe(false);
  });

  posix('is written under a fresh name first: nothing that was put under an old temporary name is written through', () => {
    const directory = temporaryDirectory();
    const outside = join(directory, '..', 'outside.txt');
    writeFileSync(outside, 'mine');
    for (const name of ['kill-latch.json.tmp', 'kill-latch.json.bak.tmp']) symlinkSync(outside, join(directory, name));
    const file = new KillLatchFile(directory);
    expect([file.clear(1, 'a'), file.clear(2, 'b')]).toEqual([ok(undefined), ok(undefined)]);
    expect(readFileSync(outside, 'utf8')).toBe('mine');
    expect(readdirSync(directory).filter((name) => /[0-9a-f]{16}/.test(name))).toEqual([]);
  });

  posix('that is a pipe is refused at once and not waited for', () => {
    const path = join(temporaryDirectory(), 'settings.json');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    expect([troubleOf(() => new NodeFiles().read(path)), troubleOf(() => new NodeFiles().open(path))]).toEqual(
      Array(2).fill('it is no regular file'),
    );
  });

  posix("that others may read becomes the owner's alone, also when it is only read", () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'x.json');
    writeFileSync(path, '{}');
    chmodSync(path, 0o644);
    new NodeFiles().read(path);
    expect(mode(path)).toBe('600');
    new StateFile(path, ok).write({});
    expect([mode(path), mode(`${path}.bak`)]).toEqual(['600', '600']);
  });

  posix('that belongs to another user is refused', () => {
    const path = join(temporaryDirectory(), 'x.json');
    writeFileSync(path, '{}');
    const other = new NodeFiles((process.getuid?.() ?? 0) + 1);
    expect(troubleOf(() => other.read(path))).toContain('it belongs to another user');
    expect(troubleOf(() => other.open(path))).toContain('it belongs to another user');
  });

  test('that is made new is never one that was there', () => {
    const path = join(temporaryDirectory(), 'x');
    const files = new NodeFiles();
    files.close(files.createNew(path));
    expect(troubleOf(() => files.createNew(path))).toBe('something of that name is there already (EEXIST)');
  });

  test('left half-written by a death is swept away, and nothing else is', () => {
    const directory = temporaryDirectory();
    for (const name of ['a.json', 'a.json.bak', 'a.json.0123456789abcdef.tmp', 'notes.tmp']) writeFileSync(join(directory, name), '');
    sweepTemporaries(new NodeFiles(), directory);
    expect(readdirSync(directory).sort()).toEqual(['a.json', 'a.json.bak', 'notes.tmp']);
  });
});

describe('the data folder', () => {
  posix('is made for its owner alone, and is the same by every spelling of its path', () => {
    const directory = realpathSync(temporaryDirectory());
    const folder = join(directory, 'one', 'desk');
    symlinkSync(join(directory, 'one'), join(directory, 'two'));
    expect(prepareDataFolder(folder)).toEqual(ok(folder));
    expect(mode(folder)).toBe('700');
    expect(prepareDataFolder(join(directory, 'two', '..', 'two', 'desk'))).toEqual(ok(folder));
  });

  posix("that others may read becomes the owner's alone", () => {
    const folder = temporaryDirectory();
    chmodSync(folder, 0o755);
    expect(prepareDataFolder(folder).ok).toBe(true);
    expect(mode(folder)).toBe('700');
  });

  posix.each([0o777, 0o770, 0o1777, 0o722])('that others may write to (%o) is refused with the way to mend it', (bits) => {
    const folder = realpathSync(temporaryDirectory());
    chmodSync(folder, bits);
    expect(prepareDataFolder(folder)).toMatchObject({ ok: false, error: expect.stringContaining(`chmod 700 "${folder}"`) as string });
    expect(mode(folder)).toBe((bits & 0o777).toString(8));
  });

  posix('of another user is refused, and so is a folder in it that others may write to or that is a link', () => {
    const folder = temporaryDirectory();
    const refused = prepareDataFolder(folder, (process.getuid?.() ?? 0) + 1);
    expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('belongs to another user') as string });
    mkdirSync(join(folder, 'journal'));
    chmodSync(join(folder, 'journal'), 0o777);
    symlinkSync(join(folder, 'journal'), join(folder, 'exports'));
    expect(troubleOf(() => new NodeFiles().makeDirectory(join(folder, 'journal')))).toContain('chmod 700');
    expect(troubleOf(() => new NodeFiles().makeDirectory(join(folder, 'exports')))).toBe('its folder is a link');
  });

  test('that is a file is refused', () => {
    const path = join(temporaryDirectory(), 'file');
    writeFileSync(path, '');
    expect(prepareDataFolder(path).ok).toBe(false);
  });
});

posix('a folder that cannot be synced is told: a new file in it may not survive a power cut', () => {
  const folder = temporaryDirectory();
  expect(troubleOf(() => new NodeFiles().syncDirectory(folder))).toBe('none');
  expect(troubleOf(() => new NodeFiles().syncDirectory(join(folder, 'gone')))).not.toBe('none');
});
