import { useState, type KeyboardEvent, type ReactNode } from 'react';

export interface Tool {
  readonly label: string;
  /** Spoken name, where the label is short. */
  readonly name?: string;
  readonly title?: string;
  readonly pressed?: boolean;
  readonly run: () => void;
}

const MOVES: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at + count - 1) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

/** A row of small buttons that is one tab stop; the arrow keys go along it. */
export function Toolbar({ label, tools }: { readonly label: string; readonly tools: readonly Tool[] }): ReactNode {
  const [wanted, setWanted] = useState(0);
  const at = Math.min(wanted, tools.length - 1);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const next = MOVES[event.key]?.(at, tools.length);
    if (next === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    setWanted(next);
    (event.currentTarget.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div className="presets" role="toolbar" aria-label={label} onKeyDown={onKeyDown}>
      {tools.map((tool, index) => (
        <button
          key={tool.label}
          type="button"
          tabIndex={index === at ? 0 : -1}
          title={tool.title}
          aria-label={tool.name}
          aria-pressed={tool.pressed}
          onFocus={() => setWanted(index)}
          onClick={tool.run}
        >
          {tool.label}
        </button>
      ))}
    </div>
  );
}
