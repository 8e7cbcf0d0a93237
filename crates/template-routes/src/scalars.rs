use saphyr_parser::{Event, Parser, ScanError};

/// A scalar of a YAML document and the keys that lead to it. Lists have no keys: what is in them is left out.
pub(crate) struct Scalar {
    pub(crate) keys: Vec<String>,
    pub(crate) value: String,
}

/// A collection that has begun and not ended.
enum Open {
    /// A mapping, and the key whose value is next, once it has been read.
    Mapping(Option<String>),
    List,
}

pub(crate) fn scalars(yaml: &str) -> Result<Vec<Scalar>, ScanError> {
    let mut found = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(yaml) {
        match event?.0 {
            Event::MappingStart(..) => open.push(Open::Mapping(None)),
            Event::SequenceStart(..) => open.push(Open::List),
            Event::Scalar(text, ..) => match open.last_mut() {
                Some(Open::Mapping(key @ None)) => *key = Some(text.into_owned()),
                Some(Open::Mapping(Some(_))) => {
                    found.push(Scalar { keys: keys(&open), value: text.into_owned() });
                    value_ended(&mut open);
                }
                Some(Open::List) | None => {}
            },
            Event::Alias(_) => value_ended(&mut open),
            Event::MappingEnd | Event::SequenceEnd => {
                open.pop();
                value_ended(&mut open);
            }
            _ => {}
        }
    }
    Ok(found)
}

fn keys(open: &[Open]) -> Vec<String> {
    let key = |open: &Open| if let Open::Mapping(key) = open { key.clone() } else { None };
    open.iter().filter_map(key).collect()
}

fn value_ended(open: &mut [Open]) {
    if let Some(Open::Mapping(key)) = open.last_mut() {
        *key = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scalar_has_the_keys_that_lead_to_it() {
        let yaml = "a: { b: 1, c: &x [2, { d: 3 }], e: *x, f: !Ref g }\nh:\n  i: 4\n";
        let found = scalars(yaml).unwrap();
        let found: Vec<_> = found.iter().map(|it| (it.keys.join("."), it.value.as_str())).collect();
        let expected = [("a.b", "1"), ("a.c.d", "3"), ("a.f", "g"), ("h.i", "4")];
        assert_eq!(found, expected.map(|(keys, value)| (keys.to_owned(), value)));
    }
}
