use http::Method;

use crate::Node;

/// The members of a path item that are operations.
const METHODS: [Method; 8] = [
    Method::DELETE,
    Method::GET,
    Method::HEAD,
    Method::OPTIONS,
    Method::PATCH,
    Method::POST,
    Method::PUT,
    Method::TRACE,
];

/// An operation of the document.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: Method,
    /// The path with its parameters in braces.
    pub path: &'static str,
    pub node: Node,
    /// What applies to all methods of the path.
    item: Node,
}

impl Operation {
    /// All operations, in the order of the document.
    pub fn all() -> Vec<Self> {
        Node::at("/paths").members().flat_map(|(path, item)| Self::of_path(path, &item)).collect()
    }

    fn of_path(path: &'static str, item: &Node) -> Vec<Self> {
        let operation = |method: Method| {
            let node = item.get(&method.as_str().to_ascii_lowercase())?;
            Some(Self { method, path, node, item: item.clone() })
        };
        METHODS.into_iter().filter_map(operation).collect()
    }

    /// The operation that a request belongs to: its method, and its path relative to the API's base URL. `None` if there is
    /// none.
    pub fn of_request(method: &Method, path: &str) -> Option<Self> {
        Self::matching(path)?.into_iter().find(|operation| operation.method == *method)
    }

    /// The operations of the path that a request to `path` belongs to. `None` if no path matches.
    pub(crate) fn matching(path: &str) -> Option<Vec<Self>> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
        let matches = |template: &str| {
            let wanted: Vec<&str> = template.split('/').collect();
            wanted.len() == segments.len()
                && wanted.iter().zip(&segments).all(|(wanted, real)| wanted == real || is_parameter(wanted))
        };
        let parameters = |template: &str| template.split('/').filter(|segment| is_parameter(segment)).count();
        let (template, item) = Node::at("/paths")
            .members()
            .filter(|(template, _)| matches(template))
            .min_by_key(|(template, _)| parameters(template))?;
        Some(Self::of_path(template, &item))
    }

    /// Method and path, for messages.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn id(&self) -> &'static str {
        self.node.value["operationId"].as_str().unwrap_or_default()
    }

    /// Whether a tenant may call it, with its token, for its application.
    pub fn is_of_tenant(&self) -> bool {
        self.takes("token")
    }

    /// Whether only the operator may call it, with the admin key.
    pub fn is_of_operator(&self) -> bool {
        self.takes("adminKey") && !self.takes("token")
    }

    /// Whether it takes the credential of this security scheme.
    fn takes(&self, scheme: &str) -> bool {
        let security = self.node.get("security");
        security.is_some_and(|schemes| schemes.items().any(|allowed| allowed.get(scheme).is_some()))
    }

    /// Where each parameter stands, such as `path`, and its name.
    pub fn parameters(&self) -> Vec<(&'static str, &'static str)> {
        let lists = [&self.item, &self.node].into_iter().filter_map(|node| node.get("parameters"));
        let text = |node: &Node, name: &str| node.value[name].as_str().unwrap();
        lists
            .flat_map(|list| list.items().collect::<Vec<_>>())
            .map(|parameter| (text(&parameter, "in"), text(&parameter, "name")))
            .collect()
    }

    /// The responses by status.
    pub fn responses(&self) -> Vec<(&'static str, Node)> {
        self.node.get("responses").unwrap().members().collect()
    }
}

fn is_parameter(segment: &str) -> bool {
    segment.starts_with('{')
}
