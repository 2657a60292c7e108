//! Daymark in the browser.

mod api;
mod app;
mod civil;
mod i18n;
mod kept;
mod live;
mod not_found;
mod planning;
mod platform;
mod problems;
mod push;
mod reminders;
mod route;
mod routine;
mod run;
mod settings;
mod shell;
mod store;
mod today;
mod ui;
mod welcome;
mod words;

fn main() {
    let Some(root) = platform::document().get_element_by_id("app") else { return };
    store::begin(app::remembered());
    yew::Renderer::<app::App>::with_root(root).render();
}
