use std::collections::BTreeMap;
use std::time::Duration;

use crate::history::{Metrics, Sample, Visibility};
use crate::report::Percentiles;

/// The most points of one line.
const MOST_POINTS: u32 = 600;

/// Where the axis of delays starts, in seconds. Delays differ by orders of magnitude.
const SHORTEST_DELAY: f64 = 0.01;

/// Lines with common axes.
#[derive(Debug, PartialEq)]
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) unit: &'static str,
    /// The start of a logarithmic value axis; `None` if the axis is linear and starts at 0.
    pub(super) floor: Option<f64>,
    pub(super) series: Vec<Series>,
}

/// A line: values over virtual time in seconds.
#[derive(Debug, PartialEq)]
pub(super) struct Series {
    pub(super) label: &'static str,
    pub(super) points: Vec<(f64, f64)>,
}

impl Panel {
    fn points(&self) -> impl Iterator<Item = &(f64, f64)> {
        self.series.iter().flat_map(|series| &series.points)
    }

    /// The time of the last point, at least 1 s.
    pub(super) fn end(&self) -> f64 {
        self.points().map(|(at, _)| *at).fold(1.0, f64::max)
    }

    /// The point as it is drawn: not below the start of the value axis.
    pub(super) fn drawn(&self, (at, value): (f64, f64)) -> (f64, f64) {
        (at, value.max(self.floor.unwrap_or(0.0)))
    }

    /// The end of the value axis, a little above every value.
    pub(super) fn top(&self) -> f64 {
        self.points().map(|(_, value)| *value).fold(0.1, f64::max) * 1.1
    }
}

pub(super) fn panels(metrics: &Metrics) -> Vec<Panel> {
    let width = bucket_width(metrics);
    let sampled =
        |label, value: fn(&Sample) -> f64| Series { label, points: peaks(&metrics.samples, width, value) };
    let (busy, others) = metrics.busy_and_others();
    let (readable, searchable) = (Visibility::readable_after, Visibility::searchable_after);
    let mut delays = vec![
        Series { label: "readable, p99", points: p99(&others, width, readable) },
        Series { label: "searchable, p99", points: p99(&others, width, searchable) },
    ];
    if !busy.is_empty() {
        delays.push(Series { label: "readable, p99, busy chat", points: p99(&busy, width, readable) });
        delays.push(Series { label: "searchable, p99, busy chat", points: p99(&busy, width, searchable) });
    }
    vec![
        Panel {
            title: "backlog",
            unit: "records",
            floor: None,
            series: vec![
                sampled("writes.fifo", |sample| float(sample.writes)),
                sampled("index", |sample| float(sample.index_requests)),
            ],
        },
        Panel { title: "delay after acceptance", unit: "s", floor: Some(SHORTEST_DELAY), series: delays },
        Panel {
            title: "concurrency",
            unit: "invocations",
            floor: None,
            series: vec![
                sampled("API", |sample| f64::from(sample.api_concurrency)),
                sampled("persist, reindex and sweep", |sample| f64::from(sample.consumer_concurrency)),
            ],
        },
    ]
}

fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// At least a second, so that a line has at most [`MOST_POINTS`] points.
fn bucket_width(metrics: &Metrics) -> Duration {
    let sampled = metrics.samples.iter().map(|sample| sample.at);
    let accepted = metrics.visibility.iter().map(|visibility| visibility.accepted);
    let end = sampled.chain(accepted).max().unwrap_or_default();
    (end / MOST_POINTS).max(Duration::from_secs(1))
}

/// The start of the bucket, in units of its width.
fn bucket(at: Duration, width: Duration) -> u64 {
    u64::try_from(at.as_nanos() / width.as_nanos().max(1)).unwrap_or(u64::MAX)
}

/// In seconds.
fn start(bucket: u64, width: Duration) -> f64 {
    width.saturating_mul(u32::try_from(bucket).unwrap_or(u32::MAX)).as_secs_f64()
}

/// The highest value of each bucket.
fn peaks(samples: &[Sample], width: Duration, value: fn(&Sample) -> f64) -> Vec<(f64, f64)> {
    let mut peaks: BTreeMap<u64, f64> = BTreeMap::new();
    for sample in samples {
        let peak = peaks.entry(bucket(sample.at, width)).or_default();
        *peak = peak.max(value(sample));
    }
    peaks.into_iter().map(|(bucket, peak)| (start(bucket, width), peak)).collect()
}

/// The 99th percentile of the messages that were accepted in each bucket.
fn p99(
    visibility: &[&Visibility],
    width: Duration,
    delay: fn(&Visibility) -> Option<Duration>,
) -> Vec<(f64, f64)> {
    let mut delays: BTreeMap<u64, Vec<Duration>> = BTreeMap::new();
    for message in visibility {
        delays.entry(bucket(message.accepted, width)).or_default().extend(delay(message));
    }
    delays
        .into_iter()
        .filter_map(|(bucket, delays)| {
            Some((start(bucket, width), Percentiles::of(delays).p99?.as_secs_f64()))
        })
        .collect()
}
