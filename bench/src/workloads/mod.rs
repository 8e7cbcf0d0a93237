//! The usual work of each function.

mod batches;
mod requests;
mod single_use;

use anyhow::{Result, bail};

use crate::deployment::Deployment;
use crate::events::response;
use batches::persist;

pub(crate) use batches::index_requests;
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
    /// Used in turns.
    pub(crate) events: Vec<String>,
}

/// All workloads in one deployment. Their events differ for `uses` uses, or for batches with so many records together.
pub(crate) fn all(deployment: &mut Deployment<'_>, uses: usize) -> Result<Vec<Workload>> {
    let mut all = requests(deployment)?;
    all.extend(single_use(deployment, uses)?);
    all.extend(persist(deployment, uses)?);
    // It costs the same however often it is applied.
    all.push(index_requests(deployment, TEXT)?);
    Ok(all)
}

impl Workload {
    /// Whether an event is a batch of records, not a request.
    pub(crate) fn is_batch(&self) -> bool {
        matches!(self.function, "persist" | "reindex")
    }

    /// Fails unless the response says that the work was done.
    pub(crate) fn check(&self, text: &str) -> Result<()> {
        let is_done = match self.function {
            "persist" | "reindex" => !text.contains("itemIdentifier"),
            "other-methods" => response(text)?.0 == 405,
            _ => response(text)?.0 < 300,
        };
        if !is_done {
            bail!("{}, {}: {text}", self.function, self.what);
        }
        Ok(())
    }
}
