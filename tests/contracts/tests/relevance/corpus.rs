use conversation::MessageNumber;

use crate::table;

/// The messages of the chat, each with the name that the tables of queries use.
pub struct Corpus {
    messages: Vec<[String; 2]>,
}

impl Corpus {
    pub fn read() -> Self {
        Self { messages: table::rows(include_str!("corpus.tsv")).collect() }
    }

    /// The bodies with their numbers: 1, 2, 3, … in the order of the table.
    pub fn bodies(&self) -> impl Iterator<Item = (u64, &str)> {
        (1..).zip(self.messages.iter().map(|[_, body]| body.as_str()))
    }

    /// The name of the message with `number`.
    pub fn name(&self, number: MessageNumber) -> String {
        let index = usize::try_from(number.get() - 1).unwrap();
        self.messages.get(index).map_or_else(|| format!("{number} of another chat"), |[name, _]| name.clone())
    }
}

#[test]
fn names_are_unique_and_queries_use_no_others() {
    let mut names: Vec<String> = Corpus::read().messages.into_iter().map(|[name, _]| name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    for query in crate::promised().into_iter().chain(crate::not_promised()) {
        for name in query.ranks.into_iter().flatten() {
            assert!(
                names.contains(&name),
                "{:?} should find {name}, which the corpus does not have",
                query.text
            );
        }
    }
}
