//! The calls of persist for updates and deletions, from single messages to a whole application.

use anyhow::Result;

use super::Report;
use super::batches::apply;
use crate::deployment::{Deployment, FULL_BATCH};
use crate::workloads::TEXT;

/// How many messages the chat has that is deleted.
const MESSAGES_IN_DELETED_CHAT: usize = 250;

pub(super) fn measure(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    let half = FULL_BATCH / 2;
    let application = deployment.create_application()?;
    let chat = deployment.stored_chat(&application, half + FULL_BATCH, TEXT)?;
    let updated = deployment.update_messages(&chat, 1..=FULL_BATCH, TEXT)?;
    let mut changed = deployment.update_messages(&chat, 1..=half, TEXT)?;
    changed.extend(deployment.delete_messages(&chat, 1..=half)?);
    let deleted = deployment.delete_messages(&chat, half + 1..=half + FULL_BATCH)?;
    for (what, sent) in [
        ("a full batch of updates", updated),
        ("a full batch of updates and deletions", changed),
        ("a full batch of deletions", deleted.clone()),
        ("that batch of deletions, delivered again", deleted),
    ] {
        apply(what, &sent, deployment, report)?;
    }

    let crowded = deployment.stored_chat(&application, MESSAGES_IN_DELETED_CHAT, TEXT)?;
    let late = deployment.create_messages(&crowded, FULL_BATCH, TEXT)?;
    let deletion = deployment.delete_chat(&crowded)?;
    apply(
        &format!("the deletion of a chat with {MESSAGES_IN_DELETED_CHAT} messages"),
        &deletion,
        deployment,
        report,
    )?;
    apply("that deletion, delivered again", &deletion, deployment, report)?;
    apply("a full batch of messages after the deletion", &late, deployment, report)?;
    deletion_of_an_application(deployment, report)
}

fn deletion_of_an_application(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    let application = deployment.create_application()?;
    for _ in 0..FULL_BATCH {
        deployment.stored_chat(&application, 0, TEXT)?;
    }
    let (_, late) = deployment.create_chat(&application)?;
    let deletion = deployment.delete_application(&application)?;
    apply("the deletion of an application with ten chats", &deletion, deployment, report)?;
    apply("a chat created before the deletion, delivered after it", &late, deployment, report)?;
    Ok(())
}
