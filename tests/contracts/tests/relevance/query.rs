use crate::table;

/// One row of a table of queries.
pub struct Query {
    pub kind: String,
    pub text: String,
    /// The names of the messages it finds: every message of a rank before those of the next, within a rank in any order.
    pub ranks: Vec<Vec<String>>,
}

impl Query {
    pub fn read_all(table: &str) -> Vec<Self> {
        table::rows(table)
            .map(|[kind, text, ranks]| Self { kind, text, ranks: parse_ranks(&ranks) })
            .collect()
    }

    fn relevant(&self) -> Vec<&String> {
        self.ranks.iter().flatten().collect()
    }
}

fn parse_ranks(ranks: &str) -> Vec<Vec<String>> {
    if ranks == "-" {
        return Vec::new();
    }
    ranks.split(" > ").map(|rank| rank.split(' ').map(str::to_owned).collect()).collect()
}

/// A query, and the names of the messages it found, best first.
pub struct QueryResult {
    pub query: Query,
    pub found: Vec<String>,
}

impl QueryResult {
    /// What was expected and what was found, if they differ.
    pub fn fault(&self) -> Option<String> {
        let Query { kind, text, ranks } = &self.query;
        (self.found_by_rank() != sorted(ranks)).then(|| {
            let expected: Vec<String> = ranks.iter().map(|rank| rank.join(" ")).collect();
            format!(
                "{kind}: {text:?}\n  expected {}\n  found    {}",
                expected.join(" > "),
                self.found.join(", ")
            )
        })
    }

    /// The found messages, split into ranks of the expected sizes and one for the rest.
    fn found_by_rank(&self) -> Vec<Vec<String>> {
        let mut left = self.found.as_slice();
        let mut cut = Vec::new();
        for rank in &self.query.ranks {
            let (here, below) = left.split_at(rank.len().min(left.len()));
            cut.push(here.to_vec());
            left = below;
        }
        if !left.is_empty() {
            cut.push(left.to_vec());
        }
        sorted(&cut)
    }

    /// How many of the expected messages (of ten, if more are expected) are among the first ten hits, from 0 to 1. If none
    /// is expected: 1 if none was found.
    pub fn recall_at_10(&self) -> f64 {
        let relevant = self.query.relevant();
        if relevant.is_empty() {
            return f64::from(u8::from(self.found.is_empty()));
        }
        let found = self.found.iter().take(10).filter(|name| relevant.contains(name)).count();
        ratio(found, relevant.len().min(10))
    }

    /// Whether the first hit is of the first rank. If no hit is expected: whether there is none.
    pub fn first_hit_is_right(&self) -> bool {
        match (self.query.ranks.first(), self.found.first()) {
            (Some(best), Some(first)) => best.contains(first),
            (None, None) => true,
            _ => false,
        }
    }
}

fn sorted(ranks: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut ranks = ranks.to_vec();
    for rank in &mut ranks {
        rank.sort_unstable();
    }
    ranks
}

/// `part` divided by `whole`, which is small and not zero.
pub fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count| f64::from(u32::try_from(count).unwrap());
    number(part) / number(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(ranks: &str, found: &str) -> QueryResult {
        let query = Query { kind: "any".into(), text: "any".into(), ranks: parse_ranks(ranks) };
        QueryResult { query, found: found.split_whitespace().map(str::to_owned).collect() }
    }

    #[test]
    fn ranks_are_ordered_but_messages_within_a_rank_are_not() {
        assert_eq!(result("a b > c", "b a c").fault(), None);
        for wrong in ["a c b", "a b", "a b c d", ""] {
            assert!(result("a b > c", wrong).fault().is_some(), "{wrong}");
        }
        assert_eq!(result("-", "").fault(), None);
        assert!(result("-", "a").fault().is_some());
    }

    #[test]
    fn recall_counts_found_messages_and_the_first_hit_must_be_of_the_first_rank() {
        let recall = |ranks, found| result(ranks, found).recall_at_10();
        assert!((recall("a b > c d", "a x c") - 0.5).abs() < f64::EPSILON);
        assert!(recall("-", "a").abs() < f64::EPSILON);
        assert!(result("a b > c", "b c").first_hit_is_right());
        assert!(!result("a b > c", "c a b").first_hit_is_right());
    }
}
