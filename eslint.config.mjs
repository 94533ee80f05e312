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
  { files: ['src-main/system/**', 'src-main/simulator/**'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['*.config.ts'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['tests/**', 'bench/**'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', 'no-restricted-syntax': 'off' },
  },
  { files: ['scripts/**/*.mjs', '*.mjs'], extends: [ts.configs.strict], rules: { 'max-lines': ['error', 450] } },
);
