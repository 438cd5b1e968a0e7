// What happens when the page opens: the app on WebGPU, else the page without it; faults in words.

import { compile, spawnWorker } from "./geoul.js";
import { asked, t } from "./words.js";

const at = (id) => document.getElementById(id);
const only = (shown) => {
  for (const id of ["app", "loading", "fault", "cpu"]) at(id).hidden = id !== shown;
};

let stopped = false;

/** Says what went wrong in the place of everything else. */
function stop(what, hint, text) {
  if (stopped) return; // What follows the first fault follows from it.
  stopped = true;
  only("fault");
  at("fault-what").textContent = what;
  at("fault-hint").textContent = hint;
  at("fault-details").textContent = t("web-details");
  at("fault-text").textContent = text;
  at("fault-reload").textContent = t("web-reload");
  at("fault-cpu").textContent = t("web-without-graphics");
  at("fault-what").focus();
}

at("fault-reload").addEventListener("click", () => location.reload());

const panicked = (text) => stop(t("web-panicked"), t("web-panicked-hint"), text);
const deviceLost = (text) => stop(t("web-device-lost"), t("web-device-lost-hint"), text);

function loading() {
  only("loading");
  at("loading-what").textContent = t("web-loading");
}

function progress({ loaded, total }) {
  const mb = (bytes) => (bytes / 1e6).toFixed(1);
  if (!total) return;
  at("loading-bar").value = loaded / total;
  at("loading-size").textContent = t("web-loading-size", { done: mb(loaded), all: mb(total) });
}

function starting() {
  at("loading-bar").removeAttribute("value");
  at("loading-what").textContent = t("web-starting");
  at("loading-size").textContent = "\u00a0";
}

/** The module, loaded once with its bar. */
async function load() {
  loading();
  const module = await compile({ onProgress: progress });
  starting();
  return module;
}

async function hasGpu() {
  try {
    return Boolean(await navigator.gpu?.requestAdapter());
  } catch {
    return false;
  }
}

/** Puts the app on the canvas; whether there was a device for it. */
async function app(module) {
  const engine = await import("./geoul_wasm.js");
  // What the app asks its page for.
  globalThis.geoul_host = { spawn_worker: () => spawnWorker(module) };
  await engine.default({ module_or_path: module });
  const canvas = at("stage");
  canvas.setAttribute("aria-label", t("web-canvas"));
  // The canvas must have its size from the start; what is said while it starts stands above it.
  at("app").hidden = false;
  try {
    await engine.start(canvas.id, "{}", panicked, deviceLost);
  } catch (fault) {
    if (!String(fault?.message ?? fault).startsWith("no-webgpu")) throw fault;
    return false;
  }
  if (stopped) return true;
  only("app");
  canvas.focus();
  hear(engine);
  // For other scripts of the page, and for whoever opens the browser's console.
  globalThis.geoul = engine;
  return true;
}

/** A page around this one may hand in a scene of its own; it can ask for nothing back. */
function hear(engine) {
  if (parent === globalThis) return;
  addEventListener("message", async ({ source, data }) => {
    if (source !== parent || data?.geoul !== "open") return;
    const values = asked.getAll("set").filter((pair) => pair.includes("=")).map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
    try {
      await engine.openFiles(JSON.stringify(data.bundle));
      for (const [path, value] of values) await engine.set(path.trim(), value.trim());
    } catch {
      // The app shows what is wrong with it.
    }
  });
  parent.postMessage({ geoul: "ready" }, "*");
}

/** For use without a network, once there is nothing more urgent to load. */
function keep() {
  navigator.serviceWorker?.register("./sw.js").catch(() => {
    // A frame of another site, a private window: the page works without.
  });
}

async function open() {
  document.title = t("web-title");
  document.body.classList.toggle("embed", asked.get("embed") === "1");
  if (!globalThis.WebAssembly) {
    stop(t("web-old-browser"), "", navigator.userAgent);
    return;
  }
  const chosen = asked.get("cpu") === "1";
  const gpu = !chosen && (await hasGpu());
  try {
    const module = await load();
    if (!gpu || !(await app(module))) {
      const { show } = await import("./cpu.js");
      only("cpu");
      await show(at("cpu"), module, { lack: !chosen });
    }
    keep();
  } catch (fault) {
    const text = String(fault?.stack ?? fault);
    if (fault instanceof WebAssembly.RuntimeError) panicked(text);
    else stop(t("web-not-loaded"), t("web-not-loaded-hint"), text);
  }
}

addEventListener("error", ({ error }) => {
  if (error instanceof WebAssembly.RuntimeError) panicked(String(error.stack));
});

open();
