use super::*;
use jiff::civil::{Weekday, date, time};
use rstest::rstest;

pub(super) fn id(n: u8) -> StepId {
    StepId::from_bytes([n; 16])
}

pub fn form() -> Form {
    let when = When::once(date(2026, 11, 18), time(7, 0, 0, 0), Weekday::Monday);
    Form::fresh(id(1), when)
}

fn three() -> Form {
    [
        Act::Title("Morning".into()),
        Act::Split(id(9)),
        Act::StepTitle(id(1), "Water".into()),
        Act::Add(id(2), None),
        Act::StepTitle(id(2), "Stretch".into()),
        Act::Add(id(3), None),
        Act::StepTitle(id(3), "Shower".into()),
    ]
    .into_iter()
    .fold(form(), Form::after)
}

fn titles(form: &Form) -> Vec<&str> {
    form.steps.iter().map(|step| step.title.as_str()).collect()
}

#[rstest]
#[case(1, 1, 2)]
#[case(9, 1, 10)]
#[case(10, 1, 15)]
#[case(12, 1, 15)]
#[case(12, -1, 10)]
#[case(15, -1, 10)]
#[case(10, -1, 9)]
#[case(1, -1, 1)]
#[case(1440, 1, 1440)]
fn a_press_stretches_little_by_little(#[case] minutes: u16, #[case] by: i16, #[case] then: u16) {
    assert_eq!(stretched(minutes, by), then);
}

#[test]
fn a_new_routine_asks_for_one_length_until_it_is_split() {
    assert!(form().single);
    assert_eq!(form().minutes(), 30);
    let split = form().after(Act::Split(id(2)));
    assert!(!split.single);
    assert_eq!((split.steps.len(), split.focus.1), (1, Some(id(1))));
}

#[test]
fn a_step_is_added_after_the_one_where_enter_was_pressed() {
    let form = three().after(Act::Add(id(4), Some(id(1))));
    assert_eq!(titles(&form), ["Water", "", "Stretch", "Shower"]);
    assert_eq!(form.focus.1, Some(id(4)));
}

#[test]
fn a_step_left_empty_is_none() {
    let form = three().after(Act::Add(id(4), None));
    assert_eq!(form.filled().len(), 3);
    assert_eq!(form.minutes(), 15);
    assert!(form.says_the_same(&three()));
}

#[test]
fn a_removed_step_can_be_had_back_in_its_place() {
    let removed = three().after(Act::Remove(id(2)));
    assert_eq!((titles(&removed), removed.focus.1), (vec!["Water", "Shower"], Some(id(3))));
    let back = removed.after(Act::Restore);
    assert_eq!(titles(&back), ["Water", "Stretch", "Shower"]);
    assert!(back.removed.is_none());
}

#[test]
fn the_last_step_stays() {
    let form = form().after(Act::Remove(id(1)));
    assert_eq!(form.steps.len(), 1);
}

#[rstest]
#[case(0, 2, &["Stretch", "Shower", "Water"])]
#[case(2, 0, &["Shower", "Water", "Stretch"])]
#[case(1, 9, &["Water", "Shower", "Stretch"])]
fn steps_move(#[case] from: usize, #[case] to: usize, #[case] then: &[&str]) {
    assert_eq!(titles(&three().after(Act::Move(from, to))), then);
}

#[test]
fn no_more_than_a_hundred_steps() {
    let full = (2..=120).fold(three(), |form, n| form.after(Act::Add(id(n + 100), None)));
    assert_eq!(full.steps.len(), 100);
}

#[test]
fn what_was_typed_lies_on_top_of_what_changed_elsewhere() {
    let before = three();
    let mine = before.clone().after(Act::Title("Mine".into()));
    let theirs = before
        .clone()
        .after(Act::Title("Theirs".into()))
        .after(Act::Notes("New".into()))
        .after(Act::Move(0, 1));
    let both = mine.on_top_of(&before, theirs);
    assert_eq!((both.title.as_str(), both.notes.as_str()), ("Mine", "New"));
    assert_eq!(titles(&both), ["Stretch", "Water", "Shower"]);
}
