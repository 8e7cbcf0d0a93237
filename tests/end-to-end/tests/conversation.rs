//! Creating, reading, listing and searching chats and messages.

use end_to_end::Client;
use serde_json::{Value, json};
use test_stack::eventually;

const CONVERSATION: &[&str] = &[
    "Good morning, is the tea house open today?",
    "صباح الخير، هل المقهى مفتوح اليوم؟",
    "早上好，今天茶馆开门吗？",
    "Yes! 🎉🫖 see you at noon",
    "fn main() { println!(\"{}\", a[0] && b != c); } // 100%",
    "C++ > C, foo-bar/baz, naïve café",
];

fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default().as_bytes();
    text.len() == 24 && text[10] == b'T' && text[19] == b'.' && text[23] == b'Z'
}

#[tokio::test]
async fn a_conversation_in_many_languages_can_be_read_and_searched() {
    let client = Client::default();
    let created = client.post("/applications", &json!({ "name": "  Tea house " })).await;
    let application = created.expect(201);
    assert_eq!((&application["name"], &application["chats_count"]), (&json!("Tea house"), &json!(0)));
    assert!(is_time(&application["created_at"]) && application["created_at"] == application["updated_at"]);
    assert_eq!(application.as_object().unwrap().len(), 6, "{application}");
    assert_eq!(client.get(&created.location()).await.expect(200), application);

    let created = client.post(&format!("{}/chats", created.location()), &json!({})).await;
    let chat = created.expect(201);
    assert_eq!((&chat["number"], &chat["messages_count"]), (&json!(1), &json!(0)));
    assert_eq!(chat.as_object().unwrap().len(), 4, "{chat}");
    let chat = created.location();

    // The row of the chat may not be stored yet.
    for (number, body) in (1..).zip(CONVERSATION) {
        let response = client.post(&format!("{chat}/messages"), &json!({ "body": body })).await;
        let message = response.expect(201);
        assert_eq!((&message["number"], &message["body"]), (&json!(number), &json!(body)));
        assert_eq!(message.as_object().unwrap().len(), 4, "{message}");
        assert!(is_time(&message["created_at"]));
        assert_eq!(client.wait_until_stored(&response.location()).await, message);
    }

    let messages = client.list(&format!("{chat}/messages?limit=2&after=0")).await;
    let bodies: Vec<&str> = messages.iter().map(|message| message["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, CONVERSATION);
    client.get(&chat).await.expect(200);
    client.wait_for_count(&chat, "messages_count", CONVERSATION.len().try_into().unwrap()).await;
    let application = format!("/applications/{}", application["token"].as_str().unwrap());
    client.wait_for_count(&application, "chats_count", 1).await;

    eventually("the last message is indexed", async || {
        (client.search(&chat, "naïve").await == [6]).then_some(())
    })
    .await;
    for (text, expected) in [
        ("morning", 1),
        ("tea open", 1),
        ("morn", 1),
        ("pen tod", 1),
        ("mornign", 1),
        ("المقهى", 2),
        ("مفت", 2),
        ("茶馆", 3),
        ("天茶", 3),
        ("🫖", 4),
        ("a[0] && b", 5),
        ("100%", 5),
        ("C++", 6),
        ("o-bar/b", 6),
        ("cafe", 6),
    ] {
        assert_eq!(client.search(&chat, text).await, [expected], "{text}");
    }
}

#[tokio::test]
async fn a_hit_is_a_message_with_highlights() {
    let client = Client::default();
    let chat = client.create_chat().await;
    client.create_message(&chat, "green tea & <b>black</b> tea").await;
    let path = format!("{chat}/messages/search?q=black");
    let hit = eventually("the message is found", async || {
        client.get(&path).await.expect(200).as_array().unwrap().first().cloned()
    })
    .await;
    let mut message = client.get(&format!("{chat}/messages/1")).await.expect(200);
    message["highlights"] = json!(["green tea & <b><em>black</em></b> tea"]);
    assert_eq!(hit, message);
}

#[tokio::test]
async fn pages_of_a_search_have_all_hits() {
    let client = Client::default();
    let chat = client.create_chat().await;
    for number in 1..=5 {
        client.create_message(&chat, &format!("tea {number}")).await;
    }
    eventually("all are found", async || (client.search(&chat, "tea").await.len() == 5).then_some(())).await;
    let hits = client.list(&format!("{chat}/messages/search?q=tea&limit=2&order=desc")).await;
    let numbers: Vec<u64> = hits.iter().map(|hit| hit["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [5, 4, 3, 2, 1]);

    let posted =
        client.post(&format!("{chat}/messages/search"), &json!({ "query": "tea", "limit": 3 })).await;
    assert_eq!(posted.expect(200).as_array().unwrap().len(), 3);
    assert_eq!(client.get(&posted.next_page().unwrap()).await.expect(200).as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn chats_are_listed_in_pages() {
    let client = Client::default();
    let chats = format!("/applications/{}/chats", client.create_application().await);
    for number in 1..=5 {
        assert_eq!(client.post(&chats, &json!({})).await.expect(201)["number"], number);
    }
    eventually("all chats are stored", async || (client.list(&chats).await.len() == 5).then_some(())).await;
    let numbers = async |query: &str| -> Vec<u64> {
        let items = client.list(&format!("{chats}{query}")).await;
        items.iter().map(|chat| chat["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(numbers("?limit=2").await, [1, 2, 3, 4, 5]);
    assert_eq!(numbers("?limit=2&order=desc").await, [5, 4, 3, 2, 1]);
    assert_eq!(numbers("?after=3").await, [4, 5]);
    assert_eq!(numbers("?order=desc&after=3").await, [2, 1]);
    assert_eq!(numbers("?limit=2&after=0").await, [1, 2, 3, 4, 5]);
    assert_eq!(numbers("?limit=2&order=desc&after=0").await, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn applications_are_listed_in_pages() {
    let client = Client::default();
    let created = [
        client.create_application().await,
        client.create_application().await,
        client.create_application().await,
    ];
    let listed = client.list("/applications?limit=2&order=desc").await;
    let tokens: Vec<&str> = listed.iter().map(|application| application["token"].as_str().unwrap()).collect();
    let positions: Vec<usize> =
        created.iter().map(|token| tokens.iter().position(|listed| listed == token).unwrap()).collect();
    assert!(positions.is_sorted_by(|earlier, later| earlier > later), "newest first: {positions:?}");
    let mut distinct = tokens.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), tokens.len(), "no application is listed twice");
}
