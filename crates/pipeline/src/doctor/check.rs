use serde::Serialize;
use weir_engine::{Finding, Severity};
use weir_model::error::{Error, Kind};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Worth knowing, and no fault; also what cannot be told from here.
    Note,
    /// It works today; somebody should look.
    Warning,
    /// A run would fail, or what it makes could not be used.
    Failure,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// `ENVIRONMENT`, or `ENVIRONMENT/APP` with the database where there are several.
    pub place: String,
    /// What was looked at: `secret`, `store`, `state`, `clock`, `lifecycle`, `database`…
    pub about: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// What was found, in words.
    pub what: String,
    /// What to do about it: a command, a grant, or what to look at.
    pub fix: Option<String>,
    /// The kind of error that a run would end with, for a failure.
    pub kind: Option<&'static str>,
}

impl Check {
    /// The exit code that a failure asks for.
    pub(super) fn exit_code(&self) -> Option<u8> {
        let kind = self.kind?;
        let known = Kind::ALL.into_iter().find(|known| known.slug() == kind);
        known.map(Kind::exit_code)
    }
}

/// A check before it is known how it comes out.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    place: String,
    about: &'static str,
}

impl Subject {
    pub(super) fn new(place: impl Into<String>, about: &'static str) -> Self {
        Self {
            place: place.into(),
            about,
        }
    }

    /// What it is about: an environment, or a database in words.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    fn check(&self, verdict: Verdict, what: impl Into<String>, fix: Option<String>) -> Check {
        Check {
            place: self.place.clone(),
            about: self.about,
            verdict,
            what: what.into(),
            fix,
            kind: None,
        }
    }

    pub(super) fn ok(&self, what: impl Into<String>) -> Check {
        self.check(Verdict::Ok, what, None)
    }

    pub(super) fn note(&self, what: impl Into<String>) -> Check {
        self.check(Verdict::Note, what, None)
    }

    pub(super) fn warning(&self, what: impl Into<String>, fix: impl Into<String>) -> Check {
        self.check(Verdict::Warning, what, Some(fix.into()))
    }

    pub(super) fn failure(
        &self,
        kind: Kind,
        what: impl Into<String>,
        fix: impl Into<String>,
    ) -> Check {
        Check {
            kind: Some(kind.slug()),
            ..self.check(Verdict::Failure, what, Some(fix.into()))
        }
    }

    /// What went wrong, as a failure of its kind.
    pub(super) fn error(&self, error: &Error) -> Check {
        let what = format!("{}: {}", error.doing(), error.cause());
        let fix = error.hint_text().unwrap_or("see the page of its kind");
        let page = format!("{fix} (docs/errors/{}.md)", error.kind().slug());
        self.failure(error.kind(), what, page)
    }

    /// What an engine found; a failure is of `kind`.
    pub(super) fn finding(&self, kind: Kind, finding: Finding) -> Check {
        let verdict = match finding.severity {
            Severity::Well => Verdict::Ok,
            Severity::Note => Verdict::Note,
            Severity::Warning => Verdict::Warning,
            Severity::Failure => Verdict::Failure,
        };
        Check {
            kind: (verdict == Verdict::Failure).then(|| kind.slug()),
            ..self.check(verdict, finding.what, finding.fix)
        }
    }
}
