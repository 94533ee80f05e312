/** Terms that the simulator keeps and tells again but does not act on, as texts of the wire; '' where unset. */
export interface ExtraTerms {
  readonly hidden: boolean;
  readonly allOrNone: boolean;
  /** An iceberg shows so much. */
  readonly displaySize: string;
  readonly minQty: string;
  readonly goodAfterTime: string;
  /** Of a GTD order; the exchange lets it die then. */
  readonly goodTillDate: string;
  readonly algoStrategy: string;
  /** Tags and values in turn. */
  readonly algoParams: readonly string[];
  /** What a stop turns into at a price; IB's `None` for nothing. */
  readonly adjustedOrderType: string;
}

export const NO_EXTRAS: ExtraTerms = {
  hidden: false,
  allOrNone: false,
  displaySize: '',
  minQty: '',
  goodAfterTime: '',
  goodTillDate: '',
  algoStrategy: '',
  algoParams: [],
  adjustedOrderType: 'None',
};
