//! The one client for everything that a person can point at an address: push endpoints, ntfy servers, webhooks.
//!
//! It reaches the public internet by https, and what the operator allows besides; it follows no redirect, knows no
//! proxy and no cookie, and has a limit for each wait and each size (`docs/outbound.md`). It logs nothing.

mod address;
mod answer;
mod connector;
mod failure;
mod look_ups;
mod network;
mod policy;
mod services;
mod stream;
mod target;
mod tls;

pub use answer::{Answer, BODY, LONGEST_WAIT};
pub use failure::{Failure, Fault};
pub use hyper::{HeaderMap, Method, header};
pub use look_ups::{on_behalf_of, whose};
pub use network::{Network, Pending};
pub use services::{NoPushService, PushService, SAMPLES};
pub use target::{LONGEST, Purpose, Refusal, Target};
pub use tls::{OpenError, certificates};

use crate::{clock::monotonic, config};
use connector::Connector;
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    header::{CONNECTION, HeaderValue, USER_AGENT},
};
use hyper_util::{
    client::legacy::{Client, connect::capture_connection},
    rt::{TokioExecutor, TokioTimer},
};
use ipnet::IpNet;
use network::System;
use policy::Policy;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};
use stream::Open;
use tls::Tls;
use tokio::time::{Instant, timeout_at};

/// How long a request takes at most, whatever its caller grants: looking up, connecting, asking, reading.
pub const WHOLE: Duration = Duration::from_secs(5);

/// How long a connection is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(60);

/// Connections that are kept for one host at most: half as many as messages are on their way at once, so that a rush to
/// one push service does not open (and secure) a new one for each.
const IDLE_PER_HOST: usize = 128;

/// With so many connections open, a further one is closed after its answer.
const KEPT: usize = 256;

/// Octets of an answer's head at most.
const HEAD: usize = 32 * 1024;

/// Asks others. Clones share its connections.
#[derive(Clone)]
pub struct Outbound {
    policy: Arc<Policy>,
    client: Client<Connector, Full<Bytes>>,
    open: Open,
    longest: Duration,
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request {
    /// Whom.
    pub target: Target,
    /// How.
    pub method: Method,
    /// Header fields of the caller; `Host`, `Content-Length` and `User-Agent` are added.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// How long all of it may take: [`WHOLE`] at most, unless the client is [`Outbound::trusted`].
    pub deadline: Duration,
}

impl Outbound {
    /// A client by the operator's rules.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn new(config: &config::Outbound) -> Result<Self, OpenError> {
        Self::on(Arc::new(System::default()), config)
    }

    /// For addresses that the operator has configured: they may be anywhere, by http too, and a request may take so long.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn trusted(config: &config::Outbound, longest: Duration) -> Result<Self, OpenError> {
        let anywhere = [IpAddr::from(Ipv4Addr::UNSPECIFIED), Ipv6Addr::UNSPECIFIED.into()].map(everything);
        let config = config::Outbound { allow: anywhere.to_vec(), ..config.clone() };
        Ok(Self { longest, ..Self::new(&config)? })
    }

    /// The same on another network: tests look at what would be reached.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn on(network: Arc<dyn Network>, config: &config::Outbound) -> Result<Self, OpenError> {
        let (policy, open) = (Arc::new(Policy::new(config.clone())), Open::default());
        let connector = Connector {
            policy: policy.clone(),
            network,
            tls: Arc::new(Tls::new(config)?),
            open: open.clone(),
        };
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(IDLE_PER_HOST)
            .http1_max_buf_size(HEAD)
            .build(connector);
        Ok(Self { policy, client, open, longest: WHOLE })
    }

    /// Judges an address as soon as somebody gives it; and again before each request, since rules change.
    ///
    /// # Errors
    /// [`Refusal`], which is a [`Violation`](daymark_shared::problem::Violation) to whoever gave it.
    pub fn target(&self, text: &str, purpose: Purpose) -> Result<Target, Refusal> {
        self.policy.target(text, purpose)
    }

    /// Asks, and waits for the answer. How many ask at once is the caller's business.
    ///
    /// Once the status is known there is an answer, though the body be cut off.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn send(&self, request: Request) -> Result<Answer, Failure> {
        let deadline = Instant::from_std(monotonic()) + request.deadline.min(self.longest);
        let mut outgoing = hyper::Request::new(Full::from(request.body));
        *outgoing.uri_mut() = request.target.into_uri();
        *outgoing.method_mut() = request.method;
        *outgoing.headers_mut() = request.headers;
        let own = HeaderValue::from_static(concat!("Daymark/", env!("CARGO_PKG_VERSION")));
        outgoing.headers_mut().entry(USER_AGENT).or_insert(own);
        if self.open.count() >= KEPT {
            outgoing.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }

        let connection = capture_connection(&mut outgoing);
        let connected = || connection.connection_metadata().is_some();
        match timeout_at(deadline, self.client.request(outgoing)).await {
            Err(_) => Err(Failure { fault: Fault::Timeout, sent: connected() }),
            Ok(Err(error)) => Err(Failure::of(&error, connected())),
            Ok(Ok(response)) => Ok(read(response, deadline).await),
        }
    }
}

/// The network of all addresses of this kind.
fn everything(kind: IpAddr) -> IpNet {
    IpNet::new_assert(kind, 0)
}

/// Keeps the beginning of the body; a connection whose body is not read to its end is closed.
async fn read(response: hyper::Response<Incoming>, deadline: Instant) -> Answer {
    let (head, mut incoming) = response.into_parts();
    let (mut body, mut whole) = (Vec::new(), false);
    while let Ok(next) = timeout_at(deadline, incoming.frame()).await {
        let Some(frame) = next else {
            whole = true;
            break;
        };
        let Ok(frame) = frame else { break };
        let octets = frame.data_ref().map_or(&[][..], |octets| octets);
        let room = BODY - body.len();
        body.extend_from_slice(&octets[..octets.len().min(room)]);
        if octets.len() > room {
            break;
        }
    }
    Answer { status: head.status.as_u16(), headers: head.headers, body, whole }
}
