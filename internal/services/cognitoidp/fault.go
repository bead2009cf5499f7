package cognitoidp

import (
	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

func noPool(id string) error {
	return cognitoidp.ResourceNotFoundException("User pool %s does not exist.", id)
}

func noClient(id string) error {
	return cognitoidp.ResourceNotFoundException("User pool client %s does not exist.", id)
}

func noServer(pool, identifier string) error {
	return cognitoidp.ResourceNotFoundException("Resource server %s not found for user pool %s.", identifier, pool)
}

func noProvider(name string) error {
	return cognitoidp.ResourceNotFoundException("Identity provider %s does not exist.", name)
}

func invalid(format string, args ...any) error {
	return cognitoidp.InvalidParameterException(format, args...)
}

func invalidToken() *awserr.Error {
	return cognitoidp.InvalidParameterException("Invalid pagination token given.")
}
