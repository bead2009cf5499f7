package apigateway

import (
	"regexp"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

// Mapping expressions: "Amazon API Gateway API request and response data
// mapping reference" of the Developer Guide.

// parameterName is the name of a header, query or path parameter.
const parameterName = `[a-zA-Z0-9._$\-\[\]!#%&'*+^` + "`" + `|~]+`

var (
	methodParameter      = regexp.MustCompile(`^method\.request\.(querystring|path|header)\.(` + parameterName + `)$`)
	integrationParameter = regexp.MustCompile(`^integration\.request\.(querystring|path|header)\.(` + parameterName + `)$`)
	headerName           = regexp.MustCompile(`^` + parameterName + `$`)

	requestSource  = regexp.MustCompile(`^(?:method\.request\.(?:(?:querystring|path|header|multivaluequerystring|multivalueheader)\.` + parameterName + `|body(?:\..+|\[.+)?)|context\.[a-zA-Z0-9_.\-]+|stageVariables\.[a-zA-Z0-9_]+|'[^']*')$`)
	stageVariable  = regexp.MustCompile(`\$\{stageVariables\.[a-zA-Z0-9_]+\}`)
	responseSource = regexp.MustCompile(`^(?:integration\.response\.(?:(?:header|multivalueheader)\.` + parameterName + `|body(?:\..+|\[.+)?)|context\.[a-zA-Z0-9_.\-]+|stageVariables\.[a-zA-Z0-9_]+|'[^']*')$`)
)

func badMapping(expression string) *awserr.Error {
	return mappingError("Invalid mapping expression specified: " + expression)
}

func badMappingParameter(expression string) *awserr.Error {
	return mappingError("Invalid mapping expression parameter specified: " + expression)
}

func mappingError(what string) *awserr.Error {
	return api.BadRequestException("Invalid mapping expression specified: Validation Result: warnings : [], errors : [%s]", what)
}

// isHeaderOf reports whether name is prefix followed by a header's name.
func isHeaderOf(name, prefix string) bool {
	header, ok := strings.CutPrefix(name, prefix)
	return ok && headerName.MatchString(header)
}

// checkMethodParameters checks the names of a method's request parameters.
func checkMethodParameters(params map[string]bool) error {
	seen := map[string]bool{}
	for _, name := range sortedKeys(params) {
		m := methodParameter.FindStringSubmatch(name)
		if m == nil {
			return badMapping(name)
		}
		if seen[m[2]] {
			return api.BadRequestException("Parameter names must be unique across querystring, header and path")
		}
		seen[m[2]] = true
	}
	return nil
}

// checkRequestMapping checks an integration's request parameters against what
// its method declares.
func checkRequestMapping(params map[string]string, declared map[string]bool) error {
	for _, target := range sortedKeys(params) {
		if !integrationParameter.MatchString(target) {
			return badMapping(target)
		}
		source := params[target]
		if !requestSource.MatchString(source) {
			return badMapping(source)
		}
		plain := strings.NewReplacer(".multivaluequerystring.", ".querystring.", ".multivalueheader.", ".header.").Replace(source)
		if methodParameter.MatchString(plain) {
			if _, ok := declared[plain]; !ok {
				return badMappingParameter(source)
			}
		}
	}
	return nil
}

// checkResponseMapping checks an integration response's parameters against
// what the method's response of that status declares.
func checkResponseMapping(params map[string]string, resp *api.MethodResponse) error {
	for _, target := range sortedKeys(params) {
		if !isHeaderOf(target, "method.response.header.") {
			return badMapping(target)
		}
		if !responseSource.MatchString(params[target]) {
			return badMapping(params[target])
		}
		if resp == nil {
			return mappingError("No method response exists for method.")
		}
		if _, ok := resp.ResponseParameters[target]; !ok {
			return badMappingParameter(target)
		}
	}
	return nil
}
