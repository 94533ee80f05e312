import { Component, type ReactNode } from 'react';

interface Props {
  readonly what: string;
  readonly children: ReactNode;
}

interface State {
  readonly failure: string | null;
}

/** A defect in one panel must not take the kill cluster with it. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failure: null };

  static getDerivedStateFromError(cause: unknown): State {
    return { failure: cause instanceof Error ? cause.message : String(cause) };
  }

  override render(): ReactNode {
    const { failure } = this.state;
    if (failure === null) return this.props.children;
    return (
      <section className="panel" role="alert">
        <div className="empty">
          <b>{this.props.what} cannot be shown.</b>
          The desk itself goes on; this is a defect of the screen: {failure}
          <p>
            <button type="button" className="button" onClick={() => this.setState({ failure: null })}>
              Show again
            </button>
          </p>
        </div>
      </section>
    );
  }
}
