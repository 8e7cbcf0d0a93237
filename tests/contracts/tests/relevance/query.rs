use crate::table;

/// One line of a table of queries.
pub struct Query {
    pub kind: String,
    pub text: String,
    /// The names of what it finds; each rank is above the next, within one any order will do.
    pub ranks: Vec<Vec<String>>,
}

impl Query {
    pub fn all(table: &str) -> Vec<Self> {
        table::lines(table).map(|[kind, text, ranks]| Self { kind, text, ranks: ranked(&ranks) }).collect()
    }

    fn relevant(&self) -> Vec<&String> {
        self.ranks.iter().flatten().collect()
    }
}

fn ranked(ranks: &str) -> Vec<Vec<String>> {
    if ranks == "-" {
        return Vec::new();
    }
    ranks.split(" > ").map(|rank| rank.split(' ').map(str::to_owned).collect()).collect()
}

/// A query and the names of what it found, best first.
pub struct Answered {
    pub query: Query,
    pub found: Vec<String>,
}

impl Answered {
    /// What a reader needs to know where anything but what was expected, in its order, was found.
    pub fn fault(&self) -> Option<String> {
        let Query { kind, text, ranks } = &self.query;
        (self.in_ranks() != sorted(ranks)).then(|| {
            let expected: Vec<String> = ranks.iter().map(|rank| rank.join(" ")).collect();
            format!(
                "{kind}: {text:?}\n  expected {}\n  found    {}",
                expected.join(" > "),
                self.found.join(", ")
            )
        })
    }

    /// What was found, cut as the expected ranks are, and one for what is left.
    fn in_ranks(&self) -> Vec<Vec<String>> {
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

    /// The share of what should be among the first ten that is. Where nothing is to be found: whether nothing was.
    pub fn recall_at_10(&self) -> f64 {
        let relevant = self.query.relevant();
        if relevant.is_empty() {
            return f64::from(u8::from(self.found.is_empty()));
        }
        let found = self.found.iter().take(10).filter(|name| relevant.contains(name)).count();
        share(found, relevant.len().min(10))
    }

    /// Whether the first hit is one of the best. Where nothing is to be found: whether there is none.
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

/// How much `part` is of `whole`, which is small and not zero.
pub fn share(part: usize, whole: usize) -> f64 {
    let number = |count| f64::from(u32::try_from(count).unwrap());
    number(part) / number(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(ranks: &str, found: &str) -> Answered {
        let query = Query { kind: "any".into(), text: "any".into(), ranks: ranked(ranks) };
        Answered { query, found: found.split_whitespace().map(str::to_owned).collect() }
    }

    #[test]
    fn ranks_are_strict_and_within_one_any_order_will_do() {
        assert_eq!(answered("a b > c", "b a c").fault(), None);
        for wrong in ["a c b", "a b", "a b c d", ""] {
            assert!(answered("a b > c", wrong).fault().is_some(), "{wrong}");
        }
        assert_eq!(answered("-", "").fault(), None);
        assert!(answered("-", "a").fault().is_some());
    }

    #[test]
    fn figures_count_what_was_found_and_what_came_first() {
        let share_found = |ranks, found| answered(ranks, found).recall_at_10();
        assert!((share_found("a b > c d", "a x c") - 0.5).abs() < f64::EPSILON);
        assert!(share_found("-", "a").abs() < f64::EPSILON);
        assert!(answered("a b > c", "b c").first_hit_is_right());
        assert!(!answered("a b > c", "c a b").first_hit_is_right());
    }
}
