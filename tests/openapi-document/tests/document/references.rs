//! References, links and names in the document.

use std::collections::{BTreeMap, BTreeSet};

use openapi_document::{Node, Operation, all_values};

#[test]
fn every_reference_leads_somewhere() {
    for (pointer, _) in all_values() {
        if let Some(owner) = pointer.strip_suffix("/$ref") {
            assert!(Node::find(owner).is_some(), "the reference at {owner} leads nowhere");
        }
    }
}

#[test]
fn every_operation_has_its_own_id_known_tags_and_a_summary() {
    let known: BTreeSet<&str> =
        Node::at("/tags").items().map(|tag| tag.value["name"].as_str().unwrap()).collect();
    let mut ids = BTreeSet::new();
    for operation in Operation::all() {
        let name = operation.name();
        assert!(!operation.id().is_empty(), "{name} has no operationId");
        assert!(ids.insert(operation.id()), "{name}: another operation has the id {} too", operation.id());
        let tags: Vec<&str> = operation.node.get("tags").unwrap().texts().collect();
        assert!(!tags.is_empty() && tags.iter().all(|tag| known.contains(tag)), "{name} has tags {tags:?}");
        assert!(operation.node.value["summary"].is_string(), "{name} has no summary");
    }
}

#[test]
fn every_link_has_exactly_the_path_parameters_of_its_operation() {
    let operations = Operation::all();
    let by_id: BTreeMap<&str, &Operation> =
        operations.iter().map(|operation| (operation.id(), operation)).collect();
    let mut checked = 0;
    for operation in &operations {
        for (_, response) in operation.responses() {
            for (name, link) in response.get("links").iter().flat_map(Node::members) {
                let link_name = format!("link {name} of {}", operation.name());
                let id = link.value["operationId"].as_str().unwrap();
                let target = by_id.get(id).unwrap_or_else(|| panic!("{link_name} leads to no operation"));
                let expected = target.parameters().into_iter().filter(|(place, _)| *place == "path");
                let expected: BTreeSet<&str> = expected.map(|(_, name)| name).collect();
                let given = link.get("parameters").unwrap();
                let given: BTreeSet<&str> = given.members().map(|(name, _)| name).collect();
                assert_eq!(given, expected, "{link_name}");
                checked += 1;
            }
        }
    }
    assert!(checked > 0);
}
