//! The page as a whole, on the records of a plant of real size.

use super::*;
use crate::results::check;
use crate::results::explain::explain;
use crate::results::fixture::{fab, fab_names, fab_steps, tiny, tiny_names};
use crate::results::record::{Names, RunRecord};
use crate::scene::schema::Check;

fn page(names: &Names, records: &[RunRecord], lot: bool, lang: Lang) -> String {
    let mut summary = Summary::new(names, 0.95);
    let mut series = Series::new(names, 0.95);
    for record in records {
        summary.add(record).unwrap();
        series.add(record);
    }
    let check = |kpi: &str, of: &str, min, max, confidence| Check {
        kpi: kpi.to_owned(),
        of: of.to_owned(),
        min,
        max,
        confidence,
    };
    let checks = check::evaluate(
        &[
            check("cycle_time", "DRAM", None, Some(36.0), Some(0.95)),
            check("on_time", "", Some(90.0), None, Some(0.95)),
            check("utilization", "DUV_193i", None, Some(99.0), None),
        ],
        &summary,
    );
    let story = lot.then(|| {
        let lot = records[0]
            .lots
            .iter()
            .filter(|l| l.lot_type == 0)
            .nth(400)
            .unwrap();
        let steps = fab_steps(lot);
        LotStory {
            name: format!("DRAM #{}", lot.number),
            release_us: lot.release_us,
            end_us: lot.end_us,
            explanation: explain(lot.release_us, lot.end_us, &steps).unwrap(),
            steps,
        }
    });
    let input = ReportInput {
        facts: RunFacts {
            scene: "Memory fab <test & sample>",
            seed: 42,
            version: "0.1.0",
        },
        about: "A synthetic plant of fourteen tool groups and two memory products; its records are made up for the test of this page.",
        assumed: &[
            "Load and unload take 1 min each.".to_owned(),
            "Repair times of the implanters are those of the etchers.".to_owned(),
        ],
        summary: &summary,
        series: &series,
        checks: if lot { &checks } else { &[] },
        lot: story.as_ref(),
    };
    render(&input, lang)
}

/// `GEOUL_REPORT_DIR` keeps the pages for a look in a browser.
#[test]
fn the_page_is_whole_in_both_languages() {
    let records: Vec<_> = (0..5).map(fab).collect();
    for lang in [Lang::En, Lang::Ko] {
        let html = page(&fab_names(), &records, true, lang);
        if let Some(dir) = std::env::var_os("GEOUL_REPORT_DIR") {
            let path = std::path::Path::new(&dir).join(format!("report.{}.html", lang.tag()));
            std::fs::write(path, &html).unwrap();
        }
        assert!(!html.contains('⟦'), "a text is missing");
        for word in ["NaN<", ">NaN", "inf<", "{ $"] {
            assert!(!html.contains(word), "{word}");
        }
        assert_eq!(html.matches("<svg viewBox").count(), 7);
        assert_eq!(
            html.matches("<section").count(),
            html.matches("</section>").count()
        );
        assert!(html.contains("Memory fab &lt;test &amp; sample&gt;"));
        assert!(html.contains("DUV_193i"));
    }
}

#[test]
fn the_page_fetches_nothing() {
    let html = page(&fab_names(), &[fab(0)], true, Lang::En);
    for fetch in ["http://", "https://", "src=", "@import", "url(", "<link"] {
        let rest = html.replace("http://www.w3.org/2000/svg", "");
        assert!(!rest.contains(fetch), "{fetch}");
    }
}

#[test]
fn one_replication_claims_no_interval() {
    let html = page(&tiny_names(), &[tiny()], false, Lang::En);
    assert!(html.contains("One replication has no interval"));
    assert!(!html.contains(" ± "));
    assert!(!html.contains('⟦'));
}

#[test]
fn a_run_without_lots_says_so() {
    let names = tiny_names();
    let record = RunRecord {
        released: vec![0; 3],
        in_work: vec![0; 3],
        wip_lot_us: vec![0; 3],
        in_work_lot_us: vec![0; 3],
        tools: vec![Default::default(); 3],
        groups: vec![Default::default(); 2],
        ..RunRecord::default()
    };
    let html = page(&names, &[record], false, Lang::En);
    assert!(html.contains("No lot finished") && html.contains("Nothing happened"));
}

#[test]
fn drift_decides_what_is_said() {
    let drift = |mean, half| Interval {
        mean,
        low: Some(mean - half),
        high: Some(mean + half),
        n: 5,
    };
    assert_eq!(steadiness(&drift(3.0, 1.0)).0, "say-steady");
    assert_eq!(steadiness(&drift(8.0, 9.0)).0, "say-steady");
    assert_eq!(steadiness(&drift(20.0, 3.0)).0, "say-rising");
    assert_eq!(steadiness(&drift(-20.0, 3.0)).0, "say-falling");
}

#[test]
fn digits_of_a_column_follow_its_typical_interval() {
    let f = |mean, half| Figure {
        mean,
        half: Some(half),
    };
    assert_eq!(
        Figure::decimals(&[f(38.4, 0.3), f(40.0, 0.4), f(1.0, 0.002)]),
        1
    );
    assert_eq!(f(38.412, 0.31).alone(), "38.4 ± 0.3");
}
