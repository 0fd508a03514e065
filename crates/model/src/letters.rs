//! Letters that change how others are shown.

/// Whether a letter moves the cursor, colours or hides what follows, or turns it around: nothing
/// that somebody else wrote may bring it to a terminal, a message or a page.
#[must_use]
pub fn steers(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
