//! The simulated DynamoDB.

use std::time::Duration;

use deployment_template::Template;
use function_environment::Environment;
use simulated_aws::Stubs;

pub(crate) fn stubs() -> Stubs {
    let template = Template::parse(include_str!("../../../../template.yaml")).unwrap();
    Stubs::start(&template, |_| Duration::ZERO).unwrap()
}

/// The environment of a function.
pub(crate) fn environment(stubs: &Stubs, name: &str) -> Environment {
    let variables = stubs.variables(name).unwrap().into_iter().collect();
    Environment::new(variables).unwrap()
}
