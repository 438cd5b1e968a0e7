// The engine in a browser's worker against the native program, and the API of assets/web/geoul.d.ts.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { browse, here, native, root, serve, site, tsc } from "./bench.mjs";

let server, browser, page, out;

before(async () => {
  server = await serve();
  browser = await browse({ gpu: false });
  page = await browser.newPage();
  // A page of the same origin that runs nothing of its own.
  await page.goto(`${server.address}icon.svg`);
  await page.evaluate(async (address) => {
    const { Geoul, compile } = await import(`${address}geoul.js`);
    Object.assign(globalThis, { Geoul, module: await compile() });
  }, server.address);
  out = mkdtempSync(join(tmpdir(), "geoul-web-"));
});

after(async () => {
  await browser?.close();
  await server?.stop();
  if (out) rmSync(out, { recursive: true });
});

/** A run in the worker. */
const run = (scene, options, changes = {}) =>
  page.evaluate(async ([scene, options, changes]) => {
    const { Geoul, module } = globalThis;
    const twin = await Geoul.load({ module, lang: "en" });
    await twin.openScene(scene);
    for (const [path, value] of Object.entries(changes)) twin.set(path, value);
    const { files, report, ...result } = await twin.run({ ...options, seed: BigInt(options.seed) });
    const sizes = Object.fromEntries(Object.entries(files).map(([name, content]) => [name, content.length]));
    const magic = new TextDecoder().decode(files["lots.parquet"].slice(0, 4));
    twin.close();
    return { ...result, seed: String(result.seed), json: JSON.parse(files["kpis.json"]), report, sizes, magic };
  }, [scene, options, changes]);

/** The same run by the native program on one core. */
function natively(scene, { days, replications, seed }, changes = {}) {
  const sets = Object.entries(changes).flatMap(([path, value]) => ["--set", `${path}=${value}`]);
  const started = process.hrtime.bigint();
  native("run", join("scenes", scene), "--days", days, "--replications", replications, "--seed", seed, "--threads", "1", "--out", out, "--quiet", ...sets);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  return { ...JSON.parse(readFileSync(join(out, "kpis.json"), "utf8")), seconds };
}

for (const [scene, days, replications, seed] of [
  ["minifab.ron", 119, 3, "6"],
  ["smoke/tools.ron", 40, 2, "11"],
  ["smoke/queue_time.ron", 40, 2, "12"],
  ["smoke/upkeep.ron", 40, 2, "13"],
  ["smoke/flow.ron", 40, 2, "18446744073709551615"],
  ["memory_fab.ron", 20, 1, "9"],
]) {
  test(`digest and figures of ${scene} equal the native ones`, async () => {
    const [here, there] = [await run(scene, { days, replications, seed }), natively(scene, { days, replications, seed })];
    assert.equal(here.digest, there.digest);
    assert.equal(here.seed, seed);
    assert.equal(here.lotSteps, there.lot_steps);
    assert.ok(here.lotSteps > 100, "something happened");
    assert.equal(here.kpis.length, there.kpis.length);
    for (const [i, row] of here.kpis.entries()) {
      const { mean, ...names } = there.kpis[i];
      assert.equal(`${row.name} of ${row.of}`, `${names.name} of ${names.of}`);
      assert.ok(Math.abs(row.mean - mean) <= 1e-12 * Math.max(1, Math.abs(mean)), `${row.name} of ${row.of}: ${row.mean}, ${mean}`);
    }
    assert.ok(here.report.includes("<svg") && here.magic === "PAR1" && here.sizes["tools.parquet"] > 100);
    assert.equal(here.json.digest, there.digest);
  });
}

test("another seed or value is another digest", async () => {
  const base = { days: 60, replications: 1, seed: "6" };
  const digests = await Promise.all([
    run("minifab.ron", base),
    run("minifab.ron", { ...base, seed: "7" }),
    run("minifab.ron", base, { "tool_groups.Me.count": 2 }),
  ]).then((all) => all.map((result) => result.digest));
  assert.equal(new Set(digests).size, 3);
  assert.equal(digests[2], natively("minifab.ron", base, { "tool_groups.Me.count": 2 }).digest);
});

test("a program sets, reads, runs and hears how far it is", async () => {
  const told = await page.evaluate(async () => {
    const { Geoul, module } = globalThis;
    const twin = await Geoul.load({ module, lang: "ko" });
    const scenes = await twin.shippedScenes();
    const check = await twin.openScene("minifab");
    const before = await twin.get("tool_groups.Me.count");
    const shares = [];
    const options = { days: 80, replications: 2, seed: 3, onProgress: ({ share }) => shares.push(share) };
    const base = await twin.run(options);
    twin.set("tool_groups.Me.count", 2);
    const now = await twin.get("tool_groups.Me.count");
    const more = await twin.run(options);
    twin.unset("tool_groups.Me.count");
    const again = await twin.run(options);
    const word = base.words.cycle_time.name;
    twin.close();
    const cycle = [base, more, again].map((result) => result.kpi("cycle_time").mean);
    return { scenes, check, before, now, shares, cycle, word, none: base.kpi("no_such"), digests: [base.digest, again.digest] };
  });
  assert.ok(told.scenes.length >= 6 && told.scenes[0].path === "memory_fab.ron");
  assert.ok(told.check.ok && told.check.scene.name === "Minifab" && told.check.scene.days === 238);
  assert.ok(told.before.startsWith("1"), told.before);
  assert.equal(told.now, "2");
  assert.ok(told.cycle[1] < told.cycle[0], `a second Me shortens the cycle time: ${told.cycle}`);
  assert.equal(told.digests[0], told.digests[1]);
  assert.ok(told.shares.length > 0 && told.shares.every((share, i) => share <= 1 && (i === 0 || share >= told.shares[i - 1])));
  assert.equal(told.word, "사이클 타임");
  assert.equal(told.none, undefined);
});

test("a run is cancelled at once and the twin goes on", async () => {
  const told = await page.evaluate(async () => {
    const { Geoul, module } = globalThis;
    const twin = await Geoul.load({ module });
    await twin.openScene("memory_fab");
    const cancel = new AbortController();
    let at;
    const run = twin.run({ days: 3000, replications: 50, signal: cancel.signal, onProgress: () => { at ??= performance.now(); cancel.abort(); } });
    const behind = twin.shippedScenes();
    const fault = await run.then(() => null, (fault) => fault);
    const took = performance.now() - at;
    const scenes = (await behind).length;
    const again = await twin.run({ days: 2, warmupDays: 1, replications: 1 });
    const early = await twin.run({ signal: AbortSignal.abort() }).then(() => null, (fault) => fault.name);
    twin.close();
    return { name: fault?.name, took, scenes, end: again.replications, early };
  });
  assert.equal(told.name, "AbortError");
  assert.ok(told.took < 1000, `${told.took} ms`);
  assert.ok(told.scenes >= 6);
  assert.equal(told.end, 1);
  assert.equal(told.early, "AbortError");
});

test("what cannot be is said", async () => {
  const told = await page.evaluate(async () => {
    const { Geoul, module } = globalThis;
    const said = (call) => call().then(() => "nothing", (fault) => `${fault.name}: ${fault.message}`);
    const twin = await Geoul.load({ module });
    const closed = await said(async () => twin.set("a", 1));
    const unknown = await said(() => twin.openScene("no_such_fab"));
    await twin.openScene("minifab");
    const all = {
      closed,
      unknown,
      seed: await said(() => twin.run({ seed: -1 })),
      days: await said(() => twin.run({ days: NaN })),
      warmup: await said(() => twin.run({ days: 2, warmupDays: 3 })),
    };
    twin.set("tool_groups.Mee.count", 2);
    const fault = await twin.run().catch((fault) => fault);
    twin.close();
    return { ...all, findings: fault.findings };
  });
  assert.match(told.closed, /^GeoulError: no scene is open/);
  assert.match(told.unknown, /^GeoulError: .*no_such_fab/);
  assert.match(told.seed, /^RangeError/);
  assert.match(told.days, /^RangeError/);
  assert.match(told.warmup, /^GeoulError: .*warm-up/);
  assert.ok(told.findings.length >= 1 && JSON.stringify(told.findings).includes("Mee"));
});

test("a damaged scene has the findings of the command line", async () => {
  const main = "tests/wrong/many.ron";
  const there = JSON.parse(native("check", main, "--json"));
  const here = await page.evaluate(async (bundle) => {
    const { Geoul, module } = globalThis;
    const twin = await Geoul.load({ module });
    const check = await twin.openScene(bundle);
    twin.close();
    return { ...check, same: twin.findings };
  }, { main, files: { [main]: readFileSync(join(root, main), "utf8") } });
  assert.equal(here.ok, false);
  assert.ok(there.length > 3);
  assert.deepEqual(here.findings, there);
  assert.deepEqual(here.same, there);
  assert.ok(here.text.includes("many.ron:"));
});

// Printed, not demanded: the machine of a test may do other things meanwhile. docs/WEB.md has figures.
test("speed per core beside the native program", async (context) => {
  const options = { days: 60, replications: 1, seed: "5" };
  const rounds = [];
  for (let round = 0; round < 4; round++) {
    const [there, here] = [natively("memory_fab.ron", options), await run("memory_fab.ron", options)];
    rounds.push([there.seconds, here.seconds, here.lotSteps]);
  }
  const best = (side) => Math.min(...rounds.map((round) => round[side]));
  const [there, here, steps] = [best(0), best(1), rounds[0][2]];
  const line = `memory fab, 60 d, ${steps} lot-steps on one core: native ${there.toFixed(2)} s, browser ${here.toFixed(2)} s, ratio ${(there / here).toFixed(2)}`;
  context.diagnostic(line);
  console.log(line);
});

test("types fit an example", () => {
  execFileSync(process.execPath, [tsc, "--noEmit", "-p", join(here, "tsconfig.json")], { stdio: ["ignore", "inherit", "inherit"] });
});

test("the folder is ready for npm and small enough", () => {
  const read = (name) => JSON.parse(readFileSync(join(site, name), "utf8"));
  const [manifest, pack] = [read("manifest.json"), read("package.json")];
  const packed = JSON.parse(execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: site, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  const files = packed[0].files.map((file) => file.path);
  for (const name of ["geoul.js", "geoul.d.ts", "worker.js", "geoul_wasm_bg.wasm", "index.html", "README.md", "LICENSE-MIT"]) {
    assert.ok(files.includes(name), name);
  }
  assert.equal(pack.exports["."].types, "./geoul.d.ts");
  assert.equal(pack.license, "MIT OR Apache-2.0");
  const gzip = manifest.files.reduce((sum, file) => sum + file.gzip, 0);
  console.log(`the page: ${(gzip / 1e6).toFixed(2)} MB compressed`);
  assert.ok(gzip > 0 && gzip <= 20e6, `${gzip} bytes`);
});
