package policy

import (
	"slices"
	"strings"
)

// checkPermissions refuses what IAM refuses of a permissions policy, in IAM's
// order: the first mistake gives the sentence. The order is observable and was
// taken from recorded answers of IAM.
func checkPermissions(kind Kind, doc sourceDoc) error {
	if err := checkPermissionsShape(kind, doc); err != nil {
		return err
	}
	if doc.version != version2012 {
		return malformed("Policy document must be version 2012-10-17 or greater.")
	}
	for _, s := range doc.statements {
		if !legacyParses(s) {
			return errLegacy()
		}
	}
	seen := map[string]bool{}
	for _, s := range doc.statements {
		if s.sid == "" {
			continue
		}
		if !isAlphanumeric(s.sid) {
			return malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
		}
		if seen[s.sid] {
			return malformed("Statement IDs (SID) in a single policy must be unique.")
		}
		seen[s.sid] = true
	}
	for _, s := range doc.statements {
		if len(s.action.values)+len(s.notAction.values) == 0 {
			return malformed("Policy statement must contain actions.")
		}
	}
	for _, s := range doc.statements {
		for _, r := range append(s.resource.values, s.notResource.values...) {
			if err := checkResource(r); err != nil {
				return err
			}
		}
	}
	for _, s := range doc.statements {
		if err := checkActions(s); err != nil {
			return err
		}
	}
	for _, s := range doc.statements {
		if len(s.resource.values)+len(s.notResource.values) == 0 {
			return malformed("Policy statement must contain resources.")
		}
	}
	return nil
}

func checkPermissionsShape(kind Kind, doc sourceDoc) error {
	if doc.version != "" && doc.version != version2008 && doc.version != version2012 {
		return errSyntax(kind)
	}
	if len(doc.statements) == 0 {
		return errSyntax(kind)
	}
	for _, s := range doc.statements {
		if !strings.EqualFold(s.effect, "Allow") && !strings.EqualFold(s.effect, "Deny") {
			return errSyntax(kind)
		}
		if s.principal != nil || s.notPrincipal != nil {
			return malformed("Policy document should not specify a principal.")
		}
	}
	return nil
}

// legacyParses is IAM's second look at a statement: the effect's case, names
// too short and with empty parts, values that their operators cannot read.
func legacyParses(s sourceStatement) bool {
	if s.effect != "Allow" && s.effect != "Deny" {
		return false
	}
	for _, r := range append(s.resource.values, s.notResource.values...) {
		pieces := splitARN(r, true)
		if pieces[0] != "arn" || len(pieces) < 3 || pieces[1] != "aws" {
			continue
		}
		if pieces[2] == "" || len(pieces) < arnParts && slices.Contains(pieces, "") {
			return false
		}
	}
	for _, c := range s.conditions {
		if _, ok := compileCondition(c, true); !ok {
			return false
		}
	}
	return true
}

func checkActions(s sourceStatement) error {
	for _, a := range append(s.action.values, s.notAction.values...) {
		if a == "*" {
			continue
		}
		vendor, name, found := strings.Cut(a, ":")
		switch {
		case !found:
			return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
		case strings.Contains(name, ":"):
			return malformed("Actions/Condition can contain only one colon.")
		case vendor != "*" && !isVendor(vendor):
			return malformed("Vendor %s is not valid", vendor)
		}
	}
	return nil
}

func isVendor(s string) bool {
	for i := range len(s) {
		if !isAlphanumeric(s[i:i+1]) && s[i] != '-' && s[i] != '.' {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(s string) bool {
	for i := range len(s) {
		c := lower(s[i])
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
