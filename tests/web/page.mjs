// The page without WebGPU, its accessibility, its use without a network, and what it loads.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browse, faults, native, pictures, root, serve, watch, words } from "./bench.mjs";

/** The longest that anything here takes on a slow machine, ms. */
const WAIT_MS = Number(process.env.GEOUL_WEB_WAIT_MS ?? 300_000);

let server, browser;

before(async () => {
  server = await serve();
  browser = await browse({ gpu: false });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A page of its own, opened and ready. */
async function visit(query, { locale = "en-US", dark = false, size = [1280, 900], touch = false } = {}) {
  const context = await browser.newContext({
    locale,
    colorScheme: dark ? "dark" : "light",
    viewport: { width: size[0], height: size[1] },
    hasTouch: touch,
    acceptDownloads: true,
  });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const seen = watch(page, server.address);
  await page.goto(server.address + query);
  return { context, page, seen };
}

const ready = (page) => page.waitForSelector("#run:not([disabled])", { timeout: WAIT_MS });

/** Runs what the form says and waits for its figures. */
async function run(page, { days = "70", replications = "2" } = {}) {
  await page.fill("#days", days);
  await page.fill("#replications", replications);
  await page.press("#replications", "Enter");
  await page.waitForSelector("#results [data-digest]", { timeout: WAIT_MS });
  return page.getAttribute("#results [data-digest]", "data-digest");
}

/** The frame of the report. */
const framed = async (page) => (await page.waitForSelector("iframe", { state: "attached" })).contentFrame();

/** All faults of a page and of the report in it. */
async function allFaults(page) {
  const report = await (await page.$("iframe"))?.contentFrame();
  return [...(await faults(page.mainFrame())), ...(report ? await faults(report) : [])];
}

test("without WebGPU the page says so and runs a scene", async () => {
  const { context, page, seen } = await visit("");
  await ready(page);
  const t = words("en");
  assert.equal(await page.getAttribute("html", "lang"), "en");
  const text = await page.innerText(".desk");
  assert.ok(text.includes(t("web-no-gpu")) && text.includes(t("web-no-gpu-works")));
  const digest = await run(page);
  const again = await page.locator('[data-kpi="cycle_time"]').getAttribute("data-mean");
  await page.fill("#changes", "tool_groups.Me.count = 2");
  await page.click("#run");
  await page.waitForFunction((digest) => {
    const now = document.querySelector("#results [data-digest]")?.dataset.digest;
    return now && now !== digest;
  }, digest, { timeout: WAIT_MS });
  const changed = await page.locator('[data-kpi="cycle_time"]').getAttribute("data-mean");
  assert.ok(Number(changed) < Number(again), `a second Me: ${again} d, ${changed} d`);
  const report = await framed(page);
  await report.waitForSelector("svg");
  assert.ok((await report.innerText("main")).includes("Minifab"));
  for (const name of ["report.html", "kpis.json", "kpis.csv", "lots.parquet"]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: t("web-save").replace("{ $file }", name) }).click(),
    ]);
    assert.equal(download.suggestedFilename(), name);
    const bytes = readFileSync(await download.path());
    assert.ok(bytes.length > 200, `${name}: ${bytes.length} bytes`);
    if (name.endsWith(".parquet")) assert.equal(bytes.subarray(0, 4).toString(), "PAR1");
    if (name.endsWith(".csv")) assert.match(bytes.toString(), /^name,of,kind,unit,mean,low,high,n\n/);
  }
  // What the report itself saves leaves its frame too.
  const [chart] = await Promise.all([page.waitForEvent("download"), report.locator('[data-save="csv"]').first().click()]);
  assert.match(chart.suggestedFilename(), /\.csv$/);
  assert.deepEqual(await allFaults(page), []);
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await page.screenshot({ path: join(pictures, "cpu-en.png"), fullPage: true });
  await context.close();
});

test("in Korean by the browser's language, and switched", async () => {
  const { context, page, seen } = await visit("?cpu=1", { locale: "ko-KR", dark: true, size: [1024, 768] });
  await ready(page);
  const [ko, en] = [words("ko"), words("en")];
  assert.equal(await page.getAttribute("html", "lang"), "ko");
  assert.ok((await page.innerText(".desk")).includes(ko("web-cpu-chosen")));
  await run(page);
  const results = await page.innerText(".numbers");
  assert.ok(results.includes("사이클 타임") && !results.includes("demanded"), results);
  const report = await framed(page);
  await report.waitForSelector("svg");
  assert.ok((await report.innerText("main")).includes("사이클 타임"));
  // Its letters come along: this system may have no Korean ones.
  await report.waitForFunction(() => [...document.fonts].some((face) => face.family.includes("Geoul Sans") && face.status === "loaded"));
  assert.deepEqual(await allFaults(page), []);
  await page.screenshot({ path: join(pictures, "cpu-ko-dark.png"), fullPage: true });
  await page.click("#language");
  await page.waitForSelector("#results [data-digest]", { timeout: WAIT_MS });
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.ok((await page.innerText(".desk")).includes(en("web-cpu-chosen")));
  assert.ok((await page.innerText("#results")).includes("Cycle time"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "language");
  // The choice is kept.
  await page.goto(`${server.address}?cpu=1`);
  await ready(page);
  assert.equal(await page.getAttribute("html", "lang"), "en");
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await context.close();
});

test("a damaged scene of one's own shows its findings with their places", async () => {
  const { context, page } = await visit("?cpu=1");
  await ready(page);
  await page.setInputFiles("#file", join(root, "tests/wrong/many.ron"));
  await page.waitForSelector("#findings li");
  const there = JSON.parse(native("check", "tests/wrong/many.ron", "--json"));
  const items = await page.locator("#findings li").allInnerTexts();
  assert.equal(items.length, there.length);
  for (const [i, finding] of there.entries()) {
    assert.ok(items[i].includes(finding.message), items[i]);
    assert.ok(items[i].includes(`line ${finding.line}, column ${finding.column}`), items[i]);
  }
  assert.ok(await page.isDisabled("#run"));
  assert.deepEqual(await allFaults(page), []);
  await page.screenshot({ path: join(pictures, "cpu-findings.png"), fullPage: true });
  // A scene that comes along mends it.
  await page.selectOption("#scene", "smoke/flow.ron");
  await ready(page);
  assert.equal(await page.locator("#findings li").count(), 0);
  await page.fill("#changes", "no line of ours");
  await page.click("#run");
  await page.waitForFunction((text) => document.getElementById("status").textContent.startsWith(text), "Line 1");
  await context.close();
});

test("a dropped scene runs, and a run is cancelled", async () => {
  const { context, page } = await visit("?cpu=1");
  await ready(page);
  const text = readFileSync(join(root, "scenes/minifab.ron"), "utf8").replace('name: "Minifab"', 'name: "Dropped fab"');
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "own.ron"));
    for (const type of ["dragover", "drop"]) {
      document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    }
  }, text);
  await page.waitForFunction(() => document.getElementById("status").textContent.includes("Dropped fab"));
  await page.fill("#replications", "5000");
  await page.click("#run");
  await page.click("#cancel:not([disabled])");
  await page.waitForFunction((text) => document.getElementById("status").textContent === text, words("en")("web-cancelled"));
  assert.equal(await page.locator("#results").count(), 0);
  assert.match(await run(page), /^[0-9a-f]{64}$/);
  await context.close();
});

test("everything is reached by keyboard in the order it is read, and is large enough to touch", async () => {
  const { context, page } = await visit("?cpu=1", { size: [390, 844], touch: true });
  await ready(page);
  const order = [];
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 12; i++) {
    await page.keyboard.press("Tab");
    const id = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement.id || activeElement.getAttribute("href") && "link" || activeElement.tagName;
    });
    order.push(id);
    if (id === "run") break;
  }
  assert.deepEqual(order, ["link", "language", "scene", "file", "days", "replications", "seed", "changes", "run"]);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outline);
  assert.match(outline, /solid 2px/);
  const small = await page.evaluate(() =>
    [...document.querySelectorAll("#cpu button, #cpu a, #cpu input, #cpu select, #cpu textarea")]
      .map((element) => [element.id || element.textContent, element.getBoundingClientRect()])
      .filter(([, box]) => box.height < 44 || box.width < 44)
      .map(([name, box]) => `${name}: ${box.width} x ${box.height}`));
  assert.deepEqual(small, []);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} px too wide`);
  const head = await page.locator(".top").evaluate((element) => element.getBoundingClientRect().height);
  assert.ok(head < 64, `the head takes ${head} px: more than a line`);
  await page.tap("#run");
  await page.tap("#cancel");
  assert.deepEqual(await allFaults(page), []);
  await page.screenshot({ path: join(pictures, "cpu-phone.png"), fullPage: true });
  await context.close();
});

test("a link carries scene and values; embedded it runs them and shows the report alone", async () => {
  const { context, page } = await visit("?cpu=1&scene=minifab&set=tool_groups.Me.count%3D2&days=70&replications=1&seed=4");
  await ready(page);
  assert.equal(await page.inputValue("#changes"), "tool_groups.Me.count=2");
  await page.click("#run");
  await page.waitForSelector("#results [data-digest]");
  const digest = await page.getAttribute("#results [data-digest]", "data-digest");
  // A page of somebody else, of the same origin only because the server has no other.
  await page.goto(`${server.address}icon.svg`);
  await page.goto("about:blank");
  await page.goto(`${server.address}README.md`);
  await page.evaluate(async (address) => {
    const { Geoul } = await import(`${address}geoul.js`);
    document.body.style.margin = "0";
    document.body.replaceChildren();
    const place = document.createElement("div");
    place.style.height = "700px";
    document.body.append(place);
    Geoul.embed(place, { scene: "minifab", set: { "tool_groups.Me.count": 2 }, lang: "ko", cpu: true });
  }, server.address);
  const frame = await framed(page);
  await frame.waitForSelector("#results [data-digest]", { state: "attached", timeout: WAIT_MS });
  assert.ok(await frame.isHidden("form") && await frame.isHidden(".numbers"));
  assert.ok(await frame.isVisible(".report iframe"));
  assert.equal(await frame.getAttribute("html", "lang"), "ko");
  assert.notEqual(digest, null);
  assert.deepEqual(await faults(frame), []);
  await page.screenshot({ path: join(pictures, "embed-cpu.png") });
  // A scene of the page's own goes in by message.
  const text = readFileSync(join(root, "scenes/smoke/flow.ron"), "utf8");
  await page.evaluate(async ([address, text]) => {
    const { Geoul } = await import(`${address}geoul.js`);
    document.querySelector("iframe").remove();
    Geoul.embed(document.querySelector("div"), { scene: text, cpu: true });
  }, [server.address, text]);
  const own = await framed(page);
  await own.waitForSelector("#results [data-digest]", { state: "attached", timeout: WAIT_MS });
  await context.close();
});

test("a module that does not load is said in words, in both languages", async () => {
  for (const [locale, lang] of [["en-US", "en"], ["ko-KR", "ko"]]) {
    const context = await browser.newContext({ locale, serviceWorkers: "block" });
    context.setDefaultTimeout(WAIT_MS);
    const page = await context.newPage();
    await page.route("**/*.wasm", (route) => route.abort());
    await page.goto(server.address);
    await page.waitForSelector("#fault:not([hidden])");
    const t = words(lang);
    const text = await page.innerText("#fault");
    for (const key of ["web-not-loaded", "web-not-loaded-hint", "web-reload", "web-without-graphics"]) assert.ok(text.includes(t(key)), key);
    assert.equal(await page.evaluate(() => document.activeElement.id), "fault-what");
    assert.deepEqual(await faults(page.mainFrame()), []);
    await page.screenshot({ path: join(pictures, `fault-${lang}.png`) });
    await page.unroute("**/*.wasm");
    await page.click("#fault-reload");
    await ready(page);
    await context.close();
  }
});

/** The served page with its module in two halves: the second is sent when `go` is called. */
async function halted() {
  let go;
  const told = new Promise((resolve) => (go = resolve));
  const http = createServer(async (request, response) => {
    const got = await fetch(new URL(request.url, server.address));
    const bytes = Buffer.from(await got.arrayBuffer());
    response.writeHead(got.status, { "Content-Type": got.headers.get("content-type") ?? "", "Content-Length": bytes.length });
    if (!request.url.endsWith(".wasm")) return response.end(bytes);
    const half = bytes.length >> 1;
    response.write(bytes.subarray(0, half));
    await told;
    response.end(bytes.subarray(half));
  });
  await new Promise((listening) => http.listen(0, "127.0.0.1", listening));
  const stop = () => new Promise((ended) => (http.closeAllConnections(), http.close(ended)));
  return { address: `http://127.0.0.1:${http.address().port}/`, go, stop };
}

test("while it loads there is a bar that tells how far", async () => {
  const slow = await halted();
  const context = await browser.newContext({ serviceWorkers: "block" });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  await page.goto(slow.address, { waitUntil: "commit" });
  await page.waitForFunction(() => {
    const share = document.getElementById("loading-bar")?.value;
    return share > 0.4 && share < 0.6 && /^[\d.]+ of [\d.]+ MB$/.test(document.getElementById("loading-size").textContent);
  });
  assert.deepEqual(await faults(page.mainFrame()), []);
  await page.screenshot({ path: join(pictures, "loading.png") });
  slow.go();
  await ready(page);
  assert.ok(await page.isHidden("#loading"));
  await context.close();
  await slow.stop();
});

test("without JavaScript it says what is missing", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  await page.goto(server.address);
  const text = await page.innerText("body");
  for (const lang of ["en", "ko"]) assert.ok(text.includes(words(lang)("web-no-script")), lang);
  await context.close();
});

test("after the first visit it opens without a server", async () => {
  const own = await serve();
  const context = await browser.newContext();
  context.setDefaultTimeout(WAIT_MS);
  const page = await context.newPage();
  const seen = watch(page, own.address);
  await page.goto(`${own.address}?cpu=1`);
  await ready(page);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller) {
      await new Promise((taken) => navigator.serviceWorker.addEventListener("controllerchange", taken, { once: true }));
    }
  });
  await own.stop();
  await assert.rejects(fetch(own.address), "the server is gone");
  await page.reload();
  await ready(page);
  assert.match(await run(page, { days: "60", replications: "1" }), /^[0-9a-f]{64}$/);
  await page.goto(own.address);
  await ready(page);
  assert.deepEqual(seen, { elsewhere: [], thrown: [] });
  await context.close();
});
