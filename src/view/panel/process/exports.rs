//! What leaves the bench as text: tables of its plots, and the optics as a file.

use std::fmt::Write;

use super::{Process, offer};
use crate::interop::gdsii;
use crate::scene::optics::SourceShape;
use crate::scene::optics_text;
use crate::sim::process::lithography::workbench::{Exposure, Through};
use crate::view::report::study::file_name;

/// Sizes through focus and dose, one a line; empty where the feature is lost.
pub fn bossung(through: &Through) -> String {
    let mut out = "defocus_nm,dose,cd_nm\n".to_owned();
    for (z, row) in through.foci_nm.iter().zip(&through.cd_nm) {
        for (dose, cd) in through.doses.iter().zip(row) {
            let cd = cd.map_or(String::new(), |v| format!("{v:.4}"));
            let _ = writeln!(out, "{z:.3},{dose:.4},{cd}");
        }
    }
    out
}

/// Largest exposure latitude for each depth of focus.
pub fn window(through: &Through) -> String {
    let mut out = "depth_of_focus_nm,exposure_latitude,focus_nm,dose\n".to_owned();
    for w in &through.windows {
        let (depth, latitude) = (w.depth_of_focus_nm, w.latitude);
        let _ = writeln!(
            out,
            "{depth:.3},{latitude:.6},{:.3},{:.6}",
            w.focus_nm, w.dose
        );
    }
    out
}

/// Latent intensity along the cut line.
pub fn profile(exposure: &Exposure) -> String {
    let mut out = "place_nm,intensity\n".to_owned();
    for [s, v] in exposure.profile.samples() {
        let _ = writeln!(out, "{s:.4},{v:.6}");
    }
    out
}

/// The mask as a GDSII file: the one that was sought or the layout's.
///
/// # Errors
/// A polygon has more corners than the format holds; their number.
pub fn mask(process: &Process) -> Result<(String, Vec<u8>), u32> {
    let stem = match &process.now.layout {
        offer::Name::Shipped(stem) => stem,
        offer::Name::File(name) => name
            .rsplit_once('.')
            .map_or(name.as_str(), |(stem, _)| stem),
    };
    let bytes = gdsii::write(process.now.clip.mask(), "MASK").map_err(|(_, corners)| corners)?;
    Ok((file_name(&format!("{stem}_mask.gds")), bytes))
}

/// The optics as files: name and text, the source's table after them where it has one.
pub fn optics(process: &Process) -> Vec<(String, String)> {
    let clip = &process.now.clip;
    let stem = match &process.now.optics {
        offer::Name::Shipped(stem) => (*stem).to_owned(),
        offer::Name::File(name) => name.trim_end_matches(".ron").to_owned(),
    };
    let mut files = vec![(format!("{stem}.ron"), optics_text::text(&clip.setup))];
    if let SourceShape::Table(name) = &clip.setup.source {
        let mut text = String::new();
        for (x, y, brightness) in clip.table.iter() {
            let _ = writeln!(text, "{x},{y},{brightness}");
        }
        files.push((name.clone(), text));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::optics::read;

    #[test]
    fn optics_leave_as_they_are_set() {
        let mut process = Process::default();
        process.now.clip.setup.defocus_nm = -35.0;
        process.illuminate(super::super::Kind::Quadrupole);
        let files = optics(&process);
        assert_eq!((files.len(), files[0].0.as_str()), (1, "arf_annular.ron"));
        let read = read("a.ron", &files[0].1).unwrap_or_else(|d| panic!("{}", d.to_text()));
        assert_eq!(read.source, process.now.clip.setup.source);
        assert_eq!(read.defocus_nm, -35.0);
    }

    #[test]
    fn lost_features_are_gaps() {
        let through = Through {
            foci_nm: vec![-10.0, 10.0],
            doses: vec![1.0],
            cd_nm: vec![vec![Some(61.25)], vec![None]],
            ranges: Vec::new(),
            windows: Vec::new(),
            target_nm: None,
            points: crate::sim::process::lithography::workbench::Points { used: 1, all: 1 },
        };
        let text = bossung(&through);
        assert_eq!(
            text,
            "defocus_nm,dose,cd_nm\n-10.000,1.0000,61.2500\n10.000,1.0000,\n"
        );
    }
}
