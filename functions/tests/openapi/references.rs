//! Whatever the document refers to is there, and named once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{DOCUMENT, Operation, all_values, members, operations, resolved, target};

#[test]
fn every_reference_leads_somewhere() {
    let references = all_values().into_iter().filter(|(place, _)| place.ends_with("/$ref"));
    for (place, reference) in references {
        let reference = reference.as_str().unwrap();
        assert!(target(reference).is_some(), "{place}: {reference} leads nowhere");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_tag_and_a_summary() {
    let tags: BTreeSet<&str> =
        DOCUMENT["tags"].as_array().unwrap().iter().filter_map(|tag| tag["name"].as_str()).collect();
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let name = operation.name();
        assert!(!operation.id().is_empty(), "{name} has no operationId");
        assert!(ids.insert(operation.id()), "{name}: another one is named {} too", operation.id());
        let own: Vec<&str> =
            operation.value["tags"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(!own.is_empty() && own.iter().all(|tag| tags.contains(tag)), "{name} has tags {own:?}");
        assert!(operation.value["summary"].is_string(), "{name} has no summary");
    }
}

#[test]
fn every_link_gives_an_operation_the_parameters_it_needs() {
    let operations = operations();
    let by_id: BTreeMap<&str, &Operation> = operations.iter().map(|each| (each.id(), each)).collect();
    let mut links = 0;
    for operation in &operations {
        for response in members(&operation.value["responses"]).values() {
            for (name, link) in resolved(response).get("links").into_iter().flat_map(members) {
                let place = format!("link {name} of {}", operation.name());
                let id = link["operationId"].as_str().unwrap();
                let wanted = by_id.get(id).unwrap_or_else(|| panic!("{place} leads to no operation"));
                let path = wanted.parameters().into_iter().filter(|(place, _)| *place == "path");
                let path: BTreeSet<&str> = path.map(|(_, name)| name).collect();
                let given: BTreeSet<&str> = members(&link["parameters"]).keys().map(String::as_str).collect();
                assert_eq!(given, path, "{place}");
                links += 1;
            }
        }
    }
    assert!(links > 0);
}
