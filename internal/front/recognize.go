package front

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// directory finds services by each of the names that requests use.
type directory struct {
	all      []*Service
	byScope  map[string][]*Service // credential scope; some services share one
	byTarget map[string]*Service
	byHost   map[string][]*Service // first label of the host name
	routers  map[*Service]*wire.Router
}

func newDirectory(services []*Service) *directory {
	d := &directory{all: services, byScope: map[string][]*Service{}, byTarget: map[string]*Service{},
		byHost: map[string][]*Service{}, routers: map[*Service]*wire.Router{}}
	for _, s := range services {
		d.byScope[s.API.SigningName] = append(d.byScope[s.API.SigningName], s)
		d.byHost[s.API.EndpointPrefix] = append(d.byHost[s.API.EndpointPrefix], s)
		if s.API.TargetPrefix != "" {
			d.byTarget[s.API.TargetPrefix] = s
		}
		if p := s.API.Protocol; p == wire.RestJSON || p == wire.RestXML {
			d.routers[s] = wire.NewRouter(s.API)
		}
	}
	return d
}

// target is what a request is for. op is nil if the service has no such
// operation.
type target struct {
	service *Service
	op      *wire.Operation
	labels  map[string]string
	query   url.Values
	name    string // what was asked for, for the error's sentence
}

// service finds the service of a request: by X-Amz-Target, by the credential
// scope, by the host name, and by a form's version where there is nothing else.
func (d *directory) service(r *http.Request, query url.Values, form func() url.Values) *Service {
	if prefix, _, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		if s := d.byTarget[prefix]; s != nil {
			return s
		}
	}
	candidates := d.byScope[scopeService(r, query)]
	if len(candidates) == 0 {
		candidates = d.byHost[hostLabel(r.Host)]
	}
	if len(candidates) == 1 {
		return candidates[0]
	}
	for _, s := range candidates {
		if router := d.routers[s]; router != nil {
			if op, _ := router.Find(r.Method, r.URL.EscapedPath(), query); op != nil {
				return s
			}
		}
	}
	version, action := query.Get("Version"), query.Get("Action")
	if version == "" && form != nil {
		f := form()
		version, action = f.Get("Version"), f.Get("Action")
	}
	if len(candidates) == 0 {
		candidates = d.all
	}
	for _, s := range candidates {
		if (s.API.Protocol == wire.Query || s.API.Protocol == wire.EC2) && s.API.APIVersion == version && s.API.Operation(action) != nil {
			return s
		}
	}
	return nil
}

// operation finds the operation of a request to s.
func (d *directory) operation(s *Service, r *http.Request, query url.Values, body []byte) (target, error) {
	t := target{service: s, query: query}
	switch s.API.Protocol {
	case wire.JSON10, wire.JSON11:
		_, t.name, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		t.op = s.API.Operation(t.name)
	case wire.Query, wire.EC2:
		t.name = query.Get("Action")
		if t.name == "" {
			form, err := url.ParseQuery(string(body))
			if err != nil {
				return t, awserr.Of(awserr.Malformed, "The request body is not a well-formed form")
			}
			t.name = form.Get("Action")
		}
		t.op = s.API.Operation(t.name)
	default:
		t.name = r.Method + " " + r.URL.Path
		t.op, t.labels = d.routers[s].Find(r.Method, r.URL.EscapedPath(), query)
	}
	return t, nil
}

// scopeService is the service of the credential scope, not yet verified.
func scopeService(r *http.Request, query url.Values) string {
	cred := query.Get("X-Amz-Credential")
	if h := r.Header.Get("Authorization"); h != "" {
		_, after, _ := strings.Cut(h, "Credential=")
		cred, _, _ = strings.Cut(after, ",")
	}
	parts := strings.Split(cred, "/")
	if len(parts) < 5 {
		return ""
	}
	return parts[len(parts)-2]
}

// hostLabel is the first label of the host name, without a port.
func hostLabel(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	label, rest, ok := strings.Cut(host, ".")
	if !ok || rest == "" {
		return ""
	}
	return label
}

// IsAPICall reports whether a request looks like an API call: it carries AWS
// credentials, a target header, or an endpoint's host name.
func (p *Pipeline) IsAPICall(r *http.Request) bool {
	if r.Header.Get("X-Amz-Target") != "" || signed(r) {
		return true
	}
	return len(p.dir.byHost[hostLabel(r.Host)]) > 0 || r.URL.Path == "/" && r.Method == http.MethodPost
}

// signed reports whether a request carries a SigV4 signature.
func signed(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-") || strings.Contains(r.URL.RawQuery, "X-Amz-Signature=")
}
