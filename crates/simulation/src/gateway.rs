//! Amazon API Gateway: routes, throttling, and its limit of 29 seconds.

#[cfg(test)]
mod tests;
mod throttle;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use deployment_template::Template;
use http_api::fixture::Event;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::context::RunContext;
use crate::history::BilledService;
use crate::lambda::{Failure, FunctionName, Lambda, Program, Response};
use crate::random::{Latency, Random};
use throttle::{Limit, Throttle};

/// How long API Gateway waits for a function.
/// Source: "Quotas for configuring and running a REST API" in the Amazon API Gateway developer guide.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(29);

/// What a client gets for a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HttpResponse {
    pub(crate) status: u16,
    /// JSON; `null` if there is no body.
    pub(crate) body: Value,
    /// The cursor of the next page in the header `Link`.
    pub(crate) next: Option<String>,
}

impl HttpResponse {
    /// The numbers of the items of a list.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        let items = self.body.as_array().into_iter().flatten();
        items.filter_map(|item| item.get("number").and_then(Value::as_u64)).collect()
    }
}

/// The API. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Gateway(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    context: RunContext,
    lambda: Lambda,
    random: Random,
    latency: Latency,
    /// The function of each route, such as `GET /applications`.
    routes: HashMap<String, FunctionName>,
    throttle: Throttle,
}

impl Gateway {
    /// # Errors
    /// The template lacks the limits of throttling.
    pub(crate) fn new(
        template: &Template,
        lambda: Lambda,
        context: RunContext,
        random: Random,
    ) -> Result<Self> {
        let mut routes = HashMap::new();
        for function in &template.functions {
            let name = FunctionName::new(&function.name);
            for (path, methods) in function.routes.paths() {
                routes.extend(methods.iter().map(|method| (format!("{method} {path}"), name.clone())));
            }
        }
        let limit = |name: &str| -> Result<f64> {
            let parameter = template.parameters.iter().find(|parameter| parameter.name == name);
            let default = parameter.and_then(|parameter| parameter.default.as_ref());
            Ok(default.with_context(|| format!("the template has no {name}"))?.parse()?)
        };
        Ok(Self(Arc::new(Inner {
            context,
            lambda,
            random,
            // Assumed, both ways together: docs/scale.md.
            latency: Latency::new(Duration::from_millis(10), Duration::from_millis(40)),
            routes,
            throttle: Throttle::new(Limit {
                rate: limit("ThrottlingRateLimit")?,
                burst: limit("ThrottlingBurstLimit")?,
            }),
        })))
    }

    /// Sends a request to a route, such as `GET /applications`. `None` if the client gets no response.
    ///
    /// # Errors
    /// The route leads to no function, or its program cannot start.
    pub(crate) async fn send(&self, route: &str, event: Event) -> Result<Option<HttpResponse>> {
        let Inner { context, random, latency, routes, throttle, .. } = &*self.0;
        let function = routes.get(route).with_context(|| format!("no function for {route}"))?;
        context.observer.count(BilledService::ApiGateway, 1);
        sleep(latency.draw(random) / 2).await;
        let response = if throttle.admits(route, context.now()) {
            self.0.invoke(function.clone(), event).await?
        } else {
            // Source: `ThrottlingException` in "Throttle requests to your REST APIs" in the developer guide.
            HttpResponse { status: 429, body: Value::Null, next: None }
        };
        let responded = context.now();
        context.trace(format_args!("{route}: {} {}", response.status, response.body));
        sleep(latency.draw(random) / 2).await;
        Ok((!context.faults.loses_response(responded)).then_some(response))
    }
}

impl Inner {
    /// The invocation is a task of its own: a client or a gateway that gives up does not end it.
    async fn invoke(&self, function: FunctionName, event: Event) -> Result<HttpResponse> {
        let lambda = self.lambda.clone();
        let invocation = tokio::spawn(async move {
            let run = |program| async move {
                match program {
                    Program::Api(handler) => Some(handler.respond(event.into()).await),
                    Program::Consumer(_) => None,
                }
            };
            lambda.invoke(&function, run).await
        });
        Ok(match timeout(INTEGRATION_TIMEOUT, invocation).await {
            Ok(outcome) => match outcome?? {
                Ok(response) => response.map_or_else(outcome_unknown, |response| of_function(&response)),
                Err(Failure::Throttled | Failure::Ended) => outcome_unknown(),
            },
            Err(_) => outcome_unknown(),
        })
    }
}

/// The response that the template gives for every 5xx of API Gateway.
fn outcome_unknown() -> HttpResponse {
    HttpResponse { status: 503, body: Value::Null, next: None }
}

fn of_function(response: &Response) -> HttpResponse {
    HttpResponse {
        status: response.status().as_u16(),
        body: serde_json::from_slice(response.body()).unwrap_or_default(),
        next: next_page(response),
    }
}

/// The parameter `after` of the link, which needs no decoding.
fn next_page(response: &Response) -> Option<String> {
    let (_, after) = response.headers().get("link")?.to_str().ok()?.split_once("after=")?;
    after.split(['&', '>']).next().map(str::to_owned)
}
