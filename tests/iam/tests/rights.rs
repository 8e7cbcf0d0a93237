//! Every right of every role is needed: without it, its function is denied a call that it makes.

use std::time::Duration;

use deployment_template::Function;
use end_to_end::{Logs, Process, template};
use iam::{Provocation, Right, Role, failure_needed};
use test_stack::within;

/// How long a function may take until it logs that it was denied a call. Longer than a failed record waits for its next delivery.
const DEADLINE: Duration = Duration::from_secs(15);

/// Why no engine enforces a right. `tests/deployment` compares those to OpenSearch with the calls that the functions make.
fn not_enforced(right: &Right) -> Option<&'static str> {
    let service = right.action.split(':').next().unwrap_or_default();
    match (service, right.action.as_str()) {
        ("es", _) => Some("OpenSearch is not behind the engine"),
        ("logs", _) => Some("the engine writes the logs as itself"),
        ("xray", _) => Some("the engine has no X-Ray daemon"),
        (_, "sqs:ReceiveMessage" | "sqs:DeleteMessage" | "sqs:GetQueueAttributes") => {
            Some("the engine polls the queue of an event source as itself")
        }
        _ => None,
    }
}

/// Why a right is not provoked by this test. `tests/deployment` compares these with the calls that the functions make.
fn not_provoked(function: &Function, right: &Right) -> Option<&'static str> {
    if right.is("dynamodb:GetItem", "index-state") && function.name == "search" {
        Some("only a search that meets a missing index reads its state")
    } else if right.is("dynamodb:PutItem", "index-state") {
        Some("only the first index of a deployment is recorded")
    } else {
        None
    }
}

/// Whether the function, without these rights, logs that it was denied the first one.
async fn is_denied(function: &Function, role: &Role, taken: &[&Right]) -> bool {
    let provocation = Provocation::prepare(&function.name).await;
    let logs = Logs::since_now();
    role.take(taken).await;
    if taken[0].is("dynamodb:GetItem", "index-state") {
        // A process knows the state of the index for ten seconds. A new one reads it.
        Process::all_of(&function.id).iter().for_each(Process::kill);
    }
    provocation.provoke().await;
    let denied = within(DEADLINE, async || {
        logs.lines_of(&function.name).await.iter().any(|line| taken[0].is_denied_in(line)).then_some(())
    })
    .await;
    role.restore().await;
    denied.is_some()
}

#[tokio::test]
async fn without_any_of_its_rights_a_function_is_denied_a_call() {
    let mut needless = Vec::new();
    let mut enforced = 0;
    for function in &template().functions {
        let role = Role::of(function).await;
        let rights = role.rights();
        let is_tested =
            |right: &&Right| not_enforced(right).or_else(|| not_provoked(function, right)).is_none();
        for right in rights.iter().filter(is_tested) {
            let taken: Vec<&Right> =
                [right].into_iter().chain(failure_needed(&function.name, right, &rights)).collect();
            if !is_denied(function, &role, &taken).await {
                needless.push(format!("{}: {right}", function.name));
            }
            enforced += 1;
        }
    }
    assert!(enforced > 70, "only {enforced} rights");
    assert!(needless.is_empty(), "the functions run without these rights:\n{}", needless.join("\n"));
}
