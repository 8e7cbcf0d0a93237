use std::fmt::{self, Display, Formatter};

use deployment_template::Function;
use end_to_end::Aws;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

const STACK: &str = "chatlog";

/// An action on a resource that a role allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// Such as `dynamodb:GetItem`.
    pub action: String,
    arn: String,
}

impl Right {
    /// The name of the table, with that of its index if it is one, or of the queue: `chatlog-chats`.
    pub fn resource(&self) -> &str {
        let name = self.arn.rsplit(':').next().unwrap_or_default();
        name.strip_prefix("table/").unwrap_or(name)
    }

    /// Whether it is this action on a resource with this name after the stack's, such as `chats`.
    pub fn is(&self, action: &str, resource: &str) -> bool {
        self.action == action && self.resource().strip_prefix("chatlog-") == Some(resource)
    }

    /// Whether a log line says that a function was denied this.
    pub fn is_denied_in(&self, line: &str) -> bool {
        let denial = format!("not authorized to perform: {} on resource: {}", self.action, self.arn);
        // The ARN of a table is the beginning of those of its indexes, and of tables with longer names.
        line.split_once(&denial).is_some_and(|(_, rest)| !rest.starts_with(['-', '/', '.']))
    }
}

impl Display for Right {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.action, self.resource())
    }
}

/// The role of a function, whose policy can be reduced and restored.
#[derive(Debug)]
pub struct Role {
    aws: Aws,
    name: String,
    policy: String,
    /// As deployed.
    document: Value,
}

impl Role {
    pub async fn of(function: &Function) -> Self {
        let aws = Aws::default();
        let logical_id = format!("{}Role", function.id);
        let resource = [("StackName", STACK), ("LogicalResourceId", &logical_id)];
        let found = aws.query("cloudformation", "DescribeStackResource", &resource).await;
        let name = element(&found, "PhysicalResourceId");
        let policies = aws.query("iam", "ListRolePolicies", &[("RoleName", &name)]).await;
        assert_eq!(policies.matches("<member>").count(), 1, "one policy: {policies}");
        let policy = element(&policies, "member");
        let named = [("RoleName", name.as_str()), ("PolicyName", policy.as_str())];
        let found = aws.query("iam", "GetRolePolicy", &named).await;
        let document = element(&found, "PolicyDocument").replace("&quot;", "\"");
        let document = percent_decode_str(&document).decode_utf8().unwrap();
        Self { document: serde_json::from_str(&document).unwrap(), aws, name, policy }
    }

    /// Every action on every resource that the role allows.
    pub fn rights(&self) -> Vec<Right> {
        let mut rights = Vec::new();
        for statement in self.document["Statement"].as_array().unwrap() {
            assert_eq!(statement["Effect"], "Allow", "{statement}");
            for action in texts(&statement["Action"]) {
                for arn in texts(&statement["Resource"]) {
                    rights.push(Right { action: action.to_owned(), arn: arn.to_owned() });
                }
            }
        }
        rights
    }

    /// Leaves the role all its rights but these.
    pub async fn take(&self, taken: &[&Right]) {
        let left = self.rights().into_iter().filter(|right| !taken.contains(&right));
        let allow =
            |right: Right| json!({ "Effect": "Allow", "Action": right.action, "Resource": right.arn });
        let statements: Vec<Value> = left.map(allow).collect();
        self.put(&json!({ "Version": "2012-10-17", "Statement": statements })).await;
    }

    pub async fn restore(&self) {
        self.put(&self.document).await;
    }

    async fn put(&self, document: &Value) {
        let document = document.to_string();
        let policy = [
            ("RoleName", self.name.as_str()),
            ("PolicyName", self.policy.as_str()),
            ("PolicyDocument", document.as_str()),
        ];
        self.aws.query("iam", "PutRolePolicy", &policy).await;
    }
}

/// The text of the first element with this name.
fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {xml}"));
    rest.split_once("</").unwrap_or_else(|| panic!("{name} has no end in {xml}")).0.trim().to_owned()
}

/// One text or a list of texts.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap()).collect(),
        one => vec![one.as_str().unwrap()],
    }
}
