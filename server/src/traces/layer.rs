//! From spans of [`tracing`] to finished ones.

use super::{
    Root,
    otlp::{Finished, Kind},
};
use crate::{
    clock::{Clock, monotonic},
    origin,
    vault::random,
};
use ring::digest;
use serde_json::{Value, json};
use std::{fmt, sync::mpsc::SyncSender, time::Instant};
use tracing::{
    Span, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

/// Hands spans that are over to the exporter. It never waits: where the exporter is behind, they are lost.
pub struct Spans {
    queue: SyncSender<Finished>,
    clock: Clock,
}

/// A span that goes on.
struct Running {
    span: Finished,
    begun: Instant,
}

impl Spans {
    pub(super) fn new(queue: SyncSender<Finished>) -> Self {
        Self { queue, clock: Clock::system() }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let around = span.scope().skip(1).find_map(|span| {
            let extensions = span.extensions();
            extensions.get::<Running>().map(|running| (running.span.trace, running.span.id))
        });
        // What jobs read and write, looking for work, belongs to nothing.
        if around.is_none() && matches!(span.name(), "read" | "write") {
            return;
        }
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let trace = fields.trace.or(around.map(|(trace, _)| trace)).unwrap_or_else(random);
        let kind = match span.name() {
            "request" => Kind::Server,
            "deliver" => Kind::Client,
            _ => Kind::Internal,
        };
        let began_ns = self.clock.now().as_nanosecond().unsigned_abs();
        let finished = Finished {
            trace,
            id: random(),
            parent: around.map(|(_, id)| id),
            name: span.name().to_owned(),
            kind,
            began_ns,
            ended_ns: began_ns,
            attributes: fields.all,
            failed: false,
        };
        span.extensions_mut().insert(Running { span: finished, begun: monotonic() });
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(running) = span.extensions_mut().get_mut::<Running>() {
            let mut fields = Fields::default();
            values.record(&mut fields);
            running.span.attributes.append(&mut fields.all);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        if let Some(Running { mut span, begun }) = span.extensions_mut().remove::<Running>() {
            span.ended_ns = span.began_ns + begun.elapsed().as_nanos();
            // Whoever works does not wait for whoever watches.
            let _ = self.queue.try_send(span);
        }
    }
}

/// Notes on a request's span what was answered. Its route becomes its name.
pub fn answered(span: &Span, method: &str, route: &str, status: u16) {
    span.with_subscriber(|(id, dispatch)| {
        let Some(span) = dispatch.downcast_ref::<Root>().and_then(|root| root.span(id)) else { return };
        if let Some(Running { span, .. }) = span.extensions_mut().get_mut::<Running>() {
            span.name = format!("{method} {route}");
            span.failed = status >= 500;
            span.attributes.extend([
                ("http.request.method", json!(method)),
                ("http.route", json!(route)),
                ("http.response.status_code", json!(status)),
            ]);
        }
    });
}

#[derive(Default)]
struct Fields {
    all: Vec<(&'static str, Value)>,
    trace: Option<[u8; 16]>,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == origin::FIELD {
            self.trace = Some(trace_of(value));
        }
        self.all.push((field.name(), json!(value)));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.all.push((field.name(), json!(value)));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.all.push((field.name(), json!(value)));
    }
}

/// The trace of a request id: itself, where it is 32 digits of hex (dashes do not count), or else a hash of it.
fn trace_of(request_id: &str) -> [u8; 16] {
    let digits: String = request_id.chars().filter(|c| *c != '-').collect();
    let of_hex = u128::from_str_radix(&digits, 16).ok().filter(|number| digits.len() == 32 && *number != 0);
    let mut id = [0; 16];
    match of_hex {
        Some(number) => id = number.to_be_bytes(),
        None => {
            let hash = digest::digest(&digest::SHA256, request_id.as_bytes());
            id.iter_mut().zip(hash.as_ref()).for_each(|(to, from)| *to = *from);
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_is_found_by_the_id_in_the_log() {
        let plain = trace_of("4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(plain[..4], [0x4b, 0xf9, 0x2f, 0x35]);
        assert_eq!(trace_of("4bf92f35-77b3-4da6-a3ce-929d0e0e4736"), plain);
        assert_ne!(trace_of("x0gkTDrQpZk36JZV"), trace_of("x0gkTDrQpZk36JZW"));
        assert_ne!(trace_of("00000000000000000000000000000000"), [0; 16], "that one would be no id");
    }
}
