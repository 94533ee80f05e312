// The house's own lint rules; eslint.config.mjs says where each one holds, tests/arch/lint.test.ts plants what each must refuse.
import { relative, sep } from 'node:path';

/** @typedef {import('eslint').Rule.RuleModule} Rule */
/** @typedef {import('eslint').Rule.RuleContext} Context */

/**
 * A bare number becomes a price, a quantity or an amount in the domain only, by an operator or a constructor with a name. The rule reads
 * types, so that an alias, a union, `typeof` and `never` do not slip past it. Ids have a rule of their own: tests write them as literals.
 * @param {ReadonlySet<string>} brands @param {string} says @returns {Rule}
 */
const noAssertionTo = (brands, says) => ({
  meta: {
    type: 'problem',
    schema: [],
    messages: { noun: says },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    /** @type {(type: any) => boolean} */
    const isNoun = (type) => {
      if (type.isUnion()) return type.types.some(isNoun);
      if (!type.isIntersection()) return checker.isArrayType(type) && checker.getTypeArguments(type).some(isNoun);
      const properties = type.types.flatMap((/** @type {any} */ part) => part.getProperties());
      return properties.some(
        (/** @type {any} */ mark) => mark.escapedName.startsWith('__@brand@') && brands.has(checker.getTypeOfSymbol(mark).value),
      );
    };
    /** @type {(node: any) => void} */
    const check = (node) => {
      const asserted = esTreeNodeToTSNodeMap.get(node);
      const type = checker.getTypeAtLocation(asserted);
      // `0 as never` fits everywhere; where a noun is expected it is one.
      const meant = checker.typeToString(type) === 'never' ? checker.getContextualType(asserted) : type;
      if (meant !== undefined && isNoun(meant)) context.report({ node, messageId: 'noun' });
    };
    return { TSAsExpression: check, TSTypeAssertion: check };
  },
});

const noNounAssertion = noAssertionTo(
  new Set(['Price', 'Quantity', 'Amount']),
  'Only the domain asserts a noun: use an operator (#domain/scaled) or a constructor (priceOf, units, trustedPrice …).',
);

const noIdAssertion = noAssertionTo(
  new Set(['ConId', 'OrderId', 'PermId', 'ClientId', 'ExecId', 'AccountId', 'TriggerId', 'OrderRef', 'OrderKey']),
  'Only the domain asserts an id: use its constructor (#domain/ids: orderKeyOf, conIdOf …).',
);

/** The name of a property, also where it is a string in brackets; undefined where it is computed. @type {(node: any) => string | undefined} */
function nameOf({ computed, property, key = property }) {
  if (key.type === 'Literal') return String(key.value);
  return computed || !('name' in key) ? undefined : key.name;
}

/** What stands in parentheses of the types, behind `?.` or before `??`. @type {(node: any) => any} */
function bare(node) {
  if (['ChainExpression', 'TSNonNullExpression', 'TSAsExpression', 'TSSatisfiesExpression'].includes(node.type))
    return bare(node.expression);
  return node.type === 'LogicalExpression' && node.operator !== '&&' ? bare(node.left) : node;
}

/** The names from the pattern's root down to a name that it unpacks. @type {(name: any) => readonly string[]} */
function unpacked(name) {
  const { parent } = name;
  if (parent.type === 'AssignmentPattern') return unpacked(parent);
  if (parent.type !== 'Property') return [];
  return [...unpacked(parent.parent), nameOf(parent) ?? '?'];
}

/**
 * The names by which a value was reached, `['desk', 'stores', 'orders']`, `?` for what has none; a value that was unpacked or named anew before
 * is followed to where it came from.
 * @type {(context: Context, node: any) => readonly string[]}
 */
function pathOf(context, node) {
  const value = bare(node);
  if (value.type === 'MemberExpression') return [...pathOf(context, value.object), nameOf(value) ?? '?'];
  if (value.type !== 'Identifier') return ['?'];
  const references = context.sourceCode.getScope(value).references;
  const definition = references.find(({ identifier }) => identifier === value)?.resolved?.defs[0];
  if (definition === undefined) return [value.name];
  const names = unpacked(definition.name);
  const { init } = /** @type {any} */ (definition.node);
  if (definition.type === 'Variable' && init) return [...pathOf(context, init), ...names];
  return names.length === 0 ? [value.name] : ['?', ...names];
}

/** A store with a life table has one writer, for whoever writes beside it has not asked the table. @type {Rule} */
const oneWriter = {
  meta: {
    type: 'problem',
    // store → the files that may write it
    schema: [{ type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } }],
    messages: { writer: 'Only {{files}} writes stores.{{store}}: it asks the life table. Call it.' },
  },
  create(context) {
    const file = relative(context.cwd, context.filename).split(sep).join('/');
    return {
      CallExpression(node) {
        const [store] = node.arguments;
        if (node.callee.type !== 'MemberExpression' || store === undefined) return;
        if (!['set', 'delete'].includes(nameOf(node.callee) ?? '')) return;
        const [room, name = ''] = pathOf(context, store).slice(-2);
        const files = /** @type {readonly string[] | undefined} */ (context.options[0][name]);
        if (room !== 'stores' || files === undefined || files.includes(file)) return;
        context.report({ node, messageId: 'writer', data: { store: name, files: files.join(', ') } });
      },
    };
  },
};

const PROSE = new Set(['note', 'text', 'reason', 'title', 'why']);
const LOOKUPS = new Set(['test', 'exec', 'has', 'get', 'includes', 'indexOf', 'startsWith', 'endsWith']);
/** @type {(node: any) => boolean} */
function isMissing(node) {
  return (node.type === 'Identifier' && node.name === 'undefined') || (node.type === 'Literal' && node.value === null);
}

const COMPARISONS = new Set(['===', '!==', '==', '!=']);

/**
 * A text made for people steers nothing: who words it anew would change what the desk does. It may be shown, kept and found missing. The rule
 * reads types: a `reason` that is one of a few words is a code, and codes may be read.
 * @type {Rule}
 */
const noReadOfProse = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { prose: 'Nothing is decided by a text made for people ({{name}}): keep what is meant as a value of its own.' },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    /** @type {(node: any) => boolean} */
    const isText = (node) => {
      const type = checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node));
      const parts = type.isUnion() ? type.types : [type];
      return parts.some((/** @type {any} */ part) => checker.typeToString(part) === 'string');
    };
    /** The name of the text that is read, be it a property, a method that gives it or what was unpacked. @type {(node: any) => string | undefined} */
    const proseIn = (node) => {
      const value = bare(node);
      const path = pathOf(context, value.type === 'CallExpression' ? value.callee : value);
      const name = path.length < 2 ? '' : (path.at(-1) ?? '');
      return PROSE.has(name) && isText(value) ? name : undefined;
    };
    /** @type {(node: any, read: readonly any[]) => void} */
    const check = (node, read) => {
      const name = read.map(proseIn).find((found) => found !== undefined);
      if (name !== undefined) context.report({ node, messageId: 'prose', data: { name } });
    };
    return {
      BinaryExpression(node) {
        const sides = [node.left, node.right];
        if (COMPARISONS.has(node.operator) && !sides.some(isMissing)) check(node, sides);
      },
      SwitchStatement: (node) => check(node, [node.discriminant]),
      CallExpression(node) {
        if (node.callee.type !== 'MemberExpression') return;
        check(node, [node.callee.object, ...(LOOKUPS.has(nameOf(node.callee) ?? '') ? node.arguments : [])]);
      },
    };
  },
};

/** @type {Readonly<Record<string, Rule>>} */
export const rules = {
  'no-noun-assertion': noNounAssertion,
  'no-id-assertion': noIdAssertion,
  'one-writer': oneWriter,
  'no-read-of-prose': noReadOfProse,
};
