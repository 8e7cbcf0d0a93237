use std::fmt;

use conversation::Timestamp;

/// The most values of one metric in a line.
///
/// Source: "Specification: Embedded metric format" in the Amazon CloudWatch user guide.
const MAX_VALUES: usize = 100;

/// What the functions measure. docs/logging.md says what each metric means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// The records of a batch.
    BatchSize,
    /// Records that were moved to the dead-letter queue.
    Buried,
    /// Records that are delivered again.
    Failed,
    /// How old a record was when it failed.
    FailedAfter,
    /// An index was created.
    IndexCreated,
    /// How long a change of the index waited on its queue.
    IndexedAfter,
    /// The index is gone, although there are messages.
    IndexLost,
    /// Replies with a problem.
    Problems,
    /// Records that were delivered before.
    Retries,
    /// The time from the acceptance of a write until it was stored.
    StoredAfter,
}

impl Metric {
    /// The field of the line by which the metric is split, beside the stack. CloudWatch bills each of its values as a metric of its own.
    fn dimension(self) -> Option<&'static str> {
        match self {
            Self::BatchSize
            | Self::Failed
            | Self::FailedAfter
            | Self::IndexedAfter
            | Self::Retries
            | Self::StoredAfter => Some("function"),
            Self::Problems => Some("code"),
            // One alarm watches all functions together.
            Self::Buried | Self::IndexCreated | Self::IndexLost => None,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::FailedAfter | Self::IndexedAfter | Self::StoredAfter => "Milliseconds",
            Self::BatchSize
            | Self::Buried
            | Self::Failed
            | Self::IndexCreated
            | Self::IndexLost
            | Self::Problems
            | Self::Retries => "Count",
        }
    }
}

/// Metrics of one line, in CloudWatch's embedded metric format: CloudWatch takes them from the line. Each has the dimension
/// `stack`, and some have another one.
///
/// A line gets them as the field `metrics`, given with `%`, and has the target [`ALWAYS`](crate::ALWAYS).
///
/// Source: "Specification: Embedded metric format" in the Amazon CloudWatch user guide.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Each with its value in JSON: a number, or several.
    values: Vec<(Metric, String)>,
}

impl Metrics {
    /// Adds a number; nothing if it is zero, since a metric is billed for each hour that has a value.
    #[must_use]
    pub fn count(mut self, metric: Metric, count: usize) -> Self {
        if count > 0 {
            self.values.push((metric, count.to_string()));
        }
        self
    }

    /// Adds measured values; nothing if there are none. Of more than a line may have, it adds those at equal distances in
    /// their order of size, with the largest, so that percentiles and maximum stay.
    #[must_use]
    pub fn values(mut self, metric: Metric, values: &[u64]) -> Self {
        let chosen = if values.len() > MAX_VALUES {
            let mut sorted = values.to_vec();
            sorted.sort_unstable_by(|one, other| other.cmp(one));
            sorted.into_iter().step_by(values.len().div_ceil(MAX_VALUES)).collect()
        } else {
            values.to_vec()
        };
        if !chosen.is_empty() {
            self.values.push((metric, json_list(&chosen)));
        }
        self
    }
}

fn json_list(values: &[u64]) -> String {
    let values: Vec<String> = values.iter().map(u64::to_string).collect();
    format!("[{}]", values.join(","))
}

/// Members of a JSON object: each metric, and `_aws`, which names them. Nothing if there are no metrics.
impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.values.is_empty() {
            return Ok(());
        }
        for (metric, value) in &self.values {
            write!(f, "\"{metric:?}\":{value},")?;
        }
        let time = Timestamp::now().millis();
        let of = |dimension| {
            self.values
                .iter()
                .map(|(metric, _)| *metric)
                .filter(move |metric| metric.dimension() == dimension)
        };
        let directives =
            [None, Some("function"), Some("code")].map(|dimension| directive(dimension, of(dimension)));
        let directives: Vec<String> = directives.into_iter().flatten().collect();
        write!(f, r#""_aws":{{"Timestamp":{time},"CloudWatchMetrics":[{}]}}"#, directives.join(","))
    }
}

/// What CloudWatch takes metrics with the same dimensions by; `None` if there are none.
fn directive(dimension: Option<&str>, metrics: impl Iterator<Item = Metric>) -> Option<String> {
    let named = |metric: Metric| format!(r#"{{"Name":"{metric:?}","Unit":"{}"}}"#, metric.unit());
    let metrics: Vec<String> = metrics.map(named).collect();
    let dimensions = dimension.map(|dimension| format!(r#","{dimension}""#)).unwrap_or_default();
    let metrics = Some(metrics.join(",")).filter(|metrics| !metrics.is_empty())?;
    Some(format!(r#"{{"Namespace":"Chatlog","Dimensions":[["stack"{dimensions}]],"Metrics":[{metrics}]}}"#))
}
