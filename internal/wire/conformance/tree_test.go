package conformance

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// tree is a value in the JSON form that botocore_peer.py knows, members by
// their modelled names.
func tree(s *wire.Service, ref wire.Ref, v reflect.Value) any {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	sh := s.Shape(ref)
	switch sh.Kind {
	case wire.Structure:
		out := map[string]any{}
		for i := range sh.Members {
			if f := v.Field(i); !isNil(f) {
				out[sh.Members[i].Name] = tree(s, sh.Members[i].Ref, f)
			}
		}
		return out
	case wire.List:
		out := []any{}
		for i := range v.Len() {
			out = append(out, tree(s, sh.Elem, v.Index(i)))
		}
		return out
	case wire.Map:
		out := map[string]any{}
		for _, k := range v.MapKeys() {
			out[k.String()] = tree(s, sh.Elem, v.MapIndex(k))
		}
		return out
	case wire.Blob:
		b := []byte(nil)
		if v.Kind() == reflect.Interface {
			b = drain(v)
		} else {
			b = v.Bytes()
		}
		return map[string]any{"$blob": base64.StdEncoding.EncodeToString(b)}
	case wire.Timestamp:
		return map[string]any{"$time": float64(v.Interface().(time.Time).UnixMilli()) / 1e3}
	case wire.Document:
		var value any
		if err := json.Unmarshal(v.Bytes(), &value); err != nil {
			panic(err)
		}
		return value
	}
	return v.Interface()
}

// normal is a tree as it comes back from JSON.
func normal(v any) any {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	var out any
	if err := json.Unmarshal(b, &out); err != nil {
		panic(err)
	}
	return out
}

// uneven returns where two trees differ, "" if nowhere.
func uneven(path string, want, got any) string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: want %v, got %v", path, want, got)
		}
		for k := range g {
			if _, ok := w[k]; !ok {
				return fmt.Sprintf("%s.%s: unexpected %.200v", path, k, g[k])
			}
		}
		for k, v := range w {
			if _, ok := g[k]; !ok {
				return fmt.Sprintf("%s.%s: missing %.200v", path, k, v)
			}
			if d := uneven(path+"."+k, v, g[k]); d != "" {
				return d
			}
		}
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return fmt.Sprintf("%s: want %v, got %v", path, want, got)
		}
		for i := range w {
			if d := uneven(fmt.Sprintf("%s[%d]", path, i), w[i], g[i]); d != "" {
				return d
			}
		}
	default:
		if !reflect.DeepEqual(want, got) {
			return fmt.Sprintf("%s: want %q, got %q", path, want, got)
		}
	}
	return ""
}
