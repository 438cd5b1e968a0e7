//! The engine as a page's worker asks for it: scenes that come along, checks, runs with their figures,
//! report and tables. Everything but tables is JSON; nothing here keeps anything between calls.

use serde_json::{Value, json};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::OnAnswer;
use crate::results::check::{CheckResult, evaluate};
use crate::results::kpi::{Summary, TABLE};
use crate::results::record::RunRecord;
use crate::results::series::Series;
use crate::results::write::{LotsFile, RunFacts, ToolsFile, kpis_json};
use crate::scene::{Bundle, Diagnostics, Document, load};
use crate::sim::fab::Model;
use crate::view::i18n::{Lang, Texts};
use crate::view::report::{self, LotStory, ReportInput};
use crate::view::shipped::{self, SHIPPED};
use crate::whatif::{Answer, Facts, Flow, RunRequest, models, worker};

fn fault(error: impl std::fmt::Display) -> JsValue {
    JsValue::from_str(&error.to_string())
}

/// The scenes that come along: `[{path, name, about}]`, the most telling first.
#[wasm_bindgen(js_name = shippedScenes)]
pub fn shipped_scenes(lang: &str) -> String {
    let t = Texts::new(Lang::from_tag(lang).unwrap_or_default());
    let all: Value = SHIPPED
        .iter()
        .map(|s| {
            let key = format!("shipped-{}", s.key);
            json!({"path": s.path, "name": t.get(&key), "about": t.get(&format!("{key}.about"))})
        })
        .collect();
    all.to_string()
}

/// The texts of a scene that comes along, as the bundle of a request; none: there is no such.
///
/// # Errors
/// None; a bundle is always JSON.
#[wasm_bindgen(js_name = shippedBundle)]
pub fn shipped_bundle(path: &str) -> Result<Option<String>, JsValue> {
    shipped::bundle(path)
        .map(|bundle| serde_json::to_string(&bundle).map_err(fault))
        .transpose()
}

/// What a scene says and what is wrong with it:
/// `{ok, summary, text, findings, scene: {name, about, seed, replications, days} or null}`. `findings`
/// are those of `geoul check --json`, `text` is what people read.
///
/// # Errors
/// The messages are no bundle and no list of pairs.
#[wasm_bindgen(js_name = checkScene)]
pub fn check_scene(bundle_json: &str, overrides_json: &str) -> Result<String, JsValue> {
    let bundle: Bundle = serde_json::from_str(bundle_json).map_err(fault)?;
    let overrides: Vec<(String, String)> = serde_json::from_str(overrides_json).map_err(fault)?;
    let told = |findings: &Diagnostics, reason: Option<String>, scene: Value| {
        json!({
            "ok": reason.is_none() && !findings.has_errors(),
            "summary": reason.clone().unwrap_or_else(|| findings.summary()),
            "text": reason.map_or_else(|| findings.to_text(), |r| findings.to_text() + &r),
            "findings": findings.to_json(),
            "scene": scene,
        })
    };
    let answer = match load(&bundle, &bundle.main, &overrides, &models()) {
        Err(faults) => told(&faults, None, Value::Null),
        Ok(loaded) => {
            let scene = &loaded.scene;
            let reason = Model::new(scene).err().map(|e| e.to_string());
            let facts = json!({
                "name": scene.name,
                "about": scene.about,
                "seed": scene.run.seed,
                "replications": scene.run.replications,
                "days": scene.run.horizon.as_days(),
            });
            told(&loaded.warnings, reason, facts)
        }
    };
    Ok(answer.to_string())
}

/// Text of the value at a path of a scene, as its file has it; none: nothing stands there.
///
/// # Errors
/// The message is no bundle.
#[wasm_bindgen(js_name = valueAt)]
pub fn value_at(bundle_json: &str, path: &str) -> Result<Option<String>, JsValue> {
    let bundle: Bundle = serde_json::from_str(bundle_json).map_err(fault)?;
    Ok(Document::new(bundle).get(path).ok())
}

/// A run that is over: figures, report, tables.
#[wasm_bindgen]
pub struct RunResult {
    answer: String,
    report: String,
    kpis: String,
    lots: Vec<u8>,
    tools: Vec<u8>,
}

#[wasm_bindgen]
impl RunResult {
    /// `{end, reason, scene, seed, version, days, warmup_days, digest, replications, lot_steps, events,
    /// confidence, warnings, kpis, checks, words}`; `end` is `done`, `cancelled` or `failed`, and only a
    /// run of one replication or more has figures. `seed` is a text: it has 64 bits.
    pub fn answer(&self) -> String {
        self.answer.clone()
    }

    /// The report as one HTML page; empty where no replication ended.
    pub fn report(&self) -> String {
        self.report.clone()
    }

    /// `kpis.json` as the command line writes it.
    pub fn kpis(&self) -> String {
        self.kpis.clone()
    }

    /// `lots.parquet`.
    pub fn lots(&self) -> Vec<u8> {
        self.lots.clone()
    }

    /// `tools.parquet`.
    pub fn tools(&self) -> Vec<u8> {
        self.tools.clone()
    }
}

/// Does a [`RunRequest`] in JSON; `on_progress` is called with `{replication, of, share}` in JSON, `share`
/// from 0 to 1 of the whole run, and stops it by returning `false`.
///
/// # Errors
/// The message is no request, `on_progress` throws, or a table cannot be made.
#[wasm_bindgen(js_name = runScene)]
pub fn run_scene(
    request_json: &str,
    lang: &str,
    on_progress: &OnAnswer,
) -> Result<RunResult, JsValue> {
    let request: RunRequest = serde_json::from_str(request_json).map_err(fault)?;
    let lang = Lang::from_tag(lang).unwrap_or_default();
    let mut gathering = None;
    let (mut end, mut reason) = ("failed", String::new());
    let mut thrown = None;
    worker::run(&request, &mut |answer: Answer| {
        let taken = match answer {
            Answer::Started(facts) => Gathered::new(*facts).map(|new| {
                gathering = Some(new);
                Flow::Continue
            }),
            Answer::Progress {
                replication,
                done_us,
                total_us,
            } => tell(
                on_progress,
                gathering.as_ref(),
                replication,
                done_us,
                total_us,
            ),
            Answer::Replication(record) => match &mut gathering {
                Some(all) => all.add(&record).map(|()| Flow::Continue),
                None => Ok(Flow::Continue),
            },
            Answer::Story { lot, steps, .. } => match &mut gathering {
                Some(all) => LotStory::new(&all.facts, &lot, steps)
                    .map(|story| {
                        all.story = Some(story);
                        Flow::Continue
                    })
                    .map_err(fault),
                None => Ok(Flow::Continue),
            },
            Answer::Steps { .. } | Answer::Figures { .. } => Ok(Flow::Continue),
            Answer::Failed(failure) => {
                reason = failure.to_string();
                Ok(Flow::Stop)
            }
            Answer::Cancelled => {
                end = "cancelled";
                Ok(Flow::Stop)
            }
            Answer::Done => {
                end = "done";
                Ok(Flow::Stop)
            }
        };
        taken.unwrap_or_else(|error| {
            thrown.get_or_insert(error);
            Flow::Stop
        })
    });
    match (thrown, gathering) {
        (Some(error), _) => Err(error),
        (None, Some(all)) if all.summary.replications() > 0 => all.finish(end, &reason, lang),
        (None, _) => Ok(RunResult {
            answer: json!({"end": end, "reason": reason}).to_string(),
            report: String::new(),
            kpis: String::new(),
            lots: Vec::new(),
            tools: Vec::new(),
        }),
    }
}

fn tell(
    on_progress: &OnAnswer,
    gathering: Option<&Gathered>,
    replication: u32,
    done_us: u64,
    total_us: u64,
) -> Result<Flow, JsValue> {
    let Some(all) = gathering else {
        return Ok(Flow::Continue);
    };
    let of = f64::from(all.facts.replications);
    let before = f64::from(replication - all.facts.first_replication);
    let share = (before + done_us as f64 / total_us.max(1) as f64) / of;
    let told = json!({"replication": replication, "of": all.facts.replications, "share": share});
    let wish = on_progress.call(&JsValue::UNDEFINED, &told.to_string())?;
    Ok(match wish.as_bool() {
        Some(false) => Flow::Stop,
        _ => Flow::Continue,
    })
}

/// What replications have added up to.
struct Gathered {
    facts: Facts,
    summary: Summary,
    series: Series,
    story: Option<LotStory>,
    lots: LotsFile<Vec<u8>>,
    tools: ToolsFile<Vec<u8>>,
}

impl Gathered {
    fn new(facts: Facts) -> Result<Self, JsValue> {
        let (of, names) = (run_facts(&facts), &facts.names);
        Ok(Self {
            summary: Summary::new(names, facts.confidence),
            series: Series::new(names, facts.confidence),
            story: None,
            lots: LotsFile::new(Vec::new(), of, names).map_err(fault)?,
            tools: ToolsFile::new(Vec::new(), of, names).map_err(fault)?,
            facts,
        })
    }

    fn add(&mut self, record: &RunRecord) -> Result<(), JsValue> {
        self.summary.add(record).map_err(fault)?;
        self.series.add(record);
        self.lots.add(record).map_err(fault)?;
        self.tools.add(record).map_err(fault)
    }

    fn finish(self, end: &str, reason: &str, lang: Lang) -> Result<RunResult, JsValue> {
        let of = run_facts(&self.facts);
        let checks = evaluate(&self.facts.checks, &self.summary);
        let input = ReportInput {
            facts: of,
            about: &self.facts.about,
            assumed: &self.facts.assumed,
            summary: &self.summary,
            series: &self.series,
            checks: &checks,
            lot: self.story.as_ref(),
        };
        let days = |us: u64| us as f64 / 8.64e10;
        let answer = json!({
            "end": end,
            "reason": reason,
            "scene": self.facts.scene,
            "seed": self.facts.seed.to_string(),
            "version": self.facts.version,
            "days": days(self.facts.horizon_us),
            "warmup_days": days(self.facts.warmup_us),
            "digest": self.summary.digest(),
            "replications": self.summary.replications(),
            "lot_steps": self.summary.lot_steps(),
            "events": self.summary.events(),
            "confidence": self.facts.confidence,
            "warnings": self.facts.warnings,
            "kpis": self.summary.rows(),
            "checks": checks.iter().map(verdict).collect::<Value>(),
            "words": words(lang),
        });
        Ok(RunResult {
            answer: answer.to_string(),
            report: report::render(&input, lang),
            kpis: kpis_json(of, &self.summary),
            lots: self.lots.close().map_err(fault)?,
            tools: self.tools.close().map_err(fault)?,
        })
    }
}

fn run_facts(facts: &Facts) -> RunFacts<'_> {
    RunFacts {
        scene: &facts.scene,
        seed: facts.seed,
        version: &facts.version,
    }
}

fn verdict(check: &CheckResult) -> Value {
    json!({
        "name": check.name, "kpi": check.kpi, "of": check.of, "unit": check.unit,
        "min": check.min, "max": check.max, "mean": check.mean,
        "passed": check.passed, "reason": check.reason,
    })
}

/// Name, meaning and unit of every figure, for people.
fn words(lang: Lang) -> Value {
    let t = Texts::new(lang);
    let all = TABLE.iter().map(|kpi| {
        let key = kpi.i18n_key();
        let about = t.get(&format!("{key}.about"));
        let words = json!({"name": t.get(&key), "about": about, "unit": t.unit(kpi.unit)});
        (kpi.name.to_owned(), words)
    });
    Value::Object(all.collect())
}
