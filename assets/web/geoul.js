// Geoul for programs: loads the engine, runs it in a worker, needs no element of a page.
// Types and meaning: geoul.d.ts. All files lie beside this one; nothing is fetched from elsewhere.

const WASM = new URL("./geoul_wasm_bg.wasm", import.meta.url);
const MANIFEST = new URL("./manifest.json", import.meta.url);
const DAY_US = 8.64e10;

/** A call that Geoul cannot do: `findings` has what is wrong with the scene, if that is why. */
export class GeoulError extends Error {
  constructor(message, findings = []) {
    super(message);
    this.name = "GeoulError";
    this.findings = findings;
  }
}

/** Fetches and compiles the module; the browser compiles while it loads. */
export async function compile({ onProgress, signal } = {}) {
  const response = await fetch(WASM, { signal });
  if (!response.ok) throw new GeoulError(`${WASM.pathname}: ${response.status}`);
  // The clone is only counted: the response itself goes to the compiler, so that the browser can
  // keep the compiled code.
  const counted = onProgress ? count(response.clone(), onProgress, signal) : undefined;
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (fault) {
    // A host that does not know the type of the file, or a browser without streaming.
    if (!(fault instanceof TypeError)) throw fault;
    const again = await fetch(WASM, { signal });
    return await WebAssembly.compile(await again.arrayBuffer());
  } finally {
    await counted;
  }
}

async function count(response, onProgress, signal) {
  let total = 0;
  try {
    // What a host announces is the size on the way, compressed or not; the manifest has the size here.
    const manifest = await (await fetch(MANIFEST, { signal })).json();
    total = manifest.files.find((file) => WASM.pathname.endsWith(`/${file.path}`))?.bytes ?? 0;
  } catch {
    total = 0;
  }
  let loaded = 0;
  onProgress({ loaded, total });
  try {
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      loaded += value.length;
      onProgress({ loaded, total: Math.max(total, loaded) });
    }
  } catch {
    // The fault is the compiler's to tell: it reads the same bytes.
  }
}

/** A worker that has the module; it answers calls by number and runs by text. */
export function spawnWorker(module) {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: "geoul" });
  worker.postMessage({ module });
  return worker;
}

/** Calls to one worker, which is made anew when a call is stopped or ends in a trap. */
class Engine {
  #module;
  #worker;
  #waiting = new Map();
  #next = 1;

  constructor(module) {
    this.#module = module;
  }

  call(ask, args, { onProgress, signal } = {}) {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      const stop = () => {
        this.#waiting.delete(id);
        this.#restart();
        reject(signal.reason);
      };
      signal?.addEventListener("abort", stop, { once: true });
      const settle = (how) => (value) => {
        this.#waiting.delete(id);
        signal?.removeEventListener("abort", stop);
        how(value);
      };
      const message = { id, ask, args };
      this.#waiting.set(id, { message, onProgress, resolve: settle(resolve), reject: settle(reject) });
      this.#running().postMessage(message);
    });
  }

  close() {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const call of [...this.#waiting.values()]) call.reject(new GeoulError("closed"));
  }

  #running() {
    if (!this.#worker) {
      this.#worker = spawnWorker(this.#module);
      this.#worker.onmessage = ({ data }) => this.#take(data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        this.#fail(new GeoulError(event.message || "the worker could not be loaded"));
      };
    }
    return this.#worker;
  }

  #take({ id, answer, progress, fault, trapped }) {
    const call = this.#waiting.get(id);
    if (!call) return;
    if (progress) call.onProgress?.(progress);
    else if (fault === undefined) call.resolve(answer);
    else {
      call.reject(new GeoulError(fault));
      if (trapped) this.#restart();
    }
  }

  #fail(fault) {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const call of [...this.#waiting.values()]) call.reject(fault);
  }

  // A run cannot be talked to while it runs, so it is stopped by ending its worker; calls that
  // wait behind it are asked again.
  #restart() {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { message } of this.#waiting.values()) this.#running().postMessage(message);
  }
}

const shippedPath = (name) => (name.endsWith(".ron") ? name : `${name}.ron`);

/** A twin: one scene, its changed values, its runs. */
export class Geoul {
  #engine;
  #lang;
  #bundle;
  #changes = new Map();
  #findings = [];
  #scene = null;

  constructor(module, lang) {
    this.#engine = new Engine(module);
    this.#lang = lang ?? (globalThis.navigator?.language?.startsWith("ko") ? "ko" : "en");
  }

  static async load({ lang, onProgress, signal, module } = {}) {
    return new Geoul(module ?? (await compile({ onProgress, signal })), lang);
  }

  get lang() {
    return this.#lang;
  }

  set lang(lang) {
    this.#lang = lang;
  }

  get findings() {
    return this.#findings;
  }

  get scene() {
    return this.#scene;
  }

  get changes() {
    return Object.fromEntries(this.#changes);
  }

  shippedScenes() {
    return this.#engine.call("scenes", [this.#lang]);
  }

  async openScene(scene) {
    let bundle;
    if (typeof scene !== "string") {
      bundle = { main: scene.main, files: { ...scene.files } };
    } else if (/[(\n]/.test(scene)) {
      bundle = { main: "scene.ron", files: { "scene.ron": scene } };
    } else {
      bundle = await this.#engine.call("bundle", [shippedPath(scene)]);
      if (!bundle) throw new GeoulError(`no scene of that name comes along: ${scene}`);
    }
    this.#bundle = bundle;
    this.#changes.clear();
    return this.check();
  }

  set(path, value) {
    this.#opened();
    if (!["string", "number", "boolean", "bigint"].includes(typeof value)) {
      throw new TypeError(`${path}: expected a string, a number or a boolean`);
    }
    this.#changes.set(path, String(value));
    return this;
  }

  unset(path) {
    if (path === undefined) this.#changes.clear();
    else this.#changes.delete(path);
    return this;
  }

  async get(path) {
    const bundle = this.#opened();
    return this.#changes.get(path) ?? (await this.#engine.call("value", [bundle, path]));
  }

  async check() {
    const told = await this.#engine.call("check", [this.#opened(), [...this.#changes]]);
    this.#findings = told.findings;
    this.#scene = told.scene;
    return told;
  }

  async run({ days, warmupDays, replications, seed, onProgress, signal } = {}) {
    const request = { bundle: this.#opened(), overrides: [...this.#changes], story: "Typical" };
    const us = (name, value) => {
      const all = Math.round(value * DAY_US);
      if (!(all >= 0 && Number.isSafeInteger(all))) throw new RangeError(`${name}: ${value}`);
      return all;
    };
    if (days !== undefined) request.horizon_us = us("days", days);
    if (warmupDays !== undefined) request.warmup_us = us("warmupDays", warmupDays);
    if (replications !== undefined) {
      if (!Number.isInteger(replications)) throw new RangeError(`replications: ${replications}`);
      request.replications = replications;
    }
    let message = JSON.stringify(request);
    if (seed !== undefined) {
      const whole = BigInt(seed);
      if (whole < 0n || whole >= 1n << 64n) throw new RangeError(`seed: ${seed}`);
      // 64 bits, which a number of JavaScript does not hold.
      message = `${message.slice(0, -1)},"seed":${whole}}`;
    }
    const told = await this.#engine.call("run", [message, this.#lang], { onProgress, signal });
    const { end, reason } = told.answer;
    if (end !== "done") {
      const { findings } = await this.check();
      throw new GeoulError(reason || end, findings);
    }
    return new Result(told);
  }

  image(options, { signal } = {}) {
    return this.#engine.call("image", [options], { signal });
  }

  close() {
    this.#engine.close();
  }

  #opened() {
    if (!this.#bundle) throw new GeoulError("no scene is open: call openScene first");
    return this.#bundle;
  }

  static embed(element, { scene, set = {}, lang, cpu = false, title = "Geoul" } = {}) {
    const url = new URL("./index.html", import.meta.url);
    url.searchParams.set("embed", "1");
    const text = typeof scene !== "string" || /[(\n]/.test(scene);
    if (scene !== undefined && !text) url.searchParams.set("scene", shippedPath(scene));
    for (const [path, value] of Object.entries(set)) url.searchParams.append("set", `${path}=${value}`);
    if (lang) url.searchParams.set("lang", lang);
    if (cpu) url.searchParams.set("cpu", "1");
    const frame = document.createElement("iframe");
    Object.assign(frame, { title, src: url.href, allow: "clipboard-write; fullscreen" });
    Object.assign(frame.style, { border: "0", width: "100%", height: "100%" });
    if (scene !== undefined && text) {
      const bundle = typeof scene === "string" ? { main: "scene.ron", files: { "scene.ron": scene } } : scene;
      const hear = ({ source, data }) => {
        if (source !== frame.contentWindow || data?.geoul !== "ready") return;
        frame.contentWindow.postMessage({ geoul: "open", bundle }, url.origin);
      };
      addEventListener("message", hear);
    }
    element.append(frame);
    return frame;
  }
}

/** What a run came to. */
class Result {
  constructor({ answer, report, files, seconds }) {
    const { seed, lot_steps, warmup_days, end, reason, ...rest } = answer;
    Object.assign(this, rest, { seed: BigInt(seed), lotSteps: lot_steps, warmupDays: warmup_days });
    Object.assign(this, { report, files, seconds });
  }

  kpi(name, of = "") {
    return this.kpis.find((row) => row.name === name && row.of === of);
  }
}

export default Geoul;
