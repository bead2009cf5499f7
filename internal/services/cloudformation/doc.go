// Package cloudformation is AWS CloudFormation: stacks, change sets, and the
// engine that deploys them.
//
// An operation on a stack (create, update, delete) is a record in the store
// with its target, its phase and each resource's progress; the engine walks
// the dependency graph, up to ten resources at a time, and writes down what it
// is about to do before it does it and what came of it after. After a restart
// a running operation goes on where it was, with the same tokens; a resource
// that was in the making is handed to its handler again with Request.Retry.
//
// Resources are made by the handlers of package cfn, through the front
// pipeline, as the caller of the operation or as the stack's role.
//
// Any number of processes may share the store. One of them works on a stack:
// the one that holds the stack's lease, which it renews, gives back when it
// closes, and which another takes over when it runs out. All that a run writes
// it writes under its lease. What cannot be held back is a call on its way at
// the moment of a takeover: its step is done again with Request.Retry.
//
// The package promises that events come in the order of what happened, that a
// resource whose physical id is known is never forgotten, and that nothing in a
// template is ignored.
package cloudformation
