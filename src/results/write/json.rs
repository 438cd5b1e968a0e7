//! `kpis.json`: the figures of a run with what made them.

use serde::Serialize;

use crate::results::kpi::{Row, Summary};

/// What a run was made of.
#[derive(Clone, Copy, Debug)]
pub struct RunFacts<'a> {
    /// Scene name.
    pub scene: &'a str,
    /// Seed of the run.
    pub seed: u64,
    /// Version of the program.
    pub version: &'a str,
}

#[derive(Serialize)]
struct Page<'a> {
    scene: &'a str,
    seed: u64,
    version: &'a str,
    digest: String,
    confidence: f64,
    replications: u64,
    lot_steps: u64,
    events: u64,
    kpis: Vec<Row>,
}

/// The text of `kpis.json`. Intervals of a single replication are `null`.
pub fn kpis_json(facts: RunFacts, summary: &Summary) -> String {
    let page = Page {
        scene: facts.scene,
        seed: facts.seed,
        version: facts.version,
        digest: summary.digest(),
        confidence: summary.confidence(),
        replications: summary.replications(),
        lot_steps: summary.lot_steps(),
        events: summary.events(),
        kpis: summary.rows(),
    };
    let mut text =
        serde_json::to_string_pretty(&page).expect("strings, numbers and lists are always JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::{tiny, tiny_names};
    use serde_json::Value;

    #[test]
    fn reads_back_as_documented() {
        let mut summary = Summary::new(&tiny_names(), 0.95);
        summary.add(&tiny()).unwrap();
        let mut second = tiny();
        second.replication = 1;
        second.groups[0].queue_lot_us *= 2;
        summary.add(&second).unwrap();
        let facts = RunFacts {
            scene: "tiny",
            seed: u64::MAX,
            version: "0.1.0",
        };
        let page: Value = serde_json::from_str(&kpis_json(facts, &summary)).unwrap();
        assert_eq!(page["seed"], u64::MAX);
        assert_eq!(page["replications"], 2);
        assert_eq!(page["digest"].as_str().unwrap().len(), 64);
        let row = page["kpis"]
            .as_array()
            .unwrap()
            .iter()
            .find(|r| r["name"] == "queue_length" && r["of"] == "Litho")
            .unwrap();
        assert_eq!(row["mean"], 3.0);
        assert_eq!((&row["unit"], &row["n"]), (&"lots".into(), &2.into()));
        // Two values 2 and 4: half-width t(0.975; 1) · √2 / √2 = 12.706.
        assert!((row["high"].as_f64().unwrap() - 15.706_2).abs() < 1e-3);
    }
}
