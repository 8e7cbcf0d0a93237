//! Pages of rows that a sweep has not reached yet.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use conversation::ports::{SWEEP_PAGE, StoreError};

use crate::item::{number, string};

/// Reads consistently the numbers of the next rows with a partition key and a number above `after`, at most
/// [`SWEEP_PAGE`]. Numbers start at 1, so 0 stands for the first page.
///
/// DynamoDB applies `filter` after the limit: a page of swept rows is empty and has a next one.
pub(crate) fn query(
    client: &Client,
    table: &str,
    (key, value): (&str, &str),
    after: u64,
    filter: &str,
) -> Result<QueryFluentBuilder, StoreError> {
    Ok(client
        .query()
        .table_name(table)
        .key_condition_expression(format!("{key} = :{key} AND #number > :after"))
        .filter_expression(filter)
        .projection_expression("#number")
        .expression_attribute_names("#number", "number")
        .expression_attribute_values(format!(":{key}"), string(value))
        .expression_attribute_values(":after", number(after))
        .consistent_read(true)
        .limit(i32::try_from(SWEEP_PAGE).map_err(StoreError::new)?))
}
