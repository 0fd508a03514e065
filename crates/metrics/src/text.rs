//! The text format: what labels and series look like.

use std::fmt::{Display, Write as _};

/// A label's value, quoted.
pub(crate) fn quoted(value: &str) -> String {
    let escaped = value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}

/// Labels as they stand between braces.
pub(crate) fn labels(pairs: &[(&str, &str)]) -> String {
    let written = pairs.iter();
    let written: Vec<String> = written
        .map(|(name, value)| format!("{name}={}", quoted(value)))
        .collect();
    written.join(",")
}

/// A page of families, each with its samples behind it.
#[derive(Default)]
pub(crate) struct Page(String);

impl Page {
    /// A gauge with its samples; one without any is left out. The unit is what its name ends in.
    pub(crate) fn gauge<V: Display>(
        &mut self,
        name: &str,
        help: &str,
        samples: impl IntoIterator<Item = (String, V)>,
    ) {
        let mut samples = samples.into_iter().peekable();
        if samples.peek().is_none() {
            return;
        }
        // Writing into a string cannot fail.
        let _ = writeln!(self.0, "# TYPE {name} gauge");
        let unit = ["seconds", "bytes"];
        let unit = unit.into_iter().find(|unit| name.ends_with(unit));
        if let Some(unit) = unit {
            let _ = writeln!(self.0, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.0, "# HELP {name} {help}");
        for (labels, value) in samples {
            let _ = match labels.as_str() {
                "" => writeln!(self.0, "{name} {value}"),
                labels => writeln!(self.0, "{name}{{{labels}}} {value}"),
            };
        }
    }

    /// The whole page, ended as OpenMetrics asks for.
    pub(crate) fn end(mut self) -> String {
        self.0.push_str("# EOF\n");
        self.0
    }
}
