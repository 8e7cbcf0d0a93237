use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use deployment_template::Function;
use end_to_end::{Aws, Process, template};
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::eventually;

const FUNCTIONS: &str = "/2015-03-31/functions/";

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Release {
    Former,
    Present,
}

/// The programs of two releases, and the functions that run them.
#[derive(Debug)]
pub struct Programs {
    aws: Aws,
    /// By logical id.
    functions: BTreeMap<String, Replaceable>,
    /// The functions that ran the program of a release while the clients used them.
    seen: BTreeSet<(String, Release)>,
}

/// A function that both releases have.
#[derive(Debug)]
struct Replaceable {
    /// The name that `CloudFormation` gave it.
    name: String,
    /// The archives of both programs, in base64.
    former: String,
    present: String,
    runs: Release,
    /// The SHA-256 of the archive of the program that it runs.
    digest: String,
}

impl Programs {
    /// The present programs as they are deployed, and the former ones in the folder that `cargo xtask test upgrade` names.
    pub async fn find() -> Self {
        let folder = std::env::var("CHATLOG_FORMER_PROGRAMS").expect("run by `cargo xtask test upgrade`");
        let folder = PathBuf::from(folder);
        let aws = Aws::default();
        let listed = aws.rest("lambda", Method::GET, FUNCTIONS, None).await;
        let listed = listed["Functions"].as_array().unwrap();
        let mut functions = BTreeMap::new();
        for function in &template().functions {
            let Ok(former) = fs::read(folder.join(&function.name).join("bootstrap.zip")) else {
                println!("the former release has no {}, so it is not replaced", function.name);
                continue;
            };
            let prefix = format!("chatlog-{}-", function.id);
            let mut names = listed.iter().filter_map(|listed| listed["FunctionName"].as_str());
            let name = names.find(|name| name.starts_with(&prefix)).unwrap().to_owned();
            let deployed = aws.rest("lambda", Method::GET, &format!("{FUNCTIONS}{name}"), None).await;
            let present = aws.download(deployed["Code"]["Location"].as_str().unwrap()).await;
            let replaceable = Replaceable {
                name,
                former: BASE64.encode(former),
                present: BASE64.encode(present),
                runs: Release::Present,
                digest: digest(&deployed["Configuration"]),
            };
            functions.insert(function.id.clone(), replaceable);
        }
        assert!(!functions.is_empty(), "{} has no programs", folder.display());
        Self { aws, functions, seen: BTreeSet::new() }
    }

    /// Lets a function run the program of a release from its next invocation on, in new processes.
    pub async fn replace(&mut self, function: &Function, release: Release) {
        let Some(replaceable) = self.functions.get_mut(&function.id) else { return };
        let archive = match release {
            Release::Former => &replaceable.former,
            Release::Present => &replaceable.present,
        };
        let path = format!("{FUNCTIONS}{}/code", replaceable.name);
        let updated = self.aws.rest("lambda", Method::PUT, &path, Some(&json!({ "ZipFile": archive }))).await;
        (replaceable.runs, replaceable.digest) = (release, digest(&updated));
    }

    /// Waits until no process runs a program that was replaced, and remembers what runs.
    pub async fn observe(&mut self) {
        for (id, function) in &self.functions {
            let running = eventually(&format!("only the program of its release runs for {id}"), async || {
                let processes = Process::all_of(id);
                // The engine unpacks an archive into a folder that has its digest as its name.
                let is_right = |process: &Process| {
                    process.program().is_none_or(|path| path.to_string_lossy().contains(&function.digest))
                };
                processes.iter().all(is_right).then_some(processes.len())
            })
            .await;
            if running > 0 {
                self.seen.insert((id.clone(), function.runs));
            }
        }
    }

    /// Checks that each function has run the programs of both releases.
    pub fn expect_all_seen(&self) {
        let both = |id: &String| [Release::Former, Release::Present].map(|release| (id.clone(), release));
        let expected: BTreeSet<_> = self.functions.keys().flat_map(both).collect();
        assert_eq!(self.seen, expected);
    }
}

/// The digest in the configuration of a function, as 64 hexadecimal digits.
fn digest(configuration: &Value) -> String {
    hex::encode(BASE64.decode(configuration["CodeSha256"].as_str().unwrap()).unwrap())
}
