//! Runs the README's walk through the API.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use end_to_end::{Client, record_tokens, tokens_in};

const README: &str = include_str!("../../../README.md");

/// The part of the walk that needs the admin key, unless the stack is open as that of `cargo xtask up`.
const CREATION: &str = r#"curl -s "$API/applications""#;
const CREATION_WITH_KEY: &str = r#"curl -s -H "Authorization: Bearer $ADMIN_KEY" "$API/applications""#;

/// The first shell block below a heading.
fn shell_block(heading: &str) -> &'static str {
    let section = README.split_once(heading).expect("the README has this heading").1;
    section
        .split_once("```sh\n")
        .and_then(|(_, rest)| rest.split_once("```"))
        .expect("a shell block follows the heading")
        .0
}

#[test]
fn the_walk_prints_what_the_readme_promises() {
    let stack = std::env::var("CHATLOG_STACK").expect("run this test by `cargo xtask test end-to-end`");
    // The script reads .local/stack.json in its working directory. Here it describes the test stack.
    let folder = Path::new(&stack).with_file_name("readme");
    std::fs::create_dir_all(folder.join(".local")).unwrap();
    std::fs::copy(&stack, folder.join(".local/stack.json")).unwrap();

    let walk = shell_block("## A walk through the API");
    assert_eq!(walk.matches(CREATION).count(), 1, "the walk creates one application:\n{walk}");
    let walk = walk.replace(CREATION, CREATION_WITH_KEY);
    let output = Command::new("timeout")
        .args(["120", "bash", "-c", &format!("set -euo pipefail\n{walk}")])
        .current_dir(&folder)
        .env("ADMIN_KEY", Client::default().admin_key())
        .output()
        .unwrap();
    record_tokens(&String::from_utf8_lossy(&output.stdout));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}\n{stdout}\n{stderr}", output.status);
    for expected in [
        r#""name":"Tea house","chats_count":0"#,
        r#""number":1,"messages_count":0"#,
        r#""number":4,"body":"Forms work too, 100% of them""#,
        "rel=\"next\"",
        r#""messages_count":4"#,
        "<em>Forms</em>",
        "<em>天气</em>",
        "<em>100%</em>",
        "<em>morning</em>",
        r#""number":1,"body":"Good evening, tea house!""#,
        " 204 ",
        r#""number":5,"body":"One pot of green tea""#,
        r#""code":"invalid_fields""#,
    ] {
        assert!(stdout.contains(expected), "{expected} is not in:\n{stdout}");
    }
    let tokens: BTreeSet<&str> = tokens_in(&stdout).collect();
    assert_eq!(tokens.len(), 2, "the token is replaced by another one:\n{stdout}");
    assert!(!stdout.contains(r#""number":6"#), "the repeated request created no message:\n{stdout}");
}
