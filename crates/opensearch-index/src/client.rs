use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_types::SdkConfig;
use conversation::{IndexGeneration, error_chain};
use function_environment::{ConfigError, Environment};
use opensearch::OpenSearch;
use opensearch::auth::Credentials;
use opensearch::http::transport::{BuildError, SingleNodeConnectionPool, TransportBuilder};
use url::Url;

/// The timeout of one request.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(3);

/// The indexes of one deployment in a domain of OpenSearch.
#[derive(Debug, Clone)]
pub(crate) struct IndexClient {
    pub(crate) client: OpenSearch,
    /// The alias of the index that searches use.
    pub(crate) alias: String,
}

/// The client of OpenSearch could not be built.
#[derive(thiserror::Error)]
pub enum ClientError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("could not build the OpenSearch client")]
    Build(#[source] Box<dyn Error + Send + Sync>),
}

impl ClientError {
    fn build(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Build(error.into())
    }
}

/// The sentence itself: it is what the runtime prints if `main` fails.
impl fmt::Debug for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&error_chain(self))
    }
}

/// `BuildError` does not expose its cause as source, so the error chain would end there.
impl From<BuildError> for ClientError {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Io(cause) => Self::build(cause),
            BuildError::Cert(cause) => Self::build(cause),
        }
    }
}

impl IndexClient {
    /// The indexes behind `OPENSEARCH_ALIAS` in the domain of `OPENSEARCH_ENDPOINT`. The function's credentials sign the
    /// requests.
    ///
    /// # Errors
    /// [`ClientError::Config`] if a variable is missing, the endpoint is not an `http` or `https` URL, or the alias is not a
    /// name that OpenSearch allows.
    pub(crate) fn from_environment(environment: &Environment) -> Result<Self, ClientError> {
        let wanted = "the URL of the OpenSearch domain";
        let endpoint = environment.variables.parsed("OPENSEARCH_ENDPOINT", wanted, |value| {
            Url::parse(value).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
        })?;
        let wanted = "a name in lower case; choose a stack name without capital letters";
        let alias = environment
            .variables
            .parsed("OPENSEARCH_ALIAS", wanted, |value| is_index_name(value).then(|| value.to_owned()))?;
        Self::new(&environment.sdk, endpoint, &alias, TIMEOUT)
    }

    /// # Errors
    /// [`ClientError::Build`] if `endpoint` is not a URL, or `config` has no credentials or no region.
    pub(crate) fn at(
        config: &SdkConfig,
        endpoint: &str,
        alias: &str,
        timeout: Duration,
    ) -> Result<Self, ClientError> {
        let endpoint = Url::parse(endpoint).map_err(ClientError::build)?;
        Self::new(config, endpoint, alias, timeout)
    }

    pub(crate) fn new(
        config: &SdkConfig,
        endpoint: Url,
        alias: &str,
        timeout: Duration,
    ) -> Result<Self, ClientError> {
        // Fails if the process already has a provider. It is the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let credentials = Credentials::try_from(config).map_err(ClientError::build)?;
        let transport = TransportBuilder::new(SingleNodeConnectionPool::new(endpoint))
            .disable_proxy()
            .timeout(timeout)
            .service_name("es")
            .auth(credentials)
            .build()?;
        Ok(Self { client: OpenSearch::new(transport), alias: alias.to_owned() })
    }

    /// The name of an index.
    pub(crate) fn index_name(&self, generation: IndexGeneration) -> String {
        format!("{}-v{generation}", self.alias)
    }

    /// The alias by which an index takes changes while a rebuild fills it. Requests by an alias can be kept from creating an index.
    pub(crate) fn writes_alias(&self, generation: IndexGeneration) -> String {
        format!("{}-writes", self.index_name(generation))
    }
}

/// Whether OpenSearch allows the name; stricter than its rule, since names of stacks have only these characters.
fn is_index_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '-')
}

#[cfg(test)]
mod tests {
    use function_environment::Variables;

    use super::*;

    fn from_endpoint(endpoint: &str) -> Result<IndexClient, ClientError> {
        from_variables(endpoint, "chatlog-messages")
    }

    fn from_variables(endpoint: &str, alias: &str) -> Result<IndexClient, ClientError> {
        let variables = Variables::from_iter([
            ("OPENSEARCH_ALIAS", alias),
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("OPENSEARCH_ENDPOINT", endpoint),
        ]);
        IndexClient::from_environment(&Environment::new(variables).unwrap())
    }

    #[test]
    fn the_endpoint_must_be_an_http_url() {
        assert!(from_endpoint("https://search.example.com").is_ok());
        assert!(from_endpoint("http://127.0.0.1:9200").is_ok());
        for (endpoint, fault) in [
            ("", "not set"),
            ("search.example.com", "malformed"),
            ("ftp://search.example.com", "malformed"),
            ("https://", "malformed"),
        ] {
            let expected = format!(
                "environment variable OPENSEARCH_ENDPOINT is {fault}: set it to the URL of the OpenSearch domain"
            );
            assert_eq!(format!("{:?}", from_endpoint(endpoint).unwrap_err()), expected);
        }
    }

    /// The name of a CloudFormation stack may have upper case letters, the name of an index may not.
    #[test]
    fn the_alias_must_be_in_lower_case() {
        let error = from_variables("https://search.example.com", "Chatlog-messages").unwrap_err();
        let expected = "environment variable OPENSEARCH_ALIAS is malformed: set it to a name in lower case; choose a \
                        stack name without capital letters";
        assert_eq!(format!("{error:?}"), expected);
    }

    #[test]
    fn debug_of_an_error_names_its_cause() {
        let error = IndexClient::at(&SdkConfig::builder().build(), "http://127.0.0.1:9200", "test", TIMEOUT);
        let expected =
            "could not build the OpenSearch client: SdkConfig does not have a credentials_provider";
        assert_eq!(format!("{:?}", error.unwrap_err()), expected);
    }
}
