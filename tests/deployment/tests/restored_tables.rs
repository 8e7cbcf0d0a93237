//! After a restore, the functions use the restored tables and may not use the stack's own.

use deployment::template;
use deployment_template::{Expression, RESTORED_SUFFIX, Resource, Template};

/// The tables that have backups, by their logical ids.
const RESTORABLE: [&str; 4] = ["Applications", "Chats", "Messages", "Counters"];

/// The name or the ARN of a table without what precedes its name, if this is the template's suffix.
fn resolve(template: &Template, expression: &Expression, suffix: &str) -> String {
    let text = match expression {
        Expression::Reference(id) => format!("${{{id}}}"),
        Expression::Attribute { resource, attribute } => format!("${{{resource}.{attribute}}}"),
        Expression::Substitution { text, .. } => text.replace(RESTORED_SUFFIX, suffix),
        other => panic!("{other:?}"),
    };
    template.tables.iter().fold(text, |text, table| {
        let arn = format!("${{{}.Arn}}", table.id);
        text.replace(&arn, &table.name).replace(&format!("${{{}}}", table.id), &table.name)
    })
}

/// The name that a table has in use.
fn name_in_use(template: &Template, id: &str, suffix: &str) -> String {
    let name = &template.table(id).unwrap().name;
    if RESTORABLE.contains(&id) { format!("{name}{suffix}") } else { name.clone() }
}

#[test]
fn every_variable_names_the_table_in_use() {
    let template = template();
    for suffix in ["", "-20261128"] {
        for function in &template.functions {
            for (name, value) in function.variables.iter().filter(|(name, _)| name.ends_with("_TABLE")) {
                let expected = name_in_use(template, value.referenced().unwrap(), suffix);
                assert_eq!(resolve(template, value, suffix), expected, "{name} of {}", function.name);
            }
        }
    }
}

#[test]
fn every_right_is_for_the_table_in_use() {
    let template = template();
    for suffix in ["", "-20261128"] {
        for function in &template.functions {
            for permission in &function.permissions {
                let expected = match &permission.resource {
                    Resource::Table(id) => name_in_use(template, id, suffix),
                    Resource::Index { table, index } => {
                        format!("{}/index/{index}", name_in_use(template, table, suffix))
                    }
                    _ => continue,
                };
                let resolved = resolve(template, &permission.written, suffix);
                assert_eq!(resolved, expected, "{} of {}", permission.action, function.name);
            }
        }
    }
}

/// A name with a wildcard would be a right to more tables.
#[test]
fn the_suffix_can_have_no_wildcard() {
    let template = template();
    let suffix = template.parameters.iter().find(|each| each.name == "RestoredTablesSuffix").unwrap();
    assert_eq!(suffix.default.as_deref(), Some(""));
    assert_eq!(suffix.allowed_pattern.as_deref(), Some("[a-zA-Z0-9_.-]*"));
}
