//! Checks of the run, its limits, and of the conditions that decide its exit code.

use super::super::diagnostic::Diagnostic;
use super::super::form::{CheckForm, SceneForm};
use super::super::quantity::Measure;
use super::super::record::{At, Context, one_of};
use super::super::schema::{
    BreakdownInPm, CascadeLoadBusy, CascadeSetup, CascadeStart, CascadeWake, Check, Limits,
    Options, Plan, PmBreakdownOrder, PmClock, PmStagger, Release, Reservation, Run, Scene,
    SetupRank,
};
use super::super::value::{Lots, Probability, report_unit_error};
use super::{Models, entries, items, value, value_or};
use crate::units::{UnitError, nearest_spelling, parse_as, parse_unit};
use crate::words::words;

pub(super) fn check(form: &SceneForm, models: &Models, scene: &mut Scene, cx: &mut Context) {
    run(form, scene, cx);
    options(form, scene);
    limits(form, scene, cx);
    for check in items(&form.checks) {
        let check = condition(&check.value, models, form, cx);
        scene.checks.push(check);
    }
}

fn run(form: &SceneForm, scene: &mut Scene, cx: &mut Context) {
    let Some(At { value: run, span }) = &form.run else {
        return;
    };
    let usual = Run::default();
    scene.run = Run {
        horizon: value_or(&run.horizon, usual.horizon),
        warmup: value_or(&run.warmup, usual.warmup),
        replications: value_or(&run.replications, usual.replications),
        seed: value_or(&run.seed, usual.seed),
        confidence: value_or(&run.confidence, Probability(usual.confidence)).0,
    };
    if let (Some(horizon), Some(warmup)) = (&run.horizon, &run.warmup)
        && warmup.value >= horizon.value
    {
        let place = if warmup.span == *span {
            horizon
        } else {
            warmup
        };
        cx.report(
            Diagnostic::error("horizon", place.span, "the run ends before its warm-up").expecting(
                words!(
                    "a warm-up shorter than the horizon of {horizon}",
                    horizon = horizon.value.to_string()
                ),
            ),
        );
    }
}

fn options(form: &SceneForm, scene: &mut Scene) {
    let Some(At { value: o, .. }) = &form.options else {
        return;
    };
    scene.options = Options {
        cascade_start: value_or(&o.cascade_start, CascadeStart::default()),
        cascade_setup: value_or(&o.cascade_setup, CascadeSetup::default()),
        cascade_wake: value_or(&o.cascade_wake, CascadeWake::default()),
        breakdown_in_pm: value_or(&o.breakdown_in_pm, BreakdownInPm::default()),
        pm_clock: value_or(&o.pm_clock, PmClock::default()),
        pm_stagger: value_or(&o.pm_stagger, PmStagger::default()),
        pm_breakdown_order: value_or(&o.pm_breakdown_order, PmBreakdownOrder::default()),
        setup_rank: value_or(&o.setup_rank, SetupRank::default()),
        cascade_load_busy: value_or(&o.cascade_load_busy, CascadeLoadBusy::default()),
        reservation: value_or(&o.reservation, Reservation::default()),
    };
}

fn limits(form: &SceneForm, scene: &mut Scene, cx: &mut Context) {
    let Some(At { value: limits, .. }) = &form.limits else {
        return;
    };
    let usual = Limits::default();
    scene.limits = Limits {
        lots: value_or(&limits.lots, Lots(usual.lots)).0,
        steps_at_one_instant: value_or(&limits.steps_at_one_instant, usual.steps_at_one_instant),
    };
    let conwip = |r: &Release| match r.plan {
        Plan::Conwip { lots } => u64::from(lots),
        _ => 0,
    };
    let at_start = scene.wip.len() as u64 + scene.releases.iter().map(conwip).sum::<u64>();
    let allowed = u64::from(scene.limits.lots);
    if at_start > allowed {
        // The limit's own place if it is written, else the lots'.
        let written = limits.lots.as_ref().map(|l| l.span);
        let span = [written, form.wip.as_ref().map(|w| w.span)];
        let span = span.into_iter().flatten().find(|s| s.end > s.start);
        cx.report(
            Diagnostic::error(
                "limits",
                span.unwrap_or(form.span),
                words!(
                    "{lots} lots are in work at the start, but {limit} is the limit",
                    lots = at_start,
                    limit = allowed
                ),
            )
            .expecting(words!(
                "`limits: (lots: ...)` above {lots}",
                lots = at_start
            )),
        );
    }
}

fn condition(form: &CheckForm, models: &Models, scene: &SceneForm, cx: &mut Context) -> Check {
    let kpi = form.kpi.as_ref().map(|k| (k.value.0.as_str(), k.span));
    let unit = kpi.and_then(|(name, span)| {
        let found = models.kpis.iter().find(|(n, _)| *n == name);
        if found.is_none() {
            let names = models.kpis.iter().map(|(n, _)| *n);
            let message = words!("there is no KPI `{name}`", name);
            cx.report(
                Diagnostic::error("unknown-name", span, message)
                    .expecting(one_of(names.clone()))
                    .near(nearest_spelling(name, names)),
            );
        }
        found.map(|(_, unit)| *unit)
    });
    subject(form, scene, cx);
    let min = form.min.as_ref().and_then(|m| measure(m, unit, cx));
    let max = form.max.as_ref().and_then(|m| measure(m, unit, cx));
    let unread = form.unread.iter().any(|f| matches!(*f, "min" | "max"));
    if form.min.is_none() && form.max.is_none() && !unread {
        let span = kpi.map_or(form.span, |(_, span)| span);
        cx.report(
            Diagnostic::error("check", span, "this check demands nothing")
                .expecting("`min`, `max` or both"),
        );
    }
    if let (Some(low), Some(high), Some(at)) = (min, max, &form.min)
        && low > high
    {
        cx.report(
            Diagnostic::error("check", at.span, "no value can be between these bounds")
                .expecting("`min` at most as large as `max`"),
        );
    }
    Check {
        kpi: kpi.map_or(String::new(), |(name, _)| name.to_owned()),
        of: value_or(&form.of, String::new()),
        min,
        max,
        confidence: value(&form.confidence).map(|c: Probability| c.0),
    }
}

/// What a check is of must exist.
fn subject(form: &CheckForm, scene: &SceneForm, cx: &mut Context) {
    let Some(At { value: of, span }) = &form.of else {
        return;
    };
    if of.is_empty() {
        return;
    }
    let names: Vec<&str> = entries(&scene.releases)
        .iter()
        .map(|(n, _)| n)
        .chain(entries(&scene.tool_groups).iter().map(|(n, _)| n))
        .chain(entries(&scene.products).iter().map(|(n, _)| n))
        .chain(entries(&scene.areas).iter().map(|(n, _)| n))
        .map(|n| n.value.as_str())
        .collect();
    if !names.contains(&of.as_str()) {
        cx.report(
            Diagnostic::error(
                "unknown-name",
                *span,
                words!("nothing is called `{name}`", name = of),
            )
            .expecting("the name of a release, tool group, product or area")
            .near(nearest_spelling(of, names)),
        );
    }
}

/// A bound in the KPI's unit.
fn measure(at: &At<Measure>, unit: Option<&str>, cx: &mut Context) -> Option<f64> {
    let text = match &at.value {
        Measure::Number(n) => return Some(*n),
        Measure::Text(text) => text,
    };
    let unit = unit?;
    let Ok((dimension, size)) = parse_unit(unit) else {
        // A unit of no dimension we know (a currency, a plain count): only its number can be given.
        cx.report(
            Diagnostic::error("wrong-dimension", at.span, "this KPI takes a plain number")
                .expecting(match unit {
                    "" => "a number without quotes".into(),
                    unit => words!("a number without quotes, in {unit}", unit),
                }),
        );
        return None;
    };
    match parse_as(text, dimension) {
        Ok(value) => Some(fourteen_digits(value / size)),
        Err(UnitError::NoUnit { .. }) => {
            let number = parse_as(text, crate::units::Dimension::NONE);
            number
                .map_err(|error| report_unit_error(at.span, &error, cx))
                .ok()
        }
        Err(error) => {
            report_unit_error(at.span, &error, cx);
            None
        }
    }
}

/// What lies beyond is the rounding of the way to base units and back: "49 lots/d" is 49.
fn fourteen_digits(value: f64) -> f64 {
    format!("{value:.13e}").parse().unwrap_or(value)
}
