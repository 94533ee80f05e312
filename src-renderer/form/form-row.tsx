import type { ReactNode } from 'react';
import './form.css';

/** One line of the form: what it is about, the field, and what is wrong with it. */
export function Row({
  label,
  fault,
  field,
  children,
}: {
  readonly label: string;
  readonly fault?: string | undefined;
  readonly field?: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="form-row" data-field={field}>
      <span className="form-label" aria-hidden="true">
        {label}
      </span>
      <div className="form-cell">
        {children}
        {fault !== undefined && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
      </div>
    </div>
  );
}
