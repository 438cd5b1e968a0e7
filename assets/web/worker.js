// The engine off the main thread. First comes {module}; then calls {id, ask, args}, each answered by
// {id, answer} or {id, fault}; or a run's request as text, answered by the run's answers as texts.

import init, * as engine from "./geoul_wasm.js";

/** Between two words about how far a run is, ms. */
const PACE_MS = 100;

let begun;

const asks = {
  scenes: (_, lang) => ({ answer: JSON.parse(engine.shippedScenes(lang)) }),
  bundle: (_, path) => ({ answer: JSON.parse(engine.shippedBundle(path) ?? "null") }),
  check: (_, bundle, changes) => ({
    answer: JSON.parse(engine.checkScene(JSON.stringify(bundle), JSON.stringify(changes))),
  }),
  value: (_, bundle, path) => ({ answer: engine.valueAt(JSON.stringify(bundle), path) }),
  async image(_, { layout, optics, device, ...probe }) {
    const told = JSON.stringify({
      low_nm: probe.lowNm,
      side_nm: probe.sideNm,
      pixels: probe.pixels,
      points: probe.points,
      defocus_nm: probe.defocusNm ?? 0,
    });
    const make = device === "cpu" ? engine.lithoImageCpu : engine.lithoImageGpu;
    const intensity = await make(layout, optics, told);
    return { answer: { points: probe.points, intensity }, hand: [intensity.buffer] };
  },
  run(id, request, lang) {
    let told = -Infinity;
    const started = performance.now();
    const result = engine.runScene(request, lang, (text) => {
      const now = performance.now();
      if (now - told < PACE_MS) return;
      told = now;
      postMessage({ id, progress: JSON.parse(text) });
    });
    const seconds = (performance.now() - started) / 1000;
    const answer = JSON.parse(result.answer());
    if (answer.end !== "done") return { answer: { answer } };
    const [lots, tools] = [result.lots(), result.tools()];
    const report = result.report();
    const files = {
      "report.html": report,
      "kpis.json": result.kpis(),
      "lots.parquet": lots,
      "tools.parquet": tools,
    };
    result.free();
    return { answer: { answer, report, files, seconds }, hand: [lots.buffer, tools.buffer] };
  },
};

onmessage = async ({ data }) => {
  if (data?.module) {
    begun = init({ module_or_path: data.module });
    return;
  }
  const { id } = data;
  try {
    await begun;
    if (typeof data === "string") {
      engine.run(data, (answer) => postMessage(answer));
      return;
    }
    const { answer, hand = [] } = await asks[data.ask](id, ...data.args);
    postMessage({ id, answer }, hand);
  } catch (fault) {
    const trapped = fault instanceof WebAssembly.RuntimeError;
    const text = (trapped && engine.lastPanic()) || String(fault?.message ?? fault);
    if (id !== undefined) postMessage({ id, fault: text, trapped });
    // Who sent a text hears it as the worker's `error`.
    else setTimeout(() => { throw new Error(text); });
  }
};
