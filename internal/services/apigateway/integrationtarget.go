package apigateway

import (
	"net/url"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
)

// callerCredentials means that the caller's own identity is passed on.
const callerCredentials = "arn:aws:iam::*:user/*"

// checkTarget checks what an integration calls: method, URI, credentials and
// connection, as its type asks for (PutIntegration, "uri").
func (s space) checkTarget(i *api.Integration) error {
	if str(i.Type) == api.IntegrationTypeMock {
		return nil
	}
	if i.HttpMethod == nil {
		return api.BadRequestException("Enumeration value for HttpMethod must be non-empty")
	}
	if !slices.Contains(httpMethods, *i.HttpMethod) {
		return api.BadRequestException("Invalid HttpMethod specified. Valid options are %s", strings.Join(httpMethods, ","))
	}
	if err := checkConnection(i); err != nil {
		return err
	}
	if err := checkCredentials(str(i.Credentials)); err != nil {
		return err
	}
	if isAWS(i) {
		return checkAWSTarget(i)
	}
	return checkHTTPTarget(str(i.Uri))
}

func checkConnection(i *api.Integration) error {
	switch link := str(i.ConnectionType) == api.ConnectionTypeVpcLink; {
	case link && i.ConnectionId == nil:
		return api.BadRequestException("Connection ID must be specified for VPC_LINK integrations")
	case link && isAWS(i) && i.IntegrationTarget == nil:
		return api.BadRequestException("VPC_LINK connections are only supported for HTTP and HTTP_PROXY integrations")
	}
	return nil
}

// checkCredentials checks that credentials are a role or the caller's own.
func checkCredentials(credentials string) error {
	if credentials == "" || credentials == callerCredentials {
		return nil
	}
	a, err := arn.Parse(credentials)
	if err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
		return api.BadRequestException("Invalid ARN specified in the request")
	}
	return nil
}

// checkAWSTarget checks arn:aws:apigateway:{region}:{service}:{path|action}/...
func checkAWSTarget(i *api.Integration) error {
	parts := strings.SplitN(str(i.Uri), ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] != "apigateway" || parts[3] == "" || parts[4] == "" {
		return api.BadRequestException("Invalid ARN specified in the request")
	}
	kind, rest, _ := strings.Cut(parts[5], "/")
	if kind != "path" && kind != "action" || rest == "" {
		return api.BadRequestException("AWS ARN for integration must contain path or action")
	}
	if parts[4] == "lambda" {
		return checkFunctionPath(kind, rest)
	}
	if str(i.Type) == api.IntegrationTypeAwsProxy && parts[4] != "firehose" {
		return api.BadRequestException("Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.")
	}
	if str(i.Credentials) == "" {
		return api.BadRequestException("Role ARN must be specified for AWS integrations")
	}
	return nil
}

// checkFunctionPath checks that a Lambda path invokes a function.
func checkFunctionPath(kind, path string) error {
	name, ok := functionOf(path)
	if kind != "path" || !ok {
		return api.BadRequestException("Invalid function ARN or invalid uri")
	}
	if strings.Contains(name, "${stageVariables.") {
		return nil // known only when it is called
	}
	if a, err := arn.Parse(name); err != nil || a.Service != "lambda" || !strings.HasPrefix(a.Resource, "function:") {
		return api.BadRequestException("Invalid function ARN or invalid uri")
	}
	return nil
}

// functionOf takes the function out of 2015-03-31/functions/{function}/invocations.
func functionOf(path string) (string, bool) {
	_, after, ok := strings.Cut(path, "/functions/")
	if !ok {
		return "", false
	}
	name, after, ok := strings.Cut(after, "/")
	return name, ok && name != "" && (after == "invocations" || after == "response-streaming-invocations")
}

// checkHTTPTarget checks an HTTP or HTTPS URL; stage variables stand for any
// part of it.
func checkHTTPTarget(uri string) error {
	bad := api.BadRequestException("Invalid HTTP endpoint specified for URI")
	if strings.HasPrefix(uri, "${stageVariables.") {
		return nil
	}
	plain := stageVariable.ReplaceAllString(uri, "x")
	plain = strings.NewReplacer("{", "", "}", "", "+", "").Replace(plain)
	u, err := url.Parse(plain)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return bad
	}
	return nil
}
