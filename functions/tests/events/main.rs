//! The events in `events/`: each is handled by the program of its function, which asks a Runtime API for it, on simulated
//! services. The answers are checked. Together they tell one story, so each event finds what those before it left.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test: a panic is its report"
)]

mod answer;
mod deployment;
mod files;
mod form;

use serde_json::{Value, json};

use deployment::{Deployment, ID};

const GREETING: &str = "Good morning! Is the tea house open?";

#[test]
fn every_event_has_its_answer() {
    let mut deployment = Deployment::start();
    create(&mut deployment);
    read(&mut deployment);
    change(&mut deployment);
    search(&mut deployment);
    delete(&mut deployment);
    no_application(&mut deployment);
    assert_eq!(deployment.handled, files::names(), "an event without an answer that is checked here");
}

fn create(deployment: &mut Deployment) {
    deployment.send("create-application").expect(201, &json!({ "name": "Tea house", "chats_count": 0 }));
    for (event, location, created) in [
        ("create-chat", "chats/1", json!({ "number": 1, "messages_count": 0 })),
        ("create-message", "messages/1", json!({ "number": 1, "body": GREETING })),
        ("create-chat", "chats/2", json!({ "number": 2, "messages_count": 0 })),
    ] {
        deployment.send(event).expect(201, &created).has("location", location);
    }
    // What these requests sent to the queue is what the event has, so nothing else needs to be delivered.
    let queued: Vec<Value> =
        deployment.take("Writes").iter().map(|sent| form::without_time(&sent.body)).collect();
    let in_event: Vec<Value> = files::records("persist")
        .iter()
        .map(|record| form::without_time(record["body"].as_str().unwrap()))
        .collect();
    assert_eq!(in_event, queued);
    deployment.send("persist").expect_all_done();

    for (event, number, body) in [
        ("create-message-form", 2, "Forms work too, 100% of them"),
        ("create-message-multipart", 3, "صباح الخير، نعم"),
        ("create-message-query", 4, "早上好，今天天气很好 🎉"),
        ("create-message-with-key", 5, "One pot of green tea"),
        ("create-message-with-key", 5, "One pot of green tea"),
    ] {
        deployment.send(event).expect(201, &json!({ "number": number, "body": body }));
    }
    deployment.deliver_writes();
}

fn read(deployment: &mut Deployment) {
    let application = json!({ "id": ID, "token": files::token(), "name": "Tea house", "chats_count": 2 });
    let chat = json!({ "number": 1, "messages_count": 5 });
    let message = json!({ "number": 1, "body": GREETING });
    deployment.send("read-applications").expect(200, &json!([application, { "name": "Tea house" }]));
    deployment.send("read-application").expect(200, &application);
    deployment.send("read-chats").expect(200, &json!([chat, { "number": 2 }]));
    deployment.send("read-chat").expect(200, &chat);
    let next = "<?limit=2&order=asc&after=2>; rel=\"next\"";
    deployment.send("read-messages").expect(200, &json!([message, { "number": 2 }])).has("link", next);
    deployment.send("read-message").expect(200, &message);
}

fn change(deployment: &mut Deployment) {
    deployment.send("update-application-put").expect(200, &json!({ "id": ID, "name": "Coffee house" }));
    deployment.send("update-application-patch").expect(200, &json!({ "id": ID, "name": "Milk bar" }));
    let (first, second) = ("Good evening, tea house!", "Forms work, too");
    deployment.send("update-message-put").expect(200, &json!({ "number": 1, "body": first }));
    deployment.send("update-message-patch").expect(200, &json!({ "number": 2, "body": second }));
    deployment.deliver_writes();
    deployment.send("read-message").expect(200, &json!({ "number": 1, "body": first }));
}

fn search(deployment: &mut Deployment) {
    // So that the index has what `reindex` puts into it.
    deployment.stubs.forget_index().unwrap();
    deployment.send("reindex").expect_all_done();
    // The simulated index finds all its documents, whatever the text.
    let hits = json!([{ "number": 1, "body": "Good evening, tea house!" }, { "number": 2, "body": "Forms work, too" }]);
    deployment.send("search-get").expect(200, &hits);
    deployment.send("search-post").expect(200, &hits);
}

fn delete(deployment: &mut Deployment) {
    deployment.send("delete-message").expect_nothing();
    deployment.send("delete-chat").expect_nothing();
    deployment.deliver_writes();
    let sweeps: Vec<Value> =
        deployment.take("Sweeps").iter().map(|sent| form::without_time(&sent.body)).collect();
    assert_eq!(sweeps, [form::without_time(files::records("sweep")[0]["body"].as_str().unwrap())]);
    deployment.send("sweep").expect_all_done();
    let messages = deployment.stubs.aws.rows("Messages").unwrap();
    assert_eq!(messages.len(), 5);
    assert!(
        messages.iter().all(|row| row.get("expires_at").is_some() && row.get("body").is_none()),
        "{messages:?}"
    );

    let rotated = deployment.send("rotate-token").expect(201, &json!({ "id": ID })).body();
    assert_ne!(rotated["token"], json!(files::token()));
    deployment.send("delete-application").expect_nothing();
}

fn no_application(deployment: &mut Deployment) {
    deployment.send("reference-openapi").expect(200, &json!({ "info": { "title": "Chatlog" } }));
    let page = deployment.send("reference-docs");
    page.has("content-type", "text/html; charset=utf-8");
    assert!(page.text.contains("<title>"), "{}", page.text);
    let script = deployment.send("reference-asset");
    script.has("content-type", "text/javascript; charset=utf-8");
    assert!(script.text.contains("SwaggerUIBundle"), "{}", script.text);
    let refused = json!({ "code": "method_not_allowed", "status": 405 });
    deployment.send("other-methods").expect(405, &refused).has("allow", "GET, POST");
}
