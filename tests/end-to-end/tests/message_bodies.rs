//! Bodies of messages: how they are sent, and which texts they can have.

use end_to_end::Client;
use reqwest::Method;
use test_stack::eventually;

#[tokio::test]
async fn a_body_can_be_sent_as_json_either_form_or_query_parameter() {
    let client = Client::default();
    let chat = client.create_chat().await;
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
    assert_eq!(with_charset.expect(201)["body"], " three ", "spaces are kept");
    let multipart = Some("multipart/form-data; boundary=\"four four\"");
    let part = "--four four\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nfour & \r\n 四\r\n";
    let multipart = client.send(Method::POST, &messages, multipart, format!("{part}--four four--\r\n")).await;
    assert_eq!(multipart.expect(201)["body"], "four & \r\n 四");
    let bodies = eventually("all four are stored", async || {
        let all = client.list(&messages).await;
        (all.len() == 4).then_some(all)
    })
    .await;
    assert_eq!(bodies[0]["body"], "one & 一");
    assert_eq!(bodies[3]["body"], "four & \r\n 四");
}

#[tokio::test]
async fn unusual_characters_come_back_unchanged() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let largest = "\u{1}".repeat(65_535) + "x";
    for body in
        ["\u{0}\u{1F}\u{7F}\u{FFFE}\u{FFFF}x", "\"\\\r\n\u{2028}\u{FEFF}", "\u{202E}abc\u{10FFFF}", &largest]
    {
        let number = client.create_message(&chat, body).await;
        assert_eq!(client.wait_until_stored(&format!("{chat}/messages/{number}")).await["body"], body);
    }
}

#[tokio::test]
async fn a_list_of_the_largest_messages_is_split_into_pages_that_fit() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let largest = format!("large {}", "\u{1}".repeat(65_000));
    for _ in 0..20 {
        client.create_message(&chat, &largest).await;
    }
    client.wait_until_stored(&format!("{chat}/messages/20")).await;
    assert_eq!(client.list(&format!("{chat}/messages?limit=200")).await.len(), 20);
    let search = format!("{chat}/messages/search?q=large&limit=200");
    eventually("all are found", async || {
        (client.list_if_available(&search).await?.len() == 20).then_some(())
    })
    .await;
}
