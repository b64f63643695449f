//! Files that their owner alone can read and write, whatever the umask, and that are never looked for behind a link.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, BufWriter, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

const PRIVATE_FOLDER: Mode = Mode::RWXU;
const PRIVATE_FILE: Mode = Mode::RUSR.union(Mode::WUSR);

/// The bits by which others could read or write.
const OTHERS: Mode = Mode::RWXG.union(Mode::RWXO);

/// A folder of ours. Files in it are opened relative to it, so that it cannot be exchanged for another meanwhile.
#[derive(Debug)]
pub(super) struct Folder(OwnedFd);

impl Folder {
    /// The folder at `path`, if it is there.
    pub(super) fn existing(path: &Path) -> io::Result<Option<Self>> {
        absent_is_none(rustix::fs::open(path, folder_flags(), Mode::empty()))
            .and_then(|fd| fd.map(Self::ours).transpose())
    }

    /// The folder `name` in `parent`; both are made if they are not there. `parent` itself is the user's: it may be behind a link.
    pub(super) fn made(parent: &Path, name: &str) -> io::Result<Self> {
        if !parent.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
            // Whatever the umask has left of it.
            fs::set_permissions(parent, Permissions::from_mode(0o700))?;
        }
        let parent = rustix::fs::open(parent, OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        Self(parent).made_folder(name)
    }

    /// The folder of that name in this one, if it is there.
    pub(super) fn folder(&self, name: &str) -> io::Result<Option<Self>> {
        absent_is_none(rustix::fs::openat(&self.0, name, folder_flags(), Mode::empty()))
            .and_then(|fd| fd.map(Self::ours).transpose())
    }

    /// The same, made if it is not there.
    pub(super) fn made_folder(&self, name: &str) -> io::Result<Self> {
        match rustix::fs::mkdirat(&self.0, name, PRIVATE_FOLDER) {
            // Whatever the umask has left of it.
            Ok(()) => rustix::fs::chmodat(&self.0, name, PRIVATE_FOLDER, AtFlags::empty())?,
            Err(Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        Self::ours(rustix::fs::openat(&self.0, name, folder_flags(), Mode::empty())?)
    }

    /// A folder that others own could be changed under our hands; one that is ours is closed to others.
    fn ours(folder: OwnedFd) -> io::Result<Self> {
        let stat = rustix::fs::fstat(&folder)?;
        if stat.st_uid != rustix::process::geteuid().as_raw() {
            return Err(refused("the folder belongs to somebody else"));
        }
        if Mode::from_raw_mode(stat.st_mode) != PRIVATE_FOLDER {
            rustix::fs::fchmod(&folder, PRIVATE_FOLDER)?;
        }
        Ok(Self(folder))
    }

    /// The file `name`, to be read; `None` if there is none.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<File>> {
        // A pipe that lies there would keep us waiting.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let Some(fd) = absent_is_none(rustix::fs::openat(&self.0, name, flags, Mode::empty()))? else {
            return Ok(None);
        };
        checked(&fd)?;
        Ok(Some(File::from(fd)))
    }

    /// The file `name`, to be added to.
    pub(super) fn append(&self, name: &str) -> io::Result<File> {
        let flags =
            OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let fd = rustix::fs::openat(&self.0, name, flags, PRIVATE_FILE)?;
        // A file just made has what the umask left of its mode.
        if rustix::fs::fstat(&fd)?.st_size == 0 {
            rustix::fs::fchmod(&fd, PRIVATE_FILE)?;
        }
        checked(&fd)?;
        Ok(File::from(fd))
    }

    /// Writes the file `name` anew: either all that `write` writes is there at the end, or what was there before.
    pub(super) fn replace(
        &self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
    ) -> io::Result<()> {
        let new = unfinished(name);
        // What a drdeck that was killed has left.
        match rustix::fs::unlinkat(&self.0, new.as_str(), AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = File::from(rustix::fs::openat(&self.0, new.as_str(), flags, PRIVATE_FILE)?);
        rustix::fs::fchmod(&file, PRIVATE_FILE)?;
        let mut buffered = BufWriter::with_capacity(64 * 1024, &file);
        write(&mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        file.sync_all()?;
        rustix::fs::renameat(&self.0, new.as_str(), &self.0, name)?;
        rustix::fs::fsync(&self.0)?;
        Ok(())
    }

    /// Leaves the `keep` folders in this one that were written to last. Of the others the `files` are removed; one that holds anything else stays.
    pub(super) fn forget_oldest(&self, keep: usize, files: &[&str]) -> io::Result<()> {
        let mut folders: Vec<(i64, String)> = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let Ok(name) = entry?.file_name().to_str().map(str::to_owned) else { continue };
            let stat = rustix::fs::statat(&self.0, name.as_str(), AtFlags::SYMLINK_NOFOLLOW)?;
            if !name.starts_with('.') && FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
                folders.push((written(&stat), name));
            }
        }
        folders.sort_unstable_by(|a, b| b.cmp(a));
        for (_, name) in folders.iter().skip(keep) {
            if let Some(folder) = self.folder(name)? {
                for file in files {
                    // What is not there need not be removed; what cannot be keeps the folder. A drdeck that was killed has left a half-written one.
                    for name in [(*file).to_owned(), unfinished(file)] {
                        let _ = rustix::fs::unlinkat(&folder.0, name.as_str(), AtFlags::empty());
                    }
                }
            }
            let _ = rustix::fs::unlinkat(&self.0, name.as_str(), AtFlags::REMOVEDIR);
        }
        Ok(())
    }
}

/// What a file is called while it is written.
fn unfinished(name: &str) -> String {
    format!("{name}.new")
}

#[allow(clippy::unnecessary_cast, reason = "the type differs between systems")]
fn written(stat: &Stat) -> i64 {
    stat.st_mtime as i64
}

fn folder_flags() -> OFlags {
    OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// What others could have written is not believed.
fn checked(file: &OwnedFd) -> io::Result<()> {
    let stat = rustix::fs::fstat(file)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(refused("it is not a file"));
    }
    if stat.st_uid != rustix::process::geteuid().as_raw() {
        return Err(refused("the file belongs to somebody else"));
    }
    if Mode::from_raw_mode(stat.st_mode).intersects(OTHERS) {
        return Err(refused("others may read or write the file"));
    }
    Ok(())
}

fn absent_is_none(opened: rustix::io::Result<OwnedFd>) -> io::Result<Option<OwnedFd>> {
    match opened {
        Ok(fd) => Ok(Some(fd)),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn refused(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}
