//! Moving the bytes of one connection, as well or as badly as the toxics say.

use super::toxic::{Direction, Toxic};
use crate::faults::random::Random;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The most bytes that are moved at once.
const PIECE: usize = 64 * 1024;
/// How often a slow line moves.
const TICK: Duration = Duration::from_millis(50);

/// What the proxy and its connections share.
pub(super) struct Shared {
    target: String,
    up: watch::Sender<Option<Toxic>>,
    down: watch::Sender<Option<Toxic>>,
    /// The one connection that toxics are for; 0 for all.
    pub(super) only: AtomicU64,
    pub(super) connections: AtomicU64,
    passed_up: AtomicU64,
    passed_down: AtomicU64,
}

impl Shared {
    pub(super) fn new(target: String) -> Self {
        Self {
            target,
            up: watch::Sender::new(None),
            down: watch::Sender::new(None),
            only: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            passed_up: AtomicU64::new(0),
            passed_down: AtomicU64::new(0),
        }
    }

    fn channel(&self, direction: Direction) -> &watch::Sender<Option<Toxic>> {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }

    pub(super) fn set(&self, direction: Direction, toxic: Option<Toxic>) {
        self.channel(direction).send_replace(toxic);
    }

    pub(super) fn passed(&self, direction: Direction) -> &AtomicU64 {
        match direction {
            Direction::Up => &self.passed_up,
            Direction::Down => &self.passed_down,
        }
    }

    /// What is wrong with a direction of a connection.
    fn toxic(&self, direction: Direction, connection: u64) -> Option<Toxic> {
        let only = self.only.load(Ordering::SeqCst);
        let meant = only == 0 || only == connection;
        meant.then(|| self.channel(direction).borrow().clone())?
    }

    fn refuses(&self, connection: u64) -> bool {
        [Direction::Up, Direction::Down]
            .iter()
            .any(|direction| self.toxic(*direction, connection) == Some(Toxic::Refuse))
    }
}

/// Takes connections for ever. Dropped, every connection is closed.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut open = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let number = shared.connections.fetch_add(1, Ordering::SeqCst) + 1;
        if shared.refuses(number) {
            reset(&client);
            continue;
        }
        open.spawn(connection(client, Arc::clone(&shared), number));
        while open.try_join_next().is_some() {}
    }
}

/// Whoever reads or writes next is told that the connection was reset.
fn reset(stream: &TcpStream) {
    // A stream that is gone needs no reset.
    let _ = stream.set_zero_linger();
}

/// How one direction ended.
enum End {
    /// The sender closed it, and so it was closed to the receiver.
    Closed,
    /// The whole connection is to go.
    Cut,
    /// The same, rudely.
    Reset,
}

async fn connection(client: TcpStream, shared: Arc<Shared>, number: u64) {
    let Ok(server) = TcpStream::connect(&shared.target).await else {
        // A server that is not there: as if nobody listened here either.
        reset(&client);
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let mut up = Pipe::new(&shared, Direction::Up, number, from_client, to_server);
    let mut down = Pipe::new(&shared, Direction::Down, number, from_server, to_client);
    if matches!(both(up.run(), down.run()).await, End::Reset) {
        for Pipe { from, to, .. } in [up, down] {
            reset(from.as_ref());
            // Dropped, it would be closed in good order first.
            to.forget();
        }
    }
}

/// Runs both directions until both were closed, or one ends the connection.
async fn both(up: impl Future<Output = End>, down: impl Future<Output = End>) -> End {
    tokio::pin!(up, down);
    let (end, up_ended) = tokio::select! {
        end = &mut up => (end, true),
        end = &mut down => (end, false),
    };
    match end {
        End::Closed if up_ended => down.await,
        End::Closed => up.await,
        end => end,
    }
}

/// One direction of a connection.
struct Pipe {
    shared: Arc<Shared>,
    direction: Direction,
    number: u64,
    toxics: watch::Receiver<Option<Toxic>>,
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    passed: u64,
    /// Of a slow line: when the last piece has gone.
    line_is_free: Instant,
    /// Seeded by the toxic in use.
    random: Option<(u64, Random)>,
}

impl Pipe {
    fn new(
        shared: &Arc<Shared>,
        direction: Direction,
        number: u64,
        from: OwnedReadHalf,
        to: OwnedWriteHalf,
    ) -> Self {
        Self {
            toxics: shared.channel(direction).subscribe(),
            shared: Arc::clone(shared),
            direction,
            number,
            from,
            to,
            passed: 0,
            line_is_free: Instant::now(),
            random: None,
        }
    }

    /// Moves bytes until an end.
    async fn run(&mut self) -> End {
        let mut buffer = vec![0; PIECE];
        loop {
            self.toxics.borrow_and_update();
            let toxic = self.shared.toxic(self.direction, self.number);
            let most = self.most(toxic.as_ref());
            if most == 0 {
                match toxic {
                    Some(Toxic::HalfClose { .. }) => {
                        // The other side may have gone already.
                        let _ = self.to.shutdown().await;
                        return End::Closed;
                    }
                    Some(Toxic::ResetAfter { .. }) => return End::Reset,
                    _ => return End::Cut,
                }
            }
            let Some(room) = buffer.get_mut(..most) else {
                return End::Cut;
            };
            let read = tokio::select! {
                biased;
                _ = self.toxics.changed() => continue,
                read = self.from.read(room) => read,
            };
            match read {
                Err(_) => return End::Reset,
                Ok(0) => {
                    let _ = self.to.shutdown().await;
                    return End::Closed;
                }
                Ok(count) => {
                    let piece = buffer.get(..count).unwrap_or_default().to_vec();
                    if let Some(end) = self.pass_on(&piece, toxic.as_ref()).await {
                        return end;
                    }
                }
            }
        }
    }

    /// The most bytes to take next; 0 when no more may pass.
    fn most(&self, toxic: Option<&Toxic>) -> usize {
        let piece = match toxic {
            Some(Toxic::Bandwidth { bytes_per_second }) => {
                let tick = u64::try_from(TICK.as_millis()).unwrap_or(1);
                (bytes_per_second.saturating_mul(tick) / 1000).max(1)
            }
            Some(toxic) => toxic.allows(self.passed).unwrap_or(u64::MAX),
            None => u64::MAX,
        };
        usize::try_from(piece).unwrap_or(PIECE).min(PIECE)
    }

    async fn pass_on(&mut self, piece: &[u8], toxic: Option<&Toxic>) -> Option<End> {
        match toxic {
            Some(Toxic::BlackHole) => return None,
            Some(Toxic::Refuse) => return Some(End::Reset),
            Some(Toxic::Latency {
                delay,
                jitter,
                seed,
            }) => {
                tokio::time::sleep(*delay + self.jittered(*jitter, *seed)).await;
            }
            Some(Toxic::Bandwidth { bytes_per_second }) => {
                let rate = (*bytes_per_second).max(1);
                let micros = (piece.len() as u64).saturating_mul(1_000_000) / rate;
                // From when the last piece should have gone, so that delays do not add up.
                let begins = self.line_is_free.max(Instant::now() - TICK);
                self.line_is_free = begins + Duration::from_micros(micros);
                tokio::time::sleep_until(self.line_is_free).await;
            }
            _ => {}
        }
        if self.to.write_all(piece).await.is_err() {
            return Some(End::Reset);
        }
        self.passed += piece.len() as u64;
        let total = self.shared.passed(self.direction);
        total.fetch_add(piece.len() as u64, Ordering::SeqCst);
        None
    }

    /// Between nothing and `most`, by the seed and the connection's number.
    fn jittered(&mut self, most: Duration, seed: u64) -> Duration {
        let seed = seed.wrapping_add(self.number);
        let current = self.random.take().filter(|(known, _)| *known == seed);
        let (_, random) = self
            .random
            .insert(current.unwrap_or_else(|| (seed, Random::new(seed))));
        let most = usize::try_from(most.as_micros()).unwrap_or(usize::MAX - 1);
        Duration::from_micros(random.below(most + 1) as u64)
    }
}
