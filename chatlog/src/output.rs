//! Results, as tables for people or as JSON for programs.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use anyhow::Result;
use comfy_table::{Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::arguments::Output;

/// A result that can be shown to people.
pub(crate) trait Show: Serialize {
    fn show(&self) -> String;
}

impl Output {
    /// Prints a result on standard output.
    pub(crate) fn print(self, result: &impl Show) -> Result<()> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(result)?);
        } else {
            println!("{}", result.show());
        }
        Ok(())
    }
}

/// A table with a header.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for row in rows {
        table.add_row(row);
    }
    // The preset pads every cell.
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A progress bar on standard error. If that is no terminal, it shows nothing.
pub(crate) fn progress(total: u64, unit: &str) -> Result<ProgressBar> {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = format!("{{bar:30}} {{pos}} of about {{len}} {unit}, {{per_sec}}, {{eta}} left");
    bar.set_style(ProgressStyle::with_template(&template)?);
    bar.enable_steady_tick(Duration::from_millis(200));
    Ok(bar)
}

/// Says what is going on, on standard error.
pub(crate) fn say(bar: Option<&ProgressBar>, text: &str) {
    match bar {
        Some(bar) if stderr().is_terminal() => bar.suspend(|| eprintln!("{text}")),
        _ => eprintln!("{text}"),
    }
}
