package logs

import (
	api "github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
)

// Front is the service as the pipeline takes it.
func (s *Service) Front() *front.Service {
	return &front.Service{API: &api.Service, Server: s, Access: access(), Faults: map[awserr.Kind]front.Fault{
		awserr.Validation: {Code: "InvalidParameterException", Status: 400},
	}}
}
