//! Mistakes of a store, one at a time. Each changes what is left behind, or what clients were told.

mod after_deletion;
mod agreement;
mod bounds;
mod changes;
mod reads;
mod replies;
mod tables;

use super::run::Run;
use crate::checker::Rule;

/// Makes a change. Returns whether the run has what it needs for it.
pub(super) type Mutate = fn(&mut Run) -> bool;

/// What is wrong, the rules that it breaks in [`Run::sample`], and how it is done.
pub(super) type Mutation = (&'static str, &'static [Rule], Mutate);

pub(super) fn mutations() -> impl Iterator<Item = &'static Mutation> {
    let all = [
        after_deletion::MUTATIONS,
        agreement::MUTATIONS,
        bounds::MUTATIONS,
        changes::MUTATIONS,
        reads::MUTATIONS,
        replies::MUTATIONS,
        tables::MUTATIONS,
    ];
    all.into_iter().flatten()
}
