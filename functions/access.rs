use dynamodb_tables::TokenVersions;
use function_environment::{ConfigError, Environment};
use http_api::{Access, Authenticator};

/// Access as the functions check it on AWS.
pub(crate) fn from_environment(environment: &Environment) -> Result<Access<TokenVersions>, ConfigError> {
    let authenticator = Authenticator::from_variables(&environment.variables)?;
    Ok(Access::new(authenticator, TokenVersions::from_environment(environment)?))
}
