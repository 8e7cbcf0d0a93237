//! The files in `events/`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::{env, fs};

use deployment_template::Template;
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn template() -> Template {
    Template::parse(&fs::read_to_string(root().join("template.yaml")).unwrap()).unwrap()
}

pub(crate) fn readme() -> String {
    fs::read_to_string(root().join("events/README.md")).unwrap()
}

/// The names of all events: of their files, without `.json`.
pub(crate) fn names() -> BTreeSet<String> {
    let files = fs::read_dir(root().join("events")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned)).collect()
}

pub(crate) fn text(event: &str) -> String {
    fs::read_to_string(root().join(format!("events/{event}.json"))).unwrap()
}

pub(crate) fn read(event: &str) -> Value {
    serde_json::from_str(&text(event)).unwrap_or_else(|error| panic!("{event}: {error}"))
}

pub(crate) fn records(event: &str) -> Vec<Value> {
    read(event)["Records"].as_array().unwrap().clone()
}

/// The function that the event's name begins with.
pub(crate) fn function(event: &str) -> String {
    let is_name =
        |name: &str| event.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    let names = template().functions.into_iter().map(|function| function.name);
    names
        .filter(|name| is_name(name))
        .max_by_key(String::len)
        .unwrap_or_else(|| panic!("{event} is of no function"))
}

/// The token that the events send.
pub(crate) fn token() -> String {
    let event = read("read-application");
    event["headers"]["Authorization"].as_str().unwrap().strip_prefix("Bearer ").unwrap().to_owned()
}
