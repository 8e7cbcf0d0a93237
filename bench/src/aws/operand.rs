//! Expressions of DynamoDB, cut into words, and what a single word of them means.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::item::Item;

/// Words still to be read, and what they speak about.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    words: std::iter::Peekable<std::vec::IntoIter<String>>,
    item: &'a Item,
    input: &'a Value,
}

impl<'a> Reader<'a> {
    /// Reads `expression` about `item`; `input` holds the names and values it refers to.
    pub(crate) fn new(expression: &str, item: &'a Item, input: &'a Value) -> Self {
        Self { words: words(expression).into_iter().peekable(), item, input }
    }

    pub(crate) fn peek(&mut self) -> Option<&str> {
        self.words.peek().map(String::as_str)
    }

    pub(crate) fn word(&mut self) -> Result<String> {
        self.words.next().context("the expression ends too early")
    }

    /// Takes the next word if it is this one.
    pub(crate) fn takes(&mut self, wanted: &str) -> bool {
        self.words.next_if(|word| word.eq_ignore_ascii_case(wanted)).is_some()
    }

    pub(crate) fn expect(&mut self, wanted: &str) -> Result<()> {
        if self.takes(wanted) { Ok(()) } else { bail!("{:?} stands where {wanted} should", self.peek()) }
    }

    /// The name of an attribute, which may stand behind a `#`.
    pub(crate) fn name(&mut self) -> Result<String> {
        let word = self.word()?;
        if !word.starts_with('#') {
            return Ok(word);
        }
        let meant = self.input.get("ExpressionAttributeNames").and_then(|names| names.get(&word));
        Ok(meant.and_then(Value::as_str).with_context(|| format!("{word} is no name"))?.to_owned())
    }

    pub(crate) fn attribute(&self, name: &str) -> Option<Value> {
        self.item.get(name).cloned()
    }

    /// A value or an attribute's value; `None` where the item has no such attribute.
    pub(crate) fn operand(&mut self) -> Result<Option<Value>> {
        if self.peek().is_some_and(|word| word.starts_with(':')) {
            return self.value().map(Some);
        }
        let name = self.name()?;
        Ok(self.attribute(&name))
    }

    pub(crate) fn value(&mut self) -> Result<Value> {
        let word = self.word()?;
        let value = self.input.get("ExpressionAttributeValues").and_then(|values| values.get(&word));
        value.cloned().with_context(|| format!("{word} is no value"))
    }
}

fn words(expression: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut joins = false;
    for letter in expression.chars() {
        let of_name = letter.is_alphanumeric() || matches!(letter, '_' | '#' | ':' | '.');
        let of_comparison = matches!(letter, '<' | '>' | '=')
            && words.last().is_some_and(|last| matches!(last.as_str(), "<" | ">"));
        match words.last_mut() {
            Some(last) if joins && (of_name || of_comparison) => last.push(letter),
            _ if letter.is_whitespace() => {}
            _ => words.push(letter.to_string()),
        }
        joins = of_name || matches!(letter, '<' | '>');
    }
    words
}
