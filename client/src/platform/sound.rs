//! A soft chime. Browsers let a page make sounds only after the person has touched it.

use super::events::listen;
use crate::kept::use_watch;
use std::cell::RefCell;
use web_sys::{AudioContext, AudioContextState, OscillatorType};
use yew::prelude::*;

thread_local! {
    static CONTEXT: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Asks for sound; to be called from a click or a key press, or the chime stays silent.
fn unlock() {
    CONTEXT.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = AudioContext::new().ok();
        }
        if let Some(context) = slot
            && context.state() == AudioContextState::Suspended
        {
            let _ = context.resume();
        }
    });
}

/// The same, if the person has touched something before.
fn unlock_if_touched() {
    let active = js_sys::Reflect::get(&super::window().navigator(), &"userActivation".into())
        .and_then(|activation| js_sys::Reflect::get(&activation, &"hasBeenActive".into()));
    if active.is_ok_and(|active| active.is_truthy()) {
        unlock();
    }
}

/// Asks for sound when the page appears, or as soon as the person touches something.
#[hook]
pub fn use_sound() {
    use_watch((), |()| {
        unlock_if_touched();
        let listeners = ["pointerdown", "keydown"].map(|name| listen(&super::window(), name, |_| unlock()));
        move || drop(listeners)
    });
}

/// Two soft notes, one after the other: something has ended. Silent until the person has touched something.
pub fn chime() {
    CONTEXT.with_borrow(|slot| {
        // One that is not allowed to play yet would play it all later.
        if let Some(context) = slot
            && context.state() == AudioContextState::Running
        {
            let start = context.current_time() + 0.02;
            let _ = note(context, 659.25, start);
            let _ = note(context, 880.0, start + 0.16);
        }
    });
}

fn note(context: &AudioContext, hertz: f32, start: f64) -> Result<(), wasm_bindgen::JsValue> {
    let (voice, volume) = (context.create_oscillator()?, context.create_gain()?);
    voice.set_type(OscillatorType::Sine);
    voice.frequency().set_value(hertz);
    // A quick swell and a long fade, so that nothing clicks.
    volume.gain().set_value_at_time(0.000_1, start)?;
    volume.gain().exponential_ramp_to_value_at_time(0.16, start + 0.02)?;
    volume.gain().exponential_ramp_to_value_at_time(0.000_1, start + 0.7)?;
    voice.connect_with_audio_node(&volume)?;
    volume.connect_with_audio_node(&context.destination())?;
    voice.start_with_when(start)?;
    voice.stop_with_when(start + 0.75)
}
