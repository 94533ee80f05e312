import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { err, ok, type Result } from '#domain/result';
import { KillLatchFile } from '#journal/kill-latch-file';
import { StateFile } from '#journal/state-file';
import { FaultyFiles } from '../../support/journal/faulty-files.ts';
import { temporaryDirectory } from '../../support/temporary.ts';

interface Mark {
  readonly highest: number;
}

function parse(value: unknown): Result<Mark> {
  const { highest } = value as { readonly highest?: unknown };
  return typeof highest === 'number' ? ok({ highest }) : err('highest is not a number');
}

function markFile(): { readonly file: StateFile<Mark>; readonly directory: string; readonly path: string; readonly files: FaultyFiles } {
  const directory = temporaryDirectory();
  const path = join(directory, 'state', 'id-mark.json');
  const files = new FaultyFiles();
  return { file: new StateFile(path, parse, files), directory: join(directory, 'state'), path, files };
}

describe('a state file', () => {
  test('is undefined before the first write, then gives back the last value and keeps the one before', () => {
    const { file, directory, path, files } = markFile();
    expect(file.read()).toEqual({ ok: true, value: undefined });
    expect([file.write({ highest: 1 }), file.write({ highest: 2 }), file.write({ highest: 3 })]).toEqual(Array(3).fill(ok(undefined)));
    expect(file.read()).toEqual({ ok: true, value: { highest: 3 } });
    expect(readdirSync(directory).sort()).toEqual(['id-mark.json', 'id-mark.json.bak']);
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe('{\n  "highest": 2\n}\n');
    expect(files.openFiles).toBe(0);
  });

  test.each([
    ['broken', '{"highest": 3', 'id-mark.json does not hold JSON'],
    ['broken', '', 'id-mark.json does not hold JSON'],
    ['invalid', '{"highest": "3"}', 'id-mark.json is not valid: highest is not a number'],
  ])('that is %s (%j) is an error value with the backup, and never becomes the backup', (code, text, words) => {
    const { file, path } = markFile();
    file.write({ highest: 1 });
    file.write({ highest: 2 });
    writeFileSync(path, text);
    expect(file.read()).toEqual({ ok: false, error: { code, text: words, backup: { highest: 1 } } });
    file.write({ highest: 4 });
    expect(file.read()).toEqual({ ok: true, value: { highest: 4 } });
    expect(readFileSync(`${path}.bak`, 'utf8')).toContain('"highest": 1');
  });

  test('that is gone beside its backup, or is a directory, is an error value', () => {
    const { file, path } = markFile();
    file.write({ highest: 1 });
    file.write({ highest: 2 });
    rmSync(path);
    expect(file.read()).toEqual({
      ok: false,
      error: { code: 'unreadable', text: 'id-mark.json is missing, but its backup is there', backup: { highest: 1 } },
    });
    const directory = temporaryDirectory();
    expect(new StateFile(directory, parse).read()).toMatchObject({ ok: false, error: { code: 'unreadable' } });
    expect(new StateFile(directory, parse).write({ highest: 1 }).ok).toBe(false);
  });

  test.each([
    ['writeFault', 'ENOSPC', 'id-mark.json cannot be written: the disk is full (ENOSPC)'],
    ['openFault', 'EROFS', 'id-mark.json cannot be written: the disk is read-only (EROFS)'],
    ['renameFault', 'EIO', 'id-mark.json cannot be written: the disk reports a read or write error (EIO)'],
  ] as const)('that cannot be written (%s) stands as before', (fault, code, words) => {
    const { file, files } = markFile();
    file.write({ highest: 1 });
    files[fault] = code;
    expect(file.write({ highest: 2 })).toEqual({ ok: false, error: words });
    files[fault] = undefined;
    expect(file.read()).toEqual({ ok: true, value: { highest: 1 } });
    expect(files.openFiles).toBe(0);
  });
});

describe('a state file that is written later', () => {
  test('keeps the value before as its backup too, and a broken file never becomes it', async () => {
    const { file, path, files } = markFile();
    expect([await file.writeLater({ highest: 1 }), await file.writeLater({ highest: 2 })]).toEqual(Array(2).fill(ok(undefined)));
    expect([file.read(), readFileSync(`${path}.bak`, 'utf8')]).toEqual([{ ok: true, value: { highest: 2 } }, '{\n  "highest": 1\n}\n']);
    writeFileSync(path, '{');
    await file.writeLater({ highest: 3 });
    expect([file.read(), readFileSync(`${path}.bak`, 'utf8')]).toEqual([{ ok: true, value: { highest: 3 } }, '{\n  "highest": 1\n}\n']);
    expect(files.openFiles).toBe(0);
  });

  test.each(['writeFault', 'openFault', 'renameFault', 'syncFault'] as const)(
    'and cannot be (%s) stands as before, with nothing left behind',
    async (fault) => {
      const { file, directory, files } = markFile();
      await file.writeLater({ highest: 1 });
      files[fault] = 'EIO';
      expect(await file.writeLater({ highest: 2 })).toMatchObject({ ok: false, error: expect.stringContaining('(EIO)') as string });
      files[fault] = undefined;
      expect([file.read(), readdirSync(directory), files.openFiles]).toEqual([{ ok: true, value: { highest: 1 } }, ['id-mark.json'], 0]);
    },
  );
});

describe('the kill latch', () => {
  test('survives a restart and is cleared only by a clear', () => {
    const directory = temporaryDirectory();
    expect(new KillLatchFile(directory).load()).toBeUndefined();
    new KillLatchFile(directory).latch(5, 'Operator', 'all', 'keep');
    expect(new KillLatchFile(directory).load()).toEqual({ latched: true, at: 5, reason: 'Operator', scope: 'all', exits: 'keep' });
    new KillLatchFile(directory).clear(9, 'Re-armed');
    expect(new KillLatchFile(directory).load()).toEqual({ latched: false, at: 9, reason: 'Re-armed', scope: 'own', exits: 'keep' });
  });

  test('of a version that wrote neither scope nor exits reads as what its kill did: all of the own orders', () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'kill-latch.json'), '{"latched":true,"at":5,"reason":"Operator"}');
    expect(new KillLatchFile(directory).load()).toEqual({ latched: true, at: 5, reason: 'Operator', scope: 'own', exits: 'cancel' });
  });

  test.each([
    '',
    '{',
    '{}',
    '{"latched":"no","at":1,"reason":""}',
    '{"latched":false}',
    '{"latched":true,"at":1,"reason":"","scope":"most"}',
    '{"latched":false,"at":1}',
    '{"latched":false,"at":1,"reason":5}',
    '{"latched":false,"at":"now","reason":""}',
    '{"latched":false,"at":null,"reason":""}',
    '{"latched":false,"at":1,"reason":"","exits":"some"}',
    'null',
    '5',
  ])('counts as latched when its file holds %j', (text) => {
    const directory = temporaryDirectory();
    const file = new KillLatchFile(directory);
    file.clear(1, 'first');
    file.clear(2, 'second');
    writeFileSync(join(directory, 'kill-latch.json'), text);
    expect(new KillLatchFile(directory).load()).toMatchObject({
      latched: true,
      doubt: expect.stringContaining('kill-latch.json') as string,
    });
  });

  test('counts as latched when its file has vanished beside its backup', () => {
    const directory = temporaryDirectory();
    const file = new KillLatchFile(directory);
    file.clear(1, 'first');
    file.latch(2, 'Operator', 'own');
    rmSync(join(directory, 'kill-latch.json'));
    expect(existsSync(join(directory, 'kill-latch.json.bak'))).toBe(true);
    expect(new KillLatchFile(directory).load()).toMatchObject({ latched: true });
  });
});
