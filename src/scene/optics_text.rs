//! Checked optics back to the text of a file, as short as it can be said.

use std::fmt::Write;

use super::optics::{Light, Setup, SourceShape, Tone};

/// The text that [`super::optics::read`] makes this set-up of again.
pub fn text(setup: &Setup) -> String {
    let mut s = "(\n".to_owned();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(s, "    {name}: {value},");
    };
    line("lens", lens(setup));
    line("source", source(&setup.source));
    line("source_side", setup.source_side.to_string());
    if setup.defocus_nm != 0.0 {
        line("defocus", format!("\"{} nm\"", setup.defocus_nm));
    }
    let last = setup.zernike_waves.iter().rposition(|c| *c != 0.0);
    if let Some(last) = last {
        let waves = setup.zernike_waves[..=last].iter();
        let waves: Vec<String> = waves.map(|c| decimal(*c)).collect();
        line("zernike", format!("[{}]", waves.join(", ")));
    }
    if setup.apodised {
        line("apodised", "true".to_owned());
    }
    if setup.light != Light::Scalar {
        line("polarisation", format!("{:?}", setup.light));
    }
    let mut mask = Vec::new();
    if setup.tone != Tone::Clear {
        mask.push(format!("shapes: {:?}", setup.tone));
    }
    if setup.transmission != 0.0 {
        mask.push(format!("transmission: {}", decimal(setup.transmission)));
    }
    if let Some(layer) = setup.shifted_layer {
        mask.push(format!("shifted_layer: {layer}"));
    }
    if !mask.is_empty() {
        line("mask", format!("({})", mask.join(", ")));
    }
    let level = decimal(setup.level);
    line(
        "resist",
        format!("(level: {level}, diffusion: \"{} nm\")", setup.diffusion_nm),
    );
    s + ")\n"
}

/// A number with a point, as RON tells fractions from counts.
fn decimal(value: f64) -> String {
    format!("{value:?}")
}

fn lens(setup: &Setup) -> String {
    let dark = decimal(setup.obscuration);
    match (setup.wavelength_nm, setup.na, setup.index) {
        (193.0, 1.35, 1.44) if setup.obscuration == 0.0 => "ArfImmersion".to_owned(),
        (13.5, 0.33, 1.0) if setup.obscuration == 0.0 => "Euv".to_owned(),
        (13.5, 0.55, 1.0) => format!("HighNaEuv(obscuration: {dark})"),
        (wavelength, na, index) => format!(
            "Custom(wavelength: \"{wavelength} nm\", na: {}, index: {}, obscuration: {dark})",
            decimal(na),
            decimal(index)
        ),
    }
}

fn source(source: &SourceShape) -> String {
    match source {
        SourceShape::Disc(sigma) => format!("Conventional(sigma: {})", decimal(*sigma)),
        SourceShape::Ring(inner, outer) => {
            format!(
                "Annular(inner: {}, outer: {})",
                decimal(*inner),
                decimal(*outer)
            )
        }
        SourceShape::Poles(count, inner, outer, open, rotation) => {
            let kind = if *count == 2 { "Dipole" } else { "Quadrupole" };
            format!(
                "{kind}(inner: {}, outer: {}, open: \"{open} deg\", rotation: \"{rotation} deg\")",
                decimal(*inner),
                decimal(*outer)
            )
        }
        SourceShape::Table(file) => format!("Table({file:?})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::optics::read;

    #[test]
    fn what_is_written_reads_back_the_same() {
        let full = "(lens: Custom(wavelength: \"248 nm\", na: 0.8), \
                    source: Quadrupole(inner: 0.55, outer: 0.85, open: \"30 deg\", rotation: \"45 deg\"), \
                    source_side: 21, defocus: \"-37.5 nm\", zernike: [0, 0, 0, 0.01, -0.005, 0], apodised: true, \
                    polarisation: Azimuthal, mask: (shapes: Dark, transmission: \"6 %\", shifted_layer: 3), \
                    resist: (level: 0.25, diffusion: \"7.5 nm\"))";
        let short = "(lens: ArfImmersion, source: Conventional(sigma: 0.7))";
        let high = "(lens: HighNaEuv(obscuration: 0.25), source: Dipole(inner: 0.2, outer: 0.9))";
        let table = "(lens: Euv, source: Table(\"my \\\"own\\\".csv\"))";
        for written in [full, short, high, table] {
            let of = |name: &str, text: &str| {
                read(name, text).unwrap_or_else(|d| panic!("{text}: {}", d.to_text()))
            };
            let mut setup = of("a.ron", written);
            let mut again = of("b.ron", &text(&setup));
            // Zeros at the end say nothing.
            for s in [&mut setup, &mut again] {
                s.zernike_waves.resize(16, 0.0);
            }
            assert_eq!(setup, again);
        }
    }
}
