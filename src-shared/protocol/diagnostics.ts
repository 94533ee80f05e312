export interface PartRow {
  readonly name: string;
  readonly state: string;
  readonly needs: readonly string[];
  readonly startedMs: number | null;
  readonly detail: string;
}
export interface WorkerLaneRow {
  readonly key: string;
  readonly waiting: number;
  readonly running: number;
  readonly done: number;
}

export interface ExecutionRow {
  readonly seq: number;
  readonly name: string;
  readonly lane: string;
  readonly cause: string;
  readonly outcome: string;
  readonly attempts: number;
  readonly at: number | null;
  readonly runMs: number;
  readonly waitMs: number;
}

/** Scheduler and Diagnostics panels; once a second. */
export interface DiagnosticsValue {
  readonly parts: readonly PartRow[];
  readonly phase: string;
  readonly lanes: readonly { readonly lane: string; readonly waiting: number; readonly done: number }[];
  readonly commit: {
    readonly seq: number;
    readonly inFlight: number;
    readonly committed: number;
    readonly tombstones: number;
    readonly conflicts: number;
    readonly attempts: number;
    readonly outbox: number;
    readonly snapshots: number;
    readonly digest: string;
  };
  readonly recent: readonly ExecutionRow[];
  readonly workers: {
    readonly threads: number;
    readonly waiting: number;
    readonly running: number;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly timedOut: number;
    readonly refused: number;
    readonly waitP50: number | null;
    readonly waitP99: number | null;
    readonly runP50: number | null;
    readonly runP99: number | null;
    readonly lanes: readonly WorkerLaneRow[];
  };
  readonly stream: {
    readonly subscribers: number;
    readonly frames: number;
    readonly bytes: number;
    readonly conflated: number;
    readonly resyncs: number;
  };
  readonly engineHistory: readonly {
    readonly at: number | null;
    readonly from: string;
    readonly to: string;
    readonly event: string;
    readonly reason: string;
    readonly seq: number;
  }[];
  readonly counters: Readonly<Record<string, number>>;
  readonly memoryMb: number | null;
}
