//! OpenSearch: one real node on loopback.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use fs_err as fs;

use super::Engine;
use crate::checkout::Checkout;
use crate::machine::fingerprint::Fingerprint;
use crate::machine::http::{self, loopback};
use crate::stack_folder::StackFolder;
use crate::tools::jars;

const MAIN_CLASS: &str = "org.codelibs.opensearch.runner.OpenSearchRunner";
const CONFIGURATION: &str = "opensearch.yml";
const READY_TIMEOUT: Duration = Duration::from_mins(2);
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// Starts the node unless it runs with the same setup; does not wait until it is ready.
pub(crate) fn start(checkout: &Checkout, folder: &StackFolder, java: &Path, port: u16) -> Result<()> {
    let setup = Fingerprint::default()
        .file(&jars::OPENSEARCH.lock_file(checkout))?
        .file(&checkout.infra(CONFIGURATION))?
        .text(&format!("{} {port}", java.display()))
        .finish();
    let engine = engine(folder);
    if !engine.must_start(&setup, port, "--opensearch-port")? {
        return Ok(());
    }
    let configuration = engine.data.join("node_1/config");
    fs::create_dir_all(&configuration)?;
    fs::copy(checkout.infra(CONFIGURATION), configuration.join(CONFIGURATION))?;
    let mut command = engine.command(java)?;
    command
        .args(["-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"])
        // Without C2: what that compiler does within minutes costs more than it saves.
        .arg("-XX:TieredStopAtLevel=1")
        .arg(format!("-Djava.io.tmpdir={}", engine.data.join("tmp").display()))
        .arg("-cp")
        .arg(jars::OPENSEARCH.folder(checkout).join("*"))
        .arg(MAIN_CLASS)
        .arg("-basePath")
        .arg(&engine.data)
        // The runner serves on the port above this one.
        .args(["-numOfNode", "1", "-baseHttpPort", &(port - 1).to_string()])
        .args(["-clusterName", &cluster_name(folder)]);
    engine.start(&mut command, &setup)
}

/// Waits until all indexes are available.
pub(crate) fn wait_until_ready(folder: &StackFolder, port: u16) -> Result<()> {
    let health = format!("{}/_cluster/health?wait_for_status=yellow&timeout=1s", loopback(port));
    let is_ready = || http::send("GET", &health, &[], "").is_ok_and(|reply| reply.status == 200);
    engine(folder).wait_until(port, READY_TIMEOUT, is_ready)
}

pub(crate) fn engine(folder: &StackFolder) -> Engine {
    Engine::new(folder, "OpenSearch", STOP_TIMEOUT)
}

/// A name that no other stack's node has.
fn cluster_name(folder: &StackFolder) -> String {
    let path = Fingerprint::default().text(&folder.path.to_string_lossy()).finish();
    format!("chatlog-{}", path.chars().take(12).collect::<String>())
}
