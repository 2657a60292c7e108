//! Makes connections, to addresses that were checked and to nothing else.
//!
//! The name is looked up here, each address found is judged, and the connection goes to the very address that passed:
//! nobody looks the name up again in between. An address that is written out takes the same way.

use super::{
    failure::Fault,
    network::{Network, Pending},
    policy::Policy,
    stream::{Open, Stream},
    target::Refusal,
    tls::Tls,
};
use hyper::{Uri, http::uri::Scheme};
use hyper_util::rt::TokioIo;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{net::TcpStream, time::timeout};
use tower_service::Service;

/// How long a look-up may take, how long connecting, and how long the handshake: each of them.
const STEP: Duration = Duration::from_secs(2);

/// Addresses of one name that are tried at most, so that each has time.
const ADDRESSES: usize = 4;

/// Connects for hyper.
#[derive(Clone)]
pub(super) struct Connector {
    pub policy: Arc<Policy>,
    pub network: Arc<dyn Network>,
    pub tls: Arc<Tls>,
    pub open: Open,
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = Fault;
    type Future = Pending<Result<TokioIo<Stream>, Fault>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(&uri).await.map(TokioIo::new) })
    }
}

impl Connector {
    async fn connect(&self, uri: &Uri) -> Result<Stream, Fault> {
        let secure = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host().ok_or(Refusal::Malformed)?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });

        let addresses = self.permitted(&self.addresses(host).await?, secure, port)?;
        let tcp = self.first(&addresses).await?;
        let stream = if secure {
            let handshake = timeout(STEP, self.tls.handshake(host, tcp)).await;
            Stream::new(handshake.map_err(|_| Fault::Tls)??, &self.open)
        } else {
            Stream::new(tcp, &self.open)
        };
        Ok(stream)
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Fault> {
        if let Ok(written_out) = host.parse() {
            return Ok(vec![written_out]);
        }
        let found = timeout(STEP, self.network.resolve(host)).await;
        match found.map_err(|_| Fault::Dns)?.map_err(|_| Fault::Dns)? {
            none if none.is_empty() => Err(Fault::Dns),
            some => Ok(some),
        }
    }

    /// Those that a connection may go to; the first one's reason where there is none.
    fn permitted(&self, found: &[IpAddr], secure: bool, port: u16) -> Result<Vec<SocketAddr>, Refusal> {
        let mut refusal = Refusal::Address;
        let mut permitted = Vec::new();
        for ip in found.iter().rev() {
            match self.policy.permits(*ip, secure, port) {
                Ok(()) => permitted.push(SocketAddr::new(ip.to_canonical(), port)),
                Err(reason) => refusal = reason,
            }
        }
        permitted.reverse();
        permitted.truncate(ADDRESSES);
        if permitted.is_empty() { Err(refusal) } else { Ok(permitted) }
    }

    /// One after the other, each with its share of the time that is left.
    async fn first(&self, addresses: &[SocketAddr]) -> Result<TcpStream, Fault> {
        let share = STEP / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
        for address in addresses {
            if let Ok(Ok(stream)) = timeout(share, self.network.connect(*address)).await {
                return Ok(stream);
            }
        }
        Err(Fault::Connect)
    }
}
