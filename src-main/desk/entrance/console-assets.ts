export interface ConsoleAsset {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Content-Type. */
  readonly type: string;
}

/** The built console. Only paths listed when it was loaded exist; a request never becomes a path of the file system. */
export interface ConsoleAssets {
  /** `path` as it stands in the URL, e.g. `/index.html`. `/` is the page itself. */
  find(path: string): ConsoleAsset | null;
}
