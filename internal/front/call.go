package front

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
	"github.com/gatehouse-dev/gatehouse/internal/trace"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// Call is one API call: who makes it, from where, and to what. Operations read
// it with CallFrom and do not change it.
type Call struct {
	Service   *wire.Service
	Operation *wire.Operation
	RequestID string
	Account   string // of the caller; the account in which the call acts
	Region    string
	Time      time.Time
	Caller    *Credential
	// SourceIP, UserAgent, Host, Secure and Header are of the HTTP request;
	// empty for a call from inside.
	SourceIP  netip.Addr
	UserAgent string
	Host      string
	Secure    bool
	Header    http.Header
	// Via is the service that calls for the caller, such as
	// cloudformation.amazonaws.com; empty for a direct call.
	Via string

	trace *trace.Trace
}

// ARN names a resource of the call's region and account.
func (c *Call) ARN(service, resource string) string {
	return arn.Make(service, c.Region, c.Account, resource)
}

// GlobalARN names a resource that belongs to no region, such as IAM's.
func (c *Call) GlobalARN(service, resource string) string {
	return arn.Make(service, "", c.Account, resource)
}

type callKey struct{}

// CallFrom returns the call that ctx belongs to. It panics outside of an
// operation, where asking is a programming error.
func CallFrom(ctx context.Context) *Call {
	return ctx.Value(callKey{}).(*Call)
}

// WithCall returns a context of the call. Only the pipeline and tests use it.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// Credential is what an access key stands for.
type Credential struct {
	AccessKeyID string
	// Secret is the secret access key. It never leaves memory through this type.
	Secret    string
	Principal policy.Principal
	// UserName is the IAM user's name; empty for other principals.
	UserName string
	// Expires is zero for keys that do not.
	Expires time.Time
	// Issued is when temporary credentials were made; zero for others.
	Issued time.Time
	// Temporary credentials come with a session token.
	Temporary bool
	// MFA says that the session was made with a second factor.
	MFA bool
	// Session are the session policies; HasSession says that there are any.
	Session    []policy.Source
	HasSession bool
	// PrincipalTags are aws:PrincipalTag/KEY.
	PrincipalTags map[string]string
	// Keys are further condition keys of the session, in lower case: such as
	// sts:sourceidentity and what the web identity brought along.
	Keys policy.KeyMap
}

// Authority knows access keys and the policies of those who hold them.
type Authority interface {
	// Credential looks an access key up. sessionToken is empty for long-term
	// keys. Unknown, inactive, or not belonging to the token: an awserr.Error
	// of kind InvalidClientToken; over time: ExpiredToken.
	Credential(ctx context.Context, accessKeyID, sessionToken string) (*Credential, error)

	// Policies returns the identity policies and the boundary of the holder.
	Policies(ctx context.Context, c *Credential) (policy.Set, error)
}
