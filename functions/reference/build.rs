//! Lays out the files that the function serves: each as it is, compressed, and its entity tag.

use std::env;
use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

/// Our own files.
const OURS: [&str; 3] = ["../../openapi.json", "assets/page.html", "assets/start.js"];
/// What the page needs of Swagger UI: where it stands in the release, and the name it is served by.
const SWAGGER_UI: [(&str, &str); 3] = [
    ("dist/swagger-ui-bundle.js", "swagger-ui-bundle.js"),
    ("dist/swagger-ui.css", "swagger-ui.css"),
    ("LICENSE", "swagger-ui-license.txt"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for path in OURS {
        println!("cargo::rerun-if-changed={path}");
        let name = Path::new(path).file_name().ok_or("a folder is no file")?;
        lay_out(&out.join(name), &fs::read(path)?)?;
    }
    let mut release = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED))?;
    for (path, name) in SWAGGER_UI {
        lay_out(&out.join(name), &of_release(&mut release, path)?)?;
    }
    Ok(())
}

/// The file at `path` below the one folder that the release is in.
fn of_release(release: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let below_folder = |name: &str| name.split_once('/').is_some_and(|(_, rest)| rest == path);
    let name = release.file_names().flatten().find(|name| below_folder(name)).map(String::from);
    let name = name.ok_or_else(|| format!("this release of Swagger UI has no {path}"))?;
    let mut bytes = Vec::new();
    release.by_name(&name)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn lay_out(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    let mut hash = DefaultHasher::new();
    hash.write(bytes);
    fs::write(path, bytes)?;
    fs::write(path.with_added_extension("gz"), gzip.finish()?)?;
    // Weak, since it names the plain and the compressed form alike.
    fs::write(path.with_added_extension("tag"), format!("W/\"{:016x}\"", hash.finish()))?;
    Ok(())
}
