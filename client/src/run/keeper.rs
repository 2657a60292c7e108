//! Keeps the run that is followed true: asks how it stands, and sends what was done, one after the other, until it is
//! confirmed; also when the page of the run has been left.

use crate::{
    api::{ApiError, run},
    kept::use_watch,
    platform::timer::Timeout,
    store::{
        Action, Following,
        run::{Deed, RunEvent},
        use_dispatch, use_slice,
    },
};
use daymark_shared::{
    ids::StepId,
    run::{self as shared, Run},
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// After so many milliseconds what got no answer is tried again: doubled each time, up to the longest.
const PATIENCE_MS: u32 = 1_000;
const PATIENCE_MAX_MS: u32 = 15_000;

fn patience(failures: u32) -> u32 {
    PATIENCE_MS.saturating_mul(1 << failures.saturating_sub(1).min(4)).min(PATIENCE_MAX_MS)
}

/// Shows nothing; belongs to the root, where it outlives every page.
#[component]
pub fn Keeper() -> Html {
    let (following, dispatch) = (use_slice::<Following>(), use_dispatch());

    // How does it stand?
    {
        let (following, dispatch) = (following.clone(), dispatch.clone());
        use_watch((following.id, following.round), move |(id, _)| {
            if let Some(id) = id.filter(|_| following.deeds.is_empty()) {
                spawn_local(async move {
                    dispatch.dispatch(Action::Run(match run::get(id).await {
                        Ok(run) => RunEvent::Told(run),
                        Err(error) => RunEvent::Lost(None, error),
                    }));
                });
            }
        });
    }

    // The next thing that was done.
    {
        let (following, dispatch) = (following.clone(), dispatch.clone());
        use_watch((following.front().map(|deed| deed.number), following.round), move |_| {
            if let (Some(run), Some(deed)) = (&following.run, following.front()) {
                let (run, deed) = (run.clone(), deed.clone());
                spawn_local(async move {
                    let number = deed.number;
                    dispatch.dispatch(Action::Run(match send(&run, &deed).await {
                        Ok(run) => RunEvent::Settled(number, run),
                        Err(error) if error.is_passing() => RunEvent::Lost(Some(number), error),
                        Err(_) => RunEvent::Refused(number),
                    }));
                });
            }
        });
    }

    // No answer: again after a while, as long as it matters to somebody.
    let matters = following.is_lost() && (following.watched || !following.deeds.is_empty());
    use_watch((matters, following.failures), move |(matters, failures)| {
        let timeout = matters
            .then(|| Timeout::new(patience(failures), move || dispatch.dispatch(Action::Run(RunEvent::Ask))));
        // It may be running: freed when the stack is empty.
        move || spawn_local(async move { drop(timeout) })
    });

    html! {}
}

async fn send(run: &Run, deed: &Deed) -> Result<Run, ApiError> {
    let Some(step) = step_of(run, deed) else { return run::get(run.id).await };
    if let (Some(allowed), shared::Action::Adjust(_)) = (deed.doubt, deed.action) {
        let stands = run::get(run.id).await?;
        // It was done after all, and only the answer was lost.
        if stands.progress.steps.get(deed.step).is_none_or(|step| step.allowed_ms != allowed) {
            return Ok(stands);
        }
    }
    run::act(run.id, step, deed.action).await
}

fn step_of(run: &Run, deed: &Deed) -> Option<StepId> {
    run.steps.get(deed.step).map(|step| step.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_and_has_an_end() {
        assert_eq!([1, 2, 3, 4, 5, 50].map(patience), [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    }
}
