"use strict";

SwaggerUIBundle({
  dom_id: "#reference",
  // One folder above this script, whatever stage or path the API is behind.
  url: new URL("../openapi.json", document.currentScript.src).href,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  // The badge would come from another host.
  validatorUrl: null,
});
