//! The few ways in which we touch a disk: stamp, read, write atomically, list, lock.
//!
//! Every failure names the path and what was being done.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read as _, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::{Mode, OFlags, open, openat};
use rustix::io::{Errno, retry_on_intr};

use crate::base::fingerprint::Fingerprint;
use crate::diagnostic::Error;
use crate::diagnostic::finding::{Finding, Result};

/// How the names of half-written files begin; such files are ours to remove.
pub const TEMPORARY: &str = ".feedmill-tmp-";

/// Mode of written files: web servers of other users read the export.
const MODE: u32 = 0o644;

/// File systems that others may change without an event here, by their numbers in statfs(2): those of
/// a network, of a host, and of programs, which may have either behind them.
const SHARED: &[(u64, &str)] = &[
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB2"),
    (0x6573_5546, "FUSE"),
    (0x0102_1997, "9p"),
    (0x00c3_6400, "Ceph"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x7372_7279, "Coda"),
    (0x786f_4256, "vboxsf"),
    (0xbacb_acbc, "vmhgfs"),
    (0x0bd0_0bd0, "Lustre"),
    (0x0116_1970, "GFS2"),
    (0x7461_636f, "OCFS2"),
];

/// The kind of file system that a folder is on, if others may change it without an event here.
pub fn shared(folder: &Path) -> Option<&'static str> {
    let number = u64::try_from(rustix::fs::statfs(folder).ok()?.f_type).ok()?;
    SHARED.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
}

/// The stamp of a file.
pub fn stamp(metadata: &Metadata) -> Fingerprint {
    Fingerprint {
        size: metadata.len(),
        modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
    }
}

/// A time of stat(2), in nanoseconds since 1970.
fn nanoseconds(seconds: i64, part: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(part)
}

/// The stamp of the file at a path as it is now; `None` when it is gone, and that of nothing when it
/// cannot be looked at.
pub fn stamp_of(path: &Path) -> Option<Fingerprint> {
    match fs::metadata(path) {
        Ok(metadata) => Some(stamp(&metadata)),
        Err(error) => (!is_gone(&error)).then(Fingerprint::default),
    }
}

/// The size of a regular file, without reading it.
pub fn size_of(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(Metadata::is_file).map(|metadata| metadata.len())
}

/// The stamp of an open file, and whether it is a regular one: fstat(2), because statx(2), which the
/// standard library asks, takes twice as long.
fn look(file: &File) -> io::Result<(Fingerprint, bool)> {
    let stat = rustix::fs::fstat(file)?;
    let part = |nanoseconds| i64::try_from(nanoseconds).unwrap_or(0);
    let stamp = Fingerprint {
        size: u64::try_from(stat.st_size).unwrap_or(0),
        modified: nanoseconds(stat.st_mtime, part(stat.st_mtime_nsec)),
        changed: nanoseconds(stat.st_ctime, part(stat.st_ctime_nsec)),
        inode: stat.st_ino,
    };
    Ok((stamp, rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file()))
}

/// Reads a regular file of at most `limit` bytes, and stamps it.
///
/// # Errors
/// When it cannot be read, is larger, changes while it is read, or is something else: a pipe is
/// never waited for.
pub fn read(path: &Path, limit: u64) -> Read {
    let file = retry_on_intr(|| open(path, FLAGS, Mode::empty()));
    read_open(file.map_err(|error| failed(&error.into()))?.into(), limit)
}

/// A folder whose files are read. It is open, so that the way to it is not walked for each of them;
/// keep it for a pass only: as long as it is open, its disk cannot be taken away.
#[derive(Debug)]
pub struct Folder<'a> {
    path: &'a Path,
    open: io::Result<OwnedFd>,
}

impl<'a> Folder<'a> {
    /// Opens a folder; where that fails, so does every reading in it.
    pub fn open(path: &'a Path) -> Self {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let open = retry_on_intr(|| open(path, flags, Mode::empty()));
        Self { path, open: open.map_err(io::Error::from) }
    }

    /// Where it is.
    pub fn path(&self) -> &'a Path {
        self.path
    }

    /// Reads a file below it, as [`read`] does. A link is followed to what is below the folder too,
    /// and nowhere else, whoever puts one in the place of a file at this moment.
    ///
    /// # Errors
    /// As above, and when it is a link that leads out of the folder.
    pub fn read(&self, path: &str, limit: u64) -> Read {
        read_open(self.open_file(path)?, limit)
    }

    /// Reads the first `size` bytes of a file below it, as [`Self::read`] does, for a caller who knows
    /// what they were: neither what it is nor whether it changes meanwhile is asked, which are two of
    /// five system calls.
    ///
    /// # Errors
    /// When it cannot be read, or is a link that leads out of the folder.
    pub fn read_known(&self, path: &str, size: u64) -> std::result::Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
        let read = self.open_file(path)?.take(size).read_to_end(&mut bytes);
        read.map_err(|error| failed(&error))?;
        Ok(bytes)
    }

    fn open_file(&self, path: &str) -> std::result::Result<File, Error> {
        let folder = self.open.as_ref().map_err(failed)?;
        let opened =
            retry_on_intr(|| openat(folder, path, FLAGS | OFlags::NOFOLLOW, Mode::empty()));
        let file = match opened {
            Err(Errno::LOOP) => {
                let nowhere = Error::BadLink { to: "nowhere" };
                let broken = |error| if is_gone(&error) { nowhere } else { failed(&error) };
                let target = self.path.join(path).canonicalize().map_err(broken)?;
                let is_below =
                    self.path.canonicalize().is_ok_and(|folder| target.starts_with(folder));
                if !is_below {
                    return Err(Error::BadLink { to: "out of the site" });
                }
                retry_on_intr(|| open(&target, FLAGS | OFlags::NOFOLLOW, Mode::empty()))
            }
            opened => opened,
        };
        Ok(file.map_err(|error| failed(&error.into()))?.into())
    }
}

/// What a file holds, and its stamp.
type Read = std::result::Result<(Vec<u8>, Fingerprint), Error>;

fn failed(source: &io::Error) -> Error {
    let reason = source.to_string();
    if is_withheld(source) {
        return Error::Withheld { reason };
    }
    Error::Io { doing: "read it", reason }
}

/// Whether an error is the system's own and says nothing of the file: it has none to open left, or no
/// memory, or the machine that has the file does not answer, or has put another in its place.
fn is_withheld(error: &io::Error) -> bool {
    let own = [Errno::MFILE, Errno::NFILE, Errno::NOMEM];
    let afar = [Errno::TIMEDOUT, Errno::STALE, Errno::NOTCONN, Errno::HOSTDOWN, Errno::HOSTUNREACH];
    is_one_of(error, &own) || is_one_of(error, &afar)
}

/// Whether an error of looking at a path says nothing of what is there: it is withheld, or in a folder
/// that may not be entered.
pub fn is_kept_back(error: &io::Error) -> bool {
    is_withheld(error) || error.kind() == io::ErrorKind::PermissionDenied
}

/// Whether an error says that there is nothing at a path, or nothing behind a link: with any other it
/// is not known.
pub fn is_gone(error: &io::Error) -> bool {
    is_one_of(error, &[Errno::NOENT, Errno::NOTDIR, Errno::LOOP])
}

fn is_one_of(error: &io::Error, errors: &[Errno]) -> bool {
    Errno::from_io_error(error).is_some_and(|error| errors.contains(&error))
}

/// How files are opened: a pipe is not waited for, a terminal not taken.
const FLAGS: OFlags =
    OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

fn read_open(mut file: File, limit: u64) -> Read {
    let (stamp, is_file) = look(&file).map_err(|error| failed(&error))?;
    let Fingerprint { size, .. } = stamp;
    if !is_file {
        return Err(Error::NotRegular);
    }
    if size > limit {
        return Err(Error::TooLarge { bytes: size, limit });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    // Not to its end, which would take one more call: what was added meanwhile shows in its stamp.
    // Some file systems do not know the size of what a program makes, and say 0.
    let most = if size == 0 { limit } else { size };
    (&mut file).take(most).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    if stamp != look(&file).map_err(|error| failed(&error))?.0 {
        return Err(Error::Changing);
    }
    Ok((bytes, stamp))
}

/// How many files and sockets this process may have open at a time.
pub fn open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

/// Takes a folder for this process alone, until the file is dropped or the process ends.
///
/// # Errors
/// When another process has it, or it cannot be opened.
pub fn lock(folder: &Path) -> Result<File> {
    let failed = |error: io::Error| Finding::io("open it", folder, &error);
    let file = File::open(folder).map_err(failed)?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(Errno::WOULDBLOCK) => {
            Err(Finding::about(folder.display().to_string(), Error::OutputInUse))
        }
        Err(error) => Err(failed(error.into())),
    }
}

/// Whether an open folder is the one that a path leads to now.
pub fn is_at(open: &File, path: &Path) -> bool {
    let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
    let found = fs::metadata(path).map(identity).ok();
    found.is_some() && found == open.metadata().map(identity).ok()
}

/// A written file that does not have its name yet; dropped without it, it is removed.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
    target: PathBuf,
    is_named: bool,
}

/// Where the new bytes of a file are written. The name tells which file it is, so that what a killed
/// process has left of it can be told from the work of others; the number of the process would not
/// tell that, because in a container all have the same one. It has not the ending of that file: who
/// collects feeds by theirs must not find half of one.
fn temporary_of(target: &Path) -> PathBuf {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = target.file_name().unwrap_or_default().display();
    target.with_file_name(format!("{TEMPORARY}{name}-{number}"))
}

/// Removes what a killed process had written of a file, by the one who may write it now.
pub fn sweep(target: &Path) {
    let begin = format!("{TEMPORARY}{}-", target.file_name().unwrap_or_default().display());
    let entries = target.parent().and_then(|folder| fs::read_dir(folder).ok());
    for entry in entries.into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(&begin)) {
            // Nobody is hindered by one that stays.
            let _ = fs::remove_file(entry.path());
        }
    }
}

impl Temporary {
    /// Writes `bytes` beside `target`, whose folder is made when it is missing. The file says that
    /// it was changed at `modified`, in Unix seconds. No two processes may write the same target.
    ///
    /// # Errors
    /// When the folder or the file cannot be written.
    pub fn write(target: PathBuf, bytes: &[u8], modified: i64) -> Result<Self> {
        let path = temporary_of(&target);
        let open = || OpenOptions::new().write(true).create_new(true).mode(MODE).open(&path);
        let file = open().or_else(|error| {
            match error.kind() {
                io::ErrorKind::NotFound => {
                    fs::create_dir_all(target.parent().unwrap_or_else(|| Path::new(".")))?;
                }
                // Of an earlier process, which was killed.
                io::ErrorKind::AlreadyExists => fs::remove_file(&path)?,
                _ => return Err(error),
            }
            open()
        });
        let mut file = file.map_err(|error| Finding::io("write it", &target, &error))?;
        let temporary = Self { path, target, is_named: false };
        let since = Duration::from_secs(u64::try_from(modified).unwrap_or(0));
        file.write_all(bytes)
            .and_then(|()| {
                // The umask may keep the file from other users; they are meant to read it.
                let has_mode = file.metadata()?.permissions().mode() & 0o777 == MODE;
                if has_mode { Ok(()) } else { file.set_permissions(Permissions::from_mode(MODE)) }
            })
            .and_then(|()| file.set_modified(UNIX_EPOCH + since))
            .map_err(|error| Finding::io("write it", &temporary.target, &error))?;
        Ok(temporary)
    }

    /// Waits until the file is on the disk.
    ///
    /// # Errors
    /// When it cannot be brought there.
    pub fn sync(&self) -> Result<()> {
        let synced = File::open(&self.path).and_then(|file| file.sync_all());
        synced.map_err(|error| Finding::io("write it", &self.target, &error))
    }

    /// Gives the file its name; readers see the old file or this one, never a part.
    ///
    /// # Errors
    /// When it cannot be renamed.
    pub fn name(mut self) -> Result<()> {
        fs::rename(&self.path, &self.target)
            .map_err(|error| Finding::io("rename it", &self.target, &error))?;
        self.is_named = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_named {
            // What stays behind is removed before the next process writes.
            let _ = fs::remove_file(&self.path);
        }
    }
}
