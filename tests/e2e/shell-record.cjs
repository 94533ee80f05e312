// Runs in the main process before the program: keeps what the program hands to the system and a test could not press otherwise.
'use strict';
const { app, globalShortcut, Tray } = require('electron');

const taken = (process.env['TRIGGERDESK_TEST_TAKEN_KEYS'] ?? '').split(',');
/** @type {{ sandboxed: boolean, shortcuts: Record<string, () => void>, trayMenu: Electron.Menu | null, tooltip: string }} */
const record = { sandboxed: false, shortcuts: {}, trayMenu: null, tooltip: '' };
Object.assign(globalThis, { __shell: record });

const enableSandbox = app.enableSandbox.bind(app);
app.enableSandbox = () => {
  record.sandboxed = true;
  enableSandbox();
};
// The keys themselves stay free: desks of several tests, or a developer's own, must not get in each other's way.
globalShortcut.register = (keys, press) => {
  if (taken.includes(keys)) return false;
  record.shortcuts[keys] = press;
  return true;
};
globalShortcut.unregisterAll = () => {
  record.shortcuts = {};
};
const { setContextMenu, setToolTip } = Tray.prototype;
/** @param {Electron.Menu | null} menu */
Tray.prototype.setContextMenu = function (menu) {
  record.trayMenu = menu;
  setContextMenu.call(this, menu);
};
/** @param {string} text */
Tray.prototype.setToolTip = function (text) {
  record.tooltip = text;
  setToolTip.call(this, text);
};
