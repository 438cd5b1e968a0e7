//! Names over the plant: bays from afar, tool groups nearer by, tools from close up. They fade
//! with distance and never lie over one another.

use bevy::prelude::*;
use egui::{Align2, Color32, FontId, Painter, Pos2};

use super::Stage;
use super::pick::{Picked, Targets};
use super::rig::Pose;
use crate::view::tokens::{self, Rgb};
use crate::world::{Kind, SpawnedIds, plant};

/// What a name belongs to; the order is that of importance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Bay,
    Group,
    Tool,
}

/// A name and the place it stands over.
#[derive(Clone, Debug)]
struct Label {
    rank: Rank,
    text: String,
    at: Vec3,
    /// How much floor it names, m: what is larger is named first.
    extent: f32,
}

/// Everything that has a name.
#[derive(Resource, Clone, Debug, Default)]
pub struct Labels {
    list: Vec<Label>,
}

/// Names drawn at once at most.
const LABELS_MAX: usize = 90;

/// Points a metre must take for a rank to be named.
fn shown_from(rank: Rank) -> f32 {
    match rank {
        Rank::Bay => 0.0,
        Rank::Group => 7.0,
        Rank::Tool => 22.0,
    }
}

/// Points a metre must take for a rank to give way to the next.
fn shown_to(rank: Rank) -> f32 {
    match rank {
        Rank::Bay => 26.0,
        Rank::Group => 46.0,
        Rank::Tool => f32::INFINITY,
    }
}

/// Lists the names of the plant.
pub fn list_labels(
    mut commands: Commands<'_, '_>,
    ids: Res<'_, SpawnedIds>,
    bays: Query<'_, '_, (&plant::Bay, &Name)>,
    groups: Query<'_, '_, (&Name, &plant::Body, &Children), With<plant::ToolGroup>>,
    tools: Query<'_, '_, (&plant::Placement, &Name, Option<&plant::StandsIn>), With<plant::Tool>>,
) {
    let mut list = Vec::new();
    for &bay in ids.all(Kind::Bay) {
        if let Ok((bay, name)) = bays.get(bay) {
            let [x, y] = bay.rect.centre();
            list.push(Label {
                rank: Rank::Bay,
                text: name.as_str().to_owned(),
                at: Vec3::new(x as f32, 4.6, -y as f32),
                extent: bay.rect.width_m.max(bay.rect.depth_m) as f32,
            });
        }
    }
    for &group in ids.all(Kind::ToolGroup) {
        let Ok((name, body, children)) = groups.get(group) else {
            continue;
        };
        let up = body.height_m as f32 + 0.9;
        // A group that stands in several bays is named in each.
        let mut parts: Vec<(Option<Entity>, Vec3, u32)> = Vec::new();
        for &tool in children {
            let Ok((place, tool_name, bay)) = tools.get(tool) else {
                continue;
            };
            let at = Vec3::new(place.x_m as f32, up, -place.y_m as f32);
            list.push(Label {
                rank: Rank::Tool,
                text: tool_name.as_str().to_owned(),
                at,
                extent: body.width_m as f32,
            });
            let bay = bay.map(|b| b.0);
            match parts.iter_mut().find(|p| p.0 == bay) {
                Some(part) => {
                    part.1 += at;
                    part.2 += 1;
                }
                None => parts.push((bay, at, 1)),
            }
        }
        for (_, sum, count) in parts {
            list.push(Label {
                rank: Rank::Group,
                text: name.as_str().to_owned(),
                at: sum / count as f32,
                extent: count as f32 * body.width_m as f32,
            });
        }
    }
    list.sort_by(|a, b| a.rank.cmp(&b.rank).then(b.extent.total_cmp(&a.extent)));
    commands.insert_resource(Labels { list });
}

/// Names as they were last placed, and for which view.
#[derive(Clone, Debug, Default)]
pub struct Written {
    of: Option<View>,
    placed: Vec<Placed>,
}

/// All that the choice of names depends on but the names themselves.
#[derive(Clone, Debug, PartialEq)]
struct View {
    pose: Pose,
    plan: bool,
    rect: URect,
    scale: f32,
    area: egui::Rect,
    keep_free: Vec<egui::Rect>,
}

/// A name that has its place.
#[derive(Clone, Copy, Debug)]
struct Placed {
    label: usize,
    at: Pos2,
    opacity: f32,
}

/// Chooses what is named and where; `width_of` measures a text.
fn choose(
    stage: &Stage,
    labels: &Labels,
    area: egui::Rect,
    taken: &mut Vec<egui::Rect>,
    mut size_of: impl FnMut(&Label) -> egui::Vec2,
) -> Vec<Placed> {
    let reach = 2.2 * stage.rig.pose().distance;
    let mut placed = Vec::new();
    for (k, label) in labels.list.iter().enumerate() {
        if placed.len() == LABELS_MAX {
            break;
        }
        let Some((at, depth)) = stage.point_at(label.at) else {
            continue;
        };
        let at = Pos2::new(at.x, at.y);
        let scale = stage.points_per_m(depth);
        let (from, to) = (shown_from(label.rank), shown_to(label.rank));
        if depth > reach || !area.contains(at) || scale < from || scale > to {
            continue;
        }
        // In over the first fifth of its range, out over the last, and with distance.
        let near = ((scale - from) / (0.2 * from).max(1e-3)).min(1.0);
        let out = if to.is_finite() {
            ((to - scale) / (0.2 * to)).min(1.0)
        } else {
            1.0
        };
        let far = ((reach - depth) / (0.45 * reach)).clamp(0.0, 1.0);
        let opacity = near.min(out) * far;
        if opacity < 0.12 {
            continue;
        }
        let size = size_of(label);
        let rect = egui::Rect::from_center_size(at, size);
        if !area.contains_rect(rect) || taken.iter().any(|t| t.intersects(rect)) {
            continue;
        }
        taken.push(rect.expand2(egui::vec2(4.0, 2.0)));
        placed.push(Placed {
            label: k,
            at,
            opacity,
        });
    }
    placed
}

/// Draws the names inside `area`, except over `keep_free`. They are placed anew when the view or
/// the plant is another (`new`).
pub fn draw(
    painter: &Painter,
    stage: &Stage,
    (labels, new): (&Labels, bool),
    dark: bool,
    (area, keep_free): (egui::Rect, &[egui::Rect]),
    written: &mut Written,
) {
    let theme = if dark { &tokens::DARK } else { &tokens::LIGHT };
    let font = |rank: Rank| {
        FontId::proportional(match rank {
            Rank::Bay => tokens::type_pt::BODY,
            Rank::Group | Rank::Tool => tokens::type_pt::SMALL,
        })
    };
    let padding = egui::vec2(12.0, 6.0);
    let view = View {
        pose: *stage.rig.pose(),
        plan: stage.rig.is_plan(),
        rect: stage.rect,
        scale: stage.scale,
        area,
        keep_free: keep_free.to_vec(),
    };
    if new || written.of.as_ref() != Some(&view) {
        let mut taken = keep_free.to_vec();
        written.placed = choose(stage, labels, area, &mut taken, |label| {
            let white = Color32::WHITE;
            let galley = painter.layout_no_wrap(label.text.clone(), font(label.rank), white);
            galley.size() + padding
        });
        written.of = Some(view);
    }
    let faded = |rgb: Rgb, opacity: f32| {
        let [r, g, b] = rgb.parts();
        Color32::from_rgb(r, g, b).gamma_multiply(opacity)
    };
    for p in &written.placed {
        let label = &labels.list[p.label];
        let text = faded(theme.text, p.opacity);
        let galley = painter.layout_no_wrap(label.text.clone(), font(label.rank), text);
        let rect = egui::Rect::from_center_size(p.at, galley.size() + padding);
        let sheer = if dark { 0.80 } else { 0.94 };
        painter.rect_filled(rect, 4.0, faded(theme.surface, sheer * p.opacity));
        if label.rank == Rank::Bay {
            let foot = egui::Rect::from_min_max(
                Pos2::new(rect.left() + 5.0, rect.bottom() - 2.0),
                Pos2::new(rect.right() - 5.0, rect.bottom() - 1.0),
            );
            painter.rect_filled(foot, 0.0, faded(theme.accent, p.opacity));
        }
        painter.galley(rect.min + 0.5 * padding, galley, text);
    }
}

/// Outlines a box in the view: the hull of its corners, and its name above.
pub fn outline(
    painter: &Painter,
    stage: &Stage,
    targets: &Targets,
    of: Picked,
    carriers: Option<&super::traffic::Carriers>,
    colour: Color32,
    width: f32,
) {
    let Some(solid) = targets.solid(of, carriers) else {
        return;
    };
    let mut points = Vec::with_capacity(8);
    for corner in solid.corners() {
        match stage.point_at(corner) {
            Some((at, _)) => points.push(Pos2::new(at.x, at.y)),
            // Partly behind the camera: there is no outline to see.
            None => return,
        }
    }
    let hull = hull(points);
    painter.add(egui::Shape::convex_polygon(
        hull.clone(),
        colour.gamma_multiply(0.10),
        egui::Stroke::NONE,
    ));
    painter.add(egui::Shape::closed_line(
        hull,
        egui::Stroke::new(width, colour),
    ));
}

/// Name of what is pointed at, as a tag over its box.
pub fn tag(
    painter: &Painter,
    stage: &Stage,
    targets: &Targets,
    of: Picked,
    carriers: Option<&super::traffic::Carriers>,
    text: String,
    dark: bool,
) {
    let Some(solid) = targets.solid(of, carriers) else {
        return;
    };
    let top = solid.at.translation + Vec3::Y * (2.0 * solid.half.y + 0.4);
    let Some((at, _)) = stage.point_at(top) else {
        return;
    };
    let theme = if dark { &tokens::DARK } else { &tokens::LIGHT };
    let [r, g, b] = theme.text.parts();
    let colour = Color32::from_rgb(r, g, b);
    let galley = painter.layout_no_wrap(text, FontId::proportional(tokens::type_pt::BODY), colour);
    let rect = Align2::CENTER_BOTTOM.anchor_size(
        Pos2::new(at.x, at.y - 6.0),
        galley.size() + egui::vec2(16.0, 8.0),
    );
    let [r, g, b] = theme.raised.parts();
    painter.rect_filled(rect, 5.0, Color32::from_rgb(r, g, b).gamma_multiply(0.96));
    let [r, g, b] = theme.accent.parts();
    painter.rect_stroke(
        rect,
        5.0,
        egui::Stroke::new(1.0, Color32::from_rgb(r, g, b)),
        egui::StrokeKind::Inside,
    );
    painter.galley(rect.min + egui::vec2(8.0, 4.0), galley, colour);
}

/// Convex hull, counter-clockwise (Andrew's monotone chain, 1979).
fn hull(mut points: Vec<Pos2>) -> Vec<Pos2> {
    points.sort_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let mut out: Vec<Pos2> = Vec::with_capacity(points.len() + 1);
    for pass in 0..2 {
        let start = out.len();
        for &p in &points {
            while out.len() >= start + 2 {
                let (a, b) = (out[out.len() - 2], out[out.len() - 1]);
                if (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) > 0.0 {
                    break;
                }
                out.pop();
            }
            out.push(p);
        }
        out.pop();
        if pass == 0 {
            points.reverse();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hull_holds_the_corners_and_drops_what_is_inside() {
        let p = |x, y| Pos2::new(x, y);
        let all = vec![
            p(0.0, 0.0),
            p(4.0, 0.0),
            p(4.0, 3.0),
            p(0.0, 3.0),
            p(2.0, 1.0),
            p(2.0, 0.0),
        ];
        let hull = hull(all);
        assert_eq!(hull.len(), 4, "{hull:?}");
        assert!(!hull.contains(&p(2.0, 1.0)));
    }

    #[test]
    fn names_never_lie_over_one_another() {
        let label = |k: u32| Label {
            rank: Rank::Bay,
            text: format!("Bay {k}"),
            at: 10.0 * Vec3::new(f32::from(k as u16 % 20), 0.0, f32::from(k as u16 / 20)),
            extent: 1.0,
        };
        let labels = Labels {
            list: (0..400).map(label).collect(),
        };
        let mut stage = Stage {
            rect: URect::new(0, 0, 1000, 800),
            scale: 1.0,
            ..Stage::default()
        };
        let corners: Vec<Vec3> = labels.list.iter().map(|l| l.at).collect();
        stage.rig.home(&corners, stage.aspect());
        stage.rig.advance(0.0, true);
        let area = egui::Rect::from_min_size(Pos2::ZERO, egui::vec2(1000.0, 800.0));
        let size = egui::vec2(70.0, 20.0);
        let free = egui::Rect::from_min_size(Pos2::new(400.0, 300.0), egui::vec2(200.0, 200.0));
        let placed = choose(&stage, &labels, area, &mut vec![free], |_| size);
        assert!(placed.len() > 10, "{}", placed.len());
        let rects: Vec<egui::Rect> = placed
            .iter()
            .map(|p| egui::Rect::from_center_size(p.at, size))
            .collect();
        for (i, a) in rects.iter().enumerate() {
            assert!(!a.intersects(free));
            assert!(rects[..i].iter().all(|b| !a.intersects(*b)));
        }
    }
}
