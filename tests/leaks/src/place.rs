use aho_corasick::AhoCorasick;
use end_to_end::{Aws, Client, Logs, template};
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::Stack;

/// The most hits in one response of OpenSearch (`index.max_result_window`).
const MAX_HITS: u64 = 10_000;

/// A place where something is kept, and every text in it.
#[derive(Debug)]
pub struct Place {
    pub name: String,
    texts: Vec<String>,
}

impl Place {
    pub fn new(name: impl Into<String>, values: &[Value]) -> Self {
        let mut texts = Vec::new();
        for value in values {
            collect(value, &mut texts);
        }
        Self { name: name.into(), texts }
    }

    /// The log of each function.
    pub async fn logs() -> Vec<Self> {
        let logs = Logs::since_the_start();
        let mut places = Vec::new();
        for function in &template().functions {
            // A line is JSON, whose escapes would hide a secret.
            let parse = |line: &String| serde_json::from_str(line).unwrap_or_else(|_| json!(line));
            let lines: Vec<Value> = logs.lines_of(&function.name).await.iter().map(parse).collect();
            places.push(Self::new(format!("the log of {}", function.name), &lines));
        }
        places
    }

    /// Each table.
    pub async fn tables() -> Vec<Self> {
        let aws = Aws::default();
        let listed = aws.call("DynamoDB_20120810.ListTables", &json!({})).await;
        let mut places = Vec::new();
        for table in listed["TableNames"].as_array().unwrap() {
            let table = table.as_str().unwrap();
            places.push(Self::new(format!("the table {table}"), &aws.items(table).await));
        }
        places
    }

    /// The index of messages, with the ids and routing values of its documents.
    pub async fn index() -> Self {
        let search = format!("{}/_search?size={MAX_HITS}", Stack::of_tests().index());
        let found = Client::default().send(Method::GET, &search, None, "").await.expect(200);
        let hits = found["hits"]["hits"].as_array().unwrap();
        let total = found["hits"]["total"]["value"].as_u64().unwrap();
        assert!(total < MAX_HITS && usize::try_from(total) == Ok(hits.len()), "{total} documents");
        Self::new("the index", hits)
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Which of the secrets are here, once each.
    pub fn find<'a>(&self, secrets: &'a [String]) -> Vec<&'a str> {
        let search = AhoCorasick::new(secrets).unwrap();
        let mut found: Vec<&str> = Vec::new();
        for text in &self.texts {
            for hit in search.find_overlapping_iter(text) {
                found.push(&secrets[hit.pattern().as_usize()]);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Collects the names and texts in a value. A text that is JSON itself is taken apart too.
fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                collect(&inner, texts);
            }
            texts.push(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => {
            for (name, member) in members {
                texts.push(name.clone());
                collect(member, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
