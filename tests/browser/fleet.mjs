// A fleet of many phones, made from the logs of `testdata/fleet`: other addresses, other fingerprints, other days.
// The same number of phones gives the same logs.

import { mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// How many phones of a hundred are made from each log; the rest is healthy.
const SHARES = {
  "0004f2a1b202-app.log": 4,
  "0004f2c3d407-app.log": 6,
  "64167f0a0b03-app.log": 2,
  "0004f2c3d406-app.log": 5,
  "64167f0a0b10-app.log": 2,
  "0004f2e5f609-app.log": 1,
  "0004f2e5f608-app.log": 3,
  "0004f2c3d405-app.log": 8,
};
const HEALTHY = ["0004f2a1b201-app.log", "64167f0a0b12-app.log"];
const DAY = 86_400_000;

export function makeFleet(folder, from, phones) {
  const random = generator(phones);
  const below = limit => Math.floor(random() * limit);
  const texts = new Map(readdirSync(from).filter(name => name.endsWith("-app.log"))
    .map(name => [name, readFileSync(join(from, name), "latin1")]));
  const samples = Object.entries(SHARES).flatMap(([name, share]) => Array(share).fill(name));
  for (let number = 0; number < phones; number++) {
    const sample = samples[below(100)] ?? HEALTHY[below(HEALTHY.length)];
    const mac = "64167f" + (number + 0x100000).toString(16).padStart(6, "0");
    // Half of the untrusted servers began within a few days.
    const days = sample === "0004f2c3d407-app.log" && random() < 0.5 ? below(4) : below(50);
    const shift = days * DAY + below(20) * 3_600_000;
    const fingerprints = new Map();
    const fingerprint = found => {
      const other = () => found.replaceAll(/[0-9A-F]{2}/g, () => below(256).toString(16).padStart(2, "0").toUpperCase());
      if (!fingerprints.has(found)) fingerprints.set(found, other());
      return fingerprints.get(found);
    };
    const text = texts.get(sample)
      .replaceAll(new RegExp(sample.slice(0, 12), "gi"), found => found < "a" ? mac.toUpperCase() : mac)
      .replaceAll(/([0-9A-F]{2}:){15,}[0-9A-F]{2}/g, fingerprint)
      .replaceAll(/^(\d{10})(?=\|)/gm, stamp => earlier(stamp, shift));
    const site = join(folder, `site-${String(number % 40).padStart(3, "0")}`);
    mkdirSync(site, { recursive: true });
    const path = join(site, `${mac}-app.log`);
    writeFileSync(path, text, "latin1");
    utimesSync(path, new Date("2016-07-01T12:00:00Z"), new Date("2016-07-01T12:00:00Z"));
  }
}

// `MMDDhhmmss` of 2016, so much earlier, but not in the year before.
function earlier(stamp, shift) {
  const [month, day, hour, minute, second] = stamp.match(/\d\d/g).map(Number);
  const first = Date.UTC(2016, 0, 2);
  const time = new Date(Math.max(first, Date.UTC(2016, month - 1, day, hour, minute, second) - shift));
  return time.toISOString().slice(5, 19).replaceAll(/\D/g, "");
}

// Numbers from 0 to 1, the same at each run (mulberry32).
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
