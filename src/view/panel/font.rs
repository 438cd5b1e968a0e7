//! The typefaces: one for text and figures in two weights, one for icons.

use egui::{FontData, FontDefinitions, FontFamily};
use egui_phosphor::Variant;

/// Name of the family for what stands out.
pub const STRONG: &str = "strong";

/// Licence of the typeface.
pub const LICENCE: &str = include_str!("../../../assets/fonts/OFL.txt");

/// Pretendard (OFL, see `assets/fonts/README.md`) and Phosphor's icons.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces: [(&str, &'static [u8]); 2] = [
        (
            "text",
            include_bytes!("../../../assets/fonts/geoul-sans-regular.otf"),
        ),
        (
            STRONG,
            include_bytes!("../../../assets/fonts/geoul-sans-semibold.otf"),
        ),
    ];
    for (name, bytes) in faces {
        let data = FontData::from_static(bytes);
        fonts.font_data.insert(name.to_owned(), data.into());
    }
    // Icons are drawn a little larger and lower than the letters they stand beside.
    let mut icons = Variant::Regular.font_data();
    icons.tweak.scale = 1.18;
    icons.tweak.y_offset_factor = 0.09;
    fonts.font_data.insert("icons".to_owned(), icons.into());
    let families = [
        (FontFamily::Proportional, "text"),
        // Figures have one width in the text's face too, so there is no other for them.
        (FontFamily::Monospace, "text"),
        (FontFamily::Name(STRONG.into()), STRONG),
    ];
    for (family, face) in families {
        let faces = vec![face.to_owned(), "icons".to_owned()];
        fonts.families.insert(family, faces);
    }
    fonts
}
