//! Wrong scenes and the reviewed text of their diagnostics beside them; right scenes load.

use expect_test::expect_file;
use geoul::scene::schema::*;
use geoul::scene::{Bundle, Diagnostics, Loaded, Models, load};
use geoul::units::Duration;

/// Names of rules and KPIs as the models hand them in.
const MODELS: Models = Models {
    dispatch_rules: &["priority", "fifo", "cr", "edd", "spt", "least_setup"],
    kpis: &[
        ("cycle_time", "d"),
        ("throughput", "wafers/d"),
        ("on_time", "%"),
        ("utilization", "%"),
        ("cqt_violations", ""),
    ],
};

fn load_file(name: &str, overrides: &[(&str, &str)]) -> Result<Loaded, Diagnostics> {
    let overrides: Vec<(String, String)> = overrides
        .iter()
        .map(|(path, value)| ((*path).to_owned(), (*value).to_owned()))
        .collect();
    let bundle = Bundle::from_disk(name)?;
    load(&bundle, name, &overrides, &MODELS)
}

#[test]
fn every_field_of_every_record_is_read() {
    let loaded =
        load_file("tests/right/every_field.ron", &[]).unwrap_or_else(|d| panic!("{}", d.to_text()));
    assert_eq!(loaded.warnings.to_text(), "");
    expect_file!["right/every_field.txt"].assert_eq(&format!("{:#?}\n", loaded.scene));
}
