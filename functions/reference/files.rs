//! The files to serve, as `build.rs` prepared them.

use http_api::File;

/// Browsers revalidate the file each time, and are not sent it again if it is unchanged.
const REVALIDATE: &str = "no-cache";
/// For files that change only with a release of Swagger UI, and that work with the page of another release.
const ONE_DAY: &str = "public, max-age=86400";

macro_rules! file {
    ($name:literal, $media_type:literal, $cache_control:expr) => {
        File {
            media_type: $media_type,
            cache_control: $cache_control,
            tag: include_str!(concat!(env!("OUT_DIR"), "/", $name, ".tag")),
            plain: include_bytes!(concat!(env!("OUT_DIR"), "/", $name)),
            gzip: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
        }
    };
}

pub(super) static DOCUMENT: File = file!("openapi.json", "application/json", REVALIDATE);
pub(super) static PAGE: File = file!("page.html", "text/html; charset=utf-8", REVALIDATE);

static START: File = file!("start.js", "text/javascript; charset=utf-8", REVALIDATE);
static SCRIPT: File = file!("swagger-ui-bundle.js", "text/javascript; charset=utf-8", ONE_DAY);
static STYLE: File = file!("swagger-ui.css", "text/css; charset=utf-8", ONE_DAY);
static LICENCE: File = file!("swagger-ui-license.txt", "text/plain; charset=utf-8", ONE_DAY);

/// The asset of the page with this name.
pub(super) fn asset(name: &str) -> Option<&'static File> {
    match name {
        "start.js" => Some(&START),
        "swagger-ui-bundle.js" => Some(&SCRIPT),
        "swagger-ui.css" => Some(&STYLE),
        "swagger-ui-license.txt" => Some(&LICENCE),
        _ => None,
    }
}
