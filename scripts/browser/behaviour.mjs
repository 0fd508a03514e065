// What the pages do, one check each. A check reports what is wrong, or throws.

const path = (pages, name) => pages.find((one) => one.name === name).path;

// Every page says what it has to say without JavaScript, and one on which something works keeps up.
export async function withoutScript({ page, base, pages, report }) {
  for (const one of pages) {
    await page.goto(base + one.path);
    if ((await page.locator("h1").count()) !== 1) report(`${one.name} has not one h1`);
    const dead = await page.locator("[data-filter], [data-keys]").filter({ visible: true }).count();
    if (dead) report(`${one.name} shows ${dead} things that need a script`);
  }
  await page.goto(base + path(pages, "run"));
  if (!(await page.content()).includes('http-equiv="refresh"')) report("a run at work does not keep up");
}

// A run at work grows without being loaded anew; what was opened stays open.
export async function keepsUp({ page, base, pages, report }) {
  await page.goto(base + path(pages, "run"));
  await page.evaluate(() => (window.kept = true));
  await page.locator("#steps summary").first().click();
  const before = await page.locator("#log li").count();
  await page.waitForFunction((count) => document.querySelectorAll("#log li").length > count, before);
  if (!(await page.evaluate(() => window.kept))) report("the page was loaded anew");
  if (!(await page.locator("#steps details").first().getAttribute("open") !== null)) report("what was opened is closed");
}

export async function filters({ page, base, report }) {
  await page.goto(base);
  const rows = page.locator("[data-row]").filter({ visible: true });
  const all = await rows.count();
  await page.keyboard.press("/");
  await page.keyboard.type("whitehall");
  const some = await rows.count();
  if (some === 0 || some >= all) report(`the filter shows ${some} of ${all}`);
  await page.keyboard.press("Escape");
  if ((await rows.count()) !== all) report("Escape does not show all again");
}

// g and a letter go to a screen, unless keys are turned off.
export async function keys({ page, base, report }) {
  await page.goto(base);
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.waitForURL("**/tonight");
  await page.getByRole("button", { name: "Turn keys off" }).click();
  await page.locator("body").press("/");
  if (await page.evaluate(() => document.activeElement.matches("[data-filter]"))) report("keys cannot be turned off");
}

export async function skips({ page, base, report }) {
  await page.goto(base);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  if ((await page.evaluate(() => document.activeElement.id)) !== "content") report("the skip link goes nowhere");
}
