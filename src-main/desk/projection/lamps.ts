import type { FarmState } from '#core/ports/broker';
import type { DeskView } from '#core/state/desk-view';
import type { Lamp } from '#protocol/topics';

/** The lamps of the header, in their order: the socket to TWS, TWS to IB, the farms of quotes and of history. */
export function lamps(view: DeskView, now: number): readonly Lamp[] {
  const farms = (kind: FarmState['kind']): readonly FarmState[] => view.link.farms.filter((farm) => farm.kind === kind);
  return [socketLamp(view, now), upstreamLamp(view), farmLamp('data', farms('market')), farmLamp('hmds', farms('history'))];
}

function socketLamp(view: DeskView, now: number): Lamp {
  const { link } = view;
  const slowest = Math.max(...link.connections.map((connection) => connection.roundTripMs ?? 0), 0);
  const answered = Math.min(...link.connections.map((connection) => connection.heartbeatAt ?? 0), now);
  const retry = Math.min(...link.connections.map((connection) => connection.retryAt ?? Number.POSITIVE_INFINITY));
  const up = link.connections.filter((connection) => connection.socket === 'up').length;
  const detail = link.connections
    .map(
      (connection) =>
        `${connection.role} (client ${connection.clientId}): ${connection.socket}${connection.roundTripMs === undefined ? '' : `, ${connection.roundTripMs.toFixed(0)} ms`}${connection.longFrames === undefined ? '' : `, ${connection.longFrames} messages too long`}`,
    )
    .join('; ');
  if (link.ready)
    return { name: 'TWS', state: 'ok', text: `${Math.max(1, Math.round(slowest))} ms`, since: answered === 0 ? null : answered, detail };
  const login = view.stores.outage.get('desk')?.kind === 'login';
  const wait = login
    ? 'log in'
    : Number.isFinite(retry)
      ? `retry in ${Math.max(0, Math.ceil((retry - now) / 1_000))} s`
      : link.problem === undefined
        ? 'connecting'
        : 'down';
  return {
    name: 'TWS',
    state: up > 0 ? 'warn' : 'down',
    text: wait,
    since: null,
    detail: detail === '' ? (link.problem?.text ?? 'not connected') : detail,
  };
}

function upstreamLamp(view: DeskView): Lamp {
  const { link } = view;
  const up = link.upstream === 'up' && link.connections.some((connection) => connection.socket === 'up');
  const down = link.upstream === 'down';
  return {
    name: 'IB',
    state: down ? 'down' : up ? 'ok' : 'unknown',
    text: down ? 'down' : up ? 'up' : '—',
    since: link.upstreamSince === 0 ? null : link.upstreamSince,
    detail: down ? 'TWS has lost its connection to IB' : up ? 'TWS is connected to IB' : 'TWS has not said yet',
  };
}

function farmLamp(name: string, farms: readonly FarmState[]): Lamp {
  const broken = farms.filter((farm) => farm.state === 'broken');
  const detail = farms.length === 0 ? 'TWS has named no farm yet' : farms.map((farm) => `${farm.name}: ${farm.state}`).join('; ');
  if (broken.length > 0)
    return {
      name: broken.map((farm) => farm.name).join(' '),
      state: name === 'data' ? 'down' : 'warn',
      text: 'down',
      since: broken[0]?.since ?? null,
      detail,
    };
  return { name, state: farms.length === 0 ? 'unknown' : 'ok', text: farms.length === 0 ? '—' : 'ok', since: null, detail };
}
