package execute

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// servicePrincipal is who invokes functions for an API.
const servicePrincipal = "apigateway.amazonaws.com"

// function is the Lambda function of an integration.
type function struct {
	arn     string
	timeout time.Duration
}

// functionOf reads an integration URI of the form
// arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations.
func (c *compiler) functionOf(in *api.Integration) (*function, error) {
	uri := c.substitute(str(in.Uri))
	_, rest, ok := strings.Cut(uri, ":lambda:path/")
	if !ok {
		return nil, fmt.Errorf("the URI %q names no Lambda function", uri)
	}
	_, rest, ok = strings.Cut(rest, "/functions/")
	if !ok {
		return nil, fmt.Errorf("the URI %q names no Lambda function", uri)
	}
	arn, ok := strings.CutSuffix(rest, "/invocations")
	if !ok || !strings.HasPrefix(arn, "arn:") {
		return nil, fmt.Errorf("the URI %q names no Lambda function", uri)
	}
	if str(in.HttpMethod) != http.MethodPost {
		return nil, fmt.Errorf("functions are invoked by POST, not %q", str(in.HttpMethod))
	}
	return &function{arn: arn, timeout: timeoutOf(in)}, nil
}

// invoke calls the function on behalf of the method.
func (f *function) invoke(x *exchange, payload []byte) (out []byte, functionError string, err error) {
	if x.gateway.o.Functions == nil {
		return nil, "", faultAPIConfiguration.because("there is no Lambda service", nil)
	}
	st := x.stage
	source := "arn:aws:execute-api:" + st.region + ":" + st.account + ":" + st.apiID + "/" + st.name + "/" + x.r.Method + x.resource.path
	ctx, cancel := context.WithTimeout(x.r.Context(), f.timeout)
	defer cancel()
	out, functionError, err = x.gateway.o.Functions.InvokeAs(ctx, servicePrincipal, source, f.arn, payload, x.traceID)
	switch {
	case err == nil:
		x.integration.status, x.integration.functionError = http.StatusOK, functionError
		return out, functionError, nil
	case errors.Is(err, context.DeadlineExceeded) || ctx.Err() == context.DeadlineExceeded:
		return nil, "", faultTimeout.because("the function took longer than "+f.timeout.String(), err)
	default:
		// Lambda Developer Guide, "Handling Lambda errors with an API Gateway
		// API": every invocation that Lambda refuses is a 500.
		return nil, "", faultAPIConfiguration.because("Lambda refused the invocation: "+err.Error(), err)
	}
}
