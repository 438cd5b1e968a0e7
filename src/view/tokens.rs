//! Colours and sizes, once for every surface: panels, stage labels, report.

use std::fmt::Write;

/// A colour, 0xRRGGBB in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u32);

impl Rgb {
    /// As CSS writes it: `#0F1419`.
    pub fn hex(self) -> String {
        format!("#{:06X}", self.0)
    }

    /// Red, green, blue.
    pub fn parts(self) -> [u8; 3] {
        [(self.0 >> 16) as u8, (self.0 >> 8) as u8, self.0 as u8]
    }

    /// The colour at `share` (0 to 1) of the way to another one, in sRGB.
    #[must_use]
    pub fn towards(self, other: Self, share: f32) -> Self {
        let (a, b) = (self.parts(), other.parts());
        let part = |i: usize| {
            let (a, b) = (f32::from(a[i]), f32::from(b[i]));
            (a + (b - a) * share.clamp(0.0, 1.0)).round() as u32
        };
        Self(part(0) << 16 | part(1) << 8 | part(2))
    }

    /// Relative luminance, 0 to 1 (WCAG 2.2).
    pub fn luminance(self) -> f64 {
        let linear = |shift: u32| {
            let c = f64::from(self.0 >> shift & 0xFF) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                libm::pow((c + 0.055) / 1.055, 2.4)
            }
        };
        0.2126 * linear(16) + 0.7152 * linear(8) + 0.0722 * linear(0)
    }

    /// Contrast ratio with another colour, 1 to 21 (WCAG 2.2).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}

/// Colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Behind everything.
    pub bg: Rgb,
    /// Panels.
    pub surface: Rgb,
    /// Panels above panels: tooltips, menus.
    pub raised: Rgb,
    /// One-pixel lines.
    pub line: Rgb,
    /// Text.
    pub text: Rgb,
    /// Secondary text.
    pub dim: Rgb,
    /// Selection, primary action, the one thing to look at.
    pub accent: Rgb,
    /// Good news; always with a word or icon.
    pub good: Rgb,
    /// Warnings.
    pub warn: Rgb,
    /// Bad news.
    pub bad: Rgb,
    /// Neutral news.
    pub info: Rgb,
}

impl Theme {
    fn named(&self) -> [(&'static str, Rgb); 11] {
        [
            ("bg", self.bg),
            ("surface", self.surface),
            ("raised", self.raised),
            ("line", self.line),
            ("text", self.text),
            ("dim", self.dim),
            ("accent", self.accent),
            ("good", self.good),
            ("warn", self.warn),
            ("bad", self.bad),
            ("info", self.info),
        ]
    }
}

/// The dark theme.
pub const DARK: Theme = Theme {
    bg: Rgb(0x0F1419),
    surface: Rgb(0x161C23),
    raised: Rgb(0x1E2630),
    line: Rgb(0x2B3541),
    text: Rgb(0xE6EBF0),
    dim: Rgb(0x93A1B0),
    accent: Rgb(0x3FB6A8),
    good: Rgb(0x5BB974),
    warn: Rgb(0xE0A33E),
    bad: Rgb(0xEA6A58),
    info: Rgb(0x5AA0E6),
};

/// The light theme.
pub const LIGHT: Theme = Theme {
    bg: Rgb(0xF4F6F8),
    surface: Rgb(0xFFFFFF),
    raised: Rgb(0xFFFFFF),
    line: Rgb(0xD8DFE6),
    text: Rgb(0x17202A),
    dim: Rgb(0x5B6875),
    accent: Rgb(0x0C766C),
    good: Rgb(0x22783F),
    warn: Rgb(0x8F5D08),
    bad: Rgb(0xC0392B),
    info: Rgb(0x2B6CB0),
};

/// Categories, always in this order: the palette of Okabe and Ito (2008), told apart with
/// any kind of colour vision; its pale yellow comes last, its black is the text's colour.
pub const CATEGORIES: [Rgb; 7] = [
    Rgb(0x0072B2),
    Rgb(0xE69F00),
    Rgb(0x009E73),
    Rgb(0xCC79A7),
    Rgb(0x56B4E9),
    Rgb(0xD55E00),
    Rgb(0xF0E442),
];

/// Cividis (Nuñez, Anderton, Renslow, PLoS ONE 13, 2018, e0199239) in ten even steps: from low to
/// high for any kind of colour vision, monotone in lightness.
const CIVIDIS: [Rgb; 10] = [
    Rgb(0x00224E),
    Rgb(0x123570),
    Rgb(0x3B496C),
    Rgb(0x575D6D),
    Rgb(0x707173),
    Rgb(0x8A8678),
    Rgb(0xA59C74),
    Rgb(0xC3B369),
    Rgb(0xE1CC55),
    Rgb(0xFEE838),
];

/// Blue, grey, orange: below, at and above a middle.
const DIVERGING: [Rgb; 5] = [
    Rgb(0x2166AC),
    Rgb(0x7FA8CC),
    Rgb(0xB8BDC2),
    Rgb(0xDDA164),
    Rgb(0xC25C08),
];

/// Colour of a value from low (0) to high (1).
pub fn sequential(value: f32) -> Rgb {
    ramp(&CIVIDIS, value)
}

/// Colour of a value from far below (0) by the middle (0.5) to far above (1).
pub fn diverging(value: f32) -> Rgb {
    ramp(&DIVERGING, value)
}

fn ramp(steps: &[Rgb], value: f32) -> Rgb {
    let last = steps.len() - 1;
    let at = value.clamp(0.0, 1.0) * last as f32;
    let low = (at as usize).min(last);
    steps[low].towards(steps[(low + 1).min(last)], at - low as f32)
}

/// Sizes of type, points.
pub mod type_pt {
    /// Notes, axes, units.
    pub const SMALL: f32 = 12.0;
    /// Body and tables.
    pub const BODY: f32 = 13.0;
    /// Titles of panels and charts.
    pub const TITLE: f32 = 15.0;
    /// Titles of pages, figures of merit.
    pub const LARGE: f32 = 20.0;
    /// The one figure to look at.
    pub const HERO: f32 = 28.0;
}

/// Distances, points: 4·8·12·16·24.
pub mod space_pt {
    /// Between parts of one thing.
    pub const XS: f32 = 4.0;
    /// Between things that belong together.
    pub const S: f32 = 8.0;
    /// Inside a panel's edge.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 16.0;
    /// Between sections.
    pub const XL: f32 = 24.0;
}

/// Sizes of the frame, points.
pub mod frame_pt {
    /// The smallest window in which everything has its place.
    pub const SMALLEST: [f32; 2] = [1024.0, 640.0];
    /// Corners.
    pub const RADIUS: u8 = 6;
    /// A row of a table, a list, a form; a button.
    pub const ROW: f32 = 26.0;
    /// Top bar.
    pub const TOP: f32 = 40.0;
    /// Rail of rooms.
    pub const RAIL: f32 = 48.0;
    /// Scene tree.
    pub const LEFT: f32 = 280.0;
    /// Inspector.
    pub const RIGHT: f32 = 360.0;
    /// Timeline with its charts.
    pub const BOTTOM: f32 = 200.0;
    /// Status line.
    pub const STATUS: f32 = 24.0;
}

/// States of a tool, after SEMI E10, with setup and the kinds of standby kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolState {
    /// Productive.
    Productive,
    /// Setup.
    Setup,
    /// Standby without lots.
    Standby,
    /// Standby although lots wait.
    Held,
    /// Standby with lots that cannot leave.
    Blocked,
    /// Scheduled down.
    ScheduledDown,
    /// Unscheduled down.
    UnscheduledDown,
    /// Engineering.
    Engineering,
    /// Non-scheduled.
    NonScheduled,
}

impl ToolState {
    /// All, in the order in which bars stack.
    pub const ALL: [Self; 9] = [
        Self::Productive,
        Self::Setup,
        Self::Engineering,
        Self::Held,
        Self::Blocked,
        Self::Standby,
        Self::ScheduledDown,
        Self::UnscheduledDown,
        Self::NonScheduled,
    ];

    /// Colour of its area on both themes.
    pub fn colour(self) -> Rgb {
        match self {
            Self::Productive => Rgb(0x3E9E5C),
            Self::Setup => Rgb(0x8CCB8F),
            Self::Standby => Rgb(0x8A9BAC),
            Self::Held => Rgb(0x5F7387),
            Self::Blocked => Rgb(0x3C4C5C),
            Self::ScheduledDown => Rgb(0xE0A33E),
            Self::UnscheduledDown => Rgb(0xD9503F),
            Self::Engineering => Rgb(0x8E6BC4),
            Self::NonScheduled => Rgb(0xC3C8CE),
        }
    }

    /// Glyph that says the same without colour.
    pub fn glyph(self) -> char {
        match self {
            Self::Productive => '●',
            Self::Setup => '◐',
            Self::Standby => '○',
            Self::Held => '◔',
            Self::Blocked => '■',
            Self::ScheduledDown => '▲',
            Self::UnscheduledDown => '✕',
            Self::Engineering => '◆',
            Self::NonScheduled => '–',
        }
    }

    /// Key of its name in the translations.
    pub fn i18n_key(self) -> &'static str {
        match self {
            Self::Productive => "state-productive",
            Self::Setup => "state-setup",
            Self::Standby => "state-standby",
            Self::Held => "state-held",
            Self::Blocked => "state-blocked",
            Self::ScheduledDown => "state-pm",
            Self::UnscheduledDown => "state-down",
            Self::Engineering => "state-engineering",
            Self::NonScheduled => "state-non-scheduled",
        }
    }

    /// Its CSS variable, without the dashes.
    pub fn css(self) -> &'static str {
        self.i18n_key()
    }
}

/// The tokens as CSS variables: light, and dark where the reader prefers it.
pub fn css() -> String {
    let mut css = String::from(":root{color-scheme:light dark;");
    for (name, colour) in LIGHT.named() {
        let _ = write!(css, "--{name}:{};", colour.hex());
    }
    for (i, colour) in CATEGORIES.iter().enumerate() {
        let _ = write!(css, "--cat-{i}:{};", colour.hex());
    }
    for state in ToolState::ALL {
        let _ = write!(css, "--{}:{};", state.css(), state.colour().hex());
    }
    css.push_str("}\n@media (prefers-color-scheme:dark){:root{");
    for (name, colour) in DARK.named() {
        let _ = write!(css, "--{name}:{};", colour.hex());
    }
    css.push_str("}}\n");
    css
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_of_black_on_white_is_21() {
        assert!((Rgb(0).contrast(Rgb(0xFF_FFFF)) - 21.0).abs() < 1e-9);
        assert_eq!(Rgb(0x123456).contrast(Rgb(0x123456)), 1.0);
    }

    #[test]
    fn every_text_colour_reads_on_every_ground() {
        for theme in [DARK, LIGHT] {
            for ground in [theme.bg, theme.surface, theme.raised] {
                for (name, colour) in &theme.named()[4..] {
                    let ratio = colour.contrast(ground);
                    assert!(ratio >= 4.5, "{name} on {}: {ratio:.2}", ground.hex());
                }
            }
        }
    }

    #[test]
    fn ramps_go_through_their_steps() {
        for (i, step) in CIVIDIS.iter().enumerate() {
            assert_eq!(sequential(i as f32 / 9.0), *step);
        }
        assert_eq!(
            (sequential(-1.0), sequential(9.0)),
            (CIVIDIS[0], CIVIDIS[9])
        );
        assert_eq!(diverging(0.5), DIVERGING[2]);
        let lightness: Vec<f64> = (0..=50)
            .map(|i| sequential(i as f32 / 50.0).luminance())
            .collect();
        assert!(lightness.windows(2).all(|w| w[0] <= w[1] + 1e-4));
        assert_eq!(Rgb(0).towards(Rgb(0xFF_FFFF), 0.5), Rgb(0x80_8080));
    }

    #[test]
    fn neighbours_in_a_bar_and_glyphs_differ() {
        for (i, a) in ToolState::ALL.iter().enumerate() {
            for b in &ToolState::ALL[..i] {
                assert_ne!(a.glyph(), b.glyph());
                assert_ne!(a.colour(), b.colour());
            }
        }
    }

    /// Full dichromacy as a matrix on linear RGB: Machado, Oliveira, Fernandes, "A physiologically-based model
    /// for simulation of color vision deficiency", IEEE TVCG 15(6), 2009, table 1, severity 1.0.
    const VISIONS: [(&str, [[f64; 3]; 3]); 4] = [
        (
            "common",
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        ),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    /// CIE L*a*b* (D65) of a colour as an eye sees it.
    fn lab(colour: Rgb, vision: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = colour.parts().map(|c| {
            let c = f64::from(c) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                libm::pow((c + 0.055) / 1.055, 2.4)
            }
        });
        let dot = |row: &[f64; 3], v: &[f64; 3]| row[0] * v[0] + row[1] * v[1] + row[2] * v[2];
        let seen = [0, 1, 2].map(|i| dot(&vision[i], &linear).clamp(0.0, 1.0));
        let xyz = [
            dot(&[0.4124, 0.3576, 0.1805], &seen) / 0.950_47,
            dot(&[0.2126, 0.7152, 0.0722], &seen),
            dot(&[0.0193, 0.1192, 0.9505], &seen) / 1.088_83,
        ];
        let f = |t: f64| {
            if t > 0.008_856 {
                libm::cbrt(t)
            } else {
                7.787 * t + 16.0 / 116.0
            }
        };
        let [x, y, z] = xyz.map(f);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(a: Rgb, b: Rgb, vision: &[[f64; 3]; 3]) -> f64 {
        let (a, b) = (lab(a, vision), lab(b, vision));
        libm::sqrt((0..3).map(|i| (a[i] - b[i]) * (a[i] - b[i])).sum())
    }

    #[test]
    fn the_measure_of_colours_is_that_of_the_literature() {
        let common = &VISIONS[0].1;
        let [l, a, b] = lab(Rgb(0xFF_0000), common);
        assert!((l - 53.24).abs() < 0.1 && (a - 80.09).abs() < 0.2 && (b - 67.20).abs() < 0.2);
        // Red and green of one lightness are told apart by common eyes alone.
        let (red, green) = (Rgb(0xC85A3C), Rgb(0x7A8C32));
        assert!(distance(red, green, common) > 40.0);
        assert!(distance(red, green, &VISIONS[2].1) < 2.0);
    }

    /// 15 is six times what is just noticed (2.3); glyphs and words stand beside colours besides.
    #[test]
    fn states_of_tools_are_told_apart_by_any_eye() {
        for (name, vision) in &VISIONS {
            for (i, a) in ToolState::ALL.iter().enumerate() {
                for b in &ToolState::ALL[..i] {
                    let d = distance(a.colour(), b.colour(), vision);
                    assert!(d >= 15.0, "{a:?} and {b:?} with {name}: {d:.1}");
                }
            }
        }
    }

    #[test]
    fn categories_are_told_apart_by_any_eye() {
        for (name, vision) in &VISIONS {
            for (i, a) in CATEGORIES.iter().enumerate() {
                for b in &CATEGORIES[..i] {
                    let d = distance(*a, *b, vision);
                    assert!(d >= 15.0, "{} and {} with {name}: {d:.1}", a.hex(), b.hex());
                }
            }
        }
    }

    #[test]
    fn the_style_sheet_carries_both_themes() {
        let css = css();
        assert!(css.contains("--accent:#0C766C;") && css.contains("--accent:#3FB6A8;"));
        assert!(css.contains("--cat-0:#0072B2;") && css.contains("--state-down:#D9503F;"));
    }
}
