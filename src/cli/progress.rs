//! How far a run is: a bar with the remaining time on the standard error, if that is a terminal.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::interrupt;
use crate::view::i18n::Texts;

/// µs in the bar's unit, an hour of simulated time.
const UNIT_US: u64 = 3_600_000_000;

fn bar(total: u64, shown: bool, texts: &Texts) -> ProgressBar {
    let target = if shown {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let template = format!(
        "{{bar:30}} {{percent:>3}} %  {{msg}}  {} {{eta}}",
        texts.get("cli-remaining")
    );
    let style = ProgressStyle::with_template(&template)
        .expect("the template is ours")
        .progress_chars("━╸─");
    bar.set_style(style);
    bar
}

/// The bar of a run of several replications.
pub struct Progress {
    bar: ProgressBar,
    /// Simulated time done by the replications under way.
    open: BTreeMap<(usize, u32), u64>,
    closed_us: u64,
    finished: u64,
    replications: u64,
}

impl Progress {
    /// A bar for so many replications (of all variants) with so much simulated time in all.
    pub fn new(replications: u64, total_us: u64, shown: bool, texts: &Texts) -> Self {
        let bar = bar(total_us / UNIT_US, shown, texts);
        bar.set_message(format!("0/{replications}"));
        Self {
            bar,
            open: BTreeMap::new(),
            closed_us: 0,
            finished: 0,
            replications,
        }
    }

    /// A replication of a variant has come so far.
    pub fn at(&mut self, variant: usize, replication: u32, done_us: u64) {
        self.open.insert((variant, replication), done_us);
        self.show();
    }

    /// A replication of a variant is done.
    pub fn finished(&mut self, variant: usize, replication: u32, end_us: u64) {
        self.open.remove(&(variant, replication));
        self.closed_us += end_us;
        self.finished += 1;
        self.bar
            .set_message(format!("{}/{}", self.finished, self.replications));
        self.show();
    }

    fn show(&self) {
        let open: u64 = self.open.values().sum();
        self.bar.set_position((self.closed_us + open) / UNIT_US);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The bar of work in steps, which Ctrl-C ends between two of them.
pub struct Steps {
    bar: ProgressBar,
    cancel: Arc<AtomicBool>,
    stopped: bool,
}

impl Steps {
    /// Of none yet.
    ///
    /// # Errors
    /// The system refuses the handler of Ctrl-C.
    pub fn new(texts: &Texts) -> anyhow::Result<Self> {
        Ok(Self {
            bar: bar(0, true, texts),
            cancel: interrupt::flag()?,
            stopped: false,
        })
    }

    /// So many of all steps are done; whether to go on.
    pub fn goes_on(&mut self, done: u64, of: u64) -> bool {
        if self.bar.length() != Some(of) {
            self.bar.set_length(of);
            self.bar.reset_eta();
        }
        self.bar.set_position(done);
        self.bar.set_message(format!("{done}/{of}"));
        self.stopped = self.cancel.load(Ordering::Relaxed);
        !self.stopped
    }

    /// Whether it was told to end.
    pub fn stopped(&self) -> bool {
        self.stopped
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
