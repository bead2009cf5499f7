package apigateway

import (
	"context"
	"encoding/json"
	"regexp"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

const maxModelSize = 400 << 10 // bytes ("Quotas for REST APIs")

// defaultModels are those that every new API has.
func defaultModels() []api.Model {
	return []api.Model{
		{
			Id: new(ids.Lower(6)), Name: new("Empty"), ContentType: new("application/json"),
			Description: new("This is a default empty schema model"),
			Schema:      new("{\n  \"$schema\": \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Empty Schema\",\n  \"type\" : \"object\"\n}"),
		},
		{
			Id: new(ids.Lower(6)), Name: new("Error"), ContentType: new("application/json"),
			Description: new("This is a default error schema model"),
			Schema:      new("{\n  \"$schema\" : \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Error Schema\",\n  \"type\" : \"object\",\n  \"properties\" : {\n    \"message\" : { \"type\" : \"string\" }\n  }\n}"),
		},
	}
}

func noModel(name *string) *awserr.Error {
	return api.NotFoundException("Invalid model name specified: %s", str(name))
}

var modelName = regexp.MustCompile(`^[a-zA-Z0-9]+$`)

// CreateModel adds a model to an API.
func (s *Service) CreateModel(ctx context.Context, in *api.CreateModelRequest) (*api.Model, error) {
	sp := spaceOf(ctx)
	m := &api.Model{Id: new(ids.Lower(6)), Name: in.Name, Description: filled(in.Description), Schema: in.Schema, ContentType: in.ContentType}
	err := s.store.Update(ctx, func(t kv.Txn) error {
		if err := sp.needAPI(t, in.RestApiId); err != nil {
			return err
		}
		tr := sp.draft(*in.RestApiId)
		if err := tr.checkModel(t, m); err != nil {
			return err
		}
		key := tr.key(ofModel, *m.Name)
		if v, err := t.Get(key); err != nil {
			return err
		} else if v != nil {
			return api.ConflictException("Model name already exists for this REST API")
		}
		return kv.Save(t, key, *m)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// checkModel checks a model's name, its schema and the models that it refers to.
func (t tree) checkModel(r kv.Reader, m *api.Model) error {
	switch name := str(m.Name); {
	case name == "":
		return api.BadRequestException("Model name must be non-empty")
	case !modelName.MatchString(name):
		return api.BadRequestException("Model name must be alphanumeric: %s", name)
	case str(m.Schema) == "":
		return api.BadRequestException("Model schema must have at least 1 property or array items defined")
	case len(*m.Schema) > maxModelSize:
		return badModel("Model schema exceeds the maximum size")
	}
	refs, err := schemaRefs(*m.Schema)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if ref == *m.Name {
			continue
		}
		if v, err := r.Get(t.key(ofModel, ref)); err != nil {
			return err
		} else if v == nil {
			return badModel("Invalid model identifier specified: " + ref)
		}
	}
	return nil
}

func badModel(what string) *awserr.Error {
	return api.BadRequestException("Invalid model specified: Validation Result: warnings : [], errors : [%s]", what)
}

// refName takes the model out of https://apigateway.../restapis/{id}/models/{name}.
var refName = regexp.MustCompile(`^https://apigateway\.[^/]+/restapis/[^/]+/models/([a-zA-Z0-9]+)(?:[#/].*)?$`)

// schemaRefs lists the models that a schema refers to.
func schemaRefs(schema string) ([]string, error) {
	var doc any
	if json.Unmarshal([]byte(schema), &doc) != nil {
		return nil, badModel("Invalid model schema specified")
	}
	top, ok := doc.(map[string]any)
	if !ok {
		return nil, badModel("Invalid model schema specified")
	}
	if len(top) == 0 {
		return nil, api.BadRequestException("Model schema must have at least 1 property or array items defined")
	}
	return collectRefs(nil, doc), nil
}

func collectRefs(refs []string, node any) []string {
	switch n := node.(type) {
	case map[string]any:
		if ref, ok := n["$ref"].(string); ok {
			if m := refName.FindStringSubmatch(ref); m != nil && !slices.Contains(refs, m[1]) {
				refs = append(refs, m[1])
			}
		}
		for _, k := range sortedKeys(n) {
			refs = collectRefs(refs, n[k])
		}
	case []any:
		for _, e := range n {
			refs = collectRefs(refs, e)
		}
	}
	return refs
}

// checkModels checks the models that a request or response names by content type.
func (t tree) checkModels(r kv.Reader, models map[string]string) error {
	for _, content := range sortedKeys(models) {
		if v, err := r.Get(t.key(ofModel, models[content])); err != nil {
			return err
		} else if v == nil {
			return api.BadRequestException("Invalid model identifier specified: %s", models[content])
		}
	}
	return nil
}

// GetModel reads a model. With flatten the schemas that it refers to are in it.
func (s *Service) GetModel(ctx context.Context, in *api.GetModelRequest) (*api.Model, error) {
	tr := spaceOf(ctx).draft(*in.RestApiId)
	var m *api.Model
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		if m, err = load[api.Model](r, tr.key(ofModel, *in.ModelName), noModel(in.ModelName)); err == nil && val(in.Flatten) {
			err = tr.flatten(r, m)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// GetModels lists the models of an API by name.
func (s *Service) GetModels(ctx context.Context, in *api.GetModelsRequest) (*api.Models, error) {
	sp := spaceOf(ctx)
	all, err := list[api.Model](ctx, s.store, sp.draft(*in.RestApiId).all(ofModel), func(r kv.Reader) error {
		return sp.needAPI(r, in.RestApiId)
	})
	if err != nil {
		return nil, err
	}
	items, next, err := page(all, func(m api.Model) string { return *m.Name }, in.Position, in.Limit)
	if err != nil {
		return nil, err
	}
	return &api.Models{Items: items, Position: next}, nil
}

// DeleteModel removes a model that nothing refers to.
func (s *Service) DeleteModel(ctx context.Context, in *api.DeleteModelRequest) (*wire.Empty, error) {
	tr := spaceOf(ctx).draft(*in.RestApiId)
	return &wire.Empty{}, s.store.Update(ctx, func(t kv.Txn) error {
		key := tr.key(ofModel, *in.ModelName)
		if _, err := load[api.Model](t, key, noModel(in.ModelName)); err != nil {
			return err
		}
		user, err := tr.modelUser(t, *in.ModelName)
		if err != nil {
			return err
		}
		if user != "" {
			return api.ConflictException("Cannot delete model '%s', is referenced in %s", *in.ModelName, user)
		}
		return t.Delete(key)
	})
}

// UpdateModel patches a model.
func (s *Service) UpdateModel(ctx context.Context, in *api.UpdateModelRequest) (*api.Model, error) {
	tr := spaceOf(ctx).draft(*in.RestApiId)
	var m *api.Model
	err := s.store.Update(ctx, func(t kv.Txn) (err error) {
		key := tr.key(ofModel, *in.ModelName)
		if m, err = load[api.Model](t, key, noModel(in.ModelName)); err != nil {
			return err
		}
		if err := modelPatch.run(m, in.PatchOperations); err != nil {
			return err
		}
		if err := tr.checkModel(t, m); err != nil {
			return err
		}
		return kv.Save(t, key, *m)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

var modelPatch = patch[api.Model]{refuse: listing, slots: []slot[api.Model]{
	textSlot("/description", func(m *api.Model) **string { return &m.Description }),
	textSlot("/schema", func(m *api.Model) **string { return &m.Schema }),
}}
