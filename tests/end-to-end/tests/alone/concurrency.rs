//! Many clients at once: numbers are unique, bodies are under their numbers, counts are exact.

use std::collections::BTreeMap;

use end_to_end::Client;
use serde_json::json;
use test_stack::eventually;

#[tokio::test]
async fn two_hundred_concurrent_messages_have_the_numbers_1_to_200() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let writers = client.start_writers(&chat, 200);
    let mut created = BTreeMap::new();
    for writer in writers {
        let (number, body) = writer.await.unwrap();
        assert_eq!(created.insert(number, body), None, "{number} was allocated twice");
    }
    assert!(created.keys().copied().eq(1..=200), "{:?}", created.keys());

    client.wait_for_count(&chat, "messages_count", 200).await;
    assert_eq!(client.bodies(&chat).await, created);
    eventually("all messages are found", async || {
        (client.search(&chat, "writer").await.len() == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn concurrent_chats_are_numbered_and_accept_messages_at_once() {
    let client = Client::default();
    let application = format!("/applications/{}", client.create_application().await);
    let creators: Vec<_> = (0..40)
        .map(|_| {
            let (client, application) = (client.clone(), application.clone());
            tokio::spawn(async move {
                let chat = client.post(&format!("{application}/chats"), &json!({})).await.expect(201);
                let number = chat["number"].as_u64().unwrap();
                assert_eq!(client.create_message(&format!("{application}/chats/{number}"), "first").await, 1);
                number
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for creator in creators {
        numbers.push(creator.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).collect::<Vec<u64>>());
    client.get(&application).await.expect(200);
    client.wait_for_count(&application, "chats_count", 40).await;
    eventually("every chat has its message", async || {
        let chats = client.list(&format!("{application}/chats")).await;
        chats.iter().all(|chat| chat["messages_count"] == 1).then_some(())
    })
    .await;
}
