use aws_prices::{
    GB_SECOND, LOG_GB, MILLION_API_REQUESTS, MILLION_FIFO_REQUESTS, MILLION_INVOCATIONS, MILLION_READ_UNITS,
    MILLION_TRACES, MILLION_WRITE_UNITS,
};

use super::cases::Usage;
use super::invocation::BYTES_BESIDE_LINE;
use crate::report::Table;

/// What Lambda logs at level INFO about each invocation, as "Lambda Telemetry API Event schema reference" shows it, with our names.
const SYSTEM_LINES: [&str; 2] = [
    r#"{"time":"2026-11-28T05:30:00.123Z","type":"platform.start","record":{"requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","functionArn":"arn:aws:lambda:us-east-1:123456789012:function:chatlog-CreateMessage-0123456789AB","version":"$LATEST"}}"#,
    r#"{"time":"2026-11-28T05:30:00.140Z","type":"platform.report","record":{"requestId":"8476a536-e9f4-11e8-9739-2dfe598c3fcd","metrics":{"durationMs":16.123,"billedDurationMs":17,"memorySizeMB":256,"maxMemoryUsedMB":24},"status":"success"}}"#,
];

/// How many invocations Lambda traces, if it does. Source: "Visualize Lambda function invocations using AWS X-Ray": one a second
/// and 5 % of the others.
const TRACED: f64 = 0.05;

/// What a million messages cost, service by service.
#[derive(Debug)]
pub(super) struct Bill {
    pub(super) usd: f64,
    /// Other USD with other settings.
    pub(super) with_system_lines: f64,
    pub(super) with_traces: f64,
    pub(super) without_request_lines: f64,
    pub(super) table: Table,
}

impl Bill {
    /// `request_line` is what a request logs, in bytes.
    pub(super) fn of(usage: &Usage, request_line: f64) -> Self {
        let millions = |count: f64| format!("{count:.3} M");
        // A byte a message is a MB a million messages.
        let log = |bytes: f64| bytes / 1e3 * LOG_GB;
        let lines = [
            (
                "API Gateway, requests",
                millions(usage.api_requests),
                usage.api_requests * MILLION_API_REQUESTS,
            ),
            ("Lambda, invocations", millions(usage.invocations), usage.invocations * MILLION_INVOCATIONS),
            (
                "Lambda, GB-seconds",
                format!("{:.0}", usage.gb_seconds * aws_prices::MILLION),
                usage.gb_seconds * aws_prices::MILLION * GB_SECOND,
            ),
            ("DynamoDB, write units", millions(usage.write_units), usage.write_units * MILLION_WRITE_UNITS),
            ("DynamoDB, read units", millions(usage.read_units), usage.read_units * MILLION_READ_UNITS),
            (
                "SQS FIFO, requests",
                millions(usage.queue_requests),
                usage.queue_requests * MILLION_FIFO_REQUESTS,
            ),
            ("CloudWatch Logs, GB", format!("{:.2}", usage.log_bytes / 1e3), log(usage.log_bytes)),
        ];
        let usd = lines.iter().map(|(_, _, usd)| usd).sum();
        let mut table = Table::new(&["service", "a million messages take", "USD"]);
        for (service, quantity, usd) in lines {
            table.row([service.to_owned(), quantity, format!("{usd:.2}")]);
        }
        table.row(["**together**".to_owned(), String::new(), format!("**{usd:.2}**")]);
        let system_bytes: usize = SYSTEM_LINES.iter().map(|line| line.len() + BYTES_BESIDE_LINE).sum();
        let system_bytes = f64::from(u32::try_from(system_bytes).unwrap_or(u32::MAX));
        Self {
            usd,
            with_system_lines: usd + log(usage.invocations * system_bytes),
            with_traces: usd + usage.invocations * TRACED * MILLION_TRACES,
            without_request_lines: usd - log(request_line),
            table,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USAGE: Usage = Usage {
        api_requests: 1.0,
        invocations: 1.1,
        gb_seconds: 0.01,
        write_units: 2.0,
        read_units: 1.0,
        queue_requests: 1.2,
        log_bytes: 400.0,
    };

    #[test]
    fn together_is_the_sum_of_the_lines() {
        let bill = Bill::of(&USAGE, 400.0);
        // 3.5 + 0.22 + 0.133334 + 1.25 + 0.125 + 0.6 + 0.2
        assert!((bill.usd - 6.028_334).abs() < 1e-9, "{bill:?}");
        assert!(bill.table.to_string().contains("| CloudWatch Logs, GB | 0.40 | 0.20 |"));
        assert!(bill.table.to_string().ends_with("| **together** |  | **6.03** |\n"));
    }

    #[test]
    fn settings_change_logs_and_traces() {
        let bill = Bill::of(&USAGE, 400.0);
        assert!((bill.with_traces - bill.usd - 0.275).abs() < 1e-9, "{bill:?}");
        assert!((bill.usd - bill.without_request_lines - 0.2).abs() < 1e-9, "{bill:?}");
        assert!(bill.with_system_lines > bill.usd, "{bill:?}");
    }
}
