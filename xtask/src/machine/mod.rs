//! What this machine offers: processes, ports, files, signals and the terminal.

pub(crate) mod command;
pub(crate) mod fingerprint;
pub(crate) mod http;
pub(crate) mod interrupt;
pub(crate) mod json_file;
pub(crate) mod lock;
pub(crate) mod port;
pub(crate) mod process;
pub(crate) mod progress;
