/**
 * Geoul (거울), a digital twin of fabs, for programs in a browser.
 *
 * The engine runs in a worker; no call blocks the page and none needs an element of it. All files of
 * the package lie side by side and must be served from the same origin as the page.
 */

/** How far a download is, bytes; `total` is 0 while it is not known. */
export interface LoadProgress {
  loaded: number;
  total: number;
}

/** How far a run is: number of the replication, of how many, share of the whole run from 0 to 1. */
export interface RunProgress {
  replication: number;
  of: number;
  share: number;
}

/** A place in a scene's text; line and column from 1, columns in characters. */
export interface Place {
  file: string;
  line: number;
  column: number;
}

/** What is wrong with a scene, or probably not meant so; as `geoul check --json` has it. */
export interface Finding extends Place {
  severity: "error" | "warning";
  /** Short stable name of the kind of finding, e.g. `unknown-field`. */
  code: string;
  message: string;
  end_line: number;
  end_column: number;
  /** What would have been right; may be empty. */
  expectation: string;
  /** The name that was probably meant. */
  nearest: string | null;
  related: (Place & { message: string })[];
}

/** What a check says; `scene` is null where the scene cannot be used. */
export interface Check {
  ok: boolean;
  /** e.g. "2 errors". */
  summary: string;
  /** All findings as text for people, with excerpts of the scene. */
  text: string;
  findings: Finding[];
  scene: SceneFacts | null;
}

/** What a scene says of itself. */
export interface SceneFacts {
  name: string;
  about: string;
  seed: number;
  replications: number;
  /** Simulated time of a replication, days. */
  days: number;
}

/** A scene that comes along. */
export interface ShippedScene {
  path: string;
  name: string;
  about: string;
}

/** The texts of a scene by path: its main file, what it includes, tool types in `tools/` beside it. */
export interface SceneFiles {
  main: string;
  files: Record<string, string>;
}

/** A figure of merit over all replications; `low` and `high` are null with one replication. */
export interface Kpi {
  /** As in docs/KPI.md of the source, e.g. `throughput`. */
  name: string;
  /** Product, lot type or tool group it is of; empty: the whole plant. */
  of: string;
  kind: "plant" | "product" | "lot_type" | "tool_group";
  unit: string;
  mean: number;
  low: number | null;
  high: number | null;
  n: number;
}

/** Verdict on a demand that the scene makes on its figures. */
export interface CheckResult {
  name: string;
  kpi: string;
  of: string;
  unit: string;
  min: number | null;
  max: number | null;
  mean: number | null;
  passed: boolean;
  reason: string;
}

/** Name, meaning and unit of a figure in the language of the twin. */
export interface Words {
  name: string;
  about: string;
  unit: string;
}

/** What a run came to. */
export interface Result {
  scene: string;
  seed: bigint;
  version: string;
  days: number;
  warmupDays: number;
  /** SHA-256 over all lots and tools as integers: equal on every machine and to the program's own. */
  digest: string;
  replications: number;
  lotSteps: number;
  events: number;
  confidence: number;
  /** Warnings about the scene as text; may be empty. */
  warnings: string;
  kpis: Kpi[];
  checks: CheckResult[];
  words: Record<string, Words>;
  /** The report: one HTML page that fetches nothing. */
  report: string;
  /** What the command line would have written. */
  files: {
    "report.html": string;
    "kpis.json": string;
    "lots.parquet": Uint8Array;
    "tools.parquet": Uint8Array;
  };
  /** Time the engine took in the worker, s. */
  seconds: number;
  /** A figure; undefined where nothing happened that it could count. */
  kpi(name: string, of?: string): Kpi | undefined;
}

export interface LoadOptions {
  /** Language of names and reports; the browser's when absent. */
  lang?: "en" | "ko";
  onProgress?: (progress: LoadProgress) => void;
  signal?: AbortSignal;
  /** The compiled module, if there is one already; nothing is loaded then. */
  module?: WebAssembly.Module;
}

export interface RunOptions {
  /** Simulated days of a replication, warm-up included; the scene's when absent. */
  days?: number;
  /** Days of warm-up; the scene's when absent, shortened in proportion if it does not fit. */
  warmupDays?: number;
  /** Independent replications; the scene's when absent. */
  replications?: number;
  /** From 0 to 2^64 - 1; the scene's when absent. */
  seed?: number | bigint;
  /** Called at most ten times a second. */
  onProgress?: (progress: RunProgress) => void;
  /** Stops the run at once; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** A lithography image: a square tile of a layout under optics, read at the points of a grid. */
export interface ImageOptions {
  /** Text of a layout in GLP form. */
  layout: string;
  /** Text of optics in RON form. */
  optics: string;
  /** Lower left corner of the tile, nm. */
  lowNm: [number, number];
  /** Side of the tile, nm. */
  sideNm: number;
  /** Pixels of the mask along a side. */
  pixels: number;
  /** Points of the grid along a side. */
  points: number;
  /** Defocus, nm; 0 when absent. */
  defocusNm?: number;
  /** `gpu`, by WebGPU (the default), or `cpu`, the reference on the processor. */
  device?: "gpu" | "cpu";
}

/** Intensities relative to a clear field: `points` rows of `points`, upward. */
export interface Image {
  points: number;
  intensity: Float32Array;
}

export interface EmbedOptions {
  /** Name of a scene that comes along, a scene's text, or its files. */
  scene?: string | SceneFiles;
  /** Changed values by path. */
  set?: Record<string, string | number | boolean>;
  lang?: "en" | "ko";
  /** The page without 3-D: runs the scene and shows its report. */
  cpu?: boolean;
  /** What the frame is called for those who do not see it. */
  title?: string;
}

/** A call that Geoul cannot do. */
export declare class GeoulError extends Error {
  /** What is wrong with the scene, if that is why; else empty. */
  readonly findings: Finding[];
}

/** A twin: one scene, its changed values, its runs. */
export declare class Geoul {
  private constructor();

  /** Loads and compiles the module; the first twin of a page takes seconds, more can share `module`. */
  static load(options?: LoadOptions): Promise<Geoul>;

  /** Puts a frame with the read-only viewer into an element, which it fills. */
  static embed(element: Element, options?: EmbedOptions): HTMLIFrameElement;

  lang: "en" | "ko";
  /** What the last check found. */
  readonly findings: Finding[];
  /** What the scene says of itself; null before one is open or where it cannot be used. */
  readonly scene: SceneFacts | null;
  /** Values that were set, by path. */
  readonly changes: Record<string, string>;

  shippedScenes(): Promise<ShippedScene[]>;

  /**
   * Opens a scene that comes along by its name (`memory_fab`), a scene's text, or its files, and checks it.
   * A damaged scene opens too; its findings say what is wrong.
   */
  openScene(scene: string | SceneFiles): Promise<Check>;

  /** Sets a value by its path, e.g. `tool_groups.Litho.count`; quantities are texts with their unit. */
  set(path: string, value: string | number | boolean | bigint): this;

  /** Lets go of one changed value, or of all. */
  unset(path?: string): this;

  /** Text of a value as it was set, else as the scene's file has it; undefined: nothing stands there. */
  get(path: string): Promise<string | undefined>;

  /** Checks the scene with the changed values. */
  check(): Promise<Check>;

  /**
   * Runs the scene with the changed values.
   * @throws {GeoulError} the scene has faults or cannot run.
   */
  run(options?: RunOptions): Promise<Result>;

  /** A lithography image; needs no scene. Rejects where there is no device for it. */
  image(options: ImageOptions, how?: Pick<RunOptions, "signal">): Promise<Image>;

  /** Ends the worker; calls that wait reject. */
  close(): void;
}

/** Fetches and compiles the module, for several twins: `Geoul.load({ module })`. */
export declare function compile(
  options?: Pick<LoadOptions, "onProgress" | "signal">,
): Promise<WebAssembly.Module>;

export default Geoul;
