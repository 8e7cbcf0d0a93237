//! The search engine: one real OpenSearch node on loopback.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::engine::{self, Standing};
use crate::fingerprint::Fingerprint;
use crate::progress::{tail, wait_for};
use crate::stack_home::StackHome;
use crate::{http, opensearch_jars, ports};

pub(crate) const NAME: &str = "opensearch";
const MAIN_CLASS: &str = "org.codelibs.opensearch.runner.OpenSearchRunner";
const CONFIGURATION: &str = "opensearch.yml";
const UNTIL_READY: Duration = Duration::from_mins(2);
/// How long a node may take to write its data when it is told to end.
const UNTIL_ENDED: Duration = Duration::from_secs(30);

pub(crate) fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Starts the node unless it runs already with the same setup; does not wait for it.
pub(crate) fn start(checkout: &Checkout, home: &StackHome, java: &Path, port: u16) -> Result<()> {
    let jars = opensearch_jars::folder(checkout);
    let setup = Fingerprint::default()
        .file(&checkout.infra("opensearch.sha256"))?
        .file(&checkout.infra(CONFIGURATION))?
        .text(&format!("{} {port}", java.display()))
        .finish();
    let record = home.record(NAME);
    if engine::runs_already(&record, &setup, || stop(home).map(drop))? {
        return Ok(());
    }
    ports::require_free(port, "OpenSearch", "--opensearch-port")?;
    let data = home.data(NAME);
    let configuration = data.join("node_1/config");
    let temporary = data.join("tmp");
    for folder in [&configuration, &temporary] {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    std::fs::copy(checkout.infra(CONFIGURATION), configuration.join(CONFIGURATION))?;
    let mut node = Command::new(java);
    node.args(["-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"])
        .arg(format!("-Djava.io.tmpdir={}", temporary.display()))
        .arg("-cp")
        .arg(jars.join("*"))
        .arg(MAIN_CLASS)
        .arg("-basePath")
        .arg(&data)
        // The runner serves on the port above this one.
        .args(["-numOfNode", "1", "-baseHttpPort", &(port - 1).to_string()])
        .args(["-clusterName", &cluster_name(home)])
        .current_dir(&data)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", &data)
        .env("LANG", "C.UTF-8");
    engine::start(&mut node, &setup, &record, &home.log(NAME))?;
    Ok(())
}

/// Waits until the node answers for all its indexes, and is ours.
pub(crate) fn wait_until_ready(home: &StackHome, port: u16) -> Result<()> {
    let health = format!("{}/_cluster/health?wait_for_status=yellow&timeout=1s", endpoint(port));
    wait_for(
        "OpenSearch answers",
        UNTIL_READY,
        || {
            if let Ok(reply) = http::get(&health)
                && reply.status == 200
            {
                if reply.body.contains(&format!("\"{}\"", cluster_name(home))) {
                    return Ok(Some(()));
                }
                bail!("something that is not this stack's OpenSearch answers on port {port}");
            }
            let record = engine::recorded(&home.record(NAME));
            if record.is_none_or(|record| engine::standing(&record) != Standing::Running) {
                bail!("OpenSearch ended before it was ready.\n{}", tail(&home.log(NAME)));
            }
            Ok(None)
        },
        || tail(&home.log(NAME)),
    )
}

pub(crate) fn stop(home: &StackHome) -> Result<bool> {
    engine::stop(&home.record(NAME), UNTIL_ENDED)
}

/// Names the stack, so that another one's node is not taken for ours.
fn cluster_name(home: &StackHome) -> String {
    let place = Fingerprint::default().text(&home.dir().to_string_lossy()).finish();
    format!("chatlog-{}", place.chars().take(12).collect::<String>())
}
