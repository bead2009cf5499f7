// Package snapshot is what the control plane of API Gateway hands to its data
// plane: an API as it was when it was deployed, and the stage that serves it.
// Snapshots are immutable once handed over.
package snapshot

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
)

// API is a REST API, frozen by CreateDeployment.
type API struct {
	RestAPI api.RestApi
	// Resources have their methods, integrations and responses inside
	// (ResourceMethods).
	Resources        []api.Resource
	Authorizers      []api.Authorizer
	Models           []api.Model
	Validators       []api.RequestValidator
	GatewayResponses []api.GatewayResponse
}

// Stage is a stage with the API that it serves now.
type Stage struct {
	Account, Region string
	Stage           api.Stage
	API             API
	// Version changes whenever anything of the stage or its deployment does.
	Version string
}

// Source gives the data plane its stages.
type Source interface {
	// Stage returns the stage of an API, nil if there is none. It reads the
	// store; the data plane caches what it compiles from it.
	Stage(ctx context.Context, apiID, stage string) (*Stage, error)
	// Changes receives a value after any stage changed; see kv.Store.Watch.
	Changes() (changes <-chan struct{}, stop func())
}
