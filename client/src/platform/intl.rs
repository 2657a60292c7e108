//! The browser's `Intl`: its formatters, made once for each language and style.

use std::cell::RefCell;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type DateTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &JsValue) -> Result<DateTimeFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &DateTimeFormat, ms: f64) -> String;
    #[wasm_bindgen(method, js_name = formatRange)]
    fn format_range(this: &DateTimeFormat, from: f64, to: f64) -> String;
    #[wasm_bindgen(method, js_name = resolvedOptions)]
    fn resolved_options(this: &DateTimeFormat) -> Resolved;

    type Resolved;
    #[wasm_bindgen(method, getter, js_name = timeZone)]
    fn time_zone(this: &Resolved) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = hourCycle)]
    fn hour_cycle(this: &Resolved) -> Option<String>;

    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type NumberFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &JsValue) -> Result<NumberFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &NumberFormat, value: f64) -> String;

    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type PluralRules;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str) -> Result<PluralRules, JsValue>;
    #[wasm_bindgen(method)]
    fn select(this: &PluralRules, value: f64) -> String;

    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type RelativeTimeFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &JsValue) -> Result<RelativeTimeFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &RelativeTimeFormat, value: f64, unit: &str) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    type Locale;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(tag: &str) -> Result<Locale, JsValue>;
    #[wasm_bindgen(method, js_name = getWeekInfo, catch)]
    fn get_week_info(this: &Locale) -> Result<WeekInfo, JsValue>;
    // How some browsers still spell it.
    #[wasm_bindgen(method, getter, js_name = weekInfo)]
    fn week_info(this: &Locale) -> Option<WeekInfo>;

    type WeekInfo;
    #[wasm_bindgen(method, getter, js_name = firstDay)]
    fn first_day(this: &WeekInfo) -> u8;

    #[derive(Clone)]
    #[wasm_bindgen(js_namespace = Intl)]
    type ListFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &JsValue) -> Result<ListFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &ListFormat, list: &js_sys::Array) -> String;

    #[wasm_bindgen(js_namespace = Intl, js_name = supportedValuesOf, catch)]
    fn supported_values_of(key: &str) -> Result<js_sys::Array, JsValue>;
}

/// Made formatters by language and options: making one costs more than using it a hundred times.
struct Cache<T>(RefCell<Vec<(String, String, T)>>);

impl<T: Clone> Cache<T> {
    const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    fn get(&self, locale: &str, options: &str, make: fn(&str, &JsValue) -> Result<T, JsValue>) -> Option<T> {
        let mut made = self.0.borrow_mut();
        if let Some((_, _, found)) = made.iter().find(|(l, o, _)| l == locale && o == options) {
            return Some(found.clone());
        }
        let parsed = js_sys::JSON::parse(options).unwrap_or(JsValue::UNDEFINED);
        let new = make(locale, &parsed).ok()?;
        made.push((locale.to_owned(), options.to_owned(), new.clone()));
        Some(new)
    }
}

thread_local! {
    static DATES: Cache<DateTimeFormat> = const { Cache::new() };
    static NUMBERS: Cache<NumberFormat> = const { Cache::new() };
    static PLURALS: Cache<PluralRules> = const { Cache::new() };
    static RELATIVE: Cache<RelativeTimeFormat> = const { Cache::new() };
    static LISTS: Cache<ListFormat> = const { Cache::new() };
}

/// An instant in words. `options` is the JSON of `Intl.DateTimeFormat`'s. Empty for a zone that the browser does not know.
pub fn date(locale: &str, options: &str, ms: f64) -> String {
    DATES
        .with(|cache| cache.get(locale, options, DateTimeFormat::new))
        .map_or_else(String::new, |f| f.format(ms))
}

/// Year, month, day, hour, minute and second of an instant on the clock of a zone; `None` for a zone that the browser
/// does not know.
pub fn civil(zone: &str, ms: f64) -> Option<[i16; 6]> {
    let options = [
        r#"{"calendar":"gregory","numberingSystem":"latn","hourCycle":"h23","year":"numeric","month":"2-digit","day":"2-digit","hour":"2-digit","minute":"2-digit","second":"2-digit","timeZone":""#,
        zone,
        r#""}"#,
    ]
    .concat();
    // Sweden writes the year first: 2026-11-18 09:42:05.
    let text = date("sv-SE", &options, ms);
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    let mut next = || numbers.next();
    Some([next()?, next()?, next()?, next()?, next()?, next()?])
}

/// An instant on the clock of a zone, to the minute; on that of UTC, where the browser does not know the zone.
pub fn civil_now(zone: &str, at: jiff::Timestamp) -> jiff::civil::DateTime {
    civil(zone, at.as_millisecond() as f64)
        .and_then(|[year, month, day, hour, minute, _]| {
            let part = |value: i16| i8::try_from(value).ok();
            let date = jiff::civil::Date::new(year, part(month)?, part(day)?).ok()?;
            Some(date.to_datetime(jiff::civil::Time::new(part(hour)?, part(minute)?, 0, 0).ok()?))
        })
        .unwrap_or_else(|| jiff::tz::Offset::UTC.to_datetime(at))
}

/// A number in words. `options` is the JSON of `Intl.NumberFormat`'s.
pub fn number(locale: &str, options: &str, value: f64) -> String {
    NUMBERS
        .with(|cache| cache.get(locale, options, NumberFormat::new))
        .map_or_else(String::new, |f| f.format(value))
}

/// The plural form of a number: `one`, `other` …
pub fn plural(locale: &str, value: f64) -> String {
    PLURALS
        .with(|cache| cache.get(locale, "{}", |locale, _| PluralRules::new(locale)))
        .map_or_else(|| "other".to_owned(), |f| f.select(value))
}

/// So many units from now: “in 5 minutes”, “yesterday”.
pub fn relative(locale: &str, value: f64, unit: &str) -> String {
    RELATIVE
        .with(|cache| cache.get(locale, r#"{"numeric":"auto"}"#, RelativeTimeFormat::new))
        .map_or_else(String::new, |f| f.format(value, unit))
}

/// Things in a row: “a, b and c” with the kind `conjunction`, “a, b or c” with `disjunction`.
pub fn list(locale: &str, kind: &str, things: &[String]) -> String {
    let options = [r#"{"type":""#, kind, r#""}"#].concat();
    let array: js_sys::Array = things.iter().map(|thing| JsValue::from_str(thing)).collect();
    LISTS
        .with(|cache| cache.get(locale, &options, ListFormat::new))
        .map_or_else(|| things.join(", "), |f| f.format(&array))
}

/// The device's time zone.
pub fn device_zone() -> Option<String> {
    DateTimeFormat::new("en", &JsValue::UNDEFINED).ok()?.resolved_options().time_zone().map(renamed)
}

/// Whether a language counts hours to twelve.
pub fn counts_to_twelve(locale: &str) -> bool {
    let options = js_sys::JSON::parse(r#"{"hour":"numeric"}"#).unwrap_or(JsValue::UNDEFINED);
    DateTimeFormat::new(locale, &options)
        .ok()
        .and_then(|format| format.resolved_options().hour_cycle())
        .is_some_and(|cycle| cycle == "h12" || cycle == "h11")
}

/// Zones that browsers still call as the database did when they were first told of it, and what they are called now.
const RENAMED: [(&str, &str); 14] = [
    ("Africa/Asmera", "Africa/Asmara"),
    ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ("America/Godthab", "America/Nuuk"),
    ("America/Indianapolis", "America/Indiana/Indianapolis"),
    ("America/Louisville", "America/Kentucky/Louisville"),
    ("Asia/Calcutta", "Asia/Kolkata"),
    ("Asia/Katmandu", "Asia/Kathmandu"),
    ("Asia/Rangoon", "Asia/Yangon"),
    ("Asia/Saigon", "Asia/Ho_Chi_Minh"),
    ("Atlantic/Faeroe", "Atlantic/Faroe"),
    ("Europe/Kiev", "Europe/Kyiv"),
    ("Pacific/Enderbury", "Pacific/Kanton"),
    ("Pacific/Ponape", "Pacific/Pohnpei"),
    ("Pacific/Truk", "Pacific/Chuuk"),
];

/// What a zone is called now.
fn renamed(zone: String) -> String {
    RENAMED.iter().find(|(old, _)| *old == zone).map_or(zone, |(_, new)| (*new).to_owned())
}

/// Every time zone that the browser knows, by name; empty for one that does not tell.
pub fn zones() -> Vec<String> {
    let known = supported_values_of("timeZone").unwrap_or_default();
    let mut zones: Vec<String> = known.iter().filter_map(|zone| zone.as_string()).map(renamed).collect();
    zones.sort();
    zones.dedup();
    zones
}

/// The weekday on which the week begins where a language is spoken, from 1 for Monday to 7 for Sunday.
pub fn first_weekday(tag: &str) -> Option<u8> {
    let locale = Locale::new(tag).ok()?;
    locale.get_week_info().ok().or_else(|| locale.week_info()).map(|info| info.first_day())
}
