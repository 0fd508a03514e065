//! Text to nodes: the parser's events gathered on a stack of our own, so that depth is bounded.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as ParserSpan};

use super::node::{Entry, Key, Kind, Node};
use super::{MAXIMUM_BYTES, MAXIMUM_DEPTH};
use crate::problem::{Problem, Source, Span};

/// The nodes of a file and the problems of its form. Without a node nothing could be made of it.
pub(super) struct Read {
    pub(super) root: Option<Node>,
    pub(super) problems: Vec<Problem>,
}

/// Reads the one document of a file.
pub(super) fn read(source: &Source) -> Read {
    let mut reader = Reader {
        source,
        offsets: Offsets::of(source.text()),
        frames: Vec::new(),
        root: None,
        documents: 0,
        problems: Vec::new(),
    };
    if source.text().len() > MAXIMUM_BYTES {
        let problem = source
            .problem(Span::default(), "the file is larger than 1 MiB")
            .help("this does not look like a file written by hand: check the path");
        reader.problems.push(problem);
    } else {
        reader.run();
    }
    Read {
        root: reader.root,
        problems: reader.problems,
    }
}

/// The parser has met something after which the rest of the file cannot be trusted.
struct Stop;

enum Frame {
    Sequence(Span, Vec<Node>),
    Mapping(Span, Fields, Option<Key>),
}

/// The entries of a map so far, and where each key was first given.
#[derive(Default)]
struct Fields {
    entries: Vec<Entry>,
    first: HashMap<String, Span>,
}

struct Reader<'a> {
    source: &'a Source,
    offsets: Offsets,
    frames: Vec<Frame>,
    root: Option<Node>,
    documents: usize,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut parser = Parser::new_from_str(self.source.text());
        while let Some(next) = parser.next_event() {
            let outcome = match next {
                Ok((event, span)) => self.event(event, span),
                Err(error) => {
                    let at = self.offsets.byte(error.marker().index());
                    self.syntax(at, error.info());
                    Err(Stop)
                }
            };
            if outcome.is_err() {
                self.root = None;
                return;
            }
        }
    }

    fn event(&mut self, event: Event<'_>, at: ParserSpan) -> Result<(), Stop> {
        let span = self.offsets.span(at);
        match event {
            Event::DocumentStart(_) => self.document(span),
            Event::Alias(_) => {
                self.alias(span);
                self.push(null(span))
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_decoration(span, anchor, tag.is_some());
                let plain = style == ScalarStyle::Plain;
                self.scalar(span, text.into_owned(), plain)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_decoration(span, anchor, tag.is_some());
                self.open(Frame::Sequence(span, Vec::new()), span)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_decoration(span, anchor, tag.is_some());
                self.open(Frame::Mapping(span, Fields::default(), None), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn document(&mut self, span: Span) -> Result<(), Stop> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        self.report(
            span,
            "a second document starts here",
            "keep everything in one document: remove the `---`",
        );
        Err(Stop)
    }

    fn scalar(&mut self, span: Span, text: String, plain: bool) -> Result<(), Stop> {
        if let Some(Frame::Mapping(_, fields, key @ None)) = self.frames.last_mut() {
            let first = fields.first.get(&text).copied();
            *key = Some(Key {
                text: text.clone(),
                span,
            });
            if let Some(first) = first {
                self.duplicate(&text, span, first);
            } else if text == "<<" && plain {
                self.report(
                    span,
                    "merge keys are not used here",
                    "say it once under `defaults`, or take another app's fields with `like:`",
                );
            }
            return Ok(());
        }
        self.push(Node {
            span,
            kind: Kind::Scalar { text, plain },
        })
    }

    fn open(&mut self, frame: Frame, span: Span) -> Result<(), Stop> {
        if matches!(self.frames.last(), Some(Frame::Mapping(_, _, None))) {
            self.report(
                span,
                "a key must be a name, not a list or a map",
                "write `name: value`; quote a template or anything else that starts with `{` or `[`",
            );
            return Err(Stop);
        }
        if self.frames.len() >= MAXIMUM_DEPTH {
            self.report(
                span,
                &format!("nested deeper than {MAXIMUM_DEPTH} levels"),
                "no field needs this: check the indentation and the brackets",
            );
            return Err(Stop);
        }
        self.frames.push(frame);
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Stop> {
        let node = match self.frames.pop() {
            Some(Frame::Sequence(start, items)) => Node {
                span: extent(start, items.last().map(|item| item.span), end),
                kind: Kind::Sequence(items),
            },
            Some(Frame::Mapping(start, fields, _)) => {
                let entries = fields.entries;
                let last = entries
                    .last()
                    .map(|entry| Span::new(entry.key.span.start, entry.value.span.end));
                Node {
                    span: extent(start, last, end),
                    kind: Kind::Mapping(entries),
                }
            }
            None => return Err(Stop),
        };
        self.push(node)
    }

    /// Puts a finished value where it belongs.
    fn push(&mut self, node: Node) -> Result<(), Stop> {
        match self.frames.last_mut() {
            None => self.root = Some(node),
            Some(Frame::Sequence(_, items)) => items.push(node),
            Some(Frame::Mapping(_, fields, key)) => {
                let Some(key) = key.take() else {
                    // Only an alias comes here as a key; it has been reported.
                    return Err(Stop);
                };
                // A merge key, or a second value of the same key: reported already, and left out.
                if key.text != "<<" && !fields.first.contains_key(&key.text) {
                    fields.first.insert(key.text.clone(), key.span);
                    fields.entries.push(Entry { key, value: node });
                }
            }
        }
        Ok(())
    }

    fn refuse_decoration(&mut self, span: Span, anchor: usize, tagged: bool) {
        if anchor != 0 {
            self.report(
                span,
                "anchors are not used here",
                "say it once under `defaults`, or take another app's fields with `like:`",
            );
        }
        if tagged {
            self.report(
                span,
                "tags are not used here",
                "remove the `!…`; quote the value if it must be text",
            );
        }
    }

    fn alias(&mut self, span: Span) {
        let merged = matches!(
            self.frames.last(),
            Some(Frame::Mapping(_, _, Some(key))) if key.text == "<<"
        );
        // The merge key before it has been reported already.
        if !merged {
            self.report(
                span,
                "aliases are not used here",
                "say it once under `defaults`, or take another app's fields with `like:`",
            );
        }
    }

    fn duplicate(&mut self, key: &str, span: Span, first: Span) {
        let (line, _) = self.source.position(first.start);
        let problem = self
            .source
            .problem(span, format!("`{key}` is given twice"))
            .label("second time")
            .help(format!(
                "it is first given on line {line}: keep one of the two"
            ));
        self.problems.push(problem);
    }

    fn syntax(&mut self, at: usize, info: &str) {
        self.report(
            Span::new(at, at),
            &format!("this is not YAML: {info}"),
            "check indentation, quotes and brackets here and just above",
        );
    }

    fn report(&mut self, span: Span, message: &str, help: &str) {
        self.problems
            .push(self.source.problem(span, message).help(help));
    }
}

fn null(span: Span) -> Node {
    Node {
        span,
        kind: Kind::Scalar {
            text: String::new(),
            plain: true,
        },
    }
}

/// From the start of a collection to its closing bracket or, in block style, its last value.
fn extent(start: Span, last: Option<Span>, end: Span) -> Span {
    if end.is_empty() {
        Span::new(start.start, last.map_or(start.end, |span| span.end))
    } else {
        Span::new(start.start, end.end)
    }
}

/// The parser counts characters, we count bytes.
struct Offsets {
    /// The byte offset of each character; not needed when all are one byte long.
    bytes: Option<Vec<usize>>,
    length: usize,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let bytes = (!text.is_ascii()).then(|| text.char_indices().map(|(at, _)| at).collect());
        Self {
            bytes,
            length: text.len(),
        }
    }

    fn byte(&self, character: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(character).copied().unwrap_or(self.length),
            None => character.min(self.length),
        }
    }

    fn span(&self, span: ParserSpan) -> Span {
        Span::new(self.byte(span.start.index()), self.byte(span.end.index()))
    }
}
