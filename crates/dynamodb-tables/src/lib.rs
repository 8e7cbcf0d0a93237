//! The tables in Amazon DynamoDB, behind the ports of [`conversation`].
//!
//! Each type is one table, or what one function does with one or two of them.
//!
//! | table | key | items |
//! |---|---|---|
//! | counters | `id` | for each application and each chat, the last number and revision allocated |
//! | applications | `id` | applications, with the version of the valid token, its rotation, `chats_count` and its ledger |
//! | chats | `application`, `number` | chats, with `messages_count` and its ledger |
//! | messages | `chat`, `number` | messages |
//! | idempotency keys | `id` | idempotency keys, with the decision recorded under each |
//! | index state | `id` | one row: which index is used, and how far its rebuild has come |
//!
//! Beside applications and chats, their tables have what large ledgers spilled, with `#missing` in the key.

mod application_names;
mod applications;
mod batch_get;
mod chats;
mod conditional;
mod count;
mod counter_audit;
mod counters;
mod deleted_applications;
mod disabled_applications;
mod idempotency_keys;
mod index_states;
mod item;
mod listing;
mod messages;
mod new_applications;
mod scan;
mod token_rotations;
mod token_versions;
mod unswept;

pub use application_names::ApplicationNames;
pub use applications::Applications;
pub use chats::Chats;
pub use counter_audit::{AuditedPage, CounterAudit, CounterId, CounterScan, CounterValues, Shortfall};
pub use counters::Counters;
pub use deleted_applications::DeletedApplications;
pub use disabled_applications::DisabledApplications;
pub use idempotency_keys::{ForgottenKeys, IdempotencyKeys};
pub use index_states::{IndexStates, RebuildProgress, ScanPosition};
pub use messages::{Messages, ScannedMessages};
pub use new_applications::NewApplications;
pub use token_rotations::TokenRotations;
pub use token_versions::TokenVersions;

#[cfg(test)]
mod tests {
    use aws_types::SdkConfig;
    use function_environment::{Environment, Variables};

    use super::*;

    #[test]
    fn a_missing_variable_is_named_with_its_meaning() {
        let variables = Variables::from_iter([("", "")]);
        let environment = Environment { variables, sdk: SdkConfig::builder().build() };
        let errors = [
            ("APPLICATIONS_TABLE", "applications", ApplicationNames::from_environment(&environment).err()),
            ("APPLICATIONS_TABLE", "applications", Applications::from_environment(&environment).err()),
            ("APPLICATIONS_TABLE", "applications", DeletedApplications::from_environment(&environment).err()),
            ("APPLICATIONS_TABLE", "applications", NewApplications::from_environment(&environment).err()),
            ("APPLICATIONS_TABLE", "applications", TokenRotations::from_environment(&environment).err()),
            ("APPLICATIONS_TABLE", "applications", TokenVersions::from_environment(&environment).err()),
            ("CHATS_TABLE", "chats", Chats::from_environment(&environment).err()),
            ("COUNTERS_TABLE", "counters", Counters::from_environment(&environment).err()),
            (
                "IDEMPOTENCY_KEYS_TABLE",
                "idempotency keys",
                IdempotencyKeys::from_environment(&environment).err(),
            ),
            ("INDEX_STATE_TABLE", "the index's state", IndexStates::from_environment(&environment).err()),
            ("MESSAGES_TABLE", "messages", Messages::from_environment(&environment).err()),
        ];
        for (name, items, error) in errors {
            let sentence =
                format!("environment variable {name} is not set: set it to the name of the table of {items}");
            assert_eq!(error.unwrap().to_string(), sentence);
        }
    }
}
