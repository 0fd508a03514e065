//! Connections: how many, for how long, and how they end.

use super::State;
use super::door::{self, Peer, Site};
use super::origin::neighbourhood;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use weir_engine::Cancel;

/// How many may be connected at once; the next ones wait to be accepted.
const MOST: usize = 256;
/// How many of them may come from one address, or one network of IPv6. Proxies on this machine stand
/// for many.
const MOST_OF_ONE: u32 = 32;
/// The largest head of a request, in bytes.
const HEAD_BYTES: usize = 32 * 1024;
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
    let shares = Shares::default();
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
        // Who has its share already is hung up on.
        let Some(share) = shares.take(peer.ip().to_canonical()) else {
            continue;
        };
        let (router, cancel) = (router.clone(), cancel.clone());
        connections.spawn(async move {
            connection(stream, peer, router, &cancel).await;
            drop((place, share));
        });
    }
    let ended = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, ended).await;
}

/// How many connections each address has.
#[derive(Default, Clone)]
struct Shares(Arc<Mutex<HashMap<IpAddr, u32>>>);

/// One of an address's connections, until it is dropped.
struct Share {
    shares: Shares,
    of: IpAddr,
}

impl Shares {
    fn take(&self, peer: IpAddr) -> Option<Share> {
        let of = neighbourhood(peer);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(of).or_default();
        if *count >= MOST_OF_ONE && !peer.is_loopback() {
            return None;
        }
        *count = count.saturating_add(1);
        let shares = self.clone();
        Some(Share { shares, of })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.of) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&self.of);
            }
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, router: Router, cancel: &Cancel) {
    let _ = stream.set_nodelay(true);
    let router = router.layer(axum::Extension(Peer(peer.ip().to_canonical())));
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_has_its_share_and_no_more() {
        let shares = Shares::default();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut held: Vec<_> = (0..MOST_OF_ONE)
            .map(|_| shares.take(one).unwrap())
            .collect();
        assert!(shares.take(one).is_none() && shares.take(other).is_some());
        held.pop();
        assert!(shares.take(one).is_some());
        drop(held);
        assert!(shares.0.lock().unwrap().is_empty());
        let here = "127.0.0.1".parse().unwrap();
        let held: Vec<_> = (0..MOST).map(|_| shares.take(here)).collect();
        assert!(held.iter().all(Option::is_some));
    }
}
