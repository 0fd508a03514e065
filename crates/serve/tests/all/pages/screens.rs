//! Every screen, filled with the samples.

use super::samples;
use maud::Markup;
use weir_serve::pages::{self, Frame};

/// A screen with its name and its address.
pub(super) struct Screen {
    pub(super) name: &'static str,
    pub(super) path: &'static str,
    pub(super) page: Markup,
}

/// Who looks; operators are offered actions.
pub(super) fn frame(path: &str, operator: bool) -> Frame {
    Frame {
        person: operator.then(|| "alice".to_owned()),
        may_act: operator,
        form_token: operator.then(|| "3f9a".to_owned()),
        path: path.to_owned(),
        now: samples::now(),
    }
}

/// All of them. `text` goes wherever others write; `lines` are so many more lines of the log.
pub(super) fn all(text: &str, lines: usize) -> Vec<Screen> {
    let mut screens = Vec::new();
    let mut add = |name, path: &'static str, page: &dyn Fn(&Frame) -> Markup| {
        let page = page(&frame(path, true));
        screens.push(Screen { name, path, page });
    };
    add("overview", "/", &|frame| {
        pages::overview(&samples::overview(text), frame)
    });
    add("tonight", "/tonight", &|frame| {
        pages::tonight(&samples::tonight(text), frame)
    });
    add(
        "runs",
        "/runs?environment=staging&app=whitehall",
        &|frame| pages::runs(&samples::runs(text), frame),
    );
    add("run", "/runs/20261127T021500Z-3", &|frame| {
        pages::run(&samples::run_at_work(text, lines), frame)
    });
    add("run-failed", "/runs/20261127T011500Z-9", &|frame| {
        pages::run(&samples::run_failed(text), frame)
    });
    add("backups", "/backups?environment=production", &|frame| {
        pages::backups(&samples::backups(text), frame)
    });
    add(
        "backup",
        "/backups/staging/whitehall/20261127T0215",
        &|frame| pages::backup(&samples::backup(text), frame),
    );
    add("drills", "/drills", &|frame| {
        pages::drills(&samples::drills(text), frame)
    });
    add("drill-report", "/drills/report", &|frame| {
        pages::drill_report(&samples::drills(text), frame)
    });
    add("sanitising", "/sanitising", &|frame| {
        pages::sanitising(&samples::sanitising(text), frame)
    });
    add("holds", "/holds", &|frame| {
        pages::holds(&samples::holds(text), frame)
    });
    add(
        "confirm",
        "/actions/rollback?job=staging%2Fwhitehall",
        &|frame| pages::confirm(&samples::confirm(text), frame),
    );
    add("problem", "/runs/nothing", &|frame| {
        pages::problem(&samples::problem(text), frame)
    });
    let path = "/sign-in?next=%2Fruns";
    let page = pages::sign_in(Some(text), "/runs", &frame(path, false));
    screens.push(Screen {
        name: "sign-in",
        path,
        page,
    });
    screens
}
