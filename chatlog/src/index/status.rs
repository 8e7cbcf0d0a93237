use anyhow::{Context, Result};
use conversation::ports::ReadIndexState;
use conversation::{IndexState, Timestamp};
use dynamodb_tables::{Messages, RebuildProgress};
use opensearch_index::{DomainHealth, IndexSummary, MAPPING_VERSION};
use serde::Serialize;

use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::{Show, table};

/// What `chatlog index status` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    /// `ready`, `lost` or `not created yet`.
    state: &'static str,
    domain: DomainHealth,
    indexes: Vec<Index>,
    rebuild: Option<Rebuild>,
    /// The version of the mapping that a rebuild by this release makes.
    mapping_version_of_this_release: u64,
}

#[derive(Debug, Serialize)]
struct Index {
    name: String,
    generation: u32,
    /// `searched`, `being filled`, or `unused`.
    role: &'static str,
    mapping_version: u64,
    documents: u64,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct Rebuild {
    generation: u32,
    started_at: String,
    rows: u64,
    is_complete: bool,
    /// Whether it reads the table that the deployment uses. Otherwise it is not continued.
    is_current: bool,
}

pub(super) async fn run(deployment: &Deployment, output: Output) -> Result<()> {
    output.print(&read(deployment).await?)
}

pub(crate) async fn read(deployment: &Deployment) -> Result<Status> {
    let (indexes, states, messages) =
        (deployment.indexes()?, deployment.index_states()?, deployment.messages()?);
    let state = states.index_state().await.context("could not read the state of the index")?;
    let progress = states.rebuild().await.context("could not read the progress of a rebuild")?;
    let summaries = indexes.list().await.context("could not list the indexes")?;
    let domain = indexes.health().await.context("could not read the health of OpenSearch")?;
    let is_searched = summaries.iter().any(|index| index.is_current);
    Ok(Status {
        state: match state {
            _ if is_searched => "ready",
            Some(_) => "lost",
            None => "not created yet",
        },
        domain,
        indexes: summaries
            .iter()
            .map(|index| described(index, &indexes.name(index.generation), state))
            .collect(),
        rebuild: progress.map(|progress| Rebuild::new(&progress, &messages)),
        mapping_version_of_this_release: MAPPING_VERSION,
    })
}

fn described(index: &IndexSummary, name: &str, state: Option<IndexState>) -> Index {
    let is_next = state.and_then(|state| state.next) == Some(index.generation);
    Index {
        name: name.to_owned(),
        generation: index.generation.get(),
        role: match (index.is_current, is_next) {
            (true, _) => "searched",
            (false, true) => "being filled",
            (false, false) => "unused",
        },
        mapping_version: index.mapping_version,
        documents: index.documents,
        bytes: index.bytes,
    }
}

impl Rebuild {
    fn new(progress: &RebuildProgress, messages: &Messages) -> Self {
        Self {
            is_current: progress.reads(messages),
            generation: progress.generation.get(),
            started_at: Timestamp::to_string(&progress.started_at),
            rows: progress.rows,
            is_complete: progress.is_complete,
        }
    }
}

impl Show for Status {
    fn show(&self) -> String {
        let mut lines = vec![
            format!("The index is {}.", self.state),
            format!(
                "The domain is {}: {} node(s), {} unassigned shard(s).",
                self.domain.status, self.domain.nodes, self.domain.unassigned_shards
            ),
        ];
        let rows = self.indexes.iter().map(|index| {
            let bytes = indicatif::HumanBytes(index.bytes).to_string();
            [
                index.name.clone(),
                index.role.to_owned(),
                index.documents.to_string(),
                bytes,
                index.mapping_version.to_string(),
            ]
        });
        lines.push(table(["index", "role", "documents", "size", "mapping"], rows));
        if let Some(rebuild) = &self.rebuild {
            let Rebuild { generation, started_at, rows, is_complete, is_current } = rebuild;
            lines.push(if !is_current {
                format!(
                    "The rebuild of {started_at} into v{generation} does not read the table in use: `chatlog index rebuild` begins another one."
                )
            } else if *is_complete {
                format!("The rebuild of {started_at} has filled v{generation}: `chatlog index switch` lets searches use it.")
            } else {
                format!(
                    "The rebuild of {started_at} has read {rows} rows into v{generation}: `chatlog index rebuild` continues it."
                )
            });
        }
        let of_release = self.mapping_version_of_this_release;
        let searched = self.indexes.iter().find(|index| index.role == "searched");
        if let Some(searched) = searched.filter(|index| index.mapping_version < of_release) {
            lines.push(format!(
                "{} has mapping {}, and this release {of_release}: `chatlog index rebuild` makes an index with the new one.",
                searched.name, searched.mapping_version
            ));
        }
        if self.state == "lost" {
            lines.push(
                "Searches fail until `chatlog index rebuild` and `chatlog index switch` have replaced it."
                    .to_owned(),
            );
        }
        lines.join("\n")
    }
}
