//! Traces arrive at a collector, and it is no matter where there is none.

use crate::{
    process::{Process, agent, send, sign_up},
    sink::Sink,
};
use daymark_server::clock::monotonic;
use serde_json::{Value, json};
use std::{net::TcpListener, thread, time::Duration};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CHANNEL: &str = "018f0000-0001-7004-8000-000000000001";

/// All spans of a trace that the collector has got so far.
fn spans(collector: &Sink, trace: &str) -> Vec<Value> {
    let received = collector.received();
    assert!(received.iter().all(|request| request.head.starts_with("POST /otlp/v1/traces ")), "{received:?}");
    let all = received.iter().flat_map(|request| {
        let resource = &request.body["resourceSpans"][0];
        assert_eq!(attribute(&resource["resource"], "service.name"), json!({ "stringValue": "daymark" }));
        resource["scopeSpans"][0]["spans"].as_array().unwrap().clone()
    });
    all.filter(|span| span["traceId"] == trace).collect()
}

fn attribute(of: &Value, key: &str) -> Value {
    let all = of["attributes"].as_array().unwrap();
    all.iter().find(|attribute| attribute["key"] == key).map_or(Value::Null, |found| found["value"].clone())
}

/// Waits for the span of this name.
#[track_caller]
fn span(collector: &Sink, name: &str) -> Value {
    let end = monotonic() + Duration::from_secs(30);
    loop {
        let spans = spans(collector, TRACE);
        if let Some(span) = spans.iter().find(|span| span["name"] == name) {
            return span.clone();
        }
        assert!(monotonic() < end, "never told: {name}: {spans:#?}");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_collector_is_told_what_a_request_set_off() {
    let (data, collector, sink) = (tempfile::tempdir().unwrap(), Sink::start(), Sink::start());
    let endpoint = format!("{}/otlp/", collector.url);
    let mut process = Process::with("api", data.path(), &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    let api = process.api();
    let token = sign_up(&api);
    let hook = json!({ "id": CHANNEL, "name": "Kohlrabi", "target": { "webhook": { "url": format!("{}/hook", sink.url) } } });
    send(&format!("{api}/channels"), &token, TRACE, "POST", &hook);
    send(&format!("{api}/channels/{CHANNEL}/test"), &token, TRACE, "POST", &json!({}));

    let request = span(&collector, "POST /api/v1/channels");
    assert_eq!(request["kind"], 2);
    assert_eq!(request["parentSpanId"], "");
    assert_eq!(attribute(&request, "http.response.status_code"), json!({ "intValue": "201" }));
    assert_eq!(attribute(&request, "http.route"), json!({ "stringValue": "/api/v1/channels" }));
    let number = |span: &Value, key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
    let within = |inner: &Value| {
        inner["parentSpanId"] == request["spanId"]
            && number(inner, "startTimeUnixNano") >= number(&request, "startTimeUnixNano")
            && number(inner, "endTimeUnixNano") > number(inner, "startTimeUnixNano")
    };
    span(&collector, "write");
    let written = spans(&collector, TRACE).into_iter().filter(|span| span["name"] == "write");
    assert!(written.into_iter().any(|write| within(&write)), "{:#?}", spans(&collector, TRACE));
    let sent = span(&collector, "deliver");
    assert_eq!(sent["kind"], 3);
    assert_eq!(attribute(&sent, "channel"), json!({ "stringValue": "webhook" }));
    assert_eq!(attribute(&sent, "outcome"), json!({ "stringValue": "delivered" }));

    // What happened last is told before the process ends.
    agent().get(format!("{api}/kohlrabi?mira")).header("x-request-id", TRACE).call().unwrap();
    process.stop();
    assert!(
        spans(&collector, TRACE).iter().any(|span| span["name"] == "GET none"),
        "{:#?}",
        collector.received()
    );
    let told = format!("{:?}", collector.received());
    for secret in ["mira", "ohlrabi", CHANNEL, &sink.url, &token] {
        assert!(!told.contains(secret), "{secret}");
    }
}

#[test]
fn a_collector_that_is_not_there_is_in_nobodys_way() {
    let data = tempfile::tempdir().unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{nobody}");
    let mut process = Process::with("api", data.path(), &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    let api = process.api();
    let token = sign_up(&api);
    let warned = process.line("the collector takes no traces: they are lost");
    assert_eq!(warned["level"], "warn");
    let mine =
        agent().get(format!("{api}/account")).header("authorization", format!("Bearer {token}")).call();
    assert_eq!(mine.unwrap().status(), 200);
    process.stop();
    let log = process.log.lock().unwrap();
    let warnings = log.iter().filter(|line| line["msg"] == warned["msg"]).count();
    assert_eq!(warnings, 1, "it is said once");
}
