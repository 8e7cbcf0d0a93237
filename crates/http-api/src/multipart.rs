//! Forms as `multipart/form-data` (RFC 7578).
//!
//! The libraries for it (multer, form-data, multipart-rs) read streams, asynchronously. multer, the most used one, refuses field
//! names with control characters, which clients may send, and accepts parts that are not text fields. The body is already in
//! memory, so splitting it takes less code than checking what multer let through.

mod part;

use memchr::memmem::Finder;

use crate::{ApiProblem, FieldError};
use part::Part;

const NO_BOUNDARY: &str = "must name one boundary in its Content-Type";
const MALFORMED: &str = "must be multipart/form-data, with the boundary that its Content-Type names";

/// Names and values of the parts, in their order.
///
/// # Errors
/// [`Code::MalformedParameter`](crate::Code::MalformedParameter), also for a file, since no operation takes one;
/// [`Code::UnsupportedMediaType`](crate::Code::UnsupportedMediaType) if a part is text in another charset than UTF-8.
///
/// The part of a file input in which nothing was selected is left out: a browser sends it with every form that has one.
pub(crate) fn read(boundary: Option<&str>, body: &[u8]) -> Result<Vec<(String, String)>, ApiProblem> {
    let boundary = boundary.ok_or_else(|| malformed(NO_BOUNDARY))?;
    let parts = parts(boundary, body).ok_or_else(|| malformed(MALFORMED))?;
    parts
        .into_iter()
        .filter_map(|part| match Part::parse(part) {
            Some(part) => part.into_field().transpose(),
            None => Some(Err(malformed(MALFORMED))),
        })
        .collect()
}

/// The bytes between the delimiters (RFC 2046, section 5.1.1). `None` unless the last one closes the form.
fn parts<'a>(boundary: &str, body: &'a [u8]) -> Option<Vec<&'a [u8]>> {
    let first = format!("--{boundary}");
    let delimiter = format!("\r\n{first}");
    let finder = Finder::new(&delimiter);
    // What is in front of the first delimiter, and behind the last one, does not count.
    let until_next = |text: &'a [u8]| {
        let (before, after) = text.split_at_checked(finder.find(text)?)?;
        Some((before, after.strip_prefix(delimiter.as_bytes())?))
    };
    let mut rest = match body.strip_prefix(first.as_bytes()) {
        Some(rest) => rest,
        None => until_next(body)?.1,
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let (part, after) = until_next(rest.split_at_checked(padding)?.1.strip_prefix(b"\r\n")?)?;
        parts.push(part);
        rest = after;
    }
    Some(parts)
}

fn malformed(message: &str) -> ApiProblem {
    ApiProblem::malformed_parameter(vec![FieldError::new("form", message)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::part::{A_FILE, ENCODED, NO_NAME, NOT_TEXT};
    use super::*;
    use crate::Code;

    /// As `curl -F` and browsers write it.
    fn written(boundary: &str, fields: &[(String, String)]) -> String {
        let part = |(name, value): &(String, String)| {
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        fields.iter().map(part).collect::<String>() + &format!("--{boundary}--\r\n")
    }

    /// One part with these headers and this value.
    fn one(headers: &str, value: &[u8]) -> Result<Vec<(String, String)>, ApiProblem> {
        read(Some("b"), &[b"--b\r\n", headers.as_bytes(), b"\r\n\r\n", value, b"\r\n--b--"].concat())
    }

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[track_caller]
    fn assert_refused(read: Result<Vec<(String, String)>, ApiProblem>, message: &str) {
        let problem = read.unwrap_err();
        assert_eq!(problem.code, Code::MalformedParameter);
        assert_eq!(problem.errors, [FieldError::new("form", message)]);
    }

    #[test]
    fn parts_are_fields_with_their_text_as_sent() {
        let sent = fields(&[
            ("body", " a\r\nb --x\r\n--\r\n 天 "),
            ("empty", ""),
            ("naïve", "1"),
            ("body", "second"),
        ]);
        assert_eq!(read(Some("x"), written("x", &sent).as_bytes()), Ok(sent));
        assert_eq!(read(Some("x"), b"--x--"), Ok(Vec::new()));
    }

    #[test]
    fn text_around_the_parts_is_ignored() {
        let body = b"for old mail programs\r\n--x \t\r\ncontent-disposition: form-data; name=body\r\n\r\nhi\r\n--x--\r\nthe end";
        assert_eq!(read(Some("x"), body), Ok(fields(&[("body", "hi")])));
    }

    #[test]
    fn a_part_may_say_what_it_is() {
        for more in [
            "Content-Type: text/plain",
            "Content-Type: text/plain ; charset=\"UTF-8\"",
            "Content-Type: application/json",
            "Content-Transfer-Encoding: 8bit\r\nContent-Length: 2",
        ] {
            let headers = format!("{more}\r\nContent-Disposition: Form-Data; name=\"body\"");
            assert_eq!(one(&headers, "é".as_bytes()), Ok(fields(&[("body", "é")])), "{more}");
        }
    }

    #[test]
    fn a_file_is_refused() {
        for name in ["filename=\"notes.txt\"", "FileName=notes.txt", "filename=\"\"", "filename*=utf-8''n"] {
            assert_refused(
                one(&format!("Content-Disposition: form-data; name=\"body\"; {name}"), b"hi"),
                A_FILE,
            );
            assert_refused(
                one(&format!("Content-Disposition: form-data;{name}; name=\"body\""), b"hi"),
                A_FILE,
            );
        }
    }

    #[test]
    fn a_file_input_without_a_file_is_no_field() {
        let unselected = "Content-Disposition: form-data; name=\"body\"; filename=\"\"\r\nContent-Type: application/octet-stream";
        assert_eq!(one(unselected, b""), Ok(Vec::new()));
    }

    #[test]
    fn a_part_needs_a_name() {
        for headers in [
            "Content-Type: text/plain",
            "Content-Disposition: form-data",
            "Content-Disposition: form-data; size=2",
            "Content-Disposition: form-data; name",
            "Content-Disposition: form-data; name=\"body",
            "Content-Disposition: form-data; name=\"bo\"dy",
            "\r\nContent-Disposition: form-data; name=body",
            "Content-Disposition: attachment; name=\"body\"",
            "Content-Disposition: name=\"body\"",
        ] {
            assert_refused(one(headers, b"hi"), NO_NAME);
        }
    }

    #[test]
    fn a_name_may_have_any_characters() {
        for name in ["\u{18}\u{7f}\u{80}", "a\\", "a\\\"b", "a; filename=b", "a=b", " a ", "", "%22"] {
            let read = one(&format!("Content-Disposition: form-data; name=\"{name}\" ; size=2"), b"hi");
            assert_eq!(read, Ok(fields(&[(name, "hi")])), "{name}");
        }
        let token = one("Content-Disposition: form-data;name = body ;size=2", b"hi");
        assert_eq!(token, Ok(fields(&[("body", "hi")])));
    }

    #[test]
    fn a_part_is_utf_8() {
        let disposition = "Content-Disposition: form-data; name=\"body\"";
        assert_refused(one(disposition, b"\xff"), NOT_TEXT);
        let latin =
            |value| one(&format!("{disposition}\r\nContent-Type: text/plain; charset=ISO-8859-1"), value);
        assert_eq!(latin(b"hi"), Ok(fields(&[("body", "hi")])), "ASCII is the same in both");
        assert_eq!(latin("é".as_bytes()).unwrap_err().code, Code::UnsupportedMediaType);
        let encoded = one(&format!("{disposition}\r\nContent-Transfer-Encoding: base64"), b"aGk=");
        assert_refused(encoded, ENCODED);
    }

    #[test]
    fn a_malformed_form_is_refused() {
        for body in [
            "",
            "body=hi",
            "--y--",
            "--x",
            "--x\r\n--x--",
            "--x\r\nno header\r\n\r\nhi\r\n--x--",
            "--x\r\nno name : hi\r\n\r\nhi\r\n--x--",
            "--x\r\nContent-Disposition: form-data; name=\"a\nb\"\r\n\r\nhi\r\n--x--",
            "--x\r\nContent-Disposition: form-data; name=body\r\n--x--",
            "--x\nContent-Disposition: form-data; name=body\n\nhi\n--x--",
            "--x\r\nContent-Disposition: form-data; name=body\r\n\r\nhi",
            "--x\r\nContent-Disposition: form-data; name=body\r\n\r\nhi\r\n--xy--",
        ] {
            assert_refused(read(Some("x"), body.as_bytes()), MALFORMED);
        }
        assert!(read(None, b"--x--").unwrap_err().detail.contains("must name one boundary"));
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(sent in prop::collection::vec(("[^\r\n\"]{0,9}", "(?s)([-x\r\n]|.){0,40}"), 0..6)) {
            let boundary = "x-";
            prop_assume!(sent.iter().all(|(_, value)| !format!("\r\n{value}").contains("\r\n--x-")));
            prop_assert_eq!(read(Some(boundary), written(boundary, &sent).as_bytes()), Ok(sent));
        }

        /// Less than a whole form is never taken for a shorter one.
        #[test]
        fn a_form_that_was_cut_short_is_refused(value in "[-x\r\n a]{0,20}", cut in 0_usize..90) {
            let whole = written("xy", &fields(&[("body", &value), ("more", "1")]));
            let end = whole.len() - "\r\n".len();
            prop_assert!(read(Some("xy"), &whole.as_bytes()[..cut.min(end - 1)]).is_err());
        }

        #[test]
        fn no_body_panics(body: Vec<u8>) {
            let _ = read(Some("x"), &[b"--x\r\n", body.as_slice(), b"\r\n--x--"].concat());
        }
    }
}
