package lambda

import (
	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/front"
)

// useDestinations is demanded of whoever has a function invoke others: what the
// function will need as well.
func useDestinations(in *api.DestinationConfig) []front.Need {
	var needs []front.Need
	if in == nil {
		return nil
	}
	for _, to := range []*string{value(in.OnSuccess).Destination, value(in.OnFailure).Destination} {
		if to != nil && *to != "" {
			needs = append(needs, front.Need{Action: "lambda:InvokeFunction", Resource: *to})
		}
	}
	return needs
}
