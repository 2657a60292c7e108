//! Classes of an element.

use yew::AttrValue;

/// Classes in a row; empty ones are left out.
pub fn classes(parts: &[&str]) -> AttrValue {
    let mut all = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(part);
    }
    all.into()
}

/// A class, if it holds.
pub const fn class_if(holds: bool, class: &'static str) -> &'static str {
    if holds { class } else { "" }
}

#[cfg(test)]
mod tests {
    use super::classes;

    #[test]
    fn empty_classes_leave_no_gap() {
        assert_eq!(classes(&["block", "", "tight"]), "block tight");
        assert_eq!(classes(&["", "block"]), "block");
    }
}
