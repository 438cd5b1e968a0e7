//! The answer of a what-if as a sentence, in English and in Korean.
//!
//! Korean particles follow the sound of the word before them: 주기를, 비율을; 9일로, 3시간으로.

use super::i18n::{Lang, Texts, decimals_for, decimals_of, number};
use crate::results::compare::{DifferenceRow, Verdict};
use crate::results::kpi::Better;
use crate::scene::schema::Scene;
use crate::whatif::knob::{Form, KnobFault, Turned, Value, turned};
use crate::whatif::study::{Outcome, VariantView};
use crate::whatif::{Variant, what_if};

/// A particle with a form behind a final consonant and one behind a vowel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Particle {
    /// 을, 를.
    Object,
    /// 이, 가.
    Subject,
    /// 으로, 로; ㄹ counts as a vowel.
    Towards,
}

/// How a word ends when it is read aloud in Korean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Vowel,
    Rieul,
    Consonant,
}

fn ending(word: &str) -> Ending {
    let last = word
        .chars()
        .rev()
        .find(|c| c.is_alphanumeric() || *c == '%');
    match last {
        Some(c @ '가'..='힣') => match (c as u32 - 0xAC00) % 28 {
            0 => Ending::Vowel,
            8 => Ending::Rieul,
            _ => Ending::Consonant,
        },
        // 영, 일, 삼, 육, 칠, 팔 have a final consonant.
        Some('0' | '3' | '6') => Ending::Consonant,
        Some('1' | '7' | '8') => Ending::Rieul,
        // Letters by their names: 엘, 엠, 엔, 알.
        Some('l' | 'L' | 'r' | 'R') => Ending::Rieul,
        Some('m' | 'M' | 'n' | 'N') => Ending::Consonant,
        _ => Ending::Vowel,
    }
}

/// The word with its particle; other languages than Korean have none.
pub fn with_particle(word: &str, particle: Particle, lang: Lang) -> String {
    if lang != Lang::Ko {
        return word.to_owned();
    }
    let form = match (particle, ending(word)) {
        (Particle::Object, Ending::Vowel) => "를",
        (Particle::Object, _) => "을",
        (Particle::Subject, Ending::Vowel) => "가",
        (Particle::Subject, _) => "이",
        (Particle::Towards, Ending::Consonant) => "으로",
        (Particle::Towards, _) => "로",
    };
    format!("{word}{form}")
}

/// A value with its unit as this language writes it: `9 d`, `9일`, `1.8 %`.
pub fn value_text(value: f64, decimals: usize, unit: &str, t: &Texts) -> String {
    let (figure, unit) = (number(value, decimals), t.unit(unit));
    match (unit.as_str(), t.lang()) {
        ("", _) => figure,
        ("%" | "%p", _) | (_, Lang::En) => format!("{figure} {unit}"),
        (_, Lang::Ko) => format!("{figure}{unit}"),
    }
}

/// A knob's value: as many decimals as it needs.
fn knob_value(value: f64, unit: &str, t: &Texts) -> String {
    let decimals = (0..3).find(|d| {
        let scale = libm::pow(10.0, f64::from(*d));
        (libm::round(value * scale) / scale - value).abs() <= 1e-9 * value.abs()
    });
    // "the number of tools from 1 to 2": what is counted was said; Korean counts with a word.
    let is_said = t.lang() == Lang::En && matches!(unit, "tools" | "people");
    let unit = if is_said { "1" } else { unit };
    value_text(value, decimals.unwrap_or(3) as usize, unit, t)
}

/// Key of a verdict's word.
pub fn word_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "verdict-better",
        Verdict::Worse => "verdict-worse",
        Verdict::Higher => "verdict-higher",
        Verdict::Lower => "verdict-lower",
        Verdict::NoDifference => "verdict-none",
    }
}

/// Key of a knob's texts.
pub fn knob_key(kind: &str) -> String {
    format!("knob-{}", kind.replace('_', "-"))
}

/// A change in words: attribute of its texts, and what they need.
fn change(turned: &Turned<'_>, form: &str, t: &Texts) -> String {
    let knob = turned.knob;
    let phrase = t.get(&format!("{}.phrase", knob_key(knob.kind)));
    let what = if knob.of.is_empty() {
        phrase
    } else {
        t.with("knob-of", &[("what", &phrase), ("of", &knob.of)])
    };
    let (key, from, to) = match (&knob.form, &turned.value) {
        (Form::Number { value: from, .. }, Value::Number(to)) => {
            let key = if to > from {
                "verdict-raise"
            } else {
                "verdict-lower-to"
            };
            let text = |v: f64| knob_value(v, knob.unit, t);
            (key, text(*from), text(*to))
        }
        (Form::Choice { value, .. }, Value::Choice(to)) => {
            let from = if value.is_empty() {
                t.get("knob-scene")
            } else {
                value.clone()
            };
            ("verdict-change", from, to.clone())
        }
        // Settings are checked against their knobs before they are told.
        _ => return what,
    };
    let key = if form.is_empty() {
        key.to_owned()
    } else {
        format!("{key}.{form}")
    };
    let what = with_particle(&what, Particle::Object, t.lang());
    let to = with_particle(&to, Particle::Towards, t.lang());
    t.with(&key, &[("what", &what), ("from", &from), ("to", &to)])
}

/// All changes as one clause; `last`: the form of the last one in Korean.
fn changes(turned: &[Turned<'_>], name: &str, last: &str, t: &Texts) -> String {
    if turned.is_empty() {
        return t.with("verdict-variant", &[("name", name)]);
    }
    let n = turned.len();
    let clause = |i: usize| match (t.lang(), i) {
        (Lang::Ko, i) if i + 1 < n => change(&turned[i], "and", t),
        (Lang::Ko, i) | (Lang::En, i @ 0) => change(&turned[i], last, t),
        (Lang::En, i) => change(&turned[i], "and", t),
    };
    (1..n).fold(clause(0), |first, i| {
        t.with("verdict-join", &[("first", &first), ("second", &clause(i))])
    })
}

/// Name of a figure inside a sentence.
fn phrase(row: &DifferenceRow, t: &Texts) -> String {
    t.get(&format!("kpi-phrase-{}", row.name.replace('_', "-")))
}

/// A difference in proportion to the base where that says something, else in its own unit;
/// figures in per cent in points.
struct Size {
    scale: f64,
    unit: &'static str,
}

impl Size {
    fn of(row: &DifferenceRow) -> Self {
        if row.unit == "%" {
            Self {
                scale: 1.0,
                unit: "points",
            }
        } else if row.a.abs() > 1e-12 {
            Self {
                scale: 100.0 / row.a.abs(),
                unit: "%",
            }
        } else {
            Self {
                scale: 1.0,
                unit: row.unit,
            }
        }
    }

    fn decimals(&self, row: &DifferenceRow) -> usize {
        let half = row.high.map(|h| (h - row.difference) * self.scale);
        half.filter(|h| *h > 0.0)
            .map_or_else(|| decimals_for(row.difference * self.scale), decimals_of)
    }
}

fn effect(key: &str, row: &DifferenceRow, clause: &str, confidence: f64, t: &Texts) -> String {
    let size = Size::of(row);
    let decimals = size.decimals(row);
    let amount = value_text(row.difference.abs() * size.scale, decimals, size.unit, t);
    let interval = match (row.low, row.high) {
        (Some(low), Some(high)) => {
            let sign = if row.difference < 0.0 { -1.0 } else { 1.0 };
            let (a, b) = (sign * low * size.scale, sign * high * size.scale);
            let values = [
                ("confidence", percent(confidence)),
                ("low", number(a.min(b), decimals)),
                ("high", value_text(a.max(b), decimals, size.unit, t)),
            ];
            let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
            format!(" {}", t.with("verdict-interval", &values))
        }
        _ => format!(" {}", t.get("verdict-one-pair")),
    };
    let end = if row.difference > 0.0 { "rise" } else { "fall" };
    let subject = with_particle(&phrase(row, t), Particle::Subject, t.lang());
    t.with(
        &format!("{key}-{end}"),
        &[
            ("change", clause),
            ("what", &subject),
            ("size", &amount),
            ("interval", &interval),
        ],
    )
}

/// A share as per cent without needless decimals: `95`, `99.9`.
fn percent(share: f64) -> String {
    let text = number(100.0 * share, 1);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Whether the figure got better, worse, or has no good direction.
fn sense(row: &DifferenceRow) -> Better {
    match row.verdict {
        Verdict::Better => Better::Higher,
        Verdict::Worse => Better::Lower,
        _ => Better::Neither,
    }
}

/// The verdict on a variant in words.
///
/// `turned`: the knobs that make it; none: it goes by its name. The first answer that differs
/// leads; the first that differs the other way follows. `pairs`: how many were asked for; with
/// fewer behind it the sentence says that it is an estimate.
pub fn sentence(
    turned: &[Turned<'_>],
    variant: &VariantView,
    outcome: &Outcome,
    pairs: u32,
    t: &Texts,
) -> String {
    let confidence = outcome.confidence;
    let shown: Vec<&DifferenceRow> = variant
        .answers
        .iter()
        .filter(|r| r.verdict != Verdict::NoDifference)
        .collect();
    let mut text = match shown.first() {
        Some(lead) => {
            let clause = changes(turned, &variant.name, "", t);
            let mut text = effect("verdict", lead, &clause, confidence, t);
            let other = match sense(lead) {
                Better::Higher => Some(Better::Lower),
                Better::Lower => Some(Better::Higher),
                Better::Neither => None,
            };
            let but = shown.iter().find(|r| Some(sense(r)) == other);
            if let Some(but) = but {
                text = format!("{text} {}", effect("verdict-but", but, "", confidence, t));
            }
            let more = shown.len() - 1 - usize::from(but.is_some());
            if more > 0 {
                let also = t.with("verdict-also", &[("n", &more.to_string())]);
                text = format!("{text} {also}");
            }
            text
        }
        None => match variant.answers.first().filter(|r| r.n < 2) {
            // One pair says how much, not how sure.
            Some(lead) if lead.difference != 0.0 => {
                let clause = changes(turned, &variant.name, "", t);
                effect("verdict", lead, &clause, confidence, t)
            }
            _ => nothing_shown(turned, variant, t),
        },
    };
    if variant.pairs < pairs {
        let values = [
            ("n", variant.pairs.to_string()),
            ("of", pairs.to_string()),
            ("sentence", text),
        ];
        let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
        text = t.with("verdict-estimate", &values);
    }
    text
}

/// The verdict on a named variant of a scene in words, as [`sentence`] says it; a variant that sets
/// paths besides knobs goes by its name.
///
/// # Errors
/// Its settings do not fit the scene.
pub fn of_variant(
    scene: &Scene,
    asked: &Variant,
    seen: &VariantView,
    outcome: &Outcome,
    pairs: u32,
    t: &Texts,
) -> Result<String, KnobFault> {
    let knobs = what_if(&asked.what).map_or_else(Vec::new, |w| w.knobs(scene));
    let turns = if asked.set.is_empty() {
        turned(&knobs, &asked.settings)?
    } else {
        Vec::new()
    };
    Ok(sentence(&turns, seen, outcome, pairs, t))
}

/// Whether a variant changes how often tools are maintained, and nothing of how often they break.
pub fn stretches_maintenance(variant: &Variant) -> bool {
    let has = |kind: &str| variant.settings.iter().any(|s| s.knob.starts_with(kind));
    has("pm_every") && !has("mtbf")
}

fn nothing_shown(turned: &[Turned<'_>], variant: &VariantView, t: &Texts) -> String {
    let clause = changes(turned, &variant.name, "even", t);
    let n = variant.answers.len().to_string();
    let mut text = t.with("verdict-none-shown", &[("change", &clause), ("n", &n)]);
    let bounded = variant.answers.iter().find_map(|r| {
        let size = Size::of(r);
        Some((r, r.low? * size.scale, r.high? * size.scale, size))
    });
    if let Some((row, low, high, size)) = bounded {
        let decimals = size.decimals(row);
        let name = phrase(row, t);
        let values = [
            ("what", with_of(&name, t.lang())),
            ("low", value_text(low, decimals, size.unit, t)),
            ("high", value_text(high, decimals, size.unit, t)),
        ];
        let values = values.each_ref().map(|(k, v)| (*k, v.as_str()));
        text = format!("{text} {}", t.with("verdict-none-bound", &values));
    }
    text
}

/// The word as the possessor of what follows.
fn with_of(word: &str, lang: Lang) -> String {
    match lang {
        Lang::Ko => format!("{word}의"),
        Lang::En => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::kpi::{self, Kind};
    use crate::whatif::knob::{Knob, Setting};
    use crate::whatif::{WHAT_IFS, study};

    fn knob(kind: &'static str, of: &str, unit: &'static str, value: f64) -> Knob {
        let dot = if of.is_empty() { "" } else { "." };
        Knob {
            name: format!("{kind}{dot}{of}"),
            kind,
            of: of.to_owned(),
            unit,
            form: Form::Number {
                low: 0.0,
                high: 1000.0,
                whole: false,
                value,
            },
        }
    }

    fn row(
        name: &'static str,
        unit: &'static str,
        a: f64,
        d: f64,
        verdict: Verdict,
    ) -> DifferenceRow {
        let half = 0.2 * d.abs();
        DifferenceRow {
            name,
            of: String::new(),
            kind: Kind::Plant,
            unit,
            a,
            b: a + d,
            difference: d,
            low: Some(d - half),
            high: Some(d + half),
            p: Some(0.001),
            n: 20,
            verdict,
        }
    }

    fn said(
        knobs: &[Knob],
        set: &[Setting],
        rows: Vec<DifferenceRow>,
        pairs: u32,
        lang: Lang,
    ) -> String {
        let view = study::VariantView {
            name: "V".into(),
            pairs,
            answers: rows,
            ..study::VariantView::default()
        };
        let outcome = Outcome {
            confidence: 0.95,
            ..Outcome::default()
        };
        let turned = turned(knobs, set).expect("the settings fit");
        sentence(&turned, &view, &outcome, 20, &Texts::new(lang))
    }

    #[test]
    fn particles_follow_the_sound() {
        let ko = |word, particle| with_particle(word, particle, Lang::Ko);
        assert_eq!(ko("주기", Particle::Object), "주기를");
        assert_eq!(ko("비율", Particle::Object), "비율을");
        assert_eq!(ko("재공", Particle::Subject), "재공이");
        assert_eq!(ko("처리량", Particle::Subject), "처리량이");
        assert_eq!(ko("준수율", Particle::Subject), "준수율이");
        assert_eq!(ko("9일", Particle::Towards), "9일로");
        assert_eq!(ko("4시간", Particle::Towards), "4시간으로");
        assert_eq!(ko("105 %", Particle::Towards), "105 %로");
        assert_eq!(ko("Litho_EUV (FE3)", Particle::Object), "Litho_EUV (FE3)을");
        assert_eq!(ko("priority+fifo", Particle::Towards), "priority+fifo로");
        assert_eq!(with_particle("rate", Particle::Object, Lang::En), "rate");
    }

    #[test]
    fn a_verdict_is_a_sentence_in_both_languages() {
        let knobs = [knob("pm_every", "", "d", 7.0)];
        let set = [Setting::number("pm_every", 9.0)];
        let rows = || {
            vec![
                row("throughput", "lots/d", 70.0, 1.26, Verdict::Better),
                row("on_time", "%", 95.0, -2.0, Verdict::Worse),
                row("wip", "lots", 2000.0, -40.0, Verdict::Better),
            ]
        };
        assert_eq!(
            said(&knobs, &set, rows(), 20, Lang::Ko),
            "예방정비 주기를 7일에서 9일로 늘리면 처리량이 1.8 % 늘어납니다 (95 % 구간 1.4–2.2 %). \
             대신 납기 준수율이 2.0 %p 줄어듭니다 (95 % 구간 1.6–2.4 %p). 물어본 다른 지표 1개도 달라집니다."
        );
        assert_eq!(
            said(&knobs, &set, rows(), 2, Lang::En),
            "Estimate from 2 of 20 pairs: Raising the maintenance interval from 7 d to 9 d raises \
             throughput by 1.8 % (95 % interval 1.4–2.2 %). In exchange, on-time delivery falls by \
             2.0 points (95 % interval 1.6–2.4 points). Other figures asked for that differ: 1."
        );
    }

    #[test]
    fn one_pair_tells_how_much_and_that_it_is_one() {
        let knobs = [knob("mttr", "", "%", 100.0)];
        let set = [Setting::number("mttr", 150.0)];
        let one = DifferenceRow {
            low: None,
            high: None,
            p: None,
            n: 1,
            ..row("cycle_time", "d", 30.0, 1.5, Verdict::NoDifference)
        };
        assert_eq!(
            said(&knobs, &set, vec![one], 1, Lang::Ko),
            "20쌍 중 1쌍으로 본 추정: 수리 시간을 100 %에서 150 %로 늘리면 사이클 타임이 5.00 % \
             늘어납니다 (한 쌍의 값이라 구간은 아직 없습니다)."
        );
    }

    #[test]
    fn several_changes_and_no_difference() {
        let knobs = [
            knob("tools", "Litho", "tools", 5.0),
            knob("crew", "보전조", "people", 4.0),
        ];
        let set = [
            Setting::number("tools.Litho", 6.0),
            Setting::number("crew.보전조", 3.0),
        ];
        let rows = vec![row("cycle_time", "d", 30.0, -0.3, Verdict::NoDifference)];
        assert_eq!(
            said(&knobs, &set, rows.clone(), 20, Lang::Ko),
            "Litho의 장비 수를 5대에서 6대로 늘리고 보전조의 정비 인원을 4명에서 3명으로 줄여도 물어본 \
             지표 1개 모두 차이가 확인되지 않습니다. 사이클 타임의 차이는 −1.2 %에서 −0.8 % 사이입니다."
        );
        assert!(said(&knobs, &set, rows, 20, Lang::En).starts_with(
            "Raising the number of tools of Litho from 5 to 6 and lowering the number \
                 of people in the crew of 보전조 from 4 to 3 shows no difference"
        ));
    }

    #[test]
    fn every_knob_and_answer_has_its_words() {
        let scene = crate::scene::schema::Scene::default();
        for lang in [Lang::En, Lang::Ko] {
            let t = Texts::new(lang);
            let mut keys = Vec::new();
            for what in WHAT_IFS {
                keys.push(format!("whatif-{}.about", what.name()));
                keys.extend(what.knobs(&scene).iter().map(|k| knob_key(k.kind)));
                for answer in what.answers() {
                    assert!(kpi::find(answer).is_some(), "{answer}");
                    keys.push(format!("kpi-phrase-{}", answer.replace('_', "-")));
                }
            }
            for key in keys {
                assert!(!t.get(&key).starts_with('⟦'), "{key} in {lang:?}");
            }
        }
    }
}
