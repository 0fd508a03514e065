//! The words of a part and a language, by section.

use std::collections::BTreeMap;

pub(crate) struct Words(BTreeMap<String, Vec<String>>);

impl Words {
    pub(crate) fn read(part: &str, language: &str) -> Self {
        let file = format!(
            "{}/examples/bench/words/{part}.{language}.txt",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut sections: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut section = String::new();
        for line in text.lines() {
            match line
                .strip_prefix('[')
                .and_then(|line| line.strip_suffix(']'))
            {
                Some(title) => title.clone_into(&mut section),
                None => sections
                    .entry(section.clone())
                    .or_default()
                    .push(line.to_owned()),
            }
        }
        Self(sections)
    }

    pub(crate) fn of(&self, section: &str) -> Vec<&str> {
        let words = self
            .0
            .get(section)
            .unwrap_or_else(|| panic!("no words for {section}"));
        words.iter().map(String::as_str).collect()
    }
}
