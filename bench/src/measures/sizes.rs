//! How large the functions' programs are.

use anyhow::Result;

use crate::report::{Section, Table, Verdict};
use crate::shipped::{HELLO_WORLD, Shipped};

const MIB: f64 = 1024.0 * 1024.0;
const MOST: f64 = 8.0;

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let mut table = Table::new(&["function", "bytes", "MiB"]);
    let (mut largest, mut name_of_largest) = (0.0, "");
    for name in shipped.functions().iter().map(String::as_str).chain([HELLO_WORLD]) {
        let bytes = std::fs::metadata(shipped.program(name))?.len();
        let mib = f64::from(u32::try_from(bytes)?) / MIB;
        table.row([name.to_owned(), bytes.to_string(), format!("{mib:.2}")]);
        if mib > largest {
            (largest, name_of_largest) = (mib, name);
        }
    }
    let verdict = Verdict {
        what: "binary, stripped, the largest".to_owned(),
        budget: format!("{MOST:.0} MB"),
        measured: format!("{largest:.2} MiB ({name_of_largest})"),
        kept: largest * MIB <= MOST * 1e6,
    };
    Ok(Section {
        title: "Binary sizes",
        command: "sizes",
        how: "The release profile as it ships: fat LTO, one codegen unit, panic=abort, stripped. Each package built by \
              itself with cargo for this machine; `sam build` does the same for Lambda's glibc and processor."
            .to_owned(),
        table,
        verdicts: vec![verdict],
    })
}
