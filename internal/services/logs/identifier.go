package logs

import (
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/front"
)

const groupPrefix = "log-group:"

func groupARN(p place, name string) string {
	return arn.Make(area, p.region, p.account, groupPrefix+name)
}

// groupNamed returns the name of a group that is given by its name or by its
// identifier, which is a name or an ARN, with ":*" or without.
func groupNamed(c *front.Call, name, identifier *string) (string, error) {
	switch {
	case name != nil && identifier != nil:
		return "", api.InvalidParameterException("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
	case name != nil:
		return *name, nil
	case identifier == nil:
		return "", api.InvalidParameterException("At least one of logGroupName or logGroupIdentifier must be specified.")
	case !strings.HasPrefix(*identifier, "arn:"):
		return *identifier, nil
	}
	return groupOfARN(c, *identifier)
}

// groupOfARN reads a group's ARN of the caller's account and region.
func groupOfARN(c *front.Call, text string) (string, error) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != area || !strings.HasPrefix(a.Resource, groupPrefix) {
		return "", api.InvalidParameterException("Invalid ARN: %s", text)
	}
	if a.Region != c.Region || a.Account != c.Account {
		return "", errNoGroup()
	}
	name := strings.TrimSuffix(strings.TrimPrefix(a.Resource, groupPrefix), ":*")
	if name == "" || strings.ContainsAny(name, ":*") {
		return "", api.InvalidParameterException("Invalid ARN: %s", text)
	}
	return name, nil
}
