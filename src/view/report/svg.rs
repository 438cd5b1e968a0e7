//! Small vocabulary for charts: escaping, cells, scales, ticks.

/// Text made safe for HTML and SVG, in content and in attributes.
pub fn esc(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Control characters are not allowed in XML in any form.
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// A cell of a CSV file, quoted where needed.
pub fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Coordinate with one decimal, without `-0.0`.
pub fn xy(value: f64) -> String {
    let text = format!("{:.1}", value + 0.0);
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// A linear map from values to pixels.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// Values.
    pub from: (f64, f64),
    /// Pixels.
    pub to: (f64, f64),
}

impl Scale {
    /// Pixel of a value.
    pub fn at(&self, value: f64) -> f64 {
        let span = self.from.1 - self.from.0;
        let part = if span > 0.0 {
            (value - self.from.0) / span
        } else {
            0.5
        };
        self.to.0 + part * (self.to.1 - self.to.0)
    }
}

/// Round tick values within a range, about `wanted` of them, and their decimals.
pub fn ticks(low: f64, high: f64, wanted: u32) -> (Vec<f64>, usize) {
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return (vec![low], 1);
    }
    let rough = span / f64::from(wanted.max(1));
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = power
        * match rough / power {
            r if r <= 1.0 => 1.0,
            r if r <= 2.0 => 2.0,
            r if r <= 2.5 => 2.5,
            r if r <= 5.0 => 5.0,
            _ => 10.0,
        };
    // A step of 2.5 takes one decimal more than its size alone says.
    let half = f64::from((step / power - 2.5).abs() < 0.1);
    let decimals = (half - libm::floor(libm::log10(step) + 1e-9)).clamp(0.0, 6.0) as usize;
    let first = libm::ceil(low / step - 1e-9) as i64;
    let last = libm::floor(high / step + 1e-9) as i64;
    ((first..=last).map(|i| i as f64 * step).collect(), decimals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_and_ticks() {
        assert_eq!(
            esc("<a href='x'>\"&\u{1}"),
            "&lt;a href=&#39;x&#39;&gt;&quot;&amp;\u{FFFD}"
        );
        assert_eq!(
            ticks(0.0, 100.0, 5),
            (vec![0.0, 20.0, 40.0, 60.0, 80.0, 100.0], 0)
        );
        assert_eq!(ticks(0.0, 0.9, 4), (vec![0.0, 0.25, 0.5, 0.75], 2));
        assert_eq!(
            ticks(0.0, 1000.0, 4),
            (vec![0.0, 250.0, 500.0, 750.0, 1000.0], 0)
        );
        assert_eq!(ticks(3.0, 3.0, 4).0, [3.0]);
        assert_eq!(
            (xy(-0.01), xy(3.0), xy(2.25)),
            ("0".into(), "3".into(), "2.2".into())
        );
    }

    proptest! {
        #[test]
        fn ticks_stay_inside_and_are_few(low in -1e6..1e6f64, span in 1e-3..1e6f64, n in 2u32..10) {
            let (ticks, _) = ticks(low, low + span, n);
            prop_assert!(ticks.len() <= n as usize + 1);
            for t in ticks {
                prop_assert!(t >= low - 1e-6 * span && t <= low + span * (1.0 + 1e-6));
            }
        }
    }
}
