import ts from 'typescript';

/** One small change of one expression, drawn by rule and not thought of. */
export interface Draw {
  readonly file: string;
  /** Offsets in the file's text. */
  readonly start: number;
  readonly end: number;
  readonly wrong: string;
  readonly kind: 'comparison' | 'operator' | 'logic' | 'not' | 'constant' | 'arguments' | 'statement' | 'return';
}

const SWAPPED: ReadonlyMap<ts.SyntaxKind, readonly [string, Draw['kind']]> = new Map([
  [ts.SyntaxKind.LessThanToken, ['<=', 'comparison']],
  [ts.SyntaxKind.LessThanEqualsToken, ['<', 'comparison']],
  [ts.SyntaxKind.GreaterThanToken, ['>=', 'comparison']],
  [ts.SyntaxKind.GreaterThanEqualsToken, ['>', 'comparison']],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ['!==', 'comparison']],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ['===', 'comparison']],
  [ts.SyntaxKind.PlusToken, ['-', 'operator']],
  [ts.SyntaxKind.MinusToken, ['+', 'operator']],
  [ts.SyntaxKind.AsteriskToken, ['/', 'operator']],
  [ts.SyntaxKind.SlashToken, ['*', 'operator']],
  [ts.SyntaxKind.AmpersandAmpersandToken, ['||', 'logic']],
  [ts.SyntaxKind.BarBarToken, ['&&', 'logic']],
]);

/** Calls whose arguments are words for people, and what steers nothing. */
const WORDS =
  /(?:^|\.)#?(?:log|logLine|warn|info|debug|error|say|tell|note|describe\w*|\w*[Tt]ext|\w*[Ww]ords?|freeze|join|padStart|padEnd)$/;

/** Calls that say the same of their two arguments in either order. */
const EITHER_WAY = /^(?:Math\.(?:min|max|hypot)|timingSafeEqual|min|max|plus|same|sameTrail|midpoint)$/;

/** How the domain's scaled figures are named and reckoned: prices, quantities and amounts, of which nobody trades a single unit. */
const SCALED =
  /(?:quantity|filled|price|amount|share|rest|bare|gain|left|open|room|difference|distance|covered|held|tooMuch|theirs)$|^(?:minus|plus|abs|min|max|sumOf)\(/i;

/** Every change that could be drawn from a file, in its order. */
export function drawsOf(file: string, text: string): readonly Draw[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const draws: Draw[] = [];
  const visit = (node: ts.Node): void => {
    if (isNoBehaviour(node)) return;
    for (const [from, to, wrong, kind] of changesOf(node, source)) draws.push({ file, start: from, end: to, wrong, kind });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return draws.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Types, imports, words for people, and what only a defect reaches. */
function isNoBehaviour(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  if (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isTypeParameterDeclaration(node)) return true;
  if (ts.isThrowStatement(node) || ts.isTemplateExpression(node)) return true;
  if (ts.isConditionalExpression(node) && isProse(node.whenTrue) && isProse(node.whenFalse)) return true;
  return ts.isCallExpression(node) && WORDS.test(node.expression.getText());
}

/** A sentence or a part of one; no code reads it. */
function isProse(node: ts.Expression): boolean {
  return ts.isTemplateExpression(node) || (ts.isStringLiteralLike(node) && (node.text === '' || node.text.includes(' ')));
}

type Change = readonly [start: number, end: number, wrong: string, kind: Draw['kind']];

function changesOf(node: ts.Node, source: ts.SourceFile): readonly Change[] {
  if (ts.isBinaryExpression(node)) return ofOperator(node, source);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
    return [[node.getStart(source), node.operand.getStart(source), '', 'not']];
  if (ts.isNumericLiteral(node)) return isUnitOfScaled(node, source) || isLengthOfArray(node, source) ? [] : ofNumber(node, source);
  if (node.kind === ts.SyntaxKind.TrueKeyword) return isMark(node, source) ? [] : [[node.getStart(source), node.end, 'false', 'constant']];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return [[node.getStart(source), node.end, 'true', 'constant']];
  if (ts.isCallExpression(node)) return ofArguments(node, source);
  if (ts.isExpressionStatement(node)) return ofStatement(node, source);
  if (ts.isIfStatement(node)) return ofEarlyReturn(node, source);
  return [];
}

function ofOperator(node: ts.BinaryExpression, source: ts.SourceFile): readonly Change[] {
  const swapped = SWAPPED.get(node.operatorToken.kind);
  if (swapped === undefined || isTakingTheLeast(node, source)) return [];
  // Texts are put together with +, and a minus between them means nothing.
  if (swapped[1] === 'operator' && [node.left, node.right].some((side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side)))
    return [];
  return [[node.operatorToken.getStart(source), node.operatorToken.end, swapped[0], swapped[1]]];
}

/** `if (a < b) b = a`: where both are equal it is the same which one is taken. */
function isTakingTheLeast({ left, operatorToken, right, parent }: ts.BinaryExpression, source: ts.SourceFile): boolean {
  if (!/^[<>]$/.test(operatorToken.getText(source))) return false;
  let above: ts.Node = parent;
  while (ts.isBinaryExpression(above) || ts.isParenthesizedExpression(above)) above = above.parent;
  if (!ts.isIfStatement(above) || !ts.isExpressionStatement(above.thenStatement)) return false;
  return above.thenStatement.expression.getText(source) === `${right.getText(source)} = ${left.getText(source)}`;
}

/** A value of a table that is declared to hold nothing but `true`: its names alone are read. */
function isMark({ parent }: ts.Node, source: ts.SourceFile): boolean {
  const table = ts.isPropertyAssignment(parent) ? parent.parent.parent : undefined;
  return table !== undefined && ts.isVariableDeclaration(table) && /, true>+$/.test(table.type?.getText(source) ?? '');
}

function ofNumber(node: ts.NumericLiteral, source: ts.SourceFile): readonly Change[] {
  const value = Number(node.getText(source).replaceAll('_', ''));
  if (!Number.isFinite(value)) return [];
  const wrong = value === 0 ? '1' : isChosen(value) ? String(value * 10) : String(value % 2 === 0 ? value + 1 : value - 1);
  return [[node.getStart(source), node.end, wrong, 'constant']];
}

/** `quantity > 0` is `quantity > 1` of whatever is traded: a share is ten thousand units of it, a cent as many of a price. */
function isUnitOfScaled(node: ts.NumericLiteral, source: ts.SourceFile): boolean {
  const { parent } = node;
  if (node.text !== '0' || !ts.isBinaryExpression(parent) || parent.right !== node) return false;
  const { kind } = parent.operatorToken;
  return (
    (kind === ts.SyntaxKind.GreaterThanToken || kind === ts.SyntaxKind.LessThanEqualsToken) && SCALED.test(parent.left.getText(source))
  );
}

/** One place more in a typed array is read by nobody. */
function isLengthOfArray({ parent }: ts.NumericLiteral, source: ts.SourceFile): boolean {
  return ts.isNewExpression(parent) && /Array$/.test(parent.expression.getText(source));
}

/** A cap or a time that somebody chose and that could as well be one more: 20 001 is no fault there, a wrong digit is. */
function isChosen(value: number): boolean {
  return value >= 64 && (value % 100 === 0 || Number.isInteger(Math.log2(value)));
}

/** Two neighbours of the same sort of expression; a call of something else's method with a function is no pair. */
function ofArguments(node: ts.CallExpression, source: ts.SourceFile): readonly Change[] {
  if (EITHER_WAY.test(node.expression.getText(source))) return [];
  const plain = (one: ts.Expression): boolean => ts.isIdentifier(one) || ts.isPropertyAccessExpression(one) || ts.isNumericLiteral(one);
  return node.arguments.slice(1).flatMap((right, at): readonly Change[] => {
    const left = node.arguments[at];
    if (left === undefined || !plain(left) || !plain(right) || left.getText(source) === right.getText(source)) return [];
    // The transaction, the state and the context come first everywhere, and a swap of them ends at once.
    if (at === 0 && /^(?:tx|state|ctx|context|desk|deps|this|source|root|folder|path)$/.test(left.getText(source))) return [];
    return [[left.getStart(source), right.end, `${right.getText(source)}, ${left.getText(source)}`, 'arguments']];
  });
}

function ofStatement(node: ts.ExpressionStatement, source: ts.SourceFile): readonly Change[] {
  const { expression } = node;
  // What the top of a file does is loading it.
  if (ts.isSourceFile(node.parent) || expression.kind === ts.SyntaxKind.SuperKeyword) return [];
  if (ts.isCallExpression(expression)) {
    const called = expression.expression;
    if (called.kind === ts.SyntaxKind.SuperKeyword || WORDS.test(called.getText(source))) return [];
  }
  return [[node.getStart(source), node.end, ts.isBlock(node.parent) ? '' : ';', 'statement']];
}

function ofEarlyReturn(node: ts.IfStatement, source: ts.SourceFile): readonly Change[] {
  const { thenStatement, elseStatement } = node;
  const only = ts.isBlock(thenStatement) && thenStatement.statements.length === 1 ? thenStatement.statements[0] : thenStatement;
  if (elseStatement !== undefined || only === undefined || !(ts.isReturnStatement(only) || ts.isContinueStatement(only))) return [];
  return [[node.getStart(source), node.end, ts.isBlock(node.parent) ? '' : ';', 'return']];
}

/** A stretch of code that runs from its beginning whenever it is entered. */
export interface Place {
  readonly start: number;
  readonly end: number;
  readonly kind: 'block' | 'expression' | 'case';
}

/** Where the innermost stretch around this code begins; undefined at the top of the file, which runs when it is loaded. */
export function placeAround(places: readonly Place[], at: number): number | undefined {
  let inner: Place | undefined;
  for (const place of places) if (place.start <= at && at < place.end && (inner === undefined || place.start >= inner.start)) inner = place;
  return inner?.start;
}

/** Every block of statements, every body of an arrow that is one expression, and what follows each `case`. */
export function placesOf(file: string, text: string): readonly Place[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const places: Place[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node)) places.push({ start: node.getStart(source), end: node.end, kind: 'block' });
    if (ts.isArrowFunction(node) && !ts.isBlock(node.body))
      places.push({ start: node.body.getStart(source), end: node.body.end, kind: 'expression' });
    const [first] = ts.isCaseOrDefaultClause(node) ? node.statements : [];
    if (first !== undefined && !ts.isBlock(first)) places.push({ start: first.getStart(source), end: node.end, kind: 'case' });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

/** A repeatable shuffle's beginning (mulberry32). */
export function drawn<T>(all: readonly T[], count: number, seed: number): readonly T[] {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const left = [...all];
  for (let at = 0; at < Math.min(count, left.length); at += 1) {
    const other = at + Math.floor(next() * (left.length - at));
    [left[at], left[other]] = [left[other] as T, left[at] as T];
  }
  return left.slice(0, count);
}
