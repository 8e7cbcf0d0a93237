use std::fmt;

use crate::query::{Answered, share};

/// What a kind of query reaches, on average over its queries.
struct Figure {
    kind: String,
    queries: usize,
    recall_at_10: f64,
    first_hit_right: f64,
}

/// The figures of each kind of query, in the order of the table, and of all together.
pub struct Figures(Vec<Figure>);

impl Figures {
    pub fn of(answered: &[Answered]) -> Self {
        let mut kinds: Vec<&str> = answered.iter().map(|one| one.query.kind.as_str()).collect();
        kinds.dedup();
        let mut figures: Vec<Figure> = kinds
            .into_iter()
            .map(|kind| figure(kind, answered.iter().filter(|one| one.query.kind == kind)))
            .collect();
        figures.push(figure("all", answered.iter()));
        Self(figures)
    }

    /// Whether every query reached all there is.
    pub fn are_full(&self) -> bool {
        self.0.iter().all(|figure| figure.recall_at_10 >= 1.0 && figure.first_hit_right >= 1.0)
    }
}

fn figure<'a>(kind: &str, answered: impl Iterator<Item = &'a Answered> + Clone) -> Figure {
    let queries = answered.clone().count();
    let recall: f64 = answered.clone().map(Answered::recall_at_10).sum();
    Figure {
        kind: kind.to_owned(),
        queries,
        recall_at_10: recall / share(queries, 1),
        first_hit_right: share(answered.filter(|one| one.first_hit_is_right()).count(), queries),
    }
}

/// As the table stands in the documentation.
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
