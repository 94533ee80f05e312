import { join } from 'node:path';
import { startElectron } from './app/electron-main.ts';
import { claimDesktop } from './desktop/claim.ts';

/** Electron's front step: claims the instance before Electron is ready, then hands over. */
const claim = claimDesktop();
if (claim !== null) void startElectron(claim, join(import.meta.dirname, '..', '..'));
