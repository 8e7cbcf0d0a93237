//! Whether the functions ask for the same features of what they share.
//!
//! SAM builds them one by one; a dependency with other features in one of them would be compiled again, and all that
//! depends on it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::{cargo, command, functions};

/// A dependency, and each set of its features with the functions that ask for it.
type Uses = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The dependencies that the functions disagree on, as lines to read.
pub(crate) fn disagreements(checkout: &Checkout) -> Result<Vec<String>> {
    let mut uses = Uses::new();
    for function in functions::names(checkout)? {
        let mut tree = cargo::cargo(checkout);
        let printed = command::answer(dependencies_of(&mut tree, &function))
            .with_context(|| format!("cargo tree cannot list what {function} depends on"))?;
        note(&mut uses, &function, &printed);
    }
    Ok(differing(&uses))
}

fn dependencies_of<'a>(tree: &'a mut Command, function: &str) -> &'a mut Command {
    tree.args(["tree", "--quiet", "--locked", "--package", function, "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}|{f}|"])
}

/// Reads lines of `name version (where)|features|`.
fn note(uses: &mut Uses, function: &str, printed: &str) {
    for line in printed.lines() {
        let mut parts = line.split('|');
        if let (Some(dependency), Some(features)) = (parts.next(), parts.next()) {
            let by_features = uses.entry(dependency.to_owned()).or_default();
            by_features.entry(features.to_owned()).or_default().insert(function.to_owned());
        }
    }
}

fn differing(uses: &Uses) -> Vec<String> {
    let differing = uses.iter().filter(|(_, by_features)| by_features.len() > 1);
    differing
        .map(|(dependency, by_features)| {
            let asked = by_features.iter().map(|(features, functions)| {
                let functions: Vec<&str> = functions.iter().map(String::as_str).collect();
                format!("[{features}] in {}", functions.join(", "))
            });
            format!("{dependency}: {}", asked.collect::<Vec<_>>().join("; "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_share_what_they_compile() {
        let found = disagreements(&Checkout::find().unwrap()).unwrap();
        assert!(found.is_empty(), "crates/feature-unity has to ask for these too:\n{}", found.join("\n"));
    }

    #[test]
    fn a_dependency_with_other_features_in_one_function_is_named() {
        let mut uses = Uses::new();
        note(&mut uses, "read", "bytes v1.0.0|default,std|\nserde v1.0.0|std|\n");
        note(&mut uses, "persist", "bytes v1.0.0|std| (*)\nserde v1.0.0|std| (*)\n");
        assert_eq!(differing(&uses), ["bytes v1.0.0: [default,std] in read; [std] in persist"]);
    }
}
