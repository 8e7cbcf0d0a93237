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
    fn unit(self) -> &'static str {
        match self {
            Self::IndexedAfter | Self::StoredAfter => "Milliseconds",
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
/// `stack`.
///
/// A line gets them as the field `metrics`, given with `%`, and has the target [`ALWAYS`](crate::ALWAYS).
///
/// Source: "Specification: Embedded metric format" in the Amazon CloudWatch user guide.
#[derive(Debug)]
pub struct Metrics {
    dimension: Option<&'static str>,
    /// Each with its value in JSON: a number, or several.
    values: Vec<(Metric, String)>,
}

impl Metrics {
    /// Metrics of the whole stack.
    #[must_use]
    pub fn of_stack() -> Self {
        Self { dimension: None, values: Vec::new() }
    }

    /// Metrics by another field of the line, too, such as `function`. CloudWatch bills each of its values as a metric of its
    /// own.
    #[must_use]
    pub fn by(field: &'static str) -> Self {
        Self { dimension: Some(field), ..Self::of_stack() }
    }

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
        write!(f, r#""_aws":{{"Timestamp":{time},"CloudWatchMetrics":[{{"Namespace":"Chatlog","#)?;
        match self.dimension {
            Some(dimension) => write!(f, r#""Dimensions":[["stack","{dimension}"]],"#)?,
            None => f.write_str(r#""Dimensions":[["stack"]],"#)?,
        }
        f.write_str(r#""Metrics":["#)?;
        for (position, (metric, _)) in self.values.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            write!(f, r#"{comma}{{"Name":"{metric:?}","Unit":"{}"}}"#, metric.unit())?;
        }
        f.write_str("]}]}")
    }
}
