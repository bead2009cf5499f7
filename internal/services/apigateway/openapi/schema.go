package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// schemas is where the document keeps its named schemas.
func (r *reader) schemas() object {
	if r.v3 {
		return r.root.obj("components").obj("schemas")
	}
	return r.root.obj("definitions")
}

// readModels makes a model of each named schema.
func (r *reader) readModels() {
	all := r.schemas()
	for _, name := range all.keys() {
		s := all.obj(name)
		if s == nil {
			r.warn(fmt.Sprintf("Model '%s' is not a schema and is left out", name))
			continue
		}
		r.addModel(name, s.text("description"), s)
	}
}

func (r *reader) addModel(name, description string, schema object) {
	m := api.Model{Name: &name, ContentType: new("application/json"), Schema: new(encode(r.plain(map[string]any(schema))))}
	if description != "" {
		m.Description = &description
	}
	r.models[name] = true
	r.out.Models = append(r.out.Models, m)
}

// unsupported are the keywords of OpenAPI that JSON Schema draft 4 has not.
var unsupported = map[string]bool{"example": true, "discriminator": true, "xml": true, "externalDocs": true, "readOnly": true, "writeOnly": true,
	"nullable": true, "deprecated": true}

// plain is a schema as JSON Schema draft 4, its references to other schemas of
// the document turned into references to models.
func (r *reader) plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			if ref, ok := e.(string); ok && k == "$ref" {
				out[k] = r.modelRef(ref)
				continue
			}
			if unsupported[k] && !isSchema(e) {
				continue
			}
			out[k] = r.plain(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = r.plain(v[i])
		}
		return out
	}
	return v
}

// isSchema tells a property that is named like a keyword from the keyword.
func isSchema(v any) bool {
	o := obj(v)
	_, typed := o["type"]
	_, ref := o["$ref"]
	return typed || ref
}

func (r *reader) modelRef(ref string) string {
	name := refName(ref)
	if name == "" {
		return ref
	}
	return ModelURL(r.apiID, name)
}

// refName is the schema that a local reference names, "" if it is none.
func refName(ref string) string {
	for _, prefix := range []string{"#/definitions/", "#/components/schemas/"} {
		if name, ok := strings.CutPrefix(ref, prefix); ok && !strings.Contains(name, "/") {
			return name
		}
	}
	return ""
}

// modelOf is the model of a schema: the one that it refers to, or one made for
// it. The name of such a one follows from its content.
func (r *reader) modelOf(schema object) string {
	if len(schema) == 0 {
		return ""
	}
	if name := refName(schema.text("$ref")); name != "" {
		return name
	}
	sum := sha256.Sum256([]byte(encode(map[string]any(schema))))
	name := "MODEL" + hex.EncodeToString(sum[:3])
	if !r.models[name] {
		r.addModel(name, "", schema)
	}
	return name
}
