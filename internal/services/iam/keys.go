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

// usedKey holds when an access key or a role was used last. It stands apart
// from what refresh reads, which being used does not change.
func usedKey(account, id string) []byte { return tuple.Key("iam-used", account, id) }

// deletionKey holds the task that deleted a service-linked role.
func deletionKey(account, task string) []byte { return tuple.Key("iam-deletion", account, task) }

func rootKeyKey() []byte { return tuple.Key("gatehouse", "root-key") }

func prefix() []byte { return tuple.Prefix("iam") }
