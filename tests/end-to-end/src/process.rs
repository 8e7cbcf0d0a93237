use std::fs::{self, DirEntry};

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

    /// Every process of the function persist.
    pub fn all_of_persist() -> Vec<Self> {
        let endpoint = format!("AWS_ENDPOINT_URL={}\0", Stack::of_tests().aws);
        Self::having("environ", &["AWS_LAMBDA_FUNCTION_NAME=chatlog-Persist", &endpoint])
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
