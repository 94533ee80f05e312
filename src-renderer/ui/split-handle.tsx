import { useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

export interface SplitHandleProps {
  readonly label: string;
  readonly axis: 'x' | 'y';
  /** Present size in px of the part this handle sizes, and its bounds. */
  readonly size: number;
  readonly min: number;
  readonly max: number;
  /** True when dragging right or down makes the part larger. */
  readonly forward: boolean;
  readonly onSize: (size: number) => void;
  readonly style: CSSProperties;
}

/** A border that can be dragged, or moved with the arrow keys. */
export function SplitHandle(props: SplitHandleProps): ReactNode {
  const drag = useRef<{ readonly at: number; readonly size: number } | null>(null);
  const [active, setActive] = useState(false);
  const set = (size: number): void => props.onSize(Math.round(Math.max(props.min, Math.min(props.max, size))));
  const place = (event: PointerEvent): number => (props.axis === 'x' ? event.clientX : event.clientY);
  const onKeyDown = (event: KeyboardEvent): void => {
    const grow = props.axis === 'x' ? 'ArrowRight' : 'ArrowDown';
    const shrink = props.axis === 'x' ? 'ArrowLeft' : 'ArrowUp';
    if (event.key !== grow && event.key !== shrink) return;
    event.preventDefault();
    set(props.size + ((event.key === grow) === props.forward ? 16 : -16));
  };
  return (
    <div
      className="split-handle"
      role="separator"
      aria-label={props.label}
      aria-orientation={props.axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={props.size}
      aria-valuemin={props.min}
      aria-valuemax={props.max}
      tabIndex={0}
      data-axis={props.axis}
      data-active={active}
      style={props.style}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { at: place(event), size: props.size };
        setActive(true);
      }}
      onPointerMove={(event) => {
        if (drag.current === null) return;
        const moved = place(event) - drag.current.at;
        set(drag.current.size + (props.forward ? moved : -moved));
      }}
      onPointerUp={() => {
        drag.current = null;
        setActive(false);
      }}
    />
  );
}
