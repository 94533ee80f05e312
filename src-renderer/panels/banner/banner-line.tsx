import { useEffect, useRef, useState, type ReactNode } from 'react';

export interface BannerLineProps {
  readonly tone: 'amber' | 'critical' | 'busy';
  /** `alert` is read out at once. */
  readonly role?: 'alert' | 'status';
  readonly testId: string;
  /** For the screen's own tests and styles. */
  readonly state?: string;
  /** The whole sentence; what does not fit into the line waits behind "More". */
  readonly children: ReactNode;
  /** Stays in sight whatever the sentence needs. */
  readonly aside?: ReactNode;
}

/**
 * One line across the window: panels below must not jump by the length of a sentence. All of its text is there for whoever listens;
 * who looks opens the rest with the button.
 */
export function BannerLine({ tone, role = 'alert', testId, state, children, aside }: BannerLineProps): ReactNode {
  const text = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [isCut, setCut] = useState(false);
  useEffect(() => {
    const element = text.current;
    if (element === null || isOpen) return undefined;
    const look = (): void => setCut(element.scrollWidth > element.clientWidth);
    look();
    const sizes = new ResizeObserver(look);
    sizes.observe(element);
    const words = new MutationObserver(look);
    words.observe(element, { childList: true, characterData: true, subtree: true });
    return () => {
      sizes.disconnect();
      words.disconnect();
    };
  }, [isOpen]);
  return (
    <div className="banner" data-tone={tone} role={role} data-testid={testId} data-state={state} data-open={isOpen}>
      <div ref={text} className="banner-text">
        {children}
      </div>
      {(isCut || isOpen) && (
        <button type="button" className="link-button banner-more" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Less' : 'More'}
        </button>
      )}
      {aside}
    </div>
  );
}
