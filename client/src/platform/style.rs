//! Positions that must be computed: custom properties through the CSSOM, since the content security policy forbids
//! `style` attributes.

use web_sys::HtmlElement;

/// Custom properties of an element, each with its name, its value and its unit, for Yew's `~style={…}`. The tilde sets
/// the property of the element and not its attribute.
pub fn properties(of: &[(&str, i32, &str)]) -> String {
    let mut text = String::new();
    for (name, value, unit) in of {
        for part in [name, ":", &value.to_string(), unit, ";"] {
            text.push_str(part);
        }
    }
    text
}

/// Sets one custom property at once, without a render: while something is being dragged, say.
pub fn set_property(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}

/// Takes a custom property off again.
pub fn remove_property(element: &HtmlElement, name: &str) {
    let _ = element.style().remove_property(name);
}

/// A length, to a hundredth of a pixel: writing fractions would be a table of some kilobytes to download.
pub fn pixels(length: f64) -> String {
    ["calc(", &((length * 100.0).round() as i32).to_string(), "px / 100)"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_to_a_hundredth_of_a_pixel() {
        assert_eq!(pixels(-12.5), "calc(-1250px / 100)");
        assert_eq!(pixels(0.0), "calc(0px / 100)");
    }

    #[test]
    fn custom_properties_are_written_as_in_a_style_sheet() {
        assert_eq!(properties(&[("--from", 90, ""), ("--x", -4, "px")]), "--from:90;--x:-4px;");
    }
}
