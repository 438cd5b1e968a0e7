// The app on WebGPU, on a software adapter: the memory fab runs, a what-if answers, an image of lithography
// equals the native one, a damaged scene says where, the language changes, nothing is lost. Pictures go to out/web.

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
async function open(query, { locale = "en-US", size = [1280, 800], touch = false, of = browser, at = server.address } = {}) {
  const context = await of.newContext({ locale, viewport: { width: size[0], height: size[1] }, hasTouch: touch });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const seen = watch(page, at);
  page.on("console", (message) => message.type() === "error" && seen.thrown.push(message.text()));
  await page.goto(at + query);
  await drawn(page);
  return { context, page, seen };
}

/** Waits until the app of a page or a frame draws. */
async function drawn(page) {
  await page.waitForFunction(() => globalThis.geoul?.state().length > 0 || !document.getElementById("fault").hidden);
  assert.ok(await page.isHidden("#fault"), (await page.isHidden("#fault")) ? "" : await page.textContent("#fault"));
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

/** Waits until the app has drawn what is so now. */
async function passed(page) {
  const before = (await state(page)).frames;
  await until(page, (now) => now.frames > before + 2, "it draws");
}

/** A picture of a page as the app in it, or in a frame of it, is now. */
async function picture(page, name, frame = page) {
  await passed(frame);
  await page.screenshot({ path: join(pictures, `${name}.png`), timeout: WAIT_MS });
}

test("the memory fab opens, runs, and a what-if changes its figures", async () => {
  // A software adapter takes seconds for each picture of so large a plant, so that one is drawn last.
  const { context, page, seen } = await open("?log=geoul=debug");
  assert.equal(await page.evaluate(() => document.activeElement.id), "stage");
  /** Presses keys, and waits until the app's log has told this after it. */
  const keys = async (line, ...pressed) => {
    const told = page.waitForEvent("console", { predicate: (message) => message.text().includes(line), timeout: WAIT_MS });
    for (const key of pressed) await page.keyboard.press(key);
    await told;
  };
  await page.evaluate(() => {
    const { geoul } = globalThis;
    return Promise.all([geoul.open("memory_fab.ron"), geoul.room("dashboard"), geoul.play(50_000)]);
  });
  const running = await until(page, (now) => now.figures?.moves > 1000, "the simulation runs");
  assert.ok(running.scene.tools > 900, `${running.scene.tools} tools`);
  const later = await until(page, (now) => now.now_us > running.now_us, "time goes on");
  assert.ok(later.figures.wip_lots > 100 && later.playing);
  await picture(page, "app-dashboard");
  await ask(page, "play", 0);

  // A knob turned as its user does: found by its name, its value typed into it.
  const knobs = await ask(page, "knobs", "capacity");
  const knob = knobs.find((knob) => knob.name === "tools.Litho_EUV");
  assert.ok(knob.whole && knob.high > knob.value + 2, JSON.stringify(knob));
  await page.locator("#stage").focus();
  await keys("above: Find", "Control+k");
  await page.keyboard.type("Tools of Litho_EUV");
  await keys("focus: DragValue Tools of Litho_EUV", "Enter");
  await page.keyboard.press("Control+a");
  await page.keyboard.type(String(knob.value + 1));
  await keys("turned: tools.Litho_EUV", "Enter");
  const turned = await until(page, (now) => knob.name in now.what_if.turned, "the knob turns");
  assert.deepEqual([turned.room, turned.what_if.turned], ["what-if", { [knob.name]: knob.value + 1 }]);
  await ask(page, "runWhatIf", 2, 12);
  const answered = await until(page, ({ what_if: it }) => !it.running && (it.pairs_done > 0 || it.failure), "the what-if answers");
  const { what_if: whatIf } = answered;
  assert.equal(whatIf.failure, null);
  assert.equal(whatIf.pairs_done, 2);
  const row = whatIf.outcome.variants[0].answers.find((row) => row.name === "throughput" && row.of === "");
  assert.ok(row.a > 0 && row.b > 0 && row.difference !== 0, JSON.stringify(row));
  assert.ok(Math.abs(row.b - row.a - row.difference) < 1e-9 * row.a, JSON.stringify(row));
  assert.ok(whatIf.verdict.length > 20, whatIf.verdict);
  await picture(page, "app-what-if");

  // The page's own language, switched while it runs.
  const korean = await ask(page, "language", "ko");
  assert.equal(korean.language, "ko");
  assert.notEqual(korean.what_if.verdict, whatIf.verdict);
  assert.match(korean.what_if.verdict, /[가-힣]/);
  await picture(page, "app-what-if-ko");
  assert.deepEqual(await faults(page.mainFrame()), []);
  await ask(page, "room", "plant");
  await picture(page, "app-memory-fab");
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await context.close();
});

test("an image of lithography on WebGPU equals the native one", async () => {
  const expected = JSON.parse(readFileSync(join(here, "litho_expected.json"), "utf8"));
  const text = (name) => readFileSync(join(root, "scenes/litho", name), "utf8");
  const context = await browser.newContext();
  context.setDefaultTimeout(WAIT_MS);
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

test("on the process bench a mask is optimised between frames", async () => {
  const { context, page, seen } = await open("?log=geoul=info");
  await ask(page, "room", "process-bench");
  const drawn = await until(page, ({ process: it }) => it.placement_rms_nm > 0, "the clip is imaged");
  assert.equal(drawn.process.optimised, false);
  const before = drawn.process.placement_rms_nm;
  await ask(page, "command", "optimise-mask");
  const after = await until(page, ({ process: it }) => it.optimised && it.placement_rms_nm !== before, "the mask is found");
  assert.ok(after.process.placement_rms_nm < 0.5 * before, `${before} nm, then ${after.process.placement_rms_nm} nm`);
  assert.ok(after.frames > drawn.frames + 20, "frames are drawn while it is sought");
  await picture(page, "app-mask");
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await context.close();
});

test("a damaged scene says where, and files that are dropped open", async () => {
  const { context, page, seen } = await open("");
  await picture(page, "app-start");
  const main = "tests/wrong/many.ron";
  const there = JSON.parse(native("check", main, "--json"));
  await ask(page, "openText", main, readFileSync(join(root, main), "utf8"));
  const told = await until(page, (now) => now.findings?.length > 0, "the findings come");
  assert.deepEqual(told.findings, there);
  await picture(page, "app-findings");
  const drag = (type, texts) => page.evaluate(([type, texts]) => {
    const data = new DataTransfer();
    for (const [name, text] of Object.entries(texts)) data.items.add(new File([text], name));
    const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
    return !document.getElementById("stage").dispatchEvent(event);
  }, [type, texts]);
  const texts = { "own.ron": readFileSync(join(root, "scenes/minifab.ron"), "utf8").replace('name: "Minifab"', 'name: "Dropped fab"') };
  assert.ok(await drag("dragover", texts), "the browser does not open the file itself");
  await picture(page, "app-drop");
  await drag("drop", texts);
  const dropped = await until(page, (now) => now.scene?.name === "Dropped fab" || now.notices.length > 0, "the dropped scene opens");
  assert.equal(dropped.scene?.name, "Dropped fab", JSON.stringify(dropped.notices));
  assert.deepEqual(dropped.findings, []);
  // What is saved is a download.
  const [download] = await Promise.all([page.waitForEvent("download"), ask(page, "command", "save")]);
  assert.equal(download.suggestedFilename(), "own.ron");
  assert.equal(readFileSync(await download.path(), "utf8"), texts["own.ron"]);
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await context.close();
});

test("in Korean by the browser's language; fingers and keys reach the app; a link carries scene and values", async () => {
  const { context, page } = await open("", { locale: "ko-KR", touch: true });
  assert.equal((await state(page)).language, "ko");
  assert.equal(await page.getAttribute("#stage", "aria-label"), words("ko")("web-canvas"));
  await picture(page, "app-start-ko");
  // A finger on the second tile. Held longer than 0.8 s it would mean something else.
  await page.touchscreen.tap(664, 300);
  await until(page, (now) => now.scene?.path === "geoul:/minifab.ron", "the tile opens its scene");
  await page.locator("#stage").focus();
  await page.keyboard.press("Space");
  const playing = await until(page, (now) => now.playing, "the space bar plays");
  await until(page, (now) => now.now_us > playing.now_us, "time goes on");
  await picture(page, "app-minifab-ko");
  await ask(page, "set", "run.seed", "77");
  await ask(page, "set", "tool_groups.Me.count", "2");
  const link = await page.evaluate(() => globalThis.geoul.link());
  const { searchParams } = new URL(link);
  assert.equal(searchParams.get("scene"), "minifab.ron");
  assert.deepEqual(searchParams.getAll("set").sort(), ["run.seed=77", "tool_groups.Me.count=2"]);
  await context.close();
  // Somebody else opens it.
  const other = await open(link.slice(server.address.length));
  const there = await until(other.page, (now) => now.scene?.tools > 0, "the scene opens");
  assert.deepEqual([there.scene.tools, there.scene.changed, there.language], [6, true, "en"]);
  assert.equal(await other.page.evaluate(() => globalThis.geoul.link()), link);
  await other.context.close();
});

test("what was not saved is found again after the page was closed", async () => {
  const { context, page, seen } = await open("?scene=minifab.ron");
  await ask(page, "set", "run.seed", "99");
  await page.waitForFunction(() => Object.keys(localStorage).some((name) => name.startsWith("geoul.unsaved-")));
  await page.reload();
  await drawn(page);
  const found = await state(page);
  assert.ok(found.found_unsaved && !found.scene.changed, JSON.stringify(found.scene));
  await picture(page, "app-recovery");
  // The question's first answer, which loses nothing, has the focus.
  await page.locator("#stage").focus();
  await page.keyboard.press("Enter");
  await until(page, (now) => now.scene?.changed && !now.found_unsaved, "the work is there again");
  assert.match(await page.evaluate(() => globalThis.geoul.link()), /set=run\.seed%3D99/);
  // It is this page's own work now, and saved it is no longer kept.
  await page.waitForFunction(() => Object.keys(localStorage).some((name) => name.startsWith("geoul.unsaved-")));
  await Promise.all([page.waitForEvent("download"), ask(page, "command", "save")]);
  await page.waitForFunction(() => !Object.keys(localStorage).some((name) => name.startsWith("geoul.unsaved-")));
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await context.close();
});

test("embedded it is there to look at, a scene of the page around with values in it too", async () => {
  const context = await browser.newContext({ viewport: { width: 900, height: 560 } });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  await page.goto(`${server.address}README.md`);
  const part = readFileSync(join(root, "scenes/minifab.ron"), "utf8").replace(/^ {4}(name|about|run): .*$/gm, "");
  const main = '(schema: 1, name: "Of two files", include: ["part.ron"], run: (horizon: "100 d", seed: 6))';
  await page.evaluate(async ([address, files]) => {
    const { Geoul } = await import(`${address}geoul.js`);
    document.body.style.margin = "0";
    document.body.replaceChildren();
    const place = document.createElement("div");
    place.style.height = "560px";
    document.body.append(place);
    Geoul.embed(place, { scene: { main: "main.ron", files }, set: { "run.seed": 5 }, lang: "ko" });
  }, [server.address, { "main.ron": main, "part.ron": part }]);
  const frame = await (await page.waitForSelector("iframe")).contentFrame();
  await drawn(frame);
  const opened = await until(frame, (now) => now.scene?.changed, "the scene opens");
  assert.deepEqual([opened.language, opened.scene.name, opened.scene.tools], ["ko", "Of two files", 5]);
  await frame.locator("#stage").focus();
  await page.keyboard.press("Space");
  await until(frame, (now) => now.playing, "it plays");
  const before = await state(frame);
  for (const key of ["Control+z", "Control+l", "Control+w"]) await page.keyboard.press(key);
  await page.waitForTimeout(1500);
  const after = await state(frame);
  assert.deepEqual([after.scene.revision, after.language], [before.scene.revision, "ko"]);
  assert.deepEqual(await frame.evaluate(() => Object.keys(localStorage)), [], "nothing is kept");
  assert.deepEqual(await faults(frame), []);
  await picture(page, "app-embed", frame);
  await context.close();
});

test("a device that is lost is said, and no work with it", async () => {
  const own = await browse();
  const { context, page } = await open("?scene=minifab.ron", { of: own });
  await ask(page, "set", "run.seed", "44");
  const client = await own.newBrowserCDPSession();
  await client.send("Browser.crashGpuProcess").catch(() => {
    // It answers nothing where it works.
  });
  await page.waitForSelector("#fault:not([hidden])");
  const t = words("en");
  const text = await page.innerText("#fault");
  for (const key of ["web-device-lost", "web-device-lost-hint", "web-reload"]) assert.ok(text.includes(t(key)), text);
  assert.deepEqual(await faults(page.mainFrame()), []);
  await page.screenshot({ path: join(pictures, "app-device-lost.png") });
  await page.click("#fault-reload");
  await drawn(page);
  const again = await state(page);
  assert.ok(again.found_unsaved);
  await context.close();
  await own.close();
});

test("after the first visit the app opens without a server", async () => {
  const own = await serve();
  const { context, page, seen } = await open("?scene=minifab.ron", { at: own.address });
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((taken) => navigator.serviceWorker.addEventListener("controllerchange", taken, { once: true }));
    }
  });
  await own.stop();
  await page.reload();
  await drawn(page);
  await until(page, (now) => now.scene?.name === "Minifab", "the scene opens");
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await context.close();
});
