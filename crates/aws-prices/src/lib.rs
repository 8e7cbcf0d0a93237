//! AWS's list prices in USD: us-east-1, on demand, first tier, without free tiers.
//!
//! A source is the title of a page. AWS's own price pages load their tables by script. Where we could read only
//! what others copied from them, that page is named as well.

mod instances;

pub use instances::{Instance, Servers};

pub const MILLION: f64 = 1_000_000.0;

/// The hours of an average month, as AWS's price pages count them.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// A million requests to a REST API. Source: "Cost optimization" in "Best Practices for Designing Amazon API Gateway Private
/// APIs and Private Integration".
pub const MILLION_API_REQUESTS: f64 = 3.50;

/// A million invocations. Sources: "AWS Lambda Pricing"; "Cost" in "AWS Lambda Pricing Breakdown: Ultimate Guide 2024".
pub const MILLION_INVOCATIONS: f64 = 0.20;

/// A GB-second on arm64: a GB of a function's memory for a second, in steps of a millisecond. Sources: the same.
pub const GB_SECOND: f64 = 0.000_013_333_4;

/// A million write units on demand, table class Standard. Sources: "Amazon DynamoDB pricing", as since November 2024; "Amazon
/// DynamoDB Pricing: On-Demand & Provisioned Plans".
pub const MILLION_WRITE_UNITS: f64 = 0.625;

/// A million read units. Sources: the same.
pub const MILLION_READ_UNITS: f64 = 0.125;

/// A million requests to a FIFO queue. Sources: "Amazon SQS pricing"; "Amazon SQS Pricing: Complete Guide + Calculator
/// (2026)".
pub const MILLION_FIFO_REQUESTS: f64 = 0.50;

/// A million requests to a standard queue. Sources: the same.
pub const MILLION_QUEUE_REQUESTS: f64 = 0.40;

/// The bytes of a call to SQS that are billed as one request. Sources: the same.
pub const BYTES_PER_QUEUE_REQUEST: usize = 65_536;

/// A GB of logs of Lambda functions, log class Standard, without keeping them. Sources: "Amazon CloudWatch pricing"; "Amazon
/// CloudWatch Logs pricing: Stopping the observability bill spiral".
pub const LOG_GB: f64 = 0.50;

/// A custom metric for a month, of the first 10,000; less if it has values in some hours only. Sources: "Amazon CloudWatch pricing";
/// "CloudWatch Metrics Pricing Explained in Plain English".
pub const METRIC_MONTH: f64 = 0.30;

/// A million recorded traces. Source: "AWS X-Ray pricing".
pub const MILLION_TRACES: f64 = 5.00;

/// A metric that an alarm of standard resolution watches, a month. Source: "Amazon CloudWatch pricing".
pub const ALARM_METRIC_MONTH: f64 = 0.10;

/// A dashboard, a month, behind the first three of an account. Source: the same.
pub const DASHBOARD_MONTH: f64 = 3.00;
