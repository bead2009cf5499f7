// Package template reads CloudFormation templates, JSON or YAML with short
// intrinsics, checks what can be known before anything runs, orders resources
// by what they refer to, and evaluates intrinsic functions.
//
// Nothing in a template is ever dropped: what is not understood (a section, an
// attribute, a function, a transform) is an error that names it. Errors are
// *Error with CloudFormation's sentence; those about the form give a line.
//
// Source: AWS CloudFormation User Guide, "Template reference".
package template
