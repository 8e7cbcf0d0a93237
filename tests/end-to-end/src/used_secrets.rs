use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Shorter texts are found by chance.
const SHORTEST_TEXT: usize = 12;
/// A part of a text is enough to find it.
const MAX_CHARS: usize = 40;

/// A secret that a test used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum UsedSecret {
    /// A tenant's token, or whatever else was sent as a bearer's credential.
    Credential(String),
    /// The beginning of a message or of a search.
    Text(String),
}

impl UsedSecret {
    /// Every secret that clients used in this stack, once each.
    pub fn all() -> Vec<Self> {
        let lines = fs::read_to_string(file()).unwrap_or_default();
        let mut all: Vec<Self> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        all.sort();
        all.dedup();
        all
    }
}

/// Beside the file that describes the stack.
fn file() -> PathBuf {
    let stack = std::env::var("CHATLOG_STACK").expect("a stack to test against");
    PathBuf::from(stack).with_file_name("used-secrets.jsonl")
}

/// Records the secrets of a request.
pub(crate) fn record_request(url: &str, headers: &[(&str, &str)], body: &[u8]) {
    let credentials = headers.iter().filter(|(name, _)| *name == "authorization");
    let credentials = credentials.filter_map(|(_, value)| value.strip_prefix("Bearer "));
    let mut secrets: Vec<UsedSecret> =
        credentials.map(|credential| UsedSecret::Credential(credential.to_owned())).collect();
    let text = std::str::from_utf8(body).unwrap_or_default();
    let form = format!("http://form/?{text}");
    for url in [url, &form].into_iter().filter_map(|url| Url::parse(url).ok()) {
        let values = url.query_pairs().filter(|(name, _)| is_text(name));
        secrets.extend(values.filter_map(|(_, value)| secret_text(&value)));
    }
    if let Ok(Value::Object(members)) = serde_json::from_str(text) {
        let values = members.iter().filter(|(name, _)| is_text(name)).filter_map(|(_, value)| value.as_str());
        secrets.extend(values.filter_map(secret_text));
    }
    record(&secrets);
}

/// The tokens in a response, or in the output of a program that shows some.
pub fn tokens_in(text: &str) -> impl Iterator<Item = &str> {
    text.split("\"token\":\"").skip(1).filter_map(|rest| rest.split('"').next())
}

/// Records the tokens in a response or an output.
pub fn record_tokens(text: &str) {
    let secrets: Vec<UsedSecret> =
        tokens_in(text).map(|token| UsedSecret::Credential(token.to_owned())).collect();
    record(&secrets);
}

fn is_text(name: &str) -> bool {
    matches!(name, "body" | "query" | "q")
}

fn secret_text(text: &str) -> Option<UsedSecret> {
    (text.chars().count() >= SHORTEST_TEXT).then(|| UsedSecret::Text(text.chars().take(MAX_CHARS).collect()))
}

fn record(secrets: &[UsedSecret]) {
    if secrets.is_empty() {
        return;
    }
    let lines: String = secrets.iter().map(|secret| serde_json::to_string(secret).unwrap() + "\n").collect();
    let mut file = OpenOptions::new().append(true).create(true).open(file()).unwrap();
    // One write, so that lines of concurrent tests do not mix.
    file.write_all(lines.as_bytes()).unwrap();
}
