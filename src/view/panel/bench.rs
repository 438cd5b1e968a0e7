//! The what-if bench: which knobs are turned, what runs in the background, what came out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::desk::Desk;
use super::keeper::{self, Study};
use super::session::Session;
use crate::scene::schema::Scene;
use crate::view::i18n::Texts;
use crate::view::{faults, verdict};
use crate::whatif::knob::{Form, Knob, Setting, Value, turned};
use crate::whatif::study::State;
use crate::whatif::{
    Ask, KnobFault, Memory, RunRequest, StudyView, Variant, VariantAsk, WHAT_IFS, WhatIf,
};

/// Seconds between two looks at a study.
const LOOK_S: f64 = 0.25;
/// µs of a day.
const DAY_US: f64 = 8.64e10;
/// Pairs offered.
pub const PAIRS: [u32; 4] = [5, 10, 20, 50];
/// Days of a replication offered.
pub const DAYS: [f64; 5] = [14.0, 30.0, 90.0, 180.0, 365.0];

/// What a study was asked: its answers are told by this, whatever was edited since.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The scene of the base.
    pub scene: Arc<Scene>,
    /// The base.
    pub base: RunRequest,
    /// The variants.
    pub variants: Vec<Variant>,
}

/// A study under way or over.
#[derive(Debug, Default)]
pub struct Running {
    study: Option<Study>,
    looked_s: f64,
    /// What there was to show at the last look.
    pub view: Option<StudyView>,
    /// What it was asked.
    pub asked: Option<Arc<Asked>>,
    /// Revision of the scene it was asked of.
    pub revision: u64,
}

impl Running {
    /// Starts a study in place of the one before; `now_s` is the desk's clock.
    pub fn start(&mut self, ask: Ask, asked: Asked, memory: &Memory, revision: u64, now_s: f64) {
        self.cancel();
        self.asked = Some(Arc::new(asked));
        self.study = Some(keeper::start_study(ask, memory, now_s));
        self.view = None;
        self.looked_s = f64::NEG_INFINITY;
        self.revision = revision;
    }

    /// Stops it; what was done until then stands.
    pub fn cancel(&mut self) {
        if let Some(study) = &mut self.study {
            study.cancel();
        }
        self.looked_s = f64::NEG_INFINITY;
    }

    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        self.study.is_some() && self.view.as_ref().is_none_or(|v| !v.state.is_over())
    }

    /// Looks how far it is, at most four times a second; true when it has just ended.
    pub fn look(&mut self, now_s: f64) -> bool {
        if !self.is_running() {
            return false;
        }
        let Some(study) = &mut self.study else {
            return false;
        };
        study.work(now_s);
        if now_s - self.looked_s < LOOK_S {
            return false;
        }
        self.looked_s = now_s;
        let view = study.poll();
        let over = view.state.is_over();
        self.view = Some(view);
        if over {
            self.study = None;
        }
        over
    }

    /// Why it could not be done.
    pub fn failure(&self, t: &Texts) -> Option<String> {
        match &self.view.as_ref()?.state {
            State::Failed { failure, .. } => Some(faults::failure(failure, t)),
            _ => None,
        }
    }
}

/// The bench.
#[derive(Debug)]
pub struct Bench {
    /// Which what-if: position in the table of all.
    pub what: usize,
    /// Knobs turned away from the scene's own value.
    pub turned: BTreeMap<String, Value>,
    /// Part of the names of knobs that are shown; empty: all.
    pub filter: String,
    /// A knob to be shown and given the keyboard.
    pub sought: Option<String>,
    /// Pairs of replications.
    pub pairs: u32,
    /// Days of a replication.
    pub days: f64,
    /// What was run before.
    pub memory: Memory,
    /// The what-if's study.
    pub single: Running,
    /// Named variants.
    pub variants: Vec<Variant>,
    /// The study of all variants.
    pub all: Running,
    /// Figure of the tornado chart.
    pub figure: &'static str,
    knobs: Vec<Knob>,
    knobs_for: Option<(u64, usize)>,
}

impl Default for Bench {
    fn default() -> Self {
        Self {
            what: 0,
            turned: BTreeMap::new(),
            filter: String::new(),
            sought: None,
            pairs: 20,
            days: 90.0,
            memory: Memory::default(),
            single: Running::default(),
            variants: Vec::new(),
            all: Running::default(),
            figure: "throughput",
            knobs: Vec::new(),
            knobs_for: None,
        }
    }
}

impl Bench {
    /// The what-if.
    pub fn what(&self) -> &'static dyn WhatIf {
        WHAT_IFS[self.what.min(WHAT_IFS.len() - 1)]
    }

    /// Turns to another what-if; its knobs stand as the scene has them.
    pub fn choose(&mut self, what: usize) {
        if self.what != what {
            self.what = what;
            self.turned.clear();
        }
    }

    /// Its knobs in this scene.
    pub fn knobs(&mut self, session: &Session) -> &[Knob] {
        let key = (session.revision(), self.what);
        if self.knobs_for != Some(key) {
            self.knobs = session
                .scene()
                .map_or_else(Vec::new, |s| self.what().knobs(s));
            self.knobs_for = Some(key);
            let knobs = &self.knobs;
            self.turned
                .retain(|name, _| knobs.iter().any(|k| k.name == *name));
        }
        &self.knobs
    }

    /// Sets a knob; the scene's own value takes it back.
    pub fn turn(&mut self, knob: &Knob, value: Value) {
        let own = match (&knob.form, &value) {
            (Form::Number { value: own, .. }, Value::Number(n)) => (n - own).abs() < 1e-12,
            (Form::Choice { value: own, .. }, Value::Choice(c)) => c == own,
            _ => false,
        };
        if own {
            self.turned.remove(&knob.name);
        } else {
            self.turned.insert(knob.name.clone(), value);
        }
    }

    /// The knobs turned, as settings.
    pub fn settings(&self) -> Vec<Setting> {
        let settings = self.turned.iter().map(|(knob, value)| Setting {
            knob: knob.clone(),
            value: value.clone(),
        });
        settings.collect()
    }

    /// The settings as a variant of this name.
    pub fn variant(&self, name: &str) -> Variant {
        Variant {
            name: name.to_owned(),
            what: self.what().name().to_owned(),
            settings: self.settings(),
            ..Variant::default()
        }
    }

    /// The base of all comparisons: the scene as it is edited.
    fn base(&self, session: &Session) -> RunRequest {
        RunRequest {
            bundle: session.document().bundle().clone(),
            replications: Some(self.pairs),
            horizon_us: Some(libm::round(self.days * DAY_US) as u64),
            ..RunRequest::default()
        }
    }
}

impl Desk {
    /// Runs the what-if with the knobs as they are turned.
    ///
    /// # Errors
    /// The settings contradict each other or the scene.
    pub fn run_what_if(&mut self) -> Result<(), KnobFault> {
        let (Some(session), bench) = (&self.session, &mut self.bench) else {
            return Ok(());
        };
        let Some(scene) = session.scene() else {
            return Ok(());
        };
        let settings = bench.settings();
        let what = bench.what();
        // What contradicts is told before anything runs.
        turned(&what.knobs(scene), &settings)?;
        let ask = Ask {
            base: bench.base(session),
            variants: vec![VariantAsk {
                name: what.name().to_owned(),
                overrides: what.overrides(scene, &settings)?,
            }],
            answers: what.answers().to_vec(),
        };
        let asked = Asked {
            scene: Arc::clone(scene),
            base: ask.base.clone(),
            variants: vec![bench.variant(what.name())],
        };
        let (revision, now_s) = (session.revision(), self.clock_s);
        let memory = bench.memory.clone();
        bench.single.start(ask, asked, &memory, revision, now_s);
        Ok(())
    }

    /// The what-if's answer so far, as a sentence.
    pub fn verdict(&self) -> Option<String> {
        let view = self.bench.single.view.as_ref()?;
        let variant = view.outcome.variants.first()?;
        if variant.answers.is_empty() {
            return None;
        }
        let asked = self.bench.single.asked.as_ref()?;
        let (one, outcome, pairs) = (asked.variants.first()?, &view.outcome, view.pairs_total);
        verdict::of_variant(&asked.scene, one, variant, outcome, pairs, &self.texts()).ok()
    }

    /// Runs all named variants against the base.
    ///
    /// # Errors
    /// A variant does not fit the scene.
    pub fn run_variants(&mut self) -> Result<(), KnobFault> {
        let (Some(session), bench) = (&self.session, &mut self.bench) else {
            return Ok(());
        };
        let Some(scene) = session.scene() else {
            return Ok(());
        };
        let mut variants = Vec::with_capacity(bench.variants.len());
        for variant in &bench.variants {
            variants.push(variant.ask(scene)?);
        }
        let mut answers: Vec<&'static str> = Vec::new();
        for what in WHAT_IFS {
            for answer in what.answers() {
                if !answers.contains(answer) {
                    answers.push(answer);
                }
            }
        }
        let ask = Ask {
            base: bench.base(session),
            variants,
            answers,
        };
        let asked = Asked {
            scene: Arc::clone(scene),
            base: ask.base.clone(),
            variants: bench.variants.clone(),
        };
        let (revision, now_s) = (session.revision(), self.clock_s);
        let memory = bench.memory.clone();
        bench.all.start(ask, asked, &memory, revision, now_s);
        Ok(())
    }

    /// Looks at what runs in the background.
    pub(super) fn look_at_studies(&mut self) {
        let now_s = self.clock_s;
        for running in [&mut self.bench.single, &mut self.bench.all] {
            running.look(now_s);
        }
    }
}
