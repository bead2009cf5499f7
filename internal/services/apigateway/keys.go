package apigateway

import (
	"context"

	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const service = "apigateway"

// space is one account in one region; all keys but the stage index are in one.
type space struct{ account, region string }

func spaceOf(ctx context.Context) space {
	c := front.CallFrom(ctx)
	return space{c.Account, c.Region}
}

func (s space) key(elems ...any) []byte {
	return append(tuple.Key(s.account, s.region, service), tuple.Key(elems...)...)
}

func (s space) api(id string) []byte { return s.key("api", id) }
func (s space) apis() kv.Range       { return kv.Prefix(s.key("api")) }

func (s space) deployment(api, id string) []byte { return s.key("deployment", api, id) }
func (s space) deployments(api string) kv.Range  { return kv.Prefix(s.key("deployment", api)) }

func (s space) stage(api, name string) []byte { return s.key("stage", api, name) }
func (s space) stages(api string) kv.Range    { return kv.Prefix(s.key("stage", api)) }

func (s space) settings() []byte { return s.key("account") }

func (s space) apiKey(id string) []byte         { return s.key("apikey", id) }
func (s space) apiKeys() kv.Range               { return kv.Prefix(s.key("apikey")) }
func (s space) apiKeyValue(value string) []byte { return s.key("apikeyvalue", value) }

func (s space) plan(id string) []byte          { return s.key("usageplan", id) }
func (s space) plans() kv.Range                { return kv.Prefix(s.key("usageplan")) }
func (s space) planKey(plan, id string) []byte { return s.key("usageplankey", plan, id) }
func (s space) planKeys(plan string) kv.Range  { return kv.Prefix(s.key("usageplankey", plan)) }

func (s space) certificate(id string) []byte    { return s.key("clientcertificate", id) }
func (s space) certificates() kv.Range          { return kv.Prefix(s.key("clientcertificate")) }
func (s space) certificateKey(id string) []byte { return s.key("clientcertificatekey", id) }

// draft is the configuration of an API as it is edited.
func (s space) draft(api string) tree { return tree{s.key("draft", api)} }

// frozen is the configuration of an API as a deployment has it.
func (s space) frozen(api, deployment string) tree { return tree{s.key("frozen", api, deployment)} }

// frozenAll is every frozen tree of an API.
func (s space) frozenAll(api string) kv.Range { return kv.Prefix(s.key("frozen", api)) }

// What a tree holds.
const (
	ofAPI        = "api" // in frozen trees only: the draft's is at space.api
	ofResource   = "resource"
	ofAuthorizer = "authorizer"
	ofModel      = "model"
	ofValidator  = "validator"
	ofResponse   = "response"
)

// tree is the prefix of an API's configuration.
type tree struct{ prefix []byte }

func (t tree) key(kind, id string) []byte {
	return append(t.prefix[:len(t.prefix):len(t.prefix)], tuple.Key(kind, id)...)
}

func (t tree) all(kind string) kv.Range {
	return kv.Prefix(append(t.prefix[:len(t.prefix):len(t.prefix)], tuple.Key(kind)...))
}

func (t tree) whole() kv.Range { return kv.Prefix(t.prefix) }

// indexPrefix is before the keys that find a stage without its account. The
// data plane watches it, so every change of a stage writes the stage's entry.
func indexPrefix() []byte { return tuple.Key("", "", service, "stageindex") }

func indexKey(api, stage string) []byte { return tuple.Key("", "", service, "stageindex", api, stage) }
