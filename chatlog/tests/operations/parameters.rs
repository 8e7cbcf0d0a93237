//! What the runbook does to the parameters of a stack, and what it only looks at.

use end_to_end::Client;
use test_stack::eventually;

use crate::operator::chatlog_json;
use crate::runbook::{STEP_BACK, Section, commands_of_sentences, fail, succeed};
use crate::turn;

/// The parameters of the stack and their values.
pub(crate) async fn parameters() -> Vec<(String, String)> {
    let command = "aws cloudformation describe-stacks --stack-name chatlog --output text \
                   --query 'Stacks[0].Parameters[].[ParameterKey, ParameterValue]'";
    let printed = succeed(command, &[]).await;
    let of = |line: &str| {
        let (name, value) = line.split_once('\t').unwrap_or((line, ""));
        (name.trim().to_owned(), value.to_owned())
    };
    printed.lines().map(of).collect()
}

/// Sets parameters of the stack back to what they were.
pub(crate) async fn set_back(former: &[(String, String)]) {
    let present = parameters().await;
    let others = former.iter().filter(|parameter| !present.contains(parameter));
    let changes: Vec<String> = others.map(|(name, value)| format!("{name}={value}")).collect();
    if !changes.is_empty() {
        succeed(&format!(".ci/stack set chatlog - <<< '{}'", changes.join("\n")), &[]).await;
    }
}

/// The actions of an alarm.
async fn actions(alarm: &str) -> String {
    let command = "aws cloudwatch describe-alarms --alarm-names chatlog-ALARM --output text --query 'MetricAlarms[].AlarmActions[]'";
    succeed(command, &[("ALARM", alarm)]).await
}

#[tokio::test]
async fn parameters_change_as_the_runbook_says() {
    let _turn = turn::alone().await;
    let former = parameters().await;
    let client = Client::default();
    let chat = client.create_chat().await;

    assert_eq!(actions("dead-writes").await.trim(), "");
    Section::of("Alarms").run_block(&[]).await;
    assert!(actions("dead-writes").await.contains(":chatlog-alarms"));

    let left = chatlog_json("index status").await["indexes"][0]["generation"].to_string();
    chatlog_json("index rebuild --switch").await;
    Section::of("domain-storage").run_block(&[("drop N", &format!("drop {left}"))]).await;
    assert!(!chatlog_json("index status").await.to_string().contains(&format!("-v{left}\"")));
    Section::of("domain-memory").run_block(&[]).await;

    let commands = commands_of_sentences();
    let changes: Vec<&String> =
        commands.iter().filter(|command| command.starts_with(".ci/stack set ")).collect();
    assert!(changes.len() >= 4, "{changes:?}");
    for change in changes {
        succeed(change, &[]).await;
        let present = parameters().await;
        for parameter in change.split(' ').skip(3) {
            let (name, value) = parameter.split_once('=').unwrap();
            assert!(present.contains(&(name.to_owned(), value.to_owned())), "{change}: {present:?}");
        }
    }
    set_back(&former).await;
    assert_eq!(parameters().await, former);
    assert_eq!(client.create_message(&chat, "still there").await, 1);
}

/// The step back to a former release, without the checkout and the build at its beginning: it deploys what the stack has already.
#[tokio::test]
async fn a_deployment_keeps_the_parameters() {
    let _turn = turn::alone().await;
    let former = parameters().await;
    let client = Client::default();
    let chat = client.create_chat().await;
    let step_back =
        commands_of_sentences().into_iter().find(|command| command.starts_with(STEP_BACK)).unwrap();
    let (_, deploy) = step_back.rsplit_once(" && ").unwrap();
    succeed(&format!("BUILD=.local/build-debug {deploy}"), &[]).await;
    assert_eq!(parameters().await, former);

    // To a release that lacks a parameter in use.
    let older = format!(
        "BUILD=$(mktemp --directory --tmpdir=.local); trap 'rm --recursive \"$BUILD\"' EXIT; export BUILD
         cp --recursive --link .local/build-debug/. \"$BUILD\"; rm \"$BUILD/template.yaml\"
         sed s/CallTimeoutSeconds/AnotherName/ .local/build-debug/template.yaml > \"$BUILD/template.yaml\"; {deploy}"
    );
    let refused = fail(&older).await;
    assert!(
        refused.contains("has no parameter CallTimeoutSeconds, so its value 15 would be lost"),
        "{refused}"
    );
    assert_eq!(parameters().await, former);
    assert_eq!(client.create_message(&chat, "still there").await, 1);
}

#[tokio::test]
async fn what_only_looks_prints_what_it_looks_for() {
    let _turn = turn::harmless().await;
    let client = Client::default();
    let chat = client.create_chat().await;
    client.wait_until_stored(&chat).await;
    let status = Section::of("Operations").run_block(&[]).await;
    assert!(status.contains("chatlog-writes-dlq.fifo") && status.contains("chatlog-counters"), "{status}");
    let limit = Section::of("throttles").run_block(&[]).await;
    assert!(limit.trim().parse::<u32>().is_ok(), "{limit}");
    for command in commands_of_sentences().iter().filter(|command| command.starts_with("sam logs ")) {
        succeed(command, &[]).await;
    }
    eventually("the log of persist is shown", async || {
        let log = succeed("sam logs --stack-name chatlog --region us-east-1 --name Persist", &[]).await;
        log.contains("stored a batch").then_some(())
    })
    .await;
}
