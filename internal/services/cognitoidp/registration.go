package cognitoidp

import (
	"slices"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// Front is the service for the front.
func (s *Service) Front() *front.Service {
	return &front.Service{API: description(), Server: s, Access: s.access(), Faults: map[awserr.Kind]front.Fault{
		awserr.Validation: {Code: "InvalidParameterException", Status: 400},
	}}
}

// description is the generated one, but for the pattern of domains: the model
// gives that of prefixes, and Cognito takes the host name of a custom domain
// too. check in domain.go holds both to their form.
func description() *wire.Service {
	d := cognitoidp.Service
	d.Shapes = slices.Clone(d.Shapes)
	for i := range d.Shapes {
		if d.Shapes[i].Name == "DomainType" {
			d.Shapes[i].Pattern, d.Shapes[i].Stated, d.Shapes[i].Not = "", "", ""
			d.Shapes[i].Max = 255
		}
	}
	return &d
}
