//! Damage to what is stored: which there is, and what may come of it.

mod apply;
mod objects;

use super::edit::{self, Author, Field};
use super::random::Random;

/// An object of the newer backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Part,
    Index,
    Manifest,
    Pointer,
}

/// What happens to one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Flip,
    Truncate,
    Extend,
    Remove,
    /// Two stretches of the object change places.
    Shuffle,
}

/// Whose backup besides this database's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stranger {
    /// A database on the same instance whose name begins alike.
    Neighbour,
    /// One on another instance.
    Elsewhere,
}

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    /// Bits, bytes or all of one object.
    Change(Change, Object),
    /// Bits here and there, in every object.
    Everywhere,
    /// The backups' objects change places: the part, or its index.
    Swap(Object),
    /// The older backup's object lies under the newer one's name.
    Older(Object),
    /// The older part and its index lie under the newer ones' names.
    OlderPartAndIndex,
    /// All of the older backup lies under the newer one's name.
    OlderWhole,
    /// The older backup's folder again, under a later time.
    Replayed,
    /// Another database's object lies under the newer one's name.
    Foreign(Object, Stranger),
    /// Another database's backup lies under this one's name, and a later time.
    ForeignWhole(Stranger),
    /// The newer backup is gone; production's own lies in its store, signed by production.
    OtherEnvironment,
    /// An object that nothing names.
    Extra,
    /// The manifest says something else.
    Edited(Field, Author),
    /// The frame index says something else; with an author, the manifest agrees with it.
    Reframed(Option<Author>),
    /// The pointer says something else.
    Pointed,
}

const OBJECTS: [Object; 4] = [
    Object::Part,
    Object::Index,
    Object::Manifest,
    Object::Pointer,
];
const CHANGES: [Change; 5] = [
    Change::Flip,
    Change::Truncate,
    Change::Extend,
    Change::Remove,
    Change::Shuffle,
];
const FILES: [Object; 3] = [Object::Part, Object::Index, Object::Manifest];
const STRANGERS: [Stranger; 2] = [Stranger::Neighbour, Stranger::Elsewhere];
const AUTHORS: [Author; 3] = [Author::Nobody, Author::Unsigned, Author::AnotherKey];

impl Damage {
    /// The damage of a seed.
    pub(super) fn choose(random: &mut Random) -> Self {
        match random.below(26) {
            0..=8 => Self::Change(random.pick(&CHANGES), random.pick(&OBJECTS)),
            9 => Self::Everywhere,
            10 => Self::Swap(random.pick(&FILES)),
            11 => Self::Older(random.pick(&FILES)),
            12 => Self::OlderPartAndIndex,
            13 => Self::OlderWhole,
            14 => Self::Replayed,
            15 => Self::Foreign(random.pick(&FILES), random.pick(&STRANGERS)),
            16 => Self::ForeignWhole(random.pick(&STRANGERS)),
            17 => Self::OtherEnvironment,
            18 => Self::Extra,
            19 => Self::Pointed,
            20..=23 => Self::Edited(random.pick(&edit::FIELDS), random.pick(&AUTHORS)),
            24 => Self::Reframed(None),
            _ => Self::Reframed(Some(random.pick(&AUTHORS))),
        }
    }

    /// Under which name it is counted.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Change(Change::Flip, _) => "bit flipped",
            Self::Change(Change::Truncate, _) => "truncated",
            Self::Change(Change::Extend, _) => "extended",
            Self::Change(Change::Remove, _) => "removed",
            Self::Change(Change::Shuffle, _) => "stretches swapped within an object",
            Self::Everywhere => "bits flipped in every object",
            Self::Swap(_) => "swapped between backups",
            Self::Older(_) | Self::OlderPartAndIndex => "older under the newer name",
            Self::OlderWhole => "older backup under the newer name",
            Self::Replayed => "older backup under a later name",
            Self::Foreign(..) => "another database's object",
            Self::ForeignWhole(_) => "another database's backup",
            Self::OtherEnvironment => "another environment's backup",
            Self::Extra => "extra object",
            Self::Edited(_, Author::Nobody) => "manifest edited",
            Self::Edited(_, Author::Unsigned) => "manifest edited, unsigned",
            Self::Edited(_, Author::AnotherKey) => "manifest edited, another's key",
            Self::Reframed(None) => "frame index edited",
            Self::Reframed(Some(_)) => "frame index and manifest edited",
            Self::Pointed => "pointer edited",
        }
    }

    /// Whether the newer backup may be restored as if nothing had happened: nothing reads an
    /// extra object, and nothing depends on the pointer.
    pub(super) fn is_harmless(self) -> bool {
        matches!(
            self,
            Self::Extra | Self::Pointed | Self::Change(_, Object::Pointer)
        )
    }

    /// Whether nothing but bytes of the newer backup's manifest were changed.
    pub(super) fn is_to_manifest(self) -> bool {
        matches!(self, Self::Change(_, Object::Manifest))
    }

    /// Whether the newer backup is untouched, and a later one that is none lies beside it.
    pub(super) fn adds_a_later_backup(self) -> bool {
        matches!(self, Self::Replayed | Self::ForeignWhole(_))
    }
}
