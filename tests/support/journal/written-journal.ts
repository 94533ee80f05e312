import { join } from 'node:path';
import { openAuditTrail } from '../../../src-main/app/audit-trail.ts';
import type { Workers } from '#core/ports/workers';
import type { AuditPort } from '#desk/handlers/diagnostics-queries';
import { exportAuditFile } from '#journal/export-audit';
import { readOrderHistory } from '#journal/order-history';
import type { DeskJobs } from '#workers/jobs';
import type { CoreDesk } from '../core/desk.ts';
import { journalAt } from './journal-directory.ts';

/** The journal that these desks would have written, one run after the other. Each began at its first commit. */
export async function writeRuns(directory: string, desks: readonly CoreDesk[]): Promise<void> {
  for (const { journal: kept, deskState } of desks) {
    const journal = journalAt(directory, kept.records[0]?.at ?? 0);
    journal.brokerTimeFrom((at) => deskState.exchange.timeOf(at));
    for (const record of kept.records) journal.append(record);
    await journal.close();
  }
}

/** The audit trail as the program opens it, its jobs done at once. */
export function auditOf(directory: string, now: () => number): AuditPort {
  const workers = {
    submit: (
      name: string,
      payload: { readonly path: string; readonly key: string; readonly format: 'csv'; readonly from: number; readonly to: number },
    ) => ({
      outcome: Promise.resolve({
        kind: 'completed',
        value: name === 'export-audit' ? exportAuditFile(directory, payload.path, payload) : readOrderHistory(directory, payload.key),
      }),
      cancel: () => undefined,
    }),
  } as unknown as Workers<DeskJobs>;
  return openAuditTrail({ workers, directory, exports: join(directory, '..', 'exports'), now });
}
