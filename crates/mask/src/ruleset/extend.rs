//! Reading a ruleset and the files it names.

use super::canaries;
use super::file::{Canaries, RulesetFile};
use super::layer::Layer;
use super::maker::Maker;
use super::rule::Rule;
use super::{At, ReadFile, Ruleset, sorted};
use std::collections::BTreeMap;
use std::sync::Arc;
use weir_config::problem::{Problem, Problems, Source, Span};
use weir_config::yaml::{self, Spanned};
use weir_model::digest::Digest;

/// The version of the language that this build reads.
const VERSION: u64 = 1;

/// More files than this are a mistake.
const MOST_FILES: usize = 32;

/// Reads the file and all that it names.
pub(super) fn ruleset(text: &str, name: &str, read: ReadFile<'_>) -> Result<Ruleset, Problems> {
    let mut reading = Reading {
        read,
        sources: Vec::new(),
        texts: Vec::new(),
        open: Vec::new(),
        problems: Vec::new(),
    };
    let layer = reading.file(text, name);
    let Some((layer, _)) = layer.filter(|_| reading.problems.is_empty()) else {
        return Err(sorted(reading.problems));
    };
    Ok(Ruleset {
        digest: digest(&reading.texts),
        tables_at: layer.tables_at.unwrap_or(At {
            file: 0,
            span: Span::default(),
        }),
        tables: layer.tables,
        defaults: layer.defaults,
        references: layer.references,
        objects_at: layer.objects_at,
        objects: layer.objects,
        canaries: layer.canaries,
        gate: layer.gate.unwrap_or_default(),
        sources: reading.sources,
    })
}

/// The hash of the only text; of several, the hash of their hashes in the order they were read.
fn digest(texts: &[blake3::Hash]) -> Digest {
    match texts {
        [only] => Digest::new("blake3", only.as_bytes()),
        several => {
            let mut hasher = blake3::Hasher::new();
            for text in several {
                hasher.update(text.as_bytes());
            }
            Digest::new("blake3", hasher.finalize().as_bytes())
        }
    }
}

type NamedRules = BTreeMap<String, Arc<Rule>>;

struct Reading<'a> {
    read: ReadFile<'a>,
    sources: Vec<Source>,
    texts: Vec<blake3::Hash>,
    /// The files being read, to find one that extends itself.
    open: Vec<String>,
    problems: Vec<Problem>,
}

impl Reading<'_> {
    /// What a file says with all it extends, and the rules with names it offers.
    fn file(&mut self, text: &str, name: &str) -> Option<(Layer, NamedRules)> {
        let decoded = yaml::decode::<RulesetFile>(name, text);
        // A ruleset holds no secrets: a rule for a column called `password` is shown as it is.
        let source = Source::new(name, text);
        let file = self.sources.len();
        self.sources.push(source.clone());
        self.texts.push(blake3::hash(text.as_bytes()));
        let shown = source.problem(Span::default(), "").source;
        self.problems
            .extend(decoded.problems.into_iter().map(|problem| Problem {
                source: Arc::clone(&shown),
                ..problem
            }));
        let mut written = decoded.value?;
        if written.version.value != VERSION {
            let problem = source
                .problem(
                    written.version.span,
                    "this version of the rules is not known",
                )
                .help("write `weir-rules: 1`, or use a Weir that knows it");
            self.problems.push(problem);
        }
        self.open.push(name.to_owned());
        let extends = std::mem::take(&mut written.extends);
        let (mut base, mut named) = (Layer::default(), NamedRules::new());
        for path in &extends {
            let (layer, rules) = self.extended(path, name, &source).unwrap_or_default();
            base = layer.over(base);
            named.extend(rules);
        }
        self.open.pop();
        let canaries = self.canaries(written.canaries.take(), name, &source);
        let rules = std::mem::take(&mut written.rules);
        let mut maker = Maker::new(file, &source, rules, named);
        maker.check_names();
        let left_out = decoded
            .left_out
            .iter()
            .filter_map(|path| match path.as_slice() {
                [field, table, ..] if field == "tables" => Some(table.as_str()),
                _ => None,
            });
        let mut layer = Layer::of(written, &mut maker, &left_out.collect::<Vec<_>>());
        layer.canaries = canaries;
        let (named, problems) = maker.finish();
        self.problems.extend(problems);
        Some((layer.over(base), named))
    }

    fn extended(
        &mut self,
        path: &Spanned<String>,
        from: &str,
        source: &Source,
    ) -> Option<(Layer, NamedRules)> {
        let name = beside(from, &path.value);
        if self.open.contains(&name) || self.sources.len() >= MOST_FILES {
            let problem = source
                .problem(
                    path.span,
                    format!("`{}` is extended by itself, or by too many", path.value),
                )
                .help("take it out");
            self.problems.push(problem);
            return None;
        }
        let text = self.text(path, &name, source)?;
        self.file(&text, &name)
    }

    fn text(&mut self, path: &Spanned<String>, name: &str, source: &Source) -> Option<String> {
        match (self.read)(name) {
            Ok(text) => Some(text),
            Err(error) => {
                let problem = source
                    .problem(
                        path.span,
                        format!("`{}` cannot be read: {}", path.value, error.kind()),
                    )
                    .help(format!(
                        "write a path beside this file, such that `{name}` can be read"
                    ));
                self.problems.push(problem);
                None
            }
        }
    }

    fn canaries(&mut self, written: Option<Canaries>, name: &str, source: &Source) -> Vec<String> {
        let (canaries, at) = match written {
            None => return Vec::new(),
            Some(Canaries::List(list)) => (list, Span::default()),
            Some(Canaries::File(file)) => {
                let path = beside(name, &file.file.value);
                let text = self.text(&file.file, &path, source).unwrap_or_default();
                self.texts.push(blake3::hash(text.as_bytes()));
                (canaries::lines(&text), file.file.span)
            }
        };
        if let Some(fault) = canaries::fault(&canaries) {
            let problem = source.problem(at, fault).help("plant longer values");
            self.problems.push(problem);
        }
        canaries
    }
}

/// The path of a file that is named in the file called `from`.
fn beside(from: &str, path: &str) -> String {
    let folder = match (path.starts_with('/'), from.rsplit_once('/')) {
        (true, _) | (false, None) => "",
        (false, Some((folder, _))) => folder,
    };
    let whole = match folder {
        "" if from.starts_with('/') && !path.starts_with('/') => format!("/{path}"),
        "" => path.to_owned(),
        folder => format!("{folder}/{path}"),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn paths_are_beside_the_file_that_names_them() {
        assert_eq!(beside("rules.yaml", "common.yaml"), "common.yaml");
        assert_eq!(
            beside("/etc/weir/app/rules.yaml", "../common.yaml"),
            "/etc/weir/common.yaml"
        );
        assert_eq!(beside("a/b.yaml", "./c/../d.yaml"), "a/d.yaml");
        assert_eq!(beside("a/b.yaml", "/x.yaml"), "/x.yaml");
        assert_eq!(beside("/b.yaml", "c.yaml"), "/c.yaml");
        assert_eq!(beside("b.yaml", "../c.yaml"), "../c.yaml");
    }
}
