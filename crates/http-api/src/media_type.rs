/// The media types of a request's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MediaType {
    Json,
    Form,
    /// `multipart/form-data` with its boundary; `None` if it is missing or no boundary.
    Multipart(Option<String>),
}

impl MediaType {
    /// Reads a `Content-Type`; JSON if there is none. `None` for other media types, and for charsets other than UTF-8.
    pub(crate) fn parse(content_type: Option<&str>) -> Option<Self> {
        let Some(content_type) = content_type else { return Some(Self::Json) };
        let (essence, parameters) = split(content_type);
        if !is_utf_8(content_type) {
            return None;
        }
        match essence.to_ascii_lowercase().as_str() {
            "application/json" => Some(Self::Json),
            "application/x-www-form-urlencoded" => Some(Self::Form),
            "multipart/form-data" => Some(Self::Multipart(boundary(parameters))),
            _ => None,
        }
    }
}

/// Whether the text is in UTF-8 as far as its `Content-Type` says.
pub(crate) fn is_utf_8(content_type: &str) -> bool {
    let (_, parameters) = split(content_type);
    values(parameters, "charset").all(|charset| charset.eq_ignore_ascii_case("utf-8"))
}

// Not parsed by the crate `mime`: it rejects the space before `;` that RFC 9110 (section 5.6.6) allows.
fn split(content_type: &str) -> (&str, &str) {
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    (essence.trim(), parameters)
}

/// The values of a parameter, without quotes. Neither a charset nor a boundary can contain the characters that a quoted
/// value would have to escape.
fn values<'a>(parameters: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let pairs = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    pairs.filter(move |(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| {
        let value = value.trim();
        value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
    })
}

/// The only boundary that is named. RFC 2046 (section 5.1.1) allows 70 of certain characters; clients also use others.
fn boundary(parameters: &str) -> Option<String> {
    let mut values = values(parameters, "boundary");
    let (boundary, None) = (values.next()?, values.next()) else { return None };
    let is_allowed = |byte: u8| (byte.is_ascii_graphic() && byte != b'"') || byte == b' ';
    let is_boundary = !boundary.is_empty() && boundary.bytes().all(is_allowed) && !boundary.ends_with(' ');
    is_boundary.then(|| boundary.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_the_default() {
        assert_eq!(MediaType::parse(None), Some(MediaType::Json));
    }

    #[test]
    fn case_quotes_spaces_and_other_parameters_do_not_matter() {
        for text in [
            "application/json",
            "Application/JSON; charset=\"UTF-8\"",
            "application/json ; charset=utf-8",
            "application/json;charset=Utf-8;",
            "application/json; profile=x",
        ] {
            assert_eq!(MediaType::parse(Some(text)), Some(MediaType::Json), "{text}");
        }
        let form = "application/x-www-form-urlencoded; charset=UTF-8";
        assert_eq!(MediaType::parse(Some(form)), Some(MediaType::Form));
    }

    #[test]
    fn a_multipart_form_has_a_boundary() {
        let long = "b".repeat(100);
        for (text, boundary) in [
            (
                "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
                "----WebKitFormBoundary7MA4YWxkTrZu0gW",
            ),
            ("Multipart/Form-Data ; charset=utf-8 ; Boundary=\"a b'()+_,-./:=?c\"", "a b'()+_,-./:=?c"),
            ("multipart/form-data;boundary=*****", "*****"),
            (&format!("multipart/form-data;boundary={long}"), &long),
        ] {
            assert_eq!(
                MediaType::parse(Some(text)),
                Some(MediaType::Multipart(Some(boundary.to_owned()))),
                "{text}"
            );
        }
        for parameters in [
            "",
            "boundary",
            "boundary=",
            "boundary=\"\"",
            "boundary=\"a",
            "boundary=\"a \"",
            "boundary=a\"b",
            "boundary=ä",
            "boundary=a; boundary=b",
        ] {
            let text = format!("multipart/form-data; {parameters}");
            assert_eq!(MediaType::parse(Some(&text)), Some(MediaType::Multipart(None)), "{text}");
        }
    }

    #[test]
    fn other_media_types_and_charsets_are_not_supported() {
        for text in [
            "text/plain",
            "application/json; charset=latin1",
            "application/xml",
            "",
            "json",
            "multipart/mixed; boundary=a",
            "multipart/form-data; boundary=a; charset=latin1",
        ] {
            assert_eq!(MediaType::parse(Some(text)), None, "{text}");
        }
    }
}
