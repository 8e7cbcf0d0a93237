use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::node::Node;

/// The method of an event that takes all methods.
const ANY: &str = "ANY";

/// Paths of the API and the methods that lead from each to a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes(BTreeMap<String, BTreeSet<String>>);

impl Routes {
    /// Every path with the methods that have a route of their own, both in alphabetical order.
    ///
    /// A path that only takes `ANY` has no methods.
    pub fn paths(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.0.iter().map(|(path, methods)| {
            let own = methods.iter().map(String::as_str).filter(|method| *method != ANY);
            (path.as_str(), own.collect())
        })
    }

    /// Whether `path` has a route for the methods without a route of their own.
    #[must_use]
    pub fn takes_any(&self, path: &str) -> bool {
        self.0.get(path).is_some_and(|methods| methods.contains(ANY))
    }

    /// Adds the route of an event of type `Api`.
    pub(crate) fn insert(&mut self, event: &Node<'_>) -> Result<()> {
        let path = event.get("Properties.Path")?.text()?;
        let method = event.get("Properties.Method")?.text()?.to_ascii_uppercase();
        self.0.entry(path).or_default().insert(method);
        Ok(())
    }

    pub(crate) fn extend(&mut self, other: &Self) {
        for (path, methods) in &other.0 {
            self.0.entry(path.clone()).or_default().extend(methods.iter().cloned());
        }
    }
}
