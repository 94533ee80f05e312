/**
 * Reads the fields of one request by position. Clients spell "unset" as an empty field, as 2147483647 or as the largest
 * double, and older ones send fewer fields: all of these read as undefined, a missing field like an empty one.
 */
export class FieldReader {
  readonly #fields: readonly string[];
  #at: number;
  #malformed: string | undefined;

  constructor(fields: readonly string[], from = 0) {
    this.#fields = fields;
    this.#at = from;
  }

  /** The first field that could not be read as what it should be, for error 320; the request is refused then. */
  get malformed(): string | undefined {
    return this.#malformed;
  }

  /** Fields not read yet. */
  get left(): number {
    return Math.max(0, this.#fields.length - this.#at);
  }

  /** Fields that were read and had not come. */
  get missing(): number {
    return Math.max(0, this.#at - this.#fields.length);
  }

  /** A field that makes no sense to whoever read it. */
  refuse(text: string): void {
    this.#malformed ??= text;
  }

  text(): string {
    return this.#fields[this.#at++] ?? '';
  }

  skip(count = 1): void {
    this.#at += count;
  }

  flag(): boolean {
    const text = this.text().toLowerCase();
    return text === '1' || text === 'true';
  }

  int(): number | undefined {
    const value = this.number();
    if (value === undefined || value === 2_147_483_647) return undefined;
    if (Number.isSafeInteger(value)) return value;
    this.#malformed ??= String(value);
    return undefined;
  }

  /** An integer that counts the groups which follow. A count that the frame cannot hold is malformed. */
  count(): number {
    const value = this.int() ?? 0;
    if (value >= 0 && value <= this.left) return value;
    this.#malformed ??= String(value);
    return 0;
  }

  /** The text of a decimal that is set, or undefined. NaN, Infinity and other words are malformed. */
  decimal(): string | undefined {
    const text = this.text();
    if (text === '') return undefined;
    const value = Number(text);
    if (Number.isFinite(value)) return value === Number.MAX_VALUE ? undefined : text;
    if (/^\+?(inf|infinity|1\.797\d*e\+?308)$/i.test(text)) return undefined;
    this.#malformed ??= text;
    return undefined;
  }

  number(): number | undefined {
    const text = this.decimal();
    return text === undefined ? undefined : Number(text);
  }
}
