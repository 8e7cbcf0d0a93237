"use strict";

SwaggerUIBundle({
  dom_id: "#reference",
  // Resolved against the URL of this script, so it works behind any stage and path.
  url: new URL("../openapi.json", document.currentScript.src).href,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // The validator badge would load from another host.
  validatorUrl: null,
});
