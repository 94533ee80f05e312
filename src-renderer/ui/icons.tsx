import type { ReactNode } from 'react';

function Icon({ size = 12, children }: { readonly size?: number; readonly children: ReactNode }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export function PauseIcon(): ReactNode {
  return (
    <Icon>
      <path d="M4 2.5v7M8 2.5v7" />
    </Icon>
  );
}

export function PlayIcon(): ReactNode {
  return (
    <Icon>
      <path d="M3.5 2.2v7.6l6-3.8z" strokeLinejoin="round" />
    </Icon>
  );
}

export function EditIcon(): ReactNode {
  return (
    <Icon>
      <path d="M2.5 9.5l.5-2L8.2 2.3l1.5 1.5L4.5 9z" strokeLinejoin="round" />
    </Icon>
  );
}

export function CopyIcon(): ReactNode {
  return (
    <Icon>
      <path d="M4.5 4.5h5v5h-5zM2.5 7.5v-5h5" strokeLinejoin="round" />
    </Icon>
  );
}

export function CrossIcon(): ReactNode {
  return (
    <Icon>
      <path d="M3 3l6 6M9 3l-6 6" />
    </Icon>
  );
}

export function BoltIcon(): ReactNode {
  return (
    <Icon>
      <path d="M6.8 1.8L3 6.8h3L5.2 10.2 9 5.2H6z" strokeLinejoin="round" />
    </Icon>
  );
}

export function RearmIcon(): ReactNode {
  return (
    <Icon>
      <path d="M9.5 6A3.5 3.5 0 1 1 8.3 3.3M8.6 1.4v2.1H6.5" strokeLinejoin="round" />
    </Icon>
  );
}

export function WhyIcon(): ReactNode {
  return (
    <Icon>
      <path d="M4.2 4.3A1.9 1.9 0 1 1 6 6.2v1M6 9.4v.1" />
    </Icon>
  );
}

export function DownIcon(): ReactNode {
  return (
    <Icon>
      <path d="M3 4.5l3 3 3-3" strokeLinejoin="round" />
    </Icon>
  );
}

export function LockIcon({ open }: { readonly open: boolean }): ReactNode {
  return (
    <Icon>
      <path d={open ? 'M4 5.5V3.8a2 2 0 0 1 3.8-.8M3 5.5h6v4H3z' : 'M4 5.5V3.8a2 2 0 0 1 4 0v1.7M3 5.5h6v4H3z'} strokeLinejoin="round" />
    </Icon>
  );
}

export function GearIcon(): ReactNode {
  return (
    <Icon>
      <circle cx="6" cy="6" r="1.6" />
      <path d="M6 1.5v1.4M6 9.1v1.4M1.5 6h1.4M9.1 6h1.4M2.8 2.8l1 1M8.2 8.2l1 1M9.2 2.8l-1 1M3.8 8.2l-1 1" />
    </Icon>
  );
}
