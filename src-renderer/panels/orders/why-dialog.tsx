import { Fragment, useEffect, useState, type ReactNode } from 'react';
import type { OrderKey } from '#domain/ids';
import type { WhyStep } from '#protocol/commands';
import { countText } from '../../format/figure.ts';
import { clockText, preciseTime } from '../../format/time.ts';
import { useDesk } from '../../hook/desk-context.ts';
import { useRow } from '../../hook/rows.ts';
import { openDialog } from '../../view/view-store.ts';
import { Dialog } from '../../ui/dialog.tsx';

/** The chain tick → rule → risk → order → fills, asked again whenever the order changes. */
export function WhyDialog({ orderKey, onClose }: { readonly orderKey: OrderKey; readonly onClose: () => void }): ReactNode {
  const { link } = useDesk();
  const order = useRow('orders', orderKey);
  const [answer, setAnswer] = useState<readonly WhyStep[] | string | null>(null);
  const version = order?.version;
  useEffect(() => {
    let alive = true;
    void link.call('order.why', { key: orderKey }).then((reply) => {
      if (alive) setAnswer(reply.ok ? reply.value.steps : reply.error.text);
    });
    return () => {
      alive = false;
    };
  }, [link, orderKey, version]);
  const title = order === undefined ? 'Why?' : `Why ${order.side} ${order.symbol} ${order.type}?`;
  return (
    <Dialog title={title} size="wide" onClose={onClose} testId="why-dialog">
      <Answer answer={answer} />
      <Messages orderKey={orderKey} />
      {order !== undefined && (
        <p className="mono dim">
          {order.ref ?? order.key} · order id {order.orderId ?? '—'} · permId {order.permId ?? '—'} · IB: {order.ibStatus ?? '—'}
        </p>
      )}
    </Dialog>
  );
}

/** The steps, or why there are none: null while the desk has not answered, a text when it refused. */
function Answer({ answer }: { readonly answer: readonly WhyStep[] | string | null }): ReactNode {
  if (answer === null) return <p className="dim">Asking the desk…</p>;
  if (typeof answer === 'string') return <p className="critical">{answer}</p>;
  if (answer.length === 0) return <p className="dim">Nothing is recorded about this order: it was placed outside of this program.</p>;
  return <Steps steps={answer} />;
}

function Steps({ steps }: { readonly steps: readonly WhyStep[] }): ReactNode {
  return (
    <div className="chain">
      {steps.map((step, i) => (
        <Fragment key={`${String(i)} ${step.title}`}>
          <time title={preciseTime(step.at)}>{stepTime(step.at)}</time>
          <b>{step.title}</b>
          <span>{step.text}</span>
          <Seq seq={step.seq} />
        </Fragment>
      ))}
    </div>
  );
}

/** IB tells whole seconds of a fill: no thousandths are made up for it. */
function stepTime(at: number | null): string {
  const ms = at === null ? 0 : Math.floor(at % 1000);
  return ms === 0 ? clockText(at) : `${clockText(at)}.${String(ms).padStart(3, '0')}`;
}

/** What was said to TWS and by it, for whoever doubts the chain; asked for when it is opened. */
function Messages({ orderKey }: { readonly orderKey: OrderKey }): ReactNode {
  const { link } = useDesk();
  const [answer, setAnswer] = useState<readonly WhyStep[] | string | null>(null);
  const ask = (open: boolean): void => {
    if (!open) return;
    void link.call('order.why', { key: orderKey, messages: true }).then((reply) => {
      setAnswer(reply.ok ? reply.value.messages : reply.error.text);
    });
  };
  return (
    <details className="messages" onToggle={(event) => ask(event.currentTarget.open)} data-testid="why-messages">
      <summary>Messages with TWS and commits, as the journal has them</summary>
      {Array.isArray(answer) && answer.length === 0 ? <p className="dim">The journal has none.</p> : <Answer answer={answer} />}
    </details>
  );
}

function Seq({ seq }: { readonly seq: number | null }): ReactNode {
  if (seq === null) return <span />;
  return (
    <button type="button" className="link-button mono" onClick={() => openDialog({ kind: 'execution', seq })}>
      seq {countText(seq)}
    </button>
  );
}
