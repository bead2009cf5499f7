package vtl

import "errors"

// MaxTemplate is the largest template, bytes: API Gateway's quota "Size of
// mapping template", 300 KB.
const MaxTemplate = 300 << 10

const (
	maxDepth  = 100     // of nested directives and expressions
	maxSteps  = 1 << 20 // nodes evaluated, elements made
	maxOutput = 10 << 20
	maxBytes  = 64 << 20 // made in all strings of one rendering
	maxRegexp = 4 << 10
)

// Errors of rendering. Any other failure of a template is ErrTemplate with a
// reason.
var (
	ErrTemplate = errors.New("invalid template")
	ErrLimit    = errors.New("template exceeds its limits")
)
