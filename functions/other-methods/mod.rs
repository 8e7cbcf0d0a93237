//! Every method that a path has no route of its own for, and CORS preflights.

mod methods;

use http_api::{ApiError, ApiProblem, ApiRequest, Code, Cors, Endpoint, Reply};

#[derive(Debug, Clone)]
pub struct Handler {
    /// Who may use the API from a browser; `None` if nobody may.
    pub cors: Option<Cors>,
}

impl Endpoint for Handler {
    const NAME: &'static str = "other-methods";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        // API Gateway sends only paths of the template here.
        let methods = methods::for_path(request.route()).ok_or(Code::InternalError)?;
        match &self.cors {
            Some(cors) if request.is_options() => Ok(cors.preflight(methods)),
            Some(_) => Err(ApiProblem::method_not_allowed(&format!("{methods}, OPTIONS")).into()),
            None => Err(ApiProblem::method_not_allowed(methods).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_api::fixture::Event;
    use http_api::respond;

    use super::*;

    #[tokio::test]
    async fn the_reply_names_the_methods_of_the_path() {
        let handler = Handler { cors: None };
        let response = respond(&handler, None, Event::new("DELETE /applications", &[]).into()).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["allow"]),
            (405, &"GET, POST".parse().unwrap())
        );
    }

    #[tokio::test]
    async fn only_an_open_api_answers_preflights() {
        let preflight = || Event::new("OPTIONS /applications", &[]).into();
        let closed = Handler { cors: None };
        assert_eq!(respond(&closed, None, preflight()).await.status(), 405);
        let variables = function_environment::Variables::from_iter([("CORS_ALLOWED_ORIGIN", "*")]);
        let open = Handler { cors: Cors::from_variables(&variables).unwrap() };
        let response = respond(&open, None, preflight()).await;
        assert_eq!(
            (response.status().as_u16(), &response.headers()["access-control-allow-methods"]),
            (204, &"GET, POST".parse().unwrap())
        );
        let refused = respond(&open, None, Event::new("DELETE /applications", &[]).into()).await;
        assert_eq!(refused.headers()["allow"], "GET, POST, OPTIONS");
    }

    #[tokio::test]
    async fn a_path_that_no_route_has_is_an_internal_error() {
        let response = respond(&Handler { cors: None }, None, Event::new("GET /nothing", &[]).into()).await;
        assert_eq!(response.status(), 500);
    }
}
