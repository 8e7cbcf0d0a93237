use std::fmt;

use crate::query::{QueryResult, ratio};

/// The averages over all queries of one kind.
struct Figure {
    kind: String,
    queries: usize,
    recall_at_10: f64,
    first_hit_right: f64,
}

/// The figures of each kind of query, in the order of the table, then of all queries.
pub struct Figures(Vec<Figure>);

impl Figures {
    pub fn of(results: &[QueryResult]) -> Self {
        let mut kinds: Vec<&str> = results.iter().map(|result| result.query.kind.as_str()).collect();
        kinds.dedup();
        let mut figures: Vec<Figure> = kinds
            .into_iter()
            .map(|kind| figure(kind, results.iter().filter(|result| result.query.kind == kind)))
            .collect();
        figures.push(figure("all", results.iter()));
        Self(figures)
    }

    /// Whether every figure is 1.
    pub fn are_perfect(&self) -> bool {
        self.0.iter().all(|figure| figure.recall_at_10 >= 1.0 && figure.first_hit_right >= 1.0)
    }
}

fn figure<'a>(kind: &str, results: impl Iterator<Item = &'a QueryResult> + Clone) -> Figure {
    let queries = results.clone().count();
    let recall: f64 = results.clone().map(QueryResult::recall_at_10).sum();
    Figure {
        kind: kind.to_owned(),
        queries,
        recall_at_10: recall / ratio(queries, 1),
        first_hit_right: ratio(results.filter(|result| result.first_hit_is_right()).count(), queries),
    }
}

/// The table in the documentation.
impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "| kind | queries | recall at 10 | first hit right |")?;
        writeln!(out, "|---|---|---|---|")?;
        for Figure { kind, queries, recall_at_10, first_hit_right } in &self.0 {
            writeln!(out, "| {kind} | {queries} | {recall_at_10:.2} | {first_hit_right:.2} |")?;
        }
        Ok(())
    }
}
