use std::time::Duration;

use super::plot;
use super::series::panels;
use crate::history::{ApplicationKey, ChatKey, MessageKey, Metrics, Sample, Visibility};

fn metrics(seconds: u64) -> Metrics {
    let chat = ChatKey { application: ApplicationKey(1), number: 1 };
    let samples = (0..seconds * 2).map(|half| Sample {
        at: Duration::from_millis(half * 500),
        writes: usize::try_from(half).unwrap(),
        ..Sample::default()
    });
    let visibility = (0..seconds).map(|second| Visibility {
        message: MessageKey { chat, number: second + 1 },
        accepted: Duration::from_secs(second),
        readable: Some(Duration::from_secs(second) + Duration::from_millis(50)),
        searchable: Some(Duration::from_secs(second + 1)),
    });
    Metrics { samples: samples.collect(), visibility: visibility.collect(), ..Metrics::default() }
}

#[test]
fn each_second_has_the_peak_of_its_samples() {
    let panels = panels(&metrics(3));
    assert_eq!(panels[0].series[0].points, [(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]);
    assert_eq!(panels[1].series[0].points, [(0.0, 0.05), (1.0, 0.05), (2.0, 0.05)]);
    assert_eq!(panels[1].series[1].points, [(0.0, 1.0), (1.0, 1.0), (2.0, 1.0)]);
}

#[test]
fn a_long_run_has_few_points() {
    let panels = panels(&metrics(7_200));
    assert!(panels.iter().flat_map(|panel| &panel.series).all(|series| series.points.len() <= 601));
}

#[test]
fn the_plot_is_an_svg_with_three_panels() {
    let svg = plot("steady", &metrics(3)).unwrap();
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{svg}");
    for text in ["steady: backlog", "steady: delay after acceptance", "steady: concurrency", "writes.fifo"] {
        assert!(svg.contains(text), "{text}");
    }
}

#[test]
fn a_run_without_samples_can_be_plotted() {
    assert!(plot("empty", &Metrics::default()).is_ok());
}

#[test]
fn the_same_run_has_the_same_plot() {
    assert_eq!(plot("steady", &metrics(3)).unwrap(), plot("steady", &metrics(3)).unwrap());
}

#[test]
fn a_plot_is_small_enough_for_a_page() {
    let mut long = metrics(20_000);
    long.busy_chat = Some(ChatKey { application: ApplicationKey(2), number: 1 });
    let busy = long.visibility.iter().map(|visibility| {
        let message = MessageKey { chat: long.busy_chat.unwrap(), ..visibility.message };
        Visibility { message, ..*visibility }
    });
    let busy: Vec<_> = busy.collect();
    long.visibility.extend(busy);
    for (second, sample) in long.samples.iter_mut().enumerate() {
        sample.index_requests = second % 977;
        sample.api_concurrency = u32::try_from(second % 613).unwrap();
        sample.consumer_concurrency = u32::try_from(second % 431).unwrap();
    }
    let svg = plot("flood", &long).unwrap();
    assert!(svg.len() < 100_000, "{}", svg.len());
}
