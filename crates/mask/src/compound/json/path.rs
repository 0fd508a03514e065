//! Paths into JSON: `$.contact.email`, `$.tags[*]`, `$..phone`, `$['odd name'][0]`.

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Key(String),
    AnyKey,
    Index(usize),
    AnyIndex,
    /// At any depth.
    Descend,
}

/// A path with wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(Vec<Segment>);

/// Where a value stands in its document, from the root.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    Key(std::borrow::Cow<'a, str>),
    Index(usize),
}

/// The steps that lead to a value.
pub(crate) type Steps<'a> = Vec<Step<'a>>;

impl Path {
    /// Reads a path; the error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut left = text.strip_prefix('$').ok_or("a path begins with `$`")?;
        let mut segments = Vec::new();
        while !left.is_empty() {
            let rest;
            if let Some(after) = left.strip_prefix("..") {
                segments.push(Segment::Descend);
                rest = match after.starts_with('[') {
                    true => after,
                    false => key(after, &mut segments)?,
                };
            } else if let Some(after) = left.strip_prefix('.') {
                rest = key(after, &mut segments)?;
            } else if let Some(after) = left.strip_prefix('[') {
                rest = bracket(after, &mut segments)?;
            } else {
                return Err("after a step only `.name`, `..name` or `[…]` can stand");
            }
            left = rest;
        }
        match segments.last() {
            None => Err("`$` is the whole document: write \"*\" for what no other path names"),
            Some(Segment::Descend) => Err("after `..` a name is missing"),
            Some(_) => Ok(Self(segments)),
        }
    }

    /// How exactly it says what it means; of two that match, the greater counts.
    pub(crate) fn exactness(&self) -> (usize, usize) {
        let literal = |segment: &&Segment| matches!(segment, Segment::Key(_) | Segment::Index(_));
        let steps = |segment: &&Segment| **segment != Segment::Descend;
        let count = |counts: &dyn Fn(&&Segment) -> bool| self.0.iter().filter(counts).count();
        (count(&steps), count(&literal))
    }

    /// Whether it leads to that value, or to something the value is in.
    pub(crate) fn leads_to(&self, steps: &[Step<'_>]) -> bool {
        leads(&self.0, steps)
    }
}

fn leads(segments: &[Segment], steps: &[Step<'_>]) -> bool {
    let Some((segment, segments)) = segments.split_first() else {
        return true;
    };
    if *segment == Segment::Descend {
        return (0..steps.len())
            .any(|skipped| leads(segments, steps.get(skipped..).unwrap_or_default()));
    }
    let Some((step, steps)) = steps.split_first() else {
        return false;
    };
    let fits = match (segment, step) {
        (Segment::Key(name), Step::Key(key)) => name == key,
        (Segment::Index(wanted), Step::Index(index)) => wanted == index,
        (Segment::AnyKey, Step::Key(_)) | (Segment::AnyIndex, Step::Index(_)) => true,
        _ => false,
    };
    fits && leads(segments, steps)
}

/// A name behind a point; returns what follows it.
fn key<'a>(text: &'a str, segments: &mut Vec<Segment>) -> Result<&'a str, &'static str> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    match name {
        "" => return Err("a name is missing"),
        "*" => segments.push(Segment::AnyKey),
        name if name.contains(['*', ']', '\'', '"', ' ']) => {
            return Err(
                "an odd name stands in brackets and quotes: $['odd name']; `*` stands alone",
            );
        }
        name => segments.push(Segment::Key(name.to_owned())),
    }
    Ok(rest)
}

/// What stands in brackets; returns what follows them.
fn bracket<'a>(text: &'a str, segments: &mut Vec<Segment>) -> Result<&'a str, &'static str> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = text.strip_prefix(quote) {
            let (name, rest) = quoted
                .split_once(quote)
                .ok_or("a quote is opened and not closed")?;
            segments.push(Segment::Key(name.to_owned()));
            return rest
                .strip_prefix(']')
                .ok_or("a bracket is opened and not closed");
        }
    }
    let (inside, rest) = text
        .split_once(']')
        .ok_or("a bracket is opened and not closed")?;
    segments.push(match inside.trim() {
        "*" => Segment::AnyIndex,
        number => Segment::Index(
            number
                .parse()
                .map_err(|_| "in brackets stands `*`, a number or a name in quotes")?,
        ),
    });
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads_to(path: &str, steps: &[&str]) -> bool {
        let steps: Steps<'_> = steps
            .iter()
            .map(|step| match step.parse() {
                Ok(index) => Step::Index(index),
                Err(_) => Step::Key((*step).into()),
            })
            .collect();
        Path::parse(path).unwrap().leads_to(&steps)
    }

    #[test]
    fn paths_lead_to_values_and_to_what_is_in_them() {
        assert!(leads_to("$.a.b", &["a", "b"]) && leads_to("$.a", &["a", "b", "3"]));
        assert!(leads_to("$.list[*].x", &["list", "4", "x"]) && leads_to("$[0]", &["0"]));
        assert!(leads_to("$..phone", &["phone"]) && leads_to("$..phone", &["a", "1", "phone"]));
        assert!(leads_to("$['odd name'].*", &["odd name", "x"]) && leads_to("$..[*]", &["a", "0"]));
        assert!(!leads_to("$.a.b", &["a"]) && !leads_to("$.list[1]", &["list", "0"]));
        assert!(!leads_to("$.*", &["0"]) && !leads_to("$[*]", &["a"]) && !leads_to("$..x", &["y"]));
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for text in [
            "", "a.b", "$", "$.", "$..", "$.a..", "$[", "$[x]", "$['a", "$.a b", "$.a*", "$x",
        ] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
