//! The sheet that a routine is written on: from the title down to how it repeats, like a sentence.

use super::{
    draft::{self, use_draft},
    form::{Checked, Faults, Form, Seen},
    head::{Head, PartProps},
    opened::{Context, Remark, opened},
    questions::{Removal, discard},
    save::{self, Saved},
    steps::StepsPart,
    when_part::WhenPart,
    words::use_words,
};
use crate::{
    api::ApiError,
    i18n::Style,
    kept::use_kept,
    planning::{Question, ScopeDialog},
    platform::{browser, events::use_unload_guard, focus::use_focus_first_invalid, random},
    problems,
    shell::Announcer,
    store::{Action, use_dispatch},
    ui::{Button, Dialog, Kind, Shape, glyphs, icon, pressed},
    words,
};
use daymark_shared::{ids::RoutineId, problem::Code, routine::Scope};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What is being asked or done.
#[derive(Debug, Clone, PartialEq)]
enum Phase {
    Typing,
    Saving,
    /// Which occurrences?
    Asking(Vec<Scope>),
    /// Is what was typed to be lost?
    Leaving,
    /// What is to be deleted?
    Removing,
}

/// Properties of [`Editor`].
#[derive(Properties, PartialEq)]
pub struct EditorProps {
    /// What it begins with.
    pub form: Rc<Form>,
    /// The routine as it was; none for a new one.
    #[prop_or_default]
    pub seen: Option<Rc<Seen>>,
    /// What must be said about where it was opened from.
    #[prop_or_default]
    pub remark: Option<Remark>,
    /// The person and the day.
    pub context: Context,
    /// Done, or given up: it goes.
    pub onleave: Callback<()>,
}

/// The sheet.
#[component]
pub fn Editor(props: &EditorProps) -> Html {
    let (words, common, problems) = (use_words(), words::use_words(), problems::use_words());
    let dispatch = use_dispatch();
    let typed = {
        let now = props.form.clone();
        use_kept(move || draft::take(&browser::address(), &now).map_or(now, Rc::new))
    };
    let form = typed.get();
    // What it is compared with: what is there, as far as it is known here.
    let base = use_kept(|| (props.form.clone(), props.seen.clone()));
    let (before, seen) = base.get();
    let faults = use_kept(Faults::default);
    let attempt = use_kept(|| 0_u32);
    let trouble = use_kept(|| None::<AttrValue>);
    let phase = use_kept(|| Phase::Typing);
    // Kept over all tries, so that a lost answer makes no second routine.
    let id = use_memo((), |()| {
        let (ms, random) = random::id_parts();
        RoutineId::mint(ms, random)
    });
    let frame = use_node_ref();
    use_focus_first_invalid(frame.clone(), attempt.get());
    let changed = !form.says_the_same(&before);
    use_unload_guard(changed);
    let onleave = use_draft(changed.then(|| (before.clone(), form.clone())), &props.onleave);

    let act = {
        let typed = typed.clone();
        use_callback((), move |act, ()| typed.set(Rc::new((*typed.get()).clone().after(act))))
    };

    // Once it was tried, what is wrong is looked at with each key; what the server said stays until the next try.
    let mut wrong =
        if attempt.get() > 0 { Checked::of(&form).err().unwrap_or_default() } else { Faults::default() };
    wrong.0.extend(faults.get().0);

    let show = {
        let (faults, attempt, trouble, phase) =
            (faults.clone(), attempt.clone(), trouble.clone(), phase.clone());
        let base = base.clone();
        let (typed, dispatch, onleave) = (typed.clone(), dispatch.clone(), onleave.clone());
        let (words, common, problems) = (words.clone(), common.clone(), problems.clone());
        let (before, context, form) = (before.clone(), props.context.clone(), form.clone());
        move |saved: Saved| {
            phase.set(Phase::Typing);
            match saved {
                Saved::Done => {
                    dispatch.dispatch(Action::good(common.saved()));
                    onleave.emit(());
                }
                Saved::Faults(found) => {
                    faults.set(found);
                    attempt.set(attempt.get() + 1);
                }
                Saved::Conflict(now) => {
                    let (seen, _) = opened(*now, None, None, &context);
                    let mine = (*form).clone().on_top_of(&before, seen.form.clone());
                    typed.set(Rc::new(mine));
                    base.set((Rc::new(seen.form.clone()), Some(Rc::new(seen))));
                    trouble.set(Some(words.conflict().into()));
                }
                Saved::Failed(error) => {
                    let gone = matches!(&error, ApiError::Problem(problem) if problem.code == Code::NotFound);
                    let text = if gone { words.conflict_gone().to_owned() } else { problems.advice(&error) };
                    trouble.set(Some(text.into()));
                }
            }
        }
    };
    let send = {
        let (phase, trouble, faults) = (phase.clone(), trouble.clone(), faults.clone());
        let (form, seen, id) = (form.clone(), seen.clone(), *id);
        let show = show.clone();
        Callback::from(move |scope: Scope| {
            phase.set(Phase::Saving);
            trouble.set(None);
            faults.set(Faults::default());
            let (form, seen, show) = (form.clone(), seen.clone(), show.clone());
            spawn_local(async move {
                show(match seen {
                    None => save::create(id, &form).await,
                    Some(seen) => save::edit(&seen, &form, scope).await,
                });
            });
        })
    };
    let onsave = {
        let (phase, form, seen, send, onleave) =
            (phase.clone(), form.clone(), seen.clone(), send.clone(), onleave.clone());
        Callback::from(move |()| {
            if phase.get() == Phase::Saving {
                return;
            }
            if Checked::of(&form).is_err() {
                show(Saved::Faults(Faults::default()));
                return;
            }
            match seen.as_ref().map(|seen| seen.scopes(&form)) {
                Some(_) if !changed => onleave.emit(()),
                Some(scopes) if scopes.len() > 1 => phase.set(Phase::Asking(scopes)),
                Some(scopes) => send.emit(scopes.first().copied().unwrap_or(Scope::All)),
                None => send.emit(Scope::All),
            }
        })
    };
    let onclose = {
        let (phase, onleave) = (phase.clone(), onleave.clone());
        Callback::from(move |()| match phase.get() {
            Phase::Saving => {}
            _ if changed => phase.set(Phase::Leaving),
            _ => onleave.emit(()),
        })
    };
    let back = phase.becomes(Phase::Typing);
    let onkeydown = {
        let onsave = onsave.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                onsave.emit(());
            }
        })
    };
    let trouble = trouble.get().or_else(|| (!wrong.0.is_empty()).then(|| words.check_again().into()));
    let part = PartProps { form: form.clone(), faults: Rc::new(wrong), act, fresh: seen.is_none() };
    let save_button = html! {
        { Button {
            kind: Kind::Primary,
            busy: phase.get() == Phase::Saving,
            onclick: Some(pressed(&onsave)),
            ..Button::says(common.save())
        } }
    };
    let remark = props.remark.as_ref().map(|remark| match remark {
        Remark::Begun => words.occurrence_begun().to_owned(),
        Remark::Own => words.occurrence_own().to_owned(),
        Remark::Over => words.routine_over().to_owned(),
        Remark::Moved(at) => {
            let to = [words.date(at.date(), Style::DayShort).as_str(), " ", &words.time(at.time())].concat();
            words.occurrence_moved(&to)
        }
    });
    html! {
        <Dialog
            id="routine-editor"
            title={if seen.is_some() { words.edit_routine() } else { words.new_routine() }}
            {onclose}
            close_label={common.close()}
            shape={Shape::Sheet}
            light={!changed}
            action={save_button}
        >
            <div ref={frame} {onkeydown}>
                if let Some(text) = trouble {
                    <p class="banner bad" role="alert">
                        { icon(glyphs::TRIANGLE_ALERT) }
                        <span>{ text }</span>
                    </p>
                }
                if let Some(text) = remark {
                    <p class="banner remark">
                        { icon(glyphs::INFO) }
                        <span>{ text }</span>
                    </p>
                }
                <Head ..part.clone() />
                <StepsPart ..part.clone() />
                <WhenPart part={part} context={props.context.clone()} />
                if seen.is_some() {
                    <div class="routine-foot">
                        { Button {
                            kind: Kind::Danger,
                            icon: Some(glyphs::TRASH_2),
                            onclick: Some(phase.becomes(Phase::Removing)),
                            class: "quiet",
                            ..Button::says(words.delete_routine())
                        } }
                    </div>
                }
            </div>
            <Announcer />
            if let Phase::Asking(scopes) = &phase.get() {
                <ScopeDialog question={Question::Change} scopes={scopes.clone()} onpick={send} onclose={back.clone()} />
            }
            if phase.get() == Phase::Leaving {
                { discard(&words, &back, &onleave) }
            }
            if let (Phase::Removing, Some(seen)) = (&phase.get(), &seen) {
                <Removal seen={seen.clone()} onkeep={back} onleave={onleave.clone()} />
            }
        </Dialog>
    }
}
