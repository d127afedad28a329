// Opens the page of `phonecert scan --format html` in Chromium, uses it, and fails where something does not work.
//
//     npm ci --ignore-scripts && node run.mjs PHONECERT

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./browser.mjs";
import { makeFleet } from "./fleet.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const testdata = resolve(here, "../../testdata/fleet");
const program = resolve(process.argv[2] ?? "target/release/phonecert");
const work = mkdtempSync(join(tmpdir(), "phonecert-browser-"));
after(() => rmSync(work, { recursive: true, force: true }));

function report(name, folder, ...options) {
  const file = join(work, `${name}.html`);
  const args = ["scan", folder, "--year", "2016", "--quiet", "--fail-on", "never", "--output", file, ...options];
  execFileSync(program, args, { cwd: work, env: { ...process.env, TZ: "UTC", SOURCE_DATE_EPOCH: "1467374400" } });
  return file;
}

const fleet = join(work, "fleet");
cpSync(testdata, fleet, { recursive: true });
for (const name of readdirSync(fleet, { recursive: true })) utimesSync(join(fleet, name), 1467374400, 1467374400);
makeFleet(join(work, "1500"), testdata, 1500);
const pages = {
  fleet: report("fleet", "fleet"),
  large: report("large", "1500"),
  groups: report("groups", "1500", "--group-by", "model"),
};

const rows = page => page.locator("ul.phones > li");
const shown = page => page.locator("ul.phones > li:visible");
const count = page => page.locator(".count").textContent();
const cells = (page, number) => page.$$eval("ul.phones > li:not([hidden])",
  (all, number) => all.map(row => row.querySelector("summary").children[number].textContent), number);

// Rules of WCAG 2.2, A and AA.
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
async function assertAccessible(page) {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
    const found = await window.axe.run(document, { runOnly: { type: "tag", values: tags } });
    return found.violations.map(rule => `${rule.id}: ${rule.help}: ${rule.nodes.slice(0, 3).map(node => node.html).join(" ")}`);
  });
  assert.deepEqual(violations, []);
}

async function openAll(page) {
  await page.$$eval("details", all => all.slice(0, 20).forEach(details => { details.open = true; }));
  await page.$$eval(".sev", all => all.forEach(details => { details.open = true; }));
}

for (const colorScheme of ["light", "dark"]) {
  for (const name of ["fleet", "large", "groups"]) {
    test(`${name} has no accessibility fault in ${colorScheme}`, () => open(pages[name], async page => {
      await openAll(page);
      await assertAccessible(page);
      if (name === "groups") return;
      await page.locator(".cols button").nth(2).click();
      await page.locator("#find").fill("vvx");
      await assertAccessible(page);
    }, { colorScheme }));
  }
}

test("the first screen says how many, since when and what first", () => open(pages.large, async page => {
  const verdict = page.locator(".verdict");
  assert.match(await verdict.first().textContent(), /^[\d,]+ of 1,500 phones have failed \([\d.]+.%\), since \d+ \w{3} 2016/);
  assert.match(await verdict.nth(1).textContent(), /^Do first: TLS001 on [\d,]+ phones/);
  for (const part of [verdict.nth(1), page.locator(".status svg"), page.locator("svg.chart")]) {
    const box = await part.boundingBox();
    assert.ok(box.y + box.height <= 900, "without scrolling");
  }
}));

test("the list is filtered", () => open(pages.large, async page => {
  assert.equal(await rows(page).count(), 1500);
  assert.equal(await shown(page).count(), 200);
  assert.equal(await count(page), "1,500 phones, worst first.");
  const name = (await cells(page, 1))[100];
  const colons = name.match(/../g).join(":");
  for (const text of [name, name.toLowerCase(), colons, ` ${colons.replaceAll(":", "-")} `]) {
    await page.locator("#find").fill(text);
    await page.waitForFunction(() => document.querySelector(".count").textContent.startsWith("1 of"));
    assert.deepEqual(await cells(page, 1), [name]);
  }
  await page.locator("#find").fill("no such phone");
  await page.waitForFunction(() => document.querySelector(".count").textContent.startsWith("0 of"));
  assert.equal(await shown(page).count(), 0);
  await page.locator("#reset").click();
  assert.equal(await shown(page).count(), 200);

  await page.locator(".more button").click();
  assert.equal(await shown(page).count(), 1500);
  await page.locator(".chip", { hasText: "ok" }).click();
  assert.ok(!(await cells(page, 0)).includes("ok"));
  await page.locator("#reset").click();

  const link = page.locator(".todo a[data-code=INS001]");
  const phones = Number((await link.textContent()).replace(",", ""));
  await link.click();
  assert.equal(await count(page), `${phones} of 1,500 phones, worst first.`);
  assert.ok((await cells(page, 5)).every(codes => codes.includes("INS001")));
  await page.locator(".by a[data-model]").first().click();
  const model = await page.locator("#model").inputValue();
  assert.ok(model !== "" && (await cells(page, 2)).every(shown => shown === model));
  assert.equal(await page.locator("#code").inputValue(), "");
  await page.locator(".by a[data-software]").first().click();
  const software = await page.locator("#software").inputValue();
  assert.ok(software !== "" && (await cells(page, 3)).every(shown => shown === software));
  await page.locator(".legend a[data-status=unknown]").click();
  assert.ok((await cells(page, 0)).every(status => status === "unknown"));
}));

test("the list is sorted", () => open(pages.large, async page => {
  await page.locator(".more button").click();
  const worst = await cells(page, 1);
  const collator = new Intl.Collator("en", { numeric: true });
  const title = number => page.locator(".cols button").nth(number);
  await title(3).click();
  const up = (await cells(page, 3)).filter(software => software !== "–");
  assert.deepEqual(up, [...up].sort(collator.compare));
  assert.match(await count(page), /by software\.$/);
  await title(3).click();
  const down = (await cells(page, 3)).filter(software => software !== "–");
  assert.deepEqual(down, [...down].sort((a, b) => collator.compare(b, a)));
  assert.notDeepEqual(up, down);
  await title(0).click();
  assert.deepEqual(await cells(page, 1), worst);
}));

test("a phone is opened by mouse, by keyboard and by a link", () => open(pages.fleet, async page => {
  const [first, second, third] = [0, 1, 2].map(number => rows(page).nth(number));
  await first.locator("summary").click();
  assert.ok(await first.locator(".ev code").first().isVisible());
  assert.match(await first.locator(".kv").last().textContent(), /Built-in.*installed/);
  await second.locator("summary").focus();
  await page.keyboard.press("Enter");
  assert.ok(await second.locator(".card").isVisible());
  await page.evaluate(id => { location.hash = id; }, await third.getAttribute("id"));
  await third.locator(".card").waitFor({ state: "visible" });
  await first.locator(".diag .code").first().click();
  assert.equal(await page.locator("article:target").count(), 1);
}));

test("a phone is copied for a ticket", () => open(pages.fleet, async page => {
  const first = rows(page).first();
  await first.locator("summary").click();
  await first.locator(".copy button").click();
  await page.locator(".copy button", { hasText: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^0004F2A1B202 VVX 500 5\.4\.1\.18405: failed\n\nINS001: .*\nDo: .*\n(?:  .*\n)*  0004f2a1b202-app\.log:27 · 2016-02-26 09:20:33\n  hwDesc/);
  // A page that came by plain HTTP.
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    document.addEventListener("copy", () => { window.copied = document.activeElement.value; });
  });
  await rows(page).nth(1).locator("summary").click();
  await rows(page).nth(1).locator(".copy button").click();
  await page.waitForFunction(() => window.copied?.includes("TLS001"));
}));

test("all but search, filters, sorting and copying works without a script", () => open(pages.fleet, async page => {
  assert.equal(await shown(page).count(), 14);
  for (const control of [".controls", ".copy button", ".more", ".cols button", ".rest-button"]) {
    assert.equal(await page.locator(control).locator("visible=true").count(), 0, control);
  }
  assert.ok(await page.locator(".by tr.rest").first().isVisible());
  await rows(page).first().locator("summary").click();
  assert.ok(await rows(page).first().locator(".card").isVisible());
  await page.locator("details", { hasText: "The same as a table" }).first().locator("summary").click();
  assert.ok(await page.getByRole("columnheader", { name: "Phones with an error" }).isVisible());
}, { javaScriptEnabled: false }));

test("paper shows what a manager reads", () => open(pages.large, async page => {
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const printed = await shown(page).count();
  const ill = await page.locator("ul.phones > li:not([data-status=ok])").count();
  assert.equal(printed, ill);
  assert.ok(ill > 200, "more than the screen shows at first");
  assert.ok(!await page.locator(".controls").isVisible());
  assert.ok(await page.locator("svg.chart").isVisible());
  assert.ok(await page.locator("text=Healthy phones are not printed").isVisible());
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.emulateMedia({ media: "screen" });
  assert.equal(await shown(page).count(), 200);
  assert.ok((await page.pdf()).length > 10_000);
}));

// The elements that stick out of the window, or out of what holds them.
const stickOut = page => page.evaluate(() => [...document.querySelectorAll("body *")]
  .filter(element => element.checkVisibility() && !element.closest(".vh, .skip"))
  .filter(element => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(element => element.outerHTML.slice(0, 100)));

test("nothing sticks out of a sheet of paper", () => open(pages.large, async page => {
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.deepEqual(await stickOut(page), []);
  const high = await page.$$eval("ul.phones > li", rows => rows.filter(row => row.offsetHeight > 40).length);
  assert.ok(high * 10 < await shown(page).count(), `${high} rows take more than two lines`);
// A4 less its margins, in CSS pixels.
}, { viewport: { width: 703, height: 1000 } }));

for (const width of [320, 600, 1024]) {
  test(`groups on a screen ${width} wide scroll one way only`, () => open(pages.groups, async page => {
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  }, { viewport: { width, height: 700 } }));
}

for (const width of [320, 360, 768, 1024]) {
  for (const name of ["fleet", "large"]) {
    test(`${name} on a screen ${width} wide scrolls one way only`, () => open(pages[name], async page => {
      await openAll(page);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      assert.deepEqual(await stickOut(page), []);
      await page.locator(".cols button").nth(2).click();
      assert.match(await count(page), /by model/);
    }, { viewport: { width, height: 700 } }));
  }
}

// These tests can fail: each fault is planted in the page, and the check that is to find it does.
const FAULTS = [
  ["a script that the policy does not allow", /"use strict";/, "\"use strict\"; ", () => {}, /Content Security Policy/],
  ["a style attribute", "<h1>", "<h1 style=\"color:red\">", () => {}, /Content Security Policy/],
  ["a picture of another host", "</main>", "<img alt=\"\" src=\"https://example.com/x.png\"></main>", () => {}, /example\.com/],
  ["a field without a label", /<label>Find/, "<label>", assertAccessible, /label/],
];
for (const [name, right, wrong, check, expected] of FAULTS) {
  test(`${name} is found`, async () => {
    const text = readFileSync(pages.fleet, "utf8");
    const planted = text.replace(right, wrong).replace(check === assertAccessible ? / placeholder="[^"]*"/ : /$^/, "");
    assert.notEqual(planted, text);
    const file = join(work, "planted.html");
    writeFileSync(file, planted);
    await assert.rejects(open(file, check), expected);
  });
}
