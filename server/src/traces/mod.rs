//! Traces for whoever wants to see where time goes (`OTEL_EXPORTER_OTLP_ENDPOINT`): as OTLP 1.x in JSON, by HTTP.
//!
//! A trace is what one request, or one reminder, has set off; its id is the request's id in the log where that has the form
//! of one (nginx's has, and so has a reminder's). The spans are those of [`tracing`] that are named in [`NAMES`]. Where no
//! endpoint is set none of this is there, and a span costs nothing.

mod exporter;
mod layer;
mod otlp;

pub use exporter::Exporter;
pub use layer::{Spans, answered};

use crate::config::Config;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::{Layer, Registry, filter::filter_fn, registry::LookupSpan};

/// The spans that are told of.
const NAMES: [&str; 5] = ["request", "send", "deliver", "read", "write"];

/// Begins to export, where there is somewhere to export to. What is still waiting is sent when the exporter is dropped.
///
/// # Errors
/// In words for the operator.
pub fn start<S>(config: &Config) -> Result<Option<(Exporter, impl Layer<S> + use<S>)>, String>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let Some(endpoint) = &config.traces.endpoint else { return Ok(None) };
    let exporter = Exporter::start(endpoint, config.outbound.ca_file.clone())?;
    let spans = Spans::new(exporter.queue());
    Ok(Some((exporter, spans.with_filter(filter_fn(is_told)))))
}

fn is_told(span: &Metadata<'_>) -> bool {
    span.is_span() && span.target().starts_with("daymark_server") && NAMES.contains(&span.name())
}

/// What all spans lie in.
type Root = Registry;
