//! What each function usually has to do.

use anyhow::Result;
use serde_json::json;

use crate::ensemble::{Ensemble, FULL_BATCH};
use crate::events::{batch, request};

/// An ordinary message, about as long as people write them.
pub(crate) const TEXT: &str =
    "Would you bring the small pot of jasmine tea (茉莉花茶) to table 7, please? They've waited a while. 🍵";

/// One kind of work for one function.
#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) function: &'static str,
    pub(crate) what: &'static str,
    /// Taken in turns.
    pub(crate) events: Vec<String>,
}

/// How many items stand in a list: a page as long as clients get it unless they ask for another.
const PAGE: usize = 50;

/// Requests to the API among 50 applications, in one with 50 chats, in a chat with 50 messages.
pub(crate) fn requests(ensemble: &mut Ensemble<'_>) -> Result<Vec<Workload>> {
    for _ in 1..PAGE {
        ensemble.application()?;
    }
    let chat = ensemble.stored_chat(PAGE, TEXT)?;
    for _ in 1..PAGE {
        ensemble.stored_chat_of(&chat.token, 0, TEXT)?;
    }
    let token = [("token", chat.token.as_str())];
    let in_chat = chat.path();
    let message: Vec<(&str, &str)> = in_chat.into_iter().chain([("message", "7")]).collect();
    let name = json!({ "name": "Tea house" });
    let text = json!({ "body": TEXT });
    let mut workloads = Vec::new();
    for (function, what, event) in [
        ("create-application", "POST an application", request("POST /applications", &[], &[], Some(&name))?),
        ("create-chat", "POST a chat", request("POST /applications/{token}/chats", &token, &[], None)?),
        (
            "create-message",
            "POST a message",
            request("POST /applications/{token}/chats/{chat}/messages", &in_chat, &[], Some(&text))?,
        ),
        ("other-methods", "DELETE the applications", request("DELETE /applications", &[], &[], None)?),
        ("read", "GET an application", request("GET /applications/{token}", &token, &[], None)?),
        ("read", "GET a page of 50 applications", request("GET /applications", &[], &[], None)?),
        ("read", "GET a chat", request("GET /applications/{token}/chats/{chat}", &in_chat, &[], None)?),
        ("read", "GET a page of 50 chats", request("GET /applications/{token}/chats", &token, &[], None)?),
        (
            "read",
            "GET a message",
            request("GET /applications/{token}/chats/{chat}/messages/{message}", &message, &[], None)?,
        ),
        (
            "read",
            "GET a page of 50 messages",
            request("GET /applications/{token}/chats/{chat}/messages", &in_chat, &[], None)?,
        ),
        ("reference", "GET the document", request("GET /openapi.json", &[], &[], None)?),
        (
            "search",
            "GET 10 hits",
            request(
                "GET /applications/{token}/chats/{chat}/messages/search",
                &in_chat,
                &[("q", "jasmine tea"), ("limit", "10")],
                None,
            )?,
        ),
    ] {
        workloads.push(Workload { function, what, events: vec![event] });
    }
    Ok(workloads)
}

impl Workload {
    /// Whether an event is a batch of records, not a request.
    pub(crate) fn is_batch(&self) -> bool {
        matches!(self.function, "persist" | "reindex")
    }
}

/// What persist left to reindex while OpenSearch was away, for one chat.
pub(crate) fn left_to_index(ensemble: &mut Ensemble<'_>, text: &str) -> Result<Workload> {
    let chat = ensemble.stored_chat(0, text)?;
    let said = ensemble.say(&chat, FULL_BATCH, text)?;
    ensemble.world.opensearch.set_away(true);
    ensemble.apply("persist", &said)?;
    ensemble.world.opensearch.set_away(false);
    let events = vec![batch(&ensemble.world.aws.take_sent())?];
    Ok(Workload { function: "reindex", what: "a full batch of one chat", events })
}

/// Full batches of one chat for persist.
pub(crate) fn full_batches(ensemble: &mut Ensemble<'_>, batches: usize) -> Result<Workload> {
    let busy = ensemble.stored_chat(0, TEXT)?;
    let said = ensemble.say(&busy, batches * FULL_BATCH, TEXT)?;
    let events = said.chunks(FULL_BATCH).map(batch).collect::<Result<_>>()?;
    Ok(Workload { function: "persist", what: "a full batch of one chat", events })
}
