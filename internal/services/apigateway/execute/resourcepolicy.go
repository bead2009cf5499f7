package execute

import (
	"strconv"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// compilePolicy parses the API's resource policy; nil where it has none.
// Resources may be written "execute-api:/stage/METHOD/path", which stands for
// this API.
func compilePolicy(st *stage, text string) *resourcePolicy {
	if text == "" {
		return nil
	}
	if strings.HasPrefix(text, `{\"`) { // as the API returns it: escaped
		if plain, err := strconv.Unquote(`"` + text + `"`); err == nil {
			text = plain
		}
	}
	text = strings.ReplaceAll(text, `"execute-api:/`, `"arn:aws:execute-api:`+st.region+":"+st.account+":"+st.apiID+"/")
	doc, err := policy.Parse(policy.Resource, []byte(text))
	if err != nil {
		return &resourcePolicy{}
	}
	return &resourcePolicy{sources: []policy.Source{{Name: "resource-policy", Kind: "resource", Doc: doc}}}
}

// invokeARN is the ARN of the call: what policies name.
func (x *exchange) invokeARN() string {
	return "arn:aws:execute-api:" + x.stage.region + ":" + x.stage.account + ":" + x.stage.apiID + "/" + x.stage.name + "/" + x.r.Method + x.resourcePathSent()
}

// checkResourcePolicy evaluates the API's policy for a caller who is not an
// IAM principal: without an explicit allow it denies ("API Gateway resource
// policy only").
func (x *exchange) checkResourcePolicy() error {
	if x.stage.policy == nil || x.test {
		return nil
	}
	req := &policy.Request{
		Action:          "execute-api:Invoke",
		Resource:        x.invokeARN(),
		Principal:       policy.Principal{Type: policy.Anonymous},
		ResourceAccount: x.stage.account,
		Keys:            policyKeys{x},
	}
	d := policy.Evaluate(req, &policy.Set{Resource: x.stage.policy.sources, ResourceRequired: true})
	if d.Allowed {
		return nil
	}
	message := "User: anonymous is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:" +
		x.stage.region + ":" + maskAccount(x.stage.account) + ":" + x.stage.apiID + "/" + x.stage.name + "/" + x.r.Method + x.resourcePathSent()
	if d.Explicit {
		message += " with an explicit deny"
	}
	return &Fault{Type: AccessDenied, Code: "AccessDeniedException", Message: message, MessageMember: "Message",
		Reason: "resource policy, statement " + strconv.Itoa(d.Statement)}
}

// maskAccount shows the last four digits, as AWS does to callers.
func maskAccount(account string) string {
	if len(account) <= 4 {
		return account
	}
	return strings.Repeat("*", len(account)-4) + account[len(account)-4:]
}

// policyKeys are the condition keys of a call to an API.
type policyKeys struct{ x *exchange }

func (k policyKeys) Lookup(key string) ([]string, bool) {
	switch key {
	case "aws:sourceip":
		return []string{k.x.sourceIP()}, true
	case "aws:useragent":
		return some(k.x.r.Header.Get("User-Agent"))
	case "aws:referer":
		return some(k.x.r.Header.Get("Referer"))
	case "aws:securetransport":
		return []string{strconv.FormatBool(k.x.r.TLS != nil)}, true
	case "aws:currenttime":
		return []string{k.x.start.Format("2006-01-02T15:04:05Z")}, true
	case "aws:epochtime":
		return []string{strconv.FormatInt(k.x.start.Unix(), 10)}, true
	case "aws:requestedregion":
		return []string{k.x.stage.region}, true
	}
	return nil, false
}

func some(s string) ([]string, bool) {
	if s == "" {
		return nil, false
	}
	return []string{s}, true
}
