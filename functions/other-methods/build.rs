//! Writes down which methods each path has, as `template.yaml` routes them: a list of our own could differ from it.

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::{env, fs};

use template_routes::Routes;

const TEMPLATE: &str = "../../template.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={TEMPLATE}");
    let routes = Routes::of(&fs::read_to_string(TEMPLATE)?)?;
    let mut lines = String::new();
    for (path, methods) in routes.paths().filter(|(_, methods)| !methods.is_empty()) {
        writeln!(lines, "    ({path:?}, {:?}),", methods.join(", "))?;
    }
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("paths.rs"), format!("&[\n{lines}]"))?;
    Ok(())
}
