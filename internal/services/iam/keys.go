package iam

import (
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

// Kinds of entities, as they stand in keys. Names are unique without regard to
// the case of their letters, hence keys hold them in lower case.
const (
	kindUser            = "user"
	kindGroup           = "group"
	kindRole            = "role"
	kindPolicy          = "policy"
	kindInstanceProfile = "instance-profile"
	kindProvider        = "oidc-provider"
	kindAccount         = "account"
)

func entityKey(account, kind, name string) []byte {
	return tuple.Key("iam", account, kind, strings.ToLower(name))
}

func kindPrefix(account, kind string) []byte { return tuple.Prefix("iam", account, kind) }

// accessKeyKey leads from an access key to its user.
func accessKeyKey(account, id string) []byte { return tuple.Key("iam", account, "access-key", id) }

func rootKeyKey() []byte { return tuple.Key("gatehouse", "root-key") }

func prefix() []byte { return tuple.Prefix("iam") }
