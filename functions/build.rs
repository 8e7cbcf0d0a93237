//! Prepares what two functions serve: the files of `reference`, and the methods of each path for `other-methods`.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::{Cursor, Read, Write as _};
use std::path::{Path, PathBuf};

use deployment_template::Template;
use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

const TEMPLATE: &str = "../template.yaml";
const OWN_FILES: [&str; 3] = ["../openapi.json", "reference/assets/page.html", "reference/assets/start.js"];
/// The files of Swagger UI that the page needs: the path in the release, and the name under which it is served.
const SWAGGER_UI: [(&str, &str); 3] = [
    ("dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
    ("dist/swagger-ui.css", "swagger-ui.css"),
    ("LICENSE", "swagger-ui-license.txt"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    write_methods(&out.join("methods.rs"))?;
    for path in OWN_FILES {
        println!("cargo::rerun-if-changed={path}");
        let name = Path::new(path).file_name().ok_or("a folder is no file")?;
        write_file(&out.join(name), &fs::read(path)?)?;
    }
    let mut release = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for (path, name) in SWAGGER_UI {
        write_file(&out.join(name), &read_release(&mut release, path)?)?;
    }
    Ok(())
}

/// Writes the methods of each path, as `template.yaml` routes them.
fn write_methods(target: &Path) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={TEMPLATE}");
    let template = Template::parse(&fs::read_to_string(TEMPLATE)?)?;
    let mut lines = String::new();
    for (path, methods) in template.routes().paths().filter(|(_, methods)| !methods.is_empty()) {
        writeln!(lines, "    ({path:?}, {:?}),", methods.join(", "))?;
    }
    Ok(fs::write(target, format!("&[\n{lines}]"))?)
}

/// Reads the file at `path` below the single folder of the release.
fn read_release(release: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let below_folder = |name: &str| name.split_once('/').is_some_and(|(_, rest)| rest == path);
    let name = release.file_names().flatten().find(|name| below_folder(name)).map(String::from);
    let name = name.ok_or_else(|| format!("this release of Swagger UI has no {path}"))?;
    let mut bytes = Vec::new();
    release.by_name(&name)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Writes a file plain, compressed (`.gz`) and its entity tag (`.tag`).
fn write_file(target: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    let mut hash = DefaultHasher::new();
    hash.write(bytes);
    fs::write(target, bytes)?;
    fs::write(target.with_added_extension("gz"), gzip.finish()?)?;
    // Weak: the tag is the same for the plain and the compressed form.
    fs::write(target.with_added_extension("tag"), format!("W/\"{:016x}\"", hash.finish()))?;
    Ok(())
}
