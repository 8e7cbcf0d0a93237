//! CloudFormation's API, as far as a deployment needs it.

use anyhow::{Context, Result, bail};
use roxmltree::Document;

use crate::engine::aws_api;
use crate::machine::http::Reply;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stack {
    pub(crate) id: String,
    pub(crate) status: String,
    /// The output `ApiUrl`, which a stack has once it is complete.
    pub(crate) api_url: Option<String>,
}

/// The stack of this name, if it exists.
pub(crate) fn describe(aws: &str, name: &str) -> Result<Option<Stack>> {
    let reply = call(aws, "DescribeStacks", name)?;
    if reply.status == 400 && reply.body.contains("does not exist") {
        return Ok(None);
    }
    let stack = parse(&reply.body);
    let stack =
        stack.with_context(|| format!("the engine cannot describe the stack {name}: {}", reply.body))?;
    Ok(Some(stack))
}

pub(crate) fn delete(aws: &str, name: &str) -> Result<()> {
    let reply = call(aws, "DeleteStack", name)?;
    if reply.status != 200 {
        bail!("the engine cannot delete the stack {name}: {}", reply.body);
    }
    Ok(())
}

fn call(aws: &str, action: &str, stack: &str) -> Result<Reply> {
    let body = format!("Action={action}&Version=2010-05-15&StackName={stack}");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    aws_api::call("POST", aws, "cloudformation", &headers, &body)
}

/// Reads the reply to `DescribeStacks`, which is XML.
fn parse(reply: &str) -> Option<Stack> {
    let document = Document::parse(reply).ok()?;
    let text = |name: &str| {
        let element = document.descendants().find(|node| node.tag_name().name() == name)?;
        element.text().map(ToOwned::to_owned)
    };
    let key = document.descendants().find(|node| node.text() == Some("ApiUrl"));
    let output = key.and_then(|key| key.next_sibling_element()?.text());
    Some(Stack { id: text("StackId")?, status: text("StackStatus")?, api_url: output.map(ToOwned::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_without_outputs_has_no_api_url() {
        let reply = "<R><Stacks><member><StackId>arn:1</StackId><StackStatus>CREATE_IN_PROGRESS</StackStatus>\
                     <Outputs></Outputs></member></Stacks></R>";
        let expected = Stack { id: "arn:1".into(), status: "CREATE_IN_PROGRESS".into(), api_url: None };
        assert_eq!(parse(reply), Some(expected));
    }

    #[test]
    fn the_api_url_is_found_among_the_outputs() {
        let reply = "<R xmlns='x'><StackId>arn:1</StackId><StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member>\
                     <OutputKey>DlqUrl</OutputKey><OutputValue>http://dlq</OutputValue></member><member>\
                     <OutputKey>ApiUrl</OutputKey><OutputValue>http://api</OutputValue></member></Outputs></R>";
        assert_eq!(parse(reply).unwrap().api_url.unwrap(), "http://api");
    }

    #[test]
    fn anything_else_is_not_a_stack() {
        for reply in ["", "not XML", "<R><StackId>arn:1</StackId></R>"] {
            assert_eq!(parse(reply), None, "{reply}");
        }
    }
}
