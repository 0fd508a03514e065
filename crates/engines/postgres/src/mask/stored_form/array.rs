//! Arrays as servers write them: values in braces, parted by commas, quoted only where they could be
//! taken for something else.

use super::{StoredForm, Unfit, unfit};

/// How deep lists may lie in each other: as deep as the server takes them.
const MOST_DEPTH: usize = 6;
/// What lets a value be quoted, besides spaces.
const SPECIAL: [char; 5] = ['"', '\\', '{', '}', ','];
/// What counts as a space.
const SPACES: [char; 6] = [' ', '\t', '\n', '\r', '\x0b', '\x0c'];

/// An array as it is read back, each value in the form of its type.
pub(super) fn array(text: &str, element: &StoredForm) -> Result<String, Unfit> {
    let (bounds, values) = bounds(text.trim_matches(SPACES)).ok_or_else(no_array)?;
    let mut reader = Reader {
        rest: values,
        element,
        written: String::with_capacity(text.len()),
        has_values: false,
    };
    reader.written.push_str(bounds);
    reader.list(MOST_DEPTH)?;
    match (reader.rest.is_empty(), reader.has_values) {
        (true, true) => Ok(reader.written),
        (true, false) => Ok("{}".to_owned()),
        (false, _) => Err(no_array()),
    }
}

/// What an array says of where its numbers begin, as it is read back, and its values. From 1 on is
/// not said.
fn bounds(text: &str) -> Option<(&str, &str)> {
    if !text.starts_with('[') {
        return Some(("", text));
    }
    let (bounds, values) = text.split_once('=')?;
    let dimensions = bounds.split_inclusive(']').map(|dimension| {
        let inner = dimension.strip_prefix('[')?.strip_suffix(']')?;
        let (from, to) = inner.split_once(':')?;
        Some((from.parse::<i32>().ok()?, to.parse::<i32>().ok()?))
    });
    let dimensions: Vec<(i32, i32)> = dimensions.collect::<Option<_>>()?;
    let end = text.len() - values.len();
    match dimensions.iter().all(|(from, _)| *from == 1) {
        true => Some(("", values)),
        false => text.split_at_checked(end),
    }
}

fn no_array() -> Unfit {
    unfit("the rule makes something else than an array such as {a,\"b c\",NULL}")
}

/// Reads values and writes each as it is read back.
struct Reader<'a> {
    rest: &'a str,
    element: &'a StoredForm,
    written: String,
    has_values: bool,
}

impl<'a> Reader<'a> {
    /// The next letter that is no space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches(SPACES);
        self.rest.chars().next()
    }

    /// Whether that letter comes next, which is then taken.
    fn takes(&mut self, letter: char) -> bool {
        let is_next = self.peek() == Some(letter);
        if is_next {
            self.rest = self.rest.get(letter.len_utf8()..).unwrap_or_default();
        }
        is_next
    }

    /// A list in braces; all that is in it has the same depth, which the server proves.
    fn list(&mut self, depth: usize) -> Result<(), Unfit> {
        let deeper = depth.checked_sub(1).ok_or_else(no_array)?;
        if !self.takes('{') {
            return Err(no_array());
        }
        self.written.push('{');
        if !self.takes('}') {
            loop {
                match self.peek() {
                    Some('{') => self.list(deeper)?,
                    Some(_) => self.value()?,
                    None => return Err(no_array()),
                }
                if self.takes('}') {
                    break;
                }
                if !self.takes(',') {
                    return Err(no_array());
                }
                self.written.push(',');
            }
        }
        self.written.push('}');
        Ok(())
    }

    fn value(&mut self) -> Result<(), Unfit> {
        self.has_values = true;
        let (value, is_quoted) = match self.rest.strip_prefix('"') {
            Some(rest) => (self.quoted(rest)?, true),
            None => (self.bare()?, false),
        };
        if !is_quoted && value.eq_ignore_ascii_case("null") {
            self.written.push_str("NULL");
            return Ok(());
        }
        let value = self.element.text(&value)?;
        write(&value, &mut self.written);
        Ok(())
    }

    /// The text in quotes that begins behind the first of them.
    fn quoted(&mut self, text: &'a str) -> Result<String, Unfit> {
        let (mut value, mut letters) = (String::new(), text.chars());
        loop {
            match letters.next().ok_or_else(no_array)? {
                '"' => break,
                '\\' => value.push(letters.next().ok_or_else(no_array)?),
                letter => value.push(letter),
            }
        }
        self.rest = letters.as_str();
        Ok(value)
    }

    /// A value without quotes, spaces behind it left out.
    fn bare(&mut self) -> Result<String, Unfit> {
        let (mut value, mut kept) = (String::new(), 0);
        let mut letters = self.rest.chars();
        loop {
            self.rest = letters.as_str();
            match letters.next().ok_or_else(no_array)? {
                ',' | '}' => break,
                '"' | '{' => return Err(no_array()),
                '\\' => {
                    value.push(letters.next().ok_or_else(no_array)?);
                    kept = value.len();
                }
                letter => {
                    value.push(letter);
                    if !SPACES.contains(&letter) {
                        kept = value.len();
                    }
                }
            }
        }
        value.truncate(kept);
        match value.is_empty() {
            true => Err(no_array()),
            false => Ok(value),
        }
    }
}

/// Writes a value, in quotes where it needs them.
fn write(value: &str, out: &mut String) {
    let is_special = |letter: char| SPECIAL.contains(&letter) || SPACES.contains(&letter);
    if !value.is_empty() && !value.contains(is_special) && !value.eq_ignore_ascii_case("null") {
        out.push_str(value);
        return;
    }
    out.push('"');
    for letter in value.chars() {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
}
