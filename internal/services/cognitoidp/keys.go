package cognitoidp

import (
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const (
	service = "cognito-idp"
	// global is in the place of the account in keys that belong to none.
	global = "global"
	// everyClient is in the place of a client's id for what holds for all.
	everyClient = "ALL"
)

// space makes the keys of one account and region.
type space struct{ account, region string }

func spaceOf(c *front.Call) space { return space{c.Account, c.Region} }

func (s space) key(entity string, names ...any) []byte {
	return tuple.Key(append([]any{s.account, s.region, service, entity}, names...)...)
}

func (s space) pool(id string) []byte         { return s.key("pool", id) }
func (s space) signing(pool string) []byte    { return s.key("signing-keys", pool) }
func (s space) client(pool, id string) []byte { return s.key("client", pool, id) }
func (s space) server(pool, identifier string) []byte {
	return s.key("resource-server", pool, identifier)
}
func (s space) group(pool, name string) []byte    { return s.key("group", pool, name) }
func (s space) provider(pool, name string) []byte { return s.key("identity-provider", pool, name) }
func (s space) ui(pool, client string) []byte     { return s.key("ui-customization", pool, client) }

func (s space) pools() kv.Range                { return kv.Prefix(s.key("pool")) }
func (s space) clients(pool string) kv.Range   { return kv.Prefix(s.key("client", pool)) }
func (s space) servers(pool string) kv.Range   { return kv.Prefix(s.key("resource-server", pool)) }
func (s space) groups(pool string) kv.Range    { return kv.Prefix(s.key("group", pool)) }
func (s space) providers(pool string) kv.Range { return kv.Prefix(s.key("identity-provider", pool)) }
func (s space) uis(pool string) kv.Range       { return kv.Prefix(s.key("ui-customization", pool)) }

// place is where a pool's records are, and a version that changes with any of
// them.
type place struct {
	Account, Region, Version string
}

func placeKey(pool string) []byte { return tuple.Key(global, service, "pool", pool) }

// places is what changes whenever something of a pool does.
func places() []byte { return tuple.Prefix(global, service, "pool") }

// customRegion is in the place of the region in the key of a custom domain,
// which is one for all regions.
const customRegion = ""

func domainKey(name, region string) []byte { return tuple.Key(global, service, "domain", name, region) }

func domainsNamed(name string) kv.Range { return kv.Prefix(tuple.Key(global, service, "domain", name)) }
