//! All that the functions of one measurement share: the stubbed services and the record of their calls.

use std::time::Duration;

use anyhow::Result;

use crate::aws::Aws;
use crate::opensearch::OpenSearch;
use crate::recording::Recording;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) opensearch: OpenSearch,
    pub(crate) recording: Recording,
}

impl World {
    /// Services that hold each call for `hold` before they answer.
    pub(crate) fn new(hold: Duration) -> Result<Self> {
        let recording = Recording::default();
        let aws = Aws::start(recording.clone(), hold)?;
        let opensearch = OpenSearch::start(recording.clone(), hold)?;
        Ok(Self { aws, opensearch, recording })
    }
}
