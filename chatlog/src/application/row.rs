use conversation::{Application, Timestamp};
use serde::Serialize;

use crate::output::Show;

/// An application as it is shown: without its token.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) chats_count: u64,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    pub(super) token_version: u32,
    /// Whether no token opens it.
    pub(super) is_disabled: bool,
}

impl From<&Application> for Row {
    fn from(application: &Application) -> Self {
        Self {
            id: application.id.to_string(),
            name: application.name.as_str().to_owned(),
            chats_count: application.chats_count,
            created_at: Timestamp::to_string(&application.created_at),
            updated_at: Timestamp::to_string(&application.updated_at),
            token_version: application.token_version.get(),
            is_disabled: application.is_disabled,
        }
    }
}

impl Row {
    pub(super) fn state(&self) -> &'static str {
        if self.is_disabled { "disabled" } else { "enabled" }
    }
}

impl Show for Row {
    fn show(&self) -> String {
        let Self { id, name, chats_count, created_at, updated_at, token_version, .. } = self;
        [
            format!("id             {id}"),
            format!("name           {name}"),
            format!("chats          {chats_count}"),
            format!("created at     {created_at}"),
            format!("updated at     {updated_at}"),
            format!("token version  {token_version}"),
            format!("state          {}", self.state()),
        ]
        .join("\n")
    }
}
