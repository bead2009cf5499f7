package lambda

import (
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const area = "lambda"

// place is an account in a region.
type place struct{ account, region string }

func (p place) functionKey(name string) []byte {
	return tuple.Key(p.account, p.region, area, "function", name)
}

func (p place) functions() kv.Range {
	return kv.Prefix(tuple.Prefix(p.account, p.region, area, "function"))
}

// What belongs to a function is under its name; number is "$LATEST" or digits.
func (p place) versionKey(name, number string) []byte {
	return tuple.Key(p.account, p.region, area, "version", name, number)
}

func (p place) versions(name string) kv.Range {
	return kv.Prefix(tuple.Prefix(p.account, p.region, area, "version", name))
}

func (p place) aliasKey(name, alias string) []byte {
	return tuple.Key(p.account, p.region, area, "alias", name, alias)
}

func (p place) aliases(name string) kv.Range {
	return kv.Prefix(tuple.Prefix(p.account, p.region, area, "alias", name))
}

// The qualifier of a policy is "" for the function, else a version or an alias.
func (p place) policyKey(name, qualifier string) []byte {
	return tuple.Key(p.account, p.region, area, "policy", name, qualifier)
}

func (p place) policies(name string) kv.Range {
	return kv.Prefix(tuple.Prefix(p.account, p.region, area, "policy", name))
}

func (p place) eventConfigKey(name, qualifier string) []byte {
	return tuple.Key(p.account, p.region, area, "event-config", name, qualifier)
}

func (p place) eventConfigs(name string) kv.Range {
	return kv.Prefix(tuple.Prefix(p.account, p.region, area, "event-config", name))
}

func (p place) layerKey(name string) []byte {
	return tuple.Key(p.account, p.region, area, "layer", name)
}

func (p place) layers() kv.Range {
	return kv.Prefix(tuple.Prefix(p.account, p.region, area, "layer"))
}

func (p place) layerVersionKey(name string, version int64) []byte {
	return tuple.Key(p.account, p.region, area, "layer-version", name, version)
}

func (p place) layerVersions(name string) kv.Range {
	return kv.Prefix(tuple.Prefix(p.account, p.region, area, "layer-version", name))
}

// usageKey holds what the account uses of its quotas in the region.
func (p place) usageKey() []byte { return tuple.Key(p.account, p.region, area, "usage") }

// hashKey counts the uses of a package; see package code.
func hashKey(hash string) []byte { return tuple.Key("gatehouse", area, "package", hash) }

func hashes() kv.Range { return kv.Prefix(tuple.Prefix("gatehouse", area, "package")) }

// signingKey is of the URLs under which packages are served.
func signingKey() []byte { return tuple.Key("gatehouse", area, "signing-key") }

// eventKey holds the payload of an event that waits.
func eventKey(id string) []byte { return tuple.Key("gatehouse", area, "event", id) }

// changedKey is written with every change of a function, for Watch.
func changedKey(p place, name string) []byte {
	return tuple.Key("gatehouse", area, "changed", p.account, p.region, name)
}

func changed() []byte { return tuple.Prefix("gatehouse", area, "changed") }

func hashOf(key []byte) string {
	d := tuple.Decode(key)
	d.Skip(3)
	return d.String()
}
