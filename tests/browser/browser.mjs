// Chromium as the tests and the picture use it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

// Without these Chromium asks for hosts of its maker.
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

// Opens a file in a browser with an empty profile, calls `use` with the page, and closes it. Fails where the page
// reported an error or asked for anything but itself.
export async function open(file, use, options = {}) {
  const profile = mkdtempSync(join(tmpdir(), "phonecert-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: QUIET,
    viewport: { width: 1280, height: 900 },
    permissions: ["clipboard-read", "clipboard-write"],
    reducedMotion: "reduce",
    ...options,
  });
  try {
    const page = await context.newPage();
    const faults = [];
    page.on("console", message => ["error", "warning"].includes(message.type()) && faults.push(message.text()));
    page.on("pageerror", error => faults.push(error.message));
    page.on("request", request => request.url().split("#")[0] === `file://${file}` || faults.push(`asked for ${request.url()}`));
    await page.goto(`file://${file}`);
    const result = await use(page);
    if (faults.length) throw new Error(`${file}: ${faults.join("; ")}`);
    return result;
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
