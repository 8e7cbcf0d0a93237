//! Invalid requests: each gets a clear problem, never a 5xx, and changes nothing.

use end_to_end::Client;
use reqwest::Method;
use serde_json::{Value, json};

/// A token that was never issued.
const UNKNOWN: &str = "/applications/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

#[tokio::test]
async fn unknown_applications_chats_and_messages_are_not_found() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let application = chat.rsplit_once("/chats").unwrap().0.to_owned();
    let huge = "9".repeat(30);
    for (path, code) in [
        (UNKNOWN.to_owned(), "application_not_found"),
        ("/applications/short".to_owned(), "application_not_found"),
        ("/applications/%F0%9F%8E%89".to_owned(), "application_not_found"),
        (format!("{UNKNOWN}/chats"), "application_not_found"),
        (format!("{UNKNOWN}/chats/1"), "application_not_found"),
        (format!("{UNKNOWN}/chats/1/messages"), "application_not_found"),
        (format!("{UNKNOWN}/chats/1/messages/1"), "application_not_found"),
        (format!("{UNKNOWN}/chats/1/messages/search?q=x"), "application_not_found"),
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
    client.post(&format!("{UNKNOWN}/chats"), &json!({})).await.expect_problem(404, "application_not_found");
    client
        .post(&format!("{UNKNOWN}/chats/1/messages"), &hello)
        .await
        .expect_problem(404, "application_not_found");
    client
        .post(&format!("{application}/chats/2/messages"), &hello)
        .await
        .expect_problem(404, "chat_not_found");
}

#[tokio::test]
async fn an_unknown_route_is_not_found() {
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
async fn an_invalid_message_uses_no_number_and_is_not_stored() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let messages = format!("{chat}/messages");
    let json = Some("application/json");
    let form = Some("application/x-www-form-urlencoded");
    let multipart = Some("multipart/form-data; boundary=b");
    let part = "--b\r\nContent-Disposition: form-data; name=\"body\"";
    for (content_type, body, status, code) in [
        (json, "{".to_owned(), 400, "malformed_json"),
        (json, "[]".to_owned(), 400, "malformed_json"),
        (json, "null".to_owned(), 400, "malformed_json"),
        (json, "{\"body\":\"\\ud800\"}".to_owned(), 400, "malformed_json"),
        (form, "body=%FF%FE".to_owned(), 400, "malformed_parameter"),
        (multipart, format!("{part}\r\n\r\ncut short"), 400, "malformed_parameter"),
        (multipart, format!("{part}; filename=\"f\"\r\n\r\na file\r\n--b--"), 400, "malformed_parameter"),
        (Some("multipart/form-data"), format!("{part}\r\n\r\nhello\r\n--b--"), 400, "malformed_parameter"),
        (Some("multipart/mixed; boundary=b"), "--b--".to_owned(), 415, "unsupported_media_type"),
        (Some("text/plain"), "hello".to_owned(), 415, "unsupported_media_type"),
        (Some("application/xml"), "<body/>".to_owned(), 415, "unsupported_media_type"),
        (json, "{}".to_owned(), 422, "invalid_fields"),
        (json, "{\"body\":null}".to_owned(), 422, "invalid_fields"),
        (json, "{\"body\":7}".to_owned(), 422, "invalid_fields"),
        (json, "{\"body\":\" \\n\\t\\u3000\"}".to_owned(), 422, "invalid_fields"),
        (form, "body=".to_owned(), 422, "invalid_fields"),
        (multipart, "--b--".to_owned(), 422, "invalid_fields"),
        (None, String::new(), 422, "invalid_fields"),
        (json, json!({ "body": "é".repeat(32_769) }).to_string(), 413, "body_too_large"),
    ] {
        let response = client.send(Method::POST, &messages, content_type, body.clone()).await;
        let problem = response.expect_problem(status, code);
        if status == 422 || status == 413 {
            assert_eq!(problem["errors"][0]["field"], "body", "{body:.40}");
            assert!(problem["errors"][0]["message"].is_string());
        }
    }
    let not_utf_8 = client.send(Method::POST, &messages, json, vec![b'{', 0xFF, b'}']).await;
    not_utf_8.expect_problem(400, "malformed_json");
    assert_eq!(client.create_message(&chat, "accepted").await, 1, "no number was used");
    client.wait_until_stored(&format!("{messages}/1")).await;
    assert_eq!(client.list(&messages).await.len(), 1);
}

#[tokio::test]
async fn the_problem_of_an_invalid_application_names_the_field() {
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
async fn the_problem_of_malformed_paging_names_every_parameter() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let messages = format!("{chat}/messages");
    for path in [&messages, "/applications", &format!("{messages}/search?q=tea")] {
        let separator = if path.contains('?') { '&' } else { '?' };
        let response = client.get(&format!("{path}{separator}limit=0&order=sideways&after=!")).await;
        let problem = response.expect_problem(400, "malformed_parameter");
        let fields: Vec<&Value> =
            problem["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert_eq!(fields, ["limit", "order", "after"]);
    }
}

#[tokio::test]
async fn a_search_text_must_be_neither_blank_nor_too_long() {
    let client = Client::default();
    let chat = client.create_chat().await;
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
