// Visits every screen of a built console in chromium: screenshots, accessibility check, console errors.
// `npm run mock` must be running. OUT is where pictures go; exits with 1 when something is wrong.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const base = process.env.BASE ?? "http://127.0.0.1:8080";
const out = process.env.OUT ?? "look";
const only = process.env.ONLY;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const key = process.env.KEY_TEXT ?? "sk-pb-v1-0123456789abcdef0123456789abcdef";
const models = await (await fetch(`${base}/api/v1/models?limit=3`)).json();
const model = models.data[0].id;

const screens = [
  ["overview", `/#key=${key}`, async (page) => {
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("link", { name: "Generation", exact: true }).waitFor();
  }],
  ["signin", "/", null],
  ["models", "/models", null],
  ["expired", "/generations#key=wrong", async (page) => page.getByText("no longer accepts").waitFor()],
  ["models-filtered", "/models?q=atlas&sort=price-low&can=tools", null],
  ["models-none", "/models?q=nosuchmodel", null],
  ["model", `/models/${model}`, null],
  ["model-missing", "/models/no/such", null],
  ["health", "/health-status", null],
  ["generations", `/generations#key=${key}`, null],
  ["generation", `/generations#key=${key}`, async (page) => {
    await page.locator("a[href*='id=gen']:visible").nth(3).click();
    await page.getByText("in all").first().waitFor();
  }],
  ["keys", `/keys#key=${key}`, null],
  ["key-new", `/keys#key=${key}`, async (page) => page.getByRole("button", { name: "New key" }).click()],
];

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let wrong = 0;
const complain = (text) => {
  wrong++;
  process.stdout.write(`${text}\n`);
};
for (const scheme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    for (const [name, path, act] of screens) {
      if (only && !only.split(",").includes(name)) {
        continue;
      }
      const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: width > 800 ? 1000 : 844 }, bypassCSP: false });
      const page = await context.newPage();
      const label = `${name}-${scheme}-${width}`;
      page.on("console", (message) => message.type() === "error" && !/status of 40/.test(message.text()) && complain(`${label}: console: ${message.text()}`));
      page.on("pageerror", (error) => complain(`${label}: error: ${error.message}`));
      page.on("request", (request) => !request.url().startsWith(base) && !request.url().startsWith("data:") && complain(`${label}: outside: ${request.url()}`));
      await page.goto(base + path);
      await page.waitForLoadState("networkidle");
      await act?.(page);
      await page.waitForTimeout(350);
      await page.screenshot({ path: `${out}/${label}.png`, fullPage: !["generation", "key-new"].includes(name) });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) {
        complain(`${label}: ${wide} px wider than the screen`);
      }
      // The check itself is injected by the debugger, which the page's policy does not bind.
      await page.evaluate(`(() => { ${axe} })()`);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      for (const { impact, id, nodes } of violations) {
        complain(`${label}: axe ${impact} ${id}: ${nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
      }
      await context.close();
    }
  }
}
await browser.close();
process.stdout.write(`${wrong} complaints\n`);
process.exitCode = wrong ? 1 : 0;
