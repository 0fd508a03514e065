//! What a round of messages looks like on each way.

use crate::message::Message;
use weir_model::letters::steers;

/// The most messages that are written out in one round; the rest is counted.
const MOST: usize = 20;
/// The longest line, in characters.
const LONGEST: usize = 600;

/// One line that says what a round is about.
pub(crate) fn subject(messages: &[&Message]) -> String {
    match messages {
        [one] => line(&one.title),
        [first, rest @ ..] => format!("{} and {} more", line(&first.title), rest.len()),
        [] => String::new(),
    }
}

/// Plain text, for mail.
pub(crate) fn plain(messages: &[&Message]) -> String {
    whole(messages, |text| text, |command| format!("    {command}"))
}

/// Text for Slack: what it would take for markup is escaped, the command stands in a code span.
pub(crate) fn slack(messages: &[&Message]) -> String {
    let code = |command: String| format!("`{}`", escaped(&command).replace('`', "'"));
    whole(messages, |text| escaped(&text), code)
}

fn whole(
    messages: &[&Message],
    text: impl Fn(String) -> String,
    command: impl Fn(String) -> String,
) -> String {
    let mut blocks: Vec<String> = Vec::new();
    for message in messages.iter().take(MOST) {
        let lines = [&message.title].into_iter().chain(&message.lines);
        let mut lines: Vec<String> = lines.map(|written| text(line(written))).collect();
        lines.extend(message.command.iter().map(|next| command(line(next))));
        blocks.push(lines.join("\n"));
    }
    if let Some(more) = messages.len().checked_sub(MOST).filter(|more| *more > 0) {
        blocks.push(format!("and {more} more"));
    }
    blocks.join("\n\n")
}

/// One line of at most so many characters, without what steers a terminal, turns text around or
/// ends a header.
fn line(text: &str) -> String {
    let shown = text.chars().take(LONGEST);
    shown
        .map(|letter| if steers(letter) { ' ' } else { letter })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use weir_config::Event;

    fn message(title: &str) -> Message {
        Message {
            kind: Event::Failure,
            environment: "staging".to_owned(),
            app: None,
            job: None,
            run: None,
            title: title.to_owned(),
            lines: Vec::new(),
            command: Some("weir logs 1".to_owned()),
            at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn slack_takes_no_markup_from_a_text() {
        let shown = slack(&[&message("<!channel> a & b")]);
        assert_eq!(shown, "&lt;!channel&gt; a &amp; b\n`weir logs 1`");
    }

    #[test]
    fn a_subject_is_one_line() {
        let odd = message("failed\r\nBcc: all@private.example");
        assert_eq!(subject(&[&odd]), "failed  Bcc: all@private.example");
        assert!(subject(&[&odd, &odd]).ends_with(" and 1 more"));
    }
}
