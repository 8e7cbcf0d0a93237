use memchr::memmem;

use super::malformed;
use crate::media_type::is_utf_8;
use crate::{ApiProblem, Code};

pub(super) const NOT_TEXT: &str = "must have parts of UTF-8 text";
pub(super) const NO_NAME: &str = "must have parts with the header Content-Disposition: form-data; name=\"…\"";
pub(super) const A_FILE: &str = "must have no files";
pub(super) const ENCODED: &str = "must have parts without Content-Transfer-Encoding";

/// A part of a form.
pub(super) struct Part<'a> {
    headers: Vec<(&'a str, &'a str)>,
    value: &'a [u8],
}

impl<'a> Part<'a> {
    /// `None` unless it consists of headers and a value.
    pub(super) fn parse(part: &'a [u8]) -> Option<Self> {
        if let Some(value) = part.strip_prefix(b"\r\n") {
            return Some(Self { headers: Vec::new(), value });
        }
        let (headers, value) = part.split_at_checked(memmem::find(part, b"\r\n\r\n")?)?;
        let headers = str::from_utf8(headers).ok()?.split("\r\n").map(header).collect::<Option<_>>()?;
        Some(Self { headers, value: value.strip_prefix(b"\r\n\r\n")? })
    }

    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Name and value of a text field; `None` for a file input without a file.
    ///
    /// # Errors
    /// As [`super::read`].
    pub(super) fn into_field(self) -> Result<Option<(String, String)>, ApiProblem> {
        let disposition = self.header("content-disposition").and_then(parameters);
        let disposition = disposition.ok_or_else(|| malformed(NO_NAME))?;
        let parameter = |name: &str| {
            let mut found = disposition.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            found.next().map(|(_, value)| *value)
        };
        match parameter("filename").or_else(|| parameter("filename*")) {
            Some("") if self.value.is_empty() => return Ok(None),
            Some(_) => return Err(malformed(A_FILE)),
            None => {}
        }
        let name = parameter("name").ok_or_else(|| malformed(NO_NAME))?;
        // Deprecated, and base64 would have to be decoded.
        let encoding = self.header("content-transfer-encoding").unwrap_or("8bit");
        if !["7bit", "8bit", "binary"].iter().any(|identity| encoding.eq_ignore_ascii_case(identity)) {
            return Err(malformed(ENCODED));
        }
        // Java's clients name ISO-8859-1 if they are not told another one. ASCII is the same in all that are in use.
        if !self.value.is_ascii() && !self.header("content-type").is_none_or(is_utf_8) {
            return Err(Code::UnsupportedMediaType.into());
        }
        let value = str::from_utf8(self.value).map_err(|_| malformed(NOT_TEXT))?;
        Ok(Some((name.to_owned(), value.to_owned())))
    }
}

fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    (is_name && !value.contains(['\r', '\n'])).then_some((name, value.trim()))
}

/// The parameters of a `Content-Disposition` of `form-data`; `None` if it is malformed or another one.
fn parameters(disposition: &str) -> Option<Vec<(&str, &str)>> {
    let (kind, mut rest) = disposition.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let mut parameters = Vec::new();
    while !rest.trim().is_empty() {
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let (value, more) = if let Some(quoted) = value.strip_prefix('"') {
            unquote(quoted)?
        } else {
            let (token, more) = value.split_once(';').unwrap_or((value, ""));
            (token.trim_end(), more)
        };
        parameters.push((name.trim(), value));
        rest = more;
    }
    Some(parameters)
}

/// The text up to its closing quote, and what follows behind the next semicolon.
///
/// Browsers write `%22` for a quote in a name and `\` for itself; older clients write `\"`. So the closing quote is the one
/// that ends the parameter. The names of fields need no quotes, so nothing is unescaped.
fn unquote(quoted: &str) -> Option<(&str, &str)> {
    quoted.match_indices('"').find_map(|(position, quote)| {
        let (text, after) = quoted.split_at_checked(position)?;
        let after = after.strip_prefix(quote)?.trim_start();
        if after.is_empty() { Some((text, "")) } else { Some((text, after.strip_prefix(';')?)) }
    })
}
