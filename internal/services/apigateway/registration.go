package apigateway

import (
	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/front"
)

// Front describes the service to the pipeline.
func (s *Service) Front() *front.Service {
	return &front.Service{API: &api.Service, Server: s, Access: access()}
}
