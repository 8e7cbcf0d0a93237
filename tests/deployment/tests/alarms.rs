//! Alarms and dashboard: what they watch is in the template, and docs/operations.md says what to do.

use std::collections::BTreeSet;

use deployment::template;
use deployment_template::{Expression, Metric, Template};

const OPERATIONS: &str = include_str!("../../../docs/operations.md");
const LOGGING: &str = include_str!("../../../docs/logging.md");
const DEPLOYMENT: &str = include_str!("../../../.github/workflows/deploy.yml");
/// Source: `RollbackTriggers` of CloudFormation's `RollbackConfiguration`.
const MOST_ROLLBACK_TRIGGERS: usize = 5;

/// The headings of the section `## Alarms` of docs/operations.md.
fn sections() -> BTreeSet<&'static str> {
    let (_, alarms) = OPERATIONS.split_once("\n## Alarms\n").unwrap();
    let alarms = alarms.split_once("\n## ").map_or(alarms, |(alarms, _)| alarms);
    alarms.lines().filter_map(|line| line.strip_prefix("### ")).collect()
}

#[test]
fn every_alarm_has_a_section_that_says_what_to_do_and_every_section_an_alarm() {
    let template = template();
    let alarms: BTreeSet<&str> = template.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    assert_eq!(alarms, sections());
    for alarm in &template.alarms {
        let reference = format!(" See {} in docs/operations.md.", alarm.name);
        assert!(alarm.description.ends_with(&reference), "{}: {}", alarm.name, alarm.description);
    }
}

#[test]
fn the_alarms_that_roll_a_release_back_exist() {
    let template = template();
    let named = DEPLOYMENT
        .lines()
        .find_map(|line| line.trim().strip_prefix("- run: .ci/stack deploy \"$STACK\" "))
        .unwrap();
    let alarms: BTreeSet<&str> = template.alarms.iter().map(|alarm| alarm.name.as_str()).collect();
    let triggers: BTreeSet<&str> = named.split(' ').collect();
    assert!(triggers.is_subset(&alarms), "{triggers:?}");
    assert!(triggers.contains("api-errors"), "{triggers:?}");
    assert!(triggers.len() <= MOST_ROLLBACK_TRIGGERS, "{triggers:?}");
}

/// Whether a dimension's value is something of the template that has such metrics.
fn exists(template: &Template, metric: &Metric, dimension: &str, value: &Expression) -> bool {
    let stack = || *value == Expression::Reference("AWS::StackName".to_owned());
    match (metric.namespace.as_str(), dimension, value) {
        ("AWS/SQS", "QueueName", Expression::Attribute { resource, attribute }) => {
            template.queue(resource).is_some() && attribute == "QueueName"
        }
        ("AWS/Lambda", "FunctionName", Expression::Reference(id)) => {
            template.functions.iter().any(|function| function.id == *id)
        }
        ("AWS/DynamoDB", "TableName", table) => {
            table.referenced().is_some_and(|id| template.table(id).is_some())
        }
        ("AWS/DynamoDB", "Operation", Expression::Text(operation)) => {
            let action = format!("dynamodb:{operation}");
            let allowed = template.functions.iter().flat_map(|function| &function.permissions);
            allowed.into_iter().any(|permission| permission.action == action)
        }
        ("AWS/ApiGateway", "Stage", Expression::Text(stage)) => stage == "v1",
        ("AWS/ES", "DomainName", Expression::If { condition, .. }) => condition == "MakeDomain",
        ("AWS/ES", "ClientId", Expression::Reference(account)) => account == "AWS::AccountId",
        ("AWS/ApiGateway", "ApiName", _) | ("Chatlog", "stack", _) => stack(),
        ("Chatlog", "function", Expression::Text(name)) => template.function(name).is_some(),
        _ => false,
    }
}

#[test]
fn every_alarm_watches_something_of_the_template() {
    let template = template();
    for alarm in &template.alarms {
        assert!(!alarm.metrics.is_empty(), "{}", alarm.name);
        for metric in &alarm.metrics {
            // All functions of an account share its concurrent invocations.
            let of_account = ["ClaimedAccountConcurrency", "Throttles"].contains(&&*metric.name);
            assert_eq!(metric.dimensions.is_empty(), of_account, "{}: {metric:?}", alarm.name);
            let is_ours = metric.namespace == "Chatlog";
            assert!(
                !is_ours || LOGGING.contains(&format!("`{}`", metric.name)),
                "{}: {metric:?}",
                alarm.name
            );
            for (dimension, value) in &metric.dimensions {
                assert!(exists(template, metric, dimension, value), "{}: {dimension} {value:?}", alarm.name);
            }
        }
    }
}

/// A queue whose records wait forever, or die, must not go unnoticed.
#[test]
fn every_queue_has_an_alarm() {
    let template = template();
    for queue in &template.queues {
        let watched = Expression::Attribute { resource: queue.id.clone(), attribute: "QueueName".to_owned() };
        let of_queue = |metric: &&Metric| metric.dimensions.get("QueueName") == Some(&watched);
        let metrics = template.alarms.iter().flat_map(|alarm| &alarm.metrics).filter(of_queue);
        let expected = if template
            .queues
            .iter()
            .any(|other| other.redrive.as_ref().is_some_and(|redrive| redrive.queue == queue.id))
        {
            "ApproximateNumberOfMessagesVisible"
        } else {
            "ApproximateAgeOfOldestMessage"
        };
        let names: BTreeSet<&str> = metrics.map(|metric| metric.name.as_str()).collect();
        assert_eq!(names, [expected].into(), "{}", queue.id);
    }
}

#[test]
fn the_dashboard_is_json_and_shows_every_function_queue_and_table() {
    let template = template();
    let [dashboard] = &*template.dashboards else { panic!() };
    let Expression::Substitution { text, values } = &dashboard.body else { panic!("{dashboard:?}") };
    let mut shown = BTreeSet::new();
    for (_, rest) in text.match_indices("${").map(|(start, _)| text.split_at(start)) {
        let name = rest.trim_start_matches("${").split_once('}').unwrap().0;
        let resource = match values.get(name) {
            Some(value) => value.referenced().unwrap_or(name),
            None => name.strip_suffix(".QueueName").unwrap_or(name),
        };
        shown.insert(resource.to_owned());
    }
    let functions = template.functions.iter().map(|function| function.id.clone());
    let queues = template.queues.iter().map(|queue| queue.id.clone());
    let tables = template.tables.iter().map(|table| table.id.clone());
    let others = ["AWS::AccountId", "AWS::Region", "AWS::StackName", "DomainName"].map(ToOwned::to_owned);
    assert_eq!(shown, functions.chain(queues).chain(tables).chain(others).collect());

    let body: serde_json::Value = serde_json::from_str(text).unwrap();
    for widget in body["widgets"].as_array().unwrap() {
        assert!(widget["properties"]["metrics"].is_array(), "{widget}");
        assert!(widget["properties"]["title"].is_string(), "{widget}");
    }
}
