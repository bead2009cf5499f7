package front

import (
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// Service is one AWS service as the front serves it.
type Service struct {
	// API is the generated description.
	API *wire.Service
	// Server implements the generated Server interface.
	Server any
	// Access says what each operation demands, by operation name.
	Access Access
	// ActionPrefix is before the colon of an IAM action; API.SigningName
	// where it is empty.
	ActionPrefix string
	// Faults overrides the code and status of the frame's own errors.
	Faults map[awserr.Kind]Fault
	// MaxBody is the largest request body, bytes; 0 means 10 MiB.
	MaxBody int64
}

// Fault is an error code with its HTTP status.
type Fault struct {
	Code   string
	Status int
}

func (s *Service) actionPrefix() string {
	if s.ActionPrefix != "" {
		return s.ActionPrefix
	}
	return s.API.SigningName
}

const defaultMaxBody = 10 << 20

func (s *Service) maxBody() int64 {
	if s.MaxBody > 0 {
		return s.MaxBody
	}
	return defaultMaxBody
}
