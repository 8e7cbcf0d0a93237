//! How the template of this repository keeps tokens and keys secret.

use std::collections::BTreeSet;

use regex_lite::Regex;

use crate::node::{Node, parse};
use crate::{Expression, Template};

const TEXT: &str = include_str!("../../../../template.yaml");
const PARAMETERS: [&str; 2] = ["AdminKeySha256", "TokenSigningKeys"];

#[test]
fn only_functions_that_check_keys_have_them() {
    for function in &Template::parse(TEXT).unwrap().functions {
        let mut paths = function.routes.paths();
        let checks = paths.any(|(path, methods)| path.starts_with("/applications") && !methods.is_empty());
        let keys = [("ADMIN_KEY_SHA256", "AdminKeySha256"), ("TOKEN_SIGNING_KEYS", "TokenSigningKeys")];
        for (variable, parameter) in keys {
            let expected = checks.then(|| Expression::Reference(parameter.into()));
            assert_eq!(function.variables.get(variable), expected.as_ref(), "{}", function.name);
        }
    }
}

/// Paths contain tokens, and queries message texts.
#[test]
fn api_gateway_logs_routes_and_no_paths() {
    let yaml = parse(TEXT).unwrap();
    let root = Node::root(&yaml);
    let (_, tracing) = root.get("Resources.Api.Properties.TracingEnabled").unwrap().tagged().unwrap();
    assert_eq!(tracing.elements()[0].text().unwrap(), "TraceApi");
    for settings in root.get("Resources.Api.Properties.MethodSettings").unwrap().elements() {
        assert_eq!(settings.get("LoggingLevel").unwrap().text().unwrap(), "OFF");
        assert!(!settings.get("DataTraceEnabled").unwrap().boolean().unwrap());
    }
    let (_, access_log) = root.get("Resources.Api.Properties.AccessLogSetting").unwrap().tagged().unwrap();
    let format = access_log.elements()[1].get("Format").unwrap().text().unwrap();
    let line: serde_json::Value = serde_json::from_str(&format).unwrap();
    let values: Vec<&str> = line.as_object().unwrap().values().map(|value| value.as_str().unwrap()).collect();
    let expected = [
        "$context.requestId",
        "$context.requestTime",
        "$context.identity.sourceIp",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.responseLength",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.error.responseType",
        "$context.xrayTraceId",
    ];
    assert_eq!(BTreeSet::from_iter(values), BTreeSet::from(expected));
}

#[test]
fn patterns_of_keys_reject_mistakes() {
    let (key, other) = ("0123456789abcdef".repeat(4), "0123456789ABCDEF".repeat(4));
    let two = format!("{key},{other}");
    let mistakes = [
        String::new(),
        "swordfish".to_owned(),
        key[1..].to_owned(),
        format!("{key}0"),
        key.replace('f', "g"),
        format!("{key}{other}"),
        format!("{key}, {other}"),
        format!("{key} {other}"),
        format!("{key};{other}"),
        format!("{key},,{other}"),
        format!("{key},"),
        format!(",{key}"),
        format!(" {key}"),
        format!("{key}\n"),
        format!("open,{key}"),
    ];
    for (parameter, accepts_open) in [("AdminKeySha256", true), ("TokenSigningKeys", false)] {
        let accepts = pattern(parameter);
        assert!(accepts(&key) && accepts(&two) && accepts("open") == accepts_open, "{parameter}");
        for mistake in &mistakes {
            assert!(!accepts(mistake), "{parameter}: {mistake:?}");
        }
    }
}

/// Whether a value matches the `AllowedPattern` of a parameter as a whole, as CloudFormation demands.
fn pattern(parameter: &str) -> impl Fn(&str) -> bool {
    let yaml = parse(TEXT).unwrap();
    let pattern = Node::root(&yaml).get(&format!("Parameters.{parameter}.AllowedPattern")).unwrap();
    let pattern = Regex::new(&format!(r"^(?:{})$", pattern.text().unwrap())).unwrap();
    move |value| pattern.is_match(value)
}

#[test]
fn nobody_can_read_keys_in_the_parameters_of_a_stack() {
    let yaml = parse(TEXT).unwrap();
    for parameter in PARAMETERS {
        let no_echo = Node::root(&yaml).get(&format!("Parameters.{parameter}.NoEcho")).unwrap();
        assert!(no_echo.boolean().unwrap(), "{parameter}");
    }
}
