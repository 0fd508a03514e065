//! Who may act: the operators, a line each, `NAME TOKEN`.

use super::keyed::{Keyed, Tag};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use weir_config::{Fleet, Secret};
use weir_engine::Context;
use weir_model::error::{Error, Kind, Result};
use weir_pipeline::secrets;

/// What a token needs to count: shorter ones can be guessed.
const SHORTEST: usize = 24;
/// How long what a command printed is believed. Files and variables are read each time.
const COMMAND_FRESH: Duration = Duration::from_secs(60);
/// How long a failure of the command is told again before it is run anew.
const FAILURE_FRESH: Duration = Duration::from_secs(5);
/// What is done to learn them.
const READ: &str = "read the operators of the page";
/// Where tokens are tagged.
const PLACE: &str = "operator";

/// The operators at a moment, or why the command did not tell them.
type Printed = (Instant, std::result::Result<Arc<List>, String>);

/// The operators as they are now.
pub(crate) struct Operators {
    place: Option<Secret>,
    base: PathBuf,
    /// What the command has printed last. Whoever holds it runs the command, the others wait.
    printed: tokio::sync::Mutex<Option<Printed>>,
    told: Mutex<Vec<usize>>,
}

/// The operators at one moment, by the tags of their tokens.
#[derive(Debug, Default)]
pub(crate) struct List {
    names: BTreeMap<Tag, String>,
    /// The lines that do not count, by their numbers.
    bad_lines: Vec<usize>,
}

impl Operators {
    /// Those of a fleet.
    pub(crate) fn of(fleet: &Fleet) -> Self {
        let place = fleet.serve.operators.as_ref();
        Self {
            place: place.map(|place| place.value.clone()),
            base: fleet.base.clone(),
            printed: tokio::sync::Mutex::default(),
            told: Mutex::default(),
        }
    }

    /// Reads them anew.
    ///
    /// # Errors
    /// `secret`.
    pub(crate) async fn now(&self, keyed: &Keyed, context: &Context) -> Result<Arc<List>> {
        let Some(place) = &self.place else {
            return Ok(Arc::default());
        };
        if !matches!(place, Secret::Command(_)) {
            return self.read(place, keyed, context).await;
        }
        let mut printed = self.printed.lock().await;
        if let Some((at, list)) = printed.as_ref()
            && at.elapsed()
                < if list.is_ok() {
                    COMMAND_FRESH
                } else {
                    FAILURE_FRESH
                }
        {
            let again = |why: &String| Error::new(Kind::Secret, READ, why.clone());
            return list.as_ref().map(Arc::clone).map_err(again);
        }
        let list = self.read(place, keyed, context).await;
        let kept = list.as_ref().map(Arc::clone).map_err(Error::cause);
        *printed = Some((Instant::now(), kept));
        list
    }

    async fn read(&self, place: &Secret, keyed: &Keyed, context: &Context) -> Result<Arc<List>> {
        let text = secrets::read(place, &self.base, "the operators of the page", context).await?;
        Ok(Arc::new(List::read(text.reveal(), keyed)))
    }

    /// Which lines do not count, if that has changed since it was last told.
    pub(crate) fn news_of(&self, list: &List) -> Option<String> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told == list.bad_lines {
            return None;
        }
        told.clone_from(&list.bad_lines);
        let lines: Vec<String> = told.iter().map(usize::to_string).collect();
        Some(match lines.is_empty() {
            true => "every line of the operators counts again".to_owned(),
            false => format!(
                "of the operators, what stands in line {} does not count: a line is a name and a token of its \
                 own, of {SHORTEST} characters or more",
                lines.join(" and line ")
            ),
        })
    }
}

impl List {
    fn read(text: &str, keyed: &Keyed) -> Self {
        let mut list = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match operator(line) {
                Some((name, token)) if !list.names.contains_key(&keyed.tag(PLACE, token)) => {
                    list.names.insert(keyed.tag(PLACE, token), name.to_owned());
                }
                _ => list.bad_lines.push(number + 1),
            }
        }
        list
    }

    /// Whose token this is, and its tag.
    pub(crate) fn whose(&self, token: &str, keyed: &Keyed) -> Option<(String, Tag)> {
        // Every one is compared, whether or not one before was right.
        let mut found = None;
        for (tag, name) in &self.names {
            if keyed.is_tag(tag, PLACE, token) {
                found = Some((name.clone(), *tag));
            }
        }
        found
    }

    /// Whether this operator still has this token.
    pub(crate) fn has(&self, name: &str, tag: &Tag) -> bool {
        self.names.get(tag).is_some_and(|known| known == name)
    }
}

fn operator(line: &str) -> Option<(&str, &str)> {
    let (name, token) = line.split_once(char::is_whitespace)?;
    let token = token.trim_start();
    let whole = token.len() >= SHORTEST && !token.contains(char::is_whitespace);
    whole.then_some((name, token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_lines_with_long_tokens_count() {
        let keyed = Keyed::new().unwrap();
        let text = "# people\n\nalice  aaaaaaaaaaaaaaaaaaaaaaaa\nbob short\ncarol\ndave aaaaaaaaaaaaaaaaaaaaaaaa\n";
        let list = List::read(text, &keyed);
        let (name, tag) = list.whose("aaaaaaaaaaaaaaaaaaaaaaaa", &keyed).unwrap();
        assert!(name == "alice" && list.has("alice", &tag) && !list.has("bob", &tag));
        assert!(list.whose("short", &keyed).is_none());
        assert_eq!(list.bad_lines, [4, 5, 6]);
    }
}
