/// The media types of a request's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaType {
    Json,
    Form,
}

impl MediaType {
    /// Reads a `Content-Type`; JSON if there is none. `None` for other media types, and for charsets other than UTF-8.
    pub(crate) fn parse(content_type: Option<&str>) -> Option<Self> {
        let Some(content_type) = content_type else { return Some(Self::Json) };
        // Not parsed by the crate `mime`: it rejects the space before `;` that RFC 9110 (section 5.6.6) allows.
        let mut parts = content_type.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
        let utf_8 = parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        });
        match essence.as_str() {
            "application/json" if utf_8 => Some(Self::Json),
            "application/x-www-form-urlencoded" if utf_8 => Some(Self::Form),
            _ => None,
        }
    }
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
    fn other_media_types_and_charsets_are_not_supported() {
        for text in ["text/plain", "application/json; charset=latin1", "application/xml", "", "json"] {
            assert_eq!(MediaType::parse(Some(text)), None, "{text}");
        }
    }
}
