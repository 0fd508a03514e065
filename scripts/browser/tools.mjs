// What all scripts need that look at the page: a browser, its complaints, and axe-core.
//
// WEIR_BROWSER is the folder of playwright-core and axe-core, WEIR_CHROMIUM the browser
// (see scripts/lib/browser.sh).
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.WEIR_BROWSER, "node_modules", "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const launch = () =>
  chromium.launch({
    executablePath: process.env.WEIR_CHROMIUM,
    // Tests run as root in containers, where the sandbox cannot be made.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });

// A page whose complaints are heard: the console's, its own, and those of the security policy.
export async function listen(context, report) {
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) report(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => report(`error: ${error.message}`));
  return page;
}

// What keeps people out of the page that is open, a line each.
export async function keptOut(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map((violation) => {
    const nodes = violation.nodes.slice(0, 3).map((node) => `${node.html} (${node.any[0]?.message ?? violation.help})`);
    return `axe ${violation.id}: ${nodes.join(" | ")}`;
  });
}
