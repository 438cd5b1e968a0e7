//! The scene text of a checked model.

use std::collections::BTreeSet;

use super::checks::{Group, Model, Route};
use super::rows::{Interval, Per, Step};
use crate::interop::quantity::{Spread, Time, percent_text};
use crate::interop::ron_text::{Fields, Ron, document};

/// Figures of the scene that no table holds.
const HORIZON: &str = "730 d";
const WARMUP: &str = "90 d";
const REPLICATIONS: u32 = 10;

/// Areas as the testbed names them, and what the tools in them look like.
const SHAPES: [(&str, &str); 11] = [
    ("Dry_Etch", "Etcher"),
    ("Def_Met", "Inspection"),
    ("Dielectric", "Cvd"),
    ("Diffusion", "Furnace"),
    ("Implant", "Implanter"),
    ("Litho", "LithoCell"),
    ("Litho_Met", "Metrology"),
    ("Planar", "Cmp"),
    ("TF", "Pvd"),
    ("TF_Met", "Metrology"),
    ("Wet_Etch", "WetBench"),
];

/// The head of the file: what it is and whose figures it holds.
pub(super) fn head(name: &str) -> Vec<String> {
    vec![
        format!("{name}: a fab imported from tables in the text form of the SMT2020 testbed."),
        "The figures are those of the tables it was made from, the user's own data. They are no"
            .into(),
        "part of Geoul: pass this file on only where the owner of the tables allows it.".into(),
        format!(
            "Not in the tables: horizon {HORIZON}, warm-up {WARMUP}, {REPLICATIONS} replications, and the shapes of the tools."
        ),
    ]
}

/// The finished text.
pub(super) fn text(mut head: Vec<String>, notes: &[String], root: &Ron) -> String {
    if !notes.is_empty() {
        head.push("Notes of the import:".into());
        head.extend(notes.iter().map(|n| format!("- {n}")));
    }
    document(&head, root)
}

/// The scene of `model`.
pub(super) fn scene(name: &str, model: &Model<'_, '_>) -> Ron {
    let mut run = Fields::new();
    run.put("horizon", HORIZON)
        .put("warmup", WARMUP)
        .put("replications", REPLICATIONS);
    let mut options = Fields::new();
    options
        .put("cascade_start", Ron::Ident("AtOnce"))
        .put("cascade_setup", Ron::Ident("Parallel"));
    let mut root = Fields::new();
    root.put("schema", 1_u32)
        .put("name", name)
        .put("about", about(model))
        .put_with(
            "run",
            run.ron(),
            "Published tables of this testbed count from time 0: --set run.warmup=\"0 d\".",
        )
        .put_with(
            "options",
            options.ron(),
            "Not in the tables: how the published runs are matched best; see docs/VALIDATION.md.",
        )
        .put("areas", areas(model))
        .put_filled("transport", transport(model))
        .put("tool_groups", tool_groups(model))
        .put("routes", routes(model))
        .put("products", products(model))
        .put_filled("releases", releases(model))
        .put_filled("wip", wip(model));
    root.ron()
}

fn about(model: &Model<'_, '_>) -> String {
    let tools: u64 = model
        .groups
        .iter()
        .filter_map(|g| g.tool.count)
        .map(u64::from)
        .sum();
    let steps: usize = model.routes.iter().map(|r| r.steps.len()).sum();
    format!(
        "{} tools in {} groups, {} routes with {} steps, {} lot types, {} lots in work at the start.",
        tools,
        model.groups.len(),
        model.routes.len(),
        steps,
        model.tables.orders.len(),
        model.tables.wip.len()
    )
}

fn areas(model: &Model<'_, '_>) -> Ron {
    let mut seen = BTreeSet::new();
    let areas = model
        .groups
        .iter()
        .filter_map(|g| g.tool.area)
        .filter(|a| seen.insert(*a));
    Ron::Map(
        areas
            .map(|area| {
                let mut fields = Fields::new();
                if area == "Litho" {
                    fields.put("light", Ron::Ident("Yellow"));
                }
                (area.to_owned(), fields.ron())
            })
            .collect(),
    )
}

fn spread(value: Option<Spread>) -> Option<Ron> {
    value.map(Spread::ron)
}

fn transport(model: &Model<'_, '_>) -> Ron {
    let rows = model.tables.transports.iter().map(|t| {
        let mut fields = Fields::new();
        fields
            .put_some("from", t.value.from)
            .put_some("to", t.value.to)
            .put_some("time", spread(t.value.time));
        fields.ron()
    });
    Ron::List(rows.collect())
}

/// The lowest priority above that of the regular orders, if there is one.
fn hot_priority(model: &Model<'_, '_>) -> Option<u32> {
    let priorities = || model.tables.orders.iter().filter_map(|o| o.value.priority);
    let regular = priorities().min()?;
    priorities().filter(|p| *p > regular).min()
}

fn tool_groups(model: &Model<'_, '_>) -> Ron {
    let hot = hot_priority(model);
    Ron::Map(
        model
            .groups
            .iter()
            .map(|g| {
                (
                    g.tool.name.unwrap_or_default().to_owned(),
                    tool_group(g, hot),
                )
            })
            .collect(),
    )
}

fn tool_group(group: &Group<'_, '_>, hot: Option<u32>) -> Ron {
    let tool = group.tool;
    let shape = SHAPES
        .iter()
        .find(|(area, _)| tool.area == Some(area))
        .map(|(_, shape)| shape);
    let mut fields = Fields::new();
    fields
        .put_some("area", tool.area)
        .put_some("count", tool.count)
        .put_some("location", tool.location)
        .put_some("archetype", shape.map(|s| Ron::Ident(s)));
    if tool.batch {
        fields.put(
            "capacity",
            Ron::named("Batch", [("same", Ron::Ident("RouteStep"))]),
        );
    } else if tool.lots > 1 {
        fields.put(
            "capacity",
            Ron::named("Cascade", [("lots", tool.lots.into())]),
        );
    }
    fields
        .put_some("load", tool.load.map(super::super::quantity::Time::text))
        .put_some(
            "unload",
            tool.unload.map(super::super::quantity::Time::text),
        )
        .put("dispatch", Ron::strs(tool.dispatch.iter().copied()));
    if tool.wake_least_setup {
        fields.put("wake", Ron::Ident("LeastSetup"));
    }
    // rule_HotLotFIRST on a batch tool: hot lots do not wait for others.
    if tool.batch && !tool.min_runs {
        fields.put_some("hot_priority", hot);
    }
    let setups = group.setups.iter().map(|s| {
        let mut fields = Fields::new();
        fields
            .put_some("from", s.from)
            .put_some("to", s.to)
            .put_some("time", s.time.map(super::super::quantity::Time::text));
        fields.ron()
    });
    let min_runs = group.min_runs.iter().map(|r| {
        let mut fields = Fields::new();
        fields.put_some("setup", r.setup).put_some("lots", r.lots);
        fields.ron()
    });
    let breakdowns = group.downs.iter().map(|d| {
        let mut fields = Fields::new();
        fields
            .put_some("name", d.down.name)
            // A breakdown whose first is as the others needs no `first`.
            .put_some(
                "first",
                spread(d.first.filter(|f| Some(*f) != d.down.uptime)),
            )
            .put_some("uptime", spread(d.down.uptime))
            .put_some("repair", spread(d.down.repair));
        fields.ron()
    });
    let pms = group.pms.iter().map(|p| {
        let mut fields = Fields::new();
        fields
            .put_some("name", p.pm.name)
            .put_some("every", p.pm.every.map(interval_text))
            .put_some("first", p.first.map(interval_text))
            .put_some("duration", spread(p.pm.duration));
        fields.ron()
    });
    fields
        .put_filled("setups", Ron::List(setups.collect()))
        .put_filled("min_runs", Ron::List(min_runs.collect()))
        .put_filled("breakdowns", Ron::List(breakdowns.collect()))
        .put_filled("pms", Ron::List(pms.collect()));
    fields.ron()
}

fn interval_text(interval: Interval) -> String {
    match interval {
        Interval::Time(time) => time.text(),
        Interval::Wafers(n) => format!("{n} wafers"),
    }
}

impl Route<'_, '_> {
    /// Name in the scene: that of the tables, with the file where two files share it.
    fn scene_name(&self, model: &Model<'_, '_>) -> String {
        if model.routes.iter().filter(|r| r.id == self.id).count() > 1 {
            format!("{} of {}", self.id, self.file)
        } else {
            self.id.to_owned()
        }
    }

    fn position_of(&self, step: u32) -> Ron {
        self.position.get(&step).copied().unwrap_or(step).into()
    }
}

fn routes(model: &Model<'_, '_>) -> Ron {
    let routes = model.routes.iter().map(|route| {
        let steps = route.steps.iter().map(|s| step(&s.value, route)).collect();
        let mut fields = Fields::new();
        fields.put("steps", Ron::List(steps));
        (route.scene_name(model), fields.ron())
    });
    Ron::Map(routes.collect())
}

fn step(s: &Step<'_>, route: &Route<'_, '_>) -> Ron {
    let mut fields = Fields::new();
    fields
        .put_some("name", s.name)
        .put_some("tools", s.tools)
        .put_some("time", spread(s.time));
    match s.per {
        Some(Per::Wafer) => fields.put("per", Ron::Ident("Wafer")),
        Some(Per::Batch) => fields.put("per", Ron::Ident("Batch")),
        Some(Per::Lot) | None => &mut fields,
    };
    let interval = s.wafer_interval.or(s.lot_interval);
    fields
        .put_some("interval", interval.map(super::super::quantity::Time::text))
        .put_some(
            "batch",
            s.batch
                .map(|(least, most)| format!("{least}..{most} wafers")),
        )
        .put_some("setup", s.setup)
        .put_some(
            "setup_time",
            s.setup_time.map(super::super::quantity::Time::text),
        )
        .put_some(
            "sampling",
            s.sampling_percent.filter(|p| *p != 100.0).map(percent_text),
        );
    if let Some((percent, to)) = s.rework {
        let mut rework = Fields::new();
        rework
            .put("probability", percent_text(percent))
            .put("to", route.position_of(to));
        fields.put("rework", rework.ron());
    }
    if let Some(to) = s.same_tool_at {
        fields.put("dedicate", Ron::List(vec![route.position_of(to)]));
    }
    if let Some((to, limit)) = s.cqt {
        let mut cqt = Fields::new();
        cqt.put("to", route.position_of(to))
            .put("limit", limit.text());
        fields.put("cqt", Ron::List(vec![cqt.ron()]));
    }
    fields.ron()
}

fn route_of<'m, 't, 'a>(model: &'m Model<'t, 'a>, part: Option<&str>) -> Option<&'m Route<'t, 'a>> {
    part.and_then(|p| model.route_of_part.get(p))
        .map(|i| &model.routes[*i])
}

fn products(model: &Model<'_, '_>) -> Ron {
    let products = model.tables.parts.iter().map(|part| {
        let mut fields = Fields::new();
        fields.put_some(
            "route",
            route_of(model, part.value.name).map(|r| r.scene_name(model)),
        );
        (part.value.name.unwrap_or_default().to_owned(), fields.ron())
    });
    Ron::Map(products.collect())
}

/// A span between two dates.
fn seconds_text(seconds: i64) -> String {
    // Dates of four-digit years are far below 2^53 ms apart, so this is exact.
    Time::of_milliseconds(seconds as f64 * 1000.0).text()
}

fn releases(model: &Model<'_, '_>) -> Ron {
    let releases = model.tables.orders.iter().map(|order| {
        let o = &order.value;
        let mut plan = Fields::new();
        plan.put_some("interval", spread(o.interval))
            .put_some("first", o.start.map(|s| seconds_text(s - model.start)))
            .put_some("lots", o.lots)
            .put_some("max", o.repeats);
        let mut fields = Fields::new();
        fields
            .put_some("product", o.part)
            .put_some("wafers", o.wafers)
            .put_some("priority", o.priority);
        if o.reserve {
            fields.put("reserve", Ron::Bool(true));
        }
        fields.put("plan", plan.variant("Every"));
        if let (Some(start), Some(due)) = (o.start, o.due) {
            let after = Ron::str(seconds_text(due - start));
            fields.put("due", Ron::Wrapped("After", Box::new(after)));
        }
        (o.lot.unwrap_or_default().to_owned(), fields.ron())
    });
    Ron::Map(releases.collect())
}

fn wip(model: &Model<'_, '_>) -> Ron {
    let lots = model.tables.wip.iter().map(|lot| {
        let w = &lot.value;
        let position = w.step.map(|s| match route_of(model, w.part) {
            Some(route) => route.position_of(s),
            None => s.into(),
        });
        let mut fields = Fields::new();
        fields
            .put_some("name", w.lot)
            .put_some("product", w.part)
            .put_some("step", position)
            .put_some("wafers", w.wafers)
            .put_some("priority", w.priority)
            .put_some("due", w.due.map(|d| seconds_text((d - model.start).max(0))));
        fields.ron()
    });
    Ron::List(lots.collect())
}
