package execute

import (
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
)

// stage is a deployed stage, ready to serve. It is immutable but for the
// counters of its limiters.
type stage struct {
	version         string
	account, region string
	apiID, name     string
	deploymentID    string
	disabled        bool
	variables       map[string]string
	root            *node
	responses       [responseTypes]gatewayResponse
	binary          mediaTypes
	compressOver    int // bytes; negative is never
	policy          *resourcePolicy
	keyFromHeader   bool
	accessLog       *accessLog
}

// resource is a path that has methods.
type resource struct {
	id, path string
	methods  map[string]*method
	any      *method
}

// method is one method with all that it does.
type method struct {
	httpMethod  string // as configured: "GET" or "ANY"
	operation   string
	authorizer  authorizer
	keyRequired bool
	limiter     *limiter
	validator   *validator
	integration integration
	typ         string // of the integration: "MOCK"
	declared    map[string]api.MethodResponse
}

// authorizer decides about a request. It returns nil only to let it through.
type authorizer interface {
	authorize(x *exchange) error
}

// integration answers a request that was let through.
type integration interface {
	run(x *exchange) error
}

// broken is what a part of the API that cannot be compiled becomes: it refuses.
type broken struct{ fault *Fault }

func (b broken) run(*exchange) error       { return b.fault }
func (b broken) authorize(*exchange) error { return b.fault }

// compile makes a stage of its snapshot. It does not fail: what cannot be
// compiled refuses when it is called, as API Gateway does.
func (g *Gateway) compile(s *snapshot.Stage) *stage {
	rest := &s.API.RestAPI
	st := &stage{
		version: s.Version, account: s.Account, region: s.Region,
		apiID: str(rest.Id), name: str(s.Stage.StageName), deploymentID: str(s.Stage.DeploymentId),
		disabled:     rest.DisableExecuteApiEndpoint != nil && *rest.DisableExecuteApiEndpoint,
		variables:    s.Stage.Variables,
		root:         &node{},
		binary:       newMediaTypes(rest.BinaryMediaTypes),
		compressOver: -1,
	}
	if rest.MinimumCompressionSize != nil {
		st.compressOver = int(*rest.MinimumCompressionSize)
	}
	st.keyFromHeader = rest.ApiKeySource == nil || *rest.ApiKeySource == "HEADER"
	st.policy = compilePolicy(st, str(rest.Policy))
	st.compileGatewayResponses(s.API.GatewayResponses)
	st.accessLog = compileAccessLog(s.Stage.AccessLogSettings)
	c := &compiler{gateway: g, stage: st, snapshot: s}
	for i := range s.API.Resources {
		r := &s.API.Resources[i]
		if len(r.ResourceMethods) == 0 {
			continue // not callable, so not in the way of a proxy resource
		}
		st.root.insert(str(r.Path), c.resource(r))
	}
	return st
}

// compiler holds what the compilation of methods needs.
type compiler struct {
	gateway  *Gateway
	stage    *stage
	snapshot *snapshot.Stage
}

func (c *compiler) resource(r *api.Resource) *resource {
	out := &resource{id: str(r.Id), path: str(r.Path), methods: map[string]*method{}}
	for name := range r.ResourceMethods {
		m := r.ResourceMethods[name]
		compiled := c.method(out, name, &m)
		if name == "ANY" {
			out.any = compiled
		} else {
			out.methods[name] = compiled
		}
	}
	return out
}

func (c *compiler) method(r *resource, name string, m *api.Method) *method {
	out := &method{httpMethod: name, operation: str(m.OperationName), declared: m.MethodResponses}
	out.authorizer = c.authorizer(m)
	out.keyRequired = m.ApiKeyRequired != nil && *m.ApiKeyRequired
	setting := methodSetting(c.snapshot.Stage.MethodSettings, r.path, name)
	out.limiter = newLimiter(setting)
	out.validator = c.validator(m)
	if m.MethodIntegration != nil {
		out.typ = str(m.MethodIntegration.Type)
	}
	in, err := c.integration(m.MethodIntegration)
	if err != nil {
		in = broken{faultAPIConfiguration.because(err.Error(), err)}
	}
	out.integration = in
	return out
}

// substitute replaces ${stageVariables.name} in a setting. The variables of a
// stage do not change while it is compiled.
func (c *compiler) substitute(s string) string {
	const open = "${stageVariables."
	var out strings.Builder
	for {
		i := strings.Index(s, open)
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		out.WriteString(c.stage.variables[s[i+len(open):i+end]])
		s = s[i+end+1:]
	}
}

// methodSetting merges the settings of "*/*" with those of the method itself,
// which go before them.
func methodSetting(settings map[string]api.MethodSetting, path, method string) api.MethodSetting {
	all := settings["*/*"]
	escaped := strings.ReplaceAll(path, "/", "~1")
	for _, key := range [...]string{escaped + "/" + method, strings.TrimPrefix(escaped, "~1") + "/" + method, path + "/" + method, strings.TrimPrefix(path, "/") + "/" + method} {
		own, ok := settings[key]
		if !ok {
			continue
		}
		if own.ThrottlingBurstLimit == nil {
			own.ThrottlingBurstLimit = all.ThrottlingBurstLimit
		}
		if own.ThrottlingRateLimit == nil {
			own.ThrottlingRateLimit = all.ThrottlingRateLimit
		}
		return own
	}
	return all
}

// resourcePolicy is the API's policy. A policy that does not parse denies.
type resourcePolicy struct {
	sources []policy.Source
}

func str(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func flag(b *bool) bool { return b != nil && *b }
