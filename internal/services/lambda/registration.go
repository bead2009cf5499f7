package lambda

import (
	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
)

// Front is the service as the pipeline takes it.
func (s *Service) Front() *front.Service {
	return &front.Service{API: &api.Service, Server: s, Access: s.access(), MaxBody: maxBody}
}
