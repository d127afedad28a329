// Measures the page of `phonecert scan --format html` with 5,000 phones in Chromium: the time until it is loaded, until
// something is painted, and of each change of a filter. Prints the least of the rounds in milliseconds.
//
//     npm ci --prefix tests/browser --ignore-scripts && node benches/browser.mjs PHONECERT [ROUNDS]

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { open } from "../tests/browser/browser.mjs";
import { makeFleet } from "../tests/browser/fleet.mjs";

const PHONES = 5000;
const FILTERS = [["code", "TLS001"], ["code", ""], ["find", "vvx 500"], ["find", ""]];

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const program = resolve(process.argv[2] ?? join(root, "target/release/phonecert"));
const rounds = Number(process.argv[3] ?? 3);
const work = mkdtempSync(join(tmpdir(), "phonecert-browser-"));
try {
  makeFleet(join(work, "logs"), join(root, "testdata/fleet"), PHONES);
  const page = join(work, "page.html");
  execFileSync(program, ["scan", "logs", "--year", "2016", "--quiet", "--fail-on", "never", "--output", page], { cwd: work });
  const measured = [];
  for (let round = 0; round < rounds; round++) measured.push(await open(page, measure));
  const names = ["loaded", "painted", ...FILTERS.map(([field, value]) => `${field} ${JSON.stringify(value)}`)];
  names.forEach((name, number) => console.log(`${name}: ${Math.min(...measured.map(times => times[number])).toFixed()} ms`));
} finally {
  rmSync(work, { recursive: true, force: true });
}

function measure(page) {
  return page.evaluate(filters => {
    const times = [
      performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd,
      performance.getEntriesByName("first-contentful-paint")[0].startTime,
    ];
    for (const [field, value] of filters) {
      const began = performance.now();
      document.getElementById(field).value = value;
      document.getElementById("code").dispatchEvent(new Event("change"));
      document.body.getBoundingClientRect();
      times.push(performance.now() - began);
    }
    return times;
  }, FILTERS);
}
