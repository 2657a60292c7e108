//! The network below: names to addresses, addresses to connections. Tests put their own in its place.

use super::look_ups::Places;
use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    pin::Pin,
    thread,
};
use tokio::{net::TcpStream, sync::oneshot};

/// Something that is being waited for.
pub type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a [`super::Outbound`] reaches the network by. It waits no longer than it has time, whatever these do.
pub trait Network: Send + Sync + 'static {
    /// The addresses of a name, the best first.
    fn resolve(&self, name: &str) -> Pending<io::Result<Vec<IpAddr>>>;

    /// A connection to exactly this address, which has been checked.
    fn connect(&self, address: SocketAddr) -> Pending<io::Result<TcpStream>>;
}

/// The system's: `getaddrinfo`, with all that the machine is set up to ask, and TCP.
#[derive(Default)]
pub(super) struct System {
    places: Places,
}

impl Network for System {
    /// Nothing ends a `getaddrinfo` but the system, which may take half a minute. So each has a thread of its own, which
    /// keeps its place when nobody waits for it any more, and which does not hold up the end of the process.
    fn resolve(&self, name: &str) -> Pending<io::Result<Vec<IpAddr>>> {
        let (name, place) = (name.to_owned(), self.places.wait());
        Box::pin(async move {
            let place = place.await?;
            let (tell, told) = oneshot::channel();
            let look_up = move || {
                let found = (name.as_str(), 0).to_socket_addrs();
                drop(place);
                // Nobody may be waiting any more.
                let _ = tell.send(found.map(|found| found.map(|address| address.ip()).collect()));
            };
            thread::Builder::new().name("look-up".to_owned()).spawn(look_up)?;
            told.await.map_err(io::Error::other)?
        })
    }

    fn connect(&self, address: SocketAddr) -> Pending<io::Result<TcpStream>> {
        Box::pin(async move {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            Ok(stream)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn the_system_knows_this_machine() {
        let found = System::default().resolve("localhost").await.unwrap();
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback), "{found:?}");
    }
}
