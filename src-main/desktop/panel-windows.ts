import type { WindowsPort } from '#desk/entrance/door';
import type { PanelId, Place } from '#protocol/panels';

/** A window that shows one panel. */
export interface PanelWindow {
  show(): void;
  reload(): void;
  close(): void;
}

export interface PanelWindowsPorts {
  /** Opens the window; `onClosed` is called when it is gone. */
  create(panel: PanelId, place: Place | undefined, onClosed: () => void): PanelWindow;
  /** Brings the whole console forward. */
  showConsole(): void;
}

/** At most one window a panel: asking again brings it forward. */
export class PanelWindows implements WindowsPort {
  readonly #ports: PanelWindowsPorts;
  readonly #open = new Map<PanelId, PanelWindow>();

  constructor(ports: PanelWindowsPorts) {
    this.#ports = ports;
  }

  open(panel: PanelId | 'console', place: Place | undefined): void {
    if (panel === 'console') {
      this.#ports.showConsole();
      return;
    }
    const there = this.#open.get(panel);
    if (there === undefined)
      this.#open.set(
        panel,
        this.#ports.create(panel, place, () => this.#open.delete(panel)),
      );
    else there.show();
  }

  closePanels(): void {
    for (const window of [...this.#open.values()]) window.close();
  }

  reload(): void {
    for (const window of this.#open.values()) window.reload();
  }
}

/** The part of the place that a screen of today shows; a place that lies on none of them is given up, the size is kept. */
export function visiblePlace(place: Place, areas: readonly Place[]): Pick<Place, 'width' | 'height'> & Partial<Place> {
  const { x, y, width, height } = place;
  const seen = areas.find((area) => x < area.x + area.width && x + width > area.x && y >= area.y && y < area.y + area.height);
  if (seen === undefined) return { width, height };
  return { x, y, width: Math.min(width, seen.width), height: Math.min(height, seen.height) };
}
