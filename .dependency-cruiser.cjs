// The arrows of the house as rules. Arrows only point down, siblings on a floor do not know each other, only `app` has seen everyone.
// tests/arch/arrows.test.ts runs them over the tree, and plants a fault for every one of them.

const { HOUSES, floorRules } = require('./.dependency-cruiser.floors.cjs');

const DOMAIN = '^src-shared/domain/';
const PROTOCOL = '^src-shared/protocol/';
/** @param {string[]} names */
const main = (...names) => names.map((name) => `^src-main/${name}/`);
/** @param {string[]} names */
const page = (...names) => names.map((name) => `^src-renderer/${name}/`);
/** @param {string[]} names */
const packages = (...names) => names.map((name) => `(^|/)node_modules/(@types/)?${name}/`);

/**
 * A room may import what is listed and nothing else; `node` adds Node's own modules.
 * @param {string} name @param {string} comment @param {string} from @param {{ may: string[], node?: boolean }} arrows
 */
const room = (name, comment, from, { may, node = false }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: may, ...(node ? { dependencyTypesNot: ['core'] } : {}) },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    // The ground and the hall.
    room('domain-stands-alone', 'Nouns and their arithmetic depend on nothing, so that everybody can depend on them.', DOMAIN, {
      may: [DOMAIN],
    }),
    room('protocol-on-domain', 'Sentences between main and screen are made of nouns and zod.', PROTOCOL, {
      may: [PROTOCOL, DOMAIN, ...packages('zod')],
    }),
    room(
      'core-is-pure',
      'What decides knows the nouns and itself: no library, no Node, no adapter. It owns the ports that others implement.',
      '^src-main/core/',
      {
        may: [...main('core'), DOMAIN],
      },
    ),
    {
      name: 'risk-holds-the-seal',
      comment: 'Only risk can make an Approved value: whoever else could import the seal could send an order that nobody checked.',
      severity: 'error',
      from: { path: '^src-', pathNot: '^src-main/core/risk/' },
      to: { path: '^src-main/core/risk/seal\\.ts$' },
    },
    room(
      'desk-on-core',
      'What an operator can ask is answered from the core in the words of the protocol; it knows no door and no adapter.',
      '^src-main/desk/',
      {
        may: [...main('desk', 'core'), PROTOCOL, DOMAIN],
      },
    ),

    // Drivers behind the ports.
    room('tws-behind-ports', 'The TWS adapter implements ports; it never learns how the core decides.', '^src-main/tws/', {
      may: [...main('tws', 'core/ports'), DOMAIN, ...packages('@stoqey/ib', 'cockatiel')],
      node: true,
    }),
    room(
      'simulator-stands-alone',
      'A simulator that imported the order code would agree with its bugs: it shares the nouns and nothing else.',
      '^src-main/simulator/',
      {
        may: [...main('simulator'), DOMAIN],
        node: true,
      },
    ),
    {
      name: 'simulator-started-by-app',
      comment: 'The program must not lean on its own simulator: only app starts it.',
      severity: 'error',
      from: { path: '^src-', pathNot: '^src-main/(simulator|app)/' },
      to: { path: '^src-main/simulator/' },
    },
    room('journal-behind-ports', 'The journal writes commits to disk behind a port.', '^src-main/journal/', {
      may: [...main('journal', 'core/ports', 'core/commit'), DOMAIN],
      node: true,
    }),
    {
      name: 'journal-knows-commit-types',
      comment: 'The journal knows the shape of a commit, never the code that makes one.',
      severity: 'error',
      from: { path: '^src-main/journal/' },
      to: { path: '^src-main/core/commit/', dependencyTypesNot: ['type-only'] },
    },
    room('workers-on-commit', 'Jobs on the worker pool verify replays and compute; they take no decisions.', '^src-main/workers/', {
      may: [...main('workers', 'core/ports', 'core/commit', 'journal'), DOMAIN, ...packages('zod', 'piscina')],
      node: true,
    }),
    room(
      'system-behind-ports',
      'Clock, ids, logger and settings implement ports; settings are described by the protocol.',
      '^src-main/system/',
      {
        may: [...main('system', 'core/ports'), PROTOCOL, DOMAIN, ...packages('pino')],
        node: true,
      },
    ),

    // Doors.
    room(
      'desktop-sees-desk',
      'The desktop door sees the desk only, as the other door does: that keeps the control API honest.',
      '^src-main/desktop/',
      {
        may: [...main('desktop', 'desk'), PROTOCOL, DOMAIN, ...packages('electron')],
        node: true,
      },
    ),
    room('control-sees-desk', 'The HTTP door sees the desk only: what one door can do, the other can.', '^src-main/control/', {
      may: [...main('control', 'desk'), PROTOCOL, DOMAIN, ...packages('fastify', '@fastify/websocket', 'ws')],
      node: true,
    }),
    {
      name: 'electron-at-the-shell',
      comment:
        'Everything but the desktop door, the front step and the preload runs without Electron, so that it can be tested and served without it.',
      severity: 'error',
      from: { path: '^src-', pathNot: '^(src-main/(index\\.ts$|desktop/|app/electron)|src-preload/)' },
      to: { path: packages('electron') },
    },

    // The builder and the front steps.
    {
      name: 'app-free-of-doors-to-electron',
      comment: 'The daemon is built by app too: only its electron files may reach the desktop door.',
      severity: 'error',
      from: { path: '^src-main/', pathNot: '^src-main/(index\\.ts$|desktop/|app/electron)' },
      to: { path: '^src-main/desktop/' },
    },
    {
      name: 'daemon-runs-without-electron',
      comment: 'The daemon starts where Electron is not installed: nothing it reaches, however far away, may import it.',
      severity: 'error',
      from: { path: '^src-main/(daemon|workers/worker|simulator/main)\\.ts$' },
      to: { path: packages('electron'), reachable: true },
    },
    {
      name: 'nobody-imports-app',
      comment: 'Only the front steps hold the builder; a part that could import it could reach every other part.',
      severity: 'error',
      from: { path: '^src-', pathNot: '^src-main/(app/|index\\.ts$|daemon\\.ts$)' },
      to: { path: '^src-main/app/' },
    },
    room('index-is-a-step', "Electron's front step calls app and desktop and decides nothing.", '^src-main/index\\.ts$', {
      may: [...main('app', 'desktop'), ...packages('electron')],
      node: true,
    }),
    room('daemon-is-a-step', "Node's front step calls app and control and decides nothing.", '^src-main/daemon\\.ts$', {
      may: main('app', 'control'),
      node: true,
    }),
    {
      name: 'nobody-imports-a-step',
      comment: 'A front step runs when it is loaded: it is started, never imported.',
      severity: 'error',
      from: { path: '^src-' },
      to: { path: '^src-main/(index|daemon|simulator/main|workers/worker)\\.ts$' },
    },

    // The other side of the glass.
    {
      name: 'glass',
      comment: 'Preload and page never import the main side: they speak with it.',
      severity: 'error',
      from: { path: '^src-(preload|renderer)/' },
      to: { path: '^src-main/' },
    },
    room('preload-carries', 'The preload passes two functions across; it has no logic and knows protocol types only.', '^src-preload/', {
      may: ['^src-preload/', PROTOCOL, ...packages('electron')],
    }),
    {
      name: 'preload-knows-types-only',
      comment: 'A sandboxed preload is one file without libraries: of the protocol it takes types.',
      severity: 'error',
      from: { path: '^src-preload/' },
      to: { path: PROTOCOL, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'page-without-node',
      comment: 'The page runs in a sandbox: Node and the main side’s libraries do not exist there.',
      severity: 'error',
      from: { path: '^src-renderer/' },
      to: {
        path: [
          '^(node:)?(fs|path|os|net|http|https|crypto|events|stream|util|url|child_process|worker_threads|async_hooks)$',
          ...packages('@stoqey/ib', 'fastify', '@fastify/[^/]+', 'pino', 'piscina', 'cockatiel', 'electron'),
        ],
      },
    },
    room(
      'link-feeds-replicas',
      'The link carries sentences over the bridge or a socket and hands what it hears to the replicas.',
      page('link')[0],
      {
        may: [...page('link', 'replica'), PROTOCOL, DOMAIN],
      },
    ),
    room('replica-on-protocol', 'A replica applies patches; where they come from is not its business.', page('replica')[0], {
      may: [...page('replica'), PROTOCOL, DOMAIN],
    }),
    room('format-is-pure', 'Figures to text: nouns in, strings out.', page('format')[0], { may: [...page('format'), DOMAIN] }),
    {
      name: 'ui-knows-no-stores',
      comment: 'Tables, dialogs and lamps are given what they show: they know no store, no replica, no link.',
      severity: 'error',
      from: { path: page('ui') },
      to: { path: ['^src-renderer/(?!(ui|format)/)', ...packages('zustand')] },
    },
    room(
      'hook-on-link',
      'A hook turns a replica or a command of the link into React; what the operator looks at is not its business.',
      page('hook')[0],
      {
        may: [...page('hook', 'link', 'replica'), PROTOCOL, DOMAIN, ...packages('react')],
      },
    ),
    room(
      'view-is-the-operators',
      'What this screen looks at (selection, sorting, tabs, dialogs, sizes) is the operator’s: it holds nothing of the desk and knows no link.',
      page('view')[0],
      {
        may: [...page('view', 'ui'), PROTOCOL, DOMAIN, ...packages('react', 'zustand')],
      },
    ),
    room('draft-is-text', 'A draft is what was typed and how it is read: it draws nothing and asks the desk nothing.', page('draft')[0], {
      may: [...page('draft', 'view', 'format'), PROTOCOL, DOMAIN, ...packages('zustand')],
    }),
    room(
      'form-is-given-its-text',
      'A field is given its text and says what was typed: it knows no draft and no store, so that every form can use it.',
      page('form')[0],
      {
        may: [...page('form', 'hook', 'ui', 'format'), PROTOCOL, DOMAIN, ...packages('react')],
      },
    ),
    room(
      'panels-through-hooks',
      'A panel shows rows and sends commands through hooks; link and replicas are behind them, the shell that mounts it is above.',
      page('panels')[0],
      {
        may: [...page('panels', 'draft', 'form', 'hook', 'view', 'ui', 'format'), PROTOCOL, DOMAIN, '(^|/)node_modules/'],
      },
    ),
    {
      name: 'panels-know-no-neighbour',
      comment: 'What two panels share stands below them; a panel that imports another cannot be moved, closed or tested alone.',
      severity: 'error',
      from: { path: '^src-renderer/panels/([^/]+)/' },
      to: { path: '^src-renderer/panels/', pathNot: '^src-renderer/panels/$1/' },
    },
    room('shell-mounts', 'The shell puts panels in their places and opens dialogs; what they show and send is theirs.', page('shell')[0], {
      may: [...page('shell', 'panels', 'hook', 'view', 'ui', 'format'), PROTOCOL, DOMAIN, '(^|/)node_modules/'],
    }),
    room('page-is-a-step', 'The page’s front step makes the link and calls the shell, and decides nothing.', '^src-renderer/main\\.tsx$', {
      may: [...page('link', 'shell', 'ui'), ...packages('react', 'react-dom')],
    }),
    {
      name: 'page-rooms-have-rules',
      comment: 'A room of the page that no rule names would escape every other rule.',
      severity: 'error',
      from: { path: '^src-renderer/(?!(format|replica|ui|link|hook|view|draft|form|panels|shell)/)[^/]+/' },
      to: {},
    },

    // Rooms with floors inside.
    ...HOUSES.flatMap(floorRules),

    // Tests.
    {
      name: 'program-free-of-tests',
      comment: 'Tests, benches and scripts may look at the program; the program never leans on them.',
      severity: 'error',
      from: { path: '^src-' },
      to: { path: '^(tests|bench|scripts)/' },
    },

    // All rooms.
    {
      name: 'rooms-by-name',
      comment: 'Between rooms one writes #domain/…, #core/…: a relative path that leaves its room hides which arrow it is.',
      severity: 'error',
      from: { path: '^(src-main/core/[^/]+|src-main/[^/]+|src-shared/[^/]+|src-renderer|src-preload)/' },
      to: { path: '^src-', pathNot: '^$1/', dependencyTypesNot: ['aliased-subpath-import'] },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one idea, or an arrow points up.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that cannot be followed would escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      conditionNames: ['import', 'types', 'node', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.d.ts', '.json', '.css'],
    },
  },
};
