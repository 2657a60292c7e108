//! Where things are in the window, and scrolling to them.

use super::window;
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition};
use yew::prelude::*;

/// Where an element is in the window, in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Its left edge.
    pub x: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
}

impl Rect {
    /// Whether a point lies in it.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.x..self.x + self.width).contains(&x) && (self.y..self.y + self.height).contains(&y)
    }
}

/// Where the element is, if it is there.
pub fn rect(node: &NodeRef) -> Option<Rect> {
    let rect = node.cast::<Element>()?.get_bounding_client_rect();
    Some(Rect { x: rect.x(), y: rect.y(), width: rect.width(), height: rect.height() })
}

/// The height of the window.
pub fn window_height() -> f64 {
    window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default()
}

/// Scrolls the page to this distance from its top, at once.
pub fn to(y: f64) {
    window().scroll_to_with_x_and_y(0.0, y);
}

/// How far the page is scrolled.
pub fn y() -> f64 {
    window().scroll_y().unwrap_or_default()
}

/// Scrolls the page on by so much; whether it moved.
pub fn by(distance: f64) -> bool {
    let before = y();
    window().scroll_by_with_x_and_y(0.0, distance);
    (y() - before).abs() > 0.1
}

/// What scrolls a thing: the dialog that it is in, or the page.
#[derive(Debug, Clone)]
pub struct Scroller(Option<Element>);

impl Scroller {
    /// What scrolls this one.
    pub fn of(element: &Element) -> Self {
        Self(element.closest("dialog").ok().flatten())
    }

    /// How far it is scrolled.
    pub fn y(&self) -> f64 {
        self.0.as_ref().map_or_else(y, |dialog| f64::from(dialog.scroll_top()))
    }

    /// Scrolls it on by so much; whether it moved.
    pub fn by(&self, distance: f64) -> bool {
        let Some(dialog) = &self.0 else { return by(distance) };
        let before = dialog.scroll_top();
        dialog.set_scroll_top(before + distance.round() as i32);
        dialog.scroll_top() != before
    }
}

/// Scrolls no farther than it takes to see the element.
pub fn reveal(node: &NodeRef) {
    if let Some(element) = node.cast::<Element>() {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        options.set_behavior(ScrollBehavior::Instant);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}
