//! The document's operations are the routes of the template.

use std::collections::BTreeSet;

use deployment_template::Template;
use openapi_document::Operation;

const TEMPLATE: &str = include_str!("../../../../template.yaml");

#[test]
fn the_document_has_exactly_the_routes_of_the_template() {
    let template = Template::parse(TEMPLATE).unwrap().routes();
    let routed: BTreeSet<String> = template
        .paths()
        .flat_map(|(path, methods)| methods.into_iter().map(move |method| format!("{method} {path}")))
        .collect();
    let described: BTreeSet<String> = Operation::all().iter().map(Operation::name).collect();
    let only_routed: Vec<_> = routed.difference(&described).collect();
    let only_described: Vec<_> = described.difference(&routed).collect();
    assert!(
        only_routed.is_empty() && only_described.is_empty(),
        "only in template.yaml: {only_routed:#?}\nonly in openapi.json: {only_described:#?}"
    );
}

#[test]
fn every_name_in_braces_is_a_path_parameter() {
    for operation in Operation::all() {
        let segments = operation.path.split('/');
        let in_braces: BTreeSet<&str> =
            segments.filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}')).collect();
        let parameters = operation.parameters();
        let described = parameters.iter().filter(|(place, _)| *place == "path").map(|(_, name)| *name);
        assert_eq!(described.collect::<BTreeSet<_>>(), in_braces, "{}", operation.name());
    }
}
