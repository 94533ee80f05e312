/**
 * Run as a program in a folder with a hostile `.env`: connects to the port given and prints what it found, for the test that
 * the library's settings file is never read.
 */
import { TwsDesk } from './tws-desk.ts';

const desk = await new TwsDesk(Number(process.argv[2])).ready();
console.info(JSON.stringify({ ready: desk.link.ready, leaked: process.env['ENV_CONFIG_TEST'] ?? 'nothing' }));
await desk.stop();
