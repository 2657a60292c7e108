//! The account itself: name, e-mail, zone and week.

use super::{section, words::Words};
use crate::{
    i18n::Hours,
    kept::Kept,
    platform::{clock, intl, storage},
    problems,
    store::{Action, Dispatch, Settings},
    ui::{Button, Kind, Segment, Select, Typed, segmented, select, text_field},
};
use daymark_shared::{
    account::{Account, AccountChange, WeekStart},
    problem::Code,
    text::Name,
    zone::Zone,
};
use std::rc::Rc;
use yew::prelude::*;

/// What the parts about the account need.
pub struct Mine<'a> {
    pub words: &'a Words,
    pub account: &'a Account,
    pub save: &'a Callback<AccountChange>,
    pub settings: &'a Settings,
    pub dispatch: &'a Dispatch,
}

/// Name and e-mail.
pub fn you(mine: &Mine, typed: &Kept<Option<String>>, wrong: &Kept<Option<Code>>) -> Html {
    let Mine { words, account, save, .. } = *mine;
    let oninput = {
        let typed = typed.clone();
        Callback::from(move |text| typed.set(Some(text)))
    };
    let onchange = {
        let (typed, wrong, save) = (typed.clone(), wrong.clone(), save.clone());
        Callback::from(move |text: String| match Name::new(&text) {
            Ok(name) => {
                wrong.set(None);
                typed.set(None);
                save.emit(AccountChange { name: Some(name), ..AccountChange::default() });
            }
            Err(violation) => wrong.set(Some(violation.code)),
        })
    };
    let name = text_field(&Typed {
        id: "name".into(),
        label: words.name().into(),
        value: typed.get().unwrap_or_else(|| account.name.as_str().to_owned()).into(),
        oninput,
        onchange,
        autocomplete: Some("name".into()),
        hint: Some(words.name_hint().into()),
        error: wrong.get().map(|code| problems::Words(words.0.clone()).code(code).into()),
        ..Typed::default()
    });
    let inside = html! {
        <>
            { name }
            <dl class="facts">
                <dt>{ words.email() }</dt>
                <dd>{ account.email.as_str() }</dd>
            </dl>
        </>
    };
    section("you", words.you(), inside)
}

/// Zone, week and hours.
pub fn time(mine: &Mine) -> Html {
    let Mine { words, account, save, settings, dispatch } = *mine;
    let device = intl::device_zone().and_then(|name| Zone::new(&name).ok());
    let choose_zone = {
        let save = save.clone();
        Callback::from(move |name: String| {
            if let Ok(zone) = Zone::new(&name) {
                save.emit(AccountChange { zone: Some(zone), ..AccountChange::default() });
            }
        })
    };
    let (save, dispatch) = (save.clone(), dispatch.clone());
    let choose_week = Callback::from(move |index: usize| {
        save.emit(AccountChange {
            week_start: WeekStart::ALL.get(index).copied(),
            ..AccountChange::default()
        });
    });
    let choose_hours = Callback::from(move |index| {
        let (hours, name) = match index {
            1 => (Hours::Day, Some("24")),
            2 => (Hours::Half, Some("12")),
            _ => (Hours::Usual, None),
        };
        storage::set("hours", name);
        dispatch.dispatch(Action::Hours(hours));
    });
    let week_name = |start: &WeekStart| match start {
        WeekStart::Monday => words.monday(),
        WeekStart::Sunday => words.sunday(),
        WeekStart::Saturday => words.saturday(),
    };
    let weeks: Vec<_> = WeekStart::ALL.iter().map(week_name).map(Segment::new).collect();
    let week = WeekStart::ALL.iter().position(|start| *start == account.week_start).unwrap_or(0);
    let hours = [words.hours_usual(), words.hours_day(), words.hours_half()].map(Segment::new);
    let counted = match settings.hours {
        Hours::Usual => 0,
        Hours::Day => 1,
        Hours::Half => 2,
    };
    let elsewhere = device.as_ref().filter(|device| **device != account.zone);
    let inside = html! {
        <>
            { select(Select {
                id: "zone",
                label: words.zone(),
                options: zone_options(&account.zone, device.as_ref()),
                value: account.zone.as_str().to_owned().into(),
                onchange: choose_zone.clone(),
                hint: Some(words.zone_hint(&words.time_in(clock::now(), account.zone.as_str())).into()),
            }) }
            if let Some(device) = elsewhere {
                { Button {
                    kind: Kind::Quiet,
                    onclick: Some({
                        let name = device.as_str().to_owned();
                        choose_zone.reform(move |_| name.clone())
                    }),
                    class: "accent at-start",
                    ..Button::says(words.device_zone(device.as_str()))
                } }
            }
            { segmented("week-start", words.week_start(), &weeks, week, &choose_week) }
            { segmented("hours", words.hours(), &hours, counted, &choose_hours) }
        </>
    };
    section("time", words.time(), inside)
}

/// All zones that the browser knows; the person's own and the device's in any case.
fn zone_options(own: &Zone, device: Option<&Zone>) -> Rc<[(AttrValue, AttrValue)]> {
    let mut names = intl::zones();
    names.extend([Some(own), device].into_iter().flatten().map(|zone| zone.as_str().to_owned()));
    names.push(Zone::utc().as_str().to_owned());
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let label = name.replace('_', " ");
            (AttrValue::from(name), AttrValue::from(label))
        })
        .collect()
}
