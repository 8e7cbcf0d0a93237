//! What a measurement finds, as Markdown.

use std::fmt;

/// A budget of the design and what was measured.
#[derive(Debug)]
pub(crate) struct Budget {
    what: &'static str,
    at_most: &'static str,
    measured: String,
    kept: bool,
}

impl Budget {
    pub(crate) fn new(what: &'static str, at_most: &'static str, measured: String, kept: bool) -> Self {
        Self { what, at_most, measured, kept }
    }
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

/// The chapter of one measurement. The alternate form is a document of its own.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) command: &'static str,
    /// The file below `docs` that it fills; without one, it is a part of `measurements.md`.
    pub(crate) document: Option<&'static str>,
    /// What was measured, and how.
    pub(crate) method: String,
    pub(crate) body: String,
    pub(crate) budgets: Vec<Budget>,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, command, method, body, .. } = self;
        let (heading, flag) = if f.alternate() { ("#", " --write") } else { ("##", "") };
        write!(
            f,
            "{heading} {title}\n\n`cargo run --release -p bench -- {command}{flag}`\n\n{method}\n\n{body}"
        )
    }
}

/// All budgets in one table.
pub(crate) fn budgets(sections: &[Section]) -> Table {
    budget_table(sections.iter().flat_map(|section| &section.budgets))
}

pub(crate) fn budget_table<'a>(budgets: impl IntoIterator<Item = &'a Budget>) -> Table {
    let mut table = Table::new(&["budget", "at most", "measured", ""]);
    for Budget { what, at_most, measured, kept } in budgets {
        let kept = if *kept { "kept" } else { "**missed**" };
        table.row([(*what).to_owned(), (*at_most).to_owned(), measured.clone(), kept.to_owned()]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kept: bool) -> Section {
        let mut table = Table::new(&["function", "MiB"]);
        table.row(["read".to_owned(), "5".to_owned()]);
        Section {
            title: "Sizes",
            command: "sizes",
            document: None,
            method: "By `ls`.".to_owned(),
            body: table.to_string(),
            budgets: vec![Budget::new("size", "8 MB", "5 MiB".to_owned(), kept)],
        }
    }

    #[test]
    fn a_section_is_a_chapter_or_a_document() {
        let body = "By `ls`.\n\n| function | MiB |\n|---|---|\n| read | 5 |\n";
        let command = "`cargo run --release -p bench -- sizes";
        assert_eq!(section(true).to_string(), format!("## Sizes\n\n{command}`\n\n{body}"));
        assert_eq!(format!("{:#}", section(true)), format!("# Sizes\n\n{command} --write`\n\n{body}"));
    }

    #[test]
    fn a_missed_budget_stands_out() {
        let table = budgets(&[section(true), section(false)]).to_string();
        assert!(table.contains("| size | 8 MB | 5 MiB | kept |\n| size | 8 MB | 5 MiB | **missed** |\n"));
    }
}
