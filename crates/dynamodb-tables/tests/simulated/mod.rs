//! The simulated DynamoDB.

use std::sync::LazyLock;
use std::time::Duration;

use deployment_template::Template;
use function_environment::Environment;
use simulated_aws::Stubs;

pub(crate) fn stubs() -> Stubs {
    static TEMPLATE: LazyLock<Template> =
        LazyLock::new(|| Template::parse(include_str!("../../../../template.yaml")).unwrap());
    Stubs::start(&TEMPLATE, |_| Duration::ZERO).unwrap()
}

/// The environment of a function. A call may take long, since transactions are slow in a build that is not optimised.
pub(crate) fn environment(stubs: &Stubs, name: &str) -> Environment {
    let patience = ("CALL_TIMEOUT_SECONDS".to_owned(), "15".to_owned());
    let variables = stubs.variables(name).unwrap().into_iter().chain([patience]).collect();
    Environment::new(variables).unwrap()
}
