//! Capacity: tools, people, what is started and how urgently, dispatching, transport.

use super::knob::{
    Form, Knob, KnobFault, Setting, Turned, WhatIf, count, part, percent, tidy, turned,
};
use crate::scene::schema::{Plan, Release, Scene, ToolGroup};
use crate::sim::fab::dispatch;
use crate::units::Duration;

/// The what-if.
#[derive(Clone, Copy, Debug)]
pub struct Capacity;

/// Lots a day that a release plan starts, where it starts at a steady rate.
fn rate(release: &Release) -> Option<f64> {
    let Plan::Every {
        interval,
        lots,
        max: None,
        ..
    } = &release.plan
    else {
        return None;
    };
    let mean_us = interval.mean_us();
    (mean_us > 0.0).then(|| f64::from(*lots) * 8.64e10 / mean_us)
}

/// The combinations of rules that are offered: each rule behind the priority, ties by arrival.
fn rule_sets() -> Vec<String> {
    let behind = dispatch::names()
        .into_iter()
        .filter(|n| !matches!(*n, "priority" | "fifo"))
        .map(|n| format!("priority+{n}+fifo"));
    ["fifo".to_owned(), "priority+fifo".to_owned()]
        .into_iter()
        .chain(behind)
        .collect()
}

fn rules_of(group: &ToolGroup) -> String {
    group.dispatch.join("+")
}

fn rules_text(set: &str) -> String {
    let rules: Vec<String> = set.split('+').map(|r| format!("\"{r}\"")).collect();
    format!("[{}]", rules.join(", "))
}

fn dispatch_knob(of: &str, own: String) -> Knob {
    let mut options = rule_sets();
    if !own.is_empty() && !options.contains(&own) {
        options.insert(0, own.clone());
    }
    Knob {
        name: if of.is_empty() {
            "dispatch".to_owned()
        } else {
            format!("dispatch.{of}")
        },
        kind: "dispatch",
        of: of.to_owned(),
        unit: "1",
        form: Form::Choice {
            options,
            value: own,
        },
    }
}

/// Starts of a plant: the steady rate of every release, in the scene's order.
struct Starts {
    rates: Vec<Option<f64>>,
    hot: Vec<bool>,
    products: Vec<usize>,
}

impl Starts {
    fn of(scene: &Scene) -> Self {
        let regular = scene.regular_priority();
        let releases = &scene.releases;
        Self {
            rates: releases.iter().map(rate).collect(),
            hot: releases.iter().map(|r| r.priority > regular).collect(),
            products: releases.iter().map(|r| r.product as usize).collect(),
        }
    }

    fn sum(&self, wanted: impl Fn(usize) -> bool) -> f64 {
        let rates = self.rates.iter().enumerate();
        rates
            .filter(|(i, _)| wanted(*i))
            .filter_map(|(_, r)| *r)
            .sum()
    }

    fn scale(&mut self, factor: f64, wanted: impl Fn(usize) -> bool) {
        for (i, rate) in self.rates.iter_mut().enumerate() {
            if wanted(i)
                && let Some(rate) = rate
            {
                *rate *= factor;
            }
        }
    }

    fn total(&self) -> f64 {
        self.sum(|_| true)
    }

    fn of_product(&self, product: usize) -> f64 {
        self.sum(|i| self.products[i] == product)
    }

    fn hot_share(&self) -> f64 {
        let hot = self.hot.clone();
        100.0 * self.sum(|i| hot[i]) / self.total()
    }

    /// Products of which lots are started, of several.
    fn mixed(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.products.clone();
        all.sort_unstable();
        all.dedup();
        all.retain(|p| self.of_product(*p) > 0.0);
        if all.len() < 2 { Vec::new() } else { all }
    }

    /// Whether hot and regular lots of a product can be traded for each other.
    fn has_hot(&self) -> bool {
        let hot = self.hot.clone();
        let both = |i: usize| {
            hot[i] && self.sum(|j| !hot[j] && self.products[j] == self.products[i]) > 0.0
        };
        (0..self.rates.len()).any(|i| self.rates[i].is_some() && both(i))
    }

    /// Puts `share` per cent of the starts on a product; the others keep their proportions.
    fn set_mix(&mut self, mix: &[(usize, f64)], scene: &Scene) -> Result<(), KnobFault> {
        let total = self.total();
        let said: f64 = mix.iter().map(|(_, share)| share).sum();
        let rest: f64 = self.sum(|i| !mix.iter().any(|(p, _)| *p == self.products[i]));
        let all_said = rest <= 0.0;
        if said > 100.0 + 1e-9 || (all_said && (said - 100.0).abs() > 1e-6) {
            let names: Vec<String> = mix
                .iter()
                .map(|(p, share)| format!("mix.{} = {share} %", scene.products[*p].name))
                .collect();
            return Err(KnobFault::Shares {
                names: names.join(", "),
                sum: said,
                whole: all_said,
            });
        }
        let products = self.products.clone();
        let before: Vec<f64> = mix.iter().map(|(p, _)| self.of_product(*p)).collect();
        for ((product, share), before) in mix.iter().zip(before) {
            let factor = share / 100.0 * total / before;
            self.scale(factor, |i| products[i] == *product);
        }
        if !all_said {
            let factor = (100.0 - said) / 100.0 * total / rest;
            self.scale(factor, |i| !mix.iter().any(|(p, _)| *p == products[i]));
        }
        Ok(())
    }

    /// Makes hot lots `share` per cent of the starts; each product keeps its number of lots.
    fn set_hot_share(&mut self, share: f64) -> Result<(), KnobFault> {
        let (hot, products) = (self.hot.clone(), self.products.clone());
        let mut all = products.clone();
        all.sort_unstable();
        all.dedup();
        // Hot and regular starts of the products that have both.
        let both: Vec<(usize, f64, f64)> = all
            .into_iter()
            .map(|p| {
                let hot = self.sum(|i| products[i] == p && hot[i]);
                (p, hot, self.of_product(p) - hot)
            })
            .filter(|(_, hot, regular)| *hot > 0.0 && *regular > 0.0)
            .collect();
        let tradeable: f64 = both.iter().map(|(_, hot, _)| hot).sum();
        let fixed = self.sum(|i| hot[i]) - tradeable;
        let total = self.total();
        let factor = (share / 100.0 * total - fixed) / tradeable;
        let most = both
            .iter()
            .map(|(_, hot, regular)| (hot + regular) / hot)
            .fold(f64::INFINITY, f64::min);
        if !(0.0..most).contains(&factor) {
            let percent = |factor: f64| tidy(100.0 * (factor * tradeable + fixed) / total);
            return Err(KnobFault::HotShare {
                share,
                low: percent(0.0),
                high: percent(most),
            });
        }
        for (product, hot_rate, regular) in both {
            let left = (hot_rate + regular - factor * hot_rate) / regular;
            self.scale(left, |i| products[i] == product && !hot[i]);
            self.scale(factor, |i| products[i] == product && hot[i]);
        }
        Ok(())
    }
}

impl WhatIf for Capacity {
    fn name(&self) -> &'static str {
        "capacity"
    }

    fn knobs(&self, scene: &Scene) -> Vec<Knob> {
        let starts = Starts::of(scene);
        let share = |kind: &'static str, of: &str, low: f64, value: f64| Knob {
            name: if of.is_empty() {
                kind.to_owned()
            } else {
                format!("{kind}.{of}")
            },
            kind,
            of: of.to_owned(),
            unit: "%",
            form: Form::Number {
                low,
                high: 100.0,
                whole: false,
                value: tidy(value),
            },
        };
        let mut knobs = Vec::new();
        if starts.total() > 0.0 {
            knobs.push(percent("starts", 10.0, 300.0));
            for product in starts.mixed() {
                let value = 100.0 * starts.of_product(product) / starts.total();
                knobs.push(share("mix", &scene.products[product].name, 0.1, value));
            }
            if starts.has_hot() {
                knobs.push(share("hot_share", "", 0.01, starts.hot_share()));
            }
        }
        if !scene.transport.is_empty() {
            knobs.push(percent("transport", 1.0, 1000.0));
        }
        let mut own: Vec<String> = scene.tool_groups.iter().map(rules_of).collect();
        own.dedup();
        let common = if own.len() == 1 {
            own.remove(0)
        } else {
            String::new()
        };
        knobs.push(dispatch_knob("", common));
        for pool in &scene.operators {
            knobs.push(count("operators", &pool.name, "people", pool.count));
        }
        for (release, rate) in scene.releases.iter().zip(&starts.rates) {
            if let Some(rate) = rate {
                knobs.push(Knob {
                    name: format!("rate.{}", release.name),
                    kind: "rate",
                    of: release.name.clone(),
                    unit: "lots/d",
                    form: Form::Number {
                        low: tidy(rate / 20.0),
                        high: tidy(rate * 20.0),
                        whole: false,
                        value: tidy(*rate),
                    },
                });
            }
        }
        for group in &scene.tool_groups {
            knobs.push(count("tools", &group.name, "tools", group.count));
        }
        for group in &scene.tool_groups {
            knobs.push(dispatch_knob(&group.name, rules_of(group)));
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
        let of_kind = |kind: &'static str| turned.iter().filter(move |t| t.knob.kind == kind);
        let set = |kind: &str, of: &str| -> Option<&Turned<'_>> {
            turned
                .iter()
                .find(|t| t.knob.kind == kind && t.knob.of == of)
        };
        let mut all = Vec::new();
        for pool in of_kind("operators") {
            let path = format!("operators.{}.count", part(&pool.knob.of));
            all.push((path, pool.number().to_string()));
        }
        for group in &scene.tool_groups {
            let at = format!("tool_groups.{}", part(&group.name));
            if let Some(tools) = set("tools", &group.name) {
                all.push((format!("{at}.count"), tools.number().to_string()));
                if !group.tools.is_empty() {
                    let list = tool_list(group, tools.number() as usize);
                    all.push((format!("{at}.tools"), list));
                }
            }
            let rules = set("dispatch", &group.name).or_else(|| set("dispatch", ""));
            if let Some(super::knob::Value::Choice(rules)) = rules.map(|t| &t.value)
                && *rules != rules_of(group)
            {
                all.push((format!("{at}.dispatch"), rules_text(rules)));
            }
        }
        if let Some(transport) = set("transport", "") {
            for (i, link) in scene.transport.iter().enumerate() {
                let time = link.time.scaled(transport.number() / 100.0);
                all.push((format!("transport.{i}.time"), time.to_text()));
            }
        }
        all.extend(release_overrides(scene, &turned)?);
        Ok(all)
    }

    fn answers(&self) -> &'static [&'static str] {
        &[
            "throughput",
            "cycle_time",
            "cycle_time_p95",
            "on_time",
            "wip",
            "x_factor",
            "wafers_per_week",
            "cqt_violation_rate",
        ]
    }
}

/// New intervals of the release plans: single rates first, then the mix, the hot lots, all starts.
fn release_overrides(
    scene: &Scene,
    turned: &[Turned<'_>],
) -> Result<Vec<(String, String)>, KnobFault> {
    let before = Starts::of(scene);
    let mut starts = Starts::of(scene);
    for (release, rate) in scene.releases.iter().zip(&mut starts.rates) {
        let own = turned
            .iter()
            .find(|t| t.knob.kind == "rate" && t.knob.of == release.name);
        if let (Some(rate), Some(own)) = (rate, own) {
            *rate = own.number();
        }
    }
    let mix: Vec<(usize, f64)> = turned
        .iter()
        .filter(|t| t.knob.kind == "mix")
        .filter_map(|t| {
            let product = scene.products.iter().position(|p| p.name == t.knob.of)?;
            Some((product, t.number()))
        })
        .collect();
    if !mix.is_empty() {
        starts.set_mix(&mix, scene)?;
    }
    for t in turned.iter().filter(|t| t.knob.kind == "hot_share") {
        starts.set_hot_share(t.number())?;
    }
    for t in turned.iter().filter(|t| t.knob.kind == "starts") {
        starts.scale(t.number() / 100.0, |_| true);
    }
    let mut all = Vec::new();
    for ((release, old), new) in scene.releases.iter().zip(&before.rates).zip(&starts.rates) {
        let (Plan::Every { interval, .. }, Some(old), Some(new)) = (&release.plan, old, new) else {
            continue;
        };
        if old == new {
            continue;
        }
        let at = format!("releases.{}.plan.interval", part(&release.name));
        let factor = if *new > 0.0 { old / new } else { f64::INFINITY };
        let longest_us = Duration::days(36_500).0 as f64;
        let factor = factor.min(longest_us / interval.mean_us());
        all.push((at, interval.scaled(factor).to_text()));
    }
    Ok(all)
}

/// The list of single tools for another number of tools: the first keep what is known of them,
/// further ones have names of their own.
fn tool_list(group: &ToolGroup, count: usize) -> String {
    let mut items: Vec<String> = Vec::new();
    for tool in group.tools.iter().take(count) {
        let mut fields = vec![format!("name: \"{}\"", tool.name)];
        if let Some(place) = &tool.place {
            fields.push(format!("x: \"{} m\"", place.x_m));
            fields.push(format!("y: \"{} m\"", place.y_m));
            fields.push(format!("angle: \"{} deg\"", place.angle_deg));
        }
        if let Some(recipes) = &tool.qualified {
            let recipes: Vec<String> = recipes.iter().map(|r| format!("\"{r}\"")).collect();
            fields.push(format!("qualified: [{}]", recipes.join(", ")));
        }
        items.push(format!("({})", fields.join(", ")));
    }
    let mut number = items.len();
    while items.len() < count {
        number += 1;
        let name = format!("{}_{number:02}", group.name);
        if group.tools.iter().all(|t| t.name != name) {
            items.push(format!("(name: \"{name}\")"));
        }
    }
    format!("[{}]", items.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Bundle, load};

    /// The minifab with overrides.
    fn scene(overrides: &[(String, String)]) -> Scene {
        let text = include_str!("../../scenes/minifab.ron");
        let bundle = Bundle::from_text("minifab.ron", text);
        load(&bundle, "minifab.ron", overrides, &crate::whatif::models())
            .unwrap_or_else(|faults| panic!("{}", faults.to_text()))
            .scene
    }

    fn own(scene: &Scene, knob: &str) -> f64 {
        let knobs = Capacity.knobs(scene);
        let knob = knobs.iter().find(|k| k.name == knob);
        match knob.map(|k| &k.form) {
            Some(Form::Number { value, .. }) => *value,
            other => panic!("{other:?}"),
        }
    }

    fn with(settings: &[Setting]) -> Scene {
        let base = scene(&[]);
        scene(&Capacity.overrides(&base, settings).expect("they fit"))
    }

    #[test]
    fn a_knob_reads_back_what_it_was_set_to() {
        for (knob, value) in [("tools.Me", 2.0), ("mix.Pb", 50.0), ("rate.Pa", 8.0)] {
            let changed = with(&[Setting::number(knob, value)]);
            assert!((own(&changed, knob) - value).abs() < 1e-4, "{knob}");
        }
        let changed = with(&[Setting::choice("dispatch", "fifo")]);
        assert!(changed.tool_groups.iter().all(|g| g.dispatch == ["fifo"]));
    }

    #[test]
    fn a_setting_at_the_own_value_changes_nothing() {
        let base = scene(&[]);
        let knobs = Capacity.knobs(&base);
        let set: Vec<Setting> = knobs
            .iter()
            .filter_map(|k| match &k.form {
                Form::Number { value, .. } => Some(Setting::number(&k.name, *value)),
                Form::Choice { .. } => None,
            })
            .collect();
        assert!(set.len() > 8, "{}", set.len());
        assert_eq!(Capacity.overrides(&base, &set), Ok(Vec::new()));
    }

    #[test]
    fn the_mix_keeps_the_sum_and_starts_scale_it() {
        let total = |s: &Scene| Starts::of(s).total();
        let base = total(&scene(&[]));
        let mixed = with(&[Setting::number("mix.Pa", 40.0)]);
        assert!((total(&mixed) / base - 1.0).abs() < 1e-6);
        // The others keep their proportion.
        let before = own(&scene(&[]), "mix.Pb") / own(&scene(&[]), "mix.Test");
        let after = own(&mixed, "mix.Pb") / own(&mixed, "mix.Test");
        assert!((after / before - 1.0).abs() < 1e-6);
        let more = with(&[Setting::number("starts", 110.0)]);
        assert!((total(&more) / base - 1.1).abs() < 1e-6);
        let all = ["mix.Pa", "mix.Pb"].map(|k| Setting::number(k, 60.0));
        let fault = Capacity.overrides(&scene(&[]), &all).expect_err("too much");
        assert!(fault.to_string().contains("add up to 120 %"), "{fault}");
    }

    #[test]
    fn hot_lots_are_traded_within_each_product() {
        let hot = [
            ("releases.Pb.product".to_owned(), "Pa".to_owned()),
            ("releases.Pb.priority".to_owned(), "20".to_owned()),
        ];
        let base = scene(&hot);
        let before = Starts::of(&base);
        let set = [Setting::number("hot_share", 10.0)];
        let mut all = hot.to_vec();
        all.extend(Capacity.overrides(&base, &set).expect("it fits"));
        let changed = scene(&all);
        let after = Starts::of(&changed);
        assert!(
            (after.hot_share() - 10.0).abs() < 1e-4,
            "{}",
            after.hot_share()
        );
        for product in 0..3 {
            let (b, a) = (before.of_product(product), after.of_product(product));
            assert!((a - b).abs() <= 1e-6 * b, "product {product}: {b} {a}");
        }
    }
}
