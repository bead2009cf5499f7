package policy

import (
	"slices"
	"strings"
)

// checkPrincipalled refuses what is refused of a trust policy, and of a
// resource policy, whose grammar differs only in its resources.
func checkPrincipalled(kind Kind, doc sourceDoc) error {
	if doc.version != "" && doc.version != version2008 && doc.version != version2012 {
		return malformed("The policy must contain a valid version string")
	}
	if len(doc.statements) == 0 {
		return malformed("Could not parse the policy: Statement is empty!")
	}
	seen := map[string]bool{}
	for _, s := range doc.statements {
		if err := checkPrincipalledStatement(kind, s); err != nil {
			return err
		}
		if s.sid != "" && seen[s.sid] {
			return malformed("The Statement Ids in the policy are not unique")
		}
		seen[s.sid] = true
	}
	return nil
}

func checkPrincipalledStatement(kind Kind, s sourceStatement) error {
	switch {
	case s.effect == "":
		return malformed("Missing required field Effect")
	case s.effect != "Allow" && s.effect != "Deny":
		return malformed("Invalid effect: %s", s.effect)
	case s.notPrincipal != nil && s.effect == "Allow":
		return malformed("Allow with NotPrincipal is not allowed.")
	case s.notPrincipal != nil && kind == Trust:
		return malformed("AssumeRole policy must not contain NotPrincipal field.")
	case s.principal == nil && s.notPrincipal == nil:
		return malformed("Missing required field Principal")
	}
	if s.principal != nil {
		set, err := parsePrincipals(kind, *s.principal)
		if err != nil {
			return err
		}
		// Every AWS account's identity pools come in under this one name.
		if kind == Trust && len(s.conditions) == 0 && slices.Contains(set.federated, "cognito-identity.amazonaws.com") {
			return malformed("A condition block must be present for the Cognito provider")
		}
	}
	if len(s.action.values)+len(s.notAction.values) == 0 {
		return malformed("Missing required field Action")
	}
	if err := checkActions(s); err != nil {
		return err
	}
	if kind == Resource {
		if len(s.resource.values)+len(s.notResource.values) == 0 {
			return malformed("Missing required field Resource")
		}
		return nil
	}
	for _, a := range append(s.action.values, s.notAction.values...) {
		if !hasPrefixFold(a, "sts:") {
			return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
		}
	}
	if s.resource.present {
		return malformed("Has prohibited field Resource")
	}
	if s.notResource.present {
		return malformed("AssumeRole policy must not contain resources.")
	}
	return nil
}

// parsePrincipals reads a Principal or NotPrincipal element. Whether the named
// users and roles exist is for the service to say.
func parsePrincipals(kind Kind, n node) (principalSet, *MalformedError) {
	var set principalSet
	if n.kind == stringNode {
		if kind == Trust {
			return set, malformed("Principal must be a JSON object.")
		}
		if n.text != "*" {
			return set, malformed("Invalid principal in policy: %q", n.text)
		}
		set.everyone = true
		return set, nil
	}
	if n.kind != objectNode {
		return set, errSyntax(kind)
	}
	named := 0
	for _, m := range n.members {
		values, ok := m.value.strings()
		if !ok {
			return set, errSyntax(kind)
		}
		named += len(values)
		for _, v := range values {
			ok := false
			switch m.name {
			case "AWS":
				ok = set.addAWS(v)
			case "Service":
				set.services, ok = append(set.services, v), isServiceName(v)
			case "Federated":
				set.federated, ok = append(set.federated, v), v != "" && !strings.ContainsAny(v, "*? ")
			case "CanonicalUser":
				set.canonical, ok = append(set.canonical, v), kind == Resource && v != ""
			default:
				return set, malformed("Invalid principal in policy: %q", m.name)
			}
			if !ok {
				return set, malformed("Invalid principal in policy: %q:%q", strings.ToUpper(m.name), v)
			}
		}
	}
	if named == 0 {
		return set, malformed("Missing required field Principal cannot be empty!")
	}
	return set, nil
}

// addAWS reads "*", an account, an account's root, a user, a role, a session,
// or a unique id. Wildcards within a name are not allowed.
func (s *principalSet) addAWS(v string) bool {
	switch {
	case v == "*":
		s.everyone = true
		return true
	case isAccount(v):
		s.accounts = append(s.accounts, v)
		return true
	case isUniqueID(v):
		s.ids = append(s.ids, v)
		return true
	case strings.ContainsAny(v, "*? "):
		return false
	}
	pieces := strings.SplitN(v, ":", arnParts)
	if len(pieces) != arnParts || pieces[0] != "arn" || !strings.HasPrefix(pieces[1], "aws") || pieces[3] != "" {
		return false
	}
	if !isAccount(pieces[4]) && pieces[4] != "cloudfront" {
		return false
	}
	kind, name, _ := strings.Cut(pieces[5], "/")
	switch {
	case pieces[2] == "iam" && pieces[5] == "root":
		s.accounts = append(s.accounts, pieces[4])
		return true
	case name == "" || strings.HasSuffix(name, "/"):
		return false
	case pieces[2] == "iam" && (kind == "user" || kind == "role"):
	case pieces[2] == "sts" && kind == "assumed-role" && strings.Count(name, "/") == 1 && name[0] != '/':
	case pieces[2] == "sts" && kind == "federated-user":
	default:
		return false
	}
	s.arns = append(s.arns, v)
	return true
}

func isAccount(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isUniqueID recognises what IAM stores instead of a name: AIDA... or AROA...,
// the latter with a session where one session is meant.
func isUniqueID(s string) bool {
	id, session, _ := strings.Cut(s, ":")
	if len(id) < 16 || len(id) > 128 || !strings.HasPrefix(id, "AIDA") && !strings.HasPrefix(id, "AROA") {
		return false
	}
	return isAlphanumeric(id) && strings.ToUpper(id) == id && !strings.ContainsAny(session, "*? ")
}

// isServiceName takes the names of AWS services, regional ones and those of
// other partitions too.
func isServiceName(s string) bool {
	return isVendor(s) && strings.Contains(s, ".") &&
		(strings.HasSuffix(s, ".amazonaws.com") || strings.HasSuffix(s, ".amazonaws.com.cn") ||
			strings.HasSuffix(s, ".amazon.com") || strings.HasSuffix(s, ".aws.internal"))
}
