use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use conversation::fake::samples;
use conversation::ports::CreateApplications;
use conversation::{Application, ApplicationId};
use dynamodb_tables::NewApplications;
use function_environment::Environment;
use serde_json::{Value, json};
use simulated_aws::{RuntimeApi, SentMessage, Stubs};

use crate::answer::Answer;
use crate::files;

/// The id of the application that the events are about.
pub(crate) const ID: &str = "JYv0tEw3nWx9vD1cQ2uR5Q";

/// The programs of all functions, each started for its first event, on simulated services.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) stubs: Stubs,
    running: BTreeMap<String, Process>,
    /// The names of the events that were sent.
    pub(crate) handled: BTreeSet<String>,
}

impl Deployment {
    /// A deployment with an application without chats.
    pub(crate) fn start() -> Self {
        let stubs = Stubs::start(&files::template(), |_| Duration::ZERO).unwrap();
        let variables = stubs.variables("create-application").unwrap().into_iter().collect();
        let id = ApplicationId::parse(ID).unwrap();
        let application = Application { id, ..samples::application(1_763_642_494_000) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let environment = Environment::new(variables).unwrap();
            NewApplications::from_environment(&environment).unwrap().create(&application).await.unwrap();
        });
        Self { stubs, running: BTreeMap::new(), handled: BTreeSet::new() }
    }

    /// Has an event handled by the function that its name begins with.
    pub(crate) fn send(&mut self, event: &str) -> Answer {
        self.handled.insert(event.to_owned());
        Answer::new(event, &self.invoke(&files::function(event), &files::text(event)))
    }

    /// Takes what a queue got since the last time.
    pub(crate) fn take(&self, queue: &str) -> Vec<SentMessage> {
        self.stubs.aws.take_sent(queue)
    }

    /// Has persist store what was sent to the queue of writes.
    pub(crate) fn deliver_writes(&mut self) {
        let pattern = files::records("persist").swap_remove(0);
        let record = |sent: SentMessage| {
            let mut record = pattern.clone();
            record["messageId"] = json!(sent.id);
            record["body"] = json!(sent.body);
            record["attributes"]["MessageGroupId"] = json!(sent.group);
            record
        };
        let records: Vec<Value> = self.take("Writes").into_iter().map(record).collect();
        let answer = self.invoke("persist", &json!({ "Records": records }).to_string());
        Answer::new("queued writes", &answer).expect_all_done();
    }

    fn invoke(&mut self, function: &str, event: &str) -> String {
        let stubs = &self.stubs;
        let process =
            self.running.entry(function.to_owned()).or_insert_with(|| Process::start(function, stubs));
        let (answer, _) = process.api.invoke(event).unwrap_or_else(|error| panic!("{function}: {error:#}"));
        answer
    }
}

/// The running program of a function.
#[derive(Debug)]
struct Process {
    child: Child,
    api: RuntimeApi,
}

impl Process {
    fn start(function: &str, stubs: &Stubs) -> Self {
        let api = RuntimeApi::start().unwrap();
        // Cargo builds all programs of the package into one folder.
        let program = Path::new(env!("CARGO_BIN_EXE_read")).with_file_name(function);
        let child = Command::new(program)
            .env_clear()
            .envs(stubs.variables(function).unwrap())
            .env("AWS_LAMBDA_RUNTIME_API", api.address())
            // What goes wrong is shown, and a slow machine is no failure.
            .env("LOG_LEVEL", "WARN")
            .env("CALL_TIMEOUT_SECONDS", "15")
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{function}: {error}"));
        Self { child, api }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
