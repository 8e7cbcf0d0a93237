//! What only CloudWatch knows.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat};
use aws_types::SdkConfig;
use conversation::Timestamp;
use conversation::ports::StoreError;

/// From how far back the age of a queue's oldest message is used. CloudWatch gets a value a minute, some minutes late.
const AGES: Duration = Duration::from_mins(15);
/// From how far back the highest age of failing records is used: each is delivered again within 90 seconds.
const FAILURES: Duration = Duration::from_mins(10);
/// For how long throttles are added up.
pub(super) const THROTTLES: Duration = Duration::from_hours(1);

/// By the names of queues, functions and tables. What has no data is not there: CloudWatch has none for what did not happen, and local engines have
/// none at all.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    pub(super) oldest_seconds: BTreeMap<String, u64>,
    /// By function, how old the records are that fail. SQS leaves those that were received three times out of the age of a queue without
    /// groups.
    pub(super) failing_millis: BTreeMap<String, u64>,
    pub(super) read_throttles: BTreeMap<String, u64>,
    pub(super) write_throttles: BTreeMap<String, u64>,
}

/// A metric for several queues, functions or tables.
struct Wanted<'a> {
    namespace: &'static str,
    /// Our own metrics have this dimension, too.
    stack: Option<&'a str>,
    metric: &'static str,
    dimension: &'static str,
    names: Vec<&'a str>,
    statistic: &'static str,
    since: Duration,
}

impl Metrics {
    /// # Errors
    /// CloudWatch could not be asked.
    pub(super) async fn read(
        config: &SdkConfig,
        stack: &str,
        queues: impl Iterator<Item = &str>,
        functions: &[&str],
        tables: &[&str],
    ) -> Result<Self, StoreError> {
        let client = Client::new(config);
        let ages = Wanted {
            namespace: "AWS/SQS",
            stack: None,
            metric: "ApproximateAgeOfOldestMessage",
            dimension: "QueueName",
            names: queues.collect(),
            statistic: "Maximum",
            since: AGES,
        };
        let failing = Wanted {
            namespace: "Chatlog",
            stack: Some(stack),
            metric: "FailedAfter",
            dimension: "function",
            names: functions.to_vec(),
            statistic: "Maximum",
            since: FAILURES,
        };
        let throttles = |metric| Wanted {
            namespace: "AWS/DynamoDB",
            stack: None,
            metric,
            dimension: "TableName",
            names: tables.to_vec(),
            statistic: "Sum",
            since: THROTTLES,
        };
        let newest = |values: &[f64]| values.first().copied().unwrap_or_default();
        let highest = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
        let sum = |values: &[f64]| values.iter().sum();
        Ok(Self {
            oldest_seconds: ages.read(&client, newest).await?,
            failing_millis: failing.read(&client, highest).await?,
            read_throttles: throttles("ReadThrottleEvents").read(&client, sum).await?,
            write_throttles: throttles("WriteThrottleEvents").read(&client, sum).await?,
        })
    }
}

impl Wanted<'_> {
    /// The values of each name, the newest first, as one number.
    async fn read(
        &self,
        client: &Client,
        number: impl Fn(&[f64]) -> f64,
    ) -> Result<BTreeMap<String, u64>, StoreError> {
        let now = Timestamp::now();
        let queries = self.names.iter().enumerate().map(|(position, name)| self.query(position, name));
        let output = client
            .get_metric_data()
            .start_time(DateTime::from_millis(now.before(self.since).millis()))
            .end_time(DateTime::from_millis(now.millis()))
            .scan_by(aws_sdk_cloudwatch::types::ScanBy::TimestampDescending)
            .set_metric_data_queries(Some(queries.collect()))
            .send()
            .await
            .map_err(StoreError::new)?;
        let mut found = BTreeMap::new();
        for result in output.metric_data_results.unwrap_or_default() {
            let position = result.id().and_then(|id| id.strip_prefix('m')?.parse::<usize>().ok());
            let name = position.and_then(|position| self.names.get(position));
            if let (Some(name), false) = (name, result.values().is_empty()) {
                found.insert((*name).to_owned(), whole(number(result.values())));
            }
        }
        Ok(found)
    }

    fn query(&self, position: usize, name: &str) -> MetricDataQuery {
        let dimension = |name: &str, value: &str| Dimension::builder().name(name).value(value).build();
        let mut dimensions = vec![dimension(self.dimension, name)];
        dimensions.extend(self.stack.map(|stack| dimension("stack", stack)));
        let metric = Metric::builder()
            .namespace(self.namespace)
            .metric_name(self.metric)
            .set_dimensions(Some(dimensions))
            .build();
        let statistic = MetricStat::builder().metric(metric).period(60).stat(self.statistic).build();
        MetricDataQuery::builder().id(format!("m{position}")).metric_stat(statistic).build()
    }
}

/// Counts and ages are whole numbers.
fn whole(value: f64) -> u64 {
    Duration::try_from_secs_f64(value).unwrap_or_default().as_secs()
}
