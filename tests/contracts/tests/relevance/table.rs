/// The columns of each line, except blank lines and comments.
pub fn rows<const COLUMNS: usize>(table: &str) -> impl Iterator<Item = [String; COLUMNS]> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).map(|line| {
        let columns: Vec<String> = line.split('\t').map(unescaped).collect();
        columns.try_into().unwrap_or_else(|_| panic!("not {COLUMNS} columns: {line:?}"))
    })
}

/// Replaces the escapes `\n`, `\t`, `\\` and `\u{…}`, which stand for invisible characters and separators.
fn unescaped(text: &str) -> String {
    let mut rest = text.chars();
    let mut plain = String::new();
    while let Some(letter) = rest.next() {
        plain.push(match letter {
            '\\' => escaped(&mut rest).unwrap_or_else(|| panic!("an unknown escape: {text:?}")),
            other => other,
        });
    }
    plain
}

fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        'n' => Some('\n'),
        't' => Some('\t'),
        '\\' => Some('\\'),
        'u' => {
            let digits: String = rest.by_ref().skip(1).take_while(|letter| *letter != '}').collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
        }
        _ => None,
    }
}

#[test]
fn an_escape_stands_for_one_character() {
    let [[name, body]] =
        rows("# a comment\n\n#name\ta\\n\\\\n\\t\\u{301}b").collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((name.as_str(), body.as_str()), ("#name", "a\n\\n\t\u{301}b"));
}
