//! How `weir serve` runs.

use crate::fleet::{Serve, SignOn};
use crate::located::Located;
use crate::raw;
use crate::report::Report;
use crate::value::{Names, Viewing, host_name, is_web};
use crate::yaml::Spanned;

use super::environments::expanded_secret;

pub(super) fn expand(report: &Report, written: &raw::Serve) -> Serve {
    let usual = Serve::default();
    let sign_on = written.sign_on.as_ref();
    let serve = Serve {
        listen: field(report, "listen", written.listen.as_ref()).unwrap_or(usual.listen),
        hosts: hosts(report, &written.hosts),
        viewing: field(report, "viewing", written.viewing.as_ref()).unwrap_or(usual.viewing),
        operators: written.operators.as_ref().and_then(|operators| {
            let path = "serve.operators".to_owned();
            expanded_secret(report, operators, path, Names::default())
        }),
        sign_on: sign_on.and_then(|written| expand_sign_on(report, written)),
        session: field(report, "session", written.session.as_ref()).unwrap_or(usual.session),
        jobs: at_least_one(report, "jobs", written.jobs.as_ref()).unwrap_or(usual.jobs),
        jobs_per_server: at_least_one(report, "jobs_per_server", written.jobs_per_server.as_ref())
            .unwrap_or(usual.jobs_per_server),
        grace: field(report, "grace", written.grace.as_ref()).unwrap_or(usual.grace),
        pushgateway: field(report, "pushgateway", written.pushgateway.as_ref()),
        keep_runs: field(report, "keep_runs", written.keep_runs.as_ref())
            .unwrap_or(usual.keep_runs),
    };
    check_viewing(report, written, &serve);
    check_pushgateway(report, serve.pushgateway.as_ref());
    serve
}

fn field<T: Clone>(
    report: &Report,
    field: &str,
    written: Option<&Spanned<T>>,
) -> Option<Located<T>> {
    let written = written?;
    let origin = report.origin(written.span, format!("serve.{field}"));
    Some(origin.with(written.value.clone()))
}

fn hosts(report: &Report, written: &[Spanned<String>]) -> Vec<String> {
    for host in written {
        if host_name(&host.value).is_none() {
            report.problem(
                host.span,
                "this is no host",
                "",
                "the name alone as browsers send it, for example `weir.example.org`",
            );
        }
    }
    written.iter().map(|host| host.value.clone()).collect()
}

fn at_least_one(
    report: &Report,
    name: &str,
    written: Option<&Spanned<u32>>,
) -> Option<Located<u32>> {
    if let Some(none) = written.filter(|number| number.value == 0) {
        report.problem(
            none.span,
            format!("`{name}: 0` would never run a job"),
            "",
            "at least 1; `weir hold` keeps jobs from running for a time",
        );
    }
    field(report, name, written)
}

fn expand_sign_on(report: &Report, written: &Spanned<raw::SignOn>) -> Option<Located<SignOn>> {
    let raw::SignOn {
        header,
        proxies,
        operators,
    } = &written.value;
    let before = report.count();
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if header.value.is_empty() || !header.value.bytes().all(token) {
        report.problem(
            header.span,
            "this cannot be a header",
            "",
            "the name of the header alone, for example `X-Forwarded-User`",
        );
    }
    if proxies.value.is_empty() {
        report.problem(
            proxies.span,
            "no proxy is trusted",
            "nobody could sign on",
            "name the addresses that the proxy's requests come from, for example `[127.0.0.1]`",
        );
    }
    for name in operators.iter().filter(|name| name.value.is_empty()) {
        report.problem(
            name.span,
            "an operator without a name",
            "",
            "the name as the header has it",
        );
    }
    (report.count() == before).then(|| {
        let origin = report.origin(written.span, "serve.sign_on");
        origin.with(SignOn {
            header: header.value.clone(),
            proxies: proxies.value.iter().map(|proxy| proxy.value).collect(),
            operators: operators.iter().map(|name| name.value.clone()).collect(),
        })
    })
}

/// What a page shows must not be open to a network, or closed to everybody, by accident.
fn check_viewing(report: &Report, written: &raw::Serve, serve: &Serve) {
    if let Some(listen) = &written.listen
        && !listen.value.is_loopback()
        && written.viewing.is_none()
    {
        report.problem(
            listen.span,
            format!("nothing says who may look at {}", listen.value),
            "other machines reach it",
            "add `viewing: operators`, or `viewing: open` for whoever reaches it",
        );
    }
    let known = written.operators.is_some() || written.sign_on.is_some();
    if let Some(viewing) = &written.viewing
        && serve.viewing.value == Viewing::Operators
        && !known
    {
        report.problem(
            viewing.span,
            "there are no operators to look at the page",
            "",
            "add `operators: {file: PATH}`, a line for each with a name and a token; or `sign_on`",
        );
    }
}

fn check_pushgateway(report: &Report, pushgateway: Option<&Located<String>>) {
    let Some(address) = pushgateway else { return };
    if !is_web(&address.value) {
        report.problem(
            address.origin.span().unwrap_or_default(),
            "this Pushgateway is nowhere",
            "",
            "an http:// or https:// address, for example `http://pushgateway:9091`",
        );
    }
}
