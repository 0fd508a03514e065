//! Connections: how many, for how long, and how they end.

use super::State;
use super::door::{self, Peer, Site};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use weir_engine::Cancel;

/// How many may be connected at once; the next ones wait to be accepted.
const MOST: usize = 256;
/// How long the head of a request may take, and how long a connection may be idle.
const HEAD: Duration = Duration::from_secs(15);
/// How long a connection lives at most, so that who reads slowly does not keep it for ever.
const LIFE: Duration = Duration::from_secs(600);
/// How long requests at work may take once a stop was asked for.
const GRACE: Duration = Duration::from_secs(5);
/// How long to wait when the system has no connection to give.
const BREATH: Duration = Duration::from_millis(100);

/// Answers on `listener` until `cancel` is told to stop.
pub async fn serve(listener: TcpListener, state: State, cancel: Cancel) {
    let address = listener.local_addr();
    let is_loopback = address.is_ok_and(|address| address.ip().is_loopback());
    let site = Site::new(state, is_loopback, &cancel);
    let router = door::router(&site);
    let places = Arc::new(Semaphore::new(MOST));
    let mut connections = JoinSet::new();
    connections.spawn(async move { site.look_at_operators().await });
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = async {
            // Never closed, so that a place always comes.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = cancel.cancelled() => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let (router, cancel) = (router.clone(), cancel.clone());
        connections.spawn(async move {
            connection(stream, peer, router, &cancel).await;
            drop(place);
        });
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, ended).await;
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, cancel: &Cancel) {
    let _ = stream.set_nodelay(true);
    let router = router.layer(axum::Extension(Peer(peer.ip().to_canonical())));
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let connection =
        server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let over = async {
        tokio::select! {
            () = tokio::time::sleep(LIFE) => {}
            () = cancel.cancelled() => {}
        }
    };
    tokio::select! {
        // However it ends, nobody is left to tell.
        _ = connection.as_mut() => return,
        () = over => connection.as_mut().graceful_shutdown(),
    }
    let _ = tokio::time::timeout(GRACE, connection).await;
}
