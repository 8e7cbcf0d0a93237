//! Proof that each deployed function runs our code: a request that only it can answer, and that leaves no trace.
//!
//! The engine answers 200 for a function whose program is missing, so any answer but the expected one is a failure.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::cloudformation::authorization;
use crate::progress::wait_for;
use crate::stack::Function;
use crate::{functions, http};

const UNTIL_READY: Duration = Duration::from_mins(1);

/// A request to the API, and what a program of ours answers.
struct Probe {
    method: &'static str,
    path: &'static str,
    body: &'static str,
    status: u16,
    code: &'static str,
}

impl Probe {
    /// A request about an application that cannot be.
    fn unknown(method: &'static str, path: &'static str, body: &'static str) -> Self {
        Self { method, path, body, status: 404, code: "application_not_found" }
    }
}

fn probe(function: &str) -> Option<Probe> {
    Some(match function {
        "create-application" => {
            Probe { method: "POST", path: "/applications", body: "{", status: 400, code: "malformed_json" }
        }
        "update-application" => Probe::unknown("PUT", "/applications/nosuchtoken", r#"{"name":"x"}"#),
        "create-chat" => Probe::unknown("POST", "/applications/nosuchtoken/chats", "{}"),
        "delete-chat" => Probe::unknown("DELETE", "/applications/nosuchtoken/chats/1", ""),
        "create-message" => {
            Probe::unknown("POST", "/applications/nosuchtoken/chats/1/messages", r#"{"body":"x"}"#)
        }
        "update-message" => {
            Probe::unknown("PUT", "/applications/nosuchtoken/chats/1/messages/1", r#"{"body":"x"}"#)
        }
        "delete-message" => Probe::unknown("DELETE", "/applications/nosuchtoken/chats/1/messages/1", ""),
        "other-methods" => Probe {
            method: "POST",
            path: "/applications/nosuchtoken",
            body: "{}",
            status: 405,
            code: "method_not_allowed",
        },
        "read" => Probe::unknown("GET", "/applications/nosuchtoken", ""),
        "reference" => {
            Probe { method: "GET", path: "/docs/nosuchpart", body: "", status: 404, code: "route_not_found" }
        }
        "search" => Probe::unknown("GET", "/applications/nosuchtoken/chats/1/messages/search?q=x", ""),
        _ => return None,
    })
}

/// Waits until every function of the stack has answered as only our code does.
pub(crate) fn prove(api: &str, aws: &str, deployed: &[Function], names: &[String]) -> Result<()> {
    for name in names {
        let logical_id = functions::logical_id(name);
        let function = deployed
            .iter()
            .find(|function| function.logical_id == logical_id)
            .with_context(|| format!("the stack has no function {logical_id}; template.yaml lacks it"))?;
        let last = std::cell::RefCell::new(String::new());
        wait_for(
            &format!("{name} answers with code of ours"),
            UNTIL_READY,
            || {
                let wrong = match probe(name) {
                    Some(probe) => ask_api(api, &probe),
                    None => invoke(aws, function),
                };
                Ok(match wrong {
                    Ok(()) => Some(()),
                    Err(error) => {
                        last.replace(format!("{error:#}"));
                        None
                    }
                })
            },
            || format!("{}\n`cargo xtask logs {name}` shows what it wrote.", last.borrow()),
        )?;
    }
    Ok(())
}

fn ask_api(api: &str, probe: &Probe) -> Result<()> {
    let url = format!("{api}{}", probe.path);
    let reply = http::send(probe.method, &url, probe.body)?;
    let code = serde_json::from_str::<Value>(&reply.body).ok();
    let code = code.as_ref().and_then(|problem| problem.get("code")).and_then(Value::as_str);
    if reply.status != probe.status || code != Some(probe.code) {
        bail!("{url} answered {} {} instead of {} {}", reply.status, reply.body, probe.status, probe.code);
    }
    Ok(())
}

/// Hands a function no work at all: whoever works on queues says that nothing failed, any other reports an error of
/// its own; a function without a program does neither.
fn invoke(aws: &str, function: &Function) -> Result<()> {
    let url = format!("{aws}/2015-03-31/functions/{}/invocations", function.physical_id);
    let authorization = authorization("lambda");
    let headers = [("content-type", "application/json"), ("authorization", authorization.as_str())];
    let reply = http::post(&url, &headers, r#"{"Records":[]}"#)?;
    if reply.status != 200 || !is_ours(&reply.body) {
        bail!("invoking {} answered {} {}", function.physical_id, reply.status, reply.body);
    }
    Ok(())
}

fn is_ours(answer: &str) -> bool {
    let Ok(answer) = serde_json::from_str::<Value>(answer) else { return false };
    let error = answer.get("errorType").and_then(Value::as_str);
    match error {
        // The engine's own, for a program that is not there, cannot start or ends at once.
        Some(error) => !error.starts_with("Runtime.") && !error.starts_with("Sandbox."),
        None => answer.get("batchItemFailures").is_some_and(Value::is_array),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_a_program_of_ours_gives_counts() {
        let ours = [
            r#"{"batchItemFailures":[]}"#,
            r#"{"errorType":"serde_json::error::Error","errorMessage":"no"}"#,
        ];
        let others = [
            r#"{"statusCode":200,"body":"Mock response - no code deployed"}"#,
            r#"{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"No bootstrap binary found"}"#,
            r#"{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out"}"#,
            "null",
            "",
        ];
        assert!(ours.into_iter().all(is_ours));
        assert!(!others.into_iter().any(is_ours));
    }
}
