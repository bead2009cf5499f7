package openapi

import (
	"errors"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// MaxSize is the largest document, bytes ("Quotas for REST APIs": 6 MB).
const MaxSize = 6 << 20

// ErrForm is returned for what is no OpenAPI document.
var ErrForm = errors.New("openapi: not a Swagger 2.0 or OpenAPI 3.0 document")

// Document is an API as a document describes it. A nil member is one that the
// document says nothing of.
type Document struct {
	Title, Version, Description string
	// BasePath is the path of basePath or of the first server, "" or "/..."
	BasePath string

	BinaryMediaTypes       []string
	MinimumCompressionSize *int32
	APIKeySource           *string
	Policy                 *string // JSON
	Endpoint               *Endpoint

	Models           []api.Model // without ids; schemas refer to models by ModelURL
	Validators       []api.RequestValidator
	Authorizers      []api.Authorizer
	GatewayResponses []api.GatewayResponse
	Operations       []Operation

	// Warnings say what the document has and the API will not.
	Warnings []string
}

// Endpoint is the extension x-amazon-apigateway-endpoint-configuration.
type Endpoint struct {
	VPCEndpointIDs []string
	IPAddressType  *string
	DisableExecute *bool
}

// Operation is a method with all that belongs to it. Authorizer and validator
// are by name.
type Operation struct {
	Path, Verb            string
	Method                api.Method
	Authorizer, Validator string
}

// ModelURL is what a schema refers to another model by.
func ModelURL(apiID, name string) string {
	return "https://apigateway.amazonaws.com/restapis/" + apiID + "/models/" + name
}
