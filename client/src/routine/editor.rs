//! The sheet that a routine is written on: from the title down to how it repeats, like a sentence.

use super::{
    draft::{self, use_draft},
    form::{Checked, Faults, Form, Seen},
    head::{Head, PartProps},
    opened::{Context, Remark, opened},
    questions::{Removal, discard},
    remind_part::RemindPart,
    save::{self, Saved},
    steps::StepsPart,
    when_part::WhenPart,
    words::{Words, use_words},
};
use crate::{
    api::ApiError,
    i18n::Style,
    kept::{Kept, use_kept, use_node},
    planning::{Question, ScopeDialog},
    platform::{browser, events::use_unload_guard, focus::use_focus_first_invalid, random},
    problems,
    shell::Announcer,
    store::{Action, Dispatch, use_dispatch},
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

/// What the sheet holds.
#[derive(Clone, PartialEq)]
struct Desk {
    form: Rc<Form>,
    /// What it is compared with: what is there, as far as it is known here.
    before: Rc<Form>,
    seen: Option<Rc<Seen>>,
    /// What the server found wrong. It stays until the next try.
    faults: Faults,
    /// How often it was tried.
    attempt: u32,
    trouble: Option<AttrValue>,
    phase: Phase,
}

impl Desk {
    fn changed(&self) -> bool {
        !self.form.says_the_same(&self.before)
    }

    /// Once it was tried, what is wrong is looked at with each key.
    fn wrong(&self) -> Faults {
        let mut wrong = if self.attempt > 0 {
            Checked::of(&self.form).err().unwrap_or_default()
        } else {
            Faults::default()
        };
        wrong.0.extend(self.faults.0.iter().cloned());
        wrong
    }
}

/// What is done with the sheet.
struct Sheet {
    desk: Kept<Desk>,
    /// Of a new routine. Kept over all tries, so that a lost answer makes no second one.
    id: RoutineId,
    context: Context,
    words: Words,
    dispatch: Dispatch,
    onleave: Callback<()>,
}

impl Sheet {
    fn does(self: &Rc<Self>, act: fn(&Rc<Self>)) -> Callback<()> {
        let sheet = self.clone();
        Callback::from(move |()| act(&sheet))
    }

    fn turn(&self, phase: Phase) {
        self.desk.set(Desk { phase, ..self.desk.get() });
    }

    /// What became of saving it.
    fn show(&self, saved: Saved) {
        let mut desk = Desk { phase: Phase::Typing, ..self.desk.get() };
        match saved {
            Saved::Done => {
                self.desk.set(desk);
                self.dispatch.dispatch(Action::good(words::Words(self.words.0.clone()).saved()));
                self.onleave.emit(());
                return;
            }
            Saved::Faults(found) => {
                desk.faults = found;
                desk.attempt += 1;
            }
            Saved::Conflict(now) => {
                let (seen, _) = opened(*now, None, None, &self.context);
                let mine = (*desk.form).clone().on_top_of(&desk.before, seen.form.clone());
                desk.form = Rc::new(mine);
                desk.before = Rc::new(seen.form.clone());
                desk.seen = Some(Rc::new(seen));
                desk.trouble = Some(self.words.conflict().into());
            }
            Saved::Failed(error) => {
                let gone = matches!(&error, ApiError::Problem(problem) if problem.code == Code::NotFound);
                desk.trouble = Some(if gone {
                    self.words.conflict_gone().into()
                } else {
                    problems::Words(self.words.0.clone()).advice(&error).into()
                });
            }
        }
        self.desk.set(desk);
    }

    fn send(self: &Rc<Self>, scope: Scope) {
        let desk = Desk { phase: Phase::Saving, trouble: None, faults: Faults::default(), ..self.desk.get() };
        let (form, seen) = (desk.form.clone(), desk.seen.clone());
        self.desk.set(desk);
        let sheet = self.clone();
        spawn_local(async move {
            sheet.show(match seen {
                None => save::create(sheet.id, &form).await,
                Some(seen) => save::edit(&seen, &form, scope).await,
            });
        });
    }

    fn save(self: &Rc<Self>) {
        let desk = self.desk.get();
        if desk.phase == Phase::Saving {
            return;
        }
        if Checked::of(&desk.form).is_err() {
            self.show(Saved::Faults(Faults::default()));
            return;
        }
        match desk.seen.as_ref().map(|seen| seen.scopes(&desk.form)) {
            Some(_) if !desk.changed() => self.onleave.emit(()),
            Some(scopes) if scopes.len() > 1 => self.turn(Phase::Asking(scopes)),
            Some(scopes) => self.send(scopes.first().copied().unwrap_or(Scope::All)),
            None => self.send(Scope::All),
        }
    }

    fn close(self: &Rc<Self>) {
        let desk = self.desk.get();
        match desk.phase {
            Phase::Saving => {}
            _ if desk.changed() => self.turn(Phase::Leaving),
            _ => self.onleave.emit(()),
        }
    }
}

/// The sheet.
#[component]
pub fn Editor(props: &EditorProps) -> Html {
    let (words, common) = (use_words(), words::use_words());
    let dispatch = use_dispatch();
    let kept = use_kept(|| {
        let now = props.form.clone();
        Desk {
            form: draft::take(&browser::address(), &now).map_or(now, Rc::new),
            before: props.form.clone(),
            seen: props.seen.clone(),
            faults: Faults::default(),
            attempt: 0,
            trouble: None,
            phase: Phase::Typing,
        }
    });
    let desk = kept.get();
    let id = use_mut_ref(|| {
        let (ms, random) = random::id_parts();
        RoutineId::mint(ms, random)
    });
    let frame = use_node();
    use_focus_first_invalid(frame.clone(), desk.attempt);
    let changed = desk.changed();
    use_unload_guard(changed);
    let onleave = use_draft(changed.then(|| (desk.before.clone(), desk.form.clone())), &props.onleave);
    let act = {
        let kept = kept.clone();
        use_mut_ref(move || {
            Callback::from(move |act| {
                let mut desk = kept.get();
                desk.form = Rc::new((*desk.form).clone().after(act));
                kept.set(desk);
            })
        })
    };
    let act = act.borrow().clone();
    let sheet = Rc::new(Sheet {
        desk: kept,
        id: *id.borrow(),
        context: props.context.clone(),
        words: words.clone(),
        dispatch,
        onleave: onleave.clone(),
    });
    let (onsave, back) = (sheet.does(Sheet::save), sheet.does(|sheet| sheet.turn(Phase::Typing)));
    let onkeydown = {
        let onsave = onsave.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                event.prevent_default();
                onsave.emit(());
            }
        })
    };
    let wrong = desk.wrong();
    let Desk { form, seen, trouble, phase, .. } = desk;
    let trouble = trouble.or_else(|| (!wrong.0.is_empty()).then(|| words.check_again().into()));
    let part = PartProps { form, faults: Rc::new(wrong), act, fresh: seen.is_none() };
    let save_button = html! {
        { Button {
            kind: Kind::Primary,
            busy: phase == Phase::Saving,
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
            onclose={sheet.does(Sheet::close)}
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
                <WhenPart part={part.clone()} context={props.context.clone()} />
                if part.form.when.planned {
                    <RemindPart ..part />
                }
                if seen.is_some() {
                    <div class="routine-foot">
                        { Button {
                            kind: Kind::Danger,
                            icon: Some(glyphs::TRASH_2),
                            onclick: Some(pressed(&sheet.does(|sheet| sheet.turn(Phase::Removing)))),
                            class: "quiet",
                            ..Button::says(words.delete_routine())
                        } }
                    </div>
                }
            </div>
            <Announcer />
            if let Phase::Asking(scopes) = &phase {
                <ScopeDialog question={Question::Change} scopes={scopes.clone()} onpick={Callback::from(move |scope| sheet.send(scope))} onclose={back.clone()} />
            }
            if phase == Phase::Leaving {
                { discard(&words, &back, &onleave) }
            }
            if let (Phase::Removing, Some(seen)) = (&phase, &seen) {
                <Removal seen={seen.clone()} onkeep={back} onleave={onleave.clone()} />
            }
        </Dialog>
    }
}
