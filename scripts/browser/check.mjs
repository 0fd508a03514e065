// Looks at every screen in a browser, as people do: in light and dark, on a phone, by keyboard,
// without JavaScript. Prints what is wrong, a line each, and ends with 1 if anything is.
//
//   node check.mjs BASE SCREENSHOTS 'JSON'    JSON: [{"name": …, "path": …}, …]
//
// WEIR_BROWSER is the folder of playwright-core and axe-core, WEIR_CHROMIUM the browser
// (see scripts/lib/browser.sh).
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import * as behaviour from "./behaviour.mjs";
import { keptOut, launch, listen } from "./tools.mjs";

const [base, shots, list] = process.argv.slice(2);
const pages = JSON.parse(list);
mkdirSync(shots, { recursive: true });

const MODES = [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 900 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  { name: "phone", colorScheme: "light", viewport: { width: 360, height: 740 }, hasTouch: true },
];

const wrong = [];
const report = (where, what) => wrong.push(`${where}: ${what}`);

async function look(browser, mode) {
  const context = await browser.newContext({ ...mode, reducedMotion: "reduce" });
  let at = mode.name;
  const page = await listen(context, (what) => report(at, what));
  for (const one of pages) {
    at = `${mode.name} ${one.name}`;
    const answer = await page.goto(base + one.path);
    if (answer.status() !== (one.status ?? 200)) report(at, `answers ${answer.status()}`);
    for (const what of await keptOut(page)) report(at, what);
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - window.innerWidth);
    if (wide > 0) report(at, `is ${wide} pixels wider than the screen`);
    await page.screenshot({ path: join(shots, `${one.name}-${mode.name}.png`), fullPage: true });
    if (mode.name === "light") await byKeyboard(page, at);
  }
  await context.close();
}

// Everything that can be used is reached by Tab, in order, and is seen when it is.
async function byKeyboard(page, at) {
  const wanted = await page.evaluate(() => {
    const all = document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']");
    return [...all].filter((one) => one.checkVisibility({ visibilityProperty: true })).length;
  });
  const reached = new Set();
  for (let press = 0; press < Math.min(wanted, 60); press += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const one = document.activeElement;
      window.seen ??= new Map();
      if (!window.seen.has(one)) window.seen.set(one, window.seen.size);
      const style = getComputedStyle(one);
      return {
        id: window.seen.get(one),
        html: one.outerHTML.slice(0, 100),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
      };
    });
    if (press === 0 && !focus.html.includes("skip")) report(at, `the first Tab goes to ${focus.html}`);
    if (!focus.outlined) report(at, `focus is not seen on ${focus.html}`);
    reached.add(focus.id);
  }
  if (reached.size < Math.min(wanted, 60)) report(at, `Tab reaches ${reached.size} of ${wanted} things`);
}

const browser = await launch();
try {
  await Promise.all(MODES.map((mode) => look(browser, mode)));
  for (const [name, check] of Object.entries(behaviour)) {
    const context = await browser.newContext({ javaScriptEnabled: name !== "withoutScript" });
    try {
      const page = await listen(context, (what) => report(name, what));
      await check({ page, base, pages, report: (what) => report(name, what) });
    } catch (error) {
      report(name, error.message);
    }
    await context.close();
  }
} finally {
  await browser.close();
}
for (const line of wrong) console.log(line);
console.log(`${pages.length} screens looked at in ${MODES.length} ways, ${wrong.length} things wrong`);
process.exitCode = wrong.length ? 1 : 0;
