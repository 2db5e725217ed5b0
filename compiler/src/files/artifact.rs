//! Artifacts on disk: is one current, and how one is written.
//!
//! Invariant: a reader sees the former file or the whole new one, never a part: bytes go to a
//! temporary name in the same directory, which then takes the artifact's name.

use crate::cli::InvalidationMode;
use pyclast_codegen::Target;
use pyclast_codegen::pyc::{self, Validation};
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Whether an artifact is what compiling would write, judged as import judges it.
///
/// By timestamp: magic, mode, modification time and size. By hash: magic, mode and the source's
/// hash. (`compileall` compares neither size nor hash.) The first `skipped` bytes say nothing of that.
pub fn is_current(
    artifact: &Path,
    skipped: usize,
    mode: InvalidationMode,
    source: &Metadata,
    source_bytes: Option<&[u8]>,
    target: &Target,
) -> bool {
    let mut actual = [0; 16];
    let read = File::open(artifact).and_then(|mut file| {
        file.seek(SeekFrom::Start(skipped as u64))?;
        file.read_exact(&mut actual)
    });
    read.is_ok() && header(mode, source, source_bytes, target) == Some(actual)
}

/// The header of an artifact; `None` if it needs the source's bytes and they are not given.
pub fn header(
    mode: InvalidationMode,
    source: &Metadata,
    source_bytes: Option<&[u8]>,
    target: &Target,
) -> Option<[u8; 16]> {
    Some(pyc::header(target, validation(mode, source, source_bytes, target)?))
}

/// How an artifact is validated; `None` if that needs the source's bytes and they are not given.
pub fn validation(
    mode: InvalidationMode,
    source: &Metadata,
    source_bytes: Option<&[u8]>,
    target: &Target,
) -> Option<Validation> {
    Some(match mode {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are recorded modulo 2**32")]
        InvalidationMode::Timestamp => {
            Validation::Timestamp { mtime: modified_seconds(source) as u32, size: source.len() as u32 }
        }
        InvalidationMode::CheckedHash => Validation::CheckedHash(pyc::source_hash(target, source_bytes?)),
        InvalidationMode::UncheckedHash => Validation::UncheckedHash(pyc::source_hash(target, source_bytes?)),
    })
}

/// `int(os.stat(source).st_mtime)`: rounded towards zero.
fn modified_seconds(source: &Metadata) -> i64 {
    let seconds = source.mtime();
    if seconds < 0 && source.mtime_nsec() > 0 { seconds + 1 } else { seconds }
}

/// Permissions of an artifact: the source's, always writable by its owner (`_calc_mode`).
pub fn mode(source: &Metadata) -> u32 {
    (source.mode() | 0o200) & 0o666
}

/// Writes an artifact atomically, making its directory
/// (`py_compile.compile` and `importlib._bootstrap_external._write_atomic`).
pub fn write(artifact: &Path, parts: &[&[u8]], mode: u32) -> io::Result<()> {
    refuse_special(artifact)?;
    let temporary = temporary_name(artifact);
    let written = match write_new(&temporary, parts, mode) {
        // The directory is missing, which it is for the first file only.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_directory_of(artifact).and_then(|()| write_new(&temporary, parts, mode))
        }
        written => written,
    };
    let written = written.and_then(|()| fs::rename(&temporary, artifact));
    if written.is_err() {
        // The first error is the one to tell; the file may not even be there.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn make_directory_of(artifact: &Path) -> io::Result<()> {
    match artifact.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        Some(directory) => fs::create_dir_all(directory),
        None => Ok(()),
    }
}

/// Replaces `artifact` by a hard link to `original` if their bytes are equal.
pub fn link_if_equal(original: &Path, artifact: &Path) -> io::Result<()> {
    if fs::read(original)? != fs::read(artifact)? {
        return Ok(());
    }
    let temporary = temporary_name(artifact);
    fs::hard_link(original, &temporary)?;
    fs::rename(&temporary, artifact).inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })?;
    // Renaming one link over another of the same file does nothing: the temporary name may remain.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Links and special files are not replaced by regular ones.
fn refuse_special(artifact: &Path) -> io::Result<()> {
    let kind = match fs::symlink_metadata(artifact) {
        Ok(metadata) if metadata.is_symlink() => "a symlink and will be changed into a regular file",
        Ok(metadata) if !metadata.is_file() => "a non-regular file and will be changed into a regular one",
        _ => return Ok(()),
    };
    let message = format!("{} is {kind} if import writes a byte-compiled file to it", artifact.display());
    Err(io::Error::new(io::ErrorKind::AlreadyExists, message))
}

fn write_new(path: &Path, parts: &[&[u8]], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))
}

/// A name in the artifact's directory that nobody else uses.
fn temporary_name(artifact: &Path) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut name = OsString::from(artifact);
    name.push(format!(".{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    name.into()
}
