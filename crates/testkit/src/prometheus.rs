//! A Prometheus and a Pushgateway of one's own, on free ports of the loopback, gone with whoever
//! started them. `scripts/test` fetches Debian's.

// A test kit fails by panicking: there is nobody to return an error to.
#![allow(clippy::expect_used)]
// A condition of another process is polled.
#![allow(clippy::disallowed_methods)]

use crate::keeper::Keeper;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take to start, and a condition to come true.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs the program with its arguments until its owner is gone.
const KEEP: &str = r#"
folder=$1 port=$2 program=$5
shift 5
command -v "$program" >/dev/null || { echo "it is not there: scripts/test fetches it"; exit; }
"$program" "$@" --web.listen-address="127.0.0.1:$port" </dev/null >"$folder/log" 2>&1 &
server=$!
echo "ready $port"
exec >&-
cat >/dev/null
kill $server 2>/dev/null
wait $server
"#;

/// A server that answers over HTTP.
pub struct HttpServer {
    address: String,
    folder: TempDir,
    _keeper: Keeper,
}

/// A Pushgateway.
///
/// # Panics
/// When it does not start.
#[must_use]
pub fn pushgateway() -> HttpServer {
    HttpServer::start("prometheus-pushgateway", |_| Vec::new())
}

/// A Prometheus that every second scrapes these addresses, and evaluates these rules. Labels stay
/// as they were pushed.
///
/// # Panics
/// When it does not start.
#[must_use]
pub fn prometheus(targets: &[&str], rules: &str) -> HttpServer {
    let targets: Vec<String> = targets.iter().map(|target| format!("'{target}'")).collect();
    let config = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [rules.yaml]\nscrape_configs:\n  - job_name: weir\n    honor_labels: true\n    static_configs: [{{targets: [{}]}}]\n",
        targets.join(", ")
    );
    HttpServer::start("prometheus", |folder| {
        let write = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).expect("write a file for Prometheus");
        };
        write("prometheus.yaml", &config);
        write("rules.yaml", rules);
        let (config, data) = (folder.join("prometheus.yaml"), folder.join("data"));
        vec![
            format!("--config.file={}", config.display()),
            format!("--storage.tsdb.path={}", data.display()),
        ]
    })
}

impl HttpServer {
    fn start(program: &str, arguments: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().expect("make a folder for a server");
        let arguments = arguments(folder.path());
        let mut settings = vec![program];
        settings.extend(arguments.iter().map(String::as_str));
        let (keeper, port) = Keeper::start(program, KEEP, [folder.path()], &settings);
        let server = Self {
            address: format!("127.0.0.1:{port}"),
            folder,
            _keeper: keeper,
        };
        server.wait_for("/-/ready", |_| true);
        server
    }

    /// Its host and port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What it answers, once that is so.
    ///
    /// # Panics
    /// When that does not come to be.
    pub fn wait_for(&self, path: &str, is_so: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        loop {
            let answer = self.get(path).unwrap_or_default();
            if let Some((head, body)) = answer.split_once("\r\n\r\n")
                && head.starts_with("HTTP/1.0 200")
                && is_so(body)
            {
                return body.to_owned();
            }
            let log = || std::fs::read_to_string(self.folder.path().join("log"));
            assert!(
                began.elapsed() < PATIENCE,
                "{path} of {} does not come to that:\n{answer}\n{}",
                self.address,
                log().unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn get(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address);
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}
