//! Databases that cannot be entered.

use super::folders::database_in;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::LazyLock;
use weir_engine::{Endpoint, Secret, TargetPolicy};
use weir_testkit::conformance::Unusable;
use weir_testkit::mariadb::MariadbServer;

/// A server that is none, on a port of its own: it greets with a row of somebody's.
static SOMETHING_ELSE: LazyLock<u16> = LazyLock::new(|| {
    answering(|stream| {
        // Whoever hangs up early has heard enough.
        let _ = stream.write_all(b"HTTP/1.1 400 person-1@generation-1.example\r\n\r\n");
    })
});

/// A server that is none and says nothing.
static SILENCE: LazyLock<u16> = LazyLock::new(|| {
    answering(|stream| {
        let _ = stream.read(&mut [0; 64]);
    })
});

fn answering(answer: impl Fn(&mut std::net::TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let port = listener.local_addr().expect("ask for the port").port();
    let answer = std::sync::Arc::new(answer);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answer = std::sync::Arc::clone(&answer);
            std::thread::spawn(move || answer(&mut stream));
        }
    });
    port
}

/// All of them, on the server of that folder and elsewhere.
pub(crate) fn unusable(folder: &Path) -> Vec<Unusable> {
    let server = MariadbServer::shared_in(folder);
    let database = database_in(folder, "it");
    let case = |why, url: String, password: Option<&str>| Unusable {
        why,
        endpoint: Endpoint {
            url,
            database: "it".to_owned(),
            password: password.map(Secret::new),
            owner: None,
            policy: TargetPolicy::default(),
        },
    };
    let at = |port: u16| format!("mysql://weir@127.0.0.1:{port}/{database}");
    let by_socket = |user: &str, socket: &Path| {
        let socket = socket.display();
        format!("mysql://{user}@/{database}?socket={socket}")
    };
    vec![
        case(
            "a wrong password",
            server.tcp_url(server.superuser(), &database),
            Some("wrong"),
        ),
        case(
            "no password",
            server.tcp_url(server.superuser(), &database),
            None,
        ),
        case(
            "a user who may do nothing",
            server.tcp_url(server.guest(), &database),
            Some(&server.password()),
        ),
        case(
            "a user who is not there",
            by_socket("nobody-here", &server.socket()),
            None,
        ),
        case("a port that nobody listens on", at(1), None),
        case(
            "a socket that is not there",
            by_socket(&server.owner, &folder.join("socket")),
            None,
        ),
        case("something else", at(*SOMETHING_ELSE), None),
        case("something that says nothing", at(*SILENCE), None),
        case(
            "an address of something else",
            "sqlite:///it.db".to_owned(),
            None,
        ),
        case("an address without a database", server.url(""), None),
    ]
}
