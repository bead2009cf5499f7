package execute

import (
	"encoding/json"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// lambdaCustom is an AWS integration with a function: templates make its input
// and map its output.
type lambdaCustom struct {
	function    *function
	templates   templates
	passthrough string
	handling    string
	responses   *integrationResponses
}

func (c *compiler) lambdaCustom(in *api.Integration) (integration, error) {
	f, err := c.functionOf(in)
	if err != nil {
		return nil, err
	}
	for target := range in.RequestParameters {
		if strings.EqualFold(target, "integration.request.header.X-Amz-Invocation-Type") {
			return nil, errMapping // asynchronous invocation is not implemented
		}
	}
	l := &lambdaCustom{function: f, passthrough: str(in.PassthroughBehavior), handling: str(in.ContentHandling)}
	if l.templates, err = c.templates(in.RequestTemplates); err != nil {
		return nil, err
	}
	l.responses, err = c.integrationResponses(in)
	return l, err
}

func (l *lambdaCustom) run(x *exchange) error {
	payload, err := x.requestBody(&l.templates, l.passthrough, l.handling)
	if err != nil {
		return err
	}
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	if !json.Valid(payload) {
		return faultBadRequest.because("the function's input is not JSON", nil)
	}
	out, functionError, err := l.function.invoke(x, payload)
	if err != nil {
		return err
	}
	res := &result{body: out}
	if functionError != "" {
		var e struct {
			ErrorMessage string `json:"errorMessage"`
		}
		json.Unmarshal(out, &e) // without a message only the default matches
		res.selector, res.failed = e.ErrorMessage, true
	}
	return l.responses.respond(x, res)
}
