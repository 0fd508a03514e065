//! One question: its answer, and a line for each exception.

use crate::session::Session;
use crate::style::Tone;
use weir_pipeline::status::{Exception, Question, Verdict};

/// Facts shown without `--verbose`: an exception is read, a long list of what is well is not.
const FACTS_SHOWN: usize = 5;

/// Prints the question with its answer.
pub(super) fn print(question: &Question, session: &Session) {
    let output = &session.output;
    let (mark, answer, tone) = answer(question);
    output.line(format!(
        "{} {}  {}",
        output.paint(tone, mark),
        output.paint(Tone::Strong, question.question),
        output.paint(tone, answer)
    ));
    for exception in &question.exceptions {
        output.line(format!("    {}", line(exception, session)));
    }
    let shown = if session.is_verbose() {
        usize::MAX
    } else {
        FACTS_SHOWN
    };
    for fact in question.facts.iter().take(shown) {
        output.line(format!("    {}", output.paint(Tone::Faint, fact)));
    }
    let more = question.facts.len().saturating_sub(shown);
    if more > 0 {
        output.line(format!("    and {more} more (shown with --verbose)"));
    }
}

/// A mark, a word and a tone. Each question is asked so that one of yes and no is the good
/// answer; which one depends on the question.
fn answer(question: &Question) -> (&'static str, &'static str, Tone) {
    let good = match question.id {
        "recoverable" | "due" => "yes",
        "broken" | "raw" => "no",
        "running" | "held" | "odd" => "nothing",
        _ => "as wanted",
    };
    let bad = match question.id {
        "recoverable" | "due" => "NO",
        "broken" | "raw" => "YES",
        _ => "see below",
    };
    match question.verdict {
        Verdict::Good
            if matches!(question.id, "running" | "held") && !question.facts.is_empty() =>
        {
            ("·", "", Tone::Faint)
        }
        Verdict::Good => ("✓", good, Tone::Good),
        Verdict::Unknown => ("?", "cannot be told from here", Tone::Doubtful),
        Verdict::Notice => ("!", "have a look", Tone::Doubtful),
        Verdict::Bad => ("✗", bad, Tone::Bad),
    }
}

/// Step, cause, what is serving now, the command to paste.
fn line(exception: &Exception, session: &Session) -> String {
    let tone = match exception.verdict {
        Verdict::Bad => Tone::Bad,
        Verdict::Good => Tone::Good,
        Verdict::Unknown | Verdict::Notice => Tone::Doubtful,
    };
    let output = &session.output;
    format!(
        "{} {}: {}; serving: {}; run: {}",
        output.paint(tone, &exception.place),
        exception.step,
        exception.cause,
        exception.serving,
        output.paint(Tone::Strong, session.pasteable(&exception.command))
    )
}
