// Wall 3: what a reader cannot be trusted to see. The banned sources of time and chance live in system/ (real) and simulator/ (seeded).
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

const injected = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'Use the injected Clock: replays and tests own the time.',
  },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use the injected Clock: replays and tests own the time.' },
  { selector: "CallExpression[callee.name='Date']", message: 'Use the injected Clock: replays and tests own the time.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Use an injected seeded source: a run must be repeatable.',
  },
  { selector: "MemberExpression[property.name='randomUUID']", message: 'Use the injected IdSource.' },
  { selector: "ImportSpecifier[imported.name='randomUUID']", message: 'Use the injected IdSource.' },
];

const bridge = [
  {
    selector: 'MemberExpression[object.name=/^(window|globalThis|self)$/][property.name=/^(desk|bridge|triggerdesk)$/i]',
    message: 'Only link/ speaks over the bridge: use it.',
  },
  { selector: 'NewExpression[callee.name=/^(WebSocket|EventSource|XMLHttpRequest)$/]', message: 'Only link/ opens a connection: use it.' },
  { selector: "CallExpression[callee.name='fetch']", message: 'Only link/ opens a connection: use it.' },
];

/** Whoever stands outside the core reads `core.view` and asks `core.commands`; a hand on the state itself could clear a latch. */
const outside = [
  { selector: 'Identifier[name=/^deskState$/i]', message: 'Read core.view and ask core.commands: only the core writes its state.' },
  { selector: "Literal[value='deskState']", message: 'Read core.view and ask core.commands: only the core writes its state.' },
  {
    selector: "ImportDeclaration[source.value='#core/state/desk-state'] > ImportSpecifier[imported.name!=/^(engineState|DeskPorts)$/]",
    message: 'Ask core.commands: nothing is committed or logged from outside the core by its own hand.',
  },
];

/**
 * A bare number becomes a price, a quantity or an amount in the domain only, by an operator or a constructor with a name. The rule reads
 * types, so that an alias, a union, `typeof` and `never` do not slip past it. It stands by itself: entries of no-restricted-syntax replace
 * each other, and tests and the simulator switch those off. Ids are not among its nouns.
 */
const NOUNS = new Set(['Price', 'Quantity', 'Amount']);

const noNounAssertion = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      noun: 'Only the domain asserts a noun: use an operator (#domain/scaled) or a constructor (priceOf, units, trustedPrice …).',
    },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const isNoun = (type) => {
      if (type.isUnion()) return type.types.some(isNoun);
      if (!type.isIntersection()) return checker.isArrayType(type) && checker.getTypeArguments(type).some(isNoun);
      const marks = type.types.flatMap((part) => part.getProperties()).filter(({ escapedName }) => escapedName.startsWith('__@brand@'));
      return marks.some((mark) => NOUNS.has(checker.getTypeOfSymbol(mark).value));
    };
    const check = (node) => {
      const asserted = esTreeNodeToTSNodeMap.get(node);
      const type = checker.getTypeAtLocation(asserted);
      // `0 as never` fits everywhere; where a noun is expected it is one.
      const meant = checker.typeToString(type) === 'never' ? checker.getContextualType(asserted) : type;
      if (meant !== undefined && isNoun(meant)) context.report({ node, messageId: 'noun' });
    };
    return { TSAsExpression: check, TSTypeAssertion: check };
  },
};

export default defineConfig(
  { ignores: ['out/**', 'coverage/**', 'test-results/**', '**/*.cjs', 'tests/standin/**', 'node_modules/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['src-*/**/*.{ts,tsx}', 'tests/**/*.{ts,tsx}', 'bench/**/*.ts', '*.ts'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.main.json', './tsconfig.web.json'] } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      'max-lines': ['error', 450],
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true } },
      ],
      'no-restricted-syntax': ['error', ...injected],
    },
  },
  { files: ['src-renderer/**'], ignores: ['src-renderer/link/**'], rules: { 'no-restricted-syntax': ['error', ...injected, ...bridge] } },
  { files: ['src-main/desk/**', 'src-main/app/**'], rules: { 'no-restricted-syntax': ['error', ...injected, ...outside] } },
  { files: ['src-main/system/**', 'src-main/simulator/**'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['src-*/**/*.{ts,tsx}', 'tests/**/*.{ts,tsx}', 'bench/**/*.ts'],
    ignores: ['src-shared/domain/**'],
    plugins: { desk: { rules: { 'no-noun-assertion': noNounAssertion } } },
    rules: { 'desk/no-noun-assertion': 'error' },
  },
  { files: ['*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['tests/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-restricted-syntax': 'off' },
  },
  { files: ['scripts/**/*.mjs', '*.mjs'], extends: [ts.configs.strict], rules: { 'max-lines': ['error', 450] } },
);
