import { join } from 'node:path';
import type { z } from 'zod';
import { err, ok, type Result } from '#domain/result';
import { StateFile } from '#journal/state-file';
import { issueWords } from '#protocol/issue-words';
import { DEFAULT_SETTINGS, settings as schema, type Settings, type settingsPatch, type SettingsView } from '#protocol/settings';

type Patch = z.output<typeof settingsPatch>;

/**
 * The one settings file. A file that is broken, incomplete or of another version is not repaired: the defaults are in force, the fault
 * is shown, and `mayTrade` stays false until the file is mended or removed (a rail that is missing may be one the operator counts on).
 */
export class SettingsStore {
  readonly path: string;
  readonly #file: StateFile<Settings>;
  #settings: Settings;
  #fault: string | null = null;

  constructor(dir: string) {
    this.path = join(dir, 'settings.json');
    this.#file = new StateFile(this.path, (value) => {
      const read = schema.safeParse(value);
      return read.success ? ok(read.data) : err(issueWords(read.error.issues, value));
    });
    const read = this.#file.read();
    this.#settings = read.ok ? (read.value ?? DEFAULT_SETTINGS) : DEFAULT_SETTINGS;
    if (!read.ok) {
      const offer = read.error.backup === undefined ? '' : ' The settings of before the last change are in settings.json.bak, beside it.';
      this.#fault = `${read.error.text}. Mend or remove the file and start again; until then the defaults are in force and nothing can be armed.${offer}`;
    } else if (read.value === undefined) {
      const written = this.#file.write(DEFAULT_SETTINGS);
      if (!written.ok) this.#fault = written.error;
    }
  }

  get current(): Settings {
    return this.#settings;
  }

  get fault(): string | null {
    return this.#fault;
  }

  view(): SettingsView {
    return { settings: this.#settings, file: this.path, fault: this.#fault };
  }

  /** In force at once and written; when it cannot be written nothing changes. */
  update(patch: Patch): Result<void> {
    if (this.#fault !== null) return err(this.#fault);
    const wanted = {
      ...this.#settings,
      ...(patch.killScope === undefined ? {} : { killScope: patch.killScope }),
      ...(patch.screen === undefined ? {} : { screen: { ...this.#settings.screen, ...patch.screen } }),
      limits: { ...this.#settings.limits, ...patch.limits },
    };
    const next = schema.safeParse(wanted);
    if (!next.success) return err(`${issueWords(next.error.issues, wanted)}.`);
    const written = this.#file.write(next.data);
    if (written.ok) this.#settings = next.data;
    return written;
  }
}
