//! Servers on loopback that keep what they are sent.

use crate::background::Background;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How long is waited for what should arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a server behaves.
#[derive(Debug, Clone)]
enum Manner {
    /// It answers calls with this status.
    Http(u16),
    /// It answers calls with this type and text.
    Page(&'static str, Arc<str>),
    /// It takes mail.
    Smtp,
    /// It takes none.
    RefusingSmtp,
    /// It takes connections, and never says a word.
    Silent,
}

type Caught = Arc<Mutex<Vec<String>>>;

/// A server that keeps what it is sent: calls with their heads, and mails with their envelopes.
pub struct Catcher {
    background: Background,
    caught: Caught,
}

impl Catcher {
    /// A web server that answers with a status.
    #[must_use]
    pub fn http(status: u16) -> Self {
        Self::start(Manner::Http(status))
    }

    /// A web server with one page.
    #[must_use]
    pub fn page(content_type: &'static str, text: &str) -> Self {
        Self::start(Manner::Page(content_type, text.into()))
    }

    /// A mail server.
    #[must_use]
    pub fn smtp() -> Self {
        Self::start(Manner::Smtp)
    }

    /// A mail server that refuses every recipient.
    #[must_use]
    pub fn refusing_smtp() -> Self {
        Self::start(Manner::RefusingSmtp)
    }

    /// A server that hangs.
    #[must_use]
    pub fn silent() -> Self {
        Self::start(Manner::Silent)
    }

    fn start(manner: Manner) -> Self {
        let caught = Caught::default();
        let kept = Arc::clone(&caught);
        let background = Background::serve(move |listener| accept(listener, manner, kept));
        Self { background, caught }
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.background.address.port()
    }

    /// Its address on the web.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.background.address)
    }

    /// What it was sent so far.
    #[must_use]
    pub fn caught(&self) -> Vec<String> {
        let caught = self.caught.lock();
        caught.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it was sent, once that is so many.
    ///
    /// # Panics
    /// When they do not come.
    pub async fn wait_for(&self, count: usize) -> Vec<String> {
        let began = Instant::now();
        loop {
            let caught = self.caught();
            if caught.len() >= count {
                return caught;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{count} were awaited and came: {caught:#?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

async fn accept(listener: TcpListener, manner: Manner, caught: Caught) {
    while let Ok((stream, _)) = listener.accept().await {
        let (manner, caught) = (manner.clone(), Arc::clone(&caught));
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            // Who breaks off has sent nothing.
            let _ = match manner {
                Manner::Http(status) => {
                    let answer = format!("HTTP/1.1 {status} Answer\r\nContent-Length: 0");
                    http(&mut stream, &answer, "", &caught).await
                }
                Manner::Page(kind, text) => {
                    let length = text.len();
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}"
                    );
                    http(&mut stream, &head, &text, &caught).await
                }
                Manner::Smtp => smtp(&mut stream, false, &caught).await,
                Manner::RefusingSmtp => smtp(&mut stream, true, &caught).await,
                Manner::Silent => stream.read_to_end(&mut Vec::new()).await.map(|_| ()),
            };
        });
    }
}

fn keep(caught: &Caught, text: String) {
    let mut caught = caught.lock().unwrap_or_else(PoisonError::into_inner);
    caught.push(text);
}

async fn http(
    stream: &mut BufReader<TcpStream>,
    answer: &str,
    page: &str,
    caught: &Caught,
) -> std::io::Result<()> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        head.push_str(&line);
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    keep(caught, head + &String::from_utf8_lossy(&body));
    let answer = format!("{answer}\r\nConnection: close\r\n\r\n{page}");
    stream.write_all(answer.as_bytes()).await
}

async fn smtp(
    stream: &mut BufReader<TcpStream>,
    refuses: bool,
    caught: &Caught,
) -> std::io::Result<()> {
    stream.write_all(b"220 catcher\r\n").await?;
    let (mut all, mut in_data) = (String::new(), false);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        all.push_str(&line);
        let word = line.trim_end();
        let answer = match word {
            "." if in_data => "250 taken\r\n",
            _ if in_data => continue,
            "DATA" => "354 go on\r\n",
            "QUIT" => "221 bye\r\n",
            _ if refuses && word.starts_with("RCPT") => {
                "550 nobody here: quoting canary-refusal\r\n"
            }
            _ => "250 ok\r\n",
        };
        if in_data && word == "." {
            keep(caught, std::mem::take(&mut all));
        }
        in_data = word == "DATA";
        stream.write_all(answer.as_bytes()).await?;
    }
}
