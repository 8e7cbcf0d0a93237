use std::fs::{self, DirEntry};
use std::path::PathBuf;

use reqwest::Url;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use test_stack::Stack;

/// A process of the stack.
#[derive(Debug)]
pub struct Process {
    id: Pid,
}

/// A stopped process: it accepts connections, but does not respond. Dropping this continues it.
#[derive(Debug)]
pub struct Stopped(Process);

impl Process {
    /// OpenSearch, by the port on its command line: the runner that starts it serves one port above that.
    pub fn opensearch() -> Self {
        let url = Url::parse(&Stack::of_tests().opensearch).unwrap();
        let option = format!("-baseHttpPort\0{}\0", url.port().unwrap() - 1);
        Self::having("cmdline", &[&option]).into_iter().next().expect("OpenSearch runs")
    }

    /// Every process of a function, by its logical id, such as `Persist`.
    pub fn all_of(function: &str) -> Vec<Self> {
        let endpoint = format!("AWS_ENDPOINT_URL={}\0", Stack::of_tests().aws);
        Self::having("environ", &[&format!("AWS_LAMBDA_FUNCTION_NAME=chatlog-{function}-"), &endpoint])
    }

    /// The file of the program that it runs; `None` if it has ended.
    pub fn program(&self) -> Option<PathBuf> {
        fs::read_link(format!("/proc/{}/exe", self.id.as_raw_nonzero())).ok()
    }

    /// The processes whose `file` in `/proc` contains all `parts`.
    fn having(file: &str, parts: &[&str]) -> Vec<Self> {
        let matches = |entry: &DirEntry| {
            let content = fs::read(entry.path().join(file)).unwrap_or_default();
            let content = String::from_utf8_lossy(&content);
            parts.iter().all(|part| content.contains(part))
        };
        let entries = fs::read_dir("/proc").unwrap().flatten().filter(matches);
        let id = |entry: DirEntry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?);
        entries.filter_map(id).map(|id| Self { id }).collect()
    }

    /// Kills the process. It may have ended by itself.
    pub fn kill(&self) {
        let killed = kill_process(self.id, Signal::KILL);
        assert!(matches!(killed, Ok(()) | Err(Errno::SRCH)), "process {:?}: {killed:?}", self.id);
    }

    pub fn stop(self) -> Stopped {
        kill_process(self.id, Signal::STOP).unwrap();
        Stopped(self)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        kill_process(self.0.id, Signal::CONT).unwrap();
    }
}
