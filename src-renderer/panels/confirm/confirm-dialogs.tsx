import { useState, type ReactNode } from 'react';
import type { OrderKey, TriggerId } from '#domain/ids';
import { conditionParts } from '#domain/sentence';
import type { WatcherRow } from '#protocol/topics';
import { quantityText } from '../../format/figure.ts';
import { isProtective, orderWord, triggerWord } from '../../format/order-word.ts';
import { clockText, preciseTime } from '../../format/time.ts';
import { useField, useRow, useSummary } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { Consequences, Dialog } from '../../ui/dialog.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Gone, type Closing } from '../../ui/gone-dialog.tsx';

export function CancelOrderDialog({ orderKey, onClose }: Closing & { readonly orderKey: OrderKey }): ReactNode {
  const order = useRow('orders', orderKey);
  const cancel = useCommand('order.cancel');
  if (order === undefined) return <Gone what="order" onClose={onClose} />;
  const what = `${order.side} ${quantityText(order.quantity)} ${order.symbol} ${order.type}`;
  const stop = isProtective(order);
  const submit = async (): Promise<void> => {
    const reply = await cancel.run({ key: order.key, expectedVersion: order.version });
    if (reply.ok) onClose();
  };
  return (
    <Dialog
      title={`Cancel ${what}?`}
      onClose={onClose}
      testId="cancel-order-dialog"
      footer={
        <>
          {/* Losing a stop raises the risk, so an Enter that comes too early keeps it; losing an entry does not. */}
          <button type="button" className="button" data-first={stop ? '' : undefined} onClick={onClose}>
            Keep the order
          </button>
          <button
            type="button"
            className="button"
            data-tone="danger"
            data-first={stop ? undefined : ''}
            disabled={!order.cancellable || cancel.pending}
            onClick={() => void submit()}
          >
            Cancel order
          </button>
        </>
      }
    >
      {stop && <p className="amber">This is a protective stop: without it the position has no exit at the broker.</p>}
      {!order.cancellable && <p className="amber">It is {orderWord(order.state, order.ibStatus).word} and can no longer be cancelled.</p>}
      <Consequences
        will={['A cancel goes to the broker ahead of everything else.', 'It is shown as cancelled only when the broker says so.']}
        willNot={[
          'A fill that is already on its way is not undone.',
          stop ? 'The position is not closed.' : 'Other orders stay as they are.',
        ]}
      />
      {cancel.error !== null && (
        <p className="critical" role="alert">
          {cancel.error}
        </p>
      )}
    </Dialog>
  );
}

export function DisarmDialog({ id, onClose }: Closing & { readonly id: TriggerId }): ReactNode {
  const row = useRow('watchers', id);
  const disarm = useCommand('trigger.disarm');
  if (row === undefined) return <Gone what="watcher" onClose={onClose} />;
  const submit = async (): Promise<void> => {
    const reply = await disarm.run({ id: row.id, expectedVersion: row.version });
    if (reply.ok) onClose();
  };
  const can = row.life === 'armed' || row.life === 'paused';
  return (
    <Dialog
      title={`Disarm ${row.name}?`}
      onClose={onClose}
      testId="disarm-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Keep it
          </button>
          <button
            type="button"
            className="button"
            data-tone="danger"
            data-first=""
            disabled={!can || disarm.pending}
            onClick={() => void submit()}
          >
            Disarm
          </button>
        </>
      }
    >
      <p>{row.sentence}</p>
      {!can && <p className="amber">It is {triggerWord(row.life, row.holding).word}: there is nothing to disarm.</p>}
      <Consequences
        will={['It is no longer watched and cannot fire.']}
        willNot={['Its rule is not lost: it can be armed again.', 'Orders that it already sent stay at the broker.']}
      />
      {disarm.error !== null && (
        <p className="critical" role="alert">
          {disarm.error}
        </p>
      )}
    </Dialog>
  );
}

export function StopEngineDialog({ onClose }: Closing): ReactNode {
  const stop = useCommand('engine.stop');
  const armed = useSummary('watchers', (rows) => rows.filter((row) => row.life === 'armed' || row.life === 'paused').length);
  const submit = async (): Promise<void> => {
    const reply = await stop.run({});
    if (reply.ok) onClose();
  };
  return (
    <Dialog
      title="Stop the desk?"
      onClose={onClose}
      testId="stop-engine-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Go on
          </button>
          <button type="button" className="button" data-tone="danger" data-first="" disabled={stop.pending} onClick={() => void submit()}>
            Stop and disarm
          </button>
        </>
      }
    >
      <Consequences
        will={[`${String(armed)} watcher${armed === 1 ? ' is' : 's are'} disarmed.`, 'The engine goes to IDLE; only cancels leave.']}
        willNot={['Orders at the broker keep working.', 'Positions are not closed.']}
      />
      {stop.error !== null && (
        <p className="critical" role="alert">
          {stop.error}
        </p>
      )}
    </Dialog>
  );
}

export function LiveConfirmDialog({ onClose }: Closing): ReactNode {
  const account = useField('status', 'account') ?? null;
  const paper = useField('status', 'paper') === true;
  const isOther = (useField('status', 'holds') ?? []).some(({ code }) => code === 'account');
  const confirm = useCommand('live.confirm');
  const [typed, setTyped] = useState('');
  if (account === null) return <Gone what="account" onClose={onClose} />;
  const submit = async (): Promise<void> => {
    const reply = await confirm.run({ account, phrase: typed.trim() });
    if (reply.ok) onClose();
  };
  return (
    <Dialog
      title={paper ? `Is ${account} the account you mean?` : `Trade the LIVE account ${account}?`}
      onClose={onClose}
      testId="live-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Not now
          </button>
          <button
            type="submit"
            form="live-form"
            className="button"
            data-tone="danger"
            disabled={typed.trim() !== account || confirm.pending}
          >
            Allow orders on {account}
          </button>
        </>
      }
    >
      <Consequences
        will={
          paper
            ? [
                isOther
                  ? `Orders of this program go to the paper account ${account}, which is not the one of the last run.`
                  : `Orders of this program go to the paper account ${account} at a port that IB gives to live trading.`,
              ]
            : ['Orders of this program go to a real account, with real money, until it ends.', 'The window stays framed in red.']
        }
        willNot={[
          'Nothing is armed or sent by this step.',
          paper && isOther ? 'The next start does not ask again for this account.' : 'It is not remembered: the next start asks again.',
        ]}
      />
      <form
        id="live-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() === account) void submit();
        }}
      >
        <label htmlFor="live-phrase">Type the account id to confirm</label>
        <div className="field">
          <input
            id="live-phrase"
            autoComplete="off"
            autoFocus
            maxLength={60}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
      </form>
      {confirm.error !== null && (
        <p className="critical" role="alert">
          {confirm.error}
        </p>
      )}
    </Dialog>
  );
}

export function WatcherDialog({ id, onClose }: Closing & { readonly id: TriggerId }): ReactNode {
  const row = useRow('watchers', id);
  if (row === undefined) return <Gone what="watcher" onClose={onClose} />;
  return (
    <Dialog title={row.name} onClose={onClose} testId="watcher-dialog">
      <p>{row.sentence}</p>
      {row.reason !== '' && <p className={row.holding ? 'amber' : 'dim'}>{row.reason}</p>}
      <RuleParts row={row} />
      <Facts
        title="Life"
        facts={[
          ['state', triggerWord(row.life, row.holding).word],
          ['armed by', row.armedBy ?? '—'],
          ['armed', preciseTime(row.armedTime)],
          ['fired', preciseTime(row.firedTime)],
          ['arm generation', String(row.gen)],
          ['survives this program', row.survives],
          ['quote of', clockText(row.quoteTime)],
          [
            'id',
            <span key="id" className="mono">
              {row.id}
            </span>,
          ],
        ]}
      />
    </Dialog>
  );
}

const TRUTH_WORDS: Readonly<Record<string, string>> = { t: 'holds now', f: 'does not hold', u: 'unknown' };

/** Which parts of a rule of several hold now, and which it still waits for. */
function RuleParts({ row }: { readonly row: WatcherRow }): ReactNode {
  if (row.truths === '') return null;
  const texts = conditionParts(row.spec.condition, row.decimals);
  return <Facts title="Parts of the rule" facts={texts.map((text, i) => [text, TRUTH_WORDS[row.truths[i] ?? 'u'] ?? 'unknown'])} />;
}
