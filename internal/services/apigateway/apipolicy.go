package apigateway

import (
	"bytes"
	"encoding/json"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// maxPolicy is the size of a resource policy, bytes ("Quotas for REST APIs").
const maxPolicy = 8192

// apiPolicy checks a resource policy and writes it out as API Gateway keeps
// it: compact, with the short form execute-api:/stage/... of a resource
// completed to an ARN. An empty text is no policy.
func (s space) apiPolicy(apiID, text string) (*string, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	malformed := api.BadRequestException("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	if len(text) > maxPolicy {
		return nil, api.BadRequestException("Policy exceeds the maximum size of %d bytes", maxPolicy)
	}
	var b bytes.Buffer
	if json.Compact(&b, []byte(text)) != nil {
		return nil, malformed
	}
	full := strings.ReplaceAll(b.String(), `"execute-api:/`, `"arn:aws:execute-api:`+s.region+":"+s.account+":"+apiID+"/")
	if _, err := policy.Parse(policy.Resource, []byte(full)); err != nil {
		return nil, malformed
	}
	return &full, nil
}

// escaped is a policy as API Gateway sends it: the inside of a JSON string
// within a JSON string, slashes escaped too.
func escaped(policy *string) *string {
	if policy == nil {
		return nil
	}
	return new(strings.NewReplacer(`\`, `\\`, `"`, `\"`, `/`, `\/`).Replace(*policy))
}
