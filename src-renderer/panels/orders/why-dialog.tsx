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
  return (
    <div className="chain">
      {answer.map((step, i) => (
        <Fragment key={`${String(i)} ${step.title}`}>
          <time title={preciseTime(step.at)}>
            {step.at === null ? '' : `${clockText(step.at)}.${String(Math.floor(step.at % 1000)).padStart(3, '0')}`}
          </time>
          <b>{step.title}</b>
          <span>{step.text}</span>
          <Seq seq={step.seq} />
        </Fragment>
      ))}
    </div>
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
