//! What is served, as build.rs laid it out.

use http_api::File;

/// Asked for again each time; who has it is told so.
const ASK_EACH_TIME: &str = "no-cache";
/// What changes only with a release of Swagger UI, and works with the page of another.
const FOR_A_DAY: &str = "public, max-age=86400";

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

pub(crate) static DOCUMENT: File = file!("openapi.json", "application/json", ASK_EACH_TIME);
pub(crate) static PAGE: File = file!("page.html", "text/html; charset=utf-8", ASK_EACH_TIME);

static START: File = file!("start.js", "text/javascript; charset=utf-8", ASK_EACH_TIME);
static SCRIPT: File = file!("swagger-ui-bundle.js", "text/javascript; charset=utf-8", FOR_A_DAY);
static STYLE: File = file!("swagger-ui.css", "text/css; charset=utf-8", FOR_A_DAY);
static LICENCE: File = file!("swagger-ui-license.txt", "text/plain; charset=utf-8", FOR_A_DAY);

/// The part of the page that is served by this name.
pub(crate) fn asset(name: &str) -> Option<&'static File> {
    match name {
        "start.js" => Some(&START),
        "swagger-ui-bundle.js" => Some(&SCRIPT),
        "swagger-ui.css" => Some(&STYLE),
        "swagger-ui-license.txt" => Some(&LICENCE),
        _ => None,
    }
}
