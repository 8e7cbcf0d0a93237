//! The machine that a measurement was made on.

use std::fs;
use std::process::Command;

fn said(program: &str, argument: &str) -> String {
    let output = Command::new(program).arg(argument).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn found(file: &str, key: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    line.trim_matches([':', ' ', '\t']).to_owned()
}

pub(crate) fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kib: u64 = found("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
    let processor = found("/proc/cpuinfo", "model name");
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let [now, _, before] = [0, 1, 2].map(|place| load.split(' ').nth(place).unwrap_or_default());
    format!(
        "Measured on {cores} cores ({processor}, {architecture}), {memory} GiB of memory, Linux {kernel}, {rustc}. The \
         machine's load average was {now} ({before} over 15 minutes): more than a little is other work beside this.",
        architecture = std::env::consts::ARCH,
        memory = kib.div_ceil(1024 * 1024),
        kernel = said("uname", "-r"),
        rustc = said("rustc", "--version"),
    )
}
