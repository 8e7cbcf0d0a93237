//! What is wrong is refused with a clear problem, never with a 5xx, and leaves no trace.

use end_to_end::{Client, eventually};
use reqwest::Method;
use serde_json::{Value, json};

const NOBODY: &str = "/applications/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let client = Client::default();
    let chat = client.chat().await;
    let application = chat.rsplit_once("/chats").unwrap().0.to_owned();
    let huge = "9".repeat(30);
    for (path, code) in [
        (NOBODY.to_owned(), "application_not_found"),
        ("/applications/short".to_owned(), "application_not_found"),
        ("/applications/%F0%9F%8E%89".to_owned(), "application_not_found"),
        (format!("{NOBODY}/chats"), "application_not_found"),
        (format!("{NOBODY}/chats/1"), "application_not_found"),
        (format!("{NOBODY}/chats/1/messages"), "application_not_found"),
        (format!("{NOBODY}/chats/1/messages/1"), "application_not_found"),
        (format!("{NOBODY}/chats/1/messages/search?q=x"), "application_not_found"),
        (format!("{application}/chats/2"), "chat_not_found"),
        (format!("{application}/chats/0"), "chat_not_found"),
        (format!("{application}/chats/01"), "chat_not_found"),
        (format!("{application}/chats/-1"), "chat_not_found"),
        (format!("{application}/chats/{huge}"), "chat_not_found"),
        (format!("{application}/chats/9007199254740992"), "chat_not_found"),
        (format!("{application}/chats/2/messages"), "chat_not_found"),
        (format!("{application}/chats/2/messages/1"), "chat_not_found"),
        (format!("{application}/chats/2/messages/search?q=x"), "chat_not_found"),
        (format!("{chat}/messages/1"), "message_not_found"),
        (format!("{chat}/messages/x"), "message_not_found"),
    ] {
        client.get(&path).await.expect_problem(404, code);
    }
    let hello = json!({ "body": "hello" });
    client.post(&format!("{NOBODY}/chats"), &json!({})).await.expect_problem(404, "application_not_found");
    client
        .post(&format!("{NOBODY}/chats/1/messages"), &hello)
        .await
        .expect_problem(404, "application_not_found");
    client
        .post(&format!("{application}/chats/2/messages"), &hello)
        .await
        .expect_problem(404, "chat_not_found");
}

#[tokio::test]
async fn a_route_that_does_not_exist_is_a_problem_too() {
    let client = Client::default();
    for (method, path) in [
        (Method::GET, "/nothing"),
        (Method::GET, "/applications/a/b/c/d/e/f"),
        (Method::DELETE, "/nothing"),
        (Method::POST, "/applications/a/b"),
    ] {
        client.send(method, path, None, "").await.expect_problem(404, "route_not_found");
    }
}

#[tokio::test]
async fn a_refused_message_leaves_no_trace() {
    let client = Client::default();
    let chat = client.chat().await;
    let messages = format!("{chat}/messages");
    let json = Some("application/json");
    let form = Some("application/x-www-form-urlencoded");
    for (content_type, body, status, code) in [
        (json, "{".to_owned(), 400, "malformed_json"),
        (json, "[]".to_owned(), 400, "malformed_json"),
        (json, "null".to_owned(), 400, "malformed_json"),
        (json, "{\"body\":\"\\ud800\"}".to_owned(), 400, "malformed_json"),
        (form, "body=%FF%FE".to_owned(), 400, "malformed_parameter"),
        (Some("text/plain"), "hello".to_owned(), 415, "unsupported_media_type"),
        (Some("application/xml"), "<body/>".to_owned(), 415, "unsupported_media_type"),
        (json, "{}".to_owned(), 422, "invalid_fields"),
        (json, "{\"body\":null}".to_owned(), 422, "invalid_fields"),
        (json, "{\"body\":7}".to_owned(), 422, "invalid_fields"),
        (json, "{\"body\":\" \\n\\t\\u3000\"}".to_owned(), 422, "invalid_fields"),
        (form, "body=".to_owned(), 422, "invalid_fields"),
        (None, String::new(), 422, "invalid_fields"),
        (json, json!({ "body": "é".repeat(32_769) }).to_string(), 413, "body_too_large"),
    ] {
        let answer = client.send(Method::POST, &messages, content_type, body.clone()).await;
        let problem = answer.expect_problem(status, code);
        if status == 422 || status == 413 {
            assert_eq!(problem["errors"][0]["field"], "body", "{body:.40}");
            assert!(problem["errors"][0]["message"].is_string());
        }
    }
    let not_utf_8 = client.send(Method::POST, &messages, json, vec![b'{', 0xFF, b'}']).await;
    not_utf_8.expect_problem(400, "malformed_json");
    assert_eq!(client.say(&chat, "the first that is accepted").await, 1, "no number was spent");
    client.stored(&format!("{messages}/1")).await;
    assert_eq!(client.all(&messages).await.len(), 1);
}

#[tokio::test]
async fn a_refused_application_says_which_field_is_at_fault() {
    let client = Client::default();
    for name in [json!(null), json!(7), json!(""), json!("  "), json!("n".repeat(256))] {
        let problem = client
            .post("/applications", &json!({ "name": name }))
            .await
            .expect_problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "name");
    }
}

#[tokio::test]
async fn malformed_paging_is_refused_with_all_that_is_wrong() {
    let client = Client::default();
    let chat = client.chat().await;
    let messages = format!("{chat}/messages");
    for path in [&messages, "/applications", &format!("{messages}/search?q=tea")] {
        let mark = if path.contains('?') { '&' } else { '?' };
        let answer = client.get(&format!("{path}{mark}limit=0&order=sideways&after=!")).await;
        let problem = answer.expect_problem(400, "malformed_parameter");
        let fields: Vec<&Value> =
            problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["limit", "order", "after"]);
    }
}

#[tokio::test]
async fn a_blank_or_overlong_search_is_refused() {
    let client = Client::default();
    let chat = client.chat().await;
    let search = format!("{chat}/messages/search");
    let long = "x".repeat(501);
    for query in ["", "?q=", "?q=%20%20", &format!("?q={long}")] {
        let problem = client.get(&format!("{search}{query}")).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "q");
    }
    for body in [json!({}), json!({ "query": " " }), json!({ "query": 5 }), json!({ "query": long })] {
        let problem = client.post(&search, &body).await.expect_problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["field"], "query");
    }
}

#[tokio::test]
async fn fields_come_as_json_form_or_query() {
    let client = Client::default();
    let chat = client.chat().await;
    let messages = format!("{chat}/messages");
    let form = client
        .send(
            Method::POST,
            &messages,
            Some("application/x-www-form-urlencoded"),
            "body=one+%26+%E4%B8%80&x=y",
        )
        .await;
    assert_eq!(form.expect(201)["body"], "one & 一");
    let query = client.send(Method::POST, &format!("{messages}?body=two%20%2B%20%E4%BA%8C"), None, "").await;
    assert_eq!(query.expect(201)["body"], "two + 二");
    let with_charset = client
        .send(Method::POST, &messages, Some("application/json; charset=utf-8"), "{\"body\":\" three \"}")
        .await;
    assert_eq!(with_charset.expect(201)["body"], " three ", "stored as sent");
    let bodies = eventually("all three are stored", async || {
        let all = client.all(&messages).await;
        (all.len() == 3).then_some(all)
    })
    .await;
    assert_eq!(bodies[0]["body"], "one & 一");
}

#[tokio::test]
async fn the_strangest_text_comes_back_as_sent() {
    let client = Client::default();
    let chat = client.chat().await;
    let largest = "\u{1}".repeat(65_535) + "x";
    for body in
        ["\u{0}\u{1F}\u{7F}\u{FFFE}\u{FFFF}x", "\"\\\r\n\u{2028}\u{FEFF}", "\u{202E}abc\u{10FFFF}", &largest]
    {
        let number = client.say(&chat, body).await;
        assert_eq!(client.stored(&format!("{chat}/messages/{number}")).await["body"], body);
    }
}

#[tokio::test]
async fn a_page_of_the_largest_messages_is_cut_where_it_would_not_fit() {
    let client = Client::default();
    let chat = client.chat().await;
    let largest = format!("large {}", "\u{1}".repeat(65_000));
    for _ in 0..20 {
        client.say(&chat, &largest).await;
    }
    client.stored(&format!("{chat}/messages/20")).await;
    assert_eq!(client.all(&format!("{chat}/messages?limit=200")).await.len(), 20);
    eventually("all are found", async || {
        (client.all(&format!("{chat}/messages/search?q=large&limit=200")).await.len() == 20).then_some(())
    })
    .await;
}
