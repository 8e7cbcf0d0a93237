//! What a measurement found, as Markdown.

use std::fmt;

/// A budget of the design and what became of it.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) budget: String,
    pub(crate) measured: String,
    pub(crate) kept: bool,
}

#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| {} |", self.columns.join(" | "))?;
        writeln!(f, "|{}", "---|".repeat(self.columns.len()))?;
        self.rows.iter().try_for_each(|row| writeln!(f, "| {} |", row.join(" | ")))
    }
}

#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) command: &'static str,
    /// What exactly was measured, and how.
    pub(crate) how: String,
    pub(crate) table: Table,
    pub(crate) verdicts: Vec<Verdict>,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, command, how, table, .. } = self;
        write!(f, "## {title}\n\n`cargo run --release -p bench -- {command}`\n\n{how}\n\n{table}")
    }
}

/// All verdicts in one table.
pub(crate) fn summary<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Table {
    let mut table = Table::new(&["budget", "at most", "measured", ""]);
    for Verdict { what, budget, measured, kept } in verdicts {
        let kept = if *kept { "kept" } else { "**missed**" };
        table.row([what.clone(), budget.clone(), measured.clone(), kept.to_owned()]);
    }
    table
}
