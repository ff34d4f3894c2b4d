//! What faults are made with, and what is seen of the program from outside.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::service::harness::{Address, Server};

/// Only a failure takes so long.
pub(super) const LONG: Duration = Duration::from_secs(20);

/// Says that this test cannot be run here, past the capture of what tests print: nobody must take
/// it for passed.
pub(crate) fn not_run(why: &str) {
    let current = thread::current();
    let _ = writeln!(io::stderr(), "not run: {}: {why}", current.name().unwrap_or("a test"));
}

/// Whether a program can be run, which says its version.
pub(super) fn is_there(program: &str) -> bool {
    let mut command = Command::new(program);
    let status = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The same command with words before it, which end in running it.
pub(crate) fn behind(words: &[&str], command: &Command) -> Command {
    let mut whole = Command::new(words[0]);
    whole.args(&words[1..]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => whole.env(name, value),
            None => whole.env_remove(name),
        };
    }
    whole.stdin(Stdio::null());
    whole
}

/// The same command as the end of a script of the shell: `PREPARE; exec COMMAND REDIRECT`.
pub(super) fn scripted(prepare: &str, redirect: &str, command: &Command) -> Command {
    behind(&["sh", "-c", &format!("{prepare} exec \"$0\" \"$@\" {redirect}")], command)
}

/// Makes a command one that reads only what its user may read, whoever that is; `None` where it
/// cannot be done.
pub(crate) fn with_rights_of_its_own(command: &Command) -> Option<Command> {
    let words = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"];
    if fs::metadata("/proc/self").is_ok_and(|process| is_root(&process)) {
        let tried = behind(&words, &Command::new("true")).stderr(Stdio::null()).status();
        return tried.is_ok_and(|status| status.success()).then(|| behind(&words, command));
    }
    Some(behind(&["env"], command))
}

fn is_root(process: &fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(process) == 0
}

/// A file system at a place; it is taken away when this is dropped.
pub(super) struct Mount {
    place: PathBuf,
}

impl Mount {
    /// Mounts something at a place; says so and gives `None` where that is not allowed.
    pub(super) fn new(words: &[&str], place: PathBuf) -> Option<Self> {
        fs::create_dir_all(&place).unwrap();
        let done = Command::new("mount").args(words).arg(&place).output();
        if done.is_ok_and(|done| done.status.success()) {
            return Some(Self { place });
        }
        not_run("nothing can be mounted here; it takes root");
        None
    }

    /// One that is there already.
    pub(super) fn at(place: PathBuf) -> Self {
        Self { place }
    }

    /// A disk in memory.
    pub(super) fn memory(options: &str, place: PathBuf) -> Option<Self> {
        Self::new(&["-t", "tmpfs", "-o", options, "feedmill-test"], place)
    }

    /// Makes it another one at the same place.
    #[track_caller]
    pub(super) fn change(&self, options: &str) {
        let options = format!("remount,{options}");
        let done = Command::new("mount").args(["-o", &options]).arg(&self.place).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Who still has a file open there is not asked.
        let _ = Command::new("umount").arg("-l").arg(&self.place).status();
    }
}

/// The program as the system sees it.
pub(super) struct Process(PathBuf);

impl Process {
    pub(super) fn of(server: &mut Server) -> Self {
        Self(Path::new("/proc").join(server.child().id().to_string()))
    }

    /// Its number.
    pub(super) fn id(&self) -> String {
        self.0.file_name().unwrap().to_str().unwrap().to_owned()
    }

    /// The most memory that it has held since that was [forgotten](Self::forget_memory), in MiB.
    pub(super) fn most_memory(&self) -> u64 {
        let text = fs::read_to_string(self.0.join("status")).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Makes what it holds now the most that it has held.
    pub(super) fn forget_memory(&self) {
        OpenOptions::new()
            .write(true)
            .open(self.0.join("clear_refs"))
            .and_then(|mut file| file.write_all(b"5"))
            .unwrap();
    }

    /// How many files and sockets it has open.
    pub(super) fn open_files(&self) -> usize {
        fs::read_dir(self.0.join("fd")).unwrap().count()
    }

    /// Whether it is told by the system when a file changes.
    pub(super) fn is_watching(&self) -> bool {
        let open = fs::read_dir(self.0.join("fd")).unwrap().flatten();
        let mut leads_to = open.filter_map(|entry| fs::read_link(entry.path()).ok());
        leads_to.any(|target| target.to_string_lossy().contains("inotify"))
    }

    /// How long it has been running on any core, in hundredths of a second.
    pub(super) fn work(&self) -> u64 {
        let text = fs::read_to_string(self.0.join("stat")).unwrap();
        // The name before the last bracket may hold anything.
        let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}

/// A connection of which the test decides what is said on it.
#[track_caller]
pub(super) fn connect(server: &Server) -> TcpStream {
    let Address::Tcp(address) = &server.address else { unreachable!() };
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.set_write_timeout(Some(LONG)).unwrap();
    stream
}
