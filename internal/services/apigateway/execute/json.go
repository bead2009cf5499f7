package execute

import "github.com/gatehouse-dev/gatehouse/internal/vtl"

// appendJSONString appends s as a JSON string.
func appendJSONString(out []byte, s string) []byte { return vtl.AppendQuoted(out, s) }
