package execute

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// validator checks requests before they reach the integration.
type validator struct {
	required []requiredParameter
	// models by media type; "$default" is for all others. nil checks no body.
	models map[string]*jsonschema.Schema
	broken error
}

type requiredParameter struct {
	name   string
	source source
}

// validator compiles the request validator of a method, nil without one.
func (c *compiler) validator(m *api.Method) *validator {
	if m.RequestValidatorId == nil {
		return nil
	}
	for i := range c.snapshot.API.Validators {
		v := &c.snapshot.API.Validators[i]
		if str(v.Id) != *m.RequestValidatorId {
			continue
		}
		out := &validator{}
		if flag(v.ValidateRequestParameters) {
			out.required, out.broken = requiredParameters(m.RequestParameters)
		}
		if flag(v.ValidateRequestBody) && out.broken == nil {
			out.models, out.broken = c.models(m.RequestModels)
		}
		return out
	}
	return &validator{broken: errors.New("no such request validator")}
}

func requiredParameters(declared map[string]bool) ([]requiredParameter, error) {
	var out []requiredParameter
	for _, p := range slices.Sorted(maps.Keys(declared)) {
		if !declared[p] {
			continue
		}
		src, err := compileSource(p)
		if err != nil {
			return nil, err
		}
		parts := strings.SplitN(p, ".", 4)
		out = append(out, requiredParameter{name: parts[len(parts)-1], source: src})
	}
	return out, nil
}

// noLoader refuses references that leave the API's own models.
type noLoader struct{}

func (noLoader) Load(string) (any, error) {
	return nil, errors.New("models refer to models of their API only")
}

// models compiles the models of a method. Models refer to one another by
// https://apigateway.amazonaws.com/restapis/{api}/models/{name}.
func (c *compiler) models(byType map[string]string) (map[string]*jsonschema.Schema, error) {
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft4)
	compiler.UseLoader(noLoader{})
	base := "https://apigateway.amazonaws.com/restapis/" + c.stage.apiID + "/models/"
	for i := range c.snapshot.API.Models {
		m := &c.snapshot.API.Models[i]
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(str(m.Schema)))
		if err != nil {
			continue // refused below, when a method uses it
		}
		if err := compiler.AddResource(base+str(m.Name), doc); err != nil {
			return nil, err
		}
	}
	out := make(map[string]*jsonschema.Schema, len(byType))
	for mediaType, name := range byType {
		schema, err := compiler.Compile(base + name)
		if err != nil {
			return nil, err
		}
		out[strings.ToLower(mediaType)] = schema
	}
	return out, nil
}

func (x *exchange) validate() error {
	v := x.method.validator
	if v == nil {
		return nil
	}
	if v.broken != nil {
		return faultAPIConfiguration.because("request validator", v.broken)
	}
	var missing []string
	for _, p := range v.required {
		if value, ok := p.source.one(x); !ok || value == "" {
			missing = append(missing, p.name)
		}
	}
	if len(missing) > 0 {
		return &Fault{Type: BadRequestParameters, Code: "BadRequestException", Spaced: true,
			Message: "Missing required request parameters: [" + strings.Join(missing, ", ") + "]"}
	}
	return v.checkBody(x)
}

// checkBody validates by the model of the content type; a request of a type
// without a model is not validated. No body counts as an empty object.
func (v *validator) checkBody(x *exchange) error {
	if len(v.models) == 0 {
		return nil
	}
	kind, _ := x.header("Content-Type")
	if kind = mediaType(kind); kind == "" {
		kind = jsonType
	}
	schema := v.models[kind]
	if schema == nil {
		schema = v.models["$default"]
	}
	if schema == nil {
		return nil
	}
	body := x.body
	if len(body) == 0 {
		body = []byte("{}")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return invalidBody("the body is not JSON")
	}
	if err := schema.Validate(doc); err != nil {
		return invalidBody(validationError(err))
	}
	return nil
}

func invalidBody(validation string) error {
	f := *faultBadBody
	f.Validation, f.Reason = "["+validation+"]", validation
	return &f
}

// validationError names the keywords that failed, without the values sent.
func validationError(err error) string {
	var e *jsonschema.ValidationError
	if !errors.As(err, &e) {
		return "the body is not valid"
	}
	for len(e.Causes) > 0 {
		e = e.Causes[0]
	}
	where := "/" + strings.Join(e.InstanceLocation, "/")
	return where + " violates " + strings.Join(e.ErrorKind.KeywordPath(), "/")
}
