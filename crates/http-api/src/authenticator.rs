use access_tokens::SigningKeys;
use conversation::{ApplicationId, Caller, Problem};
use function_environment::{ConfigError, Variables};
use tracing::Span;

use crate::{AdminKeys, ApiProblem, ApiRequest, Code, FieldError};

/// In a path, it stands for the application of the token in the header `Authorization`.
const SELF: &str = "self";

/// Finds out who a request comes from, without a call to any store.
#[derive(Debug, Clone)]
pub struct Authenticator {
    pub signing_keys: SigningKeys,
    pub admin_keys: AdminKeys,
}

impl Authenticator {
    /// Reads `TOKEN_SIGNING_KEYS` and `ADMIN_KEY_SHA256`.
    ///
    /// # Errors
    /// [`ConfigError`] if one of them is missing or malformed.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        Ok(Self {
            signing_keys: SigningKeys::from_variables(variables)?,
            admin_keys: AdminKeys::from_variables(variables)?,
        })
    }

    /// The caller of a tenant's route: the holder of the application's token, or the operator, who sends an admin key and
    /// the application's id. Whether the token was revoked is not known yet.
    ///
    /// # Errors
    /// - [`Code::ApplicationNotFound`]: the token was not issued by this deployment.
    /// - [`Code::TokenRequired`]: the path has `self`, and there is no token in the header.
    /// - [`Code::AdminKeyRequired`]: the path has an id, and there is no admin key in the header. Also in an open deployment:
    ///   ids are public, so an id alone grants nothing.
    /// - [`Code::MalformedParameter`]: the token in the path is not the one in the header.
    pub fn tenant(&self, request: &ApiRequest) -> Result<Caller, ApiProblem> {
        let caller = self.caller(request)?;
        if caller.token_version.is_none() && !self.admin_keys.has_key(request) {
            return Err(Code::AdminKeyRequired.into());
        }
        log_application(&caller);
        Ok(caller)
    }

    /// The caller of an operator's route, which has the application's token or its id in the path.
    ///
    /// # Errors
    /// [`Code::AdminKeyRequired`] without an admin key, unless the deployment is open. Else as [`Authenticator::tenant`].
    pub fn operator(&self, request: &ApiRequest) -> Result<Caller, ApiProblem> {
        self.admin_keys.check(request)?;
        let caller = self.caller(request)?;
        log_application(&caller);
        Ok(caller)
    }

    /// The application that the request names, by token or by id.
    fn caller(&self, request: &ApiRequest) -> Result<Caller, ApiProblem> {
        let in_path = request.path_parameter("token");
        let in_header = request.bearer();
        if in_path == SELF {
            let token = in_header.ok_or(Code::TokenRequired)?;
            return Ok(self.signing_keys.verify(token).ok_or(Problem::ApplicationNotFound)?);
        }
        if let Some(caller) = self.signing_keys.verify(in_path) {
            let other = in_header.and_then(|token| self.signing_keys.verify(token));
            return match other {
                Some(other) if other != caller => {
                    let error = FieldError::new("Authorization", "must not have another token than the path");
                    Err(ApiProblem::malformed_parameter(vec![error]))
                }
                _ => Ok(caller),
            };
        }
        let application = ApplicationId::parse(in_path).map_err(|_| Problem::ApplicationNotFound)?;
        Ok(Caller { application, token_version: None })
    }
}

/// Adds the application to every further line of the request.
fn log_application(caller: &Caller) {
    Span::current().record("application", caller.application.as_str());
}

#[cfg(test)]
mod tests {
    use conversation::TokenVersion;

    use super::*;
    use crate::fixture::{self, authenticator};

    /// SHA-256 of "swordfish", as `sha256sum` prints it.
    const SWORDFISH: &str = "b9f195c5cc7ef6afadbfbc42892ad47d3b24c6bc94bb510c4564a90a14e8b799";

    fn request(path: &str, authorization: Option<&str>) -> ApiRequest {
        ApiRequest {
            path_parameters: [("token".to_owned(), path.to_owned())].into(),
            authorization: authorization.map(str::to_owned),
            ..ApiRequest::default()
        }
    }

    /// Who the request comes from, or the code of the problem.
    fn tenant(path: &str, authorization: Option<&str>) -> Result<Caller, Code> {
        let authenticator = authenticator(SWORDFISH);
        authenticator.tenant(&request(path, authorization)).map_err(|problem| problem.code)
    }

    fn id() -> ApplicationId {
        ApplicationId::from_bytes([7; 16])
    }

    fn token(version: u32) -> String {
        fixture::token(&id(), version)
    }

    fn holder(version: u32) -> Caller {
        Caller { application: id(), token_version: Some(TokenVersion::new(version)) }
    }

    #[test]
    fn an_open_deployment_needs_no_admin_key() {
        let open = authenticator("open");
        let operator = Caller { application: id(), token_version: None };
        assert_eq!(open.operator(&request(id().as_str(), None)), Ok(operator));
        // But ids are public, and grant no access to chats.
        let refused = open.tenant(&request(id().as_str(), Some("Bearer swordfish"))).unwrap_err();
        assert_eq!(refused.code, Code::AdminKeyRequired);
    }

    #[test]
    fn a_token_works_in_the_path_and_in_the_header() {
        let (token, bearer) = (token(3), format!("Bearer {}", token(3)));
        assert_eq!(tenant(&token, None), Ok(holder(3)));
        assert_eq!(tenant("self", Some(&bearer)), Ok(holder(3)));
        assert_eq!(tenant(&token, Some(&bearer)), Ok(holder(3)));
        // It is no token, so it is not another one.
        assert_eq!(tenant(&token, Some("Bearer swordfish")), Ok(holder(3)));
    }

    #[test]
    fn two_different_tokens_are_refused() {
        let other = format!("Bearer {}", token(4));
        assert_eq!(tenant(&token(3), Some(&other)), Err(Code::MalformedParameter));
    }

    #[test]
    fn self_needs_a_token_in_the_header() {
        assert_eq!(tenant("self", None), Err(Code::TokenRequired));
        assert_eq!(tenant("self", Some("Basic eDp5")), Err(Code::TokenRequired));
        assert_eq!(tenant("self", Some("Bearer swordfish")), Err(Code::ApplicationNotFound));
        assert_eq!(tenant("self", Some("Bearer self")), Err(Code::ApplicationNotFound));
    }

    #[test]
    fn an_id_needs_an_admin_key() {
        let operator = Caller { application: id(), token_version: None };
        assert_eq!(tenant(id().as_str(), Some("Bearer swordfish")), Ok(operator));
        assert_eq!(tenant(id().as_str(), None), Err(Code::AdminKeyRequired));
        let bearer = format!("Bearer {}", token(3));
        assert_eq!(tenant(id().as_str(), Some(&bearer)), Err(Code::AdminKeyRequired));
    }

    #[test]
    fn what_was_never_issued_is_not_found() {
        let token = token(3);
        let of_another_id = {
            let keys = authenticator("open").signing_keys;
            let other = keys.issue(&ApplicationId::from_bytes([8; 16]), TokenVersion::new(3));
            // 20 signed bytes are 26 characters and a part of the next one.
            format!("{}{}", &token[..26], &other.expose()[26..])
        };
        for text in ["", "x", "Self", &token[..63], &format!("{token}A"), &of_another_id] {
            assert_eq!(tenant(text, None), Err(Code::ApplicationNotFound), "{text}");
        }
    }

    #[test]
    fn an_operators_route_needs_the_admin_key() {
        let authenticator = authenticator(SWORDFISH);
        let operator = |path: &str, header| {
            authenticator.operator(&request(path, header)).map_err(|problem| problem.code)
        };
        let bearer = format!("Bearer {}", token(3));
        assert_eq!(operator(&token(3), Some("Bearer swordfish")), Ok(holder(3)));
        assert_eq!(operator(&token(3), None), Err(Code::AdminKeyRequired));
        assert_eq!(operator("self", Some(&bearer)), Err(Code::AdminKeyRequired));
        assert_eq!(operator("x", None), Err(Code::AdminKeyRequired), "an unknown caller learns nothing");
        assert_eq!(operator("x", Some("Bearer swordfish")), Err(Code::ApplicationNotFound));
    }
}
