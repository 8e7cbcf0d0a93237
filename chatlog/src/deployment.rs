use std::collections::HashMap;

use anyhow::{Context, Result, anyhow, bail};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_types::SdkConfig;
use dynamodb_tables::{
    Applications, CounterAudit, DeletedApplications, DisabledApplications, IdempotencyKeys, IndexStates,
    Messages, TokenVersions,
};
use opensearch_index::Indexes;
use sqs_queues::WriteQueue;

/// A deployment: the outputs of its stack, and the configuration of AWS clients.
#[derive(Debug)]
pub(crate) struct Deployment {
    pub(crate) stack: String,
    pub(crate) sdk: SdkConfig,
    outputs: HashMap<String, String>,
}

impl Deployment {
    /// Finds the stack in the region of the environment, unless another one is given.
    pub(crate) async fn find(stack: &str, region: Option<String>, profile: Option<String>) -> Result<Self> {
        let sdk = sdk_config(region, profile).await;
        let region = sdk
            .region()
            .context("no region is set: pass --region, set AWS_REGION, or choose a profile that has one")?;
        let described = Client::new(&sdk).describe_stacks().stack_name(stack).send().await;
        let described = described.map_err(|error| {
            let message = error.message().map(str::to_owned);
            let place = format!("could not find the stack {stack} in {region}");
            match message {
                Some(message) => anyhow!("{place}: {message}"),
                None => anyhow::Error::new(error).context(place),
            }
        })?;
        let found = described.stacks.unwrap_or_default().into_iter().next();
        let found = found.with_context(|| format!("there is no stack {stack} in {region}"))?;
        let outputs: HashMap<String, String> = found
            .outputs
            .unwrap_or_default()
            .into_iter()
            .filter_map(|output| Some((output.output_key?, output.output_value?)))
            .collect();
        if outputs.is_empty() {
            bail!("the stack {stack} in {region} has no outputs: its creation has not succeeded");
        }
        Ok(Self { stack: stack.to_owned(), sdk, outputs })
    }

    /// An output of the stack.
    pub(crate) fn output(&self, name: &str) -> Result<&str> {
        let output = self.outputs.get(name).map(String::as_str);
        output.with_context(|| {
            format!("the stack {} has no output {name}: deploy the release of this command first", self.stack)
        })
    }

    pub(crate) fn index_states(&self) -> Result<IndexStates> {
        Ok(IndexStates::new(&self.sdk, self.output("IndexStateTable")?))
    }

    pub(crate) fn idempotency_keys(&self) -> Result<IdempotencyKeys> {
        Ok(IdempotencyKeys::new(&self.sdk, self.output("IdempotencyKeysTable")?))
    }

    pub(crate) fn messages(&self) -> Result<Messages> {
        Ok(Messages::new(&self.sdk, self.output("MessagesTable")?))
    }

    pub(crate) fn applications(&self) -> Result<Applications> {
        Ok(Applications::new(&self.sdk, self.output("ApplicationsTable")?))
    }

    pub(crate) fn token_versions(&self) -> Result<TokenVersions> {
        Ok(TokenVersions::new(&self.sdk, self.output("ApplicationsTable")?))
    }

    pub(crate) fn deleted_applications(&self) -> Result<DeletedApplications> {
        let (applications, counters) = (self.output("ApplicationsTable")?, self.output("CountersTable")?);
        Ok(DeletedApplications::new(&self.sdk, applications, counters))
    }

    pub(crate) fn disabled_applications(&self) -> Result<DisabledApplications> {
        Ok(DisabledApplications::new(&self.sdk, self.output("ApplicationsTable")?))
    }

    pub(crate) fn write_queue(&self) -> Result<WriteQueue> {
        Ok(WriteQueue::new(&self.sdk, self.output("WritesUrl")?))
    }

    pub(crate) fn counter_audit(&self) -> Result<CounterAudit> {
        let tables = ["ApplicationsTable", "ChatsTable", "MessagesTable", "CountersTable"];
        let [applications, chats, messages, counters] = tables.map(|name| self.output(name));
        Ok(CounterAudit::new(&self.sdk, applications?, chats?, messages?, counters?))
    }

    pub(crate) fn indexes(&self) -> Result<Indexes> {
        let (endpoint, alias) = (self.output("OpenSearchUrl")?, self.output("IndexAlias")?);
        Ok(Indexes::new(&self.sdk, endpoint, alias)?)
    }
}

/// As for the AWS CLI: environment, profiles, single sign-on, containers and instances.
async fn sdk_config(region: Option<String>, profile: Option<String>) -> SdkConfig {
    let http_client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http_client);
    if let Some(region) = region {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}
