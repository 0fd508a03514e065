//! The TCP proxy: every toxic does what it says, in its direction, and healing ends it.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};
use weir_testkit::proxy::{Direction, Proxy, Toxic};

/// Long enough for anything that is not to be waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that answers with what it is sent, behind a proxy.
fn echo() -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::start(&listener.local_addr().unwrap().to_string());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut copy = stream.try_clone().unwrap();
                // A client that is cut off is what is being tested.
                let _ = std::io::copy(&mut copy, &mut stream);
                let _ = stream.shutdown(Shutdown::Write);
            });
        }
    });
    proxy
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn ask(stream: &mut TcpStream, what: &[u8]) -> std::io::Result<Vec<u8>> {
    stream.write_all(what)?;
    let mut answer = vec![0; what.len()];
    stream.read_exact(&mut answer)?;
    Ok(answer)
}

#[test]
fn nothing_is_changed_without_a_toxic_and_everything_is_counted() {
    let proxy = echo();
    let mut stream = connect(&proxy);
    let text = vec![7; 100_000];
    let mut sender = stream.try_clone().unwrap();
    let sent = text.clone();
    let sending = std::thread::spawn(move || {
        sender.write_all(&sent).unwrap();
        sender.shutdown(Shutdown::Write).unwrap();
    });
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    sending.join().unwrap();
    assert!(answer == text);
    assert_eq!(proxy.connections(), 1);
    assert_eq!(proxy.bytes(Direction::Up), 100_000);
    assert_eq!(proxy.bytes(Direction::Down), 100_000);
}

#[test]
fn latency_delays_each_piece_and_healing_ends_it() {
    let proxy = echo();
    let mut stream = connect(&proxy);
    proxy.set(
        Direction::Down,
        Toxic::Latency {
            delay: Duration::from_millis(300),
            jitter: Duration::from_millis(50),
            seed: 1,
        },
    );
    let began = Instant::now();
    ask(&mut stream, b"one").unwrap();
    assert!(began.elapsed() >= Duration::from_millis(300));
    proxy.heal();
    let began = Instant::now();
    ask(&mut stream, b"two").unwrap();
    assert!(began.elapsed() < Duration::from_millis(300));
}

#[test]
fn bandwidth_is_slow_and_moves_all_the_time() {
    let proxy = echo();
    let mut stream = connect(&proxy);
    proxy.set(
        Direction::Up,
        Toxic::Bandwidth {
            bytes_per_second: 10_000,
        },
    );
    let began = Instant::now();
    ask(&mut stream, &[1; 5_000]).unwrap();
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(450), "{took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_cut_ends_the_connection_after_the_bytes_that_may_pass() {
    let proxy = echo();
    proxy.set(Direction::Down, Toxic::CutAfter { bytes: 10 });
    let mut stream = connect(&proxy);
    stream.write_all(&[1; 50]).unwrap();
    let mut answer = Vec::new();
    // The rest of what was sent makes the end a reset on some systems.
    let _ = stream.read_to_end(&mut answer);
    assert_eq!(answer.len(), 10);
}

#[test]
fn a_reset_is_told_as_one() {
    let proxy = echo();
    proxy.set(Direction::Down, Toxic::ResetAfter { bytes: 10 });
    let mut stream = connect(&proxy);
    stream.write_all(&[1; 10]).unwrap();
    let mut answer = Vec::new();
    let error = stream.read_to_end(&mut answer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_black_hole_takes_everything_and_stays_open() {
    let proxy = echo();
    proxy.set(Direction::Up, Toxic::BlackHole);
    let mut stream = connect(&proxy);
    stream
        .set_read_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let error = ask(&mut stream, b"anyone?").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    assert_eq!(proxy.bytes(Direction::Up), 0);
}

#[test]
fn a_half_close_ends_one_direction_only() {
    let proxy = echo();
    proxy.set(Direction::Down, Toxic::HalfClose { bytes: 3 });
    let mut stream = connect(&proxy);
    stream.write_all(b"abcdef").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, b"abc");
    stream.write_all(b"still going up").unwrap();
    let began = Instant::now();
    while proxy.bytes(Direction::Up) < 20 {
        assert!(began.elapsed() < PATIENCE, "nothing went up any more");
        std::thread::yield_now();
    }
}

#[test]
fn refused_connections_are_reset_and_others_live_on() {
    let proxy = echo();
    let mut open = connect(&proxy);
    ask(&mut open, b"before").unwrap();
    proxy.set(Direction::Up, Toxic::Refuse);
    proxy.only_connection(2);
    // It may fail as early as the connection is made.
    if let Ok(mut refused) = TcpStream::connect(proxy.address()) {
        assert!(ask(&mut refused, b"me?").is_err());
    }
    ask(&mut open, b"after").unwrap();
    // Whether the one that failed early was counted is the system's choice: the next may be it.
    assert!((0..2).any(|_| ask(&mut connect(&proxy), b"a later one").is_ok()));
}

#[test]
fn it_leaves_nothing_behind_when_it_is_dropped() {
    let proxy = echo();
    let address = proxy.address();
    let mut stream = connect(&proxy);
    ask(&mut stream, b"hello").unwrap();
    drop(proxy);
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer);
    assert!(ended.is_err() || answer.is_empty());
    assert!(TcpStream::connect(address).is_err());
}
