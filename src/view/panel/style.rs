//! The look of every widget, made from the tokens; nothing of egui's own greys is left.

use egui::epaint::{CornerRadius, Shadow, Stroke};
use egui::style::{ScrollStyle, Selection as Marked, WidgetVisuals, Widgets};
use egui::{
    Color32, Context, FontFamily, FontId, Id, Margin, RichText, Style, TextStyle, Ui, Vec2, Visuals,
};

use super::desk::Desk;
use super::font;
use super::prefs::SCALES;
use crate::view::tokens::{DARK, LIGHT, Rgb, Theme, frame_pt, space_pt, type_pt};

/// A token as egui paints it.
pub fn colour(rgb: Rgb) -> Color32 {
    let [r, g, b] = rgb.parts();
    Color32::from_rgb(r, g, b)
}

/// A token, seen through.
pub fn sheer(rgb: Rgb, opacity: f32) -> Color32 {
    colour(rgb).gamma_multiply(opacity)
}

/// Colours of the theme a panel is drawn in.
pub fn theme(ui: &Ui) -> &'static Theme {
    if ui.visuals().dark_mode {
        &DARK
    } else {
        &LIGHT
    }
}

/// Text that stands out.
pub fn strong(text: impl Into<String>) -> RichText {
    RichText::new(text).family(FontFamily::Name(font::STRONG.into()))
}

/// Text that stands back.
pub fn dim(ui: &Ui, text: impl Into<String>) -> RichText {
    RichText::new(text).color(colour(theme(ui).dim))
}

/// Small print: axes, notes.
pub fn small(ui: &Ui, text: impl Into<String>) -> RichText {
    dim(ui, text).size(type_pt::SMALL)
}

/// What of the look depends on the preferences.
#[derive(Clone, Copy, PartialEq)]
struct Applied {
    dark: bool,
    scale: f32,
    still: bool,
}

/// The largest scale at which the window still holds the smallest frame, in steps of 5 %; a window that is too small
/// anyway, as a telephone's page, is shown at 100 %.
pub fn room(ctx: &Context) -> f32 {
    let size = ctx.content_rect().size() * ctx.zoom_factor();
    let [width, height] = frame_pt::SMALLEST;
    let most = (size.x / width).min(size.y / height);
    // A size that was divided by the scale and multiplied again may be a hair too small.
    let steps = (20.0 * most + 1e-3).floor() / 20.0;
    steps.clamp(1.0, SCALES[SCALES.len() - 1])
}

/// Gives egui fonts, sizes and colours; costs nothing while the preferences stay. False: the
/// fonts are only there from the next frame on, nothing can be written yet.
pub fn apply(ctx: &Context, desk: &Desk) -> bool {
    let id = Id::new("geoul-look");
    let wanted = Applied {
        dark: desk.is_dark(ctx),
        scale: desk.scale(),
        still: desk.prefs.reduced_motion,
    };
    let before: Option<Applied> = ctx.data(|d| d.get_temp(id));
    if before == Some(wanted) {
        return true;
    }
    if before.is_none() {
        ctx.set_fonts(font::definitions());
        // Ctrl with plus, minus and zero are the program's own and kept in the preferences.
        ctx.options_mut(|o| o.zoom_with_keyboard = false);
    }
    ctx.set_zoom_factor(wanted.scale);
    let theme = if wanted.dark {
        egui::Theme::Dark
    } else {
        egui::Theme::Light
    };
    ctx.set_theme(theme);
    ctx.set_style_of(theme, style(wanted.dark, wanted.still));
    ctx.data_mut(|d| d.insert_temp(id, wanted));
    if before.is_none() {
        ctx.request_repaint();
    }
    before.is_some()
}

fn style(dark: bool, still: bool) -> Style {
    let theme = if dark { &DARK } else { &LIGHT };
    let mut style = Style {
        visuals: visuals(theme, dark),
        animation_time: if still { 0.0 } else { 0.12 },
        ..Style::default()
    };
    let sizes = [
        (TextStyle::Small, type_pt::SMALL),
        (TextStyle::Body, type_pt::BODY),
        (TextStyle::Button, type_pt::BODY),
        (TextStyle::Monospace, type_pt::BODY),
        (TextStyle::Heading, type_pt::LARGE),
    ];
    let sized = |(of, size)| (of, FontId::new(size, FontFamily::Proportional));
    style.text_styles = sizes.map(sized).into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(space_pt::S, space_pt::XS);
    spacing.button_padding = Vec2::new(space_pt::S, space_pt::XS);
    spacing.interact_size = Vec2::new(frame_pt::ROW, frame_pt::ROW);
    spacing.indent = space_pt::L;
    spacing.menu_margin = Margin::same(space_pt::XS as i8);
    spacing.window_margin = Margin::same(space_pt::L as i8);
    spacing.slider_rail_height = 4.0;
    spacing.combo_width = 96.0;
    spacing.tooltip_width = 320.0;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 8.0;
    spacing.icon_spacing = space_pt::S;
    spacing.scroll = ScrollStyle {
        floating: true,
        bar_width: 8.0,
        floating_width: 4.0,
        foreground_color: false,
        ..ScrollStyle::floating()
    };
    let interaction = &mut style.interaction;
    interaction.tooltip_delay = 0.4;
    // Text of panels is dragged over and clicked, not marked; values are copied by their menus.
    interaction.selectable_labels = false;
    style
}

fn visuals(theme: &Theme, dark: bool) -> Visuals {
    let radius = CornerRadius::same(frame_pt::RADIUS);
    let text = Stroke::new(1.0, colour(theme.text));
    let line = Stroke::new(1.0, colour(theme.line));
    let over = |share| colour(theme.surface.towards(theme.text, share));
    let accent = |share| colour(theme.surface.towards(theme.accent, share));
    let widget = |fill: Color32, edge: Stroke| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: edge,
        corner_radius: radius,
        fg_stroke: text,
        expansion: 0.0,
    };
    let focus = Stroke::new(1.5, colour(theme.accent));
    let shadow = Shadow {
        offset: [0, 8],
        blur: 24,
        spread: 0,
        color: Color32::from_black_alpha(if dark { 110 } else { 40 }),
    };
    Visuals {
        dark_mode: dark,
        override_text_color: None,
        weak_text_color: Some(colour(theme.dim)),
        widgets: Widgets {
            noninteractive: widget(colour(theme.surface), line),
            inactive: widget(over(0.05), line),
            hovered: widget(over(0.10), Stroke::new(1.0, over(0.25))),
            active: widget(accent(0.22), focus),
            open: widget(over(0.10), Stroke::new(1.0, over(0.25))),
        },
        selection: Marked {
            bg_fill: accent(if dark { 0.28 } else { 0.16 }),
            stroke: focus,
        },
        hyperlink_color: colour(theme.accent),
        faint_bg_color: over(0.025),
        extreme_bg_color: colour(theme.bg),
        text_edit_bg_color: Some(colour(theme.bg)),
        code_bg_color: over(0.06),
        warn_fg_color: colour(theme.warn),
        error_fg_color: colour(theme.bad),
        window_corner_radius: CornerRadius::same(frame_pt::RADIUS + 2),
        window_shadow: shadow,
        window_fill: colour(theme.raised),
        window_stroke: line,
        menu_corner_radius: radius,
        panel_fill: colour(theme.surface),
        popup_shadow: shadow,
        indent_has_left_vline: false,
        striped: false,
        slider_trailing_fill: true,
        disabled_alpha: 0.45,
        ..if dark {
            Visuals::dark()
        } else {
            Visuals::light()
        }
    }
}
