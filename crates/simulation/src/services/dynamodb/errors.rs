use simulated_aws::Reply;

pub(super) fn error(kind: &str, message: &str) -> Reply {
    Reply::error(400, &format!("com.amazonaws.dynamodb.v20120810#{kind}"), message)
}

/// The refusal of a call, because there are too many.
pub(crate) fn throttled() -> Reply {
    error("ThrottlingException", "Rate exceeded")
}
