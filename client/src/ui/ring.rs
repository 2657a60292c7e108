//! A ring that empties.

use yew::prelude::*;

/// The radius that makes the stroke just fit into the drawing of 100 by 100.
const RADIUS: &str = "46";

/// How long the ring is said to be: in so many parts it empties, too many to be seen. Whole numbers are written with
/// less to download than fractions.
const LENGTH: &str = "100000";

/// How much of the ring is drawn for what is left: the length of the dash, of [`LENGTH`].
///
/// What is left is a fraction of 1; beyond its ends, and for what is no number, the ring is full or empty.
pub fn dash(left: f64) -> u32 {
    // Casting takes what is no number for 0.
    (left.clamp(0.0, 1.0) * 100_000.0).round() as u32
}

/// A ring that empties clockwise from the top, of which so much is left, from 1 to 0. `arc` is the element that is drawn,
/// to be moved between renders with [`draw`]. What is inside says in words what it shows: the ring is decoration.
pub fn ring(left: f64, arc: NodeRef, inside: Html) -> Html {
    html! {
        <div class="ring">
            <svg viewBox="0 0 100 100" aria-hidden="true" focusable="false">
                <circle class="ring-track" cx="50" cy="50" r={RADIUS} />
                <circle
                    ref={arc}
                    class={arc_class(left)}
                    cx="50"
                    cy="50"
                    r={RADIUS}
                    pathLength={LENGTH}
                    transform="rotate(-90 50 50)"
                    stroke-dasharray={dasharray(left)}
                />
            </svg>
            <div class="ring-inside">{ inside }</div>
        </div>
    }
}

fn dasharray(left: f64) -> String {
    // Two lengths of gap, or a hair of the next dash shows at the seam.
    [dash(left).to_string().as_str(), " 200000"].concat()
}

/// An empty ring shows no dot, though its line has round ends.
fn arc_class(left: f64) -> &'static str {
    if dash(left) > 0 { "ring-arc" } else { "ring-arc empty" }
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
    #[case::full(1.0, 100_000)]
    #[case::half(0.5, 50_000)]
    #[case::empty(0.0, 0)]
    #[case::overrun(-0.2, 0)]
    #[case::more_than_all(1.4, 100_000)]
    #[case::nothing_of_nothing(f64::NAN, 0)]
    fn the_dash_is_what_is_left(#[case] left: f64, #[case] dash_length: u32) {
        assert_eq!(dash(left), dash_length);
    }

    #[test]
    fn an_empty_ring_has_no_dot() {
        assert_eq!(arc_class(0.0), "ring-arc empty");
        assert_eq!(arc_class(0.01), "ring-arc");
    }
}
