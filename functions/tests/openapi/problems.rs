//! The problems of the document are those that the server tells of.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{DOCUMENT, members, operations, resolved};

/// The codes that stand in the one place where functions turn problems into HTTP: each after its status.
fn codes_of_functions() -> BTreeSet<&'static str> {
    let source = include_str!("../../../../crates/http-api/src/problem.rs");
    let after_status = source.split("StatusCode::").skip(1);
    after_status
        .filter_map(|rest| {
            let (between, rest) = rest.split_once('"')?;
            let (_status, nothing) = between.split_once(',')?;
            nothing.trim().is_empty().then(|| rest.split('"').next()).flatten()
        })
        .collect()
}

/// The codes that API Gateway answers by itself, in the bodies that the template gives it.
fn codes_of_gateway() -> BTreeSet<&'static str> {
    let template = include_str!("../../../../template.yaml");
    template.split("\"code\": \"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

fn texts(list: &'static Value) -> BTreeSet<&'static str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The codes that a response's schema allows.
fn codes_of(response: &'static Value) -> BTreeSet<&'static str> {
    let code = &response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"]["code"];
    code.get("const").and_then(Value::as_str).into_iter().chain(texts(&code["enum"])).collect()
}

#[test]
fn every_code_that_the_server_says_is_in_the_document_and_no_other() {
    let described = texts(&DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]);
    let said: BTreeSet<&str> = codes_of_functions().union(&codes_of_gateway()).copied().collect();
    assert!(said.contains("invalid_fields") && said.contains("too_many_requests"), "{said:?}");
    let undescribed: Vec<_> = said.difference(&described).collect();
    let unsaid: Vec<_> = described.difference(&said).collect();
    assert!(
        undescribed.is_empty() && unsaid.is_empty(),
        "only said: {undescribed:?}\nonly in openapi.json: {unsaid:?}"
    );
}

#[test]
fn every_code_stands_in_a_response_and_in_the_prose() {
    let responses = members(&DOCUMENT["components"]["responses"]).values();
    let possible: BTreeSet<&str> = responses.flat_map(codes_of).collect();
    let described = texts(&DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]);
    assert_eq!(possible, described);
    let prose = DOCUMENT["info"]["description"].as_str().unwrap();
    for code in described {
        assert!(prose.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn a_problem_is_described_under_its_own_status() {
    for operation in operations() {
        for (status, response) in members(&operation.value["responses"]) {
            let response = resolved(response);
            if codes_of(response).is_empty() {
                assert!(status.starts_with(['2', '3']), "{} {status} has no codes", operation.name());
                continue;
            }
            let schema = &response["content"]["application/problem+json"]["schema"]["allOf"][1];
            let described = schema["properties"]["status"]["const"].to_string();
            assert_eq!(&described, status, "{}", operation.name());
        }
    }
}
