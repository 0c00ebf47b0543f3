//! What a PostgreSQL that is killed leaves in the memory of the machine. It takes it away itself when it starts again, unless its data are
//! made anew before that.

use std::{fs, path::PathBuf, process::Stdio};

use crate::{context::Context, process};

/// POSIX's has files here.
const FILES: &str = "/dev/shm/PostgreSQL.";

#[derive(Default)]
pub struct SharedMemory {
    files: Vec<PathBuf>,
    /// System V's has numbers.
    segment: Option<String>,
}

impl SharedMemory {
    /// Of a process that runs, and says in `postmaster.pid` which segment it has.
    pub fn of(process: i32, postmaster_pid: &str) -> Self {
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap_or_default();
        let paths = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
        let files = paths.filter(|path| path.starts_with(FILES)).map(PathBuf::from);
        Self {
            files: files.collect(),
            segment: segment(postmaster_pid).map(str::to_owned),
        }
    }

    pub fn remove(&self, context: &Context) {
        for file in &self.files {
            // Usually it is gone.
            let _ = fs::remove_file(file);
        }
        if let Some(segment) = &self.segment {
            let mut ipcrm = context.command("ipcrm");
            ipcrm.args(["--shmem-id", segment]).stderr(Stdio::null());
            let _ = process::run_undisturbed(&mut ipcrm);
        }
    }
}

/// The seventh line is its key and its id.
fn segment(postmaster_pid: &str) -> Option<&str> {
    postmaster_pid.lines().nth(6)?.split_whitespace().nth(1)
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn the_segment_is_read_from_postgresqls_file() {
        let file = "4711\n/data\n1780000000\n5432\n/run\n127.0.0.1\n  10487285     32773\nready   \n";
        assert_eq!(segment(file), Some("32773"));
        assert_eq!(segment("4711\n"), None);
    }
}
