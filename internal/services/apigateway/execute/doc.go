// Package execute is the data plane of API Gateway's REST APIs: it serves the
// deployed stages.
//
// A stage is compiled once, when its deployment or its settings change, into a
// tree of methods whose authorizer, mappings and integration are ready to run.
// The compiled stage is immutable and is swapped as a whole; a request that has
// found its stage takes no lock and reads no store.
//
// A request goes through the phases that gateway.go lists. A phase that refuses
// returns a *Fault, which names one of API Gateway's gateway responses; one
// place renders them. Nothing is let through by default: an authorizer that is
// not understood, a policy that does not parse and an integration that does not
// compile all refuse.
//
// Names and behaviour are those of the API Gateway Developer Guide: "Gateway
// response types", "Variables for data transformations", "Lambda proxy
// integrations", "Amazon API Gateway important notes" and "Quotas". What could
// not be found there is in docs/services/apigateway-execute.md.
package execute
