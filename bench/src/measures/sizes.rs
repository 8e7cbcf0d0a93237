//! The sizes of the programs.

use anyhow::Result;

use crate::report::{Budget, Section, Table};
use crate::shipped::Shipped;

/// In bytes.
const MAX_BYTES: u64 = 8_000_000;

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let mut table = Table::new(&["function", "bytes"]);
    let mut sizes = Vec::new();
    for name in shipped.names() {
        let bytes = std::fs::metadata(shipped.program(name))?.len();
        table.row([name.to_owned(), bytes.to_string()]);
        sizes.push((bytes, name));
    }
    let (largest, name) = sizes.into_iter().max().unwrap_or_default();
    let measured = format!("{}.{:02} MB ({name})", largest / 1_000_000, largest % 1_000_000 / 10_000);
    Ok(Section {
        title: "Binary sizes",
        command: "sizes",
        document: None,
        method: "The release profile as it ships: fat LTO, one codegen unit, panic=abort, stripped, for this machine. \
                 `sam build` does the same for Lambda's glibc and processor."
            .to_owned(),
        body: table.to_string(),
        budgets: vec![Budget::new("size of the largest binary, stripped", "8 MB", measured, largest <= MAX_BYTES)],
    })
}
