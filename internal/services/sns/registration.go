package sns

import (
	"net/http"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sns"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
)

// Front is the service as the pipeline takes it.
func (s *Service) Front() *front.Service {
	return &front.Service{API: &api.Service, Server: s, Access: access(),
		Faults: map[awserr.Kind]front.Fault{
			awserr.AccessDenied: {Code: "AuthorizationError", Status: http.StatusForbidden},
		}}
}
