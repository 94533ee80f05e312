// Imported first by every script. It keeps to old syntax, so that a Node that is too old reads this sentence and not a parse error.
const least = '20.19';
const parts = process.versions.node.split('.').map(Number);
const running = Number(parts[0]) * 1000 + Number(parts[1]);
if (running < 20019) {
  console.error('TriggerDesk needs Node ' + least + ' or newer; this is Node ' + process.versions.node + ' (' + process.execPath + ').');
  console.error('Fix: install the current LTS release from https://nodejs.org and run the same command again.');
  process.exit(1);
}
