//! What `template.yaml` routes to the functions: each path of the API and its methods.
//!
//! The template is the one place where a route is written down. What has to know them all, a program
//! when it is built or a test, reads them here.

mod scalars;

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::ScanError;
use scalars::{Scalar, scalars};

/// The word for every method that a path has no route of its own for.
pub const ANY: &str = "ANY";

/// Why a template's routes cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the template is no YAML: {0}")]
    Yaml(#[from] ScanError),
    #[error("the event {0} has no Path or no Method")]
    HalfARoute(String),
}

/// The routes of a SAM template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Routes(BTreeMap<String, BTreeSet<String>>);

impl Routes {
    /// Reads the events of type `Api` of all functions.
    ///
    /// # Errors
    /// [`Unreadable`], where it is no YAML or an event of this type is no route.
    pub fn of(template: &str) -> Result<Self, Unreadable> {
        let mut events: BTreeMap<(String, String), Event> = BTreeMap::new();
        for Scalar { keys, value } in scalars(template)? {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let ["Resources", function, "Properties", "Events", name, rest @ ..] = keys.as_slice() else {
                continue;
            };
            let event = events.entry(((*function).to_owned(), (*name).to_owned())).or_default();
            match rest {
                ["Type"] => event.kind = Some(value),
                ["Properties", "Path"] => event.path = Some(value),
                ["Properties", "Method"] => event.method = Some(value.to_ascii_uppercase()),
                _ => {}
            }
        }
        let mut routes = Self::default();
        for ((function, name), Event { kind, path, method }) in events {
            if kind.as_deref() == Some("Api") {
                let (Some(path), Some(method)) = (path, method) else {
                    return Err(Unreadable::HalfARoute(format!("{function}.{name}")));
                };
                routes.0.entry(path).or_default().insert(method);
            }
        }
        Ok(routes)
    }

    /// Every path with the methods that have a route of their own there, each in order.
    pub fn paths(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        self.0.iter().map(|(path, methods)| {
            let own = methods.iter().map(String::as_str).filter(|method| *method != ANY);
            (path.as_str(), own.collect())
        })
    }

    /// Whether every method has a route at `path`.
    #[must_use]
    pub fn takes_any(&self, path: &str) -> bool {
        self.0.get(path).is_some_and(|methods| methods.contains(ANY))
    }
}

/// What an event of a function says, as far as a route needs it.
#[derive(Default)]
struct Event {
    kind: Option<String>,
    path: Option<String>,
    method: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_events_of_the_api_are_routes() {
        let template = r#"
Resources:
  Table: { Type: AWS::DynamoDB::Table, Properties: { TableName: !Sub "${AWS::StackName}-t" } }
  Read:
    Properties:
      Events:
        One: { Type: Api, Properties: { RestApiId: !Ref Api, Method: get, Path: "/a/{b}" } }
        Two:
          Type: Api
          Properties:
            Method: ANY
            Path: "/a/{b}"
        Queue: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } }
  Write:
    Properties:
      Events:
        Post: { Type: Api, Properties: { Method: POST, Path: "/a/{b}" } }
        List: { Type: Api, Properties: { Method: GET, Path: "/a" } }
"#;
        let routes = Routes::of(template).unwrap();
        let paths: Vec<_> = routes.paths().collect();
        assert_eq!(paths, [("/a", vec!["GET"]), ("/a/{b}", vec!["GET", "POST"])]);
        assert!(routes.takes_any("/a/{b}"));
        assert!(!routes.takes_any("/a"));
        assert!(!routes.takes_any("/b"));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        assert!(matches!(Routes::of("a: [").unwrap_err(), Unreadable::Yaml(_)));
        let half =
            "Resources: { F: { Properties: { Events: { E: { Type: Api, Properties: { Path: /a } } } } } }";
        assert_eq!(Routes::of(half).unwrap_err(), Unreadable::HalfARoute("F.E".into()));
    }
}
