// What others may write against the types of assets/web/geoul.d.ts; compiled, never run.

import { Geoul, GeoulError, compile, type Finding, type Kpi, type Result } from "geoul";

const module = await compile({ onProgress: ({ loaded, total }) => console.log(loaded / total) });
const twin = await Geoul.load({ module, lang: "ko" });

for (const { path, name } of await twin.shippedScenes()) console.log(path, name);

const check = await twin.openScene("minifab");
if (!check.ok) {
  const first: Finding | undefined = twin.findings[0];
  throw new Error(`${first?.file}:${first?.line}: ${first?.message}`);
}
await twin.openScene({ main: "a.ron", files: { "a.ron": "(schema: 1)" } });

const cancel = new AbortController();
async function cycleTime(): Promise<Kpi | undefined> {
  const result: Result = await twin.run({
    days: 120,
    replications: 5,
    seed: 2n ** 63n,
    onProgress: ({ share }) => share > 0.9 && cancel.abort(),
    signal: cancel.signal,
  });
  const bytes: number = result.files["lots.parquet"].byteLength;
  console.log(result.seed + 1n, bytes, result.report.length);
  return result.kpi("cycle_time");
}

try {
  const before = await cycleTime();
  twin.set("tool_groups.Me.count", 2).set("run.warmup", "30 d");
  const after = await cycleTime();
  if (before && after && before.high !== null) console.log(after.mean - before.mean);
} catch (fault) {
  if (fault instanceof GeoulError) console.log(fault.findings.length);
}

const text: string | undefined = await twin.get("run.seed");
console.log(text, twin.changes["run.warmup"], twin.scene?.days);
const image = await twin.image({ layout: "", optics: "", lowNm: [0, 0], sideNm: 512, pixels: 512, points: 8 });
console.log(image.intensity[0]);
twin.unset().close();

const frame: HTMLIFrameElement = Geoul.embed(document.body, { scene: "memory_fab", set: { "run.seed": 4 } });
frame.title = "Plant";

// @ts-expect-error a length is a number of days
await twin.run({ days: "3 d" });
// @ts-expect-error a twin is loaded, not made
new Geoul();
