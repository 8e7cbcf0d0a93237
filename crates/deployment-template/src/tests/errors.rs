//! What is wrong with a template, and where, in words.

use crate::Template;

/// The error of the small template after one change.
fn error(from: &str, to: &str) -> String {
    let text = include_str!("small.yaml");
    assert!(text.contains(from), "{from}");
    Template::parse(&text.replace(from, to)).unwrap_err().to_string()
}

#[test]
fn text_that_is_no_template_is_rejected() {
    assert!(Template::parse("a: [").unwrap_err().to_string().starts_with("the template is not valid YAML: "));
    assert_eq!(Template::parse("").unwrap_err().to_string(), "Resources is missing");
}

#[test]
fn missing_property_is_named_with_its_resource() {
    assert_eq!(
        error(r#"Method: post, Path: "/items""#, "Method: post"),
        "Resources.AddItem.Properties.Events.Add.Properties.Path is missing"
    );
    assert_eq!(
        error("{ Binary: add-item }", "{}"),
        "Resources.AddItem.Metadata.BuildProperties.Binary is missing"
    );
    assert_eq!(error("    MemorySize: 256\n", ""), "Resources.AddItem.Properties.MemorySize is missing");
}

#[test]
fn unknown_event_type_is_rejected() {
    assert_eq!(
        error("Type: SQS", "Type: Schedule"),
        "Resources.AddItem.Properties.Events.Later.Type must be Api or SQS"
    );
}

#[test]
fn role_must_exist() {
    assert_eq!(
        error("Role: !GetAtt AddItemRole.Arn", "Role: !GetAtt NoRole.Arn"),
        "Resources.AddItem.Properties.Role refers to NoRole, which is not a resource of type AWS::IAM::Role"
    );
    assert_eq!(
        error("Role: !GetAtt AddItemRole.Arn", "Role: arn:aws:iam::1:role/r"),
        "Resources.AddItem.Properties.Role must be !GetAtt <resource>.Arn"
    );
}

#[test]
fn queue_of_an_event_must_be_a_queue() {
    assert_eq!(
        error("Queue: !GetAtt Later.Arn", "Queue: !GetAtt Items.Arn"),
        "Resources.AddItem.Properties.Events.Later.Properties.Queue refers to Items, which is not a resource \
         of type AWS::SQS::Queue"
    );
}

#[test]
fn parameter_for_a_number_must_have_one_as_its_default() {
    for parameter in ["Endpoint", "Key", "Nothing"] {
        let limited = format!("BatchSize: 7, ScalingConfig: {{ MaximumConcurrency: !Ref {parameter} }}");
        assert_eq!(
            error("BatchSize: 7", &limited),
            "Resources.AddItem.Properties.Events.Later.Properties.ScalingConfig.MaximumConcurrency must be \
             a number, or a parameter with a number as its default"
        );
    }
}

/// The place of the small template's statement with this index.
fn statement(index: usize) -> String {
    format!("Resources.AddItemRole.Properties.Policies.0.PolicyDocument.Statement.{index}")
}

#[test]
fn resource_of_a_permission_must_exist() {
    let types = "AWS::DynamoDB::Table, AWS::SQS::Queue or AWS::Logs::LogGroup";
    assert_eq!(
        error("Resource: !GetAtt Later.Arn", "Resource: !GetAtt Nothing.Arn"),
        format!("{}.Resource refers to Nothing, which is not a resource of type {types}", statement(0))
    );
    assert_eq!(
        error("${Items.Arn}/index", "${Nothing.Arn}/index"),
        format!("{}.Resource.1 refers to Nothing, which is not a resource of type {types}", statement(1))
    );
}

#[test]
fn resource_of_a_permission_must_be_of_a_known_form() {
    for (from, to) in [
        ("Resource: \"*\"", "Resource: arn:aws:sqs:eu:1:q"),
        ("${Items.Arn}/index/*", "${Items.Arn}"),
        ("${Items.Arn}/index/*", "${Later.Arn}/index/*"),
        ("${Items.Arn}/index/*", "${Items.Arn}/stream/*"),
        ("${Others.Arn}${RestoredTablesSuffix}/", "${Others.Arn}${Endpoint}/"),
        ("${Others.Arn}${RestoredTablesSuffix}\n", "${Others}${RestoredTablesSuffix}\n"),
        ("${Others.Arn}${RestoredTablesSuffix}\n", "${Later.Arn}${RestoredTablesSuffix}\n"),
        // One of the two branches is no domain.
        ("!GetAtt Domain.Arn", "!GetAtt Later.Arn"),
        (":es:eu:1:domain/", ":sqs:eu:1:domain/"),
    ] {
        let error = error(from, to);
        assert!(error.contains(" must be *, or the Arn of a table, an index, a queue"), "{to}: {error}");
    }
}

#[test]
fn statement_that_is_more_than_a_permission_is_rejected() {
    let xray = r#"Action: xray:PutTraceSegments, Resource: "*""#;
    assert_eq!(
        error(&format!("Effect: Allow, {xray}"), &format!("Effect: Deny, {xray}")),
        format!("{}.Effect must be Allow", statement(4))
    );
    assert_eq!(
        error(xray, &format!("{xray}, Condition: {{}}")),
        format!("{} must be a statement of Effect, Action and Resource", statement(4))
    );
    assert_eq!(
        error("- !Ref AWS::NoValue\n", "- !Ref Key\n"),
        format!("{} must be !If [<condition>, <statement>, !Ref AWS::NoValue]", statement(5))
    );
    assert_eq!(
        error("xray:PutTraceSegments", "xray:*"),
        format!("{}.Action must be an action without wildcards", statement(4))
    );
}

#[test]
fn managed_policies_are_rejected() {
    assert_eq!(
        error("      Policies:", "      ManagedPolicyArns: []\n      Policies:"),
        "Resources.AddItemRole.Properties.ManagedPolicyArns must be replaced by inline policies"
    );
}

#[test]
fn unknown_function_is_rejected() {
    assert_eq!(
        error("COUNT: 3", "COUNT: !Join [\"\", [a, b]]"),
        "Resources.AddItem.Properties.Environment.Variables.COUNT must be a literal, !Ref, !GetAtt, !Sub or !If"
    );
}

#[test]
fn wrong_values_of_tables_and_queues_are_rejected() {
    let index = "Resources.Items.Properties.GlobalSecondaryIndexes.0";
    assert_eq!(
        error("AttributeName: number, KeyType", "AttributeName: size, KeyType"),
        format!("{index}.KeySchema.1.AttributeName must be in AttributeDefinitions")
    );
    assert_eq!(
        error("KEYS_ONLY", "INCLUDE"),
        format!("{index}.Projection.ProjectionType must be ALL or KEYS_ONLY")
    );
    assert_eq!(
        error("TableName: !Sub ${AWS::StackName}-items", "TableName: items"),
        "Resources.Items.Properties.TableName must be !Sub ${AWS::StackName}-<name>"
    );
    assert_eq!(
        error("VisibilityTimeout: 45", "VisibilityTimeout: -1"),
        "Resources.Dead.Properties.VisibilityTimeout must be a whole number in range"
    );
}

#[test]
fn gateway_response_needs_a_code() {
    assert_eq!(
        error(r#""code""#, r#""kind""#),
        "Resources.Api.Properties.GatewayResponses.THROTTLED.ResponseTemplates.application/json must be a \
         JSON object with a code"
    );
}
