package execute

import (
	"errors"
	"fmt"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// defaultTimeout is the quota "Integration timeout", and the default of
// timeoutInMillis.
const defaultTimeout = 29 * time.Second

var errNoIntegration = errors.New("the method has no integration")

// integration compiles the integration of a method.
func (c *compiler) integration(in *api.Integration) (integration, error) {
	if in == nil {
		return nil, errNoIntegration
	}
	if str(in.ConnectionType) == "VPC_LINK" {
		return nil, errors.New("VPC links are not implemented")
	}
	switch kind := str(in.Type); kind {
	case "AWS_PROXY":
		return c.lambdaProxy(in)
	case "AWS":
		return c.lambdaCustom(in)
	case "HTTP", "HTTP_PROXY":
		return c.endpoint(in)
	case "MOCK":
		return c.mock(in)
	default:
		return nil, fmt.Errorf("integration type %q is not implemented", kind)
	}
}

// timeoutOf is the integration's own time limit.
func timeoutOf(in *api.Integration) time.Duration {
	if in.TimeoutInMillis == nil || *in.TimeoutInMillis <= 0 {
		return defaultTimeout
	}
	return time.Duration(*in.TimeoutInMillis) * time.Millisecond
}

// integrate runs the integration and notes its times.
func (x *exchange) integrate() error {
	x.integration.started = x.gateway.o.Clock.Now()
	err := x.method.integration.run(x)
	x.integration.ended = x.gateway.o.Clock.Now()
	if err != nil {
		x.integration.failure = faultOf(err).Error()
	}
	return err
}
