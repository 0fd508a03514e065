// Acts as an operator does, in a browser, on a page that is really served: signs in, runs, holds,
// releases, verifies, rolls back; with a mouse, by keyboard and without JavaScript. Prints what is
// wrong, a line each, and ends with 1 if anything is.
//
//   node act.mjs BASE SCREENSHOTS TOKEN
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { keptOut, launch, listen } from "./tools.mjs";

const [base, shots, token] = process.argv.slice(2);
mkdirSync(shots, { recursive: true });
const wrong = [];

// What somebody does, step by step; each screen on the way is looked at.
class Operator {
  constructor(page, name, report) {
    Object.assign(this, { page, name, report, seen: 0 });
  }

  async look(what) {
    // axe-core is a script itself.
    const lines = this.name === "no-script" ? [] : await keptOut(this.page);
    for (const line of lines) this.report(`${what}: ${line}`);
    this.seen += 1;
    await this.page.screenshot({ path: join(shots, `act-${this.name}-${this.seen}-${what}.png`), fullPage: true });
  }

  async signIn() {
    await this.page.goto(`${base}/runs?environment=production&app=people`);
    await this.page.getByRole("link", { name: "Sign in" }).click();
    await this.page.getByLabel("Operator's token").fill(token);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.getByRole("button", { name: "Sign out" }).waitFor();
    if (!this.page.url().includes("app=people")) this.report(`signing in leads to ${this.page.url()}`);
  }

  jobs(environment) {
    return this.page.goto(`${base}/runs?environment=${environment}&app=people`);
  }

  // Asks for an action, reads what it does, and confirms it.
  async act(link, button, sentence, { fill = {}, press = false } = {}) {
    await this.page.getByRole("link", { name: link }).first().click();
    await this.page.getByRole("heading", { name: "What this does" }).waitFor();
    const does = await this.page.locator("section.will").innerText();
    if (!does.includes(sentence)) this.report(`${button} does not say "${sentence}" but: ${does}`);
    await this.look(button.toLowerCase().replaceAll(" ", "-"));
    for (const [label, value] of Object.entries(fill)) await this.page.getByLabel(label).fill(value);
    const confirm = this.page.getByRole("button", { name: button, exact: true });
    if (press) {
      await confirm.focus();
      await this.page.keyboard.press("Enter");
    } else {
      await confirm.click();
    }
  }

  // Waits until what is shown says so, as somebody does who loads the page again.
  async until(text, what) {
    const end = Date.now() + 20_000;
    while (!(await this.page.locator("main").innerText()).includes(text)) {
      if (Date.now() > end) throw new Error(`${what} never shows "${text}": ${this.page.url()}`);
      await this.page.reload();
    }
  }

  async run(environment, sentence, options) {
    await this.jobs(environment);
    await this.act("Run now…", "Run now", sentence, options);
    await this.page.waitForURL("**/runs/2*");
    await this.until("succeeded", `the run of ${environment}`);
  }

  async all() {
    await this.signIn();
    await this.run("production", "Back up production/people");
    await this.run("staging", "is overwritten", { press: true });
    await this.look("ran");
    await this.run("production", "Back up production/people");
    await this.run("staging", "is overwritten");
    await this.jobs("staging");
    await this.act("Roll back…", "Roll back", "is replaced by the copy of run");
    await this.page.waitForURL("**/runs/2*");
    await this.until("succeeded", "the rollback");
    await this.page.goto(`${base}/backups?environment=production`);
    await this.page.locator("main table a").first().click();
    await this.act("Verify…", "Verify", "Nothing is changed");
    await this.page.waitForURL("**/runs/2*");
    await this.until("succeeded", "the verification");
    await this.look("verified");
    await this.holds();
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await this.page.getByRole("link", { name: "Sign in" }).waitFor();
  }

  async holds() {
    await this.jobs("staging");
    await this.act("Hold…", "Hold", "does not start", { fill: { Reason: "a <b>test</b>", Until: "3d" } });
    await this.page.waitForURL("**/holds");
    await this.until("a <b>test</b>", "the hold");
    await this.look("held");
    await this.jobs("staging");
    await this.page.getByRole("link", { name: "Run now…" }).click();
    const does = await this.page.locator("section.will").innerText();
    if (!does.includes("left out: held by alice")) this.report(`a held run says: ${does}`);
    await this.page.goto(`${base}/holds`);
    await this.act("Release staging/people", "Release", "held by alice until");
    await this.page.waitForURL("**/holds");
    await this.until("Nothing is held", "the release");
  }
}

const browser = await launch();
const ways = [
  ["mouse", { viewport: { width: 1280, height: 900 } }],
  ["dark-phone", { viewport: { width: 360, height: 740 }, colorScheme: "dark" }],
  ["no-script", { javaScriptEnabled: false }],
];
try {
  for (const [name, options] of ways) {
    const context = await browser.newContext({ reducedMotion: "reduce", ...options });
    const report = (what) => wrong.push(`${name}: ${what}`);
    const page = await listen(context, report);
    await new Operator(page, name, report).all().catch((error) => report(error.message));
    await context.close();
  }
} finally {
  await browser.close();
}
for (const line of wrong) console.log(line);
console.log(`every action in ${ways.length} ways, ${wrong.length} things wrong`);
process.exitCode = wrong.length ? 1 : 0;
