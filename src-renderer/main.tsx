import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { chooseBridge } from './link/choose-bridge.ts';
import { ContractBook } from './link/contract-book.ts';
import { DeskLink, type Timers } from './link/desk-link.ts';
import { ScreenClock } from './link/screen-clock.ts';
import { Console } from './shell/console.tsx';
import './shell/theme.css';
import './ui/ui.css';
import './ui/data-table.css';

const timers: Timers = {
  every: (ms, run) => {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

const clock = new ScreenClock(() => performance.timeOrigin + performance.now());
const link = new DeskLink(chooseBridge(window), clock, timers);
link.start();

const place = document.getElementById('console');
if (place === null) throw new Error('The page has no place for the console.');
createRoot(place).render(
  <StrictMode>
    <Console desk={{ link, contracts: new ContractBook(link) }} />
  </StrictMode>,
);
