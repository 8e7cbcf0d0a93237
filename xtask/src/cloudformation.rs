//! The few calls to the local engine's APIs that need no SDK: plain HTTP, and no signature is checked.

use anyhow::{Result, bail};

use crate::http::{self, Reply};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Resource {
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) kind: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stack {
    pub(crate) id: String,
    pub(crate) status: String,
}

/// The stack of this name, if there is one.
pub(crate) fn stack(endpoint: &str, name: &str) -> Result<Option<Stack>> {
    let reply = call(endpoint, &format!("Action=DescribeStacks&Version=2010-05-15&StackName={name}"))?;
    if reply.status == 400 && reply.body.contains("does not exist") {
        return Ok(None);
    }
    let (Some(id), Some(status)) = (element(&reply.body, "StackId"), element(&reply.body, "StackStatus"))
    else {
        bail!("the local AWS engine cannot describe the stack {name}: {}", reply.body);
    };
    Ok(Some(Stack { id: id.to_owned(), status: status.to_owned() }))
}

pub(crate) fn delete(endpoint: &str, name: &str) -> Result<()> {
    let reply = call(endpoint, &format!("Action=DeleteStack&Version=2010-05-15&StackName={name}"))?;
    if reply.status != 200 {
        bail!("the local AWS engine cannot delete the stack {name}: {}", reply.body);
    }
    Ok(())
}

pub(crate) fn resources(endpoint: &str, name: &str) -> Result<Vec<Resource>> {
    let reply =
        call(endpoint, &format!("Action=DescribeStackResources&Version=2010-05-15&StackName={name}"))?;
    if reply.status != 200 {
        bail!("the local AWS engine cannot list the resources of {name}: {}", reply.body);
    }
    Ok(parse_resources(&reply.body))
}

fn call(endpoint: &str, parameters: &str) -> Result<Reply> {
    let authorization = authorization("cloudformation");
    let headers =
        [("content-type", "application/x-www-form-urlencoded"), ("authorization", authorization.as_str())];
    http::post(endpoint, &headers, parameters)
}

/// Says which service a request is for; nobody checks the signature.
pub(crate) fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

fn parse_resources(xml: &str) -> Vec<Resource> {
    let members = xml.split("<member>").skip(1);
    members
        .filter_map(|member| {
            Some(Resource {
                logical_id: element(member, "LogicalResourceId")?.to_owned(),
                physical_id: element(member, "PhysicalResourceId")?.to_owned(),
                kind: element(member, "ResourceType")?.to_owned(),
            })
        })
        .collect()
}

/// The text of the first element of this name; the values asked for here hold no markup.
fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    Some(rest.split_once(&format!("</{name}>"))?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_read_and_those_without_a_physical_id_left_out() {
        let xml = "<R><member><LogicalResourceId>Read</LogicalResourceId><PhysicalResourceId>chatlog-Read-1\
                   </PhysicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType></member>\
                   <member><LogicalResourceId>Half</LogicalResourceId></member></R>";
        let expected = Resource {
            logical_id: "Read".into(),
            physical_id: "chatlog-Read-1".into(),
            kind: "AWS::Lambda::Function".into(),
        };
        assert_eq!(parse_resources(xml), [expected]);
    }

    #[test]
    fn an_element_that_is_not_there_is_none() {
        assert_eq!(element("<a>1</a><b>2</b>", "b"), Some("2"));
        assert_eq!(element("<a>1</a>", "b"), None);
    }
}
