use anyhow::Result;
use conversation::ApplicationId;

use super::find;
use crate::arguments::Output;
use crate::deployment::Deployment;

pub(super) async fn run(deployment: &Deployment, id: &ApplicationId, output: Output) -> Result<()> {
    output.print(&find(deployment, id).await?)
}
