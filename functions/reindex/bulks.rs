use conversation::IndexChange;

/// The most bytes of bodies in one request. Its JSON is at most six times as large, if every character is escaped, and the
/// smallest instances of OpenSearch Service accept 10 MiB.
/// Source: the network quotas in "Amazon OpenSearch Service quotas" in its developer guide.
pub(super) const BULK_BYTES: usize = 1024 * 1024;

/// Splits changes into requests of at most [`BULK_BYTES`]. A single body is smaller than that.
pub(super) fn bulks(changes: Vec<IndexChange>) -> Vec<Vec<IndexChange>> {
    let mut bulks: Vec<Vec<IndexChange>> = Vec::new();
    let mut bytes = 0;
    for change in changes {
        let more = body_bytes(&change);
        if let Some(bulk) = bulks.last_mut().filter(|_| bytes + more <= BULK_BYTES) {
            bulk.push(change);
        } else {
            bulks.push(vec![change]);
            bytes = 0;
        }
        bytes += more;
    }
    bulks
}

fn body_bytes(change: &IndexChange) -> usize {
    match change {
        IndexChange::Put(indexed) => indexed.message.body.as_str().len(),
        IndexChange::Remove(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id, indexed_message, message_id};

    use super::*;

    #[test]
    fn a_request_is_as_large_as_the_limit_allows() {
        let chat = chat_id(&application_id(), 1);
        let put =
            |number, bytes| IndexChange::Put(indexed_message(&chat, number, number, &"x".repeat(bytes)));
        let mut changes: Vec<IndexChange> = (1..=33).map(|number| put(number, 64 * 1024)).collect();
        changes.push(IndexChange::Remove(message_id(&chat, 34)));
        let bulks = bulks(changes.clone());
        assert_eq!(bulks.iter().map(Vec::len).collect::<Vec<_>>(), [16, 16, 2]);
        assert_eq!(bulks.concat(), changes);
    }

    #[test]
    fn nothing_needs_no_request() {
        assert_eq!(bulks(Vec::new()), Vec::<Vec<IndexChange>>::new());
    }
}
