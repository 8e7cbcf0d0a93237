use std::cmp::Reverse;

use openapi_document::Operation;
use reqwest::Method;
use serde_json::json;

use crate::{Client, Response};

impl Client {
    /// Calls each operation of a tenant, on chat 1 and message 1 of the application that `application` stands for in the
    /// path. Deletions come last, that of the message first.
    pub async fn call_operations_of_tenant(&self, application: &str) -> Vec<Response> {
        self.call(Operation::is_of_tenant, application).await
    }

    /// Calls each operation that only the operator may call. The name that they would give an application is `refused`.
    pub async fn call_operations_of_operator(&self, application: &str) -> Vec<Response> {
        self.call(Operation::is_of_operator, application).await
    }

    async fn call(&self, is_wanted: fn(&Operation) -> bool, application: &str) -> Vec<Response> {
        let mut operations: Vec<Operation> = Operation::all().into_iter().filter(is_wanted).collect();
        operations
            .sort_by_key(|operation| (operation.method == Method::DELETE, Reverse(operation.path.len())));
        let mut responses = Vec::new();
        for operation in operations {
            let path = operation.path.replace("{token}", application);
            let path = path.replace("{chat}", "1").replace("{message}", "1");
            let (query, body) = match operation.id() {
                "createApplication" | "updateApplication" | "patchApplication" => {
                    ("", Some(json!({ "name": "refused" })))
                }
                "createMessage" | "updateMessage" | "patchMessage" => {
                    ("", Some(json!({ "body": "refused" })))
                }
                "searchMessages" => ("?q=refused", None),
                "searchMessagesByBody" => ("", Some(json!({ "query": "refused" }))),
                _ => ("", None),
            };
            let path = format!("{path}{query}");
            responses.push(match body {
                Some(body) => self.send_json(operation.method, &path, &body).await,
                None => self.send(operation.method, &path, None, "").await,
            });
        }
        responses
    }
}
