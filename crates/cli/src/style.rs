//! Colours, where they help: on a terminal, unless the reader asked for none.

use std::io::IsTerminal;

/// Whether text for one stream is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    coloured: bool,
}

/// What a piece of text means; each meaning has one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// All is well.
    Good,
    /// Worth a look.
    Doubtful,
    /// Wrong.
    Bad,
    /// A heading.
    Strong,
    /// Beside the point.
    Faint,
}

impl Style {
    /// The style for a stream.
    pub(crate) fn of(stream: &impl IsTerminal) -> Self {
        Self {
            coloured: stream.is_terminal() && colours_wanted(),
        }
    }

    /// Text without any look, for a pipe or a file.
    #[cfg(test)]
    pub(crate) const PLAIN: Self = Self { coloured: false };

    /// Whether escape codes may be written.
    pub(crate) fn is_coloured(self) -> bool {
        self.coloured
    }

    /// The text in a tone.
    pub(crate) fn paint(self, tone: Tone, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        if !self.coloured {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Good => "32",
            Tone::Doubtful => "33",
            Tone::Bad => "1;31",
            Tone::Strong => "1",
            Tone::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// The two conventions programs agree on: `NO_COLOR` (not empty) and `TERM=dumb`.
fn colours_wanted() -> bool {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    !no_color && !dumb
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_for_a_pipe_has_no_escape_codes() {
        let coloured = Style { coloured: true };
        assert_eq!(Style::PLAIN.paint(Tone::Bad, "down"), "down");
        assert_eq!(
            coloured.paint(Tone::Bad, "down"),
            "\u{1b}[1;31mdown\u{1b}[0m"
        );
    }
}
