use std::time::Duration;

use aws_types::SdkConfig;
use opensearch::OpenSearch;
use opensearch::auth::Credentials;
use opensearch::http::transport::{BuildError, SingleNodeConnectionPool, TransportBuilder};
use url::Url;

/// The alias under which the functions know the index.
const ALIAS: &str = "messages";
/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The index of messages.
#[derive(Debug, Clone)]
pub struct MessageIndex {
    pub(crate) client: OpenSearch,
    pub(crate) alias: String,
}

/// Why the index could not be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("the endpoint is not a URL")]
    Endpoint(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the client cannot be built")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("OpenSearch answered {status}: {reason}")]
    Refused { status: u16, reason: String },
}

impl MessageIndex {
    /// The index at `endpoint`, with requests signed by the function's credentials.
    ///
    /// # Errors
    /// [`IndexError`] where the endpoint or the credentials have no form to work with.
    pub fn new(config: &SdkConfig, endpoint: &str) -> Result<Self, IndexError> {
        Self::behind(config, endpoint, ALIAS)
    }

    /// As [`MessageIndex::new`], under an alias of its own; the index behind it is named `{alias}-v1`.
    ///
    /// # Errors
    /// As [`MessageIndex::new`].
    pub fn behind(config: &SdkConfig, endpoint: &str, alias: &str) -> Result<Self, IndexError> {
        // Another part of the process may have chosen the same provider before; that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = Url::parse(endpoint).map_err(|error| IndexError::Endpoint(error.into()))?;
        let credentials =
            Credentials::try_from(config.clone()).map_err(|error| IndexError::Client(error.into()))?;
        let transport = TransportBuilder::new(SingleNodeConnectionPool::new(url))
            .disable_proxy()
            .timeout(TIMEOUT)
            .service_name("es")
            .auth(credentials)
            .build()
            .map_err(|error: BuildError| IndexError::Client(error.into()))?;
        Ok(Self { client: OpenSearch::new(transport), alias: alias.to_owned() })
    }
}
