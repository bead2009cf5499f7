package apigateway

import (
	"encoding/json"
	"maps"
	"slices"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// modelUser names what refers to a model, "" if nothing does.
func (t tree) modelUser(r kv.Reader, name string) (string, error) {
	path, verb, err := t.methodThat(r, func(m *api.Method) bool {
		return slices.Contains(slices.Collect(maps.Values(m.RequestModels)), name)
	})
	if err != nil {
		return "", err
	}
	if verb != "" {
		return "method request: " + path + "/" + verb, nil
	}
	status := ""
	path, verb, err = t.methodThat(r, func(m *api.Method) bool {
		for _, code := range sortedKeys(m.MethodResponses) {
			if slices.Contains(slices.Collect(maps.Values(m.MethodResponses[code].ResponseModels)), name) {
				status = code
				return true
			}
		}
		return false
	})
	if err != nil {
		return "", err
	}
	if verb != "" {
		return "method response: " + path + "/" + verb + "/" + status, nil
	}
	models, err := kv.LoadAll[api.Model](r, t.all(ofModel))
	if err != nil {
		return "", err
	}
	for i := range models {
		refs, err := schemaRefs(str(models[i].Schema))
		if err == nil && *models[i].Name != name && slices.Contains(refs, name) {
			return "model: " + *models[i].Name, nil
		}
	}
	return "", nil
}

// flatten puts the schemas that a model refers to into its definitions and
// points its references there.
func (t tree) flatten(r kv.Reader, m *api.Model) error {
	var doc map[string]any
	if json.Unmarshal([]byte(*m.Schema), &doc) != nil {
		return badModel("Invalid model schema specified")
	}
	definitions, _ := doc["definitions"].(map[string]any)
	if definitions == nil {
		definitions = map[string]any{}
	}
	pending := collectRefs(nil, doc)
	for len(pending) > 0 {
		name := pending[0]
		pending = pending[1:]
		if _, done := definitions[name]; done || name == *m.Name {
			continue
		}
		other, ok, err := kv.Load[api.Model](r, t.key(ofModel, name))
		if err != nil {
			return err
		}
		var schema any
		if !ok || json.Unmarshal([]byte(str(other.Schema)), &schema) != nil {
			continue
		}
		definitions[name] = schema
		pending = append(pending, collectRefs(nil, schema)...)
	}
	if len(definitions) > 0 {
		doc["definitions"] = definitions
	}
	localRefs(doc, *m.Name)
	b, err := json.MarshalIndent(doc, "", "  ")
	m.Schema = new(string(b))
	return err
}

// localRefs rewrites references to models as references into the document.
func localRefs(node any, self string) {
	switch n := node.(type) {
	case map[string]any:
		if ref, ok := n["$ref"].(string); ok {
			if found := refName.FindStringSubmatch(ref); found != nil && found[1] == self {
				n["$ref"] = "#"
			} else if found != nil {
				n["$ref"] = "#/definitions/" + found[1]
			}
		}
		for _, v := range n {
			localRefs(v, self)
		}
	case []any:
		for _, v := range n {
			localRefs(v, self)
		}
	}
}
