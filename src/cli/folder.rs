//! The folder a run writes: tables while it runs, figures and report when it ends.
//!
//! Everything is written under temporary names and renamed together at the end, so that an
//! interrupted or failed run leaves the last complete result.

use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::results::check::{CheckResult, evaluate};
use crate::results::kpi::Summary;
use crate::results::record::{RunRecord, StepRecord};
use crate::results::series::Series;
use crate::results::write::{
    AtomicFile, LotsFile, RunFacts, StepsFile, ToolsFile, atomically, kpis_json,
};
use crate::view::i18n::Lang;
use crate::view::report::{self, LotStory, ReportInput};
use crate::whatif::Facts;

/// What a run has written and added up so far.
pub struct Folder<'f> {
    path: PathBuf,
    facts: &'f Facts,
    lots: LotsFile<AtomicFile>,
    tools: ToolsFile<AtomicFile>,
    steps: Option<StepsFile<AtomicFile>>,
    /// Figures of the replications taken in.
    pub summary: Summary,
    series: Series,
    /// The lot whose path the report shows.
    pub story: Option<LotStory>,
}

/// Scene, seed, version.
pub fn run_facts(facts: &Facts) -> RunFacts<'_> {
    RunFacts {
        scene: &facts.scene,
        seed: facts.seed,
        version: &facts.version,
    }
}

impl<'f> Folder<'f> {
    /// Starts the tables in a folder, which is made if there is none.
    ///
    /// # Errors
    /// The folder cannot be made or written to.
    pub fn create(path: &Path, facts: &'f Facts, steps: bool) -> anyhow::Result<Self> {
        std::fs::create_dir_all(path)
            .with_context(|| format!("cannot make the folder {}", path.display()))?;
        let file = |name: &str| AtomicFile::create(&path.join(name));
        let (of, names) = (run_facts(facts), &facts.names);
        Ok(Self {
            lots: LotsFile::new(file("lots.parquet")?, of, names)?,
            tools: ToolsFile::new(file("tools.parquet")?, of, names)?,
            steps: match steps {
                true => Some(StepsFile::new(file("steps.parquet")?, of, names)?),
                false => None,
            },
            summary: Summary::new(names, facts.confidence),
            series: Series::new(names, facts.confidence),
            story: None,
            path: path.to_owned(),
            facts,
        })
    }

    /// Takes a replication in; its record is not kept.
    ///
    /// # Errors
    /// A file cannot be written, or the record breaks a law.
    pub fn add(&mut self, record: &RunRecord) -> anyhow::Result<()> {
        self.summary
            .add(record)
            .with_context(|| format!("replication {}", record.replication))?;
        self.series.add(record);
        self.lots.add(record)?;
        self.tools.add(record)?;
        Ok(())
    }

    /// Takes steps in.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn add_steps(&mut self, replication: u32, steps: &[StepRecord]) -> anyhow::Result<()> {
        if let Some(file) = &mut self.steps {
            file.add(replication, steps)?;
        }
        Ok(())
    }

    /// Verdicts on the checks of the scene.
    pub fn verdicts(&self) -> Vec<CheckResult> {
        evaluate(&self.facts.checks, &self.summary)
    }

    /// Ends the files and gives them their names; gives the report's path.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn finish(self, checks: &[CheckResult], lang: Lang) -> anyhow::Result<PathBuf> {
        let facts = run_facts(self.facts);
        let kpis = kpis_json(facts, &self.summary);
        let page = report::render(
            &ReportInput {
                facts,
                about: &self.facts.about,
                assumed: &self.facts.assumed,
                summary: &self.summary,
                series: &self.series,
                checks,
                lot: self.story.as_ref(),
            },
            lang,
        );
        // All ends are written before the first file gets its name.
        let (lots, tools) = (self.lots.close()?, self.tools.close()?);
        let steps = self.steps.map(StepsFile::close).transpose()?;
        lots.commit()?;
        tools.commit()?;
        if let Some(steps) = steps {
            steps.commit()?;
        }
        atomically(&self.path.join("kpis.json"), kpis.as_bytes())?;
        let report = self.path.join("report.html");
        atomically(&report, page.as_bytes())?;
        Ok(report)
    }
}
