//! The environment variables of a function: Lambda's own, and those of template.yaml with stubs for values.

use anyhow::{Result, bail};

use crate::world::World;

/// SHA-256 of [`ADMIN_KEY`].
const ADMIN_KEY_SHA256: &str = "b9f195c5cc7ef6afadbfbc42892ad47d3b24c6bc94bb510c4564a90a14e8b799";
pub(crate) const ADMIN_KEY: &str = "swordfish";

pub(crate) fn variables(template: &str, world: &World) -> Result<Vec<(String, String)>> {
    let mut variables: Vec<(String, String)> = [
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("AWS_SESSION_TOKEN", "bench"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    variables.push(("AWS_ENDPOINT_URL".to_owned(), world.aws.url()));
    for name in names(template) {
        let value = value(name, world)?;
        variables.push((name.to_owned(), value));
    }
    Ok(variables)
}

/// The functions' variables in the template, told by how they are named. A function that misses one stops and names it.
fn names(template: &str) -> impl Iterator<Item = &str> {
    let keys = template.lines().filter_map(|line| line.split_once(':')).map(|(key, _)| key.trim());
    keys.filter(|key| ["_TABLE", "_URL", "_SHA256", "_ENDPOINT"].iter().any(|kind| key.ends_with(kind)))
}

fn value(name: &str, world: &World) -> Result<String> {
    if let Some(table) = name.strip_suffix("_TABLE") {
        return Ok(table.to_lowercase().replace('_', "-"));
    }
    if let Some(queue) = name.strip_suffix("_QUEUE_URL").or_else(|| name.strip_suffix("_URL")) {
        let queue = queue.to_lowercase().replace('_', "-");
        return Ok(format!("{}/123456789012/{queue}.fifo", world.aws.url()));
    }
    match name {
        "ADMIN_KEY_SHA256" => Ok(ADMIN_KEY_SHA256.to_owned()),
        "OPENSEARCH_ENDPOINT" => Ok(world.opensearch.url()),
        _ => bail!("template.yaml gives the functions {name}, for which there is no stub"),
    }
}
