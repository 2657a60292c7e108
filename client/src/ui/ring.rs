//! A ring that empties.

use yew::prelude::*;

/// The radius that makes the stroke just fit into the drawing of 100 by 100.
const RADIUS: f64 = 46.0;

/// How much of the ring is drawn for what is left: the lengths of the dash and of the gap after it.
///
/// The path has a length of 1. What is left is a fraction of 1; beyond its ends, and for what is no number, the ring is
/// full or empty.
pub fn dash(left: f64) -> (f64, f64) {
    let left = if left.is_nan() { 0.0 } else { left.clamp(0.0, 1.0) };
    // Two lengths of gap, or a hair of the next dash shows at the seam.
    (left, 2.0)
}

/// Properties of [`Ring`].
#[derive(Properties, PartialEq)]
pub struct RingProps {
    /// How much is left, from 1 to 0.
    pub left: f64,
    /// The element that is drawn, to be moved between renders with [`draw`].
    #[prop_or_default]
    pub arc: NodeRef,
    /// What is written in it. The ring itself is decoration: say in words what it shows.
    #[prop_or_default]
    pub children: Html,
}

/// A ring that empties clockwise from the top.
#[component]
pub fn Ring(props: &RingProps) -> Html {
    let r = RADIUS.to_string();
    html! {
        <div class="ring">
            <svg viewBox="0 0 100 100" aria-hidden="true" focusable="false">
                <circle class="ring-track" cx="50" cy="50" r={r.clone()} />
                <circle
                    ref={props.arc.clone()}
                    class={arc_class(props.left)}
                    cx="50"
                    cy="50"
                    {r}
                    pathLength="1"
                    transform="rotate(-90 50 50)"
                    stroke-dasharray={dasharray(props.left)}
                />
            </svg>
            <div class="ring-inside">{ props.children.clone() }</div>
        </div>
    }
}

fn dasharray(left: f64) -> String {
    let (dash, gap) = dash(left);
    [dash.to_string().as_str(), " ", &gap.to_string()].concat()
}

/// An empty ring shows no dot, though its line has round ends.
fn arc_class(left: f64) -> &'static str {
    if dash(left).0 > 0.0 { "ring-arc" } else { "ring-arc empty" }
}

/// Draws what is left now, without a render.
pub fn draw(arc: &NodeRef, left: f64) {
    if let Some(arc) = arc.cast::<web_sys::Element>() {
        let _ = arc.set_attribute("stroke-dasharray", &dasharray(left));
        let _ = arc.set_attribute("class", arc_class(left));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::full(1.0, 1.0)]
    #[case::half(0.5, 0.5)]
    #[case::empty(0.0, 0.0)]
    #[case::overrun(-0.2, 0.0)]
    #[case::more_than_all(1.4, 1.0)]
    #[case::nothing_of_nothing(f64::NAN, 0.0)]
    fn the_dash_is_what_is_left(#[case] left: f64, #[case] dash_length: f64) {
        assert_eq!(dash(left).0, dash_length);
    }

    #[test]
    fn an_empty_ring_has_no_dot() {
        assert_eq!(arc_class(0.0), "ring-arc empty");
        assert_eq!(arc_class(0.01), "ring-arc");
    }
}
