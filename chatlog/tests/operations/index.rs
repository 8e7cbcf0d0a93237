//! The index is rebuilt while writes go on. A lost one is noticed, and replaced from the tables.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use end_to_end::{Aws, Client, Logs, opensearch};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::eventually;

use crate::operator::{chatlog, chatlog_error, chatlog_json};
use crate::runbook::Section;
use crate::turn;

/// The mapping of the release before the present one.
const FORMER_MAPPING: &str = include_str!("fixtures/mapping-v1.json");
const CHATS: usize = 3;
/// A word that is in every body.
const WORD: &str = "samovar";
/// A line of the log of `reindex` has this while the index is lost.
const IS_LOST: &str = "is lost; rebuild it from the tables";

/// The name of the index that searches use.
async fn searched() -> String {
    let status = chatlog_json("index status").await;
    let indexes = status["indexes"].as_array().unwrap();
    let searched = indexes.iter().find(|index| index["role"] == "searched");
    searched.unwrap_or_else(|| panic!("{status}"))["name"].as_str().unwrap().to_owned()
}

/// The messages of a chat by number, as searches find them; `None` if one fails.
async fn found(client: &Client, chat: &str) -> Option<BTreeMap<u64, String>> {
    let mut path = format!("{chat}/messages/search?q={WORD}&limit=200");
    let mut found = BTreeMap::new();
    loop {
        let response = client.get(&path).await;
        let hits = response.json();
        for hit in hits.as_array()? {
            found.insert(hit["number"].as_u64()?, hit["body"].as_str()?.to_owned());
        }
        match response.next_page() {
            Some(next) => path = next,
            None => return Some(found),
        }
    }
}

async fn wait_until_index_equals_tables(client: &Client, chats: &[String]) {
    for chat in chats {
        eventually("searches find what the table has", async || {
            (found(client, chat).await? == client.bodies(chat).await).then_some(())
        })
        .await;
    }
}

/// Creates, changes and deletes messages in a chat until it is told to stop. Returns how many it created.
async fn write_until(stop: &AtomicBool, client: &Client, chat: &str) -> u64 {
    let mut created = 0;
    while !stop.load(Ordering::Relaxed) {
        let number = client.create_message(chat, &format!("{WORD} {created}")).await;
        created += 1;
        let path = format!("{chat}/messages/{number}");
        if created % 3 == 0 {
            client.delete(&path).await.expect_no_content();
        } else if created % 3 == 1 {
            client.wait_until_stored(&path).await;
            let body = json!({ "body": format!("{WORD} {created} changed") });
            client.send_json(Method::PUT, &path, &body).await.expect(200);
        }
    }
    created
}

/// Searches for a message that is never changed, until it is told to stop. Returns how often.
async fn search_until(stop: &AtomicBool, client: &Client, chat: &str) -> u64 {
    let mut searches = 0;
    while !stop.load(Ordering::Relaxed) {
        assert_eq!(client.search(chat, "constant").await, [1], "search {searches}");
        searches += 1;
    }
    searches
}

/// Rebuilds the index by the runbook, page by page, and lets searches use it. Returns its name.
async fn rebuild(runbook: &mut Section) -> String {
    assert!(chatlog_error("index switch").await.contains("there is no rebuilt index"));
    let rebuilt = chatlog_json("index rebuild --dry-run").await["index"].take();
    runbook.run_line("chatlog index rebuild", &[("index rebuild", "index rebuild --page 7")]).await;
    assert_eq!(chatlog_json("index status").await["rebuild"]["is_complete"], true);
    assert_eq!(chatlog_json("index switch --dry-run").await["searched"], rebuilt);
    assert_ne!(searched().await, rebuilt);
    runbook.run_line("chatlog index switch", &[]).await;
    assert_eq!(searched().await, rebuilt);
    rebuilt.as_str().unwrap().to_owned()
}

/// Replaces the index by one with the mapping of the former release. It has no documents.
async fn use_former_mapping() {
    let (alias, index) = ("chatlog-messages", searched().await);
    opensearch(Method::DELETE, &index, &json!({})).await;
    let mut body: Value = serde_json::from_str(FORMER_MAPPING).unwrap();
    body["aliases"] = json!({ alias: { "is_write_index": true } });
    assert_eq!(opensearch(Method::PUT, &index, &body).await["acknowledged"], true);
}

/// A release with a new mapping begins to run on an index with the former one. A rebuild makes the new one.
#[tokio::test]
async fn a_mapping_changes_under_load_and_searches_are_never_wrong() {
    let _turn = turn::at_index().await;
    let client = Client::default();
    let mut chats = Vec::new();
    for _ in 0..CHATS {
        let chat = client.create_chat().await;
        client.create_message(&chat, &format!("{WORD} before the former mapping")).await;
        chats.push(chat);
    }
    wait_until_index_equals_tables(&client, &chats).await;
    use_former_mapping().await;
    let quiet = client.create_chat().await;
    client.create_message(&quiet, &format!("constant {WORD}")).await;
    eventually("a search finds the message", async || {
        (client.search(&quiet, "constant").await == [1]).then_some(())
    })
    .await;

    let former = searched().await;
    let mut runbook = Section::of("A new mapping");
    let status = runbook.run_line("chatlog index status", &[]).await;
    assert!(status.contains("makes an index with the new one"), "{status}");
    let stop = AtomicBool::new(false);
    let writers = join_all(chats.iter().map(|chat| write_until(&stop, &client, chat)));
    let replacement = async {
        let name = rebuild(&mut runbook).await;
        stop.store(true, Ordering::Relaxed);
        name
    };
    let (written, searches, rebuilt) =
        tokio::join!(writers, search_until(&stop, &client, &quiet), replacement);
    assert!(written.iter().all(|written| *written > 0) && searches > 0, "{written:?} {searches}");

    chats.push(quiet);
    wait_until_index_equals_tables(&client, &chats).await;
    let status = chatlog_json("index status").await;
    let of = |name: &str| {
        status["indexes"].as_array().unwrap().iter().find(|index| index["name"] == name).cloned()
    };
    let (old, new) = (of(&former).unwrap(), of(&rebuilt).unwrap());
    assert_eq!((&old["role"], &old["mapping_version"]), (&json!("unused"), &json!(1)));
    assert_eq!(new["role"], "searched");
    assert_eq!(new["mapping_version"], status["mapping_version_of_this_release"]);

    let refused = chatlog_error(&format!("index drop {}", new["generation"])).await;
    assert!(refused.contains("searches use"), "{refused}");
    let planned = chatlog_json(&format!("index drop {} --dry-run", old["generation"])).await;
    assert_eq!((&planned["is_dry_run"], &planned["index"]), (&json!(true), &json!(former)));
    runbook.run_line("chatlog index drop", &[("drop N", &format!("drop {}", number(&former)))]).await;
    let left = chatlog_json("index status").await;
    assert!(!left.to_string().contains(&format!("\"{former}\"")), "{left}");
    assert_eq!(searched().await, rebuilt);
}

#[tokio::test]
async fn a_lost_index_is_noticed_and_rebuilt_by_the_runbook() {
    let _turn = turn::at_index().await;
    let client = Client::default();
    let chats = indexed_chat(&client).await;
    let [chat] = &chats;
    let logs = Logs::since_now();
    opensearch(Method::DELETE, &searched().await, &json!({})).await;
    client
        .get(&format!("{chat}/messages/search?q={WORD}"))
        .await
        .expect_problem(503, "temporarily_unavailable");
    client.create_message(chat, &format!("{WORD} after the loss")).await;
    client.wait_until_stored(&format!("{chat}/messages/2")).await;
    client
        .get(&format!("{chat}/messages/search?q={WORD}"))
        .await
        .expect_problem(503, "temporarily_unavailable");
    eventually("the log says why changes wait", async || {
        logs.lines_of("reindex").await.iter().any(|line| line.contains(IS_LOST)).then_some(())
    })
    .await;
    let log = Section::of("batch-errors").run_block(&[("Persist", "Reindex")]).await;
    assert!(log.contains(IS_LOST), "{log}");
    assert_eq!(chatlog_json("index status").await["state"], "lost");
    Section::of("index-lost").run_block(&[]).await;
    let status = Section::of("index-age").run_block(&[]).await;
    assert!(status.contains("ready"), "{status}");
    wait_until_index_equals_tables(&client, &chats).await;
}

#[tokio::test]
async fn an_interrupted_rebuild_is_continued() {
    let _turn = turn::at_index().await;
    let (client, chats, generation) = interrupted_rebuild().await;
    // Another rebuild would have another number.
    let rebuilt = chatlog_json("index rebuild").await;
    assert_eq!(rebuilt["index"], format!("chatlog-messages-v{generation}"));
    chatlog_json("index switch").await;
    wait_until_index_equals_tables(&client, &chats).await;
}

#[tokio::test]
async fn an_interrupted_rebuild_is_not_continued_if_what_it_reads_or_fills_is_gone() {
    let _turn = turn::at_index().await;
    let (client, chats, generation) = interrupted_rebuild().await;
    // As if the tables were restored: the rebuild reads a table that is no longer in use.
    record_rebuilt_table("chatlog-messages-before").await;
    assert_eq!(chatlog_json("index status").await["rebuild"]["is_current"], false);
    assert!(chatlog_error("index switch").await.contains("no longer in use"));
    let another = format!("chatlog-messages-v{}", generation + 1);
    assert_eq!(chatlog_json("index rebuild").await["index"], another);
    // As if the domain was replaced again.
    opensearch(Method::DELETE, &another, &json!({})).await;
    chatlog_json("index rebuild --switch").await;
    assert_eq!(chatlog_json("index status").await["state"], "ready");
    wait_until_index_equals_tables(&client, &chats).await;
}

/// A chat that is indexed, in a list, as the functions above want it.
async fn indexed_chat(client: &Client) -> [String; 1] {
    let chats = [client.create_chat().await];
    client.create_message(&chats[0], &format!("{WORD} before")).await;
    wait_until_index_equals_tables(client, &chats).await;
    chats
}

/// The number of an index, from its name.
fn number(index: &str) -> String {
    index.rsplit_once("-v").unwrap().1.to_owned()
}

#[tokio::test]
async fn an_index_that_misses_changes_is_repaired_by_the_runbook() {
    let _turn = turn::at_index().await;
    let client = Client::default();
    let chats = indexed_chat(&client).await;
    // As if the requests had expired while the domain was away.
    let index = searched().await;
    let query = json!({ "query": { "match_all": {} } });
    let forget = format!("{index}/_delete_by_query?conflicts=proceed&refresh=true");
    opensearch(Method::POST, &forget, &query).await;
    Section::of("index-age-critical").run_block(&[]).await;
    wait_until_index_equals_tables(&client, &chats).await;

    // The index is lost together with its record, so a function creates an empty one.
    opensearch(Method::DELETE, &searched().await, &json!({})).await;
    let record = json!({ "TableName": "chatlog-index-state", "Key": { "id": { "S": "messages" } } });
    Aws::default().call("DynamoDB_20120810.DeleteItem", &record).await;
    client.create_message(&chats[0], &format!("{WORD} after")).await;
    eventually("a search finds the new message alone", async || {
        (found(&client, &chats[0]).await?.into_keys().collect::<Vec<_>>() == [2]).then_some(())
    })
    .await;
    Section::of("index-created").run_block(&[]).await;
    wait_until_index_equals_tables(&client, &chats).await;
}

#[tokio::test]
async fn a_red_index_is_replaced_by_the_runbook() {
    let _turn = turn::at_index().await;
    let client = Client::default();
    let chats = indexed_chat(&client).await;
    let index = searched().await;
    opensearch(Method::POST, &format!("{index}/_close"), &json!({})).await;
    let nowhere = json!({ "index.routing.allocation.require._name": "a node that is lost" });
    opensearch(Method::PUT, &format!("{index}/_settings"), &nowhere).await;
    opensearch(Method::POST, &format!("{index}/_open?wait_for_active_shards=0"), &json!({})).await;
    eventually("the domain is red", async || {
        (opensearch(Method::GET, "_cluster/health", &json!({})).await["status"] == "red").then_some(())
    })
    .await;
    client.create_message(&chats[0], &format!("{WORD} while it is red")).await;
    Section::of("domain-red").run_block(&[("drop N", &format!("drop {}", number(&index)))]).await;
    wait_until_index_equals_tables(&client, &chats).await;
    assert_ne!(opensearch(Method::GET, "_cluster/health", &json!({})).await["status"], "red");
}

/// Makes the present rebuild one that reads this table.
async fn record_rebuilt_table(table: &str) {
    let update = json!({
        "TableName": "chatlog-index-state",
        "Key": { "id": { "S": "messages" } },
        "UpdateExpression": "SET rebuilt_table = :table",
        "ExpressionAttributeValues": { ":table": { "S": table } },
    });
    Aws::default().call("DynamoDB_20120810.UpdateItem", &update).await;
}

/// Begins a rebuild, ends the command when it has read rows but not all, and sees that the rebuild is still there. Returns an indexed chat
/// with its client, and the number of the index that the rebuild fills.
async fn interrupted_rebuild() -> (Client, [String; 1], u64) {
    let client = Client::default();
    let chats = indexed_chat(&client).await;
    for row in 1..=9 {
        client.create_message(&chats[0], &format!("{WORD} {row}")).await;
    }
    client.wait_until_stored(&format!("{}/messages/10", chats[0])).await;
    let begun = async {
        eventually("the rebuild has read a row", async || {
            chatlog_json("index status").await["rebuild"]["rows"].as_u64().filter(|rows| *rows > 0)
        })
        .await;
    };
    tokio::select! {
        output = chatlog("index rebuild --page 1 --read-units 1") => panic!("{output:?}"),
        () = begun => {}
    }
    let rebuild = chatlog_json("index status").await["rebuild"].take();
    assert_eq!(rebuild["is_complete"], false);
    (client, chats, rebuild["generation"].as_u64().unwrap())
}
