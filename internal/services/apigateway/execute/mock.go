package execute

import (
	"encoding/json"
	"regexp"
	"strconv"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// mock is a MOCK integration: its request template says which integration
// response answers.
type mock struct {
	templates   templates
	passthrough string
	responses   *integrationResponses
	fixed       map[string]string // status of constant templates, by their text
}

func (c *compiler) mock(in *api.Integration) (integration, error) {
	m := &mock{passthrough: str(in.PassthroughBehavior), fixed: map[string]string{}}
	var err error
	if m.templates, err = c.templates(in.RequestTemplates); err != nil {
		return nil, err
	}
	if m.responses, err = c.integrationResponses(in); err != nil {
		return nil, err
	}
	for _, t := range m.templates.byType {
		if text, ok := t.Constant(); ok {
			if status, ok := mockStatus([]byte(text)); ok {
				m.fixed[text] = status
			}
		}
	}
	return m, nil
}

func (m *mock) run(x *exchange) error {
	body, err := x.requestBody(&m.templates, m.passthrough, "")
	if err != nil {
		return err
	}
	status, ok := m.fixed[string(body)]
	if !ok {
		if status, ok = mockStatus(body); !ok {
			return faultInternal.because("the mock's request has no statusCode", nil)
		}
	}
	x.integration.status, _ = strconv.Atoi(status)
	return m.responses.respond(x, &result{selector: status})
}

// looseStatus finds the status in what is JSON but for its quotes, which API
// Gateway accepts here: {statusCode: 200}.
var looseStatus = regexp.MustCompile(`^\s*\{(?:[^{}]*,)?\s*['"]?statusCode['"]?\s*:\s*['"]?([0-9]{3})['"]?\s*(?:,[^{}]*)?\}\s*$`)

func mockStatus(body []byte) (string, bool) {
	var in struct {
		StatusCode json.Number `json:"statusCode"`
	}
	if err := json.Unmarshal(body, &in); err == nil {
		n, err := strconv.Atoi(in.StatusCode.String())
		return in.StatusCode.String(), err == nil && n >= 100 && n <= 599
	}
	if m := looseStatus.FindSubmatch(body); m != nil {
		return string(m[1]), true
	}
	return "", false
}
