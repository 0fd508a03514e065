//! Servers on loopback that keep what they are sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

/// A server of one connection: its port, and what it is sent.
pub(crate) struct Catcher {
    pub(crate) port: u16,
    pub(crate) caught: Receiver<String>,
}

impl Catcher {
    fn start(serve: impl FnOnce(TcpStream) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, caught) = channel();
        std::thread::spawn(move || sender.send(serve(listener.accept().unwrap().0)));
        Self { port, caught }
    }

    /// Answers a call with this status.
    pub(crate) fn http(status: &'static str) -> Self {
        Self::start(move |stream| {
            let mut reader = BufReader::new(stream);
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                head.push_str(&line);
                if line.trim().is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
            reader.get_mut().write_all(answer.as_bytes()).unwrap();
            head + &String::from_utf8(body).unwrap()
        })
    }

    /// Takes one mail.
    pub(crate) fn smtp() -> Self {
        Self::start(|stream| {
            let mut reader = BufReader::new(stream);
            let mut all = String::new();
            let mut in_data = false;
            reader.get_mut().write_all(b"220 catcher\r\n").unwrap();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    return all;
                }
                all.push_str(&line);
                let answer: &[u8] = match line.trim_end() {
                    "." if in_data => b"250 taken\r\n",
                    _ if in_data => continue,
                    "DATA" => b"354 go on\r\n",
                    _ => b"250 ok\r\n",
                };
                in_data = line.trim_end() == "DATA";
                reader.get_mut().write_all(answer).unwrap();
                if line.trim_end() == "." {
                    return all;
                }
            }
        })
    }
}
