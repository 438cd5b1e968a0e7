// What every test here needs: the libraries at their locked versions, a server, a browser, the program.

import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const here = dirname(fileURLToPath(import.meta.url));
export const root = resolve(here, "../..");
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");

/** The native program: what it says is what the page must say. */
export const program = resolve(process.env.GEOUL_PROGRAM ?? join(target, "release/geoul"));
/** The folder that `geoul web build` made. */
export const site = resolve(process.env.GEOUL_PAGE ?? join(root, "out/page"));
/** Where pictures go. */
export const pictures = join(root, "out/web");

// Outside of the tree: the tree's own rules read every file below tests/.
const libraries = join(target, "web-tests");

/** Installs the libraries of package-lock.json, unless they are there. */
export function install() {
  mkdirSync(libraries, { recursive: true });
  const lock = readFileSync(join(here, "package-lock.json"), "utf8");
  const kept = join(libraries, "package-lock.json");
  const there = existsSync(join(libraries, "node_modules")) && existsSync(kept) && readFileSync(kept, "utf8") === lock;
  if (there) return;
  for (const file of ["package.json", "package-lock.json"]) cpSync(join(here, file), join(libraries, file));
  const flags = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", flags, { cwd: libraries, stdio: ["ignore", "inherit", "inherit"] });
}

install();
const load = createRequire(join(libraries, "package.json"));
export const { chromium } = load("playwright-core");
export const axe = readFileSync(load.resolve("axe-core/axe.min.js"), "utf8");
export const tsc = load.resolve("typescript/bin/tsc");

mkdirSync(pictures, { recursive: true });

/** Runs the native program; gives its output, whatever it ends with. */
export function native(...args) {
  try {
    return execFileSync(program, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 26 });
  } catch (fault) {
    if (fault.status === null || fault.status === undefined) throw fault;
    return fault.stdout;
  }
}

/** Serves the page by the program itself; gives its address and how to end it. */
export async function serve() {
  const child = spawn(program, ["web", "serve", site, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((found, failed) => {
    let said = "";
    child.stdout.on("data", (bytes) => {
      said += bytes;
      const url = said.match(/http:\/\/\S+/);
      if (url) found(url[0]);
    });
    child.on("exit", (code) => failed(new Error(`geoul web serve ended with ${code}`)));
  });
  const stop = () => new Promise((ended) => (child.exitCode !== null ? ended() : (child.once("exit", ended), child.kill("SIGINT"))));
  return { address, stop };
}

/** A software adapter for WebGPU, and no word to anybody. */
const GPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
  "--use-gl=angle",
];
const QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** A headless browser, with WebGPU or without. */
export function browse({ gpu = true } = {}) {
  const args = gpu ? [...QUIET.slice(0, 1), ...GPU, ...QUIET.slice(1)] : [...QUIET, "--disable-gpu"];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
}

/** Faults that axe sees in a page or frame, as text; touch targets among them. */
export async function faults(frame) {
  await frame.evaluate(axe);
  const found = await frame.evaluate(() =>
    globalThis.axe.run(document, { iframes: false, rules: { "target-size": { enabled: true } } }));
  return found.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
}

/** Collects what a page loads from other hosts than its own, and what it throws. */
export function watch(page, address) {
  const seen = { elsewhere: [], thrown: [] };
  page.context().on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(data|blob|about):/.test(url)) seen.elsewhere.push(url);
  });
  page.on("pageerror", (fault) => seen.thrown.push(String(fault)));
  return seen;
}

/** Words of the page in a language. */
export function words(lang) {
  const text = readFileSync(join(root, `assets/i18n/${lang}.ftl`), "utf8");
  const all = new Map(text.split("\n").flatMap((line) => {
    const at = line.indexOf(" = ");
    return line.startsWith("web-") && at > 0 ? [[line.slice(0, at), line.slice(at + 3)]] : [];
  }));
  return (key) => {
    if (!all.has(key)) throw new Error(`no text ${key}`);
    return all.get(key);
  };
}
