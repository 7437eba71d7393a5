// The API's own page: Swagger UI over our own OpenAPI document, from our own files.
window.addEventListener("DOMContentLoaded", () => {
  const proof = document.querySelector("meta[name=csrf]").content;
  window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#api",
    deepLinking: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (proof) request.headers["X-Kinoloop-Csrf"] = proof;
      return request;
    },
  });
});
