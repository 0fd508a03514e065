//! Databases that cannot be entered.

use super::folders::database_in;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::LazyLock;
use weir_engine::{Endpoint, Secret, TargetPolicy};
use weir_testkit::conformance::Unusable;
use weir_testkit::postgres::PostgresServer;

/// A server that is none, on a port of its own: it answers with a row of somebody's.
static SOMETHING_ELSE: LazyLock<u16> = LazyLock::new(|| {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let port = listener.local_addr().expect("ask for the port").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            // Whoever hangs up early has heard enough.
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(b"HTTP/1.1 400 person-1@generation-1.example\r\n\r\n");
        }
    });
    port
});

/// All of them, on the server of that folder and elsewhere.
pub(crate) fn unusable(folder: &Path) -> Vec<Unusable> {
    let server = PostgresServer::shared_in(folder);
    let database = database_in(folder, "it");
    let socket = folder.display();
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
    let at = |port: u16| format!("postgres://weir@127.0.0.1:{port}/{database}");
    vec![
        case(
            "a wrong password",
            server.tcp_url(server.guest(), &database),
            Some("wrong"),
        ),
        case(
            "no password",
            server.tcp_url(server.guest(), &database),
            None,
        ),
        case(
            "a role that is not there",
            server.url(&database).replace("weir@", "nobody-here@"),
            None,
        ),
        case(
            "a server without the database that others are made from",
            format!("{}&maintenance_database=not-here", server.url(&database)),
            None,
        ),
        case("a port that nobody listens on", at(1), None),
        case(
            "a socket that is not there",
            format!("postgres://weir@/{database}?host={socket}"),
            None,
        ),
        case("something else", at(*SOMETHING_ELSE), None),
        case(
            "an address of something else",
            "sqlite:///it.db".to_owned(),
            None,
        ),
        case("an address without a database", server.url(""), None),
    ]
}
