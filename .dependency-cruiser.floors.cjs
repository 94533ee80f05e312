// The floors of the rooms that have rooms inside, lowest first. A room may import itself and the floors below it; rooms of one floor do not
// know each other. Each room is one rule with one sentence; tests/arch/floors.test.ts plants every arrow that must not be.

/** @typedef {{ readonly room: string, readonly why: string }} Room */
/** @typedef {{ readonly name: string, readonly folder: string, readonly floors: readonly (readonly Room[])[] }} House */

/** @param {string} room @param {string} why @returns {Room} */
const room = (room, why) => ({ room, why });

/** @type {readonly House[]} */
const HOUSES = [
  {
    name: 'core',
    folder: 'src-main/core',
    floors: [
      [
        room('order', 'What an order is and may become is arithmetic on nouns; it sends nothing and knows no desk.'),
        room('market', 'Quotes and their quality come from ticks alone; who trades on them is not known here.'),
        room('portfolio', 'Positions and accounts come from fills and from what the broker reports, and from nothing else.'),
      ],
      [
        room('trigger', 'Whether a rule is true is read from quotes; nothing here can send.'),
        room('risk', 'A verdict is made from figures it is given; it reads no state, so that nobody can hide one from it.'),
      ],
      [room('ports', 'What the core needs from outside, as interfaces; they know the nouns and what risk has approved.')],
      [room('commit', 'Commits carry values of any kind; the coordinator knows the journal’s port and no decision.')],
      [room('state', 'What the desk knows is kept here; whoever decides stands above it.')],
      [room('pretrade', 'State is read into a risk context and a gate; nothing is sent or changed here.')],
      [room('execution', 'What leaves goes through here; why it leaves is decided above.')],
      [
        room('reports', 'What the broker says is booked; it does not know who kills, protects or fires because of it.'),
        room('safety', 'Stopping must not depend on what is being stopped: kill, loss limit, breaker and outage know no sibling.'),
        room('protection', 'Exits follow what is held, whoever opened it.'),
        room('strategy/trigger', 'Triggers arm and fire; kills, reports and exits are not their business.'),
      ],
      [room('reconciliation', 'The comparison sees what is told and what is safe; the engine starts it and is not known here.')],
      [room('engine', 'The engine has seen every room and is seen by none.')],
    ],
  },
  {
    name: 'tws',
    folder: 'src-main/tws',
    floors: [
      [
        room('socket', 'Bytes, frames and ids; what they mean is read above.'),
        room('pacing', 'How many messages may leave is counted without knowing which.'),
      ],
      [
        room('session', 'One connection lives and dies; what is asked over it is not known here.'),
        room('contract', 'Contracts are translated both ways, and nothing else.'),
        room('notice', 'Codes are looked up in one table; who acts on them is above.'),
      ],
      [room('link', 'All connections make one picture of the link.')],
      [
        room('order', 'Orders and executions, out and in; quotes and accounts are other rooms.'),
        room('market', 'Quotes, bars and searches; orders and accounts are other rooms.'),
        room('account', 'Positions and figures of accounts; orders and quotes are other rooms.'),
      ],
    ],
  },
  {
    name: 'desk',
    folder: 'src-main/desk',
    floors: [
      [room('entrance', 'Who may say how much how often is decided before anything is understood.')],
      [room('stream', 'Rows and values are published whatever they hold.')],
      [room('projection', 'State becomes rows; what is asked of the desk is answered above.')],
      [room('handlers', 'Commands and queries see all the rooms of the desk and are seen by none.')],
    ],
  },
  {
    name: 'simulator',
    folder: 'src-main/simulator',
    floors: [
      [
        room('model', 'Nouns of the gateway’s world: instruments, ticks, orders as told, fills.'),
        room('calendar', 'Trading days and hours; nothing trades here.'),
      ],
      [room('wire', 'Messages to bytes and back; what they do is decided above.')],
      [room('market', 'Where prices come from; who trades on them is above.')],
      [room('engine', 'The exchange matches and books; sockets are not known here.')],
      [room('gateway', 'Sessions ask and are answered; faults are laid over it from above.')],
      [room('fault', 'A fault plan may reach every room, and none depends on it.')],
    ],
  },
];

/** @param {string} text */
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @param {House} house */
function floorRules({ name, folder, floors }) {
  const rules = floors.flatMap((floor, level) =>
    floor.map(({ room, why }) => ({
      name: `floor-${name}-${room.replace('/', '-')}`,
      comment: why,
      severity: 'error',
      from: { path: `^${escaped(folder)}/${escaped(room)}/` },
      to: {
        path: `^${escaped(folder)}/`,
        pathNot: [
          room,
          ...floors
            .slice(0, level)
            .flat()
            .map((below) => below.room),
        ].map((may) => `^${escaped(folder)}/${escaped(may)}/`),
      },
    })),
  );
  const known = floors.flat().map(({ room }) => escaped(room));
  return [
    ...rules,
    {
      name: `floor-${name}-has-no-other-room`,
      comment: `A folder of ${folder} that stands on no floor would escape every arrow.`,
      severity: 'error',
      from: { path: `^${escaped(folder)}/(?!(${known.join('|')})/)${name === 'core' ? '' : '[^/]+/'}` },
      to: {},
    },
  ];
}

module.exports = { HOUSES, floorRules };
