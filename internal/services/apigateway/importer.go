package apigateway

import (
	"fmt"
	"slices"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/services/apigateway/openapi"
)

// importer brings the tree of an API to what a document says. What is there
// under the same name or path keeps its id.
type importer struct {
	space
	tree
	t         kv.Txn
	api       *api.RestApi
	doc       *openapi.Document
	prefix    string
	overwrite bool

	resources   resources
	known       map[string]string // ids of resources by path
	authorizers map[string]string // ids by name
	validators  map[string]string // ids by name
}

func (m *importer) run() error {
	if err := m.survey(); err != nil {
		return err
	}
	for _, step := range []func() error{m.clear, m.putModels, m.putValidators, m.putAuthorizers, m.putResponses, m.putOperations} {
		if err := step(); err != nil {
			return err
		}
	}
	for i := range m.resources {
		if err := m.saveResource(m.t, m.api.Id, &m.resources[i]); err != nil {
			return err
		}
	}
	return nil
}

// failed says what the import stumbled over.
func failed(what string, err error) error {
	e := awserr.As(err)
	if e == nil {
		return err
	}
	return api.BadRequestException("Errors found during import:\n\t%s: %s", what, e.Message)
}

// survey notes what is there.
func (m *importer) survey() (err error) {
	m.known, m.authorizers, m.validators = map[string]string{}, map[string]string{}, map[string]string{}
	if m.resources, err = m.tree.resources(m.t); err != nil {
		return err
	}
	for _, r := range m.resources {
		m.known[*r.Path] = *r.Id
	}
	authorizers, err := kv.LoadAll[api.Authorizer](m.t, m.all(ofAuthorizer))
	if err != nil {
		return err
	}
	for _, a := range authorizers {
		m.authorizers[*a.Name] = *a.Id
	}
	validators, err := kv.LoadAll[api.RequestValidator](m.t, m.all(ofValidator))
	for _, v := range validators {
		m.validators[*v.Name] = *v.Id
	}
	return err
}

// clear removes what an overwritten API had, all but its root.
func (m *importer) clear() error {
	if !m.overwrite {
		return nil
	}
	if err := m.t.DeleteRange(m.whole()); err != nil {
		return err
	}
	root := m.resources.byPath("/")
	root.ResourceMethods = nil
	m.resources = resources{*root}
	return nil
}

func (m *importer) putModels() error {
	for i := range m.doc.Models {
		model := &m.doc.Models[i]
		old, ok, err := kv.Load[api.Model](m.t, m.tree.key(ofModel, *model.Name))
		if err != nil {
			return err
		}
		if model.Id = new(ids.Lower(6)); ok {
			model.Id = old.Id
		}
		if err := kv.Save(m.t, m.tree.key(ofModel, *model.Name), *model); err != nil {
			return err
		}
	}
	// Models may refer to one another, so they are checked once all are there.
	for i := range m.doc.Models {
		if err := m.checkModel(m.t, &m.doc.Models[i]); err != nil {
			return failed(fmt.Sprintf("Unable to create model for '%s' due to schema error", *m.doc.Models[i].Name), err)
		}
	}
	return nil
}

// idFor is the id that a name had, or a new one.
func idFor(known map[string]string, name string) *string {
	if known[name] == "" {
		known[name] = ids.Lower(6)
	}
	return new(known[name])
}

func (m *importer) putValidators() error {
	for i := range m.doc.Validators {
		v := m.doc.Validators[i]
		v.Id = idFor(m.validators, *v.Name)
		if err := m.saveValidator(m.t, &v); err != nil {
			return failed("Unable to create request validator", err)
		}
	}
	return nil
}

func (m *importer) putAuthorizers() error {
	for i := range m.doc.Authorizers {
		a := m.doc.Authorizers[i]
		a.Id = idFor(m.authorizers, *a.Name)
		completeAuthorizer(&a)
		if err := m.saveAuthorizer(m.t, &a, nil); err != nil {
			return failed(fmt.Sprintf("Unable to create authorizer '%s'", *a.Name), err)
		}
	}
	all, err := kv.LoadAll[api.Authorizer](m.t, m.all(ofAuthorizer))
	if err == nil && len(all) > maxAuthorizers {
		err = api.LimitExceededException("Maximum number of Authorizers for this API has been reached. Please contact AWS if you need additional Authorizers.")
	}
	return err
}

func (m *importer) putResponses() error {
	for _, in := range m.doc.GatewayResponses {
		if _, ok := gatewayStatus()[*in.ResponseType]; !ok {
			return failed("Unable to put gateway response", api.BadRequestException("Invalid response type: %s", *in.ResponseType))
		}
		g := defaultResponse(*in.ResponseType)
		set(&g.StatusCode, in.StatusCode, false)
		if in.ResponseParameters != nil {
			g.ResponseParameters = in.ResponseParameters
		}
		if in.ResponseTemplates != nil {
			g.ResponseTemplates = in.ResponseTemplates
		}
		if code := str(g.StatusCode); code != "" && !statusCode.MatchString(code) {
			return failed("Unable to put gateway response", api.BadRequestException("Invalid status code specified: %s", code))
		}
		if err := m.saveGatewayResponse(m.t, &g); err != nil {
			return failed("Unable to put gateway response", err)
		}
	}
	return nil
}

// resource finds the index of the resource at a path and makes what is missing
// on the way there.
func (m *importer) resource(path string) (int, error) {
	at := slices.IndexFunc(m.resources, func(r api.Resource) bool { return *r.Path == "/" })
	walked := ""
	for part := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if part == "" {
			continue
		}
		walked += "/" + part
		if i := slices.IndexFunc(m.resources, func(r api.Resource) bool { return *r.Path == walked }); i >= 0 {
			at = i
			continue
		}
		if len(m.resources) >= maxResources {
			return 0, api.LimitExceededException("Maximum number of resources for this API has been reached. Please contact AWS if you need additional resources.")
		}
		res := api.Resource{Id: idFor(m.known, walked), ParentId: m.resources[at].Id, PathPart: &part}
		if err := m.resources.place(&res); err != nil {
			return 0, failed(fmt.Sprintf("Unable to create resource at path '%s'", walked), err)
		}
		m.resources = append(m.resources, res)
		at = len(m.resources) - 1
	}
	return at, nil
}

func (m *importer) putOperations() error {
	for i := range m.doc.Operations {
		op := &m.doc.Operations[i]
		path := m.prefix + op.Path
		at, err := m.resource(path)
		if err != nil {
			return err
		}
		if op.Verb == "" {
			continue
		}
		res := &m.resources[at]
		method, err := m.method(op, path, *res.Id)
		if err != nil {
			return err
		}
		if res.ResourceMethods == nil {
			res.ResourceMethods = map[string]api.Method{}
		}
		res.ResourceMethods[op.Verb] = *method
	}
	return nil
}

// method checks an operation and completes it to a method.
func (m *importer) method(op *openapi.Operation, path, resourceID string) (*api.Method, error) {
	out := op.Method
	if op.Authorizer != "" {
		out.AuthorizerId = new(m.authorizers[op.Authorizer])
	}
	if op.Validator != "" {
		out.RequestValidatorId = new(m.validators[op.Validator])
	}
	if err := m.checkMethod(m.t, &out); err != nil {
		return nil, failed(fmt.Sprintf("Unable to put method '%s' on resource at path '%s'", op.Verb, path), err)
	}
	for _, code := range sortedKeys(out.MethodResponses) {
		r := out.MethodResponses[code]
		if err := m.checkMethodResponse(m.t, &r); err != nil {
			return nil, failed(fmt.Sprintf("Unable to put method response on '%s' for resource at path '%s'", op.Verb, path), err)
		}
	}
	if op.Method.MethodIntegration == nil {
		return &out, nil
	}
	in := *op.Method.MethodIntegration
	responses := in.IntegrationResponses
	in.IntegrationResponses = nil
	out.MethodIntegration = &in
	completeIntegration(&in, resourceID)
	if err := m.integration(&out); err != nil {
		return nil, failed(fmt.Sprintf("Unable to put integration on '%s' for resource at path '%s'", op.Verb, path), err)
	}
	for _, code := range sortedKeys(responses) {
		r := responses[code]
		if err := m.integrationResponse(&out, &r); err != nil {
			return nil, failed(fmt.Sprintf("Unable to put integration response on '%s' for resource at path '%s'", op.Verb, path), err)
		}
	}
	return &out, nil
}

// integration checks an integration, also what the model of the API would have
// checked of a request.
func (m *importer) integration(method *api.Method) error {
	i := method.MethodIntegration
	if !slices.Contains(integrationTypes, str(i.Type)) {
		return api.BadRequestException("Invalid integration type specified. Valid options are %s", strings.Join(integrationTypes, ","))
	}
	if c := i.ContentHandling; c != nil && !slices.Contains(contentHandlings, *c) {
		return api.BadRequestException("Invalid contentHandling specified. Valid options are %s", strings.Join(contentHandlings, ","))
	}
	if c := i.ConnectionType; c != nil && *c != api.ConnectionTypeInternet && *c != api.ConnectionTypeVpcLink {
		return api.BadRequestException("Invalid connectionType specified. Valid options are INTERNET,VPC_LINK")
	}
	return m.checkIntegration(method, i)
}

func (m *importer) integrationResponse(method *api.Method, r *api.IntegrationResponse) error {
	if !statusCode.MatchString(str(r.StatusCode)) {
		return api.BadRequestException("Invalid status code specified: %s", str(r.StatusCode))
	}
	if c := r.ContentHandling; c != nil && !slices.Contains(contentHandlings, *c) {
		return api.BadRequestException("Invalid contentHandling specified. Valid options are %s", strings.Join(contentHandlings, ","))
	}
	return putIntegrationResponse(method, r)
}
