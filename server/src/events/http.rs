//! `/events`: server-sent events (WHATWG HTML §9.2).

use super::{Events, hub::Opened, queue::Taken};
use crate::{error::Error, http::CurrentAccount, sessions, state::State};
use actix_web::{HttpRequest, HttpResponse, web};
use daymark_shared::{event::Event, problem::Problem};
use futures_util::stream;
use std::{convert::Infallible, fmt::Write as _, time::Duration};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

/// How often something is sent, so that nobody on the way takes the stream for dead.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How often the database is asked whether the session goes on. One that ends is heard of at once, by the process that
/// ended it and, with Valkey, by all.
const CHECK: Duration = Duration::from_secs(5);

/// The description of these routes.
#[derive(utoipa::OpenApi)]
#[openapi(paths(events))]
pub struct Api;

/// Registers the routes.
pub fn configure(config: &mut web::ServiceConfig) {
    config.service(web::resource("/events").get(events));
}

/// Hear what changes
///
/// A stream of server-sent events, each with an id and an `Event` in JSON as its data. It begins with what was missed
/// since `Last-Event-ID`, or with `resync` where that is not known. It lasts as long as the session does.
#[utoipa::path(get, path = "/api/v1/events", tag = "events",
    params(("Last-Event-ID" = Option<String>, Header)),
    responses((status = 200, body = Event, content_type = "text/event-stream"), (status = 401, body = Problem)))]
async fn events(
    state: web::Data<State>,
    who: CurrentAccount,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let seen = request.headers().get("last-event-id").and_then(|id| id.to_str().ok());
    let reader = Reader::open(state, who, seen);
    let chunks = stream::unfold(reader, async |mut reader| {
        let chunk = reader.next().await?;
        Some((Ok::<_, Infallible>(chunk), reader))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // For proxies that are not told otherwise.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(Box::pin(chunks)))
}

/// A stream on its way to whoever reads it; it is closed when it is dropped.
struct Reader {
    state: web::Data<State>,
    events: Events,
    opened: Opened,
    heartbeat: Interval,
    check: Interval,
}

impl Reader {
    fn open(state: web::Data<State>, who: CurrentAccount, seen: Option<&str>) -> Self {
        let events = state.events.clone();
        let opened = events.open(who, seen);
        Self { state, events, opened, heartbeat: every(HEARTBEAT), check: every(CHECK) }
    }

    /// What to send next; `None` where the stream ends.
    async fn next(&mut self) -> Option<web::Bytes> {
        loop {
            match self.opened.queue.take() {
                Taken::Events(events) => {
                    self.heartbeat.reset();
                    return Some(self.write(&events).into());
                }
                Taken::Nothing => {}
                Taken::End => return None,
            }
            tokio::select! {
                () = self.opened.queue.news() => {}
                _ = self.heartbeat.tick() => return Some(web::Bytes::from_static(b":\n\n")),
                _ = self.check.tick() => {
                    // Where the database does not answer the stream ends, and whoever reads comes again.
                    if !sessions::goes_on(&self.state, self.opened.who).await.unwrap_or_default() {
                        return None;
                    }
                }
            }
        }
    }

    fn write(&self, events: &[(u64, Event)]) -> String {
        let mut text = String::new();
        for (number, event) in events {
            let json = serde_json::to_string(event).unwrap_or_default();
            // Writing to a string cannot fail.
            let _ = write!(text, "id: {}\ndata: {json}\n\n", self.opened.id(*number));
        }
        text
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.events.closed(&self.opened);
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
