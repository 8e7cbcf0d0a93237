//! The table of differences in docs/engines.md.

const DOCUMENT: &str = include_str!("../../../docs/engines.md");
/// Its first column is the behaviour, the others are AWS and the engines.
const HEADER: &str = "| behaviour |";

/// What the table says about a behaviour on an engine.
pub(crate) fn cell(behaviour: &str, engine: &str) -> &'static str {
    let mut table = DOCUMENT.lines().skip_while(|line| !line.starts_with(HEADER));
    let mut names = cells(table.next().unwrap_or_default());
    let column = names.position(|name| name.eq_ignore_ascii_case(engine));
    let row = table.map(cells).find_map(|mut row| (row.next() == Some(behaviour)).then_some(row));
    let cell = row.zip(column).and_then(|(mut row, column)| row.nth(column - 1));
    cell.unwrap_or_else(|| panic!("docs/engines.md has no row {behaviour:?} with a column {engine:?}"))
}

fn cells(row: &str) -> impl Iterator<Item = &str> {
    row.split('|').skip(1).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cell_of_each_engine_is_found() {
        assert_eq!(cell("throttling of a method", "ministack"), "yes");
        assert!(cell("throttling of a method", "localemu").starts_with("no"));
    }

    #[test]
    #[should_panic(expected = "no row")]
    fn a_row_that_is_not_there_is_an_error() {
        cell("something else", "ministack");
    }
}
