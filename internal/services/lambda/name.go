package lambda

import (
	"regexp"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
)

// name is a function with, maybe, a qualifier.
type name struct {
	place
	function  string
	qualifier string // "", "$LATEST", a version's digits or an alias
}

// arn is the ARN as it was asked for.
func (n name) arn() string { return n.qualified(n.qualifier) }

func (n name) qualified(qualifier string) string {
	resource := "function:" + n.function
	if qualifier != "" {
		resource += ":" + qualifier
	}
	return arn.Make(area, n.region, n.account, resource)
}

func errNotFound(n name) *awserr.Error {
	return api.ResourceNotFoundException("Function not found: %s", n.arn())
}

func invalid(format string, args ...any) *awserr.Error {
	return api.InvalidParameterValueException(format, args...)
}

var validName = regexp.MustCompile(`^[a-zA-Z0-9-_]{1,64}$`)

// parseName reads a function's name, its ARN, or ACCOUNT:function:NAME, each
// with or without a qualifier; qualifier is that of the request beside it.
func parseName(c *front.Call, text string, qualifier *string) (name, error) {
	n := name{place: place{c.Account, c.Region}}
	rest := text
	if strings.HasPrefix(text, "arn:") {
		a, err := arn.Parse(text)
		if err != nil || a.Service != area || !strings.HasPrefix(a.Resource, "function:") {
			return n, invalid("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: Member must be a function", text)
		}
		n.account, n.region = a.Account, a.Region
		rest = strings.TrimPrefix(a.Resource, "function:")
	} else if account, after, ok := strings.Cut(text, ":function:"); ok {
		n.account, rest = account, after
	} else if after, ok := strings.CutPrefix(text, "function:"); ok {
		rest = after
	}
	n.function, n.qualifier, _ = strings.Cut(rest, ":")
	if qualifier != nil && *qualifier != "" {
		if n.qualifier != "" && n.qualifier != *qualifier {
			return n, invalid("The derived qualifier from the function name does not match the specified qualifier.")
		}
		n.qualifier = *qualifier
	}
	switch {
	case !validName.MatchString(n.function):
		return n, invalid("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: "+
			"Member must have length less than or equal to 64 and satisfy regular expression pattern: [a-zA-Z0-9-_]+", n.function)
	case n.region != c.Region:
		return n, api.ResourceNotFoundException("Functions from '%s' are not reachable in this region ('%s')", n.region, c.Region)
	case n.account != c.Account:
		return n, errNotFound(n)
	}
	return n, nil
}

// unqualified reads the name of a function where no version can be named.
func unqualified(c *front.Call, text string) (name, error) {
	n, err := parseName(c, text, nil)
	if err == nil && n.qualifier != "" {
		err = invalid("This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. " +
			"Please specify either a function name or an unqualified function ARN.")
	}
	return n, err
}

// isAlias reports whether a qualifier that is not empty names an alias.
func isAlias(qualifier string) bool {
	return qualifier != "" && qualifier != latest && strings.Trim(qualifier, "0123456789") != ""
}

// isNumber reports whether a qualifier names a published version.
func isNumber(qualifier string) bool {
	return qualifier != "" && strings.Trim(qualifier, "0123456789") == ""
}
