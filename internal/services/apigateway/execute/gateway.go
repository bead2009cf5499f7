package execute

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/jwt"
	"github.com/gatehouse-dev/gatehouse/internal/logline"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/snapshot"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
)

// phases is what happens to a request, in order. A phase either completes a
// message of the exchange or returns the Fault that ends it.
var phases = [...]func(*exchange) error{
	(*exchange).parse,
	(*exchange).findDeployment,
	(*exchange).route,
	(*exchange).checkResourcePolicy,
	(*exchange).checkAPIKey,
	(*exchange).throttle,
	(*exchange).authorize,
	(*exchange).readBody,
	(*exchange).validate,
	(*exchange).integrate, // integration request, call, integration response
	(*exchange).completeMethodResponse,
}

// Serve answers one request to a stage. The path is what follows the stage, as
// Locate returns it.
func (g *Gateway) Serve(w http.ResponseWriter, r *http.Request, apiID, stage, path string) {
	x := g.begin(w.Header(), r, apiID, stage, path)
	if err := x.process(); err != nil {
		x.fail(err)
	}
	err := x.write(w)
	x.record()
	if err != nil {
		// The status is out. Cutting the connection is the only way left to
		// say that the body is not whole.
		panic(http.ErrAbortHandler)
	}
}

func (x *exchange) process() error {
	for _, phase := range phases {
		if err := phase(x); err != nil {
			return err
		}
	}
	return nil
}

// Invoker calls Lambda functions; the Lambda service implements it. The
// function's resource policy must allow the service principal, with the source
// ARN in aws:SourceArn. A denial is an *awserr.Error.
type Invoker interface {
	InvokeAs(ctx context.Context, servicePrincipal, sourceARN, functionARN string, payload []byte, traceHeader string) (out []byte, functionError string, err error)
}

// UserPools gives the keys and the issuer of user pools; Cognito implements it.
// It is called for every request, from many goroutines.
type UserPools interface {
	Keys(poolARN string) (keys *jwt.KeySet, issuer string, ok bool)
}

// APIKeys checks keys against the usage plans of a stage; the control plane
// implements it.
type APIKeys interface {
	// Allow returns the id of an enabled key that a usage plan of the stage
	// has.
	Allow(account, region, apiID, stage, key string) (keyID string, ok bool)
}

// Logs takes access and execution logs; CloudWatch Logs implements it. It must
// not block.
type Logs interface {
	AppendLog(account, region, group, stream string, event logline.Event)
}

// Options are the surroundings of a Gateway. Source and Clock are required.
type Options struct {
	Source    snapshot.Source
	Functions Invoker    // nil refuses Lambda integrations
	Pools     UserPools  // nil refuses COGNITO_USER_POOLS authorizers
	Keys      APIKeys    // nil refuses methods that require an API key
	Upstream  HTTPClient // nil refuses HTTP integrations
	Logs      Logs       // nil writes no access and execution logs
	Traces    *trace.Recorder
	Clock     *clock.Clock
	Log       *slog.Logger
}

// Gateway serves the stages of a Source. It is safe for concurrent use.
type Gateway struct {
	o        Options
	stages   stages
	verifier *jwt.Verifier
	sampler  sampler
}

// tokenCache is how many verified tokens a gateway remembers.
const tokenCache = 16384

// New returns a gateway, which follows the changes of its source until Close.
func New(o Options) *Gateway {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	g := &Gateway{o: o, verifier: jwt.NewVerifier(tokenCache)}
	g.stages.follow(o.Source, g.compile)
	return g
}

// Close stops following changes. Requests in flight end on their own.
func (g *Gateway) Close() { g.stages.stop() }
