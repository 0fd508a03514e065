//! Mail. What a server answers may quote what it was sent: errors hold its code alone.

use crate::message::Message;
use crate::render;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message as Mail, Tokio1Executor};
use std::net::IpAddr;
use weir_config::{Email, MailServer};
use weir_model::error::{Error, Kind, Result};

const DOING: &str = "send mail";

/// Sends a round as one mail.
pub(crate) async fn send(
    email: &Email,
    password: Option<&str>,
    messages: &[&Message],
) -> Result<String> {
    let answer = transport(email, password)?
        .send(mail(email, messages)?)
        .await
        .map_err(|error| refused(&error))?;
    Ok(format!("SMTP {}", answer.code()))
}

fn mail(email: &Email, messages: &[&Message]) -> Result<Mail> {
    let mut builder = Mail::builder()
        .from(mailbox(&email.from)?)
        .subject(format!("[weir] {}", render::subject(messages)));
    for to in &email.to {
        builder = builder.to(mailbox(to)?);
    }
    builder
        .body(render::plain(messages))
        .map_err(|_| Error::new(Kind::Internal, DOING, "the mail cannot be put together"))
}

fn mailbox(address: &str) -> Result<Mailbox> {
    address.parse().map_err(|_| {
        Error::new(Kind::Config, DOING, format!("{address} is no address"))
            .hint("correct it in the channel's `email`")
    })
}

fn transport(email: &Email, password: Option<&str>) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let server = &email.server;
    let parameters = TlsParameters::new(server.host.clone()).map_err(|_| {
        Error::new(
            Kind::Config,
            DOING,
            "this host's certificates cannot be read",
        )
    })?;
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
        .port(server.port)
        .tls(tls(server, password.is_some(), parameters));
    if let (Some(user), Some(password)) = (&email.user, password) {
        builder = builder.credentials(Credentials::new(user.clone(), password.to_owned()));
    }
    Ok(builder.build())
}

/// STARTTLS is used where it is offered; a password never crosses a network without it.
fn tls(server: &MailServer, password: bool, parameters: TlsParameters) -> Tls {
    if server.encrypted {
        Tls::Wrapper(parameters)
    } else if password && !is_loopback(&server.host) {
        Tls::Required(parameters)
    } else {
        Tls::Opportunistic(parameters)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse().map(|address: IpAddr| address.is_loopback());
    host == "localhost" || address.unwrap_or(false)
}

fn refused(error: &SmtpError) -> Error {
    let why = match error.status() {
        Some(code) => format!("the server answered {code}"),
        None if error.is_tls() => "the connection cannot be encrypted".to_owned(),
        None => "the server cannot be reached, or broke off".to_owned(),
    };
    Error::new(Kind::Config, DOING, why)
        .hint("check server, user and password of the channel, and the network")
}
