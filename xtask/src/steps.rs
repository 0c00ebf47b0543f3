//! A line per step with how long it took, its output in a log, and a table of all steps at the end.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    failure::{Explain, Failure, Result, fail},
    process, stop,
};

const TAIL: usize = 40;

pub struct Steps {
    logs: PathBuf,
    started: Instant,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    /// The step whose line has no end yet.
    open: Option<String>,
    rows: Vec<Row>,
}

struct Row {
    what: String,
    took: Duration,
    good: bool,
}

/// Where a step's programs write.
pub struct Log {
    path: PathBuf,
    file: File,
}

impl Log {
    fn create(logs: &Path, what: &str) -> Result<Self> {
        let path = logs.join(log_name(what));
        let file = File::create(&path).explain(format!("{} cannot be written", path.display()))?;
        Ok(Self { path, file })
    }

    pub fn write_to(&self, command: &mut Command) -> Result {
        let copy = || {
            self.file
                .try_clone()
                .explain(format!("{} cannot be opened twice", self.path.display()))
        };
        command.stdout(copy()?).stderr(copy()?);
        Ok(())
    }

    pub fn run(&self, command: &mut Command) -> Result {
        self.run_within(command, process::STEP_LIMIT)
    }

    pub fn run_within(&self, command: &mut Command, limit: Duration) -> Result {
        self.write_to(command)?;
        process::succeed(command, Some(limit))
    }

    pub fn run_undisturbed(&self, command: &mut Command) -> Result {
        self.write_to(command)?;
        process::run_undisturbed(command)
    }

    pub fn say(&self, sentence: &str) -> Result {
        writeln!(&self.file, "{sentence}").explain(format!("{} cannot be written", self.path.display()))
    }

    /// The last lines.
    pub fn tail(&self) -> String {
        let text = fs::read(&self.path).unwrap_or_default();
        let mut last = VecDeque::new();
        for line in String::from_utf8_lossy(&text).lines() {
            last.push_back(line.to_owned());
            if last.len() > TAIL {
                last.pop_front();
            }
        }
        Vec::from(last).join("\n")
    }
}

/// "The server" writes to `The-server-log`.
fn log_name(what: &str) -> String {
    let mut name = String::new();
    for letter in what.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    format!("{}-log", name.trim_end_matches('-'))
}

impl Steps {
    pub fn new(logs: PathBuf) -> Self {
        Self {
            logs,
            started: Instant::now(),
            shown: Mutex::default(),
        }
    }

    /// One command whose output is shown only if it fails.
    pub fn run(&self, what: &str, command: &mut Command) -> Result {
        self.several(what, |log| log.run(command))
    }

    /// Several commands as one step.
    pub fn several<T>(&self, what: &str, work: impl FnOnce(&Log) -> Result<T>) -> Result<T> {
        stop::check()?;
        let log = Log::create(&self.logs, what)?;
        let started = Instant::now();
        self.show_start(what);
        let outcome = work(&log);
        self.show_end(what, started.elapsed(), &outcome);
        match outcome {
            Err(Failure::Said(sentence)) => {
                print_error(&format!("{}\n{sentence}", log.tail()));
                fail(format!(
                    "{what} failed; the whole output is in {}",
                    log.path.display()
                ))
            }
            other => other,
        }
    }

    /// One command whose output is shown as it comes.
    pub fn run_visibly(&self, what: &str, command: &mut Command, limit: Option<Duration>) -> Result {
        stop::check()?;
        let started = Instant::now();
        println!("· {what}");
        let status = process::run(command, limit)?;
        let took = started.elapsed();
        self.shown().rows.push(Row {
            what: what.to_owned(),
            took,
            good: status.success(),
        });
        match status.success() {
            true => Ok(()),
            false => fail(format!("{what} failed")),
        }
    }

    /// How long each step took.
    pub fn print_table(&self) {
        let shown = self.shown();
        let whole = self.started.elapsed();
        let width = shown
            .rows
            .iter()
            .map(|row| row.what.chars().count())
            .max()
            .unwrap_or(0);
        println!();
        for row in &shown.rows {
            let mark = if row.good { "" } else { "  failed" };
            println!("  {:width$}  {:6.1} s{mark}", row.what, row.took.as_secs_f64());
        }
        println!(
            "  {:width$}  {:6.1} s",
            "together, some side by side",
            whole.as_secs_f64()
        );
    }

    fn show_start(&self, what: &str) {
        let mut shown = self.shown();
        if shown.open.is_none() {
            print!("· {what} …");
            shown.open = Some(what.to_owned());
            flush();
        }
    }

    fn show_end<T>(&self, what: &str, took: Duration, outcome: &Result<T>) {
        let mut shown = self.shown();
        let seconds = took.as_secs();
        let end = match outcome {
            Ok(_) => format!("{seconds} s"),
            Err(Failure::Said(_)) => format!("failed after {seconds} s"),
            Err(Failure::Stopped) => format!("stopped after {seconds} s"),
        };
        match shown.open.take() {
            Some(open) if open == what => println!(" {end}"),
            // Another step's line is open: this one gets a line of its own.
            Some(_) => println!("\n· {what} … {end}"),
            None => println!("· {what} … {end}"),
        }
        shown.rows.push(Row {
            what: what.to_owned(),
            took,
            good: outcome.is_ok(),
        });
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn flush() {
    // A terminal that is gone is nobody's reader.
    let _ = io::stdout().flush();
}

pub fn print_error(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::log_name;

    #[test]
    fn a_log_is_named_after_its_step() {
        assert_eq!(log_name("The server"), "The-server-log");
        assert_eq!(
            log_name("The browser's programs (WebAssembly)"),
            "The-browser-s-programs-WebAssembly-log"
        );
    }
}
