// The page without WebGPU: a scene, its run on the processor, figures, charts, files to save.

import { Geoul } from "./geoul.js";
import { asked, language, speak, t } from "./words.js";

/** Figures at the head, in this order. */
const FIRST = ["throughput", "cycle_time", "cycle_time_p95", "x_factor", "on_time", "wip", "utilization", "wafers_per_week"];

function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

/** Decimals that a half-width supports; three digits where there is none. As the program writes them. */
function figure(mean, half) {
  const size = Math.abs(mean);
  let decimals = size >= 100 || size === 0 ? 0 : size >= 10 ? 1 : 2;
  if (half > 0) {
    const exponent = Math.floor(Math.log10(half));
    decimals = Math.min(3, Math.max(0, half / 10 ** exponent < 1.95 ? 1 - exponent : -exponent));
  }
  const text = (value) =>
    value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).replace("-", "−");
  return { mean: text(mean), half: half > 0 ? `± ${text(half)}` : "" };
}

const halfOf = (row) => (row.high === null ? 0 : row.high - row.mean);

function save(name, content) {
  const types = { html: "text/html", json: "application/json", csv: "text/csv", ron: "text/plain" };
  const type = types[name.split(".").pop()] ?? "application/octet-stream";
  const link = el("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 40_000);
}

function csv(kpis) {
  const cell = (value) => (/[",\n]/.test(String(value ?? "")) ? `"${String(value).replaceAll('"', '""')}"` : (value ?? ""));
  const heads = ["name", "of", "kind", "unit", "mean", "low", "high", "n"];
  return [heads.join(","), ...kpis.map((row) => heads.map((head) => cell(row[head])).join(","))].join("\n") + "\n";
}

/** The page's letters as a style for the report: its frame may fetch nothing, and not every system has Korean ones. */
async function letters() {
  const face = async (weight, name) => {
    const file = await (await fetch(new URL(name, import.meta.url))).blob();
    const url = await new Promise((done, failed) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.onerror = failed;
      reader.readAsDataURL(file);
    });
    return `@font-face{font-family:"Geoul Sans";font-weight:${weight};src:url(${url})}`;
  };
  const faces = await Promise.all([face(400, "geoul-sans-regular.otf"), face(600, "geoul-sans-semibold.otf")]);
  return `<style>${faces.join("")}html,svg{font-family:"Geoul Sans",sans-serif}</style>`;
}

/** What a check of the scene demanded and saw, in the words of its figure. */
function checked({ kpi, of, min, max, mean, reason }, { name, unit }) {
  const number = (value) => value.toLocaleString("en", { maximumSignificantDigits: 5 });
  const demanded = min === null ? `≤ ${number(max)}` : max === null ? `≥ ${number(min)}` : `${number(min)} – ${number(max)}`;
  const what = of ? `${name ?? kpi} · ${of}` : (name ?? kpi);
  return mean === null ? `${what}: ${reason}` : `${what}: ${number(mean)} ${unit} (${demanded})`;
}

class Page {
  constructor(root, twin, embedded) {
    this.root = root;
    this.twin = twin;
    this.embedded = embedded;
    this.running = null;
    this.result = null;
    this.own = null;
  }

  async build(lack) {
    this.lack = lack;
    const { root } = this;
    this.shipped = await this.twin.shippedScenes();
    const link = new URL(location.href);
    link.searchParams.delete("cpu");
    link.searchParams.delete("embed");
    const switchTo = language() === "ko" ? "en" : "ko";
    const head = el("header", { class: "top" },
      el("h1", {}, el("img", { src: "icon.svg", alt: "", width: "28", height: "28" }), "Geoul 거울"),
      this.embedded
        ? el("a", { class: "button", href: link.href, target: "_blank", rel: "noopener" }, t("web-embed-open"))
        : lack ? undefined : el("a", { class: "button", href: link.href }, t("web-with-graphics")),
      this.embedded ? undefined : el("button", { type: "button", lang: switchTo, id: "language", onclick: () => this.speak(switchTo) }, t("web-language")));
    const say = lack
      ? el("section", { class: "say lack", "aria-label": "WebGPU" },
        el("p", {}, el("strong", {}, t("web-no-gpu"))), el("p", {}, t("web-no-gpu-works")), el("p", { class: "dim" }, t("web-no-gpu-how")))
      : el("section", { class: "say", "aria-label": t("web-title") }, el("p", {}, t("web-cpu-chosen")));
    this.say = el("p", { role: "status", id: "status" });
    this.bar = el("progress", { max: "1", "aria-labelledby": "status", hidden: true });
    this.numbers = el("div", { class: "numbers" });
    this.report = el("section", { class: "report", "aria-labelledby": "report-title", hidden: true });
    const results = el("div", { class: "results" }, el("div", { class: "status" }, this.say, this.bar), this.numbers, this.report);
    root.replaceChildren(head, el("div", { class: "desk" }, say, this.form(), results));
  }

  form() {
    const options = this.shipped.map((scene) => el("option", { value: scene.path }, `${scene.name}: ${scene.about}`));
    this.choice = el("select", { id: "scene", onchange: () => this.open(this.choice.value) }, ...options);
    this.file = el("input", { type: "file", id: "file", multiple: true, accept: ".ron,text/plain", onchange: () => this.take(this.file.files) });
    const number = (id, least, most) => el("input", { id, type: "number", inputmode: "numeric", min: least, max: most, step: id === "days" ? "any" : "1", "aria-describedby": `${id}-scene` });
    this.days = number("days", "0", "100000");
    this.replications = number("replications", "1", "1000000");
    this.seed = number("seed", "0", "9007199254740991");
    const field = (input, key) => el("label", {}, el("span", {}, t(key)), input, el("small", { id: `${input.id}-scene` }, "\u00a0"));
    this.changes = el("textarea", { id: "changes", spellcheck: "false", "aria-describedby": "changes-hint" });
    this.button = el("button", { class: "primary", type: "submit", id: "run", disabled: true }, t("web-run"));
    this.stop = el("button", { type: "button", id: "cancel", disabled: true, onclick: () => this.running?.abort() }, t("web-cancel"));
    return el("form", { onsubmit: (event) => { event.preventDefault(); this.run(); } },
      el("fieldset", {}, el("legend", {}, t("web-scene")),
        el("label", {}, el("span", {}, t("web-scene-shipped")), this.choice),
        el("label", {}, el("span", {}, t("web-scene-own")), this.file, el("small", {}, t("web-scene-drop")))),
      el("fieldset", {}, el("legend", {}, t("web-length")),
        el("div", { class: "three" }, field(this.days, "web-days"), field(this.replications, "web-replications"), field(this.seed, "web-seed"))),
      el("label", {}, el("span", {}, t("web-changes")), this.changes, el("small", { id: "changes-hint" }, t("web-changes-hint"))),
      el("div", { class: "actions" }, this.button, this.stop));
  }

  async speak(lang) {
    speak(lang);
    this.twin.lang = lang;
    document.title = t("web-title");
    const kept = ["days", "replications", "seed", "changes"].map((name) => [name, this[name].value]);
    const scene = this.choice.value;
    await this.build(this.lack);
    for (const [name, value] of kept) this[name].value = value;
    this.choice.value = scene;
    document.getElementById("language").focus();
    // The report is written in one language: it is made again in the other one.
    const again = this.result !== null;
    this.result = null;
    await this.open(this.own ?? scene);
    if (again) await this.run();
  }

  async take(files) {
    const texts = await Promise.all([...files].map(async (file) => [file.name, await file.text()]));
    if (!texts.length) return;
    // The main file is the one that includes others, else the first.
    const main = (texts.find(([, text]) => /\binclude\s*:/.test(text)) ?? texts[0])[0];
    await this.open({ main, files: Object.fromEntries(texts) });
  }

  async open(scene) {
    this.running?.abort();
    this.own = typeof scene === "string" ? null : scene;
    this.button.disabled = true;
    this.numbers.replaceChildren();
    this.report.hidden = true;
    this.say.textContent = t("web-reading");
    try {
      this.told(await this.twin.openScene(scene));
    } catch (fault) {
      this.say.textContent = String(fault.message ?? fault);
    }
  }

  told(check) {
    this.numbers.replaceChildren(...(check.findings.length ? [this.findings(check)] : []));
    this.button.disabled = !check.ok;
    this.say.textContent = check.ok ? t("web-ready", { scene: check.scene.name }) : t("web-findings-stop");
    for (const name of ["days", "replications", "seed"]) {
      const value = check.scene?.[name];
      document.getElementById(`${name}-scene`).textContent = value === undefined ? "\u00a0" : t("web-of-scene", { value });
    }
  }

  findings(check) {
    const items = check.findings.map((finding) =>
      el("li", { class: finding.severity },
        el("strong", {}, finding.message),
        el("span", { class: "dim" }, t("web-findings-place", finding)),
        finding.expectation ? el("span", {}, t("web-findings-expected", { what: finding.expectation })) : undefined,
        finding.nearest ? el("span", {}, t("web-findings-nearest", { name: finding.nearest })) : undefined));
    return el("section", { "aria-labelledby": "findings-title", id: "findings" },
      el("h2", { id: "findings-title" }, `${t("web-findings")}: ${check.summary}`),
      el("ul", { class: "findings" }, ...items));
  }

  /** Changed values as the form has them; throws what is wrong with a line. */
  edits() {
    return this.changes.value.split("\n").flatMap((line, n) => {
      if (!line.trim()) return [];
      const at = line.indexOf("=");
      if (at < 1) throw new Error(t("web-changes-wrong", { line: n + 1 }));
      return [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
    });
  }

  async run() {
    if (this.running) return;
    const running = (this.running = new AbortController());
    try {
      this.twin.unset();
      for (const [path, value] of this.edits()) this.twin.set(path, value);
      const check = await this.twin.check();
      this.told(check);
      if (!check.ok) {
        this.button.disabled = false; // A changed value is at fault, not the scene.
        return;
      }
      const given = (input) => (input.value === "" ? undefined : Number(input.value));
      this.button.disabled = true;
      this.stop.disabled = false;
      this.bar.hidden = false;
      this.bar.removeAttribute("value");
      const started = performance.now();
      const onProgress = ({ replication, of, share }) => {
        this.bar.value = share;
        const rest = ((performance.now() - started) / 1000) * (1 / share - 1);
        const left = share > 0.05 ? ` · ${t("web-remaining", { seconds: Math.ceil(rest) })}` : "";
        const words = t("web-running", { n: replication + 1, all: of }) + left;
        if (this.say.textContent !== words) this.say.textContent = words;
      };
      this.result = await this.twin.run({
        days: given(this.days),
        replications: given(this.replications),
        seed: given(this.seed),
        onProgress,
        signal: running.signal,
      });
      this.say.textContent = t("web-done", { seconds: this.result.seconds.toFixed(1) });
      await this.show(check);
    } catch (fault) {
      this.say.textContent = running.signal.aborted ? t("web-cancelled") : String(fault.message ?? fault);
    } finally {
      this.running = null;
      this.bar.hidden = true;
      this.stop.disabled = true;
      this.button.disabled = this.twin.scene === null;
    }
  }

  async show(check) {
    const { result } = this;
    const words = (row) => result.words[row.name] ?? { name: row.name, about: "", unit: row.unit };
    const strip = FIRST.map((name) => result.kpi(name)).filter(Boolean).slice(0, 6).map((row) => {
      const { mean, half } = figure(row.mean, halfOf(row));
      const { name, about, unit } = words(row);
      return el("div", { title: about, "data-kpi": row.name, "data-mean": row.mean },
        el("dt", {}, name), el("dd", { class: "value" }, mean, " ", el("small", {}, unit)), el("dd", { class: "dim" }, half || "\u00a0"));
    });
    const rows = result.kpis.map((row) => {
      const { mean, half } = figure(row.mean, halfOf(row));
      const { name, about, unit } = words(row);
      return el("tr", {}, el("th", { scope: "row", title: about }, name), el("td", {}, row.of || t("web-plant")),
        el("td", { class: "n" }, mean), el("td", { class: "n" }, half), el("td", { class: "u" }, unit));
    });
    const heads = [["web-figure", ""], ["web-of", ""], ["web-mean", "n"], ["web-interval", "n"], ["web-unit", ""]];
    const table = el("table", {},
      el("thead", {}, el("tr", {}, ...heads.map(([key, side]) => el("th", { scope: "col", class: side || false }, t(key))))),
      el("tbody", {}, ...rows));
    const files = { ...result.files, "kpis.csv": csv(result.kpis) };
    const names = ["report.html", "kpis.json", "kpis.csv", "lots.parquet", "tools.parquet"];
    const saves = names.map((name) => el("button", { type: "button", onclick: () => save(name, files[name]) }, t("web-save", { file: name })));
    const checks = result.checks.length
      ? el("section", { "aria-labelledby": "checks-title" }, el("h2", { id: "checks-title" }, t("web-checks")),
        el("ul", {}, ...result.checks.map((c) => el("li", {}, el("strong", { class: c.passed ? "good" : "bad" }, t(c.passed ? "web-passed" : "web-failed")), ` ${checked(c, result.words[c.kpi] ?? { unit: c.unit })}`))))
      : undefined;
    this.numbers.replaceChildren(
      ...(check.findings.length ? [this.findings(check)] : []),
      el("section", { "aria-labelledby": "results-title", id: "results" },
        el("h2", { id: "results-title" }, `${t("web-results")}: ${result.scene}`),
        el("dl", { class: "strip" }, ...strip),
        el("p", { class: "code", "data-digest": result.digest }, t("web-digest", { digest: result.digest, version: result.version })),
        el("div", { class: "actions" }, ...saves),
        el("details", {}, el("summary", {}, t("web-all-figures")), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("web-all-figures") }, table))),
      ...(checks ? [checks] : []));
    // What the report does stays in its frame: it has no more rights than to show itself and to save.
    const frame = el("iframe", { title: t("web-report"), sandbox: "allow-scripts allow-downloads", allow: "clipboard-write" });
    this.letters ??= letters().catch(() => ""); // The system's, then.
    const style = await this.letters;
    frame.srcdoc = result.report.replace("</head>", () => `${style}</head>`);
    this.report.replaceChildren(el("h2", { id: "report-title", class: this.embedded ? "unseen" : false }, t("web-report")), frame);
    this.report.hidden = false;
  }
}

/** Shows the page in `root`; `lack`: because this browser has no WebGPU. */
export async function show(root, module, { lack }) {
  const twin = await Geoul.load({ module, lang: language() });
  const embedded = asked.get("embed") === "1";
  const page = new Page(root, twin, embedded);
  await page.build(lack);
  for (const name of ["days", "replications", "seed"]) page[name].value = asked.get(name) ?? "";
  page.changes.value = asked.getAll("set").join("\n");
  const wanted = asked.get("scene");
  const path = wanted && !wanted.endsWith(".ron") ? `${wanted}.ron` : wanted;
  page.choice.value = page.shipped.some((scene) => scene.path === path) ? path : "minifab.ron";
  const hold = (on) => (event) => {
    event.preventDefault();
    document.body.classList.toggle("over", on);
  };
  addEventListener("dragover", hold(true));
  addEventListener("dragleave", hold(false));
  addEventListener("drop", (event) => {
    hold(false)(event);
    page.take(event.dataTransfer.files);
  });
  if (embedded) {
    // The page around may hand in a scene of its own; it can ask for nothing back.
    addEventListener("message", async ({ source, data }) => {
      if (source !== parent || data?.geoul !== "open") return;
      await page.open(data.bundle);
      await page.run();
    });
    parent.postMessage({ geoul: "ready" }, "*");
  }
  if (wanted || !embedded) {
    await page.open(wanted ? path : page.choice.value);
    if (embedded) await page.run();
  }
}
