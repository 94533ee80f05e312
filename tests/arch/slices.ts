import { posix } from 'node:path';
import ts from 'typescript';

/** One file of the core that names its slice of the desk's state: what it declares, and what it needs by itself and for those it calls. */
export interface SliceUse {
  readonly file: string;
  readonly alias: 'Desk' | 'View';
  readonly declared: readonly string[];
  readonly needed: readonly string[];
}

interface Unit {
  readonly file: string;
  readonly name: string;
  readonly alias: 'Desk' | 'View' | 'inline';
  readonly calls: readonly (readonly [file: string, name: string])[];
  readonly need: Set<string>;
}

const IN_HAND = new Set(['desk', 'view']);

/** `desk`, `view` or `this.#desk`: the state in somebody's hand. */
function isState(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return IN_HAND.has(node.text);
  return ts.isPropertyAccessExpression(node) && node.expression.kind === ts.SyntaxKind.ThisKeyword && node.name.text === '#desk';
}

function keysOf(type: ts.TypeNode): readonly string[] {
  const parts = ts.isUnionTypeNode(type) ? type.types : [type];
  return parts.flatMap((part) => (ts.isLiteralTypeNode(part) && ts.isStringLiteral(part.literal) ? [part.literal.text] : []));
}

/** The keys of `Slice<…>` or of `Pick<DeskView, …>`; undefined for any other type. */
function sliceOf(type: ts.TypeNode | undefined): readonly string[] | undefined {
  if (type === undefined || !ts.isTypeReferenceNode(type)) return undefined;
  const name = type.typeName.getText();
  const [first, second] = type.typeArguments ?? [];
  if (name === 'Slice' && first !== undefined) return keysOf(first);
  const isView = name === 'Pick' && first?.getText() === 'DeskView' && second !== undefined;
  return isView ? keysOf(second) : undefined;
}

/** What a function or a class reads of the state, and to whom it hands it on. */
function usesOf(body: ts.Node): { readonly keys: Set<string>; readonly calls: readonly string[] } {
  const keys = new Set<string>();
  const calls: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isState(node)) {
      const { parent } = node;
      if (ts.isPropertyAccessExpression(parent) && parent.expression === node) keys.add(parent.name.text);
      else if (ts.isVariableDeclaration(parent) && parent.initializer === node && ts.isObjectBindingPattern(parent.name))
        for (const { propertyName, name } of parent.name.elements) keys.add((propertyName ?? name).getText());
      else if ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && ts.isIdentifier(parent.expression))
        calls.push(parent.expression.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(body);
  return { keys, calls };
}

/** Which alias a function or a class takes: the first parameter, anywhere in it, that is typed so. */
function aliasOf(statement: ts.Node): { readonly alias: Unit['alias']; readonly inline: readonly string[] } | undefined {
  let found: { readonly alias: Unit['alias']; readonly inline: readonly string[] } | undefined;
  const visit = (node: ts.Node): void => {
    if (found === undefined && (ts.isParameter(node) || ts.isPropertyDeclaration(node)) && node.type !== undefined) {
      const text = node.type.getText();
      const inline = sliceOf(node.type);
      if (text === 'Desk' || text === 'View') found = { alias: text, inline: [] };
      else if (inline !== undefined) found = { alias: 'inline', inline };
    }
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return found;
}

function importsOf(source: ts.SourceFile): ReadonlyMap<string, readonly [file: string, name: string]> {
  const imports = new Map<string, readonly [string, string]>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const { text } = statement.moduleSpecifier;
    const file = text.startsWith('#core/') ? `src-main/core/${text.slice(6)}.ts` : posix.join(posix.dirname(source.fileName), text);
    const names = statement.importClause?.namedBindings;
    if (names === undefined || !ts.isNamedImports(names)) continue;
    for (const { propertyName, name } of names.elements) imports.set(name.text, [file, (propertyName ?? name).text]);
  }
  return imports;
}

function unitsOf(source: ts.SourceFile): readonly Unit[] {
  const imports = importsOf(source);
  return source.statements.flatMap((statement) => {
    const named = ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) ? statement.name?.text : undefined;
    const taken = named === undefined ? undefined : aliasOf(statement);
    if (named === undefined || taken === undefined) return [];
    const { keys, calls } = usesOf(statement);
    const need = taken.alias === 'inline' ? new Set(taken.inline) : keys;
    const to = calls.map((call) => imports.get(call) ?? ([source.fileName, call] as const));
    return [{ file: source.fileName, name: named, alias: taken.alias, calls: to, need }];
  });
}

/** Needs travel up the calls until nothing is added: one alias a file, so one set of keys for all that take it. */
function close(units: readonly Unit[]): void {
  const byName = new Map(units.map((unit) => [`${unit.file}|${unit.name}`, unit]));
  const size = (): number => units.reduce((sum, unit) => sum + unit.need.size, 0);
  for (let before = -1; before !== size();) {
    before = size();
    for (const unit of units) {
      if (unit.alias === 'inline') continue;
      for (const [file, name] of unit.calls) for (const key of byName.get(`${file}|${name}`)?.need ?? []) unit.need.add(key);
      for (const other of units)
        if (other.file === unit.file && other.alias === unit.alias) for (const key of other.need) unit.need.add(key);
    }
  }
}

/** Every slice that the files declare by an alias, beside what they need. Files: path below the repository → text. */
export function slices(files: ReadonlyMap<string, string>): readonly SliceUse[] {
  const sources = [...files].map(([path, text]) => ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  const units = sources.flatMap(unitsOf);
  close(units);
  return sources.flatMap((source) =>
    source.statements.flatMap((statement) => {
      if (!ts.isTypeAliasDeclaration(statement)) return [];
      const alias = statement.name.text;
      const declared = sliceOf(statement.type);
      if ((alias !== 'Desk' && alias !== 'View') || declared === undefined) return [];
      const needed = new Set(
        units.filter((unit) => unit.file === source.fileName && unit.alias === alias).flatMap((unit) => [...unit.need]),
      );
      return [{ file: source.fileName, alias, declared: declared.toSorted(), needed: [...needed].toSorted() }];
    }),
  );
}
