use crate::error::Result;
use crate::node::{Node, parse};

/// A response that API Gateway gives without a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayResponse {
    /// The type, such as `THROTTLED`.
    pub kind: String,
    pub status: u16,
    /// The JSON body, with variables such as `$context.requestId` inside of texts.
    pub body: String,
    /// The problem code in the body, such as `too_many_requests`.
    pub code: String,
}

impl GatewayResponse {
    pub(crate) fn read_all(api: &Node<'_>) -> Result<Vec<Self>> {
        let Some(responses) = api.find("Properties.GatewayResponses") else { return Ok(Vec::new()) };
        responses.entries()?.into_iter().map(|(kind, response)| Self::read(kind, &response)).collect()
    }

    fn read(kind: String, response: &Node<'_>) -> Result<Self> {
        let status = response.get("StatusCode")?;
        let body = response.get("ResponseTemplates.application/json")?;
        let text = body.text()?;
        // JSON is YAML.
        let code = parse(&text)?.as_mapping_get("code").and_then(|code| code.as_str().map(ToOwned::to_owned));
        Ok(Self {
            kind,
            status: status.text()?.parse().map_err(|_| status.unexpected("an HTTP status"))?,
            body: text,
            code: code.ok_or_else(|| body.unexpected("a JSON object with a code"))?,
        })
    }
}
