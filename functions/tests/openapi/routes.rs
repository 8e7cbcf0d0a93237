//! The document's operations are the template's routes.

use std::collections::BTreeSet;

use template_routes::Routes;

use super::operations;

#[test]
fn every_route_is_in_the_document_and_nothing_else() {
    let template = Routes::of(include_str!("../../../../template.yaml")).unwrap();
    let routed: BTreeSet<String> = template
        .paths()
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}")))
        .collect();
    let described: BTreeSet<String> = operations().iter().map(super::Operation::name).collect();
    let undescribed: Vec<_> = routed.difference(&described).collect();
    let unrouted: Vec<_> = described.difference(&routed).collect();
    assert!(
        undescribed.is_empty() && unrouted.is_empty(),
        "only in template.yaml: {undescribed:#?}\nonly in openapi.json: {unrouted:#?}"
    );
}

#[test]
fn what_stands_in_braces_is_a_parameter() {
    for operation in operations() {
        let segments = operation.path.split('/');
        let braced: BTreeSet<&str> =
            segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
        let parameters = operation.parameters();
        let described = parameters.iter().filter(|(place, _)| *place == "path").map(|(_, name)| *name);
        assert_eq!(described.collect::<BTreeSet<_>>(), braced, "{}", operation.name());
    }
}
