import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

function options(config: string): { readonly options: ts.CompilerOptions; readonly files: readonly string[] } {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic: ts.Diagnostic) =>
      expect.unreachable(ts.flattenDiagnosticMessageText(diagnostic.messageText, ' ')),
  };
  const parsed = ts.getParsedCommandLineOfConfigFile(join(root, config), {}, host);
  if (parsed === undefined) throw new Error(`${config} cannot be read`);
  return { options: parsed.options, files: parsed.fileNames };
}

/** Compiles texts that are on no disk as if they stood at these paths; gives `path: TS code` for each complaint. */
function complaints(config: string, sources: Readonly<Record<string, string>>): readonly string[] {
  const texts = new Map(Object.entries(sources).map(([path, text]) => [join(root, path), text]));
  const compilerOptions = { ...options(config).options, configFilePath: undefined };
  const host = ts.createCompilerHost(compilerOptions);
  const disk = ts.createCompilerHost(compilerOptions);
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name);
    return text === undefined ? disk.getSourceFile(name, ...rest) : ts.createSourceFile(name, text, ts.ScriptTarget.ES2024, true);
  };
  host.fileExists = (name) => texts.has(name) || disk.fileExists(name);
  host.readFile = (name) => texts.get(name) ?? disk.readFile(name);
  host.getCurrentDirectory = () => root;
  const program = ts.createProgram([...texts.keys()], compilerOptions, host);
  return [...texts.keys()].flatMap((name) => {
    const file = program.getSourceFile(name);
    const found = [...program.getSemanticDiagnostics(file), ...program.getSyntacticDiagnostics(file)];
    return found.map((diagnostic) => `${name.slice(root.length + 1)}: TS${String(diagnostic.code)}`);
  });
}

describe('the pure rooms', () => {
  it('are the shared nouns and sentences, the core and the desk', () => {
    const rooms = new Set(
      options('tsconfig.pure.json').files.map((file) =>
        file
          .slice(root.length + 1)
          .split('/')
          .slice(0, 2)
          .join('/'),
      ),
    );
    expect(
      [...rooms].filter((room) => !['src-shared/domain', 'src-shared/protocol', 'src-main/core', 'src-main/desk'].includes(room)),
    ).toEqual([]);
    expect([...rooms]).toEqual(expect.arrayContaining(['src-shared/domain', 'src-main/core']));
  });

  it('compile without Node, page, timers and console', () => {
    const faults = {
      'src-main/core/planted-timer.ts': 'setTimeout(() => undefined, 1);\nexport {};',
      'src-main/core/planted-buffer.ts': "export const a = Buffer.from('x');",
      'src-main/core/planted-fs.ts': "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;",
      'src-shared/domain/planted-window.ts': 'export const a = window.name;',
      'src-shared/domain/planted-process.ts': 'export const a = process.env;',
      'src-main/desk/planted-console.ts': "console.log('x');\nexport {};",
      'src-main/desk/planted-fetch.ts': "export const a = fetch('x');",
      'src-main/core/planted-nothing.ts': 'export const a = [1n, new Map([[1, 2]]), Math.max(1, 2)];',
    };
    expect(complaints('tsconfig.pure.json', faults)).toEqual([
      'src-main/core/planted-timer.ts: TS2304',
      'src-main/core/planted-buffer.ts: TS2591',
      'src-main/core/planted-fs.ts: TS2591',
      'src-shared/domain/planted-window.ts: TS2304',
      'src-shared/domain/planted-process.ts: TS2591',
      'src-main/desk/planted-console.ts: TS2584',
      'src-main/desk/planted-fetch.ts: TS2304',
    ]);
  });
});

describe('the compiler', () => {
  it('is strict in the same way everywhere', () => {
    const flags = [
      'strict',
      'noUncheckedIndexedAccess',
      'exactOptionalPropertyTypes',
      'noImplicitOverride',
      'noImplicitReturns',
      'noFallthroughCasesInSwitch',
      'verbatimModuleSyntax',
      'erasableSyntaxOnly',
    ] as const;
    for (const config of ['tsconfig.pure.json', 'tsconfig.main.json', 'tsconfig.web.json']) {
      const { options: set } = options(config);
      expect([config, flags.filter((flag) => set[flag] !== true)]).toEqual([config, []]);
    }
  });

  it('refuses what the flags are there for', () => {
    const faults = {
      'src-main/planted-index.ts': 'const list = [1];\nexport const a: number = list[0];',
      'src-main/planted-optional.ts': 'export const a: { readonly b?: number } = { b: undefined };',
      'src-main/planted-override.ts': 'class A { f(): void { /**/ } }\nexport class B extends A { f(): void { /**/ } }',
      'src-main/planted-type-import.ts': "import { BigIntStats } from 'node:fs';\nexport type A = BigIntStats;",
      'src-main/planted-enum.ts': 'export enum Side { Buy }',
      'src-main/planted-any.ts': 'export const f = (a) => a;',
      'src-main/planted-returns.ts': 'export function f(a: boolean): number | undefined { if (a) return 1; }',
    };
    expect(complaints('tsconfig.main.json', faults)).toEqual([
      'src-main/planted-index.ts: TS2322',
      'src-main/planted-optional.ts: TS2375',
      'src-main/planted-override.ts: TS4114',
      'src-main/planted-type-import.ts: TS1484',
      'src-main/planted-enum.ts: TS1294',
      'src-main/planted-any.ts: TS7006',
      'src-main/planted-returns.ts: TS7030',
    ]);
  });
});
