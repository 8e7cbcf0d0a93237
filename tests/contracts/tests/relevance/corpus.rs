use conversation::MessageNumber;

use crate::table;

/// The messages of the chat, each under the name by which the tables of queries know it.
pub struct Corpus {
    messages: Vec<[String; 2]>,
}

impl Corpus {
    pub fn read() -> Self {
        Self { messages: table::lines(include_str!("corpus.tsv")).collect() }
    }

    /// The bodies with their numbers: 1, 2, 3, … in the order of the table.
    pub fn bodies(&self) -> impl Iterator<Item = (u64, &str)> {
        (1..).zip(self.messages.iter().map(|[_, body]| body.as_str()))
    }

    /// The name of the message with `number`, which is one of this chat.
    pub fn name(&self, number: MessageNumber) -> String {
        let place = usize::try_from(number.get() - 1).unwrap();
        self.messages.get(place).map_or_else(|| format!("{number} of another chat"), |[name, _]| name.clone())
    }
}

#[test]
fn every_name_is_given_once_and_every_name_in_the_queries_is_given() {
    let mut names: Vec<String> = Corpus::read().messages.into_iter().map(|[name, _]| name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    for query in crate::queries().into_iter().chain(crate::wishes()) {
        for name in query.ranks.into_iter().flatten() {
            assert!(names.contains(&name), "{name}, which {:?} is to find", query.text);
        }
    }
}
