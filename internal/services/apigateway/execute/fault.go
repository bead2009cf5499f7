package execute

import (
	"errors"
)

// ResponseType is one of API Gateway's gateway responses.
type ResponseType uint8

// The gateway response types, in the order of the Developer Guide.
const (
	AccessDenied ResponseType = iota
	APIConfigurationError
	AuthorizerConfigurationError
	AuthorizerFailure
	BadRequestParameters
	BadRequestBody
	Default4XX
	Default5XX
	ExpiredToken
	IntegrationFailure
	IntegrationTimeout
	InvalidAPIKey
	InvalidSignature
	MissingAuthenticationToken
	QuotaExceeded
	RequestTooLarge
	ResourceNotFound
	Throttled
	Unauthorized
	UnsupportedMediaType
	WAFFiltered
	responseTypes int = iota
)

// responseTypeInfo is what the Developer Guide says of each type.
type responseTypeInfo struct {
	name   string
	status int
}

func (t ResponseType) info() responseTypeInfo {
	return [responseTypes]responseTypeInfo{
		AccessDenied:                 {"ACCESS_DENIED", 403},
		APIConfigurationError:        {"API_CONFIGURATION_ERROR", 500},
		AuthorizerConfigurationError: {"AUTHORIZER_CONFIGURATION_ERROR", 500},
		AuthorizerFailure:            {"AUTHORIZER_FAILURE", 500},
		BadRequestParameters:         {"BAD_REQUEST_PARAMETERS", 400},
		BadRequestBody:               {"BAD_REQUEST_BODY", 400},
		Default4XX:                   {"DEFAULT_4XX", 400},
		Default5XX:                   {"DEFAULT_5XX", 500},
		ExpiredToken:                 {"EXPIRED_TOKEN", 403},
		IntegrationFailure:           {"INTEGRATION_FAILURE", 504},
		IntegrationTimeout:           {"INTEGRATION_TIMEOUT", 504},
		InvalidAPIKey:                {"INVALID_API_KEY", 403},
		InvalidSignature:             {"INVALID_SIGNATURE", 403},
		MissingAuthenticationToken:   {"MISSING_AUTHENTICATION_TOKEN", 403},
		QuotaExceeded:                {"QUOTA_EXCEEDED", 429},
		RequestTooLarge:              {"REQUEST_TOO_LARGE", 413},
		ResourceNotFound:             {"RESOURCE_NOT_FOUND", 404},
		Throttled:                    {"THROTTLED", 429},
		Unauthorized:                 {"UNAUTHORIZED", 401},
		UnsupportedMediaType:         {"UNSUPPORTED_MEDIA_TYPE", 415},
		WAFFiltered:                  {"WAF_FILTERED", 403},
	}[t]
}

// String is AWS's name of the type.
func (t ResponseType) String() string { return t.info().name }

// Fault ends a request with a gateway response. Faults are values that are
// shared: never change one.
type Fault struct {
	Type ResponseType
	// Code is the header x-amzn-ErrorType.
	Code string
	// Message is $context.error.message; NoMessage says that it is null.
	Message   string
	NoMessage bool
	// Status is the status where it is not that of the type.
	Status int
	// MessageMember is the member of the default body, "message" if empty.
	MessageMember string
	// Spaced says that the default body has a space after its colon, as those
	// have that AWS makes after authorization.
	Spaced bool
	// Validation is $context.error.validationErrorString.
	Validation string
	// Reason is for traces and execution logs only.
	Reason string
	cause  error
}

func (f *Fault) Error() string {
	if f.Reason != "" {
		return f.Type.String() + ": " + f.Reason
	}
	return f.Type.String() + ": " + f.Message
}

func (f *Fault) Unwrap() error { return f.cause }

// status is the default status of the fault.
func (f *Fault) status() int {
	if f.Status != 0 {
		return f.Status
	}
	return f.Type.info().status
}

// because returns f with a reason for the trace.
func (f *Fault) because(reason string, cause error) *Fault {
	g := *f
	g.Reason, g.cause = reason, cause
	return &g
}

const internalServerError = "Internal server error"

// The faults, one for each gateway response that the gateway itself makes.
var (
	faultForbidden = &Fault{Type: AccessDenied, Code: "ForbiddenException", Message: "Forbidden"}

	faultMissingAuthenticationToken = &Fault{Type: MissingAuthenticationToken, Code: "MissingAuthenticationTokenException", Message: "Missing Authentication Token"}

	faultUnauthorized = &Fault{Type: Unauthorized, Code: "UnauthorizedException", Message: "Unauthorized"}
	// A token of a user pool that is over is UNAUTHORIZED, not EXPIRED_TOKEN,
	// which is for AWS credentials.
	faultTokenExpired = &Fault{Type: Unauthorized, Code: "UnauthorizedException", Message: "The incoming token has expired"}

	faultAuthorizerConfiguration = &Fault{Type: AuthorizerConfigurationError, Code: "AuthorizerConfigurationException", NoMessage: true}

	faultInvalidAPIKey = &Fault{Type: InvalidAPIKey, Code: "ForbiddenException", Message: "Forbidden"}
	faultThrottled     = &Fault{Type: Throttled, Code: "TooManyRequestsException", Message: "Too Many Requests"}

	faultBadBody              = &Fault{Type: BadRequestBody, Code: "BadRequestException", Message: "Invalid request body", Spaced: true}
	faultBadRequest           = &Fault{Type: Default4XX, Code: "BadRequestException", Message: "Bad Request"}
	faultRequestTooLarge      = &Fault{Type: RequestTooLarge, Code: "RequestEntityTooLargeException", Message: "Request Too Long"}
	faultHeadersTooLarge      = &Fault{Type: Default4XX, Status: 431, Code: "RequestHeaderFieldsTooLargeException", Message: "Request Header Fields Too Large"}
	faultUnsupportedMediaType = &Fault{Type: UnsupportedMediaType, Code: "BadRequestException", Message: "Unsupported Media Type", Spaced: true}

	faultAPIConfiguration = &Fault{Type: APIConfigurationError, Code: "InternalServerErrorException", Message: internalServerError, Spaced: true}
	faultInternal         = &Fault{Type: Default5XX, Code: "InternalServerErrorException", Message: internalServerError, Spaced: true}
	faultMalformedAnswer  = &Fault{Type: Default5XX, Status: 502, Code: "InternalServerErrorException", Message: internalServerError, Spaced: true}
	faultTimeout          = &Fault{Type: IntegrationTimeout, Code: "InternalServerErrorException", Message: "Endpoint request timed out", Spaced: true}
	faultUnreachable      = &Fault{Type: IntegrationFailure, Code: "InternalServerErrorException", Message: "Network error communicating with endpoint", Spaced: true}
)

// faultOf is the fault that an error ends the request with.
func faultOf(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return faultInternal.because(err.Error(), err)
}
