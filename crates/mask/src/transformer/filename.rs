//! `filename`: a name that says no more than of what kind the file is.

use super::keyed::{Counted, Keyed, Shape};
use super::{DOMAIN, Determinism, Length, Mask, OptionProblem, Options, Transformer, Uniqueness};
use crate::scheme::Draws;
use std::sync::Arc;

/// Extensions that say of what kind a file is. Others may be anything, a name for example.
const EXTENSIONS: [&str; 92] = [
    "7z", "aac", "ai", "apk", "asc", "avi", "bak", "bin", "bmp", "bz2", "cer", "cfg", "conf",
    "crt", "csv", "dat", "db", "doc", "docm", "docx", "dot", "dotx", "dwg", "eml", "eps", "epub",
    "exe", "flac", "gif", "gpg", "gz", "heic", "heif", "htm", "html", "ico", "ics", "ini", "iso",
    "jpeg", "jpg", "js", "json", "key", "log", "m4a", "m4v", "md", "mkv", "mov", "mp3", "mp4",
    "mpeg", "msg", "odp", "ods", "odt", "ogg", "p7m", "pages", "parquet", "pdf", "pem", "png",
    "ppt", "pptx", "ps", "psd", "py", "rar", "raw", "rtf", "sql", "sqlite", "svg", "tar", "tgz",
    "tif", "tiff", "tsv", "txt", "vcf", "wav", "webm", "webp", "xls", "xlsm", "xlsx", "xml",
    "yaml", "yml", "zip",
];

/// The longest extension with its dot, twice: `.parquet.gz` is one too.
const LONGEST_EXTENSION: usize = 16;

pub(super) static ABOUT: Transformer = Transformer {
    name: "filename",
    meaning: "16 characters and the extension of the value, if it is a known one; folders are left out",
    example: ("/home/ada/CV Lovelace.pdf", "xcm9pthkkgxnzxf3.pdf"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::KeptUnique,
    output: "text, at most 32 characters: small letters, digits, dots before the extension",
    options: &[DOMAIN],
    domain: Some("filename"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn Mask>, OptionProblem> {
    Ok(Arc::new(Keyed {
        domain: options.domain("filename")?,
        shape: Filename,
    }))
}

#[derive(Debug, Clone)]
struct Filename;

impl Shape for Filename {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn length(&self) -> Length {
        Length::AtMost(16 + LONGEST_EXTENSION)
    }

    /// Where capitals make another file, they make another name.
    fn counts(&self, value: &[u8]) -> Option<Counted> {
        value.iter().any(u8::is_ascii_uppercase).then(|| {
            let mut counts = Counted::new();
            for byte in value {
                if byte.is_ascii_uppercase() {
                    counts.push(b'^');
                }
                counts.push(*byte);
            }
            counts
        })
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let mut text = String::with_capacity(16 + LONGEST_EXTENSION);
        draws.push_suffix(&mut text);
        text.push_str(&extension(value));
        text
    }
}

/// The extension of a file's name with its dot, small; empty where it is none that is known.
pub(super) fn extension(name: &[u8]) -> String {
    let known = |part: &[u8]| {
        let mut all = EXTENSIONS.iter().copied();
        all.find(|known| part.eq_ignore_ascii_case(known.as_bytes()))
    };
    let mut parts = name.trim_ascii().rsplit(|byte| *byte == b'.');
    let (last, before) = (parts.next().unwrap_or_default(), parts.next());
    let (Some(last), Some(before)) = (known(last), before) else {
        return String::new();
    };
    match known(before).filter(|_| matches!(last, "gz" | "bz2" | "gpg" | "asc" | "bak")) {
        Some(before) if parts.next().is_some() => format!(".{before}.{last}"),
        _ => format!(".{last}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_extensions_stay() {
        let of = |name: &str| extension(name.as_bytes());
        assert_eq!(of("Ada.PDF"), ".pdf");
        assert_eq!(of("dump.sql.gz"), ".sql.gz");
        assert_eq!(of("sql.gz"), ".gz");
        for none in ["ada.lovelace", "pdf", "", ".", "folder.pdf/ada"] {
            assert_eq!(of(none), "", "{none}");
        }
    }

    #[test]
    fn extensions_are_sorted_and_short() {
        assert!(EXTENSIONS.windows(2).all(|pair| pair[0] < pair[1]));
        let longest = EXTENSIONS.iter().map(|word| word.len()).max().unwrap();
        assert!(longest + 1 + ".bz2".len() <= LONGEST_EXTENSION);
    }
}
