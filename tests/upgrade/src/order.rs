use std::collections::BTreeSet;

use deployment_template::Function;

/// The functions in the order in which a deployment of the template updates them: those that others depend on, then those that depend on
/// them, and so on. The last group has those without an order: a deployment may update them at any time.
pub fn groups(functions: Vec<Function>) -> Vec<Vec<Function>> {
    let depended_on: BTreeSet<String> =
        functions.iter().flat_map(|function| function.depends_on.clone()).collect();
    let is_free = |function: &Function| function.depends_on.is_empty() && !depended_on.contains(&function.id);
    let (free, mut left): (Vec<Function>, Vec<Function>) = functions.into_iter().partition(is_free);
    let mut groups = Vec::new();
    while !left.is_empty() {
        let waiting: BTreeSet<String> = left.iter().map(|function| function.id.clone()).collect();
        let is_ready = |function: &Function| !function.depends_on.iter().any(|id| waiting.contains(id));
        let (ready, rest): (Vec<Function>, Vec<Function>) = left.into_iter().partition(is_ready);
        assert!(!ready.is_empty(), "functions that depend on each other: {waiting:?}");
        groups.push(ready);
        left = rest;
    }
    groups.push(free);
    groups
}
