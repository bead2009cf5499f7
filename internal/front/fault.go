package front

import (
	"net/http"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// family is a group of protocols that share codes for the frame's own errors.
type family uint8

const (
	xmlFamily family = iota
	jsonFamily
	restJSONFamily
)

func familyOf(p wire.Protocol) family {
	switch p {
	case wire.JSON10, wire.JSON11:
		return jsonFamily
	case wire.RestJSON:
		return restJSONFamily
	}
	return xmlFamily
}

// frameFaults are the codes and statuses by protocol family ("Common errors"
// of the services' API references).
var frameFaults = [...][3]Fault{
	awserr.AccessDenied:          {{"AccessDenied", 403}, {"AccessDeniedException", 400}, {"AccessDeniedException", 403}},
	awserr.Validation:            {{"ValidationError", 400}, {"ValidationException", 400}, {"ValidationException", 400}},
	awserr.InvalidClientToken:    {{"InvalidClientTokenId", 403}, {"UnrecognizedClientException", 400}, {"UnrecognizedClientException", 403}},
	awserr.SignatureMismatch:     {{"SignatureDoesNotMatch", 403}, {"InvalidSignatureException", 400}, {"InvalidSignatureException", 403}},
	awserr.IncompleteSignature:   {{"IncompleteSignature", 400}, {"IncompleteSignatureException", 400}, {"IncompleteSignatureException", 403}},
	awserr.MissingAuthentication: {{"MissingAuthenticationToken", 403}, {"MissingAuthenticationTokenException", 400}, {"MissingAuthenticationTokenException", 403}},
	awserr.RequestExpired:        {{"RequestExpired", 400}, {"RequestExpired", 400}, {"RequestExpired", 400}},
	awserr.ExpiredToken:          {{"ExpiredToken", 403}, {"ExpiredTokenException", 400}, {"ExpiredTokenException", 403}},
	awserr.UnknownOperation:      {{"InvalidAction", 400}, {"UnknownOperationException", 400}, {"UnknownOperationException", 404}},
	awserr.NotImplemented:        {{"NotImplemented", 501}, {"NotImplemented", 501}, {"NotImplemented", 501}},
	awserr.Malformed:             {{"MalformedInput", 400}, {"SerializationException", 400}, {"SerializationException", 400}},
	awserr.Throttled:             {{"Throttling", 400}, {"ThrottlingException", 400}, {"TooManyRequestsException", 429}},
	awserr.Internal:              {{"InternalFailure", 500}, {"InternalFailure", 500}, {"InternalFailure", 500}},
}

const internalText = "The request processing has failed because of an unknown error, exception or failure."

// fault turns any error into one that can be written. It reports whether the
// error was not meant for the client and must be logged.
func (s *Service) fault(err error) (out *awserr.Error, ours bool) {
	e := awserr.As(err)
	if e == nil {
		e, ours = awserr.Of(awserr.Internal, internalText), true
	}
	cp := *e
	if cp.Kind != awserr.Modelled {
		f := frameFaults[cp.Kind][familyOf(s.API.Protocol)]
		if own, ok := s.Faults[cp.Kind]; ok {
			f = own
		}
		cp.Code, cp.Status = f.Code, f.Status
	}
	if cp.Status == 0 {
		cp.Status = http.StatusBadRequest
	}
	return &cp, ours
}
