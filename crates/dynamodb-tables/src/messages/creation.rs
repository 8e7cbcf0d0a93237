use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use conversation::CreateMessage;

use super::Messages;
use super::row::key;
use crate::item::{Item, number, string, time};

/// An attribute that a creation sets.
#[derive(Debug)]
struct Attribute {
    name: &'static str,
    /// Stands for the value in the update expression.
    placeholder: &'static str,
    value: AttributeValue,
    /// An update that was stored before the creation has set it already, and wins.
    set_by_updates: bool,
}

/// The attributes of a new message's row, besides its key.
fn attributes(write: &CreateMessage) -> [Attribute; 5] {
    let (revision, at) = (number(write.revision), time(write.at));
    let attribute = |name, placeholder, value| Attribute { name, placeholder, value, set_by_updates: false };
    let updatable = |name, placeholder, value| Attribute { name, placeholder, value, set_by_updates: true };
    [
        attribute("created_revision", ":revision", revision.clone()),
        attribute("created_at", ":at", at.clone()),
        updatable("body", ":body", string(write.body.as_str())),
        updatable("revision", ":revision", revision),
        updatable("updated_at", ":at", at),
    ]
}

fn update_expression(attributes: &[Attribute]) -> String {
    let assignments = attributes.iter().map(|Attribute { name, placeholder, set_by_updates, .. }| {
        if *set_by_updates {
            format!("{name} = if_not_exists({name}, {placeholder})")
        } else {
            format!("{name} = {placeholder}")
        }
    });
    format!("SET {}", assignments.collect::<Vec<_>>().join(", "))
}

impl Messages {
    /// Creates the row. It returns the old row, to be completed by [`complete`], because the new one would bring the body
    /// back over the network.
    pub(super) fn create_row(&self, write: &CreateMessage) -> UpdateItemFluentBuilder {
        let attributes = attributes(write);
        let update = self
            .update(&write.id)
            .update_expression(update_expression(&attributes))
            .condition_expression(
                "attribute_not_exists(created_revision) AND attribute_not_exists(deleted_revision)",
            )
            .return_values(ReturnValue::AllOld);
        attributes.into_iter().fold(update, |update, attribute| {
            update.expression_attribute_values(attribute.placeholder, attribute.value)
        })
    }
}

/// The row after its creation. `row` is the row before it: empty, unless an update was stored first.
pub(super) fn complete(mut row: Item, write: &CreateMessage) -> Item {
    let created = attributes(write).map(|attribute| (attribute.name.to_owned(), attribute.value));
    for (name, value) in key(&write.id).into_iter().chain(created) {
        row.entry(name).or_insert(value);
    }
    row
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id, create_message};

    use super::*;
    use crate::item::item;

    #[test]
    fn a_creation_keeps_what_an_update_set_before() {
        let write = create_message(&chat_id(&application_id(), 7), 3, 4, "hi");
        assert_eq!(
            update_expression(&attributes(&write)),
            "SET created_revision = :revision, created_at = :at, body = if_not_exists(body, :body), \
             revision = if_not_exists(revision, :revision), updated_at = if_not_exists(updated_at, :at)"
        );
        let updated = item([("body", string("ho")), ("revision", number(9)), ("updated_at", number(2_000))]);
        let mut expected = key(&write.id);
        expected.extend(updated.clone());
        expected.extend(item([("created_revision", number(4)), ("created_at", number(1_003))]));
        assert_eq!(complete(updated, &write), expected);
    }

    #[test]
    fn a_creation_alone_makes_the_whole_row() {
        let write = create_message(&chat_id(&application_id(), 7), 3, 4, "hi");
        let mut expected = key(&write.id);
        expected.extend(item([("created_revision", number(4)), ("created_at", number(1_003))]));
        expected.extend(item([
            ("body", string("hi")),
            ("revision", number(4)),
            ("updated_at", number(1_003)),
        ]));
        assert_eq!(complete(Item::new(), &write), expected);
    }
}
