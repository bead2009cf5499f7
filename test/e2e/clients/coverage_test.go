//go:build e2e

package clients

import (
	"encoding/json"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"testing"

	apigatewayapi "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	cfnapi "github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	cognitoapi "github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	iamapi "github.com/gatehouse-dev/gatehouse/internal/api/iam"
	lambdaapi "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	logsapi "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	snsapi "github.com/gatehouse-dev/gatehouse/internal/api/sns"
	ssmapi "github.com/gatehouse-dev/gatehouse/internal/api/ssm"
	stsapi "github.com/gatehouse-dev/gatehouse/internal/api/sts"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/services/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/services/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/services/iam"
	"github.com/gatehouse-dev/gatehouse/internal/services/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/services/logs"
	"github.com/gatehouse-dev/gatehouse/internal/services/sns"
	"github.com/gatehouse-dev/gatehouse/internal/services/sts"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// served is a service with the type that implements it.
type served struct {
	api  *wire.Service
	impl reflect.Type
}

func allServed() []served {
	return []served{
		{&apigatewayapi.Service, reflect.TypeFor[*apigateway.Service]()},
		{&cfnapi.Service, reflect.TypeFor[*cloudformation.Service]()},
		{&cognitoapi.Service, reflect.TypeFor[*cognitoidp.Service]()},
		{&iamapi.Service, reflect.TypeFor[*iam.Service]()},
		{&lambdaapi.Service, reflect.TypeFor[*lambda.Service]()},
		{&logsapi.Service, reflect.TypeFor[*logs.Service]()},
		{&snsapi.Service, reflect.TypeFor[*sns.Service]()},
		{&ssmapi.Service, reflect.TypeFor[ssmapi.Unimplemented]()},
		{&stsapi.Service, reflect.TypeFor[*sts.Service]()},
	}
}

// TestTablesAreComplete compares the tables with the code: every operation
// succeeds once, every modelled error is provoked or has a reason why not.
func TestTablesAreComplete(t *testing.T) {
	all := tables(t)
	for _, s := range allServed() {
		t.Run(s.api.SigningName, func(t *testing.T) {
			tb := all[s.api.SigningName]
			if tb == nil {
				tb = &table{}
			}
			checkComplete(t, s, tb)
		})
	}
}

func checkComplete(t *testing.T, s served, tb *table) {
	seen := map[string][]string{} // operation to provoked codes; "" is a success
	for _, st := range tb.statements {
		if st.verb != "call" || st.service != s.api.SigningName || st.client != "" {
			continue
		}
		switch {
		case st.failure != nil && st.failure.status == http.StatusNotImplemented:
		case st.failure != nil:
			seen[st.operation] = append(seen[st.operation], st.failure.code)
		case tb.open[st.operation] != "":
			seen[st.operation] = append(seen[st.operation], "")
		default: // a user without permissions made it first
			seen[st.operation] = append(seen[st.operation], "", "AuthorizationError")
		}
	}
	absent := notServed(s, tb)
	used := map[int]bool{}
	var written []string
	for i := range s.api.Operations {
		op := &s.api.Operations[i]
		if !overrides(s.impl, op.Name) || absent[op.Name] {
			continue
		}
		written = append(written, op.Name)
		if !slices.Contains(seen[op.Name], "") {
			t.Errorf("%s: no call of it succeeds", op.Name)
		}
		for _, code := range errorCodes(s.api, op) {
			reason := slices.IndexFunc(tb.nevers, func(n never) bool {
				return (n.operation == op.Name || n.operation == "*") && (n.code == code || n.code == "*")
			})
			provoked := slices.Contains(seen[op.Name], code)
			if reason >= 0 && !provoked {
				used[reason] = true
			}
			if reason < 0 && !provoked {
				t.Errorf("%s: nothing provokes %s, and nothing says why", op.Name, code)
			}
			if reason >= 0 && provoked && tb.nevers[reason].operation != "*" {
				t.Errorf("%s: %s is provoked all the same", tb.nevers[reason].at, code)
			}
		}
	}
	for i, n := range tb.nevers {
		if !used[i] {
			t.Errorf("%s: no implemented operation has %s %s unprovoked", n.at, n.operation, n.code)
		}
	}
	for op := range seen {
		if !slices.Contains(written, op) {
			t.Errorf("the table calls %s, which is not implemented", op)
		}
	}
	t.Logf("%d of %d operations", len(written), len(s.api.Operations))
}

// notServed are the operations that the table expects 501 of: that a server is
// not wired for what its service could do is checked like that too.
func notServed(s served, tb *table) map[string]bool {
	ops := map[string]bool{}
	for _, st := range tb.statements {
		if st.service == s.api.SigningName && st.failure != nil && st.failure.status == http.StatusNotImplemented &&
			st.failure.text == st.operation {
			ops[st.operation] = true
		}
	}
	return ops
}

// errorCodes are the codes of an operation's modelled errors, as clients see
// them.
func errorCodes(api *wire.Service, op *wire.Operation) []string {
	var codes []string
	for _, ref := range op.Errors {
		shape := api.Shape(ref)
		code := shape.Code
		if code == "" {
			code = shape.Name
		}
		codes = append(codes, code)
	}
	return codes
}

// overrides reports whether a service type has written an operation itself.
// A promoted method is a wrapper that the compiler made, then the embedded
// field that it comes from tells.
func overrides(impl reflect.Type, operation string) bool {
	m, ok := impl.MethodByName(operation)
	if !ok {
		return false
	}
	if file, _ := runtime.FuncForPC(m.Func.Pointer()).FileLine(m.Func.Pointer()); file != "<autogenerated>" {
		return impl.Name() != "Unimplemented"
	}
	if impl.Kind() == reflect.Pointer {
		impl = impl.Elem()
	}
	if impl.Name() == "Unimplemented" || impl.Kind() != reflect.Struct {
		return false
	}
	for i := range impl.NumField() {
		f := impl.Field(i)
		if !f.Anonymous {
			continue
		}
		embedded := f.Type
		if embedded.Kind() != reflect.Pointer {
			embedded = reflect.PointerTo(embedded)
		}
		if overrides(embedded, operation) {
			return true
		}
	}
	return false
}

// TestAllServedServicesAreChecked holds allServed against a running server.
func TestAllServedServicesAreChecked(t *testing.T) {
	resp, err := http.Get(startServer(t) + "/_gatehouse/health")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var health struct {
		Services map[string]string `json:"services"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&health); err != nil {
		t.Fatal(err)
	}
	for name := range health.Services {
		if !slices.ContainsFunc(allServed(), func(s served) bool { return s.api.SigningName == name }) {
			t.Errorf("%s is served but allServed does not name it", name)
		}
	}
	if len(health.Services) != len(allServed()) {
		t.Errorf("%d services are served, %d checked", len(health.Services), len(allServed()))
	}
}
