//! Programs that are started here. Each has a process group of its own, so that its children end with it.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};

use crate::{
    failure::{Explain, Result, fail},
    stop,
};

/// How long a program may take to end after it was told to. The server gives its clients ten seconds.
const GRACE: Duration = Duration::from_secs(15);
/// Longer than any single step has ever taken.
pub const STEP_LIMIT: Duration = Duration::from_secs(60 * 60);
/// A program that only says what it is.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// A running program, ended when this goes out of scope.
pub struct Running {
    child: Child,
    name: String,
    signal: Signal,
    grace: Duration,
}

impl Running {
    pub fn start(command: &mut Command) -> Result<Self> {
        Self::spawn(command.stdin(Stdio::null()))
    }

    /// And what it reads from its standard input.
    pub fn start_with_input(command: &mut Command) -> Result<(Self, ChildStdin)> {
        let mut running = Self::spawn(command.stdin(Stdio::piped()))?;
        match running.child.stdin.take() {
            Some(input) => Ok((running, input)),
            None => fail(format!("{} has no standard input", running.name)),
        }
    }

    fn spawn(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .process_group(0)
            .spawn()
            .explain(format!("{name} cannot be started"))?;
        Ok(Self {
            child,
            name,
            signal: Signal::SIGTERM,
            grace: GRACE,
        })
    }

    /// The signal that tells this program to end.
    pub fn ends_with(mut self, signal: Signal) -> Self {
        self.signal = signal;
        self
    }

    /// How long it may take after that.
    pub fn ends_within(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// As when its machine loses power: it can do nothing about it.
    pub fn kill(&mut self) -> Result {
        self.signal(Signal::SIGKILL);
        self.child
            .wait()
            .map(drop)
            .explain(format!("{} cannot be waited for", self.name))
    }

    pub fn has_ended(&mut self) -> Result<Option<ExitStatus>> {
        self.child
            .try_wait()
            .explain(format!("{} cannot be waited for", self.name))
    }

    /// Without a limit it runs as long as the user likes.
    pub fn wait(mut self, limit: Option<Duration>) -> Result<ExitStatus> {
        match stop::poll(stop::OFTEN, limit, || self.has_ended())? {
            Some(status) => Ok(status),
            None => fail(format!("{} did not end in time", self.name)),
        }
    }

    fn is_group_running(&mut self) -> bool {
        // One that has ended is in the group until it is waited for.
        let _ = self.child.try_wait();
        killpg(Pid::from_raw(self.child.id().cast_signed()), None).is_ok()
    }

    /// And does not wait.
    pub fn signal(&self, signal: Signal) {
        // Nobody is left in the group: then it has ended, which is what was wanted.
        let _ = killpg(Pid::from_raw(self.child.id().cast_signed()), signal);
    }
}

impl Drop for Running {
    /// Its children may still run when the program itself has ended.
    fn drop(&mut self) {
        if !self.is_group_running() {
            return;
        }
        self.signal(self.signal);
        let told = Instant::now();
        while self.is_group_running() {
            if told.elapsed() > self.grace {
                self.signal(Signal::SIGKILL);
                let _ = self.child.wait();
                return;
            }
            std::thread::sleep(stop::OFTEN);
        }
    }
}

pub fn run(command: &mut Command, limit: Option<Duration>) -> Result<ExitStatus> {
    Running::start(command)?.wait(limit)
}

pub fn succeed(command: &mut Command, limit: Option<Duration>) -> Result {
    let status = run(command, limit)?;
    succeeded(command, status)
}

pub fn succeeded(command: &Command, status: ExitStatus) -> Result {
    let name = command.get_program().to_string_lossy();
    match status.success() {
        true => Ok(()),
        false => fail(format!("{name} ended with {status}")),
    }
}

/// In the terminal's own group and to its end: `sudo` may ask for a password, and a package manager is not interrupted.
pub fn run_undisturbed(command: &mut Command) -> Result {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().explain(format!("{name} cannot be started"))?;
    succeeded(command, status)
}

/// What a program prints, if it is there and succeeds.
pub fn answer(command: &mut Command) -> Option<String> {
    let (status, text) = collect(command.stderr(Stdio::null()), |_, _| Ok(()))?;
    status.success().then_some(text)
}

/// Whether a program succeeds, and what it prints, also among its errors.
pub fn whole_answer(command: &mut Command) -> Option<(bool, String)> {
    let (status, text) = collect(command, |command, output| {
        command.stderr(output.try_clone()?);
        Ok(())
    })?;
    Some((status.success(), text))
}

fn collect(
    command: &mut Command,
    errors: impl FnOnce(&mut Command, &File) -> io::Result<()>,
) -> Option<(ExitStatus, String)> {
    let output = tempfile::tempfile().ok()?;
    errors(command, &output).ok()?;
    let stdout = output.try_clone().ok()?;
    let status = run(command.stdout(stdout), Some(ANSWER_LIMIT)).ok()?;
    Some((status, read_from_start(output)?))
}

fn read_from_start(mut file: File) -> Option<String> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    Some(text)
}

/// Whether one of the folders of PATH has this program.
pub fn is_installed(program: &str, path: &std::ffi::OsStr) -> bool {
    std::env::split_paths(path).any(|folder| folder.join(program).is_file())
}
