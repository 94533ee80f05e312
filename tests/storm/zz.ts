import { storm } from './storm.ts';
import { World } from './world.ts';
const o = World.prototype.note; 
World.prototype.note = function (t) { if (t !== undefined && /execution|frame|operator:|kills|kill|position|weather|other-prog|change/.test(t) && !/status|listed|open-order/.test(t)) console.log((this.now/1000).toFixed(2), t.slice(0,140)); return o.call(this, t); };
storm(Number(process.argv[2]));
