//! Waits until every deployed function runs our code.
//!
//! The engine answers 200 for a function without a program, so only an answer that our code alone gives counts.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use deployment_template::{Function, Template};
use serde_json::Value;

use super::lambda::Deployed;
use crate::engine::aws_api;
use crate::machine::http::{self, Reply};
use crate::machine::progress::wait_for;

const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// Waits until every function gives an answer that only our code gives. Changes no data.
pub(crate) fn wait_until_ready(api: &str, aws: &str, template: &Template) -> Result<()> {
    for function in &template.functions {
        let last_error = RefCell::new(String::new());
        let ask = || {
            let answer = match Probe::of(function) {
                Some(probe) => probe.expect_refusal(api),
                None => invoke_without_records(aws, function),
            };
            Ok(answer.map_err(|error| last_error.replace(format!("{error:#}"))).ok())
        };
        wait_for(&format!("{} runs our code", function.name), READY_TIMEOUT, ask, || {
            format!("{}\n`cargo xtask logs {}` shows its log.", last_error.borrow(), function.name)
        })?;
    }
    Ok(())
}

/// A request that a function must refuse: the path leads to nothing, the body is malformed.
#[derive(Debug, PartialEq, Eq)]
struct Probe {
    method: String,
    path: String,
}

impl Probe {
    /// `None` if no route leads to the function.
    fn of(function: &Function) -> Option<Self> {
        let (path, methods) = function.routes.paths().max_by_key(|(path, _)| path.matches('{').count())?;
        let segments = path.split('/').map(|segment| if segment.starts_with('{') { "1" } else { segment });
        // No route of a message takes POST, so it leads to the function that takes any method.
        let method = methods.first().unwrap_or(&"POST");
        Some(Self { method: (*method).to_owned(), path: segments.collect::<Vec<_>>().join("/") })
    }

    fn expect_refusal(&self, api: &str) -> Result<()> {
        let url = format!("{api}{}", self.path);
        let reply = http::send(&self.method, &url, &[("content-type", "application/json")], "{")?;
        if !is_problem_of_function(&reply) {
            bail!("{} {url} returned {} {}", self.method, reply.status, reply.body);
        }
        Ok(())
    }
}

fn is_problem_of_function(reply: &Reply) -> bool {
    // API Gateway sets this header on its own problem documents.
    let is_of_the_gateway = reply.headers.contains_key("x-amzn-errortype");
    (400..500).contains(&reply.status)
        && reply.header("content-type") == "application/problem+json"
        && !is_of_the_gateway
}

/// Hands no records to a function that works on queues; it then reports that none of them failed.
fn invoke_without_records(aws: &str, function: &Function) -> Result<()> {
    let deployed = Deployed::list(aws)?;
    let found = deployed.find(function).with_context(|| format!("{} is not deployed", function.name))?;
    let name = &found.function_name;
    let url = format!("{aws}/2015-03-31/functions/{name}/invocations");
    let headers = [("content-type", "application/json")];
    let reply = aws_api::call("POST", &url, "lambda", &headers, r#"{"Records":[]}"#)?;
    if reply.status != 200 || !reports_failures(&reply.body) {
        bail!("invoking {name} returned {} {}", reply.status, reply.body);
    }
    Ok(())
}

fn reports_failures(answer: &str) -> bool {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    answer.get("batchItemFailures").is_some_and(Value::is_array)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::Checkout;
    use crate::deployment::read_template;

    fn reply(status: u16, headers: &[(&'static str, &str)]) -> Reply {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Reply { status, headers: headers.collect(), body: String::new() }
    }

    #[test]
    fn only_a_problem_that_a_function_reports_counts() {
        let problem = ("content-type", "application/problem+json");
        assert!(is_problem_of_function(&reply(404, &[problem])));
        assert!(!is_problem_of_function(&reply(404, &[problem, ("x-amzn-errortype", "NotFoundException")])));
        assert!(!is_problem_of_function(&reply(503, &[problem])));
        assert!(!is_problem_of_function(&reply(200, &[("content-type", "application/json")])));
    }

    #[test]
    fn only_a_list_of_failed_records_counts() {
        assert!(reports_failures(r#"{"batchItemFailures":[]}"#));
        let others = [
            r#"{"statusCode":200,"body":"Mock response - no code deployed"}"#,
            r#"{"errorType":"Runtime.InvalidEntrypoint","errorMessage":"No bootstrap binary found"}"#,
            r#"{"errorType":"Sandbox.Timedout","errorMessage":"Task timed out"}"#,
            "null",
            "",
        ];
        assert!(!others.into_iter().any(reports_failures));
    }

    #[test]
    fn a_request_to_be_refused_follows_from_the_routes() {
        let template = read_template(&Checkout::find().unwrap()).unwrap();
        let request = |name| Probe::of(template.function(name).unwrap());
        let expected = |method: &str, path: &str| Some(Probe { method: method.into(), path: path.into() });
        assert_eq!(request("create-application"), expected("POST", "/applications"));
        assert_eq!(request("delete-message"), expected("DELETE", "/applications/1/chats/1/messages/1"));
        assert_eq!(request("other-methods"), expected("POST", "/applications/1/chats/1/messages/1"));
        assert_eq!(request("persist"), None);
    }
}
