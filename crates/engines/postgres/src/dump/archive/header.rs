//! The header of an archive.

use super::primitives::{INT_SIZE, Reader, Writer};
use super::text::Text;
use std::io::Read;
use weir_model::error::Result;

const MAGIC: &[u8; 5] = b"PGDMP";
/// Bytes of a file offset, of which directory archives hold none.
const OFFSET_SIZE: u8 = 8;
const DEFAULT_LEVEL: i32 = -1;

/// The versions of the archive format, each with the first `pg_dump` that wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Version {
    /// 1.14, from PostgreSQL 12 on: every `pg_restore` in use reads it.
    V1_14,
    /// 1.15, from PostgreSQL 16 on: names the compression.
    V1_15,
    /// 1.16, from PostgreSQL 17 on: names kinds of relations, groups large objects.
    V1_16,
}

impl Version {
    const fn minor(self) -> u8 {
        match self {
            Self::V1_14 => 14,
            Self::V1_15 => 15,
            Self::V1_16 => 16,
        }
    }

    fn read<R: Read>(reader: &mut Reader<R>) -> Result<Self> {
        match reader.array("the version")? {
            [1, 14, 0] => Ok(Self::V1_14),
            [1, 15, 0] => Ok(Self::V1_15),
            [1, 16, 0] => Ok(Self::V1_16),
            [major, minor, revision] => Err(reader.unsupported(
                format!("its version is {major}.{minor}.{revision}, not 1.14 to 1.16"),
                "dump with the pg_dump of PostgreSQL 12 to 18",
            )),
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "1.{}", self.minor())
    }
}

/// How an archive keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Behind the table of contents, in the same file (`pg_dump --format=custom`).
    Custom,
    /// In files of their own (`pg_dump --format=directory`).
    Directory,
}

impl Format {
    fn read<R: Read>(reader: &mut Reader<R>) -> Result<Self> {
        match reader.byte("the format")? {
            1 => Ok(Self::Custom),
            3 => Ok(Self::Directory),
            other => Err(reader.wrong("the format", &format!("{other} is unknown"))),
        }
    }

    /// Its number. Directory archives say that they are tar files: their table of contents is
    /// written as in those.
    const fn number(self) -> u8 {
        match self {
            Self::Custom => 1,
            Self::Directory => 3,
        }
    }
}

/// How data are compressed. Of a directory archive this is the header's word: readers go by the
/// files' endings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    /// Not at all.
    None,
    /// gzip. Only 1.14 says at which level, where it is not the usual one.
    Gzip {
        /// From 1 to 9, or the usual one.
        level: Option<u8>,
    },
    /// LZ4 frames, from 1.15 on.
    Lz4,
    /// Zstandard frames, from 1.15 on.
    Zstd,
}

impl Compression {
    fn read<R: Read>(reader: &mut Reader<R>, version: Version) -> Result<Self> {
        let what = "the compression";
        if version == Version::V1_14 {
            return match reader.int(what)? {
                0 => Ok(Self::None),
                DEFAULT_LEVEL => Ok(Self::Gzip { level: None }),
                level @ 1..=9 => Ok(Self::Gzip {
                    level: u8::try_from(level).ok(),
                }),
                level => Err(reader.wrong(what, &format!("there is no level {level}"))),
            };
        }
        match reader.byte(what)? {
            0 => Ok(Self::None),
            1 => Ok(Self::Gzip { level: None }),
            2 => Ok(Self::Lz4),
            3 => Ok(Self::Zstd),
            other => Err(reader.wrong(what, &format!("{other} is unknown"))),
        }
    }

    fn write(self, writer: &mut Writer, version: Version) -> Result<()> {
        match (version, self) {
            (Version::V1_14, Self::None) => writer.int(0),
            (Version::V1_14, Self::Gzip { level: None }) => writer.int(DEFAULT_LEVEL),
            (
                Version::V1_14,
                Self::Gzip {
                    level: Some(level @ 1..=9),
                },
            ) => writer.int(level.into()),
            (Version::V1_15 | Version::V1_16, Self::None) => writer.byte(0),
            (Version::V1_15 | Version::V1_16, Self::Gzip { level: None }) => writer.byte(1),
            (Version::V1_15 | Version::V1_16, Self::Lz4) => writer.byte(2),
            (Version::V1_15 | Version::V1_16, Self::Zstd) => writer.byte(3),
            _ => {
                let cause = format!("version {version} has no word for the compression {self:?}");
                return Err(Writer::impossible(cause));
            }
        }
        Ok(())
    }
}

/// Who wrote an archive, from what, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    /// The version of the format.
    pub(crate) version: Version,
    /// How its data are kept.
    pub(crate) format: Format,
    /// How its data are compressed.
    pub(crate) compression: Compression,
    /// When it was written: second, minute, hour, day, month from 0, years since 1900, and
    /// whether summer time was in force; by the clock of the machine that ran `pg_dump`.
    pub(crate) created: [i32; 7],
    /// The name of the database.
    pub(crate) database: Option<Text>,
    /// The version of the server.
    pub(crate) server_version: Option<Text>,
    /// The version of `pg_dump`.
    pub(crate) dump_version: Option<Text>,
}

impl Header {
    pub(super) fn read<R: Read>(reader: &mut Reader<R>) -> Result<Self> {
        if reader.array("the first bytes")? != *MAGIC {
            return Err(reader.wrong("the first bytes", "they are not PGDMP"));
        }
        let version = Version::read(reader)?;
        if reader.array("the sizes of numbers")? != [INT_SIZE, OFFSET_SIZE] {
            return Err(reader.unsupported(
                "its numbers are not of 4 and its offsets not of 8 bytes",
                "dump on a machine with 64 bits",
            ));
        }
        let format = Format::read(reader)?;
        let compression = Compression::read(reader, version)?;
        let mut created = [0; 7];
        for part in &mut created {
            *part = reader.int("the date")?;
        }
        Ok(Self {
            version,
            format,
            compression,
            created,
            database: reader.text("the name of the database")?,
            server_version: reader.text("the version of the server")?,
            dump_version: reader.text("the version of pg_dump")?,
        })
    }

    /// When it was written, as RFC 3339 has it without a zone; `None` for what is no time.
    pub(crate) fn created_at(&self) -> Option<String> {
        let [second, minute, hour, day, month, years, _] = self.created;
        let (month, year) = (month.checked_add(1)?, years.checked_add(1900)?);
        let is_time = (0..=60).contains(&second) && (0..60).contains(&minute);
        let is_date = (1..=31).contains(&day) && (1..=12).contains(&month);
        let is_near = (0..24).contains(&hour) && (1900..10_000).contains(&year);
        (is_time && is_date && is_near)
            .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
    }

    pub(super) fn write(&self, writer: &mut Writer) -> Result<()> {
        writer.raw(MAGIC);
        writer.raw(&[1, self.version.minor(), 0]);
        writer.raw(&[INT_SIZE, OFFSET_SIZE, self.format.number()]);
        self.compression.write(writer, self.version)?;
        for part in self.created {
            writer.int(part);
        }
        writer.text(self.database.as_ref(), "the name of the database")?;
        writer.text(self.server_version.as_ref(), "the version of the server")?;
        writer.text(self.dump_version.as_ref(), "the version of pg_dump")
    }
}
