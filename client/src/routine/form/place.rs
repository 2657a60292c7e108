//! Where something is wrong, and what.

use daymark_shared::{
    ids::StepId,
    problem::{Code, Problem},
};

/// A part of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Title,
    Notes,
    /// The steps as a whole.
    Steps,
    StepTitle(StepId),
    StepMinutes(StepId),
    StepNote(StepId),
    Start,
    Zone,
    /// How it repeats.
    Repeat,
    Interval,
    Count,
    Until,
    /// Nowhere in particular.
    Whole,
}

impl Place {
    /// Where a JSON pointer leads that the server named; `sent` are the steps as they were sent.
    pub fn of(pointer: &str, sent: &[StepId]) -> Self {
        let mut parts = pointer.split('/').skip(1);
        match (parts.next(), parts.next(), parts.next()) {
            (Some("title"), ..) => Self::Title,
            (Some("notes"), ..) => Self::Notes,
            (Some("steps"), Some(index), field) => {
                let step = index.parse::<usize>().ok().and_then(|index| sent.get(index));
                match (step, field) {
                    (Some(id), Some("minutes")) => Self::StepMinutes(*id),
                    (Some(id), Some("note")) => Self::StepNote(*id),
                    (Some(id), _) => Self::StepTitle(*id),
                    (None, _) => Self::Steps,
                }
            }
            (Some("steps"), ..) => Self::Steps,
            (Some("schedule"), Some("zone"), _) => Self::Zone,
            (Some("schedule"), Some("start"), _) => Self::Start,
            (Some("schedule"), ..) => Self::Repeat,
            _ => Self::Whole,
        }
    }
}

/// All that is wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Faults(pub Vec<(Place, Code)>);

impl Faults {
    /// What a server's problem says of the form; nothing where it says nothing of fields.
    pub fn of(problem: &Problem, sent: &[StepId]) -> Self {
        Self(problem.errors.iter().map(|error| (Place::of(&error.pointer, sent), error.code)).collect())
    }

    /// What is wrong there.
    pub fn at(&self, place: Place) -> Option<Code> {
        self.0.iter().find(|(other, _)| *other == place).map(|(_, code)| *code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn id(n: u8) -> StepId {
        StepId::from_bytes([n; 16])
    }

    #[rstest]
    #[case("/title", Place::Title)]
    #[case("/notes", Place::Notes)]
    #[case("/steps", Place::Steps)]
    #[case("/steps/1/minutes", Place::StepMinutes(id(2)))]
    #[case("/steps/0/title", Place::StepTitle(id(1)))]
    #[case("/steps/0/note", Place::StepNote(id(1)))]
    #[case("/steps/1", Place::StepTitle(id(2)))]
    #[case("/steps/7/minutes", Place::Steps)]
    #[case("/schedule", Place::Repeat)]
    #[case("/schedule/repeat", Place::Repeat)]
    #[case("/schedule/zone", Place::Zone)]
    #[case("/schedule/start", Place::Start)]
    #[case("/scope", Place::Whole)]
    #[case("", Place::Whole)]
    fn pointers_lead_to_fields(#[case] pointer: &str, #[case] place: Place) {
        assert_eq!(Place::of(pointer, &[id(1), id(2)]), place);
    }
}
