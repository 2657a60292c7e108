//! On whose behalf the name of a channel's address is looked up: each account has its share of look-ups.

use crate::desk::{Desk, reminder};
use daymark_server::{
    channels,
    outbound::{Network, Outbound, Pending, whose},
};
use daymark_shared::ids::AccountId;
use serde_json::json;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};
use tokio::net::TcpStream;

/// Knows no name, and who asked for one.
#[derive(Clone, Default)]
struct Listens(Arc<Mutex<Vec<Option<AccountId>>>>);

impl Network for Listens {
    fn resolve(&self, _: &str) -> Pending<io::Result<Vec<IpAddr>>> {
        self.0.lock().unwrap().push(whose());
        Box::pin(async { Err(io::Error::other("no such name")) })
    }

    fn connect(&self, _: SocketAddr) -> Pending<io::Result<TcpStream>> {
        Box::pin(async { Err(io::Error::other("there is no address")) })
    }
}

#[actix_web::test]
async fn a_message_is_its_persons_and_so_is_a_test() {
    let network = Listens::default();
    let mut desk = Desk::open(&[]).await;
    let state = Arc::get_mut(&mut desk.state).unwrap();
    state.outbound = Outbound::on(Arc::new(network.clone()), &state.config.outbound).unwrap();
    let id = desk.channel(json!({ "webhook": { "url": "https://lamp.example/hook" } })).await.id;
    desk.send(id, &reminder()).await;
    channels::test(&desk.state, desk.account, id).await.unwrap();
    assert_eq!(*network.0.lock().unwrap(), [Some(desk.account); 2]);
}
