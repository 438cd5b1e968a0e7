//! Maintenance: how often, how long, by how many people, and how often tools break.
//!
//! Breakdowns of a scene do not depend on its maintenance; who expects them to come more often
//! after a longer interval turns the time between failures too.

use super::knob::{
    Form, Knob, KnobFault, Setting, Turned, WhatIf, count, part, percent, time, turned, unit_us,
    with_mean,
};
use crate::scene::dist::Dist;
use crate::scene::schema::{PmInterval, Scene};
use crate::units::Duration;

/// The what-if.
#[derive(Clone, Copy, Debug)]
pub struct Maintenance;

/// Names of the items of a list as parts of knobs: nothing for a single one, else the name, or
/// the number from 1 where names repeat.
fn item_names<'a>(group: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let names: Vec<&str> = names.collect();
    let unique = |n: &str| names.iter().filter(|m| **m == n).count() == 1;
    (1u32..)
        .zip(&names)
        .map(|(number, name)| match names.len() {
            1 => group.to_owned(),
            _ if unique(name) && !name.is_empty() => format!("{group}.{name}"),
            _ => format!("{group}.{number}"),
        })
        .collect()
}

/// The larger unit for long times.
fn unit_of(us: f64) -> &'static str {
    if us >= 2.0 * unit_us("d") { "d" } else { "h" }
}

/// One thing of a tool group that a knob turns.
enum Part<'s> {
    Every(&'s PmInterval),
    Time(&'s Dist),
}

/// A part of the scene, the knob for it and the path of its value.
struct Place<'s> {
    kind: &'static str,
    of: String,
    path: String,
    part: Part<'s>,
    /// The time to the first failure, which goes with the times between failures.
    first: Option<&'s Dist>,
}

impl Place<'_> {
    fn knob(&self) -> Knob {
        match self.part {
            Part::Every(PmInterval::Wafers(wafers)) => Knob {
                name: format!("{}.{}", self.kind, self.of),
                kind: self.kind,
                of: self.of.clone(),
                unit: "wafers",
                form: Form::Number {
                    low: (*wafers as f64 / 20.0).max(1.0).floor(),
                    high: *wafers as f64 * 20.0,
                    whole: true,
                    value: *wafers as f64,
                },
            },
            Part::Every(PmInterval::Time(every)) => {
                let us = every.0 as f64;
                time(self.kind, self.of.clone(), unit_of(us), us)
            }
            Part::Time(dist) => {
                let us = dist.mean_us();
                let unit = if self.kind == "pm_duration" || self.kind == "mttr" {
                    "h"
                } else {
                    unit_of(us)
                };
                time(self.kind, self.of.clone(), unit, us)
            }
        }
    }

    /// The overrides that multiply its time.
    fn scaled(&self, factor: f64) -> Vec<(String, String)> {
        let value = match self.part {
            Part::Every(PmInterval::Wafers(wafers)) => {
                let scaled = libm::round(*wafers as f64 * factor).max(1.0) as u64;
                format!("\"{scaled} wafers\"")
            }
            Part::Every(PmInterval::Time(every)) => {
                format!("\"{}\"", Duration((every.0 as f64 * factor + 0.5) as u64))
            }
            Part::Time(dist) => dist.scaled(factor).to_text(),
        };
        let mut all = vec![(self.path.clone(), value)];
        if let Some(first) = self.first {
            let path = format!("{}first", self.path.trim_end_matches("uptime"));
            all.push((path, first.scaled(factor).to_text()));
        }
        all
    }

    /// The overrides that set its time to so much in a unit.
    fn set(&self, value: f64, unit: &str) -> Vec<(String, String)> {
        match self.part {
            Part::Every(PmInterval::Wafers(_)) => {
                vec![(self.path.clone(), format!("\"{value} wafers\""))]
            }
            Part::Every(PmInterval::Time(_)) => {
                let every = Duration((value * unit_us(unit) + 0.5) as u64);
                vec![(self.path.clone(), format!("\"{every}\""))]
            }
            Part::Time(dist) => {
                let mean_us = dist.mean_us();
                if mean_us > 0.0 {
                    self.scaled(value * unit_us(unit) / mean_us)
                } else {
                    vec![(self.path.clone(), with_mean(dist, value, unit).to_text())]
                }
            }
        }
    }
}

/// Everything that maintenance knobs can turn, in the order of the tool groups.
fn places(scene: &Scene) -> Vec<Place<'_>> {
    let mut all = Vec::new();
    for group in &scene.tool_groups {
        let at = format!("tool_groups.{}", part(&group.name));
        let names = item_names(&group.name, group.pms.iter().map(|p| p.name.as_str()));
        for (i, (pm, of)) in group.pms.iter().zip(names).enumerate() {
            let mut place = |kind, field: &str, part| {
                all.push(Place {
                    kind,
                    of: of.clone(),
                    path: format!("{at}.pms.{i}.{field}"),
                    part,
                    first: None,
                });
            };
            place("pm_every", "every", Part::Every(&pm.every));
            place("pm_duration", "duration", Part::Time(&pm.duration));
        }
        let names = item_names(
            &group.name,
            group.breakdowns.iter().map(|b| b.name.as_str()),
        );
        for (i, (breakdown, of)) in group.breakdowns.iter().zip(names).enumerate() {
            let mut place = |kind, field: &str, part, first| {
                all.push(Place {
                    kind,
                    of: of.clone(),
                    path: format!("{at}.breakdowns.{i}.{field}"),
                    part,
                    first,
                });
            };
            let first = breakdown.first.as_ref();
            place("mtbf", "uptime", Part::Time(&breakdown.uptime), first);
            place("mttr", "repair", Part::Time(&breakdown.repair), None);
        }
    }
    all
}

const KINDS: [&str; 4] = ["pm_every", "pm_duration", "mtbf", "mttr"];

impl WhatIf for Maintenance {
    fn name(&self) -> &'static str {
        "maintenance"
    }

    fn knobs(&self, scene: &Scene) -> Vec<Knob> {
        let places = places(scene);
        let mut knobs = Vec::new();
        for kind in KINDS {
            if places.iter().any(|p| p.kind == kind) {
                knobs.push(percent(kind, 10.0, 1000.0));
            }
        }
        for crew in &scene.crews {
            knobs.push(count("crew", &crew.name, "people", crew.count));
        }
        for kind in KINDS {
            knobs.extend(places.iter().filter(|p| p.kind == kind).map(Place::knob));
        }
        knobs
    }

    fn overrides(
        &self,
        scene: &Scene,
        settings: &[Setting],
    ) -> Result<Vec<(String, String)>, KnobFault> {
        let knobs = self.knobs(scene);
        let turned = turned(&knobs, settings)?;
        let places = places(scene);
        let mut all = Vec::new();
        for crew in turned.iter().filter(|t| t.knob.kind == "crew") {
            let path = format!("crews.{}.count", part(&crew.knob.of));
            all.push((path, crew.number().to_string()));
        }
        let set = |kind: &str, of: &str| -> Option<&Turned<'_>> {
            turned
                .iter()
                .find(|t| t.knob.kind == kind && t.knob.of == of)
        };
        for place in &places {
            // What is said of one group goes before what is said of all.
            if let Some(own) = set(place.kind, &place.of) {
                all.extend(place.set(own.number(), own.knob.unit));
            } else if let Some(whole) = set(place.kind, "") {
                all.extend(place.scaled(whole.number() / 100.0));
            }
        }
        Ok(all)
    }

    fn answers(&self) -> &'static [&'static str] {
        &[
            "throughput",
            "cycle_time",
            "cycle_time_p95",
            "on_time",
            "wip",
            "pm",
            "down",
            "cqt_violation_rate",
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Bundle, load};

    fn scene(overrides: &[(String, String)]) -> Scene {
        let text = include_str!("../../scenes/minifab.ron");
        let bundle = Bundle::from_text("minifab.ron", text);
        load(&bundle, "minifab.ron", overrides, &crate::whatif::models())
            .unwrap_or_else(|faults| panic!("{}", faults.to_text()))
            .scene
    }

    fn with(settings: &[Setting]) -> Scene {
        let overrides = Maintenance.overrides(&scene(&[]), settings);
        scene(&overrides.expect("they fit"))
    }

    fn hours(every: PmInterval) -> f64 {
        match every {
            PmInterval::Time(t) => t.as_hours(),
            PmInterval::Wafers(_) => f64::NAN,
        }
    }

    #[test]
    fn every_knob_reads_back_what_it_was_set_to() {
        let knobs = Maintenance.knobs(&scene(&[]));
        for knob in &knobs {
            let Form::Number {
                value, high, whole, ..
            } = knob.form
            else {
                continue;
            };
            if knob.of.is_empty() {
                continue;
            }
            let wanted = if whole {
                value + 1.0
            } else {
                (value * 1.5).min(high)
            };
            let changed = with(&[Setting::number(&knob.name, wanted)]);
            let again = Maintenance.knobs(&changed);
            let now = again.iter().find(|k| k.name == knob.name).map(|k| &k.form);
            match now {
                Some(Form::Number { value, .. }) => {
                    assert!(
                        (value / wanted - 1.0).abs() < 1e-6,
                        "{}: {value}",
                        knob.name
                    );
                }
                other => panic!("{}: {other:?}", knob.name),
            }
        }
        assert!(knobs.iter().any(|k| k.name == "mtbf.Mcd"), "{knobs:?}");
    }

    #[test]
    fn one_group_goes_before_the_whole_plant() {
        let changed = with(&[
            Setting::number("pm_every", 200.0),
            Setting::number("pm_every.Me", 18.0),
            Setting::number("mttr", 50.0),
        ]);
        let every: Vec<f64> = changed
            .tool_groups
            .iter()
            .map(|g| hours(g.pms[0].every))
            .collect();
        assert_eq!(every, [48.0, 24.0, 18.0]);
        let repair = changed.tool_groups[1].breakdowns[0].repair.mean_us();
        assert_eq!(repair, 3.5 * 3.6e9);
        let uptime = changed.tool_groups[1].breakdowns[0].uptime.mean_us();
        assert_eq!(uptime, 7.0 * 8.64e10);
    }
}
