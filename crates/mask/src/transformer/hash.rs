//! `hash`: a keyed hash, where a value must only be told apart.

use super::keyed::{Keyed, Shape, ascii};
use super::{
    DOMAIN, Determinism, Length, OptionAbout, OptionProblem, OptionValues, Options, Transformer,
    Uniqueness,
};
use crate::scheme::Draws;
use std::sync::Arc;

/// Characters unless the rule says otherwise: 128 bits.
const CHARACTERS: i64 = 32;
/// Characters that carry 80 bits.
const UNIQUE: usize = 20;

pub(super) static ABOUT: Transformer = Transformer {
    name: "hash",
    meaning: "hexadecimal digits of a keyed hash of the value",
    example: ("Ada Lovelace", "b11489bc91713c7b19f33852912df264"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::KeptUnique,
    output: "text of `length` characters; values are kept unique from a length of 20 on",
    options: &[
        OptionAbout {
            name: "length",
            meaning: "how many digits; 32 unless given",
            values: OptionValues::Integer(8, 64),
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("hash"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn super::Mask>, OptionProblem> {
    let length = options.integer("length", 8, 64)?.unwrap_or(CHARACTERS);
    Ok(Arc::new(Keyed {
        domain: options.domain("hash")?,
        shape: Hash {
            length: usize::try_from(length).unwrap_or_default(),
        },
    }))
}

#[derive(Debug, Clone)]
struct Hash {
    length: usize,
}

impl Shape for Hash {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("length {}", self.length)
    }

    fn length(&self) -> Length {
        Length::AtMost(self.length)
    }

    fn uniqueness(&self) -> Uniqueness {
        match self.length >= UNIQUE {
            true => Uniqueness::KeptUnique,
            false => Uniqueness::MayCollide,
        }
    }

    fn write(&self, _value: &[u8], draws: &mut Draws<'_>) -> String {
        let mut digits = vec![0; self.length];
        draws.fill(b"0123456789abcdef", &mut digits);
        ascii(digits)
    }
}
