package openapi

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"

	"go.yaml.in/yaml/v3"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// reader is the state of reading one document.
type reader struct {
	root  object
	v3    bool
	apiID string
	out   *Document
	// schemes are the security schemes by name.
	schemes map[string]scheme
	models  map[string]bool
}

// Read reads a document for the API with the id, which the references between
// its models will name.
func Read(apiID string, text []byte) (*Document, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	r := &reader{root: root, apiID: apiID, out: &Document{}, schemes: map[string]scheme{}, models: map[string]bool{}}
	switch {
	case root.text("swagger") == "2.0" || root.text("swagger") == "2":
	case strings.HasPrefix(root.text("openapi"), "3.0"):
		r.v3 = true
	default:
		return nil, ErrForm
	}
	info := root.obj("info")
	r.out.Title, r.out.Version, r.out.Description = info.text("title"), info.text("version"), info.text("description")
	r.out.BasePath = r.basePath()
	r.extensions()
	r.readModels()
	r.readSchemes()
	r.readPaths()
	return r.out, nil
}

// parse reads JSON or YAML.
func parse(text []byte) (object, error) {
	if len(text) > MaxSize {
		return nil, ErrForm
	}
	var raw any
	if t := bytes.TrimSpace(text); len(t) > 0 && t[0] == '{' {
		if json.Unmarshal(t, &raw) != nil {
			return nil, ErrForm
		}
	} else if yaml.Unmarshal(text, &raw) != nil {
		return nil, ErrForm
	}
	n, err := normal(raw, 0)
	if err != nil {
		return nil, err
	}
	root, ok := n.(map[string]any)
	if !ok {
		return nil, ErrForm
	}
	return root, nil
}

// basePath is what stands before every path of the document.
func (r *reader) basePath() string {
	if !r.v3 {
		return cleanBase(r.root.text("basePath"))
	}
	servers := r.root.list("servers")
	if len(servers) == 0 {
		return ""
	}
	server := obj(servers[0])
	raw := server.text("url")
	variables := server.obj("variables")
	for _, name := range variables.keys() {
		raw = strings.ReplaceAll(raw, "{"+name+"}", variables.obj(name).text("default"))
	}
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return cleanBase(u.Path)
}

func cleanBase(path string) string {
	path = strings.Trim(path, "/")
	if path == "" {
		return ""
	}
	return "/" + path
}

// extensions reads the extensions of the document as a whole.
func (r *reader) extensions() {
	o, d := r.root, r.out
	d.BinaryMediaTypes = o.texts("x-amazon-apigateway-binary-media-types")
	d.MinimumCompressionSize = o.integer("x-amazon-apigateway-minimum-compression-size")
	if source := o.text("x-amazon-apigateway-api-key-source"); source != "" {
		d.APIKeySource = new(strings.ToUpper(source))
	}
	if p := o.obj("x-amazon-apigateway-policy"); p != nil {
		d.Policy = new(encode(map[string]any(p)))
	}
	if e := o.obj("x-amazon-apigateway-endpoint-configuration"); e != nil {
		d.Endpoint = &Endpoint{VPCEndpointIDs: e.texts("vpcEndpointIds"), IPAddressType: e.ptr("ipAddressType")}
		if _, ok := e["disableExecuteApiEndpoint"]; ok {
			d.Endpoint.DisableExecute = new(e.boolean("disableExecuteApiEndpoint"))
		}
	}
	if _, ok := o["x-amazon-apigateway-documentation"]; ok {
		r.warn("Documentation parts are not imported: x-amazon-apigateway-documentation")
	}
	validators := o.obj("x-amazon-apigateway-request-validators")
	for _, name := range validators.keys() {
		v := validators.obj(name)
		d.Validators = append(d.Validators, api.RequestValidator{Name: &name,
			ValidateRequestBody: new(v.boolean("validateRequestBody")), ValidateRequestParameters: new(v.boolean("validateRequestParameters"))})
	}
	responses := o.obj("x-amazon-apigateway-gateway-responses")
	for _, kind := range responses.keys() {
		g := responses.obj(kind)
		out := api.GatewayResponse{ResponseType: &kind, ResponseParameters: g.mapping("responseParameters"), ResponseTemplates: g.mapping("responseTemplates")}
		if code := g.text("statusCode"); code != "" {
			out.StatusCode = &code
		}
		d.GatewayResponses = append(d.GatewayResponses, out)
	}
}

func (r *reader) warn(what string) { r.out.Warnings = append(r.out.Warnings, what) }

// deref follows a reference into the document, as far as a few steps.
func (r *reader) deref(o object) object {
	for range 10 {
		ref := o.text("$ref")
		if ref == "" {
			return o
		}
		path, ok := strings.CutPrefix(ref, "#/")
		if !ok {
			return nil
		}
		at := r.root
		for part := range strings.SplitSeq(path, "/") {
			at = at.obj(strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~"))
		}
		o = at
	}
	return nil
}
