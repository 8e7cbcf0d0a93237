use saphyr::ScanError;

/// Why a template cannot be read.
///
/// `place` is the path of keys to a value, such as `Resources.Read.Properties.Timeout`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    #[error("the template is not valid YAML: {0}")]
    Yaml(#[from] ScanError),
    #[error("{place} is missing")]
    Missing { place: String },
    #[error("{place} must be {expected}")]
    Unexpected { place: String, expected: &'static str },
    #[error("{place} refers to {id}, which is not a resource of type {expected}")]
    NoSuchResource { place: String, id: String, expected: &'static str },
}

pub(crate) type Result<T, E = TemplateError> = std::result::Result<T, E>;
