use std::sync::Arc;
use std::time::Duration;

use super::{Region, Settings, template};
use crate::clock::in_virtual_time;
use crate::history::{ChatKey, Outcome, Reply, Request};
use crate::trace::Trace;
use crate::workload::Clients;
use anyhow::{Result, bail};

fn settings(seed: u64) -> Settings {
    Settings { seed, episodes: Vec::new(), concurrency: 1_000, trace: Trace::with_lines() }
}

/// Creates an application, a chat and ten messages. Returns the trace.
async fn ten_messages(seed: u64) -> Result<String> {
    let region = Arc::new(Region::start(template()?, settings(seed))?);
    let clients = Clients::new(Arc::clone(&region));
    let client = clients.client(1);
    let name = "Tea house".into();
    let created = client.attempt(&Request::CreateApplication { name }, None).await?;
    let Outcome::Ok(Reply::Application(application)) = created else { bail!("{created}") };
    let created = client.attempt(&Request::CreateChat { application }, None).await?;
    let Outcome::Ok(Reply::Chat(number)) = created else { bail!("{created}") };
    let chat = ChatKey { application, number };
    for number in 1..=10 {
        let body: Arc<str> = format!("message {number}").into();
        let request = Request::CreateMessage { chat, body: Arc::clone(&body) };
        let created = client.attempt(&request, None).await?;
        assert_eq!(created, Outcome::Ok(Reply::Message { number, body }));
    }
    assert!(region.drain(Duration::from_mins(10)).await);
    assert_eq!(region.index.documents().len(), 10);
    let observed = region.context.observer.observed();
    assert_eq!(region.context.observer.first_unsimulated(), None);
    assert_eq!(observed.messages.values().filter(|times| times.readable.is_some()).count(), 10);
    Ok(region.context.trace.lines())
}

#[test]
fn ten_messages_are_stored_and_found() {
    let trace = in_virtual_time(ten_messages(1)).unwrap().unwrap();
    assert!(trace.contains("persist DynamoDB_20120810.UpdateItem"), "{trace}");
}

#[test]
fn a_seed_decides_every_byte_of_the_trace() {
    let [one, same, other] = [7, 7, 8].map(|seed| in_virtual_time(ten_messages(seed)).unwrap().unwrap());
    assert_eq!(one, same);
    assert_ne!(one, other);
}
