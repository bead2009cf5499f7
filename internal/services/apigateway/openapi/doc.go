// Package openapi reads Swagger 2.0 and OpenAPI 3.0 documents, JSON or YAML,
// as API Gateway imports them, and writes them as it exports them: with the
// x-amazon-apigateway extensions ("Working with API Gateway extensions to
// OpenAPI" of the Developer Guide).
//
// Read turns a document into the structures of the API Gateway API. It checks
// the document's form only; whether methods, integrations and models are right
// is for the service to say. It never follows a reference out of the document,
// and bounds size and depth of what it takes.
package openapi
