//! Artifacts of CinderX's strict loader (`*.strict.pyc`): whose header is one word longer, and who depends on whom.
//!
//! ```text
//! 37 80 0d 0a · 2b 0e 0d 0a · 00 00 00 00 · mtime · size · (('lib', b'…'), ('os', b'')) · code
//! static        the header of a .pyc                       dependencies, marshalled      marshalled
//! ```
//!
//! A dependency is recorded with the eight bytes its own header ends with, or with none if it is no static module: then
//! it only matters should it become one. Bytes after the code are ignored by CinderX.
//!
//! Invariant: a file parses to what it was made from.

use super::{HEADER_SIZE as PYC_HEADER_SIZE, HeaderError, Validation, header as pyc_header, parse as parse_pyc};
use crate::{Constant, Target, marshal};
use pyclast_syntax::PyString;
use std::fmt;

/// Bytes of a header.
pub const HEADER_SIZE: usize = 4 + PYC_HEADER_SIZE;

/// In the first word: the module is static or strict.
const STRICT_BIT: u16 = 1 << 15;

/// Ends an artifact whose module may run from its ordinary code where CinderX or its JIT is missing.
pub const FALLBACK_MARK: &[u8] = b"pyclast:fallback";

/// A module that another one was compiled with.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Dependency {
    /// Its name.
    pub module: PyString,
    /// What its source was then; none if it is no static module.
    pub source: Option<[u8; 8]>,
}

/// What tells a source from its other versions: the eight bytes at the end of a header.
pub fn source_mark(validation: Validation) -> [u8; 8] {
    match validation {
        Validation::Timestamp { mtime, size } => (u64::from(mtime) | u64::from(size) << 32).to_le_bytes(),
        Validation::CheckedHash(hash) | Validation::UncheckedHash(hash) => hash,
    }
}

/// The first word of an artifact (`_MAGIC_STRICT_OR_STATIC`, `_MAGIC_NEITHER_STRICT_NOR_STATIC`).
fn magic(target: &Target, is_strict: bool) -> [u8; 4] {
    let number = if is_strict { target.strict_magic | STRICT_BIT } else { 0 };
    let [low, high] = number.to_le_bytes();
    [low, high, b'\r', b'\n']
}

/// The header of an artifact.
pub fn header(target: &Target, is_strict: bool, validation: Validation) -> [u8; HEADER_SIZE] {
    let mut bytes = [0; HEADER_SIZE];
    bytes[..4].copy_from_slice(&magic(target, is_strict));
    bytes[4..].copy_from_slice(&pyc_header(target, validation));
    bytes
}

/// Header and dependencies: what stands before the code.
pub fn prefix(target: &Target, is_strict: bool, validation: Validation, dependencies: &[Dependency]) -> Vec<u8> {
    let record = |dependency: &Dependency| {
        let source: &[u8] = dependency.source.as_ref().map_or(&[], |source| source);
        Constant::Tuple([Constant::Str(dependency.module.clone()), Constant::Bytes(source.into())].into())
    };
    let records = Constant::Tuple(dependencies.iter().map(record).collect());
    let mut bytes = header(target, is_strict, validation).to_vec();
    bytes.append(&mut marshal::write_constant(&records, target.marshal_version));
    bytes
}

/// An artifact, taken apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Artifact<'file> {
    /// The module is static or strict.
    pub is_strict: bool,
    /// How it is validated.
    pub validation: Validation,
    /// What it was compiled with.
    pub dependencies: Vec<Dependency>,
    /// Header and dependencies.
    pub prefix: &'file [u8],
    /// The marshalled code object, and what follows it.
    pub code: &'file [u8],
}

/// Why a file is no artifact of the strict loader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ArtifactError {
    /// Its header is not.
    Header(HeaderError),
    /// Its dependencies are not.
    Dependencies,
}

impl fmt::Display for ArtifactError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => error.fmt(formatter),
            Self::Dependencies => formatter.write_str("the dependencies are not marshalled as they should be"),
        }
    }
}

impl std::error::Error for ArtifactError {}

/// Takes an artifact apart.
pub fn parse<'file>(target: &Target, file: &'file [u8]) -> Result<Artifact<'file>, ArtifactError> {
    let (&found, rest) = file.split_first_chunk::<4>().ok_or(ArtifactError::Header(HeaderError::TooShort))?;
    let is_strict = found == magic(target, true);
    if !is_strict && found != magic(target, false) {
        return Err(ArtifactError::Header(HeaderError::WrongMagic(found)));
    }
    let (validation, body) = parse_pyc(target, rest).map_err(ArtifactError::Header)?;
    let (records, code) = marshal::read_first(body).map_err(|_| ArtifactError::Dependencies)?;
    let Constant::Tuple(records) = records else { return Err(ArtifactError::Dependencies) };
    let dependencies: Option<Vec<Dependency>> = records.iter().map(dependency).collect();
    let dependencies = dependencies.ok_or(ArtifactError::Dependencies)?;
    let prefix = &file[..file.len() - code.len()];
    Ok(Artifact { is_strict, validation, dependencies, prefix, code })
}

/// One record: `(name, b'')` or `(name, eight bytes)`.
fn dependency(record: &Constant) -> Option<Dependency> {
    let Constant::Tuple(parts) = record else { return None };
    let [Constant::Str(module), Constant::Bytes(source)] = &parts[..] else { return None };
    let source = if source.is_empty() { None } else { Some((**source).try_into().ok()?) };
    Some(Dependency { module: module.clone(), source })
}

/// Whether a file begins as an artifact of the strict loader does, of any version.
pub fn is_artifact(target: &Target, file: &[u8]) -> bool {
    parse_pyc(target, file).is_err() && file.get(2..4) == Some(b"\r\n") && file.get(4..8) == Some(&super::magic(target))
}
