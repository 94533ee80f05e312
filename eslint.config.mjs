// Wall 3: what a reader cannot be trusted to see. The banned sources of time and chance live in system/ (real) and simulator/ (seeded).
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';
import { rules as desk } from './scripts/lib/lint-rules.mjs';

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

/** What is kept beside the desk's state is not in its commits, its journal or its diagnostics, and no test sees it. */
const hidden = [{ selector: 'NewExpression[callee.name=/^Weak(Map|Set|Ref)$/]', message: 'Keep it in state/: the core hides no store.' }];

/** One idea a function. A table that is one idea says so beside its exception. */
const limits = {
  'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
  complexity: ['error', 15],
  'max-params': ['error', 5],
};

export default defineConfig(
  { ignores: ['out/**', 'coverage/**', 'test-results/**', '**/*.cjs', 'tests/standin/**', 'node_modules/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, plugins: { desk: { rules: desk } } },
  {
    files: ['src-*/**/*.{ts,tsx}', 'tests/**/*.{ts,tsx}', 'bench/**/*.ts', 'scripts/**/*.ts', '*.ts'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.main.json', './tsconfig.web.json'] } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
      'max-lines': ['error', 450],
      ...limits,
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true } },
      ],
      'no-restricted-syntax': ['error', ...injected],
    },
  },
  { files: ['src-renderer/**'], ignores: ['src-renderer/link/**'], rules: { 'no-restricted-syntax': ['error', ...injected, ...bridge] } },
  { files: ['src-main/desk/**', 'src-main/app/**'], rules: { 'no-restricted-syntax': ['error', ...injected, ...outside] } },
  {
    files: ['src-main/core/**'],
    ignores: ['src-main/core/risk/seal.ts'],
    rules: { 'no-restricted-syntax': ['error', ...injected, ...hidden] },
  },
  { files: ['src-main/system/**', 'src-main/simulator/**'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['src-*/**/*.{ts,tsx}', 'tests/**/*.{ts,tsx}', 'bench/**/*.ts'],
    ignores: ['src-shared/domain/**'],
    rules: { 'desk/no-noun-assertion': 'error' },
  },
  // Tests write ids as literals.
  {
    files: ['src-*/**/*.{ts,tsx}', 'bench/**/*.ts'],
    ignores: ['src-shared/domain/**'],
    rules: { 'desk/no-id-assertion': 'error' },
  },
  {
    files: ['src-main/**/*.ts'],
    rules: {
      'desk/one-writer': [
        'error',
        {
          orders: ['src-main/core/execution/transition.ts'],
          triggers: ['src-main/core/execution/trigger-transition.ts'],
        },
      ],
    },
  },
  // Desk and journal show and keep such texts; in the simulator `text` is a field of the wire.
  {
    files: ['src-main/**/*.ts'],
    ignores: ['src-main/desk/**', 'src-main/journal/**', 'src-main/simulator/**'],
    rules: { 'desk/no-read-of-prose': 'error' },
  },
  { files: ['*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['tests/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-restricted-syntax': 'off' },
  },
  // A `describe` is a list of tests, which is one idea.
  { files: ['tests/**/*.test.{ts,tsx}', 'tests/**/*.spec.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['scripts/**/*.mjs', 'tests/**/*.mjs', '*.mjs'],
    extends: [ts.configs.strict],
    rules: { 'max-lines': ['error', 450], ...limits },
  },
);
