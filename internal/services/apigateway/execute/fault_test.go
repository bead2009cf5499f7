package execute

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// TestEveryResponseType renders each type: by default, customised itself, and
// through DEFAULT_4XX and DEFAULT_5XX.
func TestEveryResponseType(t *testing.T) {
	wantStatus := map[ResponseType]int{AccessDenied: 403, APIConfigurationError: 500, AuthorizerConfigurationError: 500, AuthorizerFailure: 500,
		BadRequestParameters: 400, BadRequestBody: 400, Default4XX: 400, Default5XX: 500, ExpiredToken: 403, IntegrationFailure: 504,
		IntegrationTimeout: 504, InvalidAPIKey: 403, InvalidSignature: 403, MissingAuthenticationToken: 403, QuotaExceeded: 429,
		RequestTooLarge: 413, ResourceNotFound: 404, Throttled: 429, Unauthorized: 401, UnsupportedMediaType: 415, WAFFiltered: 403}
	if len(wantStatus) != responseTypes {
		t.Fatalf("%d types, %d known here", responseTypes, len(wantStatus))
	}
	f := newFixture(t, nil)
	render := func(f *fixture, kind ResponseType, custom ...api.GatewayResponse) *response {
		st := newStage()
		st.API.GatewayResponses = custom
		x := f.gateway.begin(http.Header{}, httptest.NewRequest("GET", "/", nil), "abc123", "dev", "/")
		x.stage = f.gateway.compile(st)
		x.fail(&Fault{Type: kind, Code: "C", Message: `say "it"`})
		return &x.response
	}
	for kind, status := range wantStatus {
		got := render(f, kind)
		if got.status != status || string(got.body) != `{"message":"say \"it\""}` || map[string][]string(got.header)["x-amzn-ErrorType"][0] != "C" {
			t.Errorf("%s: %d %s", kind, got.status, got.body)
		}
		own := api.GatewayResponse{ResponseType: new(kind.String()), StatusCode: new("418"), ResponseTemplates: map[string]string{"text/plain": "$context.error.responseType!"}}
		if got = render(f, kind, own); got.status != 418 || string(got.body) != kind.String()+"!" {
			t.Errorf("%s customised: %d %s", kind, got.status, got.body)
		}
		family := "DEFAULT_4XX"
		if status >= 500 {
			family = "DEFAULT_5XX"
		}
		inherited := api.GatewayResponse{ResponseType: new(family), ResponseParameters: map[string]string{"gatewayresponse.header.X-F": "'" + family + "'"}}
		if got = render(f, kind, inherited); got.status != status || got.header.Get("X-F") != family {
			t.Errorf("%s inherits: %d %v", kind, got.status, got.header)
		}
		inherited.StatusCode = new("477")
		if got = render(f, kind, inherited); strconv.Itoa(got.status) != "477" {
			t.Errorf("%s inherits the status: %d", kind, got.status)
		}
	}
}
