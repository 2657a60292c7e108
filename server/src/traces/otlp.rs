//! Spans as OTLP writes them in JSON: ids in hex, 64-bit numbers as text.

use serde_json::{Value, json};

/// A span that is over.
#[derive(Debug)]
pub(super) struct Finished {
    pub trace: [u8; 16],
    pub id: [u8; 8],
    pub parent: Option<[u8; 8]>,
    pub name: String,
    pub kind: Kind,
    /// Since 1970.
    pub began_ns: u128,
    pub ended_ns: u128,
    pub attributes: Vec<(&'static str, Value)>,
    pub failed: bool,
}

/// Which side of a conversation it is (`SpanKind`).
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Internal = 1,
    Server = 2,
    Client = 3,
}

/// The body of a request to `/v1/traces` (`ExportTraceServiceRequest`).
pub(super) fn request(spans: &[Finished]) -> Value {
    let resource =
        [("service.name", json!("daymark")), ("service.version", json!(env!("CARGO_PKG_VERSION")))];
    let spans: Vec<Value> = spans.iter().map(span).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": attributes(&resource) },
        "scopeSpans": [{ "scope": { "name": "daymark" }, "spans": spans }],
    }] })
}

fn span(span: &Finished) -> Value {
    json!({
        "traceId": hex(&span.trace),
        "spanId": hex(&span.id),
        "parentSpanId": span.parent.as_ref().map(|id| hex(id)).unwrap_or_default(),
        "name": span.name,
        "kind": span.kind as u8,
        "startTimeUnixNano": span.began_ns.to_string(),
        "endTimeUnixNano": span.ended_ns.to_string(),
        "attributes": attributes(&span.attributes),
        "status": if span.failed { json!({ "code": 2 }) } else { json!({}) },
    })
}

fn attributes(all: &[(&'static str, Value)]) -> Vec<Value> {
    let one = |(key, value): &(&'static str, Value)| {
        let value = match value {
            Value::Bool(yes) => json!({ "boolValue": yes }),
            Value::Number(number) if number.is_f64() => json!({ "doubleValue": number }),
            Value::Number(number) => json!({ "intValue": number.to_string() }),
            Value::String(text) => json!({ "stringValue": text }),
            other => json!({ "stringValue": other.to_string() }),
        };
        json!({ "key": key, "value": value })
    };
    all.iter().map(one).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
