//! The image that the page's test is held against (tests/web/litho_expected.json): the reference's, in f64.
//! `GEOUL_BLESS=1` writes it anew. Accepted difference between machines: 1e-9 of the clear field.

use geoul::interop::glp;
use geoul::scene::optics::{Setup, read};
use geoul::scene::shapes::Shapes;
use geoul::sim::process::lithography::probe::Probe;
use serde::{Deserialize, Serialize};

/// What the page's test is held against.
#[derive(Serialize, Deserialize)]
struct Expected {
    layout: String,
    optics: String,
    probe: Probe,
    intensity: Vec<f64>,
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/web/litho_expected.json");

fn inputs(layout: &str, optics: &str) -> (Setup, Shapes) {
    let text = |name: &str| {
        let path = format!("{}/scenes/litho/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).expect("a shipped file")
    };
    let setup = read(optics, &text(optics)).unwrap_or_else(|d| panic!("{}", d.to_text()));
    (setup, glp::read(layout, &text(layout)).expect("sound"))
}

#[test]
fn the_page_is_held_against_the_image_of_this_machine() {
    let (layout, optics) = ("logic.glp", "arf_annular.ron");
    let (setup, shapes) = inputs(layout, optics);
    let (low, high) = shapes.bounds().expect("shapes");
    let middle = [0, 1].map(|k| f64::from(low[k] + high[k]) / 2.0 * shapes.unit_nm);
    let side_nm = 1024.0;
    let probe = Probe {
        low_nm: middle.map(|m| m - 0.5 * side_nm),
        side_nm,
        pixels: 1024,
        points: 16,
        defocus_nm: 20.0,
    };
    let found = probe.reference(&setup, &shapes).expect("light");
    assert!(found.iter().copied().fold(0.0, f64::max) > 0.3);
    if std::env::var_os("GEOUL_BLESS").is_some() {
        let expected = Expected {
            layout: layout.to_owned(),
            optics: optics.to_owned(),
            probe,
            intensity: found.clone(),
        };
        let text = serde_json::to_string(&expected).expect("JSON");
        std::fs::write(PATH, text + "\n").expect("written");
    }
    let text = std::fs::read_to_string(PATH).expect("beside the page's tests");
    let expected: Expected = serde_json::from_str(&text).expect("JSON");
    assert_eq!(expected.probe, probe);
    assert_eq!(expected.intensity.len(), found.len());
    for (e, f) in expected.intensity.iter().zip(&found) {
        assert!((e - f).abs() < 1e-9, "{e} {f}");
    }
}

#[test]
fn the_kernels_give_the_same_image() {
    let Some(gpu) = super::gpu::gpu() else { return };
    let text = std::fs::read_to_string(PATH).expect("beside the page's tests");
    let expected: Expected = serde_json::from_str(&text).expect("JSON");
    let (setup, shapes) = inputs(&expected.layout, &expected.optics);
    let found = pollster::block_on(expected.probe.on_gpu(&gpu, &setup, &shapes));
    let found = found.expect("a device that holds");
    let worst = expected.intensity.iter().zip(&found);
    let worst = worst.map(|(e, f)| (e - f).abs()).fold(0.0, f64::max);
    println!("largest difference: {worst:.1e}");
    assert!(worst < 2e-6, "{worst}");
}
