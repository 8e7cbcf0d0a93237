//! Each form that the reader understands, in a small template.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::{
    Alarm, Attribute, AttributeType, Dashboard, Expression, Fifo, Function, Index, Key, Metric, Parameter,
    Projection, QueueEvent, Redrive, Resource, Template,
};

fn template() -> Template {
    Template::parse(include_str!("small.yaml")).unwrap()
}

fn function() -> Function {
    template().function("add-item").unwrap().clone()
}

fn reference(id: &str) -> Expression {
    Expression::Reference(id.into())
}

#[test]
fn routes_keep_any_apart_from_methods() {
    let routes = function().routes;
    assert_eq!(routes.paths().collect::<Vec<_>>(), [("/items", vec!["POST"])]);
    assert!(routes.takes_any("/items"));
    assert!(!routes.takes_any("/"));
    assert_eq!(template().routes(), routes);
}

#[test]
fn function_without_any_takes_only_its_methods() {
    let text = include_str!("small.yaml").replace("Method: ANY", "Method: GET");
    let routes = Template::parse(&text).unwrap().routes();
    assert_eq!(routes.paths().collect::<Vec<_>>(), [("/items", vec!["GET", "POST"])]);
    assert!(!routes.takes_any("/items"));
}

#[test]
fn queue_event_names_its_queue() {
    let event = QueueEvent {
        queue: "Later".into(),
        batch_size: 7,
        batching_window: Duration::ZERO,
        reports_batch_item_failures: false,
        maximum_concurrency: None,
    };
    assert_eq!(function().queue_events, [event]);
}

#[test]
fn queue_event_may_limit_its_concurrency() {
    for (value, expected) in [("20", 20), ("!Ref Limit", 10)] {
        let limited = format!("BatchSize: 7, ScalingConfig: {{ MaximumConcurrency: {value} }}");
        let text = include_str!("small.yaml").replace("BatchSize: 7", &limited);
        let function = Template::parse(&text).unwrap().functions.remove(0);
        assert_eq!(function.queue_events[0].maximum_concurrency, Some(expected), "{value}");
    }
}

#[test]
fn queue_event_may_gather_messages() {
    let gathering = "BatchSize: 7, MaximumBatchingWindowInSeconds: 3";
    let text = include_str!("small.yaml").replace("BatchSize: 7", gathering);
    let function = Template::parse(&text).unwrap().functions.remove(0);
    assert_eq!(function.queue_events[0].batching_window, Duration::from_secs(3));
}

#[test]
fn variables_of_a_function_override_globals() {
    let domain = Expression::If {
        condition: "Make".into(),
        then: Box::new(Expression::Substitution {
            text: "https://${Domain.DomainEndpoint}".into(),
            values: BTreeMap::new(),
        }),
        otherwise: Box::new(reference("Endpoint")),
    };
    let others =
        Expression::Substitution { text: "${Others}${RestoredTablesSuffix}".into(), values: BTreeMap::new() };
    let expected = [
        ("COUNT", Expression::Text("3".into())),
        ("DOMAIN", domain),
        ("ITEMS_TABLE", reference("Items")),
        ("MODE", Expression::Text("own".into())),
        ("ORIGIN", reference("Endpoint")),
        ("OTHERS_TABLE", others),
    ];
    let function = function();
    assert_eq!(function.variables, expected.map(|(name, value)| (name.to_owned(), value)).into());
    assert_eq!((function.timeout, function.memory_mib), (Duration::from_secs(5), 256));
}

#[test]
fn log_levels_come_from_the_function_globals_or_lambda() {
    let function = function();
    assert_eq!((function.log_level.as_str(), function.system_log_level.as_str()), ("ERROR", "WARN"));
    assert!(function.is_traced);
    let text = include_str!("small.yaml").replace(", SystemLogLevel: !Ref Level", "");
    let plain = Template::parse(&text.replace("Tracing: Active", "Tracing: PassThrough")).unwrap();
    assert_eq!(plain.functions[0].system_log_level, "INFO");
    assert!(!plain.functions[0].is_traced);
}

#[test]
fn permissions_combine_each_action_with_each_resource() {
    let index = Resource::Index { table: "Items".into(), index: "*".into() };
    let expected = [
        ("dynamodb:Query", Resource::Table("Items".into())),
        ("dynamodb:Query", Resource::Table("Others".into())),
        ("dynamodb:Query", index),
        ("dynamodb:Query", Resource::Index { table: "Others".into(), index: "by-age".into() }),
        ("ec2:DescribeSubnets", Resource::Any),
        ("es:ESHttpPost", Resource::OpenSearch("items/_search".into())),
        ("logs:PutLogEvents", Resource::LogGroup("AddItemLogs".into())),
        ("sqs:DeleteMessage", Resource::Queue("Later".into())),
        ("sqs:SendMessage", Resource::Queue("Later".into())),
        ("xray:PutTraceSegments", Resource::Any),
    ];
    let function = function();
    let permissions = function.permissions.iter().map(|each| (each.action.as_str(), each.resource.clone()));
    assert_eq!(permissions.collect::<Vec<_>>(), expected);
}

#[test]
fn permission_may_depend_on_a_condition() {
    for permission in function().permissions {
        let condition = (permission.action == "ec2:DescribeSubnets").then(|| "Make".to_owned());
        assert_eq!(permission.condition, condition, "{}", permission.action);
    }
}

#[test]
fn tables_are_referred_to_with_and_without_a_suffix() {
    let variables = function().variables;
    assert_eq!(variables["ITEMS_TABLE"].referenced(), Some("Items"));
    assert_eq!(variables["OTHERS_TABLE"].referenced(), Some("Others"));
    assert_eq!(variables["DOMAIN"].referenced(), None);
    assert_eq!(variables["COUNT"].referenced(), None);
}

#[test]
fn wildcard_resources_cover_what_they_name() {
    let function = function();
    let index = |table: &str| Resource::Index { table: table.into(), index: "by-number".into() };
    assert!(function.allows("dynamodb:Query", &index("Items")));
    assert!(!function.allows("dynamodb:Query", &index("Others")));
    assert!(!function.allows("dynamodb:GetItem", &Resource::Table("Items".into())));
    assert!(!function.allows("sqs:SendMessage", &Resource::Queue("Dead".into())));
    assert!(function.allows("xray:PutTraceSegments", &Resource::Queue("Dead".into())));
}

#[test]
fn named_index_covers_only_itself() {
    let index = |index: &str| Resource::Index { table: "Items".into(), index: index.into() };
    assert!(index("by-number").covers(&index("by-number")));
    assert!(!index("by-number").covers(&index("by-owner")));
    assert!(!index("by-number").covers(&index("*")));
}

#[test]
fn table_has_its_keys_index_and_ttl() {
    let template = template();
    let table = template.table("Items").unwrap();
    let owner = Attribute { name: "owner".into(), kind: AttributeType::String };
    let number = Attribute { name: "number".into(), kind: AttributeType::Number };
    assert_eq!((table.id.as_str(), table.name.as_str()), ("Items", "items"));
    assert_eq!(table.key, Key { partition: owner.clone(), sort: None });
    assert_eq!(table.ttl_attribute.as_deref(), Some("until"));
    let key = Key { partition: owner, sort: Some(number) };
    let index = Index { name: "by-number".into(), key, projection: Projection::KeysOnly };
    assert_eq!(table.indexes, [index]);
}

#[test]
fn what_stays_when_removed_and_when_replaced_is_kept() {
    assert_eq!(template().kept, ["Items".to_owned()].into());
}

#[test]
fn disabled_ttl_is_no_ttl() {
    let text = include_str!("small.yaml").replace("Enabled: true", "Enabled: false");
    assert_eq!(Template::parse(&text).unwrap().table("Items").unwrap().ttl_attribute, None);
}

#[test]
fn queues_have_their_settings_or_the_defaults() {
    let template = template();
    let later = template.queue("Later").unwrap();
    assert_eq!((later.name.as_str(), later.fifo), ("later", None));
    assert_eq!(later.visibility_timeout, Duration::from_secs(30));
    assert_eq!(later.redrive, Some(Redrive { queue: "Dead".into(), max_receive_count: 4 }));
    let dead = template.queue("Dead").unwrap();
    let fifo = Fifo { deduplicates_per_group: true, throughput_per_group: false };
    assert_eq!((dead.name.as_str(), dead.fifo), ("dead.fifo", Some(fifo)));
    assert_eq!(dead.visibility_timeout, Duration::from_secs(45));
    assert_eq!(dead.redrive, None);
}

#[test]
fn alarms_have_their_metrics_and_no_expressions() {
    let later = Expression::Attribute { resource: "Later".into(), attribute: "QueueName".into() };
    let age = Metric {
        namespace: "AWS/SQS".into(),
        name: "Age".into(),
        dimensions: [("QueueName".to_owned(), later)].into(),
    };
    let errors =
        Metric { namespace: "AWS/Lambda".into(), name: "Errors".into(), dimensions: BTreeMap::new() };
    let alarm = |id: &str, name: &str, description: &str, metric| Alarm {
        id: id.into(),
        name: name.into(),
        description: description.into(),
        metrics: vec![metric],
    };
    let late = alarm("LateAlarm", "late", "Late.", age);
    assert_eq!(template().alarms, [late, alarm("FailuresAlarm", "failures", "Failures.", errors)]);
    let body = Expression::Text("{}".into());
    assert_eq!(template().dashboards, [Dashboard { id: "Dashboard".into(), body }]);
}

#[test]
fn aliases_are_resolved() {
    let template = template();
    let [throttled, quota] = &*template.gateway_responses else { panic!() };
    assert_eq!((throttled.kind.as_str(), quota.kind.as_str()), ("THROTTLED", "QUOTA_EXCEEDED"));
    for response in [throttled, quota] {
        assert_eq!((response.status, response.code.as_str()), (429, "too_many_requests"));
        assert_eq!(response.body, r#"{"code": "too_many_requests", "request_id": "$context.requestId"}"#);
    }
}

#[test]
fn parameters_have_an_optional_default_and_pattern() {
    let parameter = |name: &str, default: Option<&str>| Parameter {
        name: name.into(),
        default: default.map(ToOwned::to_owned),
        allowed_pattern: (name == "Key").then(|| "[a-z]*".to_owned()),
    };
    let expected = [("Endpoint", Some("")), ("Key", None), ("Limit", Some("10")), ("Level", Some("WARN"))];
    let expected = expected.map(|(name, default)| parameter(name, default));
    assert_eq!(template().parameters, expected);
}
