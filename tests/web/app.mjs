// The app on WebGPU, on a software adapter: the memory fab runs, a what-if answers, an image of lithography
// equals the native one, a damaged scene says where, the language changes. Pictures go to out/web.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browse, faults, here, native, pictures, root, serve, watch, words } from "./bench.mjs";

/** The longest that anything here takes on a slow machine, ms. */
const WAIT_MS = Number(process.env.GEOUL_WEB_WAIT_MS ?? 600_000);

let server, browser;

before(async () => {
  server = await serve();
  browser = await browse();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The app, once it draws. */
async function open(query, { locale = "en-US", size = [1024, 640], touch = false } = {}) {
  const context = await browser.newContext({ locale, viewport: { width: size[0], height: size[1] }, hasTouch: touch });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const seen = watch(page, server.address);
  page.on("console", (message) => message.type() === "error" && seen.thrown.push(message.text()));
  await page.goto(server.address + query);
  await page.waitForFunction(() => globalThis.geoul?.state().length > 0 || !document.getElementById("fault").hidden);
  assert.ok(await page.isHidden("#fault"), (await page.isHidden("#fault")) ? "" : await page.textContent("#fault"));
  return { context, page, seen };
}

const state = (page) => page.evaluate(() => JSON.parse(globalThis.geoul.state()));

/** Asks the app for something; gives its state after it. */
const ask = (page, name, ...args) =>
  page.evaluate(async ([name, args]) => JSON.parse(await globalThis.geoul[name](...args)), [name, args]);

/** Waits until a state fits; gives it. */
async function until(page, fits, what) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    const now = await state(page);
    if (fits(now)) return now;
    assert.ok(Date.now() < end, `${what}: ${JSON.stringify(now).slice(0, 2000)}`);
    await page.waitForTimeout(250);
  }
}

const picture = (page, name) => page.screenshot({ path: join(pictures, `${name}.png`), timeout: WAIT_MS });

test("the memory fab opens, runs, and a what-if changes its figures", async () => {
  const { context, page, seen } = await open("?scene=memory_fab.ron");
  const opened = await until(page, (now) => now.scene?.tools > 0, "the scene opens");
  assert.ok(opened.scene.tools > 900, `${opened.scene.tools} tools`);
  assert.equal(await page.evaluate(() => document.activeElement.id), "stage");
  await ask(page, "play", 50_000);
  const running = await until(page, (now) => now.figures?.moves > 100, "the simulation runs");
  const later = await until(page, (now) => now.now_us > running.now_us, "time goes on");
  assert.ok(later.figures.wip_lots > 100 && later.playing);
  await picture(page, "app-memory-fab");
  await ask(page, "play", 0);

  const knobs = await ask(page, "knobs", "capacity");
  const slider = knobs.find((knob) => knob.whole && knob.high > knob.value);
  assert.ok(slider, JSON.stringify(knobs).slice(0, 400));
  const turned = await ask(page, "turn", "capacity", slider.name, String(Math.min(slider.high, slider.value + 2)));
  assert.deepEqual(turned.what_if.turned, [slider.name]);
  await ask(page, "room", turned.rooms.includes("what-if") ? "what-if" : turned.rooms.find((room) => room.includes("what")));
  await ask(page, "runWhatIf", 2, 12);
  const answered = await until(page, ({ what_if: it }) => !it.running && (it.pairs_done > 0 || it.failure), "the what-if answers");
  assert.equal(answered.what_if.failure, null);
  assert.equal(answered.what_if.pairs_done, answered.what_if.pairs_total);
  const differences = JSON.stringify(answered.what_if.outcome).match(/"(mean|difference|delta)":-?[\d.e-]+/g) ?? [];
  assert.ok(differences.some((text) => Number(text.split(":")[1]) !== 0), JSON.stringify(answered.what_if.outcome).slice(0, 1000));
  assert.ok(answered.what_if.verdict, "a sentence");
  await page.waitForTimeout(1000);
  await picture(page, "app-what-if");

  // The page's own language, switched while it runs.
  const korean = await ask(page, "language", "ko");
  assert.equal(korean.language, "ko");
  await page.waitForTimeout(1000);
  await picture(page, "app-korean");
  assert.deepEqual(await faults(page.mainFrame()), []);
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await context.close();
});

test("an image of lithography on WebGPU equals the native one", async () => {
  const expected = JSON.parse(readFileSync(join(here, "litho_expected.json"), "utf8"));
  const text = (name) => readFileSync(join(root, "scenes/litho", name), "utf8");
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.address}icon.svg`);
  const { low_nm: lowNm, side_nm: sideNm, pixels, points, defocus_nm: defocusNm } = expected.probe;
  const options = { layout: text(expected.layout), optics: text(expected.optics), lowNm, sideNm, pixels, points, defocusNm };
  const found = await page.evaluate(async ([address, options]) => {
    const { Geoul } = await import(`${address}geoul.js`);
    const twin = await Geoul.load();
    const image = await twin.image(options);
    twin.close();
    return [...image.intensity];
  }, [server.address, options]);
  assert.equal(found.length, expected.intensity.length);
  const worst = Math.max(...found.map((value, i) => Math.abs(value - expected.intensity[i])));
  console.log(`lithography on WebGPU: largest difference to the native image ${worst.toExponential(1)} of the clear field`);
  assert.ok(worst <= 2e-6, `${worst}`);
  await context.close();
});

test("a damaged scene says where, and a dropped one opens", async () => {
  const { context, page } = await open("");
  await picture(page, "app-start");
  const main = "tests/wrong/many.ron";
  const there = JSON.parse(native("check", main, "--json"));
  await ask(page, "openText", main, readFileSync(join(root, main), "utf8"));
  const told = await until(page, (now) => now.findings?.length > 0, "the findings come");
  assert.deepEqual(told.findings, there);
  await page.waitForTimeout(1000);
  await picture(page, "app-findings");
  const text = readFileSync(join(root, "scenes/minifab.ron"), "utf8");
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "own.ron"));
    const canvas = document.getElementById("stage");
    for (const type of ["dragenter", "dragover", "drop"]) {
      canvas.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
  }, text);
  const dropped = await until(page, (now) => now.scene?.name === "Minifab" || now.notices.length > 0, "the dropped scene opens");
  assert.equal(dropped.scene?.name, "Minifab", JSON.stringify(dropped.notices));
  await context.close();
});

test("in Korean by the browser's language; keys reach the app; the link carries scene and values", async () => {
  const { context, page } = await open("?scene=minifab.ron&set=tool_groups.Me.count%3D2", { locale: "ko-KR", touch: true });
  const now = await until(page, (state) => state.scene?.name === "Minifab", "the scene opens");
  assert.equal(now.language, "ko");
  assert.ok(now.scene.changed, "the value of the link is set");
  assert.equal(await page.getAttribute("#stage", "aria-label"), words("ko")("web-canvas"));
  await page.locator("#stage").focus();
  await page.keyboard.press("Space");
  await until(page, (state) => state.playing, "the space bar plays");
  const link = await page.evaluate(() => globalThis.geoul.link());
  assert.match(link, /scene=minifab\.ron/);
  await picture(page, "app-minifab-ko");
  await page.touchscreen.tap(500, 300);
  await context.close();
});

test("embedded it is there to look at", async () => {
  const { context, page } = await open("?embed=1&scene=minifab.ron");
  await until(page, (state) => state.scene?.tools > 0, "the scene opens");
  await page.waitForTimeout(1500);
  await picture(page, "app-embed");
  await context.close();
});
