// Package apigateway is the control plane of Amazon API Gateway's REST APIs
// (API Gateway V1 API Reference, 2015-07-09): it keeps the definitions of
// APIs and freezes them into deployments. The data plane that serves requests
// is the subpackage execute; it reads stages through the snapshot contract
// that Service implements.
//
// State: an API's configuration is a tree of small records under one prefix
// (see keys.go). CreateDeployment copies the tree, byte by byte, under the
// deployment's own prefix, where nothing changes it any more; cloneFrom copies
// it into another API.
//
// Every Update operation goes through one JSON-Patch engine (patch.go) with a
// table of patchable paths per entity. All edits of a request are made on a
// copy and stored together or not at all.
package apigateway
