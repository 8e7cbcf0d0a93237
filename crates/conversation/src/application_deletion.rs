use crate::ports::{DeleteApplications, ReadTokenVersions, SendWrites};
use crate::{Caller, Failure, Problem, Sweep, SweepApplication, Write};

/// Deletes an application: queues the deletion of its chats, then closes its counter and leaves a tombstone, so that it
/// accepts no chat afterwards.
///
/// # Errors
/// There is no such application, the caller's token was revoked, or a call failed. After [`Problem::OutcomeUnknown`], repeat it.
pub async fn delete_application(
    caller: &Caller,
    versions: &impl ReadTokenVersions,
    applications: &impl DeleteApplications,
    queue: &impl SendWrites,
) -> Result<(), Failure> {
    let id = &caller.application;
    // Not from a cache: a second deletion must find nothing at once.
    let current = versions.tenant_access(id).await?.ok_or(Problem::ApplicationNotFound)?;
    caller.require_valid(current.token_version)?;
    let sweep = SweepApplication { id: id.clone(), after: None };
    queue.send(&Write::Sweep(Sweep::Application(sweep))).await?;
    // The sweep does this too, but the caller is promised that it is done now.
    applications.delete(id).await.map_err(Failure::outcome_unknown)
}
