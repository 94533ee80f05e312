import type { ReactNode } from 'react';
import type { OrderKey } from '#domain/ids';
import { preciseTime } from '../../format/time.ts';
import { useRow } from '../../hook/rows.ts';
import { useCommand } from '../../hook/use-command.ts';
import { Consequences, Dialog } from '../../ui/dialog.tsx';
import { HoldButton } from '../../ui/hold-button.tsx';
import { Gone, type Closing } from '../../ui/gone-dialog.tsx';
import { orderTerms } from '../../draft/order-change.ts';

const SETTLE_HOLD_MS = 1_500;

/** The desk never settles an UNKNOWN order by itself: it shows what is proven, and the operator says the word. */
export function SettleDialog({ orderKey, onClose }: Closing & { readonly orderKey: OrderKey }): ReactNode {
  const order = useRow('orders', orderKey);
  const settle = useCommand('order.settle');
  if (order === undefined) return <Gone what="order" onClose={onClose} />;
  const can = order.settleable && order.state === 'UNKNOWN';
  const submit = async (): Promise<void> => {
    const reply = await settle.run({ key: order.key, expectedVersion: order.version, confirmed: true });
    if (reply.ok) onClose();
  };
  return (
    <Dialog
      title={`Was ${orderTerms(order)} never sent?`}
      onClose={onClose}
      testId="settle-dialog"
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            Leave it UNKNOWN
          </button>
          <HoldButton
            name="Hold: declare it not sent"
            tone="danger"
            needMs={SETTLE_HOLD_MS}
            disabled={!can}
            pending={settle.pending}
            onDone={() => void submit()}
          >
            Hold: declare it not sent
          </HoldButton>
        </>
      }
    >
      <p>
        <b>What is proven.</b> Lists of all open, completed and executed orders of one connection, read again and again over at least ten
        seconds, each to its end: none has a trace of this order, by its reference <span className="mono">{order.ref ?? order.key}</span> or
        otherwise, and the position has not moved.
      </p>
      <p className="dim">
        It was written down for sending {preciseTime(order.createdTime)}.{order.note === null ? '' : ` The desk says: ${order.note}.`}
      </p>
      {!can && <p className="amber">This is not proven any more, or it was settled: look at the order again.</p>}
      <Consequences
        will={[
          'It is booked as not sent, by you, with the time.',
          `It stops counting in the exposure, and ${order.symbol} can be armed again.`,
        ]}
        willNot={[
          'Nothing is sent, cancelled or sent again.',
          'If the broker does have it after all, it comes back into the book with an alarm; a look into TWS first costs little.',
        ]}
      />
      {settle.error !== null && (
        <p className="critical" role="alert">
          {settle.error}
        </p>
      )}
    </Dialog>
  );
}
