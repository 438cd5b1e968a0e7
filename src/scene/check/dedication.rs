//! Steps that bind a lot to the tool it was first processed on.

use super::super::diagnostic::Diagnostic;
use super::super::form::StepForm;
use super::super::quantity::StepRef;
use super::super::record::{At, Context};
use super::super::schema::{ToolGroup, ToolSpec};
use super::flow::RouteCheck;
use super::{items, value};
use crate::words::words;

impl RouteCheck<'_> {
    pub(super) fn dedicate(&self, at: u32, form: &StepForm, cx: &mut Context) -> Vec<u32> {
        let mut later = Vec::new();
        for target in items(&form.dedicate) {
            let wanted = Some(target.clone());
            let Some(to) = self
                .steps
                .inner_step(&wanted, items(&self.form.steps).len(), cx)
            else {
                continue;
            };
            if to <= at {
                cx.report(
                    Diagnostic::error("dedicate", target.span, "this step is not a later one")
                        .expecting("a step after the one that dedicates"),
                );
            }
            let other = items(&self.form.steps)
                .get(to as usize)
                .and_then(|s| s.value.tools.as_ref());
            if let (Some(own), Some(other)) = (&form.tools, other)
                && own.value.0 != other.value.0
            {
                cx.report(
                    Diagnostic::error(
                        "dedicate",
                        target.span,
                        words!(
                            "the step `{step}` is done by `{other}`, not by `{own}`",
                            step = target.value.spelled(),
                            other = &other.value.0,
                            own = &own.value.0
                        ),
                    )
                    .expecting("a step of the same tool group")
                    .beside(other.span, "its tool group"),
                );
            }
            self.stays_qualified(form, target, to, cx);
            later.push(to);
        }
        later
    }

    /// A tool that binds a lot must be able to do the step it binds it for: the lot would wait
    /// for ever.
    fn stays_qualified(&self, form: &StepForm, target: &At<StepRef>, to: u32, cx: &mut Context) {
        let Some(other) = items(&self.form.steps).get(to as usize) else {
            return;
        };
        // A name that is wrong is told where the step is checked.
        let group = form.tools.as_ref().and_then(|tools| {
            let same = |g: &&ToolGroup| g.name == tools.value.0;
            self.groups.iter().find(same)
        });
        let recipe = |s: &StepForm| value(&s.recipe).or_else(|| value(&s.name));
        let (Some(group), Some(own), Some(later)) = (group, recipe(form), recipe(&other.value))
        else {
            return;
        };
        let can = |t: &ToolSpec, r: &String| t.qualified.as_ref().is_none_or(|q| q.contains(r));
        let stuck = |t: &&ToolSpec| can(t, &own) && !can(t, &later);
        if let Some(tool) = group.tools.iter().find(stuck) {
            cx.report(
                Diagnostic::error(
                    "dedicate",
                    target.span,
                    words!(
                        "the tool `{tool}` may do the recipe `{own}` but not `{later}`: lots it is dedicated to would wait for ever",
                        tool = &tool.name,
                        own,
                        later
                    ),
                )
                .expecting("tools qualified for both recipes, or for neither"),
            );
        }
    }
}
