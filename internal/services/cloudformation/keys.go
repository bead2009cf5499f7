package cloudformation

import (
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const area = "cloudformation"

// scope is an account's region.
type scope struct{ Account, Region string }

func (s scope) key(elems ...any) []byte {
	return tuple.Key(append([]any{s.Account, s.Region, area}, elems...)...)
}

func (s scope) stack(id string) []byte { return s.key("stack", id) }

func (s scope) stacks() kv.Range { return kv.Prefix(s.key("stack")) }

// name holds the id of the stack that has the name now.
func (s scope) name(name string) []byte { return s.key("name", name) }

func (s scope) resource(stackID, logicalID string) []byte {
	return s.key("resource", stackID, logicalID)
}

func (s scope) resources(stackID string) kv.Range { return kv.Prefix(s.key("resource", stackID)) }

func (s scope) garbage(stackID, token string) []byte { return s.key("garbage", stackID, token) }

func (s scope) garbages(stackID string) kv.Range { return kv.Prefix(s.key("garbage", stackID)) }

func (s scope) event(stackID string, seq uint64) []byte { return s.key("event", stackID, seq) }

func (s scope) events(stackID string) kv.Range { return kv.Prefix(s.key("event", stackID)) }

func (s scope) eventSeq(stackID string) []byte { return s.key("event-seq", stackID) }

func (s scope) export(name string) []byte { return s.key("export", name) }

func (s scope) exports() kv.Range { return kv.Prefix(s.key("export")) }

func (s scope) changeSet(stackID, name string) []byte { return s.key("change-set", stackID, name) }

func (s scope) changeSets(stackID string) kv.Range { return kv.Prefix(s.key("change-set", stackID)) }

// active lists the stacks of all accounts and regions that have an operation.
func active(stackID string) []byte { return tuple.Key("", "", area, "active", stackID) }

func actives() kv.Range { return kv.Prefix(tuple.Prefix("", "", area, "active")) }

// leaseKey holds which process works on the stack's operation.
func leaseKey(stackID string) []byte { return tuple.Key("", "", area, "lease", stackID) }

func leases() []byte { return tuple.Prefix("", "", area, "lease") }
