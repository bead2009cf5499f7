package front

import (
	"strconv"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// globalKeys gives the global condition keys of a call when a policy asks for
// them (IAM User Guide, "AWS global condition context keys").
type globalKeys struct{ c *Call }

func one(s string) ([]string, bool) { return []string{s}, s != "" }

func flag(b bool) ([]string, bool) { return one(strconv.FormatBool(b)) }

// Lookup implements policy.Keys.
func (k globalKeys) Lookup(key string) ([]string, bool) {
	c, who := k.c, k.c.Caller
	switch key {
	case "aws:currenttime":
		return one(c.Time.UTC().Format("2006-01-02T15:04:05Z"))
	case "aws:epochtime":
		return one(strconv.FormatInt(c.Time.Unix(), 10))
	case "aws:requestedregion":
		return one(c.Region)
	case "aws:viaawsservice":
		return flag(c.Via != "")
	case "aws:calledvia", "aws:calledviafirst", "aws:calledvialast":
		return one(c.Via)
	case "aws:securetransport":
		return flag(c.Secure)
	case "aws:useragent":
		return one(c.UserAgent)
	case "aws:referer":
		return one(c.Header.Get("Referer"))
	case "aws:sourceip":
		if c.Via != "" || !c.SourceIP.IsValid() {
			return nil, false
		}
		return one(c.SourceIP.String())
	}
	if who == nil {
		return nil, false
	}
	p := &who.Principal
	switch key {
	case "aws:principalarn":
		if p.RoleARN != "" {
			return one(p.RoleARN)
		}
		return one(p.ARN)
	case "aws:principalaccount":
		return one(p.Account)
	case "aws:principaltype":
		return one(principalTypes[p.Type])
	case "aws:principalisawsservice":
		return flag(p.Type == policy.Service)
	case "aws:userid":
		return one(p.UserID)
	case "aws:username":
		return one(who.UserName)
	case "aws:tokenissuetime":
		if who.Issued.IsZero() {
			return nil, false
		}
		return one(who.Issued.UTC().Format("2006-01-02T15:04:05Z"))
	case "aws:multifactorauthpresent":
		if !who.Temporary { // long-term keys do not have the key at all
			return nil, false
		}
		return flag(who.MFA)
	}
	if tag, ok := strings.CutPrefix(key, "aws:principaltag/"); ok {
		for name, value := range who.PrincipalTags {
			if strings.EqualFold(name, tag) {
				return []string{value}, true
			}
		}
		return nil, false
	}
	return who.Keys.Lookup(key)
}

var principalTypes = map[policy.PrincipalType]string{
	policy.Root: "Account", policy.User: "User", policy.AssumedRole: "AssumedRole",
	policy.FederatedUser: "FederatedUser", policy.Anonymous: "Anonymous", policy.Service: "Service",
}
