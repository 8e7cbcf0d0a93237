//! What each function usually has to do.

mod batches;
mod requests;
mod single_use;

use anyhow::{Result, bail};

use crate::ensemble::Ensemble;
use crate::events::status;

pub(crate) use batches::{left_to_index, persist, reindex};
pub(crate) use requests::requests;
pub(crate) use single_use::single_use;

/// An ordinary message, about as long as people write them.
pub(crate) const TEXT: &str =
    "Would you bring the small pot of jasmine tea (茉莉花茶) to table 7, please? They've waited a while. 🍵";

/// One kind of work for one function.
#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) function: &'static str,
    pub(crate) what: &'static str,
    /// Taken in turns.
    pub(crate) events: Vec<String>,
}

/// Prepares workloads of which no event is worth less before so many have been had: for batches, so many
/// records.
pub(crate) type Prepare = fn(&mut Ensemble<'_>, usize) -> Result<Vec<Workload>>;

/// All there are, each kind by itself.
pub(crate) const KINDS: [Prepare; 4] = [requests, single_use, persist, reindex];

/// All workloads in one world.
pub(crate) fn all(ensemble: &mut Ensemble<'_>, turns: usize) -> Result<Vec<Workload>> {
    let mut all = Vec::new();
    for prepare in KINDS {
        all.extend(prepare(ensemble, turns)?);
    }
    Ok(all)
}

impl Workload {
    /// Whether an event is a batch of records, not a request.
    pub(crate) fn is_batch(&self) -> bool {
        matches!(self.function, "persist" | "reindex")
    }

    /// Makes sure that the work was done.
    pub(crate) fn check(&self, answer: &str) -> Result<()> {
        let is_done = if self.is_batch() {
            !answer.contains("itemIdentifier")
        } else if self.function == "other-methods" {
            status(answer)? == 405
        } else {
            status(answer)? < 300
        };
        if !is_done {
            bail!("{}, {}: {answer}", self.function, self.what);
        }
        Ok(())
    }
}
